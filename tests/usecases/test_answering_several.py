"""Several answers at once: all or none against one revision, or each by itself as a browser saves them."""

from typing import Any

import pytest

from app.domain.answers import Answer
from app.domain.errors import Invalid, Stale
from app.domain.lifecycle import Assessment
from app.usecases import assessments
from app.usecases.assessments import AnswersSaved, Report
from tests.make import NOW, Clock, make_framework
from tests.usecases.world import World

Sent = dict[str, dict[str, Any]]


def answer_all(world: World, assessment: Assessment, sent: Sent, revision: int) -> Report:
    return assessments.answer_all(world.store, world.frameworks, world.manager, assessment.id, sent, revision)


def answer_each(world: World, assessment: Assessment, sent: Sent, revisions: dict[str, int]) -> AnswersSaved:
    actor = world.actor("contributor")
    return assessments.answer_each(world.store, world.frameworks, actor, assessment.id, sent, revisions)


def test_all_are_kept_together_and_raise_the_assessments_revision_once(world: World) -> None:
    draft = world.start()
    report = answer_all(world, draft, {"A.1": {"level": 2, "note": "boats"}, "B.1": {"level": 0}, "A.2": {}}, 1)
    assert report.assessment.levels == {"A.1": 2, "B.1": 0}
    assert report.assessment.revision == 2
    assert report.assessment == world.read(draft)
    assert (report.framework, report.actions) == (make_framework(), ("answer", "delete"))
    assert world.verbs() == ["started", "answered", "answered"]
    assert [line.after["indicator"] for line in world.journal()[1:]] == ["A.1", "B.1"]


def test_the_last_missing_answer_opens_the_way_to_submit(world: World) -> None:
    draft = world.answer(world.start(), {"A.1": 0, "A.2": 0})
    report = answer_all(world, draft, {"B.1": {"level": 0}}, 2)
    assert report.actions == ("answer", "submit", "delete")


@pytest.mark.parametrize(
    ("sent", "problems"),
    [
        ({"A.1": {"level": 2}, "A.2": {"level": 3}}, [("answers.A.2.level", "level")]),
        ({"A.1": {"level": 2}, "Z.9": {"level": 1}}, [("answers", "unknown")]),
        ({"\x00": {}, "\ud800": {}, "": {}}, [("answers", "unknown")] * 3),
        (
            {"A.1": {"level": "x", "note": "\x00"}, "B.1": {"level": 1}, "Z": {}},
            [("answers.A.1.level", "level"), ("answers.A.1.note", "characters"), ("answers", "unknown")],
        ),
    ],
)
def test_one_bad_answer_refuses_all_and_every_problem_is_named(
    world: World, sent: Sent, problems: list[tuple[str, str]]
) -> None:
    draft = world.start()
    with world.unchanged(), pytest.raises(Invalid) as refused:
        answer_all(world, draft, sent, 1)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == problems


@pytest.mark.parametrize("revision", [0, 1, 3, -1])
def test_all_are_refused_against_another_revision_of_the_assessment(world: World, revision: int) -> None:
    draft = world.answer(world.start(), {"A.1": 1})
    with world.unchanged(), pytest.raises(Stale) as refused:
        answer_all(world, draft, {"B.1": {"level": 1}}, revision)
    assert refused.value.current == draft


@pytest.mark.parametrize("sent", [{}, {"A.1": {"level": 2}}, {"A.1": {}, "B.1": {"level": None}}])
def test_all_that_change_nothing_write_nothing(world: World, sent: Sent) -> None:
    draft = world.answer(world.start(), {"A.1": 2})
    with world.unchanged():
        assert answer_all(world, draft, sent, 2).assessment == draft


