"""Programmes, rounds and clusters in the database, and who they are within reach of."""

import dataclasses
import datetime as dt

import pytest

from app.domain.clusters import Cluster
from app.domain.errors import Invalid, NotFound
from app.domain.permissions import Reach
from app.store import clusters
from app.store.clusters import ClusterFilter
from app.store.database import Store
from tests.make import DAY, NOW, make_cluster, make_programme, make_round
from tests.store.kept import EVERYWHERE, NOWHERE, keep_cluster, keep_programme
from tests.store.stores import content

KYST = make_cluster("kyst")
FJORD = make_cluster("fjord", level="nce", region="Rogaland", sector="energy")
FJELL = make_cluster("fjell", "south", level="arena", region="Rogaland", sector="")
ALENE = make_cluster("alene", None, level="", region="", sector="")
ALL = [ALENE, FJELL, FJORD, KYST]


@pytest.fixture
def four(store: Store) -> Store:
    """Two clusters in the programme north, one in south, one in none."""
    for cluster in (KYST, FJORD, FJELL, ALENE):
        keep_cluster(store, cluster)
    return store


# The reach of a manager of kyst, of an owner of south, of both, of an administrator, of nobody.
REACHES = [
    (Reach(clusters=frozenset({KYST.id})), [KYST]),
    (Reach(clusters=frozenset({KYST.id, ALENE.id})), [ALENE, KYST]),
    (Reach(programmes=frozenset({"programme-south"})), [FJELL]),
    (Reach(programmes=frozenset({"programme-north", "programme-south"})), [FJELL, FJORD, KYST]),
    (Reach(clusters=frozenset({KYST.id}), programmes=frozenset({"programme-south"})), [FJELL, KYST]),
    (Reach(clusters=frozenset({"cluster-gone"}), programmes=frozenset({"programme-gone"})), []),
    (NOWHERE, []),
    (EVERYWHERE, ALL),
]


@pytest.mark.parametrize(("within", "expected"), REACHES)
def test_only_what_is_within_reach_is_listed_found_and_chosen_from(
    four: Store, within: Reach, expected: list[Cluster]
) -> None:
    with four.reading() as tx:
        assert clusters.listed(tx, within=within) == expected
        for cluster in ALL:
            if cluster in expected:
                assert clusters.load(tx, cluster.slug, within=within) == cluster
                continue
            with pytest.raises(NotFound):
                clusters.load(tx, cluster.slug, within=within)
        assert clusters.choices(tx, within=within) == {
            name: sorted({getattr(cluster, name) for cluster in expected} - {""})
            for name in ("level", "region", "sector")
        }


def test_a_cluster_to_be_changed_is_the_same_cluster(four: Store) -> None:
    with four.writing() as tx:
        assert clusters.load(tx, "kyst", within=EVERYWHERE, to_change=True) == KYST
        assert clusters.load(tx, "alene", within=EVERYWHERE, to_change=True) == ALENE


@pytest.mark.parametrize("slug", ["", "KYST", "kyst ", "k%", "____", "nothing"])
def test_a_cluster_is_found_by_its_very_address_only(four: Store, slug: str) -> None:
    with four.reading() as tx, pytest.raises(NotFound):
        clusters.load(tx, slug, within=EVERYWHERE)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (ClusterFilter(), ALL),
        (ClusterFilter(programme="north"), [FJORD, KYST]),
        (ClusterFilter(level="arena"), [FJELL, KYST]),
        (ClusterFilter(region="Rogaland"), [FJELL, FJORD]),
        (ClusterFilter(sector="sea"), [KYST]),
        (ClusterFilter(sector=""), [ALENE, FJELL]),
        (ClusterFilter(region="Rogaland", level="arena"), [FJELL]),
        (ClusterFilter(programme="north", level="arena", region="Vestland", sector="sea"), [KYST]),
        (ClusterFilter(programme="south", level="nce"), []),
        (ClusterFilter(programme="nothing"), []),
        (ClusterFilter(region="rogaland"), []),
        (ClusterFilter(region="%"), []),
    ],
)
def test_filters_narrow_and_never_widen(four: Store, filters: ClusterFilter, expected: list[Cluster]) -> None:
    with four.reading() as tx:
        assert clusters.listed(tx, within=EVERYWHERE, filters=filters) == expected
        mine = Reach(clusters=frozenset({KYST.id}))
        assert clusters.listed(tx, within=mine, filters=filters) == [each for each in expected if each == KYST]


