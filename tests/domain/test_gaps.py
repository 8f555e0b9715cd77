"""The three gaps: points to the line, levels to the benchmark, and minima not met."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.framework import Framework
from app.domain.gaps import analyse
from app.domain.scoring import Outcome, benchmark_levels, score
from tests.domain.levels import complete, everywhere, frameworks, partial
from tests.frameworks.by_hand import BENCHMARK_4
from tests.frameworks.catalogues import ecei, raw_indicators, raw_structure, tiny


def test_the_benchmark_profile_has_no_gap() -> None:
    analysis = analyse(ecei(), benchmark_levels(ecei()))
    assert (analysis.levels_to_benchmark, analysis.scorecard.points_to_gold) == (0, 0)
    assert (analysis.below_benchmark, analysis.below_minimum, analysis.ineligible) == ((), (), ())


def test_level_3_everywhere_shows_eleven_gaps_and_seven_missing_points() -> None:
    analysis = analyse(ecei(), everywhere(ecei(), 3))
    assert {row.indicator.number for row in analysis.below_benchmark} == BENCHMARK_4
    assert (analysis.levels_to_benchmark, analysis.scorecard.points_to_gold) == (11, 7)


def test_the_three_gaps_are_told_apart() -> None:
    knocked_out = analyse(ecei(), everywhere(ecei(), 4) | {"2.5": 0})
    assert knocked_out.scorecard.points_to_gold == 0
    assert [row.indicator.number for row in knocked_out.below_minimum] == ["2.5"]
    assert (knocked_out.levels_to_benchmark, knocked_out.ineligible) == (4, ())
    ineligible = analyse(ecei(), everywhere(ecei(), 4) | {"2.2.1": 0})
    assert [row.indicator.number for row in ineligible.ineligible] == ["2.2.1"]
    assert (ineligible.below_minimum, ineligible.levels_to_benchmark) == ((), 3)


def test_an_unanswered_indicator_has_no_gap_rather_than_the_largest() -> None:
    analysis = analyse(ecei(), everywhere(ecei(), 4) | {"2.5": None})
    row = next(row for row in analysis.indicators if row.indicator.number == "2.5")
    assert (row.level, row.gap, row.points, row.max_points) == (None, None, 0, 4)
    assert (row.is_below_benchmark, row.is_below_minimum, row.is_ineligible) == (False, False, False)
    assert analysis.levels_to_benchmark == 0


def test_a_level_above_the_benchmark_is_no_negative_gap() -> None:
    analysis = analyse(ecei(), everywhere(ecei(), 4) | {"1.1.0": 3})
    assert (analysis.levels_to_benchmark, [row.gap for row in analysis.indicators].count(1)) == (1, 1)


def test_weights_count_in_points_and_not_in_levels() -> None:
    analysis = analyse(tiny(), {"A.1": 0, "A.2": 0, "B.1": 0})
    assert [row.gap for row in analysis.indicators] == [2, 1, 2]
    assert [row.max_points for row in analysis.indicators] == [2, 4, 6]
    assert [row.points for row in analyse(tiny(), {"A.1": 1, "A.2": 1, "B.1": 1}).indicators] == [1, 2, 3]


def test_last_times_levels_stand_beside_this_times() -> None:
    analysis = analyse(ecei(), everywhere(ecei(), 3), previous={"1.1.0": 2, "2.5": None})
    before = {row.indicator.number: row.previous for row in analysis.indicators}
    assert (before["1.1.0"], before["2.5"], before["5.3"]) == (2, None, None)
    assert analysis.previous is not None
    assert (analysis.previous.points, analysis.previous.answered) == (2, 1)


def test_without_a_last_time_nothing_stands_there() -> None:
    analysis = analyse(ecei(), everywhere(ecei(), 3))
    assert analysis.previous is None
    assert {row.previous for row in analysis.indicators} == {None}


@given(st.data(), frameworks())
def test_every_gap_is_that_of_the_plain_file_and_none_is_negative(data: st.DataObject, framework: Framework) -> None:
    levels = data.draw(partial(framework))
    gates = {gate["indicator"]: gate["level"] for gate in raw_structure(framework)["eligibility"]}
    for row, (number, entry) in zip(
        analyse(framework, levels).indicators, raw_indicators(framework).items(), strict=True
    ):
        level = levels.get(number)
        assert (row.indicator.number, row.level) == (number, level)
        if level is None:
            assert row.gap is None
            continue
        assert row.gap is not None
        assert row.gap >= 0
        assert row.gap == len(range(level, entry["benchmark"]))
        assert row.is_below_minimum == (level in range(entry.get("minimum") or 0))
        assert row.is_ineligible == (level in range(gates.get(number, 0)))


@given(st.data(), frameworks())
def test_closing_every_gap_brings_gold(data: st.DataObject, framework: Framework) -> None:
    levels = data.draw(complete(framework))
    closed = {
        row.indicator.number: levels[row.indicator.number] + (row.gap or 0)
        for row in analyse(framework, levels).indicators
    }
    assert score(framework, closed).outcome is Outcome.GOLD
    assert analyse(framework, closed).levels_to_benchmark == 0


@given(st.data(), frameworks())
def test_a_better_answer_never_widens_a_gap(data: st.DataObject, framework: Framework) -> None:
    levels = data.draw(complete(framework))
    number = data.draw(st.sampled_from(list(levels)))
    better = levels | {number: data.draw(st.integers(levels[number], framework.top_level))}
    before, after = analyse(framework, levels), analyse(framework, better)
    assert after.levels_to_benchmark <= before.levels_to_benchmark
    assert after.scorecard.points_to_gold <= before.scorecard.points_to_gold
    assert len(after.below_minimum) <= len(before.below_minimum)
    assert len(after.ineligible) <= len(before.ineligible)


@given(st.data(), frameworks())
def test_the_rows_add_up_to_the_scorecard(data: st.DataObject, framework: Framework) -> None:
    analysis = analyse(framework, data.draw(partial(framework)))
    assert sum(row.points for row in analysis.indicators) == analysis.scorecard.points
    assert sum(row.max_points for row in analysis.indicators) == analysis.scorecard.max_points
    assert analysis.levels_to_benchmark == sum(row.gap or 0 for row in analysis.below_benchmark)
