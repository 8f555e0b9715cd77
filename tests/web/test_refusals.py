"""Whatever was refused leaves one line in the journal, whichever face refused it, and never what was sent."""

from collections.abc import Iterator

import pytest
from httpx2 import Response

from app.domain.roles import Role
from app.store import refusals as kept
from app.usecases import tokens
from tests.pages.client import PageClient
from tests.pages.conftest import app, built, clock, compiled, frameworks, migrated, store, world
from tests.pages.desk import Desk
from tests.pages.world import World
from tests.store.lines import lines
from tests.store.stores import content

__all__ = ["app", "built", "clock", "compiled", "frameworks", "migrated", "store", "world"]
TYPED = "zxqv-typed-by-somebody@example.org"


@pytest.fixture
def desk(world: World) -> Iterator[Desk]:
    desk = Desk(world)
    yield desk
    assert TYPED not in repr(content(world.store))


def refused(world: World) -> list[tuple[str, str, str]]:
    """Return who was refused where, and with what."""
    found = [line for line in lines(world.store) if line["verb"] == "refused"]
    return [(line["name"] or "", line["subject"], line["after"]) for line in found]


def said(code: str, method: str = "POST") -> str:
    return f'{{"code": "{code}", "method": "{method}"}}'


def api(world: World, method: str, path: str, token: str) -> Response:
    headers = {"Authorization": f"Bearer {token}"}
    return PageClient(world.app).http.request(method, f"/api/v1{path}", headers=headers)


def token_of(world: World, role: Role, **where: str) -> str:
    person = world.person(role, **where, name="Some Body")
    return tokens.issue(world.store, person, {"name": "t", "scopes": ["read", "write"], "days": 1}).secret


def test_what_a_role_does_not_allow_is_noted_on_a_page(desk: Desk) -> None:
    browser = desk.world.browser(desk.ola)
    assert browser.http.get("/clusters/havbruk/edit").status_code == 403
    form = {"name": TYPED, "revision": "1"}
    assert browser.http.post("/clusters/havbruk/edit", data=form).status_code == 403
    expected = [("Ola", "edit_cluster", said("role", "GET")), ("Ola", "update_cluster", said("role"))]
    assert refused(desk.world) == expected


def test_what_a_role_does_not_allow_is_noted_on_the_api(desk: Desk) -> None:
    token = token_of(desk.world, Role.OBSERVER, cluster="havbruk")
    headers = {"Authorization": f"Bearer {token}", "If-Match": '"1"'}
    answer = PageClient(desk.world.app).http.patch("/api/v1/clusters/havbruk", headers=headers, json={"region": TYPED})
    assert answer.status_code == 403
    assert refused(desk.world) == [("Some Body", "change_cluster", said("role", "PATCH"))]


def test_a_write_out_of_reach_is_noted_and_a_read_is_not(desk: Desk) -> None:
    desk.world.cluster("fjell")
    browser = desk.browser
    assert browser.http.get("/clusters/fjell").status_code == 404
    assert browser.http.get(f"/clusters/{TYPED}").status_code == 404
    assert refused(desk.world) == []
    assert browser.http.post("/clusters/fjell/edit", data={"name": TYPED}).status_code == 404
    assert browser.http.post(f"/clusters/{TYPED}/edit", data={}).status_code == 404
    token = token_of(desk.world, Role.MANAGER, cluster="havbruk")
    assert api(desk.world, "POST", f"/assessments/{'0' * 16}/submit", token).status_code == 404
    assert refused(desk.world) == [
        ("Kari", "update_cluster", said("not-found")),
        ("Kari", "update_cluster", said("not-found")),
        ("Some Body", "submit_assessment", said("not-found")),
    ]


def test_a_failed_sign_in_is_noted_without_the_address(desk: Desk) -> None:
    visitor = desk.world.browser()
    visitor.send("/sign-in", {"email": TYPED, "password": TYPED}, 422)
    assert refused(desk.world) == [("", "sign_in_with_password", said("sign-in"))]


def test_a_link_to_a_new_password_that_is_not_good_is_noted_also_for_visitors(desk: Desk) -> None:
    unknown = f"/reset/{'0' * 16}/{TYPED}"
    visitor = desk.world.browser()
    visitor.open(unknown, status=404)
    visitor.refused(unknown, {"new_password": TYPED, "again": TYPED}, status=404)
    desk.browser.refused(unknown, {"new_password": TYPED}, status=404)
    assert refused(desk.world) == [
        ("", "reset", said("reset-link", "GET")),
        ("", "set_password", said("reset-link")),
        ("Kari", "set_password", said("reset-link")),
    ]
    for _ in range(40):
        visitor.http.get(unknown)
    assert len(refused(desk.world)) < 25


def test_a_token_that_is_not_valid_is_noted(desk: Desk) -> None:
    assert api(desk.world, "GET", "/clusters", TYPED).status_code == 401
    assert refused(desk.world) == [("", "list_clusters", said("token", "GET"))]
    assert PageClient(desk.world.app).http.get("/api/v1/clusters").status_code == 401
    assert len(refused(desk.world)) == 1


def test_an_answer_that_may_not_be_given_is_noted_though_its_form_comes_back(desk: Desk) -> None:
    observer = desk.world.signed_in(Role.OBSERVER, cluster="havbruk")
    form = {"level-A.1": "1", "note-A.1": TYPED, "revision-A.1": "0"}
    assert observer.http.post(desk.path, data=form).status_code == 403
    fragment = observer.http.post(desk.path, data=form, headers={"HX-Request": "true"})
    assert fragment.status_code == 403
    assert refused(desk.world) == [("Some observer", "answer", said("role"))] * 2


def test_what_is_only_mistyped_or_late_is_not_noted(desk: Desk) -> None:
    browser = desk.browser
    assert browser.http.post("/clusters/havbruk/edit", data={"name": "", "revision": "1"}).status_code == 422
    assert browser.http.post("/clusters/havbruk/edit", data={"name": "A", "revision": "0"}).status_code == 412
    assert browser.http.post(f"/assessments/{desk.key}/submit", data={}).status_code == 412
    assert desk.world.browser().http.get("/account").status_code == 303
    assert desk.world.browser().http.post("/nowhere").status_code == 404
    assert refused(desk.world) == []


def test_a_refusal_stands_though_it_cannot_be_noted(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk.world.store.writing() as tx:
        nothing = "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        tx.connection.exec_driver_sql(f"CREATE TRIGGER full BEFORE INSERT ON attempts {nothing}")
    browser = desk.world.browser(desk.ola)
    assert browser.http.get("/clusters/havbruk/edit").status_code == 403
    assert browser.http.post("/clusters/nowhere/edit", data={}).status_code == 404
    assert refused(desk.world) == []
    monkeypatch.setattr(kept, "MOST", 0)
    assert browser.http.get("/clusters/havbruk/edit").status_code == 403


def test_nobody_can_fill_the_journal_with_refusals(desk: Desk) -> None:
    browser = desk.world.browser(desk.ola)
    for _ in range(30):
        assert browser.http.get("/clusters/havbruk/edit").status_code == 403
    assert len(refused(desk.world)) == kept.MOST


def test_what_was_refused_is_undone_and_the_line_of_it_is_not(desk: Desk) -> None:
    browser, before = desk.world.browser(desk.ola), content(desk.world.store)
    browser.http.post(f"/assessments/{desk.key}/delete", data={"revision": "1"})
    after = content(desk.world.store)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"journal", "journal_names", "journal_texts", "attempts", "keys"}
    assert len(after["journal"]) == len(before["journal"]) + 1
