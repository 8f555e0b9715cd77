"""Several assessments of one cluster: which of them counts, what is said of the others, and who learns of which."""

import datetime as dt

import pytest

from app.domain.lifecycle import Assessment, Move
from app.store import clusters as kept
from app.usecases import assessments, clusters, gaps, portfolio
from app.usecases.portfolio import Query
from tests.make import DAY, Clock, make_round
from tests.usecases.world import World


def rivals(world: World, assessment: Assessment, person: str = "manager") -> tuple[str | None, str | None]:
    """The ids of what counts instead of an assessment, and of what it replaces."""
    report = assessments.report(world.store, world.frameworks, world.actor(person), assessment.id)
    instead, replaced = (each.assessment_id if each else None for each in (report.instead, report.replaced))
    return instead, replaced


def marked(world: World, person: str = "manager") -> set[str]:
    """The ids of the assessments of kyst that are listed as replaced."""
    view = clusters.view(world.store, world.frameworks, world.actor(person), "kyst")
    return {line.assessment.id for line in view.assessments if line.is_replaced}


def counted(world: World, in_round: str | None = None) -> str:
    """The id of the assessment of kyst that is counted in the portfolio."""
    query = Query(round=in_round)
    rows = portfolio.overview(world.store, world.frameworks, world.actor("owner"), query).rows
    (standing,) = [row.standing for row in rows if row.cluster.slug == "kyst" and row.is_counted]
    assert standing
    return standing.assessment_id


def test_of_two_submitted_the_later_one_counts_and_both_say_so(world: World, clock: Clock) -> None:
    first = world.submit()
    assert (rivals(world, first), marked(world)) == ((None, None), set())
    clock.move(minutes=1)
    second = world.complete()
    assert (rivals(world, first), rivals(world, second)) == ((None, None), (None, first.id))
    world.move(second, Move.SUBMIT)
    for person in ("manager", "evaluator", "programme-evaluator", "owner"):
        assert rivals(world, first, person) == (second.id, None)
        assert rivals(world, second, person) == (None, first.id)
        assert marked(world, person) == {first.id}
    home = clusters.home(world.store, world.frameworks, world.actor("programme-evaluator"))
    assert [(line.assessment.id, line.is_replaced) for line in home.submitted] == [(second.id, False), (first.id, True)]
    assert counted(world) == second.id
    world.withdraw(second)
    assert (rivals(world, first), rivals(world, second), marked(world)) == ((None, None), (None, None), set())
    assert counted(world) == first.id


def test_a_draft_with_an_earlier_day_is_told_that_another_one_keeps_counting(world: World) -> None:
    later = world.submit()
    draft = world.complete(day=DAY - dt.timedelta(days=1))
    assert rivals(world, draft) == (later.id, None)
    assert rivals(world, later) == (None, None)
    world.move(draft, Move.SUBMIT)
    assert (counted(world), marked(world)) == (later.id, {draft.id})


def test_in_each_round_one_counts_so_another_round_replaces_nothing(world: World) -> None:
    with world.store.writing() as tx:
        for opened in (make_round("autumn"), make_round("spring", day=dt.date(2026, 3, 31))):
            kept.keep_round(tx, opened)
    spring = world.submit(day=dt.date(2026, 3, 31))
    autumn = world.submit()
    assert (rivals(world, spring), rivals(world, autumn), marked(world)) == ((None, None), (None, None), set())
    assert (counted(world, "spring"), counted(world, "autumn")) == (spring.id, autumn.id)


def test_an_assessment_of_another_cluster_takes_the_place_of_none(world: World) -> None:
    own = world.submit()
    world.submit(world.fjord, day=DAY + dt.timedelta(days=1))
    assert rivals(world, own) == (None, None)


def test_what_was_withdrawn_is_a_hint_to_its_own_cluster_alone(world: World, clock: Clock) -> None:
    counting = world.submit(day=DAY - dt.timedelta(days=90))
    clock.move(hours=1)
    withdrawn = world.withdraw(world.submit())
    clock.move(hours=1)
    later = world.submit()

    def previous(person: str) -> Assessment | None:
        return assessments.report(world.store, world.frameworks, world.actor(person), later.id).previous

    for person in ("observer", "contributor", "manager"):
        assert previous(person) == withdrawn
    for person in ("evaluator", "programme-evaluator", "reader", "owner", "administrator"):
        assert previous(person) == counting
    assert gaps.gap(world.store, world.frameworks, world.manager, later.id).previous == counting


def test_a_withdrawn_one_is_no_hint_where_something_later_was_submitted(world: World, clock: Clock) -> None:
    world.withdraw(world.submit(day=DAY - dt.timedelta(days=90)))
    clock.move(hours=1)
    submitted = world.submit(day=DAY - dt.timedelta(days=30))
    draft = world.start()
    assert assessments.report(world.store, world.frameworks, world.manager, draft.id).previous == submitted


@pytest.mark.parametrize("limit", [clusters.NEWEST])
def test_at_home_an_evaluator_finds_no_more_than_the_newest(world: World, clock: Clock, limit: int) -> None:
    found = []
    for _ in range(limit + 2):
        clock.move(minutes=1)
        found.append(world.submit(world.fjord).id)
    home = clusters.home(world.store, world.frameworks, world.actor("programme-evaluator"))
    assert [line.assessment.id for line in home.submitted] == found[:1:-1]
