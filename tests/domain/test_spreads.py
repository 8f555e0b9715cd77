"""How levels are spread over the counted clusters: quartiles by linear interpolation, and the weakest first."""

import dataclasses
import statistics
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.portfolio import Figures, IndicatorSpread, quantile, spreads, weakest_first
from app.domain.scoring import Outcome
from tests.frameworks.catalogues import ecei
from tests.make import make_framework

TINY = make_framework()
QUARTER, HALF, THREE_QUARTERS = Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)
LEVELS = st.lists(st.integers(0, 4), min_size=1, max_size=60).map(sorted)


def figures(*levels: int | None) -> Figures:
    """Return the figures of an assessment with these levels; only the levels matter here."""
    return Figures(0, Outcome.NOT_GOLD, levels)


# The place in a sorted list of n is share * (n - 1), counted from 0; between two places the value is on the line.
@pytest.mark.parametrize(
    ("ordered", "share", "value"),
    [
        ([3], QUARTER, Fraction(3)),
        ([3], THREE_QUARTERS, Fraction(3)),
        ([0, 4], QUARTER, Fraction(1)),  # place 1/4: 0 + 1/4 * 4
        ([0, 4], HALF, Fraction(2)),
        ([0, 4], THREE_QUARTERS, Fraction(3)),
        ([0, 1, 2], QUARTER, Fraction(1, 2)),  # place 1/2: 0 + 1/2 * 1
        ([0, 1, 2], HALF, Fraction(1)),
        ([1, 2, 3, 4], QUARTER, Fraction(7, 4)),  # place 3/4: 1 + 3/4 * 1
        ([1, 2, 3, 4], HALF, Fraction(5, 2)),  # place 3/2: 2 + 1/2 * 1
        ([1, 2, 3, 4], THREE_QUARTERS, Fraction(13, 4)),  # place 9/4: 3 + 1/4 * 1
        ([0, 0, 4, 4, 4], QUARTER, Fraction(0)),  # place 1
        ([0, 0, 4, 4, 4], THREE_QUARTERS, Fraction(4)),  # place 3
        ([0, 0, 1, 3, 3, 4, 4], QUARTER, Fraction(1, 2)),  # place 3/2: 0 + 1/2 * 1
        ([0, 0, 1, 3, 3, 4, 4], HALF, Fraction(3)),  # place 3
        ([0, 0, 1, 3, 3, 4, 4], THREE_QUARTERS, Fraction(7, 2)),  # place 9/2: 3 + 1/2 * 1
        ([0, 1, 2], Fraction(0), Fraction(0)),
        ([0, 1, 2], Fraction(1), Fraction(2)),
    ],
)
def test_a_quantile_lies_on_the_line_between_its_neighbours(
    ordered: list[int], share: Fraction, value: Fraction
) -> None:
    assert quantile(ordered, share) == value


@given(LEVELS)
def test_the_median_is_the_one_of_the_statistics_module(ordered: list[int]) -> None:
    assert quantile(ordered, HALF) == statistics.median(map(Fraction, ordered))


@given(LEVELS.filter(lambda levels: len(levels) > 1))
def test_the_quartiles_are_those_of_the_statistics_module(ordered: list[int]) -> None:
    expected = statistics.quantiles(map(Fraction, ordered), n=4, method="inclusive")
    assert [quantile(ordered, share) for share in (QUARTER, HALF, THREE_QUARTERS)] == expected


@given(LEVELS, st.fractions(0, 1), st.fractions(0, 1))
def test_a_quantile_lies_within_its_values_and_a_larger_share_never_gives_less(
    ordered: list[int], one: Fraction, other: Fraction
) -> None:
    low, high = sorted((one, other))
    assert ordered[0] <= quantile(ordered, low) <= quantile(ordered, high) <= ordered[-1]


