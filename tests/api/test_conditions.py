"""What a request makes itself depend on: If-Match on changes, If-None-Match on reads."""

from collections.abc import Callable

import pytest
from httpx2 import Response

from tests.api.world import ApiWorld, answered, faults, refused

Change = Callable[[ApiWorld, dict[str, str]], Response]


def put_answer(world: ApiWorld, headers: dict[str, str]) -> Response:
    address = f"/assessments/{world.start().id}/answers/A.1"
    world.as_("manager").put(address, json={"level": 0}, headers={"If-Match": '"0"'})
    return world.as_("manager").put(address, json={"level": 1}, headers=headers)


def patch_answers(world: ApiWorld, headers: dict[str, str]) -> Response:
    sent = {"answers": {"A.1": {"level": 1}}}
    return world.as_("manager").patch(f"/assessments/{world.start().id}/answers", json=sent, headers=headers)


def delete(world: ApiWorld, headers: dict[str, str]) -> Response:
    return world.as_("manager").delete(f"/assessments/{world.start().id}", headers=headers)


def patch_cluster(world: ApiWorld, headers: dict[str, str]) -> Response:
    return world.as_("manager").patch("/clusters/kyst", json={"region": "Agder"}, headers=headers)


def submit(world: ApiWorld, headers: dict[str, str]) -> Response:
    draft = world.start()
    sent = {"answers": {number: {"level": 1} for number in ("A.1", "A.2", "B.1")}}
    answered(world.as_("manager").patch(f"/assessments/{draft.id}/answers", json=sent, headers={"If-Match": '"1"'}))
    return world.as_("manager").post(f"/assessments/{draft.id}/submit", headers=headers)


# Each change, and the revision that it is to be based on.
CHANGES: dict[str, tuple[Change, int]] = {
    "put answer": (put_answer, 1),
    "patch answers": (patch_answers, 1),
    "delete": (delete, 1),
    "patch cluster": (patch_cluster, 1),
    "submit": (submit, 2),
}
DUE = [name for name in CHANGES if name != "submit"]
TRUE = ['"{}"', '"x", "{}"', '"99" ,"{}"', 'W/"{}", "{}"', ' "{}" ', ',"{}",', '"{}", "99"']
OUTDATED = [
    *('"99"', '"0"', 'W/"{}"', '"0{}"', '"{}a"', '""', '"x"', '"-1"', '"1e0"', f'"{2**63}"', '"99", "98"'),
]
UNREADABLE = [
    "1",
    "'1'",
    '"1',
    '1"',
    '" 1"',
    '"1" "2"',
    '*, "1"',
    'w/"1"',
    "",
    " ",
    '"1\x002"',
    ", ".join(['"1"'] * 21),
]


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_based_on_what_there_is_is_made(world: ApiWorld, name: str) -> None:
    change, revision = CHANGES[name]
    for made, tags in enumerate(TRUE):
        now = revision + made if name == "patch cluster" else revision
        response = change(world, {"If-Match": tags.replace("{}", str(now))})
        assert response.status_code in {200, 204}, (tags, response.text)


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_based_on_anything_else_is_outdated(world: ApiWorld, name: str) -> None:
    change, revision = CHANGES[name]
    for tags in OUTDATED:
        refused(change(world, {"If-Match": tags.replace("{}", str(revision))}), 412, "stale")


@pytest.mark.parametrize("name", CHANGES)
def test_a_condition_that_cannot_be_read_is_refused(world: ApiWorld, name: str) -> None:
    for tags in UNREADABLE:
        refused(CHANGES[name][0](world, {"If-Match": tags}), 400, "if-match")


@pytest.mark.parametrize("name", DUE)
def test_a_change_must_say_what_it_is_based_on(world: ApiWorld, name: str) -> None:
    for headers in ({}, {"If-Match": "*"}, {"If-Match": " * "}):
        refused(CHANGES[name][0](world, headers), 428, "if-match")


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
def test_a_move_need_not_say_what_it_is_based_on(world: ApiWorld, headers: dict[str, str]) -> None:
    assert answered(submit(world, headers))["state"] == "submitted"


def test_of_two_changes_based_on_the_same_only_the_first_is_made(world: ApiWorld) -> None:
    address, manager = f"/assessments/{world.draft()}/answers/A.1", world.as_("manager")
    answered(manager.put(address, json={"level": 1}, headers={"If-Match": '"0"'}))
    with world.nothing_changed():
        refused(manager.put(address, json={"level": 2}, headers={"If-Match": '"0"'}), 412, "stale")
    contributor = world.as_("contributor")
    answered(contributor.put(address, json={"level": 2}, headers={"If-Match": '"1"'}))


def test_an_answer_is_outdated_only_by_itself_and_several_by_any(world: ApiWorld) -> None:
    draft, manager = world.draft(), world.as_("manager")
    for number in ("A.1", "A.2"):
        answered(manager.put(f"/assessments/{draft}/answers/{number}", json={"level": 1}, headers={"If-Match": '"0"'}))
    sent = {"answers": {"B.1": {"level": 1}}}
    refused(manager.patch(f"/assessments/{draft}/answers", json=sent, headers={"If-Match": '"1"'}), 412)
    answered(manager.patch(f"/assessments/{draft}/answers", json=sent, headers={"If-Match": '"3"'}))


