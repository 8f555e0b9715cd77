"""Assessments through the API: start, show, list, submit, withdraw, delete."""

import json

import pytest

from app.domain.lifecycle import Move
from app.usecases import clusters
from tests.api.world import ApiWorld, answered, faults, refused
from tests.make import make_framework

STARTED = {"framework": "tiny", "version": "1.0", "reference_date": "2026-09-30", "title": "Autumn 2026"}
LINE = {
    *("id", "cluster", "title", "framework", "version", "digest", "reference_date", "round", "state", "revision"),
    *("answered", "total"),
}
WHOLE = LINE | {"answers", "findings", "evidence", "actions"}


def test_a_started_assessment_is_a_draft_at_an_address_of_its_own(world: ApiWorld) -> None:
    manager = world.as_("manager")
    response = manager.post("/clusters/kyst/assessments", json=STARTED)
    started = answered(response, 201)
    assert set(started) == WHOLE
    assert response.headers["location"] == f"/api/v1/assessments/{started['id']}"
    assert response.headers["etag"] == '"1"'
    expected = {
        "cluster": "kyst",
        "title": "Autumn 2026",
        "framework": "tiny",
        "version": "1.0",
        "digest": make_framework().digest,
        "reference_date": "2026-09-30",
        "round": None,
        "state": "draft",
        "revision": 1,
        "answered": 0,
        "total": 3,
        "answers": [],
        "findings": [],
        "evidence": [],
        "actions": ["answer", "delete"],
    }
    assert started == {**expected, "id": started["id"]}
    shown = manager.get(response.headers["location"].removeprefix("/api/v1"))
    assert (answered(shown), shown.headers["etag"]) == (started, '"1"')


