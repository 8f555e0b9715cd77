"""Answering one indicator: what is kept, what is refused, and that nothing is overwritten."""

import datetime as dt
from typing import Any

import pytest

from app.domain.answers import Answer
from app.domain.errors import Conflict, Invalid, NotFound, Stale
from app.domain.lifecycle import Assessment, Move
from app.usecases import assessments
from app.usecases.assessments import AnswerSaved
from tests.make import NOW, Clock, make_framework, make_frameworks
from tests.usecases.world import World


def answer(
    world: World, assessment: Assessment, number: str, revision: int, *, by: str = "contributor", **raw: object
) -> AnswerSaved:
    return assessments.answer(world.store, world.frameworks, world.actor(by), assessment.id, number, raw, revision)


def test_an_answer_is_kept_with_its_person_and_time_and_raises_both_revisions(world: World, clock: Clock) -> None:
    draft = world.start()
    now = clock.move(minutes=5)
    with world.one_line("answered"):
        saved = answer(world, draft, "A.1", 0, level=2, note="Seven boats\r\nare ready")
    assert saved.answer == Answer("A.1", 2, "Seven boats\nare ready", 1, now, "Contributor")
    assert saved.indicator == make_framework().indicator("A.1")
    assert saved.framework == make_framework()
    assert (saved.assessment.revision, saved.assessment.updated_at) == (2, now)
    assert world.read(draft) == saved.assessment
    line = world.journal()[-1]
    assert (line.subject, line.by, line.cluster) == (draft.id, "contributor", world.kyst.id)
    assert line.before == {"indicator": "A.1", "level": None, "note": ""}
    assert line.after == {"indicator": "A.1", "level": 2, "note": "Seven boats\nare ready"}


def test_a_changed_answer_takes_the_place_of_the_earlier_one(world: World, clock: Clock) -> None:
    draft = world.start()
    answer(world, draft, "A.1", 0, level=2, note="first")
    later = clock.move(hours=1)
    with world.one_line("answered"):
        saved = answer(world, draft, "A.1", 1, by="manager", level=0)
    assert saved.answer == Answer("A.1", 0, "first", 2, later, "Manager")
    assert saved.assessment.revision == 3
    assert world.journal()[-1].before == {"indicator": "A.1", "level": 2, "note": "first"}
    assert world.read(draft).answers == {"A.1": saved.answer}


def test_an_answer_can_be_taken_back_and_is_then_unanswered_and_not_level_0(world: World) -> None:
    draft = world.complete()
    saved = answer(world, draft, "A.2", 1, level=None)
    assert saved.answer.level is None
    assert saved.assessment.answered == 2
    with world.unchanged(), pytest.raises(Conflict) as refused:
        world.move(draft, Move.SUBMIT)
    assert refused.value.code == "incomplete"


def test_only_the_note_may_be_said_and_the_level_left_open(world: World) -> None:
    saved = answer(world, world.start(), "B.1", 0, note="We are counting")
    assert (saved.answer.level, saved.answer.note, saved.answer.revision) == (None, "We are counting", 1)
    assert saved.assessment.answered == 0


@pytest.mark.parametrize("raw", [{}, {"level": 2}, {"note": "kept"}, {"level": "2", "note": "kept"}])
def test_saying_the_same_again_is_accepted_and_writes_nothing(world: World, raw: dict[str, Any]) -> None:
    draft = world.start()
    first = answer(world, draft, "A.1", 0, level=2, note="kept")
    with world.unchanged():
        assert answer(world, draft, "A.1", 1, by="manager", **raw) == first


def test_an_empty_answer_to_what_was_never_answered_writes_nothing(world: World) -> None:
    draft = world.start()
    with world.unchanged():
        assert answer(world, draft, "A.1", 0, level=None, note="").answer == Answer("A.1")


@pytest.mark.parametrize("revision", [0, 2, -1, 99, 2**70])
def test_a_change_based_on_another_revision_is_stale_and_says_what_is_there_now(world: World, revision: int) -> None:
    draft = world.start()
    saved = answer(world, draft, "A.1", 0, level=2)
    with world.unchanged(), pytest.raises(Stale) as refused:
        answer(world, draft, "A.1", revision, level=1)
    assert refused.value.current == saved.answer


def test_an_answer_to_one_indicator_makes_no_other_stale(world: World) -> None:
    draft = world.start()
    for number in ("A.1", "A.2", "B.1"):
        answer(world, draft, number, 0, level=1)
    assert world.read(draft).levels == {"A.1": 1, "A.2": 1, "B.1": 1}
    assert world.read(draft).revision == 4


