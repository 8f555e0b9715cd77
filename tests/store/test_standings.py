"""Where each assessment stands for the portfolio, and the scorecards frozen as they begin to count."""

import datetime as dt
import random

import pytest

from app.domain.lifecycle import State
from app.domain.permissions import Reach
from app.domain.portfolio import Figures, Standing
from app.domain.scoring import Outcome
from app.store import assessments, clusters
from app.store.database import Store
from tests.make import DAY, NOW, make_assessment, make_cluster, make_round
from tests.store.kept import EVERYWHERE, NOWHERE, figures_of, keep_assessment, keep_cluster, keep_consent, keep_person

KYST, FJORD, FJELL = make_cluster("kyst"), make_cluster("fjord"), make_cluster("fjell", "south")
GOLD = Figures(10, Outcome.GOLD, (2, 1, 2))  # 1 * 2 + 2 * 1 + 3 * 2


@pytest.fixture
def filled(store: Store) -> Store:
    """Three clusters, a round and a person; no assessment."""
    for cluster in (KYST, FJORD, FJELL):
        keep_cluster(store, cluster)
    with store.writing() as tx:
        clusters.keep_round(tx, make_round())
    keep_person(store)
    return store


def standings(store: Store, within: Reach = EVERYWHERE) -> dict[str, list[Standing]]:
    with store.reading() as tx:
        return assessments.standings(tx, within=within)


def test_a_draft_stands_with_what_is_answered_and_without_figures(filled: Store) -> None:
    keep_assessment(filled, make_assessment(id="a", levels={"A.1": 0, "A.2": None, "B.1": 2}, in_round=make_round()))
    keep_assessment(filled, make_assessment(id="b", cluster=FJORD))
    assert standings(filled) == {
        KYST.id: [Standing("a", "Autumn", "tiny", "1.0", "autumn-2026", DAY, State.DRAFT, None, 2, None)],
        FJORD.id: [Standing("b", "Autumn", "tiny", "1.0", None, DAY, State.DRAFT, None, 0, None)],
    }


@pytest.mark.parametrize("state", [State.SUBMITTED, State.IN_REVIEW, State.VERIFIED, State.CLOSED])
def test_what_counts_stands_with_the_figures_frozen_then(filled: Store, state: State) -> None:
    keep_assessment(filled, make_assessment(state, gold=True, id="a"))
    assert standings(filled) == {KYST.id: [Standing("a", "Autumn", "tiny", "1.0", None, DAY, state, NOW, 3, GOLD)]}


def test_figures_come_from_the_scorecard_and_not_from_the_answers(filled: Store) -> None:
    kept = keep_assessment(filled, make_assessment(State.SUBMITTED, gold=True, id="a"))
    other = Figures(0, Outcome.NOT_GOLD, (0, 0, 0))
    with filled.writing() as tx:
        assessments.keep_scorecard(tx, kept, other)
    assert standings(filled)[KYST.id][0].figures == other
    with filled.writing() as tx:
        assessments.keep_scorecard(tx, kept, None)
        assessments.keep_scorecard(tx, kept, None)
    assert standings(filled)[KYST.id][0].figures is None


def test_a_scorecard_belongs_to_one_assessment(filled: Store) -> None:
    first = keep_assessment(filled, make_assessment(State.SUBMITTED, gold=True, id="a"))
    keep_assessment(filled, make_assessment(State.SUBMITTED, gold=False, id="b"))
    with filled.writing() as tx:
        assessments.keep_scorecard(tx, first, None)
    found = {standing.assessment_id: standing.figures for standing in standings(filled)[KYST.id]}
    assert found == {"a": None, "b": Figures(0, Outcome.NOT_GOLD, (0, 0, 0))}


def test_levels_come_back_in_their_order_whatever_they_are(filled: Store) -> None:
    chance = random.Random(2026)
    for number in range(20):
        levels = tuple(chance.choice([0, 1, 2, 3, 4, 127, 128, 255]) for _ in range(31))
        kept = make_assessment(State.SUBMITTED, id="a")
        with filled.writing() as tx:
            assessments.keep(tx, kept)
            assessments.keep_scorecard(tx, kept, Figures(number, Outcome.NOT_GOLD, levels))
        keep_consent(filled, kept.cluster)
        assert standings(filled)[KYST.id][0].figures == Figures(number, Outcome.NOT_GOLD, levels)


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        (Reach(clusters=frozenset({KYST.id})), {"kyst"}),
        (Reach(programmes=frozenset({"programme-north"})), {"kyst", "fjord"}),
        (Reach(clusters=frozenset({KYST.id}), programmes=frozenset({"programme-south"})), {"kyst", "fjell"}),
        (NOWHERE, set()),
        (EVERYWHERE, {"kyst", "fjord", "fjell"}),
    ],
)
def test_only_what_is_within_reach_stands(filled: Store, within: Reach, expected: set[str]) -> None:
    for cluster in (KYST, FJORD, FJELL):
        keep_assessment(filled, make_assessment(State.SUBMITTED, gold=True, id=cluster.slug, cluster=cluster))
        keep_assessment(filled, make_assessment(id=f"draft-{cluster.slug}", cluster=cluster))
    found = standings(filled, within)
    assert set(found) == {f"cluster-{slug}" for slug in expected}
    ids = {standing.assessment_id for each in found.values() for standing in each}
    assert ids == expected | {f"draft-{slug}" for slug in expected}


def test_every_assessment_of_a_cluster_stands(filled: Store) -> None:
    for number, state in enumerate(State):
        day = DAY + dt.timedelta(days=number)
        keep_assessment(filled, make_assessment(state, gold=True, id=state, reference_date=day))
    found = {standing.state: standing for standing in standings(filled)[KYST.id]}
    assert set(found) == set(State)
    assert {state for state, standing in found.items() if standing.figures is None} == {State.DRAFT, State.WITHDRAWN}
    assert [found[state].reference_date for state in State] == [DAY + dt.timedelta(days=n) for n in range(len(State))]


def test_levels_so_far_are_those_of_the_assessments_asked_for(filled: Store) -> None:
    keep_assessment(filled, make_assessment(id="a", levels={"A.1": 0, "A.2": None}))
    keep_assessment(filled, make_assessment(id="b", gold=True))
    keep_assessment(filled, make_assessment(id="c"))
    with filled.reading() as tx:
        assert assessments.levels_of(tx, ["a", "c"]) == {"a": {"A.1": 0, "A.2": None}}
        assert assessments.levels_of(tx, []) == {}


def test_figures_of_the_tests_are_those_worked_by_hand() -> None:
    assert figures_of(make_assessment(State.SUBMITTED, gold=True)) == GOLD
