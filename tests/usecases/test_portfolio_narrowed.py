"""A portfolio narrowed by place, round, catalogue and basis, and the drafts that only their own people see into."""

import dataclasses
import datetime as dt

import pytest

from app.domain.lifecycle import State
from app.domain.portfolio import Figures, LeftOutReason, PortfolioRow
from app.domain.scoring import Outcome
from app.store import clusters as kept
from app.usecases import portfolio
from app.usecases.portfolio import Portfolio, Query
from tests.make import make_cluster, make_framework, make_frameworks, make_old_framework, make_programme, make_round
from tests.store.kept import keep_cluster
from tests.usecases.world import World

SPRING = dt.date(2026, 3, 31)


def overview(world: World, query: Query | None = None, person: str = "administrator") -> Portfolio:
    return portfolio.overview(world.store, world.frameworks, world.actor(person), query or Query())


def names(found: Portfolio) -> list[str]:
    return [row.cluster.slug for row in found.rows]


def reasons(found: Portfolio) -> dict[str, str | None]:
    return {row.cluster.slug: row.reason for row in found.rows}


def row_of(found: Portfolio, slug: str) -> PortfolioRow:
    (row,) = (row for row in found.rows if row.cluster.slug == slug)
    return row


@pytest.fixture
def places(world: World) -> World:
    """Six clusters of different levels, regions and sectors."""
    keep_cluster(world.store, make_cluster("nord", level="nce", region="Nordland", sector="energy"))
    keep_cluster(world.store, make_cluster("vest", "south", level="gce", sector=""))
    return world


@pytest.mark.parametrize(
    ("query", "slugs"),
    [
        (Query(), ["alene", "fjell", "fjord", "kyst", "nord", "vest"]),
        (Query(programme="north"), ["fjord", "kyst", "nord"]),
        (Query(programme="south"), ["fjell", "vest"]),
        (Query(level="nce"), ["nord"]),
        (Query(region="Vestland"), ["alene", "fjell", "fjord", "kyst", "vest"]),
        (Query(sector="sea", programme="south"), ["fjell"]),
        (Query(sector=""), ["vest"]),
        (Query(programme="north", level="arena", region="Vestland", sector="sea"), ["fjord", "kyst"]),
        (Query(programme="missing"), []),
        (Query(region="vestland"), []),
        (Query(region="' OR 1=1 --"), []),
    ],
)
def test_a_portfolio_is_narrowed_by_programme_and_place(places: World, query: Query, slugs: list[str]) -> None:
    assert names(overview(places, query)) == slugs


@pytest.mark.parametrize(
    ("query", "who", "slugs"),
    [
        pytest.param(Query(programme="south"), "owner", [], id="another programme, ciso-assistant #4317"),
        pytest.param(Query(sector=""), "manager", [], id="another cluster, ciso-assistant #4317"),
        pytest.param(Query(programme="north"), "manager", ["kyst"], id="a programme whole, ciso-assistant #4317"),
    ],
)
def test_no_filter_reaches_further_than_the_person(places: World, query: Query, who: str, slugs: list[str]) -> None:
    assert names(overview(places, query, who)) == slugs


def test_what_can_be_chosen_from_is_within_reach(places: World) -> None:
    with places.store.writing() as tx:
        for opened in (make_round("autumn"), make_round("south-autumn", "south")):
            kept.keep_round(tx, opened)
    everything = overview(places).choices
    assert everything.programmes == [make_programme("north"), make_programme("south")]
    assert {opened.slug for opened in everything.rounds} == {"autumn", "south-autumn"}
    assert list(everything.levels) == ["arena", "gce", "nce"]
    assert list(everything.regions) == ["Nordland", "Vestland"]
    assert list(everything.sectors) == ["energy", "sea"]
    owners = overview(places, Query(programme="missing"), "owner").choices
    assert owners.programmes == [make_programme("north")]
    assert list(owners.rounds) == [make_round("autumn")]
    assert list(owners.levels) == ["arena", "nce"]
    managers = overview(places, person="manager").choices
    assert (managers.programmes, list(managers.rounds), list(managers.levels)) == ([], [], ["arena"])


