"""An assessment's life: each state x move x completeness, written by hand."""

import itertools
import operator
from functools import partial

import pytest

from app.domain import lifecycle
from app.domain.answers import Answer
from app.domain.errors import Conflict
from app.domain.lifecycle import Move, State
from app.domain.roles import Permission
from tests.make import make_assessment, make_framework

TINY = make_framework()
HALF = {"A.1": 0, "A.2": None, "B.1": 2}

# (state, move): where it leads while incomplete, and when complete. "!x" is a refusal with the code x.
TABLE = {
    ("draft", "submit"): ("!incomplete", "submitted"),
    ("draft", "withdraw"): ("!state", "!state"),
    ("submitted", "submit"): ("!state", "!state"),
    ("submitted", "withdraw"): ("withdrawn", "withdrawn"),
    ("in-review", "submit"): ("!state", "!state"),
    ("in-review", "withdraw"): ("!state", "!state"),
    ("changes-requested", "submit"): ("!state", "!state"),
    ("changes-requested", "withdraw"): ("!state", "!state"),
    ("replying", "submit"): ("!state", "!state"),
    ("replying", "withdraw"): ("!state", "!state"),
    ("verified", "submit"): ("!state", "!state"),
    ("verified", "withdraw"): ("!state", "!state"),
    ("closed", "submit"): ("!state", "!state"),
    ("closed", "withdraw"): ("!state", "!state"),
    ("withdrawn", "submit"): ("!state", "!state"),
    ("withdrawn", "withdraw"): ("!state", "!state"),
}
# state: whether answers can be changed, it can be deleted, it is its cluster's own business, it counts.
STATES = {
    "draft": (True, True, True, False),
    "submitted": (False, False, False, True),
    "in-review": (False, False, False, True),
    "changes-requested": (True, False, False, True),
    "replying": (False, False, False, True),
    "verified": (False, False, False, True),
    "closed": (False, False, False, True),
    "withdrawn": (False, False, True, False),
}
# What a manager and a contributor can do: while incomplete, and when complete.
ACTIONS = {
    "draft": (("answer", "delete"), ("answer", "submit", "delete")),
    "submitted": (("withdraw",), ("withdraw",)),
    "in-review": ((), ()),
    "changes-requested": (("answer",), ("answer",)),
    "replying": ((), ()),
    "verified": ((), ()),
    "closed": ((), ()),
    "withdrawn": ((), ()),
}


def test_the_tables_by_hand_name_every_state_and_move() -> None:
    assert set(TABLE) == set(itertools.product(map(str, State), map(str, Move)))
    assert set(STATES) == set(ACTIONS) == set(map(str, State))
    assert set(lifecycle.MOVES) == set(Move)


@pytest.mark.parametrize("complete", [False, True], ids=["incomplete", "complete"])
@pytest.mark.parametrize(("state", "move"), TABLE)
def test_a_move_leads_where_the_table_says_or_is_refused(state: str, move: str, *, complete: bool) -> None:
    assessment = make_assessment(State(state), levels=None if complete else HALF, gold=False)
    expected = TABLE[state, move][complete]
    if not expected.startswith("!"):
        assert lifecycle.target(TINY, assessment, Move(move)) == expected
        return
    with pytest.raises(Conflict) as refused:
        lifecycle.target(TINY, assessment, Move(move))
    assert f"!{refused.value.code}" == expected


@pytest.mark.parametrize(
    ("levels", "answered"),
    [({}, 0), ({"A.1": None}, 0), ({"A.1": 2}, 1), (HALF, 2), ({"A.1": 0, "A.2": 0, "Z.9": 1}, 2)],
)
def test_an_incomplete_draft_says_how_much_is_answered(levels: dict[str, int | None], answered: int) -> None:
    with pytest.raises(Conflict) as refused:
        lifecycle.target(TINY, make_assessment(levels=levels), Move.SUBMIT)
    assert refused.value.params == {"answered": answered, "total": 3}
    assert f"{answered} of 3" in str(refused.value)


def test_level_0_everywhere_is_complete() -> None:
    assert lifecycle.target(TINY, make_assessment(gold=False), Move.SUBMIT) is State.SUBMITTED


@pytest.mark.parametrize("state", State)
def test_each_state_is_open_private_or_counting_as_the_table_says(state: State) -> None:
    editable, deletable, private, counting = STATES[state]
    assessment = make_assessment(state, gold=True)
    assert assessment.is_private is private
    assert (state in lifecycle.COUNTING) is counting
    readable_by = Permission.ASSESSMENT_READ_DRAFT if private else Permission.ASSESSMENT_READ
    assert lifecycle.to_read(assessment) is readable_by
    for require, passes in ((lifecycle.require_editable, editable), (lifecycle.require_deletable, deletable)):
        if passes:
            require(assessment)
            continue
        with pytest.raises(Conflict) as refused:
            require(assessment)
        assert refused.value.code == "locked"


@pytest.mark.parametrize("complete", [False, True], ids=["incomplete", "complete"])
@pytest.mark.parametrize("state", State)
def test_the_actions_offered_are_those_that_can_be_taken(state: State, *, complete: bool) -> None:
    assessment = make_assessment(state, levels=None if complete else HALF, gold=True)
    offered = ACTIONS[state][complete]
    assert lifecycle.actions(TINY, assessment, lambda _: True) == offered
    assert lifecycle.actions(TINY, assessment, lambda _: False) == ()
    for permission, action in {
        Permission.ASSESSMENT_ANSWER: "answer",
        Permission.ASSESSMENT_SUBMIT: "submit",
        Permission.ASSESSMENT_WITHDRAW: "withdraw",
        Permission.ASSESSMENT_DELETE: "delete",
    }.items():
        alone = lifecycle.actions(TINY, assessment, partial(operator.is_, permission))
        assert alone == ((action,) if action in offered else ())


def test_an_assessment_counts_answered_and_not_level_0_as_unanswered() -> None:
    assessment = make_assessment(levels=HALF)
    assert assessment.answered == 2
    assert assessment.levels == HALF


def test_an_answer_that_was_never_saved_is_empty_at_revision_0() -> None:
    assert make_assessment().answer("A.1") == Answer("A.1", None, "", 0, None, "")


def test_an_answer_takes_the_place_of_the_earlier_one_in_a_new_value() -> None:
    before = make_assessment(levels=HALF)
    after = before.with_answer(Answer("A.1", 2, "better", 2))
    assert after.answer("A.1") == Answer("A.1", 2, "better", 2)
    assert after.levels == {"A.1": 2, "A.2": None, "B.1": 2}
    assert before.levels == HALF
