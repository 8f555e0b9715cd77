"""Answers through the API: one, several at once, and what is no answer."""

import pytest

from tests.api.world import ApiWorld, answered, faults, refused

FIRST = {"If-Match": '"0"'}
ANSWER = {"indicator", "level", "note", "revision", "updated_at", "updated_by"}


def test_the_first_answer_is_based_on_nothing(world: ApiWorld) -> None:
    draft, manager = world.draft(), world.as_("manager")
    response = manager.put(f"/assessments/{draft}/answers/A.1", json={"level": 2, "note": "Book"}, headers=FIRST)
    saved = answered(response)
    assert set(saved) == ANSWER
    assert saved == {
        "indicator": "A.1",
        "level": 2,
        "note": "Book",
        "revision": 1,
        "updated_at": "2026-10-01T08:00:00Z",
        "updated_by": "Manager",
    }
    assert response.headers["etag"] == '"1"'
    shown = manager.get(f"/assessments/{draft}")
    assert answered(shown)["answers"] == [saved]
    assert shown.headers["etag"] == '"2"'


def test_what_is_left_out_of_an_answer_stays(world: ApiWorld) -> None:
    address, manager = f"/assessments/{world.draft()}/answers/A.1", world.as_("manager")
    bodies: list[dict[str, object]] = [
        {"level": 2, "note": "Book"},
        {"level": 1},
        {"note": "New book"},
        {"level": None},
    ]
    saved = [
        answered(manager.put(address, json=body, headers={"If-Match": f'"{at}"'})) for at, body in enumerate(bodies)
    ]
    assert [(each["level"], each["note"]) for each in saved] == [
        (2, "Book"),
        (1, "Book"),
        (1, "New book"),
        (None, "New book"),
    ]


def test_the_same_answer_again_is_no_change(world: ApiWorld) -> None:
    draft, manager = world.draft(), world.as_("manager")
    answered(manager.put(f"/assessments/{draft}/answers/A.1", json={"level": 2}, headers=FIRST))
    with world.nothing_changed():
        again = manager.put(f"/assessments/{draft}/answers/A.1", json={"level": 2}, headers={"If-Match": '"1"'})
        assert answered(again)["revision"] == 1


@pytest.mark.parametrize(
    ("level", "code"),
    [
        (3, "level"),
        (-1, "level"),
        (2**63, "level"),
        (10**23, "level"),
        (True, "number"),
        ("2", "number"),
        (2.0, "number"),
        ([], "number"),
    ],
)
def test_what_is_no_level_is_refused(world: ApiWorld, level: object, code: str) -> None:
    draft, manager = world.draft(), world.as_("manager")
    with world.nothing_changed():
        response = manager.put(f"/assessments/{draft}/answers/A.1", json={"level": level}, headers=FIRST)
        assert faults(response) == [("level", code)]


def test_the_levels_are_those_of_the_framework(world: ApiWorld) -> None:
    address = f"/assessments/{world.draft()}/answers/A.1"
    response = world.as_("manager").put(f"{address}?lang=nb", json={"level": 3}, headers=FIRST)
    (fault,) = refused(response, 422)["problems"]
    assert ("0" in fault["message"], "2" in fault["message"]) == (True, True)
    assert fault["message"] != "Choose a level from 0 to 2, or none."


@pytest.mark.parametrize("number", ["A.9", "1.1.0", "x", "A.1.", "%00", "A%2F1", "a" * 101])
def test_an_indicator_that_there_is_not_is_not_found(world: ApiWorld, number: str) -> None:
    draft = world.draft()
    with world.nothing_changed():
        refused(
            world.as_("manager").put(f"/assessments/{draft}/answers/{number}", json={"level": 1}, headers=FIRST), 404
        )


def test_several_answers_are_kept_at_once(world: ApiWorld) -> None:
    draft, manager = world.draft(), world.as_("manager")
    sent = {"answers": {"A.1": {"level": 1, "note": "Two boats"}, "B.1": {"level": 0}}}
    response = manager.patch(f"/assessments/{draft}/answers", json=sent, headers={"If-Match": '"1"'})
    saved = answered(response)
    assert [(each["indicator"], each["level"], each["note"]) for each in saved["answers"]] == [
        ("A.1", 1, "Two boats"),
        ("B.1", 0, ""),
    ]
    assert (saved["revision"], response.headers["etag"]) == (2, '"2"')
    assert saved == answered(manager.get(f"/assessments/{draft}"))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"A.1": {"level": 1}, "A.2": {"level": 9}}, [("answers.A.2.level", "level")]),
        ({"A.1": {"level": 1}, "A.2": {"level": "1"}}, [("answers.A.2.level", "number")]),
        ({"A.1": {"level": 1}, "canary": {"level": 1}}, [("answers", "unknown")]),
        ({"A.1": {"level": 1}, "canary": {"level": "1"}}, [("answers.level", "number")]),
        ({"A.1": {"level": 1, "canary": 1}}, [("answers.A.1", "unknown")]),
        ({"A.1": {"level": 1, "note": "a" * 10_001}}, [("answers.A.1.note", "too-long")]),
        ({"A.1": {"level": 1}, "A.2": {"note": "\u0000"}}, [("answers.A.2.note", "characters")]),
        ({"A.1": {"level": 1}, "A.2": None}, [("answers.A.2", "object")]),
        ({"A.1": {"level": 1, "note": "canary"}, "B.1": [1]}, [("answers.B.1", "object")]),
        ({}, [("answers", "too-few")]),
        ([], [("answers", "object")]),
    ],
)
def test_of_several_answers_all_are_kept_or_none(
    world: ApiWorld, sent: object, expected: list[tuple[str, str]]
) -> None:
    draft, manager = world.draft(), world.as_("manager")
    with world.nothing_changed():
        response = manager.patch(f"/assessments/{draft}/answers", json={"answers": sent}, headers={"If-Match": '"1"'})
        assert faults(response) == expected
        assert "canary" not in response.text
        assert "canary" not in str(response.headers)


@pytest.mark.parametrize("name", ["observer", "evaluator", "reader", "owner", "administrator"])
def test_nobody_else_edits_a_clusters_answers(world: ApiWorld, name: str) -> None:
    draft, person = world.draft(), world.as_(name)
    with world.nothing_changed():
        # Who may not do this at all is told so, whether or not the change says what it is based on.
        for headers in (FIRST, {"If-Match": '"7"'}, {}):
            refused(person.put(f"/assessments/{draft}/answers/A.1", json={"level": 1}, headers=headers), 403, "role")
        change = {"answers": {"A.1": {"level": 1}}}
        refused(person.patch(f"/assessments/{draft}/answers", json=change, headers={"If-Match": '"1"'}), 403, "role")
