"""The portfolio's figures, worked by hand: what is counted, and how it is spread."""

import datetime as dt
from fractions import Fraction

import pytest

from app.domain.errors import Invalid, NotPermitted, NotSignedIn
from app.domain.permissions import VISITOR, Actor
from app.domain.portfolio import Basis, Figures, IndicatorSpread
from app.domain.scoring import Outcome
from app.usecases import portfolio
from app.usecases.portfolio import DimensionMean, KnockOut, Portfolio, Query
from tests.make import Clock, make_framework
from tests.usecases.world import World

TINY = make_framework()
A1, A2, B1 = TINY.indicators


def levels(*each: int) -> dict[str, int]:
    """Return levels of A.1, A.2 and B.1."""
    return dict(zip(("A.1", "A.2", "B.1"), each, strict=True))


@pytest.fixture
def three(world: World) -> World:
    """Three clusters that have submitted, and alene with a draft of one answer.

    kyst: 1 * 2 + 2 * 1 + 3 * 2 = 10, Gold. fjord: 0 + 2 + 6 = 8, Gold. fjell: 1 + 0 + 3 = 4, not, A.2 below minimum.
    """
    world.submit(world.kyst, levels(2, 1, 2))
    world.submit(world.fjord, levels(0, 1, 2))
    world.submit(world.fjell, levels(1, 0, 1))
    world.answer(world.start(world.alene), {"A.1": 2})
    return world


def overview(world: World, person: str | Actor = "administrator", query: Query | None = None) -> Portfolio:
    actor = world.actor(person) if isinstance(person, str) else person
    return portfolio.overview(world.store, world.frameworks, actor, query or Query())


def counted(found: Portfolio) -> list[str]:
    return [row.cluster.slug for row in found.counted]


def left_out(found: Portfolio) -> dict[str, str]:
    return {row.cluster.slug: str(row.reason) for row in found.left_out}


def test_the_figures_of_three_clusters_worked_by_hand(three: World, clock: Clock) -> None:
    now = clock.move(hours=1)
    found = overview(three)
    assert (found.framework, found.basis, found.as_of) == (TINY, Basis.CLAIMED, now)
    assert counted(found) == ["fjell", "fjord", "kyst"]
    assert left_out(found) == {"alene": "draft"}
    assert found.figures == (
        Figures(4, Outcome.NOT_GOLD, (1, 0, 1)),
        Figures(8, Outcome.GOLD, (0, 1, 2)),
        Figures(10, Outcome.GOLD, (2, 1, 2)),
    )
    half = Fraction(1, 2)
    # Sorted: 0 1 2, 0 1 1, 1 2 2. The quartiles lie half-way between the first, and between the last two.
    assert found.spreads == (
        IndicatorSpread(A1, 3, Fraction(1), half, Fraction(1), 3 * half, 0, 2, 2, 0),
        IndicatorSpread(A2, 3, Fraction(2, 3), half, Fraction(1), Fraction(1), 0, 1, 1, 1),
        IndicatorSpread(B1, 3, Fraction(5, 3), 3 * half, Fraction(2), Fraction(2), 1, 2, 1, 0),
    )
    assert found.gold == 2
    assert found.knock_outs == (KnockOut(A2, 1),)
    assert found.totals == {cluster.id: 3 for cluster in (three.alene, three.fjell, three.fjord, three.kyst)}


def test_the_dimension_furthest_below_the_benchmark_comes_first(three: World) -> None:
    boats, harbour = TINY.dimensions
    # Boats: 1 * 1 + 2 * 2/3 = 7/3 of 6, the benchmark has 4. Harbour: 3 * 5/3 = 5 of 6, the benchmark has 6.
    assert overview(three).dimensions == (
        DimensionMean(boats, Fraction(7, 3), 6, 4),
        DimensionMean(harbour, Fraction(5), 6, 6),
    )


def test_a_missed_eligibility_knocks_out_too_and_the_commonest_comes_first(world: World) -> None:
    world.submit(world.kyst, levels(2, 0, 0))
    world.submit(world.fjord, levels(2, 2, 0))
    assert overview(world).knock_outs == (KnockOut(B1, 2), KnockOut(A2, 1))


def test_nothing_counted_has_no_figures(world: World) -> None:
    world.start()
    found = overview(world)
    assert (counted(found), found.spreads, found.figures, found.gold) == ([], (), (), 0)
    assert (found.knock_outs, found.dimensions) == ((), ())
    assert left_out(found) == {"alene": "none", "fjell": "none", "fjord": "none", "kyst": "draft"}
    assert found.totals == {world.kyst.id: 3}


@pytest.mark.parametrize(
    ("person", "slugs"),
    [
        *((person, ["kyst"]) for person in ("observer", "contributor", "manager")),
        ("neighbour", ["fjord"]),
        ("stranger", ["fjell"]),
        ("reader", ["fjord", "kyst"]),
        ("owner", ["fjord", "kyst"]),
        ("administrator", ["fjell", "fjord", "kyst"]),
        ("evaluator", []),
        ("programme-evaluator", []),
        ("nobody", []),
    ],
)
def test_each_persons_portfolio_is_of_what_is_within_reach_and_of_nothing_else(
    three: World, person: str, slugs: list[str]
) -> None:
    found = overview(three, person)
    assert counted(found) == slugs
    assert left_out(found) == ({"alene": "draft"} if person == "administrator" else {})
    assert all(spread.n == len(slugs) for spread in found.spreads)


def test_a_visitor_has_no_portfolio_and_a_token_needs_its_scope(three: World) -> None:
    with pytest.raises(NotSignedIn):
        overview(three, VISITOR)
    with pytest.raises(NotPermitted):
        overview(three, three.token("owner", but="portfolio"))
    assert counted(overview(three, three.token("owner", "portfolio"))) == ["fjord", "kyst"]


def test_rows_are_in_the_order_of_names_whatever_their_case(world: World) -> None:
    for name in ("Ørsta", "zeta", "Åland", "Beta", "alpha"):
        world.register(name)
    names = [row.cluster.name for row in overview(world).rows]
    assert names == ["Alene", "alpha", "Beta", "Fjell", "Fjord", "Kyst", "zeta", "Åland", "Ørsta"]


def test_what_is_taken_back_or_handed_in_changes_the_figures_at_once(three: World) -> None:
    newer = three.submit(three.fjell, levels(2, 2, 2), day=dt.date(2026, 12, 31))
    assert overview(three, "stranger").figures == (Figures(12, Outcome.GOLD, (2, 2, 2)),)
    three.withdraw(newer)
    assert overview(three, "stranger").figures == (Figures(4, Outcome.NOT_GOLD, (1, 0, 1)),)


def test_looking_writes_nothing(three: World) -> None:
    with three.unchanged():
        overview(three)


@pytest.mark.parametrize("basis", ["", "CLAIMED", "both", "\x00", "verified "])
def test_a_basis_that_there_is_not_is_refused(world: World, basis: str) -> None:
    with pytest.raises(Invalid) as refused:
        overview(world, query=Query(basis=basis))
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("basis", "basis")]


@pytest.mark.parametrize("name", ["", "tiny", "tiny/", "tiny/9.9", "/", "ecei/2026.1", "tiny/1.0/x", "\x00", "\ud800/"])
def test_a_catalogue_that_there_is_not_is_refused(world: World, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        overview(world, query=Query(framework=name))
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("framework", "framework")]
