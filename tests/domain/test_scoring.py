"""Points and the Gold verdict: the known cases, and the rule said a second time in other words."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.framework import Framework
from app.domain.scoring import Outcome, ReasonCode, Scorecard, benchmark_levels, percent, points, score
from tests.domain.levels import (
    FRAMEWORKS,
    Answered,
    Answers,
    complete,
    complete_or_not,
    everywhere,
    frameworks,
    partial,
)
from tests.frameworks.catalogues import ecei, preset, raw_indicators, raw_structure, tiny

# 20 x 3 + 10 x 4 with nothing on the remaining one: exactly the line
TEN = ("1.1.0", "2.4", "4.1.1", "4.1.2", "4.1.3", "4.1.4", "4.1.5", "4.1.6", "4.3", "5.3")


def on_the_line(nothing_on: str) -> Answered:
    return everywhere(ecei(), 3) | dict.fromkeys(TEN, 4) | {nothing_on: 0}


def why(card: Scorecard) -> dict[ReasonCode, tuple[str, ...]]:
    return {reason.code: reason.indicators for reason in card.reasons}


@pytest.mark.parametrize(
    ("levels", "earned", "share", "reasons"),
    [
        (everywhere(ecei(), 4), 124, 100.0, {}),
        (everywhere(ecei(), 3), 93, 75.0, {ReasonCode.POINTS: ()}),
        (benchmark_levels(ecei()), 104, 83.9, {}),
        (on_the_line("1.2"), 100, 80.6, {}),
        (on_the_line("2.2.1"), 100, 80.6, {ReasonCode.ELIGIBILITY: ("2.2.1",)}),
        (on_the_line("2.5"), 100, 80.6, {ReasonCode.MINIMUM: ("2.5",)}),
        (on_the_line("1.1.2"), 100, 80.6, {ReasonCode.MINIMUM: ("1.1.2",), ReasonCode.ELIGIBILITY: ("1.1.2",)}),
        (on_the_line("1.2") | {"5.3": 3}, 99, 79.8, {ReasonCode.POINTS: ()}),
        (
            everywhere(ecei(), 0),
            0,
            0.0,
            {
                ReasonCode.POINTS: (),
                ReasonCode.MINIMUM: tuple(each.number for each in ecei().indicators if each.minimum),
                ReasonCode.ELIGIBILITY: ("1.1.2", "2.2.1"),
            },
        ),
    ],
    ids=["all 4", "all 3", "benchmark", "line", "not eligible", "knocked out", "both", "99 of 124", "all 0"],
)
def test_the_known_cases_of_the_124_point_model(
    levels: Answered, earned: int, share: float, reasons: dict[ReasonCode, tuple[str, ...]]
) -> None:
    card = score(ecei(), levels)
    assert (card.points, card.max_points, card.gold_line) == (earned, 124, 100)
    assert percent(card.points, card.max_points) == share
    assert why(card) == reasons
    assert card.outcome is (Outcome.NOT_GOLD if reasons else Outcome.GOLD)
    assert (card.answered, card.total) == (31, 31)


def test_99_of_124_reads_as_80_percent_without_decimals_and_fails_all_the_same() -> None:
    card = score(ecei(), on_the_line("1.2") | {"5.3": 3})
    assert round(100 * card.points / card.max_points) == 80
    assert (card.outcome, card.points_to_gold) == (Outcome.NOT_GOLD, 1)


def test_there_is_no_verdict_while_one_of_31_is_unanswered() -> None:
    levels = everywhere(ecei(), 4)
    del levels["3.1"]
    card = score(ecei(), levels)
    assert card.outcome is Outcome.INCOMPLETE
    assert why(card) == {ReasonCode.INCOMPLETE: ("3.1",)}
    assert (card.points, card.answered, card.total) == (120, 30, 31)


def test_unanswered_is_not_level_0() -> None:
    unanswered = score(ecei(), everywhere(ecei(), 4) | {"2.5": None})
    at_nothing = score(ecei(), everywhere(ecei(), 4) | {"2.5": 0})
    assert unanswered.points == at_nothing.points == 120
    assert (unanswered.outcome, at_nothing.outcome) == (Outcome.INCOMPLETE, Outcome.NOT_GOLD)
    assert (unanswered.answered, at_nothing.answered) == (30, 31)


def test_nothing_answered_is_incomplete_and_names_every_indicator() -> None:
    card = score(ecei(), {})
    assert (card.points, card.answered, card.outcome) == (0, 0, Outcome.INCOMPLETE)
    assert why(card) == {ReasonCode.INCOMPLETE: tuple(each.number for each in ecei().indicators)}


def test_weights_count_in_the_tiny_standard() -> None:
    card = score(tiny(), {"A.1": 2, "A.2": 1, "B.1": 2})
    assert (card.points, card.max_points, card.gold_line, card.outcome) == (10, 12, 8, Outcome.GOLD)
    assert score(tiny(), {"A.1": 0, "A.2": 1, "B.1": 2}).outcome is Outcome.GOLD
    assert why(score(tiny(), {"A.1": 2, "A.2": 1, "B.1": 1})) == {ReasonCode.POINTS: ()}
    assert why(score(tiny(), {"A.1": 2, "A.2": 0, "B.1": 2})) == {ReasonCode.MINIMUM: ("A.2",)}
    assert ReasonCode.ELIGIBILITY in why(score(tiny(), {"A.1": 2, "A.2": 2, "B.1": 0}))


def by_the_notes(framework: Framework, levels: Answers) -> tuple[Fraction, set[ReasonCode]]:
    """State the rule again, in fractions from the plain file: the share of the points, and what is against Gold."""
    entries, structure = raw_indicators(framework), raw_structure(framework)
    shares = {"ecei": Fraction(80, 100), "tiny": Fraction(2, 3)}
    most = Fraction(sum(entry["weight"] * max(structure["levels"]) for entry in entries.values()))
    reached = Fraction(sum(entry["weight"] * (levels.get(number) or 0) for number, entry in entries.items()))
    if any(levels.get(number) is None for number in entries):
        return reached / most, {ReasonCode.INCOMPLETE}
    answered = {number: level for number, level in levels.items() if level is not None}
    against = set()
    if reached / most < shares[framework.name]:
        against.add(ReasonCode.POINTS)
    if not all(answered[number] >= (entry.get("minimum") or 0) for number, entry in entries.items()):
        against.add(ReasonCode.MINIMUM)
    if not all(answered[gate["indicator"]] >= gate["level"] for gate in structure["eligibility"]):
        against.add(ReasonCode.ELIGIBILITY)
    return reached / most, against


@given(st.data(), frameworks())
def test_the_verdict_is_that_of_the_rule_said_in_other_words(data: st.DataObject, framework: Framework) -> None:
    levels = data.draw(complete_or_not(framework))
    card = score(framework, levels)
    share, against = by_the_notes(framework, levels)
    assert Fraction(card.points, card.max_points) == share
    assert set(why(card)) == against
    assert (card.outcome is Outcome.GOLD) == (not against)
    assert (card.outcome is Outcome.INCOMPLETE) == (against == {ReasonCode.INCOMPLETE})


@given(st.data(), frameworks())
def test_a_better_answer_never_lowers_a_score_or_loses_gold(data: st.DataObject, framework: Framework) -> None:
    levels = data.draw(complete(framework))
    number = data.draw(st.sampled_from([indicator.number for indicator in framework.indicators]))
    better = levels | {number: data.draw(st.integers(levels[number], framework.top_level))}
    before, after = score(framework, levels), score(framework, better)
    assert after.points >= before.points
    assert after.points_to_gold <= before.points_to_gold
    assert set(why(after)) <= set(why(before))
    for one, other in zip(before.dimensions, after.dimensions, strict=True):
        assert other.points >= one.points


@given(st.data(), frameworks())
@settings(max_examples=30)  # each example scores some hundred assessments
def test_gold_holds_down_to_the_line_and_not_one_point_further(data: st.DataObject, framework: Framework) -> None:
    levels = everywhere(framework, framework.top_level)
    floors = {each.number: max(each.minimum or 0, each.eligibility or 0) for each in framework.indicators}
    steps = [number for number, floor in floors.items() for _step in range(framework.top_level - floor)]
    for number in data.draw(st.permutations(steps)):
        levels[number] -= 1
        card = score(framework, levels)
        assert (card.outcome is Outcome.GOLD) == (card.points >= framework.gold_line)
        assert card.points_to_gold == max(0, framework.gold_line - card.points)


@given(st.data(), frameworks())
def test_dimensions_add_up_to_the_whole(data: st.DataObject, framework: Framework) -> None:
    levels = data.draw(partial(framework))
    card = score(framework, levels)
    assert sum(each.points for each in card.dimensions) == card.points
    assert sum(each.max_points for each in card.dimensions) == card.max_points
    assert sum(each.answered for each in card.dimensions) == card.answered
    assert sum(each.total for each in card.dimensions) == card.total == framework.total
    assert (
        sum(each.benchmark_points for each in card.dimensions) == score(framework, benchmark_levels(framework)).points
    )
    for each in card.dimensions:
        assert 0 <= each.points <= each.max_points


@given(st.data(), frameworks())
def test_taking_an_answer_back_always_takes_the_verdict_back(data: st.DataObject, framework: Framework) -> None:
    levels = data.draw(complete(framework))
    number = data.draw(st.sampled_from(list(levels)))
    card = score(framework, levels | {number: None})
    assert card.outcome is Outcome.INCOMPLETE
    assert why(card) == {ReasonCode.INCOMPLETE: (number,)}
    assert card.points == score(framework, levels).points - points(framework.indicator(number), levels[number])


@given(st.integers(0, 2000), st.integers(1, 2000))
def test_percent_has_one_decimal_with_halves_upwards(part: int, whole: int) -> None:
    exact = Decimal(100 * part) / whole
    assert percent(part, whole) == float(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))


def test_percent_of_nothing_is_0_and_never_100() -> None:
    assert percent(0, 0) == 0.0
    assert (percent(99, 124), percent(100, 124), percent(1, 2000), percent(1, 8)) == (79.8, 80.6, 0.1, 12.5)


@pytest.mark.parametrize("framework", FRAMEWORKS, ids=lambda framework: framework.version)
def test_the_benchmark_itself_passes(framework: Framework) -> None:
    assert score(framework, benchmark_levels(framework)).outcome is Outcome.GOLD


def test_the_preset_gives_nothing_for_its_gate() -> None:
    assert score(preset(), everywhere(preset(), 5)).points == 150
    assert score(preset(), everywhere(preset(), 5) | {"1.1.0": 0}).points == 150