def test_the_spread_of_five_clusters_worked_by_hand() -> None:
    # A.1 (benchmark 2, no minimum): 0 1 1 2 2. A.2 (benchmark 1, minimum 1): 0 0 0 0 2. B.1 (benchmark 2): 2 2 2 2 2.
    counted = [figures(0, 0, 2), figures(2, 0, 2), figures(1, 2, 2), figures(1, 0, 2), figures(2, 0, 2)]
    a1, a2, b1 = TINY.indicators
    assert spreads(TINY, counted) == (
        IndicatorSpread(a1, 5, Fraction(6, 5), Fraction(1), Fraction(1), Fraction(2), 0, 2, 3, 0),
        IndicatorSpread(a2, 5, Fraction(2, 5), Fraction(0), Fraction(0), Fraction(0), 0, 2, 4, 4),
        IndicatorSpread(b1, 5, Fraction(2), Fraction(2), Fraction(2), Fraction(2), 2, 2, 0, 0),
    )


def test_the_spread_of_one_cluster_is_its_levels() -> None:
    for spread, level in zip(spreads(TINY, [figures(0, 1, 2)]), (0, 1, 2), strict=True):
        assert (spread.n, spread.lowest, spread.highest) == (1, level, level)
        assert {spread.mean, spread.q1, spread.median, spread.q3} == {Fraction(level)}


def test_nothing_counted_has_no_spread() -> None:
    assert spreads(TINY, []) == ()


def test_figures_of_different_standards_cannot_be_mixed() -> None:
    with pytest.raises(ValueError, match="zip"):
        spreads(TINY, [figures(0, 1, 2), figures(0, 1)])


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 31), min_size=1, max_size=20))
def test_a_spread_lies_within_what_it_is_made_of(counted: list[tuple[int, ...]]) -> None:
    found = spreads(ecei(), (figures(*levels) for levels in counted))
    assert [spread.indicator for spread in found] == list(ecei().indicators)
    for place, spread in enumerate(found):
        column = [levels[place] for levels in counted]
        assert spread.n == len(column)
        assert spread.mean == Fraction(sum(column), len(column))
        assert min(column) == spread.lowest <= spread.q1 <= spread.median <= spread.q3 <= spread.highest == max(column)
        assert spread.lowest <= spread.mean <= spread.highest
        assert spread.below_benchmark == len([level for level in column if level < spread.indicator.benchmark])
        minimum = spread.indicator.minimum or 0
        assert spread.below_minimum == len([level for level in column if level < minimum])
        assert spread.below_minimum <= spread.below_benchmark <= spread.n


def test_the_weakest_come_first_by_share_below_the_benchmark_then_distance_then_order() -> None:
    base = spreads(TINY, [figures(2, 1, 2)])[0]

    def spread(order: int, below: int, mean: Fraction, n: int = 10) -> IndicatorSpread:
        indicator = dataclasses.replace(base.indicator, order=order)
        return dataclasses.replace(base, indicator=indicator, n=n, below_benchmark=below, mean=mean)

    nearly_all = spread(9, 9, Fraction(19, 10))
    half_of_few = spread(8, 2, Fraction(1), n=4)
    half_far = spread(7, 5, Fraction(1, 2))
    half_near = spread(5, 5, Fraction(3, 2))
    half_near_later = spread(6, 5, Fraction(3, 2))
    none = spread(1, 0, Fraction(2))
    weakest = [nearly_all, half_far, half_of_few, half_near, half_near_later, none]
    assert weakest_first(reversed(weakest)) == weakest
    assert weakest_first([none, half_near_later, half_near, nearly_all, half_of_few, half_far]) == weakest


def test_a_benchmark_that_is_lower_is_a_shorter_distance() -> None:
    # Both clusters at level 0: A.1 and B.1 miss 2 levels, A.2 misses 1; the share below is 1 for each.
    found = spreads(TINY, [figures(0, 0, 0), figures(0, 0, 0)])
    assert [spread.indicator.number for spread in weakest_first(found)] == ["A.1", "B.1", "A.2"]


@given(st.lists(st.tuples(*[st.integers(0, 4)] * 31), min_size=1, max_size=10))
def test_sorting_loses_nothing_and_never_puts_a_smaller_share_first(counted: list[tuple[int, ...]]) -> None:
    found = spreads(ecei(), (figures(*levels) for levels in counted))
    ordered = weakest_first(found)
    assert sorted(ordered, key=lambda spread: spread.indicator.order) == list(found)
    shares = [spread.below_benchmark for spread in ordered]
    assert shares == sorted(shares, reverse=True)
