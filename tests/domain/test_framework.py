"""What a standard answers about itself, and what it refuses. Its numbers are tested with the catalogue files."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Conflict, Invalid, NotFound, Problem, Stale
from app.domain.framework import GoldRule
from tests.make import make_framework

TINY = make_framework()


def test_an_indicator_or_dimension_is_found_by_its_name() -> None:
    assert TINY.indicator("A.2").weight == 2
    assert TINY.dimension("harbour").indicators == (TINY.indicator("B.1"),)


@pytest.mark.parametrize("name", ["", "A", "A.3", "a.1", "1.1.0", "\x00"])
def test_what_the_standard_does_not_have_is_not_found(name: str) -> None:
    with pytest.raises(NotFound):
        TINY.indicator(name)
    with pytest.raises(NotFound):
        TINY.dimension(name)


def test_words_come_in_the_language_asked_for_or_else_in_the_catalogues_first() -> None:
    assert TINY.wording("nb").language == "nb"
    assert TINY.wording("en").language == "en"
    assert TINY.wording("fi").language == next(iter(TINY.wordings)) == "en"


def test_the_tiny_standards_numbers_are_these() -> None:
    assert (TINY.total, TINY.top_level, TINY.max_points, TINY.gold_line) == (3, 2, 12, 8)
    assert [TINY.points_possible([indicator]) for indicator in TINY.indicators] == [2, 4, 6]


@given(st.integers(1, 50), st.integers(1, 50), st.integers(0, 500))
def test_the_line_is_the_fewest_points_that_meet_the_rule(numerator: int, denominator: int, most: int) -> None:
    rule = GoldRule(numerator, denominator, "ours", "")
    line = rule.line(most)
    assert rule.is_met(line, most)
    assert not rule.is_met(line - 1, most)


def test_a_refusal_reads_as_a_sentence_with_its_gaps_filled() -> None:
    assert str(Conflict("code", "%(answered)s of %(total)s", answered=1, total=3)) == "1 of 3"
    assert str(Conflict("code", "100 % sure")) == "100 % sure"
    assert Conflict("code", "%(n)s", n=1).params == {"n": 1}


def test_what_is_not_found_says_the_same_whatever_it_is() -> None:
    assert (NotFound().code, str(NotFound()), NotFound().params) == (
        "not-found",
        "There is nothing here that you can see.",
        {},
    )


def test_stale_carries_what_is_there_now_and_invalid_every_problem() -> None:
    assert Stale("now").current == "now"
    problems = Problem("a", "code", "Sentence."), Problem("b", "code", "Sentence.")
    assert Invalid(*problems).problems == problems
