"""The portfolio as a flat table, and what the counted clusters have in common, worked out on paper."""

from fractions import Fraction

import pytest

from app.domain.errors import NotSignedIn
from app.domain.permissions import VISITOR
from app.domain.portfolio import LeftOutReason
from app.domain.scoring import Outcome
from app.usecases import portfolio
from app.usecases.portfolio import Export, Portfolio, Query, Sheet
from tests.make import make_framework
from tests.usecases.world import World


def overview(world: World, who: str = "owner", query: Query | None = None) -> Portfolio:
    return portfolio.overview(world.store, world.frameworks, world.actor(who), query or Query())


def export(world: World, sheet: Sheet, who: str = "owner", query: Query | None = None) -> Export:
    return portfolio.export(world.store, world.frameworks, world.actor(who), query or Query(), sheet, "en", "csv")


def submit_two(world: World) -> None:
    """Kyst submits 2 1 2: 2 + 2 + 6 = 10 points, Gold. Fjord submits 0 0 1: 0 + 0 + 3 = 3 points."""
    world.submit(levels={"A.1": 2, "A.2": 1, "B.1": 2})
    world.submit(world.fjord, {"A.1": 0, "A.2": 0, "B.1": 1})


def test_each_cluster_within_reach_is_a_row_of_its_figures(world: World) -> None:
    submit_two(world)
    found = export(world, Sheet.CLUSTERS)
    rows = [dict(zip(found.table.columns, row, strict=True)) for row in found.table.rows]
    assert [(row["cluster"], row["points"], row["max_points"], row["percent"], row["outcome"]) for row in rows] == [
        ("fjord", 3, 12, 25.0, Outcome.NOT_GOLD),
        ("kyst", 10, 12, 83.3, Outcome.GOLD),
    ]


def test_a_draft_is_a_row_without_figures(world: World) -> None:
    world.complete()
    found = export(world, Sheet.CLUSTERS)
    row = dict(zip(found.table.columns, found.table.rows[1], strict=True))
    assert (row["cluster"], row["counted"], row["reason"], row["answered"]) == ("kyst", False, LeftOutReason.DRAFT, 3)
    assert {row[key] for key in ("points", "max_points", "percent", "outcome")} == {None}
    own = export(world, Sheet.CLUSTERS, "manager")
    assert own.table.rows[0][-4:] == (10, 12, 83.3, Outcome.GOLD)


def test_the_levels_of_the_counted_are_in_the_order_of_the_standard(world: World) -> None:
    submit_two(world)
    world.complete(world.kyst)
    table = export(world, Sheet.HEATMAP).table
    assert table.columns == ("cluster", "name", "A.1", "A.2", "B.1")
    assert table.rows == (("fjord", "Fjord", 0, 0, 1), ("kyst", "Kyst", 2, 1, 2))


def test_each_indicator_is_a_row_of_its_spread(world: World) -> None:
    submit_two(world)
    table = export(world, Sheet.INDICATORS).table
    # B.1 has 1 and 2: the quartiles lie a quarter of the way from either end; one of two is below the benchmark of 2.
    assert dict(zip(table.columns, table.rows[2], strict=True)) == {
        "number": "B.1",
        "name": "Berths",
        "n": 2,
        "mean": 1.5,
        "lowest": 1,
        "q1": 1.25,
        "median": 1.5,
        "q3": 1.75,
        "highest": 2,
        "benchmark": 2,
        "below_benchmark": 1,
        "below_benchmark_percent": 50.0,
        "minimum": None,
        "below_minimum": None,
        "below_minimum_percent": None,
    }
    # A.2 has 0 and 1, and its minimum is 1.
    assert table.rows[1][-3:] == (1, 1, 50.0)


@pytest.mark.parametrize("sheet", list(Sheet))
def test_a_table_keeps_to_the_filters_and_to_the_reach(world: World, sheet: Sheet) -> None:
    submit_two(world)
    assert len(export(world, sheet, query=Query(region="Nowhere")).portfolio.rows) == 0
    assert [row.cluster.slug for row in export(world, sheet, "stranger").portfolio.rows] == ["fjell"]
    with pytest.raises(NotSignedIn):
        portfolio.export(world.store, world.frameworks, VISITOR, Query(), sheet, "en", "csv")


def test_knock_outs_are_minima_and_gates_most_common_first(world: World) -> None:
    world.submit(levels={"A.1": 2, "A.2": 0, "B.1": 0})
    world.submit(world.fjord, {"A.1": 0, "A.2": 1, "B.1": 0})
    found = [(each.indicator.number, each.clusters) for each in overview(world).knock_outs]
    assert found == [("B.1", 2), ("A.2", 1)]


def test_dimensions_are_means_of_points_the_furthest_below_the_benchmark_first(world: World) -> None:
    submit_two(world)
    # Boats: 4 and 0 points of 6, benchmark 4. Harbour: 6 and 3 points of 6, benchmark 6.
    found = [
        (each.dimension.id, each.points, each.max_points, each.benchmark_points) for each in overview(world).dimensions
    ]
    assert found == [("boats", Fraction(2), 6, 4), ("harbour", Fraction(9, 2), 6, 6)]


def test_gold_is_counted_among_the_counted(world: World) -> None:
    submit_two(world)
    found = overview(world)
    assert (found.gold, len(found.figures)) == (1, 2)


def test_where_nothing_is_counted_nothing_is_said(world: World) -> None:
    found = overview(world)
    assert (found.gold, found.knock_outs, found.dimensions, found.figures) == (0, (), (), ())
    assert export(world, Sheet.INDICATORS).table.rows == ()


def test_each_row_knows_how_many_indicators_its_assessment_has(world: World) -> None:
    submit_two(world)
    assert overview(world).totals == {world.kyst.id: make_framework().total, world.fjord.id: make_framework().total}
