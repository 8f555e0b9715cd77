"""Writes with an Idempotency-Key: one effect, and the very same answer however often it is asked for."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.domain.roles import TokenScope
from app.usecases import operators
from tests.api.world import ApiWorld, answered, faults, refused

KEY = {"Idempotency-Key": "7d0f8c1e-retry"}
Send = Callable[[TestClient, dict[str, str]], Response]
COMPLETE = {"answers": {number: {"level": 1} for number in ("A.1", "A.2", "B.1")}}


def register(_world: ApiWorld) -> Send:
    return lambda client, headers: client.post("/clusters", json={"name": "Ny", "programme": "north"}, headers=headers)


def change(_world: ApiWorld) -> Send:
    condition = {"If-Match": '"1"'}
    return lambda client, headers: client.patch("/clusters/kyst", json={"name": "Ny"}, headers=headers | condition)


def start(_world: ApiWorld) -> Send:
    raw = {"title": "Autumn", "reference_date": "2026-09-30"}
    return lambda client, headers: client.post("/clusters/kyst/assessments", json=raw, headers=headers)


def answer(world: ApiWorld) -> Send:
    address = f"/assessments/{world.draft()}/answers/A.1"
    return lambda client, headers: client.put(address, json={"level": 1}, headers=headers | {"If-Match": '"0"'})


def answer_several(world: ApiWorld) -> Send:
    address = f"/assessments/{world.draft()}/answers"
    return lambda client, headers: client.patch(address, json=COMPLETE, headers=headers | {"If-Match": '"1"'})


def submit(world: ApiWorld) -> Send:
    address = f"/assessments/{world.complete().id}/submit"
    return lambda client, headers: client.post(address, headers=headers)


def withdraw(world: ApiWorld) -> Send:
    address = f"/assessments/{world.submit().id}/withdraw"
    return lambda client, headers: client.post(address, json={}, headers=headers)


def delete(world: ApiWorld) -> Send:
    address = f"/assessments/{world.draft()}"
    return lambda client, headers: client.delete(address, headers=headers | {"If-Match": '"1"'})


# Each write, and who makes it.
WRITES: dict[str, tuple[Callable[[ApiWorld], Send], str]] = {
    "register": (register, "owner"),
    "change": (change, "manager"),
    "start": (start, "manager"),
    "answer": (answer, "manager"),
    "answer several": (answer_several, "manager"),
    "submit": (submit, "manager"),
    "withdraw": (withdraw, "manager"),
    "delete": (delete, "manager"),
}


def kept(response: Response) -> tuple[int, dict[str, str], bytes]:
    """Return what must be the same each time: all but the name of the request itself."""
    headers = {name: value for name, value in response.headers.items() if name != "x-request-id"}
    return response.status_code, headers, response.content


@pytest.mark.parametrize("name", WRITES)
def test_a_repeated_write_has_one_effect_and_the_same_answer(world: ApiWorld, name: str) -> None:
    prepare, person = WRITES[name]
    send, client = prepare(world), world.as_(person)
    first = send(client, KEY)
    assert first.status_code in {200, 201, 204}, first.text
    world.clock.move(hours=23)
    with world.nothing_changed():
        for _ in range(5):
            assert kept(send(client, KEY)) == kept(first)


@pytest.mark.parametrize("name", WRITES)
def test_a_key_answers_for_one_request_only(world: ApiWorld, name: str) -> None:
    prepare, person = WRITES[name]
    send, client = prepare(world), world.as_(person)
    assert send(client, KEY).status_code < 300
    with world.nothing_changed():
        others = [
            client.post("/clusters", json={"name": "Other", "programme": "north"}, headers=KEY),
            client.post(
                "/clusters/kyst/assessments?lang=nb",
                json={"title": "x"} | {"reference_date": "2026-09-30"},
                headers=KEY,
            ),
            client.put("/assessments/x/answers/A.1", json={"level": 1}, headers=KEY | {"If-Match": '"0"'}),
        ]
        for response in others:
            assert faults(response) == [("Idempotency-Key", "reused")]


def test_path_query_body_and_method_all_make_another_request(world: ApiWorld) -> None:
    manager, draft = world.as_("manager"), world.draft()
    condition, body = KEY | {"If-Match": '"0"'}, '{"level": 1}'
    typed = condition | {"Content-Type": "application/json"}
    answered(manager.put(f"/assessments/{draft}/answers/A.1", content=body, headers=typed))
    with world.nothing_changed():
        for path, content in (
            ("answers/A.2", body),
            ("answers/A.1?lang=nb", body),
            ("answers/A.1", '{"level": 2}'),
            ("answers/A.1", '{"level":  1}'),
        ):
            response = manager.put(f"/assessments/{draft}/{path}", content=content, headers=typed)
            assert faults(response) == [("Idempotency-Key", "reused")]


def test_fifty_changes_each_sent_twice_are_fifty_changes(world: ApiWorld) -> None:
    address, manager = f"/assessments/{world.draft()}/answers/A.1", world.as_("manager")
    for turn in range(50):
        headers = {"Idempotency-Key": f"turn-{turn}", "If-Match": f'"{turn}"'}
        pair = [manager.put(address, json={"level": turn % 3, "note": str(turn)}, headers=headers) for _ in range(2)]
        assert kept(pair[0]) == kept(pair[1])
        assert answered(pair[0])["revision"] == turn + 1


def test_the_same_write_sent_ten_times_at_once_has_one_effect(world: ApiWorld) -> None:
    client, before = world.as_("owner"), answered(world.as_("owner").get("/clusters"))["items"]
    send = register(world)
    with ThreadPoolExecutor(10) as pool:
        responses = list(pool.map(lambda _: send(client, KEY), range(10)))
    assert all(kept(response) == kept(responses[0]) for response in responses)
    assert len(answered(world.as_("owner").get("/clusters"))["items"]) == len(before) + 1


def test_what_was_refused_can_be_mended_under_the_same_key(world: ApiWorld) -> None:
    draft, manager = world.start(), world.as_("manager")
    refused(manager.post(f"/assessments/{draft.id}/submit", headers=KEY), 409, "incomplete")
    world.answer(draft, {"A.1": 1, "A.2": 1, "B.1": 1})
    assert answered(manager.post(f"/assessments/{draft.id}/submit", headers=KEY))["state"] == "submitted"


def test_after_a_day_a_key_is_forgotten(world: ApiWorld) -> None:
    send, owner = register(world), world.as_("owner")
    answered(send(owner, KEY), 201)
    world.clock.move(hours=25)
    assert faults(send(owner, KEY)) == [("slug", "taken")]


def test_another_persons_key_is_another_key(world: ApiWorld) -> None:
    send = answer(world)
    first = answered(send(world.as_("manager"), KEY))
    refused(send(world.as_("contributor"), KEY), 412)
    refused(send(world.as_("neighbour"), KEY), 404)
    assert answered(send(world.as_("manager"), KEY)) == first


def test_a_token_that_may_do_less_does_not_get_the_answer(world: ApiWorld) -> None:
    send = answer(world)
    answered(send(world.as_("manager"), KEY))
    for scopes in ((TokenScope.READ,), (TokenScope.PORTFOLIO,)):
        assert faults(send(world.as_("manager", *scopes), KEY)) == [("Idempotency-Key", "reused")]


def test_who_has_lost_the_role_does_not_get_the_answer(world: ApiWorld) -> None:
    send, manager = answer(world), world.as_("manager")
    answered(send(manager, KEY))
    (membership,) = world.manager.memberships
    operators.remove_member(world.store, "manager@example.org", membership.role, cluster="kyst", programme=None)
    assert faults(send(manager, KEY)) == [("Idempotency-Key", "reused")]


@pytest.mark.parametrize("key", [b"", b" ", b"a b", b"\xf8", b"a" * 201, b"a\x7f"])
def test_what_is_no_key_is_refused(world: ApiWorld, key: Any) -> None:
    send, owner = register(world), world.as_("owner")
    with world.nothing_changed():
        headers: Any = {"Idempotency-Key": key}
        assert faults(send(owner, headers)) == [("Idempotency-Key", "key")]


def test_a_key_given_twice_is_refused(world: ApiWorld) -> None:
    owner = world.as_("owner")
    headers: Any = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    response = owner.post("/clusters", json={"name": "Ny", "programme": "north"}, headers=headers)
    assert faults(response) == [("Idempotency-Key", "twice")]


def test_without_a_token_a_key_is_no_way_in(world: ApiWorld) -> None:
    send = answer(world)
    answered(send(world.as_("manager"), KEY))
    refused(send(world.visitor, KEY), 401)