def test_each_is_kept_that_can_be_and_the_others_are_handed_back(world: World, clock: Clock) -> None:
    draft = world.answer(world.start(), {"A.1": 1, "A.2": 1})
    now = clock.move(minutes=1)
    sent = {"A.1": {"level": 2}, "A.2": {"level": 2}, "B.1": {"level": 9}, "Z.9": {"level": 1}}
    before = world.verbs()
    saved = answer_each(world, draft, sent, {"A.1": 1, "A.2": 0, "B.1": 0})
    assert saved.stale == {"A.2": Answer("A.2", 1, "", 1, NOW, "Manager")}
    found = {number: [(p.field, p.code) for p in each] for number, each in saved.problems.items()}
    assert found == {"B.1": [("answers.B.1.level", "level")], "Z.9": [("answers", "unknown")]}
    assert saved.assessment.levels == {"A.1": 2, "A.2": 1}
    assert saved.assessment.answer("A.1") == Answer("A.1", 2, "", 2, now, "Contributor")
    assert saved.assessment.revision == draft.revision + 1
    assert saved.framework == make_framework()
    assert world.read(draft) == saved.assessment
    assert world.verbs() == [*before, "answered"]


def test_each_of_several_good_answers_is_kept_with_a_line_of_its_own(world: World) -> None:
    draft = world.start()
    saved = answer_each(world, draft, {"A.1": {"level": 0}, "B.1": {"note": "soon"}}, {"A.1": 0, "B.1": 0})
    assert (saved.stale, saved.problems) == ({}, {})
    assert saved.assessment.levels == {"A.1": 0, "B.1": None}
    assert world.verbs() == ["started", "answered", "answered"]


@pytest.mark.parametrize("revisions", [{"A.1": 0}, {"A.1": 1}, {"A.1": 7}, {}])
def test_the_very_same_content_sent_again_is_no_conflict_whatever_it_was_based_on(
    world: World, revisions: dict[str, int]
) -> None:
    draft = world.start()
    sent = {"A.1": {"level": 2, "note": "boats\r\nready"}}
    first = answer_each(world, draft, sent, {"A.1": 0})
    with world.unchanged():
        again = answer_each(world, draft, sent, revisions)
    assert (again.stale, again.problems, again.assessment) == ({}, {}, first.assessment)


@pytest.mark.parametrize("revisions", [{"A.1": 0}, {"A.1": 2}, {}, {"A.2": 1}])
def test_other_content_without_the_revision_that_is_there_is_stale(world: World, revisions: dict[str, int]) -> None:
    draft = world.answer(world.start(), {"A.1": 2})
    with world.unchanged():
        saved = answer_each(world, draft, {"A.1": {"level": 1}}, revisions)
    assert saved.stale == {"A.1": draft.answer("A.1")}
    assert saved.assessment == draft


def test_the_first_answer_is_based_on_revision_0_and_nothing_else(world: World) -> None:
    draft = world.start()
    with world.unchanged():
        assert set(answer_each(world, draft, {"A.1": {"level": 1}}, {}).stale) == {"A.1"}
        assert set(answer_each(world, draft, {"A.1": {"level": 1}}, {"A.1": 1}).stale) == {"A.1"}
    assert answer_each(world, draft, {"A.1": {"level": 1}}, {"A.1": 0}).stale == {}


def test_what_one_sent_before_and_found_kept_is_no_conflict(world: World) -> None:
    draft = world.start()
    answer_each(world, draft, {"A.1": {"level": 1, "note": "boats\r\n"}}, {"A.1": 0})
    tried = {"A.1": [{"level": "x"}, {"level": "1", "note": "boats\n"}]}
    actor = world.actor("contributor")
    sent = {"A.1": {"level": 2, "note": "boats"}}
    saved = assessments.answer_each(world.store, world.frameworks, actor, draft.id, sent, {"A.1": 0}, tried)
    assert saved.stale == {}
    assert saved.assessment.answer("A.1").revision == 2


@pytest.mark.parametrize("tried", [[], [{"level": "2", "note": "boats"}], [{"level": "9"}]])
def test_what_one_sent_before_and_finds_not_kept_excuses_nothing(world: World, tried: list[dict[str, Any]]) -> None:
    draft = world.answer(world.start(), {"A.1": 1})
    actor = world.actor("contributor")
    with world.unchanged():
        saved = assessments.answer_each(
            world.store, world.frameworks, actor, draft.id, {"A.1": {"level": 0}}, {"A.1": 0}, {"A.1": tried}
        )
    assert set(saved.stale) == {"A.1"}


def test_nothing_sent_writes_nothing(world: World) -> None:
    draft = world.start()
    with world.unchanged():
        saved = answer_each(world, draft, {}, {})
    assert (saved.assessment, saved.stale, saved.problems) == (draft, {}, {})