@pytest.fixture
def rounds(world: World) -> World:
    """kyst in both rounds, fjord in spring only, alene in none and submitted, fjell with a draft."""
    with world.store.writing() as tx:
        kept.keep_round(tx, make_round("autumn"))
        kept.keep_round(tx, make_round("spring", day=SPRING))
    world.submit(world.kyst, {"A.1": 0, "A.2": 0, "B.1": 0}, day=SPRING)
    world.submit(world.kyst)
    world.submit(world.fjord, day=SPRING)
    world.submit(world.alene)
    world.start(world.fjell)
    return world


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(), {"alene": None, "fjell": "draft", "fjord": None, "kyst": None}),
        (Query(round="autumn"), {"alene": "other-round", "fjell": "draft", "fjord": "other-round", "kyst": None}),
        (Query(round="spring"), {"alene": "other-round", "fjell": "draft", "fjord": None, "kyst": None}),
        (Query(round="none"), dict.fromkeys(("alene", "fjord", "kyst"), "other-round") | {"fjell": "draft"}),
        (Query(basis="verified"), dict.fromkeys(("alene", "fjord", "kyst"), "not-verified") | {"fjell": "draft"}),
        (Query(framework="tiny/1.0"), {"alene": None, "fjell": "draft", "fjord": None, "kyst": None}),
        (
            Query(framework="tiny/0.9"),
            dict.fromkeys(("alene", "fjord", "kyst"), "other-framework") | {"fjell": "draft"},
        ),
    ],
)
def test_every_cluster_is_counted_or_left_out_for_a_reason(
    rounds: World, query: Query, expected: dict[str, str | None]
) -> None:
    found = overview(rounds, query)
    assert reasons(found) == expected
    assert {row.cluster.slug for row in found.counted} == {slug for slug, reason in expected.items() if not reason}
    assert len(found.counted) + len(found.left_out) == len(found.rows)
    assert found.framework.version == ("0.9" if query.framework == "tiny/0.9" else "1.0")


def test_a_round_counts_the_assessment_of_that_round(rounds: World) -> None:
    autumn, spring = (row_of(overview(rounds, Query(round=name)), "kyst").standing for name in ("autumn", "spring"))
    assert autumn is not None
    assert spring is not None
    assert autumn.figures == Figures(10, Outcome.GOLD, (2, 1, 2))
    assert spring.figures == Figures(0, Outcome.NOT_GOLD, (0, 0, 0))


def test_an_older_version_has_a_portfolio_of_its_own(world: World) -> None:
    world.frameworks = make_frameworks(dataclasses.replace(make_old_framework(), offered=True))
    world.submit(world.kyst)
    world.frameworks = make_frameworks()
    world.submit(world.fjord)
    assert reasons(overview(world, person="owner")) == {"fjord": None, "kyst": "other-framework"}
    old = overview(world, Query(framework="tiny/0.9"), "owner")
    assert reasons(old) == {"fjord": "other-framework", "kyst": None}
    assert old.framework == make_old_framework()


@pytest.mark.parametrize("person", ["manager", "contributor", "observer"])
def test_a_clusters_own_people_see_the_figures_of_their_draft_and_it_is_not_counted(world: World, person: str) -> None:
    draft = world.answer(world.start(), {"A.1": 2, "B.1": 1})
    found = overview(world, person=person)
    row = row_of(found, "kyst")
    assert (row.reason, row.is_counted) == (LeftOutReason.DRAFT, False)
    assert row.standing is not None
    assert (row.standing.assessment_id, row.standing.answered, row.standing.state) == (draft.id, 2, State.DRAFT)
    assert row.standing.figures == Figures(5, Outcome.INCOMPLETE, (2, None, 1))  # 1 * 2 + 3 * 1
    assert (found.spreads, found.figures, found.gold, found.counted) == ((), (), 0, ())


@pytest.mark.parametrize("person", ["owner", "reader", "administrator"])
def test_to_everybody_else_a_draft_is_listed_with_its_progress_and_without_figures(world: World, person: str) -> None:
    draft = world.answer(world.start(), {"A.1": 2, "B.1": 1})
    row = row_of(overview(world, person=person), "kyst")
    assert row.reason is LeftOutReason.DRAFT
    assert row.standing is not None
    assert (row.standing.assessment_id, row.standing.answered, row.standing.figures) == (draft.id, 2, None)


def test_a_draft_with_nothing_answered_has_the_figures_of_nothing(world: World) -> None:
    world.start()
    standing = row_of(overview(world, person="manager"), "kyst").standing
    assert standing is not None
    assert standing.figures == Figures(0, Outcome.INCOMPLETE, (None, None, None))


def test_a_token_for_the_portfolio_alone_does_not_see_into_drafts(world: World) -> None:
    world.answer(world.start(), {"A.1": 2})
    for scopes, seen in ((("portfolio",), False), (("portfolio", "read"), True)):
        actor = world.token("manager", *scopes)
        found = portfolio.overview(world.store, world.frameworks, actor, Query())
        standing = row_of(found, "kyst").standing
        assert standing is not None
        assert (standing.figures is not None) is seen


def test_a_draft_of_another_catalogue_has_no_figures_in_this_one(world: World) -> None:
    world.start()
    world.frameworks = make_frameworks(
        make_framework(), make_framework(version="2.0", released="2027-01-01", digest="d")
    )
    standing = row_of(overview(world, person="manager"), "kyst").standing
    assert standing is not None
    assert (standing.version, standing.figures) == ("1.0", None)


def test_a_draft_beside_what_counts_takes_nothing_from_it(world: World) -> None:
    submitted = world.submit(day=SPRING)
    world.answer(world.start(), {"A.1": 0})
    row = row_of(overview(world, person="manager"), "kyst")
    assert row.is_counted
    assert row.standing is not None
    assert row.standing.assessment_id == submitted.id
