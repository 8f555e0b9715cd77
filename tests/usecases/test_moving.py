"""Submitting, withdrawing, deleting: the scorecard is frozen and dropped with it."""

import pytest
import sqlalchemy as sa

from app.domain.clusters import Cluster
from app.domain.errors import Conflict, NotFound, Stale
from app.domain.lifecycle import Assessment, Move, State
from app.store import tables
from app.usecases import assessments
from tests.make import NOW, Clock
from tests.store.lines import TABLES
from tests.store.stores import content
from tests.usecases.world import World


def move(world: World, assessment: Assessment, wanted: Move, revision: int | None = None) -> assessments.Report:
    return assessments.move(world.store, world.frameworks, world.manager, assessment.id, wanted, revision)


def delete(world: World, assessment: Assessment, revision: int | None = None) -> Cluster:
    return assessments.delete(world.store, world.manager, assessment.id, revision)


def scorecards(world: World) -> list[tuple[object, ...]]:
    columns = tables.scorecards.c
    with world.store.reading() as tx:
        found = tx.connection.execute(sa.select(columns.points, columns.outcome, columns.levels, columns.frozen_at))
        return [(row.points, row.outcome, bytes(row.levels), row.frozen_at) for row in found]


def test_a_complete_draft_is_handed_in_and_its_scorecard_frozen(world: World, clock: Clock) -> None:
    draft = world.complete()
    now = clock.move(hours=1)
    with world.one_line("submitted"):
        report = move(world, draft, Move.SUBMIT)
    submitted = report.assessment
    assert (submitted.state, submitted.revision) == (State.SUBMITTED, draft.revision + 1)
    assert submitted.submitted_at == submitted.updated_at == now
    assert submitted.answers == draft.answers
    assert report.actions == ("withdraw",)
    assert world.read(draft) == submitted
    # The benchmark: 1 * 2 + 2 * 1 + 3 * 2 = 10 of 12, and 8 are enough.
    assert scorecards(world) == [(10, "gold", bytes([2, 1, 2]), now)]
    line = world.journal()[-1]
    assert (line.subject, line.by, line.before, line.after) == (
        draft.id,
        "manager",
        # The cluster's first submission, which shares with its programme.
        {"state": "draft", "sharing": "undecided"},
        {"state": "submitted", "sharing": "given"},
    )


@pytest.mark.parametrize(
    ("levels", "points", "outcome"),
    [
        ((0, 0, 0), 0, "not-gold"),
        ((2, 2, 2), 12, "gold"),
        ((0, 1, 2), 8, "gold"),  # 0 + 2 + 6: the fewest points that are enough
        ((1, 0, 2), 7, "not-gold"),  # A.2 below its minimum, and too few points
        ((2, 0, 2), 8, "not-gold"),  # enough points, but A.2 below its minimum
        ((2, 2, 0), 6, "not-gold"),  # B.1 is not eligible
        ((1, 2, 1), 8, "gold"),
        ((0, 2, 1), 7, "not-gold"),
    ],
)
def test_the_frozen_scorecard_is_the_one_worked_by_hand(
    world: World, levels: tuple[int, int, int], points: int, outcome: str
) -> None:
    world.submit(levels=dict(zip(("A.1", "A.2", "B.1"), levels, strict=True)))
    assert scorecards(world) == [(points, outcome, bytes(levels), NOW)]


def test_a_draft_has_no_scorecard(world: World) -> None:
    world.complete()
    assert scorecards(world) == []


@pytest.mark.parametrize("levels", [{}, {"A.1": 2}, {"A.1": 2, "A.2": 2, "B.1": None}])
def test_an_incomplete_assessment_cannot_be_handed_in(world: World, levels: dict[str, int | None]) -> None:
    draft = world.answer(world.start(), levels)
    with world.unchanged(), pytest.raises(Conflict) as refused:
        move(world, draft, Move.SUBMIT)
    assert refused.value.code == "incomplete"
    assert refused.value.params == {"answered": draft.answered, "total": 3}