def test_a_list_is_read_page_by_page(four: Store) -> None:
    with four.reading() as tx:
        assert clusters.listed(tx, within=EVERYWHERE, limit=2) == [ALENE, FJELL]
        assert clusters.listed(tx, within=EVERYWHERE, after="fjell", limit=2) == [FJORD, KYST]
        assert clusters.listed(tx, within=EVERYWHERE, after="fjk") == [FJORD, KYST]
        assert clusters.listed(tx, within=EVERYWHERE, after="kyst") == []
        assert clusters.listed(tx, within=EVERYWHERE, limit=0) == []


def test_a_list_can_be_of_what_was_changed_since_a_moment(four: Store) -> None:
    later = NOW + dt.timedelta(hours=1)
    changed = dataclasses.replace(FJORD, revision=2, updated_at=later)
    with four.writing() as tx:
        clusters.keep(tx, changed)
    with four.reading() as tx:
        in_oslo = later.astimezone(dt.timezone(dt.timedelta(hours=2)))
        for since in (NOW + dt.timedelta(seconds=1), later, in_oslo):
            assert clusters.listed(tx, within=EVERYWHERE, updated_since=since) == [changed]
        assert clusters.listed(tx, within=EVERYWHERE, updated_since=later + dt.timedelta(seconds=1)) == []
        assert len(clusters.listed(tx, within=EVERYWHERE, updated_since=NOW)) == 4


def test_a_changed_cluster_takes_the_place_of_the_earlier_one(four: Store) -> None:
    changed = dataclasses.replace(
        KYST, name="Ny 'kyst' % 👩\u200d🚀", level="gce", region="Møre", sector="mat", revision=7, slug="ny-kyst"
    )
    with four.writing() as tx:
        clusters.keep(tx, changed)
    with four.reading() as tx:
        assert clusters.listed(tx, within=EVERYWHERE) == [ALENE, FJELL, FJORD, changed]


def test_an_address_of_another_cluster_is_refused(four: Store) -> None:
    before = content(four)
    for cluster in (make_cluster("kyst", id="other"), dataclasses.replace(FJORD, slug="kyst")):
        with pytest.raises(Invalid) as refused:
            keep_cluster(four, cluster)
        assert [(problem.field, problem.code) for problem in refused.value.problems] == [("slug", "taken")]
    assert content(four) == before


def test_programmes_are_listed_by_name_within_reach(four: Store) -> None:
    north, south = make_programme("north"), make_programme("south")
    with four.reading() as tx:
        assert clusters.programmes_listed(tx, within=EVERYWHERE) == [north, south]
        assert clusters.programmes_listed(tx, within=Reach(programmes=frozenset({south.id}))) == [south]
        assert clusters.programmes_listed(tx, within=Reach(clusters=frozenset({KYST.id}))) == []
        assert clusters.programme(tx, "south", within=Reach(programmes=frozenset({south.id}))) == south
        for slug, within in (("north", Reach(programmes=frozenset({south.id}))), ("east", EVERYWHERE)):
            with pytest.raises(NotFound):
                clusters.programme(tx, slug, within=within)


def test_a_programmes_address_is_its_own(store: Store) -> None:
    keep_programme(store)
    with store.writing() as tx, pytest.raises(Invalid) as refused:
        clusters.keep_programme(tx, dataclasses.replace(make_programme(), id="other"))
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("slug", "taken")]


def test_rounds_are_listed_the_latest_first_and_only_of_the_programmes_asked_for(four: Store) -> None:
    autumn, spring = make_round("autumn"), make_round("spring", day=dt.date(2026, 3, 31))
    twin, south = make_round("another", day=DAY), make_round("south-autumn", "south")
    with four.writing() as tx:
        for opened in (spring, autumn, south, twin):
            clusters.keep_round(tx, opened)
    with four.reading() as tx:
        assert clusters.rounds_listed(tx, ["programme-north"]) == [twin, autumn, spring]
        assert clusters.rounds_listed(tx, ["programme-south"]) == [south]
        assert len(clusters.rounds_listed(tx, ["programme-north", "programme-south"])) == 4
        assert clusters.rounds_listed(tx, []) == clusters.rounds_listed(tx, ["gone"]) == []


def test_a_rounds_name_is_taken_in_its_own_programme_only(four: Store) -> None:
    with four.writing() as tx:
        clusters.keep_round(tx, make_round("autumn"))
        clusters.keep_round(tx, dataclasses.replace(make_round("autumn", "south"), id="round-of-south"))
        with pytest.raises(Invalid) as refused:
            clusters.keep_round(tx, dataclasses.replace(make_round("autumn"), id="other"))
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("name", "taken")]