@pytest.mark.parametrize(
    ("raw", "fields"),
    [
        ({"level": 3}, ["level"]),
        ({"level": True}, ["level"]),
        ({"level": 1.0}, ["level"]),
        ({"level": 2**70}, ["level"]),
        ({"level": "٣"}, ["level"]),
        ({"level": float("nan")}, ["level"]),
        ({"level": 1, "note": "\x00"}, ["note"]),
        ({"level": 1, "note": "\ud800"}, ["note"]),
        ({"level": 1, "note": "x" * 10_001}, ["note"]),
        ({"level": 9, "note": "\u202e"}, ["level", "note"]),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_a_bad_answer_is_refused_whole_on_both_databases(world: World, raw: dict[str, Any], fields: list[str]) -> None:
    draft = world.start()
    with world.unchanged(), pytest.raises(Invalid) as refused:
        answer(world, draft, "A.1", 0, **raw)
    assert [problem.field for problem in refused.value.problems] == fields


@pytest.mark.parametrize("number", ["A.3", "", "a.1", "1.1.0", "A.1 ", "\x00", "\ud800"], ids=ascii)
def test_an_indicator_that_the_standard_does_not_have_is_not_found(world: World, number: str) -> None:
    draft = world.start()
    with world.unchanged(), pytest.raises(NotFound):
        answer(world, draft, number, 0, level=1)


@pytest.mark.parametrize("moves", [[Move.SUBMIT], [Move.SUBMIT, Move.WITHDRAW]], ids=["submitted", "withdrawn"])
def test_what_has_been_handed_in_is_locked(world: World, moves: list[Move]) -> None:
    draft = world.complete()
    for wanted in moves:
        world.move(draft, wanted)
    with world.unchanged(), pytest.raises(Conflict) as refused:
        answer(world, draft, "A.1", 1, level=0)
    assert refused.value.code == "locked"
    with world.unchanged(), pytest.raises(Conflict) as refused:
        world.answer(draft, {"A.1": 0})
    assert refused.value.code == "locked"
    with world.unchanged(), pytest.raises(Conflict) as refused:
        assessments.answer_each(
            world.store, world.frameworks, world.manager, draft.id, {"A.1": {"level": 0}}, {"A.1": 1}
        )
    assert refused.value.code == "locked"


def test_an_answer_to_a_standard_that_is_not_the_same_any_more_is_refused(world: World) -> None:
    draft = world.start()
    world.frameworks = make_frameworks(make_framework(digest="other"))
    with world.unchanged(), pytest.raises(Conflict) as refused:
        answer(world, draft, "A.1", 0, level=1)
    assert refused.value.code == "catalogue-changed"


def test_hostile_text_is_kept_letter_by_letter(world: World) -> None:
    draft = world.start()
    notes = [
        "'; DROP TABLE answers; --",
        "%s :x {y} \\",
        "<script>alert(1)</script>",
        "=cmd|' /C'!A0",
        "👩\u200d🚀 Ærlig",
    ]
    for revision, note in enumerate(notes):
        answer(world, draft, "A.1", revision, note=note)
        assert world.read(draft).answer("A.1").note == note


def test_the_time_is_the_moment_of_the_transaction_in_utc(world: World, clock: Clock) -> None:
    # The night in Oslo on which the hour from two to three comes twice.
    clock.now = dt.datetime.fromisoformat("2026-10-25T02:30:00+02:00")
    draft = world.start()
    first = answer(world, draft, "A.1", 0, level=1).answer
    clock.move(hours=1)
    second = answer(world, draft, "A.2", 0, level=1).answer
    kept = world.read(draft)
    assert (kept.answer("A.1"), kept.answer("A.2")) == (first, second)
    assert first.updated_at == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)
    assert second.updated_at == dt.datetime(2026, 10, 25, 1, 30, tzinfo=dt.UTC)


def test_a_clock_that_goes_backwards_loses_no_answer(world: World, clock: Clock) -> None:
    draft = world.start()
    answer(world, draft, "A.1", 0, level=1)
    clock.move(days=-1)
    saved = answer(world, draft, "A.1", 1, level=2)
    assert (saved.answer.revision, saved.answer.updated_at) == (2, NOW - dt.timedelta(days=1))
    assert world.read(draft) == saved.assessment