def test_without_a_framework_the_newest_that_is_offered_is_taken(world: ApiWorld) -> None:
    raw = {"reference_date": "2026-09-30", "title": "Autumn 2026"}
    started = answered(world.as_("manager").post("/clusters/kyst/assessments", json=raw), 201)
    assert (started["framework"], started["version"]) == ("tiny", "1.0")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": ""}, [("title", "required")]),
        ({"title": "a" * 201}, [("title", "too-long")]),
        ({"title": "a\nb"}, [("title", "line")]),
        ({"title": None}, [("title", "text")]),
        ({"title": 1}, [("title", "text")]),
        ({"title": "\u202eevil"}, [("title", "characters")]),
        ({"reference_date": "2026-02-30"}, [("reference_date", "date")]),
        ({"reference_date": "infinity"}, [("reference_date", "date")]),
        ({"reference_date": 20260930}, [("reference_date", "text")]),
        ({"version": "0.9"}, [("version", "framework")]),
        ({"framework": "x"}, [("version", "framework")]),
        ({"round": "never"}, [("round", "round")]),
        ({"state": "submitted"}, [("body", "unknown")]),
    ],
)
def test_what_cannot_be_started_is_told_by_field(
    world: ApiWorld, changes: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    with world.nothing_changed():
        assert faults(world.as_("manager").post("/clusters/kyst/assessments", json={**STARTED, **changes})) == expected


def test_every_fault_is_told_at_once(world: ApiWorld) -> None:
    raw = {"title": 1, "framework": None, "x": 1, "y": 2}
    assert sorted(faults(world.as_("manager").post("/clusters/kyst/assessments", json=raw))) == [
        ("body", "unknown"),
        ("body", "unknown"),
        ("framework", "text"),
        ("title", "text"),
    ]


def test_a_round_brings_its_own_reference_date(world: ApiWorld) -> None:
    clusters.open_round(world.store, world.actor("owner"), "north", {"name": "Spring", "reference_date": "2026-03-31"})
    manager, path = world.as_("manager"), "/clusters/kyst/assessments"
    started = answered(manager.post(path, json={"title": "Spring", "round": "spring"}), 201)
    assert (started["round"], started["reference_date"]) == ("spring", "2026-03-31")
    with world.nothing_changed():
        assert faults(manager.post(path, json={**STARTED, "round": "spring"})) == [("reference_date", "round-date")]
        assert faults(manager.post(path, json={"title": "Never"})) == [("reference_date", "date")]


def test_the_whole_shows_the_saved_answers_in_the_standards_order(world: ApiWorld) -> None:
    draft = world.answer(world.start(), {"B.1": 0, "A.1": 2})
    shown = answered(world.as_("manager").get(f"/assessments/{draft.id}"))
    assert shown["answers"] == [
        {
            "indicator": number,
            "level": level,
            "note": "",
            "revision": 1,
            "updated_at": "2026-10-01T08:00:00Z",
            "updated_by": "Manager",
        }
        for number, level in (("A.1", 2), ("B.1", 0))
    ]
    assert (shown["answered"], shown["revision"]) == (2, 2)


def test_handing_in_locks_the_answers_and_taking_back_ends_it(world: ApiWorld) -> None:
    manager, draft = world.as_("manager"), world.complete()
    assert "submit" in answered(manager.get(f"/assessments/{draft.id}"))["actions"]
    response = manager.post(f"/assessments/{draft.id}/submit")
    handed_in = answered(response)
    assert (handed_in["state"], handed_in["actions"]) == ("submitted", ["withdraw"])
    assert response.headers["etag"] == f'"{handed_in["revision"]}"'
    change = manager.put(f"/assessments/{draft.id}/answers/A.1", json={"level": 1}, headers={"If-Match": '"1"'})
    refused(change, 409, "locked")
    assert answered(manager.post(f"/assessments/{draft.id}/withdraw", json={}))["state"] == "withdrawn"
    refused(manager.post(f"/assessments/{draft.id}/withdraw"), 409, "state")


def test_an_incomplete_assessment_cannot_be_handed_in(world: ApiWorld) -> None:
    draft = world.answer(world.start(), {"A.1": 0})
    problem = refused(world.as_("manager").post(f"/assessments/{draft.id}/submit"), 409, "incomplete")
    assert problem["detail"].startswith("1 of 3 indicators are answered")


@pytest.mark.parametrize("body", [{"state": "closed"}, [], "x", 1])
def test_a_move_takes_nothing_in_its_body(world: ApiWorld, body: object) -> None:
    draft = world.complete()
    with world.nothing_changed():
        refused(world.as_("manager").post(f"/assessments/{draft.id}/submit", json=body), 422)


@pytest.mark.parametrize("move", ["start-review", "close", "publish", "Submit"])
def test_a_move_that_there_is_not_is_not_found(world: ApiWorld, move: str) -> None:
    refused(world.as_("manager").post(f"/assessments/{world.complete().id}/{move}"), 404)


def test_a_draft_can_be_deleted_and_is_gone(world: ApiWorld) -> None:
    manager, draft = world.as_("manager"), world.answer(world.start(), {"A.1": 0})
    response = manager.delete(f"/assessments/{draft.id}", headers={"If-Match": '"2"'})
    assert (response.status_code, response.content) == (204, b"")
    refused(manager.get(f"/assessments/{draft.id}"), 404)


def test_what_was_handed_in_cannot_be_deleted(world: ApiWorld) -> None:
    handed_in = world.submit()
    condition = {"If-Match": f'"{handed_in.revision}"'}
    refused(world.as_("manager").delete(f"/assessments/{handed_in.id}", headers=condition), 409, "locked")


def test_the_list_has_everything_within_reach_whole(world: ApiWorld) -> None:
    own, near, _far = world.complete(), world.submit(world.fjord), world.submit(world.fjell)
    hidden = world.start(world.fjord)
    owner, manager = world.as_("owner"), world.as_("manager")
    listed = answered(owner.get("/assessments"))
    assert ([each["id"] for each in listed["items"]], listed["next"]) == ([near.id], None)
    assert set(listed["items"][0]) == WHOLE
    assert listed["items"][0] == answered(owner.get(f"/assessments/{near.id}"))
    assert [each["id"] for each in answered(manager.get("/assessments"))["items"]] == [own.id]
    refused(owner.get(f"/assessments/{hidden.id}"), 403)


def test_a_clusters_own_list_has_its_assessments_in_short(world: ApiWorld) -> None:
    handed_in, draft = world.submit(), world.start()
    for name, expected in (("manager", [handed_in.id, draft.id]), ("owner", [handed_in.id])):
        listed = answered(world.as_(name).get("/clusters/kyst/assessments"))
        assert [each["id"] for each in listed["items"]] == expected
        assert [set(each) for each in listed["items"]] == [LINE] * len(expected)


def test_the_lists_can_be_had_from_a_moment_on(world: ApiWorld) -> None:
    world.submit()
    moment = world.clock.move(hours=1).isoformat()
    draft = world.start()
    for path in ("/assessments", "/clusters/kyst/assessments"):
        found = answered(world.as_("manager").get(path, params={"updated_since": moment}))
        assert [each["id"] for each in found["items"]] == [draft.id]


@pytest.mark.parametrize(
    "moment",
    [
        "2026-10-01T08:00:01Z",
        "2026-10-01T10:00:01+02:00",
        "2026-10-01T10:00:01 02:00",
        "2026-10-01T08:00:01",
        "2026-10-02",
    ],
)
def test_a_moment_can_be_said_in_several_ways(world: ApiWorld, moment: str) -> None:
    world.submit()
    found = [
        answered(world.as_("manager").get(f"/assessments?updated_since={each}"))
        for each in (moment, "2026-10-01T08:00:00Z")
    ]
    assert [len(each["items"]) for each in found] == [0, 1]


@pytest.mark.parametrize(
    "moment",
    [
        *("", "yesterday", "1700000000", "2026-13-01", "2026-10-01T08:00:00+99:00"),
        pytest.param("infinity", id="infinity, CVE-2021-29510"),
    ],
)
def test_what_is_no_moment_is_refused(world: ApiWorld, moment: str) -> None:
    assert faults(world.as_("manager").get("/assessments", params={"updated_since": moment})) == [
        ("updated_since", "moment")
    ]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_all_years_are_moments(world: ApiWorld, moment: str) -> None:
    answered(world.as_("manager").get("/assessments", params={"updated_since": moment}))


def test_everything_can_be_had_as_one_assessment_a_line(world: ApiWorld) -> None:
    ids = [world.submit().id, world.start().id]
    manager = world.as_("manager")
    response = manager.get("/assessments?format=ndjson")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/x-ndjson")
    lines = [json.loads(line) for line in response.text.splitlines()]
    assert lines == answered(manager.get("/assessments"))["items"]
    assert [line["id"] for line in lines] == ids
    assert response.text.endswith("}\n")
    again = manager.get("/assessments?format=ndjson", headers={"If-None-Match": response.headers["etag"]})
    assert again.status_code == 304
    assert faults(manager.get("/assessments?format=ndjson&limit=2")) == [("format", "not-paged")]
    assert faults(manager.get("/assessments?format=csv")) == [("format", "choice")]


def test_only_what_takes_everything_along_leaves_a_line_in_the_journal(world: ApiWorld) -> None:
    manager = world.as_("manager")
    with world.one_line("exported"):
        manager.get("/assessments?format=ndjson")
    with world.unchanged():
        manager.get("/assessments")
        manager.get("/assessments?format=ndjson&limit=2")


def test_nothing_within_reach_is_an_empty_answer(world: ApiWorld) -> None:
    nobody = world.as_("nobody")
    assert answered(nobody.get("/assessments")) == {"items": [], "next": None}
    assert nobody.get("/assessments?format=ndjson").text == ""
    assert answered(nobody.get("/clusters")) == {"items": [], "next": None}


def test_a_catalogue_that_was_changed_is_a_conflict_and_no_fault(world: ApiWorld) -> None:
    draft = world.start()
    world.app.state.frameworks = world.frameworks.__class__([make_framework(digest="other")])
    refused(world.as_("manager").get(f"/assessments/{draft.id}"), 409, "catalogue-changed")


def test_the_state_is_not_told_by_moves_alone(world: ApiWorld) -> None:
    handed_in = world.submit()
    world.move(handed_in, Move.WITHDRAW)
    refused(world.as_("owner").get(f"/assessments/{handed_in.id}"), 403)