@pytest.mark.parametrize("name", DUE)
def test_what_is_not_there_is_not_found_whatever_the_condition(world: ApiWorld, name: str) -> None:
    stranger = world.as_("stranger")
    world.as_("manager")
    draft = world.draft()
    calls: dict[str, Callable[[dict[str, str]], Response]] = {
        "put answer": lambda h: stranger.put(f"/assessments/{draft}/answers/A.1", json={"level": 1}, headers=h),
        "patch answers": lambda h: stranger.patch(
            f"/assessments/{draft}/answers", json={"answers": {"A.1": {"level": 1}}}, headers=h
        ),
        "delete": lambda h: stranger.delete(f"/assessments/{draft}", headers=h),
        "patch cluster": lambda h: stranger.patch("/clusters/kyst", json={"name": "X"}, headers=h),
    }
    for headers in ({}, {"If-Match": "*"}, {"If-Match": '"1"'}, {"If-Match": '"99"'}):
        refused(calls[name](headers), 404)


READS = [
    "/frameworks",
    "/frameworks/tiny/1.0",
    "/clusters",
    "/clusters/kyst",
    "/clusters/kyst/assessments",
    "/assessments",
    "/assessments?format=ndjson",
    "/assessments/{id}",
    "/assessments/{id}/gap",
    "/portfolio",
    "/portfolio/indicators",
    "/portfolio/heatmap",
]


@pytest.mark.parametrize("path", READS)
def test_what_the_caller_has_already_is_not_sent_again(world: ApiWorld, path: str) -> None:
    address, manager = path.replace("{id}", world.submit().id), world.as_("manager")
    response = manager.get(address)
    tag = response.headers["etag"]
    world.clock.move(seconds=7)
    for given in (tag, "*", f'"x", {tag}', tag.removeprefix("W/"), f"W/{tag.removeprefix('W/')}"):
        again = manager.get(address, headers={"If-None-Match": given})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert response.headers["vary"].startswith(again.headers["vary"])
        assert "content-type" not in again.headers
    for given in ('"x"', tag.strip('"'), f"{tag} {tag}", "", '"*"'):
        assert manager.get(address, headers={"If-None-Match": given}).status_code == 200


@pytest.mark.parametrize("path", [path for path in READS if not path.startswith("/frameworks")])
def test_a_change_makes_another_tag(world: ApiWorld, path: str) -> None:
    draft, manager = world.complete(), world.as_("manager")
    before = manager.get(path.replace("{id}", draft.id)).headers["etag"]
    answered(manager.put(f"/assessments/{draft.id}/answers/B.1", json={"level": 1}, headers={"If-Match": '"1"'}))
    answered(manager.post(f"/assessments/{draft.id}/submit"))
    # The first submission made it another one: the cluster shares since then.
    answered(manager.patch("/clusters/kyst", json={"name": "New"}, headers={"If-Match": '"2"'}))
    assert manager.get(path.replace("{id}", draft.id), headers={"If-None-Match": before}).status_code == 200


@pytest.mark.parametrize("path", ["/frameworks", "/frameworks/tiny/1.0", "/assessments/{id}/gap"])
def test_another_language_has_another_tag(world: ApiWorld, path: str) -> None:
    address, manager = (
        path.replace("{id}", world.submit(levels={"A.1": 0, "A.2": 0, "B.1": 0}).id),
        world.as_("manager"),
    )
    english = manager.get(address)
    norwegian = manager.get(address, headers={"If-None-Match": english.headers["etag"], "Accept-Language": "nb"})
    assert answered(norwegian) != answered(english)
    assert [each.headers["content-language"] for each in (english, norwegian)] == ["en", "nb"]


def test_somebody_who_sees_more_has_another_tag(world: ApiWorld) -> None:
    world.submit()
    world.submit(world.fjord)
    for path in ("/clusters", "/assessments", "/portfolio", "/portfolio/heatmap"):
        tags = {world.as_(name).get(path).headers["etag"] for name in ("manager", "neighbour", "owner")}
        assert len(tags) == 3


def test_a_read_is_not_kept_by_what_stands_between(world: ApiWorld) -> None:
    manager = world.as_("manager")
    assert manager.get("/clusters/kyst").headers["cache-control"] == "no-store"
    assert manager.get("/clusters/kyst").headers["vary"] == "Authorization, Accept-Language"
    assert world.visitor.get("/frameworks").headers["cache-control"] == "no-cache"
    assert world.visitor.get("/frameworks").headers["vary"] == "Accept-Language"


def test_a_tag_cannot_be_guessed_across_what_is_hidden(world: ApiWorld) -> None:
    draft = world.draft()
    for condition in ('"1"', "*"):
        refused(world.as_("stranger").get(f"/assessments/{draft}", headers={"If-None-Match": condition}), 404)
        refused(world.as_("owner").get(f"/assessments/{draft}", headers={"If-None-Match": condition}), 403)
        refused(world.visitor.get(f"/assessments/{draft}", headers={"If-None-Match": condition}), 401)


def test_a_query_is_checked_before_anything_is_compared(world: ApiWorld) -> None:
    response = world.as_("manager").get("/portfolio?basis=x", headers={"If-None-Match": "*"})
    assert faults(response) == [("basis", "choice")]
