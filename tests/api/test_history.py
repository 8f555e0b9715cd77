"""The history of a cluster and of an assessment as JSON."""

import pytest

from app.domain.roles import TokenScope
from app.store import journal
from app.usecases import assessments
from tests.api.world import ApiWorld, answered, faults, refused


@pytest.fixture
def draft(world: ApiWorld) -> str:
    """A draft of kyst, one of whose answers was changed."""
    key = world.draft()
    for revision, (level, note) in enumerate(((1, ""), (2, "Better"))):
        raw = {"level": level, "note": note}
        assessments.answer(world.store, world.frameworks, world.manager, key, "A.1", raw, revision)
    return key


def test_an_assessments_history_says_who_changed_what_from_what(world: ApiWorld, draft: str) -> None:
    page = answered(world.as_("observer").get(f"/assessments/{draft}/history"))
    newest, *_, oldest = page["items"]
    newest.pop("id")
    assert newest == {
        "at": "2026-10-01T08:00:00Z",
        "by": "Manager",
        "verb": "answered",
        "cluster": "kyst",
        "assessment": draft,
        "indicator": "A.1",
        "before": {"level": 1, "note": ""},
        "after": {"level": 2, "note": "Better"},
    }
    assert (oldest["verb"], oldest["before"], oldest["after"]) == ("started", {}, {"title": "Autumn"})
    assert page["next"] is None


def test_it_can_be_narrowed_to_an_indicator(world: ApiWorld, draft: str) -> None:
    client = world.as_("contributor")
    found = answered(client.get(f"/assessments/{draft}/history", params={"indicator": "A.1"}))["items"]
    assert [line["after"]["level"] for line in found] == [2, 1]
    assert answered(client.get(f"/assessments/{draft}/history", params={"indicator": "B.1"}))["items"] == []
    unknown = client.get(f"/assessments/{draft}/history", params={"indicator": "Z.9"})
    assert faults(unknown) == [("indicator", "unknown")]
    assert faults(client.get(f"/assessments/{draft}/history", params={"indicator": "a b"}))


@pytest.mark.usefixtures("draft")
def test_outside_the_cluster_nothing_of_a_draft_is_told(world: ApiWorld) -> None:
    own = answered(world.as_("manager").get("/clusters/kyst/history"))["items"]
    assert [line["verb"] for line in own] == ["answered", "answered", "started"]
    assert answered(world.as_("owner").get("/clusters/kyst/history"))["items"] == []
    world.submit()
    (line,) = answered(world.as_("owner").get("/clusters/kyst/history"))["items"]
    assert (line["verb"], line["after"]) == ("submitted", {"state": "submitted"})


def test_an_erased_name_is_null(world: ApiWorld, draft: str) -> None:
    with world.store.writing() as tx:
        journal.forget(tx, "manager")
    found = answered(world.as_("observer").get(f"/assessments/{draft}/history"))["items"]
    assert {line["by"] for line in found} == {None}


def test_a_token_needs_the_scope_read(world: ApiWorld, draft: str) -> None:
    client = world.as_("manager", TokenScope.WRITE)
    for path in ("/clusters/kyst/history", f"/assessments/{draft}/history"):
        refused(client.get(path), 403, "scope")


@pytest.mark.parametrize("path", ["/clusters/kyst/history", "/assessments/{draft}/history"])
def test_page_by_page_every_line_comes_once(world: ApiWorld, draft: str, path: str) -> None:
    client, address = world.as_("manager"), path.format(draft=draft)
    whole = answered(client.get(address))["items"]
    for limit in (1, 2, 3):
        found: list[object] = []
        cursor = None
        while cursor is not None or not found:
            page = answered(client.get(address, params={"limit": limit} | ({"cursor": cursor} if cursor else {})))
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                break
        assert found == whole


@pytest.mark.parametrize("cursor", ["WyJ4Il0", "WyIyMDI2IiwiMSIsImEiXQ", "W10", "WyIiLCIiLCIiXQ", "x"])
def test_what_is_no_cursor_is_refused(world: ApiWorld, cursor: str) -> None:
    found = faults(world.as_("manager").get("/clusters/kyst/history", params={"cursor": cursor}))
    assert found == [("cursor", "cursor")]


def test_a_history_that_is_unchanged_is_not_sent_again(world: ApiWorld, draft: str) -> None:
    client = world.as_("manager")
    first = client.get(f"/assessments/{draft}/history")
    again = client.get(f"/assessments/{draft}/history", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
