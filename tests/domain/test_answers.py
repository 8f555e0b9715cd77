"""How what was sent becomes an answer. Unanswered is a state of its own and never level 0."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import answers
from app.domain.answers import Answer
from app.domain.errors import Conflict, Invalid, Stale
from tests.frameworks.catalogues import ecei
from tests.make import NOW, make_framework

TINY = make_framework()
A1 = TINY.indicator("A.1")
NOTHING = Answer("A.1")
KEPT = Answer("A.1", 2, "because", 7, NOW, "Some Body")

BAD_LEVELS: list[object] = [
    True,
    False,
    1.0,
    1.5,
    float("nan"),
    float("inf"),
    -1,
    3,
    2**31,
    2**63,
    2**70,
    -(2**70),
    10**4000,
    "3",
    "-1",
    "+1",
    "01",
    "1.0",
    "1e0",
    " 1",
    "1 ",
    "1\n",
    "1_0",
    "0x1",
    "٢",
    "\uff11",
    "²",
    "one",
    "None",
    "true",
    " ",
    "\x00",
    "1\x00",
    "\ud800",
    "\u202e1",
    "1" * 10_001,
    b"1",
    [],
    [1],
    {},
    {"level": 1},
    b"2",
]


@pytest.mark.parametrize("raw", BAD_LEVELS, ids=lambda raw: ascii(raw)[:30])
@pytest.mark.parametrize("current", [NOTHING, KEPT], ids=["unanswered", "answered"])
def test_a_bad_level_is_refused_with_the_levels_there_are(raw: object, current: Answer) -> None:
    with pytest.raises(Invalid) as refused:
        answers.parse(TINY, A1, {"level": raw}, current)
    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == ("level", "level")
    assert problem.params == {"lowest": 0, "highest": 2}


@pytest.mark.parametrize(("raw", "level"), [(0, 0), (1, 1), (2, 2), ("0", 0), ("1", 1), ("2", 2)])
def test_a_level_is_a_whole_number_of_the_standard_or_its_one_figure(raw: object, level: int) -> None:
    answer = answers.parse(TINY, A1, {"level": raw}, NOTHING)
    assert answer == Answer("A.1", level)
    assert type(answer.level) is int


@pytest.mark.parametrize("raw", [None, ""])
def test_an_empty_level_is_unanswered_and_never_level_0(raw: object) -> None:
    assert answers.parse(TINY, A1, {"level": raw}, KEPT).level is None
    assert answers.parse(TINY, A1, {"level": raw}, KEPT) != answers.parse(TINY, A1, {"level": 0}, KEPT)


def test_what_is_not_sent_keeps_its_value() -> None:
    assert answers.parse(TINY, A1, {}, KEPT) == KEPT
    assert answers.parse(TINY, A1, {"level": 0}, KEPT) == Answer("A.1", 0, "because", 7, NOW, "Some Body")
    assert answers.parse(TINY, A1, {"note": ""}, KEPT) == Answer("A.1", 2, "", 7, NOW, "Some Body")
    assert answers.parse(TINY, A1, {}, NOTHING) == NOTHING


def test_nobody_sets_revision_time_or_person_from_outside() -> None:
    sent = {"level": 1, "revision": 99, "updated_at": NOW + dt.timedelta(1), "updated_by": "Me", "indicator": "A.2"}
    assert answers.parse(TINY, A1, sent, KEPT) == Answer("A.1", 1, "because", 7, NOW, "Some Body")


@pytest.mark.parametrize(
    ("note", "code"),
    [
        (5, "text"),
        (True, "text"),
        (float("nan"), "text"),
        ("\x00", "characters"),
        ("\ud800", "characters"),
        ("safe \u202e unsafe", "characters"),
        ("x" * 10_001, "too-long"),
    ],
    ids=lambda value: ascii(value)[:20],
)
def test_a_bad_note_is_refused(note: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        answers.parse(TINY, A1, {"level": 1, "note": note}, NOTHING)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("note", code)]


def test_every_problem_is_named_at_once() -> None:
    with pytest.raises(Invalid) as refused:
        answers.parse(TINY, A1, {"level": 9, "note": "\x00"}, NOTHING)
    assert [problem.field for problem in refused.value.problems] == ["level", "note"]


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.none(), st.binary(), st.lists(st.integers())))
def test_whatever_is_sent_gives_a_level_of_the_standard_none_or_a_refusal(raw: object) -> None:
    try:
        answer = answers.parse(ecei(), ecei().indicators[0], {"level": raw}, NOTHING)
    except Invalid:
        return
    if raw is None or raw == "":
        assert answer.level is None
    else:
        assert str(answer.level) == str(raw)
        assert answer.level in range(5)


@given(st.sampled_from([None, 0, 1, 2]), st.text(max_size=50))
def test_an_answer_that_is_sent_back_as_it_is_shown_stays_as_it_is(level: int | None, note: str) -> None:
    try:
        answer = answers.parse(TINY, A1, {"level": level, "note": note}, NOTHING)
    except Invalid:
        return
    for shown in (answer.level, "" if answer.level is None else str(answer.level)):
        again = answers.parse(TINY, A1, {"level": shown, "note": answer.note}, answer)
        assert again == answer
        assert again.same_content(answer)


def test_content_is_level_and_note_and_nothing_else() -> None:
    assert KEPT.same_content(Answer("A.1", 2, "because"))
    assert not KEPT.same_content(Answer("A.1", 1, "because", 7, NOW, "Some Body"))
    assert not KEPT.same_content(Answer("A.1", 2, "else", 7, NOW, "Some Body"))
    assert not Answer("A.1", None).same_content(Answer("A.1", 0))


def test_a_change_based_on_another_revision_is_stale_and_says_what_is_there_now() -> None:
    answers.require_current(KEPT, 7)
    answers.require_current(NOTHING, 0)
    for revision in (6, 8, 0, -7):
        with pytest.raises(Stale) as refused:
            answers.require_current(KEPT, revision)
        assert refused.value.current is KEPT
        assert isinstance(refused.value, Conflict)


def test_what_is_unanswered_is_listed_in_the_standards_order() -> None:
    assert answers.unanswered(TINY, {}) == TINY.indicators
    assert answers.unanswered(TINY, {"B.1": None, "A.2": 0}) == (A1, TINY.indicator("B.1"))
    assert answers.unanswered(TINY, {"A.1": 0, "A.2": 0, "B.1": 0, "Z.9": None}) == ()