def test_what_is_taken_back_loses_its_scorecard_and_is_private_again(world: World, clock: Clock) -> None:
    submitted = world.submit()
    now = clock.move(hours=1)
    with world.one_line("withdrew"):
        report = move(world, submitted, Move.WITHDRAW)
    withdrawn = report.assessment
    assert (withdrawn.state, withdrawn.revision) == (State.WITHDRAWN, submitted.revision + 1)
    assert (withdrawn.updated_at, withdrawn.submitted_at) == (now, NOW)
    assert withdrawn.is_private
    assert report.actions == ()
    assert scorecards(world) == []
    assert world.read(submitted) == withdrawn


@pytest.mark.parametrize(
    ("moves", "refused_move"),
    [
        ([], Move.WITHDRAW),
        ([Move.SUBMIT], Move.SUBMIT),
        ([Move.SUBMIT, Move.WITHDRAW], Move.SUBMIT),
        ([Move.SUBMIT, Move.WITHDRAW], Move.WITHDRAW),
    ],
)
def test_a_move_from_another_state_is_refused(world: World, moves: list[Move], refused_move: Move) -> None:
    draft = world.complete()
    for each in moves:
        move(world, draft, each)
    with world.unchanged(), pytest.raises(Conflict) as refused:
        move(world, draft, refused_move)
    assert refused.value.code == "state"


@pytest.mark.parametrize("revision", [0, 1, 3, -1])
def test_a_move_based_on_another_revision_is_stale(world: World, revision: int) -> None:
    draft = world.complete()
    assert draft.revision == 2
    with world.unchanged(), pytest.raises(Stale) as refused:
        move(world, draft, Move.SUBMIT, revision)
    assert refused.value.current == draft
    assert move(world, draft, Move.SUBMIT, 2).assessment.state is State.SUBMITTED


def test_an_answer_saved_meanwhile_makes_handing_in_stale(world: World) -> None:
    seen = world.complete()
    world.answer(seen, {"A.1": 0})
    with world.unchanged(), pytest.raises(Stale):
        move(world, seen, Move.SUBMIT, seen.revision)


def test_a_draft_is_deleted_with_its_answers_and_leaves_a_line(world: World) -> None:
    before = {name: rows for name, rows in content(world.store).items() if name not in TABLES}
    draft = world.answer(world.start(title="A mistake"), {"A.1": 2, "A.2": None})
    with world.one_line("deleted"):
        assert delete(world, draft) == world.kyst
    after = {name: rows for name, rows in content(world.store).items() if name not in TABLES}
    assert after == before
    line = world.journal()[-1]
    assert (line.subject, line.by, line.cluster) == (draft.id, "manager", world.kyst.id)
    assert line.before == {"title": "A mistake", "answered": 1}
    with pytest.raises(NotFound):
        world.read(draft)
    with world.unchanged(), pytest.raises(NotFound):
        delete(world, draft)


@pytest.mark.parametrize("moves", [[Move.SUBMIT], [Move.SUBMIT, Move.WITHDRAW]], ids=["submitted", "withdrawn"])
def test_only_a_draft_can_be_deleted(world: World, moves: list[Move]) -> None:
    draft = world.complete()
    for each in moves:
        move(world, draft, each)
    with world.unchanged(), pytest.raises(Conflict) as refused:
        delete(world, draft)
    assert refused.value.code == "locked"


def test_deleting_is_stale_against_another_revision(world: World) -> None:
    draft = world.answer(world.start(), {"A.1": 2})
    with world.unchanged(), pytest.raises(Stale) as refused:
        delete(world, draft, 1)
    assert refused.value.current == draft
    delete(world, draft, 2)


def test_handing_in_again_after_taking_back_is_a_new_assessment_with_the_old_one_as_a_hint(world: World) -> None:
    first = world.withdraw(world.submit())
    second = assessments.report(world.store, world.frameworks, world.manager, world.start().id)
    assert second.previous == first
    assert second.assessment.answers == {}
