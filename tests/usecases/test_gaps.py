"""How far an assessment is from Gold, beside the one before it."""

import datetime as dt

import pytest

from app.domain.errors import Conflict
from app.domain.lifecycle import Move
from app.domain.portfolio import Basis
from app.domain.scoring import Outcome, ReasonCode
from app.usecases import gaps
from tests.make import make_framework
from tests.usecases.world import World


def test_the_gap_of_a_draft_is_the_one_worked_by_hand(world: World) -> None:
    draft = world.answer(world.start(), {"A.1": 0, "A.2": 0})
    report = gaps.gap(world.store, world.frameworks, world.actor("observer"), draft.id)
    assert (report.assessment, report.framework, report.previous) == (draft, make_framework(), None)
    assert report.basis is Basis.CLAIMED
    card = report.analysis.scorecard
    assert (card.answered, card.total, card.points, card.max_points, card.points_to_gold) == (2, 3, 0, 12, 8)
    assert card.outcome is Outcome.INCOMPLETE
    assert [(reason.code, reason.indicators) for reason in card.reasons] == [(ReasonCode.INCOMPLETE, ("B.1",))]
    assert [(row.indicator.number, row.level, row.gap) for row in report.analysis.indicators] == [
        ("A.1", 0, 2),
        ("A.2", 0, 1),
        ("B.1", None, None),
    ]
    assert [row.indicator.number for row in report.analysis.below_minimum] == ["A.2"]
    assert report.analysis.previous is None


def test_a_gap_stands_beside_the_one_before_it(world: World) -> None:
    before = world.submit(levels={"A.1": 1, "A.2": 0, "B.1": 1}, day=dt.date(2026, 3, 31))
    draft = world.answer(world.start(), {"A.1": 2})
    report = gaps.gap(world.store, world.frameworks, world.manager, draft.id)
    assert report.previous == before
    assert [(row.level, row.previous) for row in report.analysis.indicators] == [(2, 1), (None, 0), (None, 1)]
    assert report.analysis.previous is not None
    assert report.analysis.previous.points == 4  # 1 * 1 + 2 * 0 + 3 * 1


def test_a_gap_is_not_changed_by_what_was_taken_back(world: World) -> None:
    world.move(world.submit(day=dt.date(2026, 3, 31)), Move.WITHDRAW)
    draft = world.start()
    assert gaps.gap(world.store, world.frameworks, world.manager, draft.id).previous is None


@pytest.mark.parametrize("person", ["manager", "owner", "evaluator"])
def test_nothing_is_verified_yet(world: World, person: str) -> None:
    submitted = world.submit()
    with world.unchanged(), pytest.raises(Conflict) as refused:
        gaps.gap(world.store, world.frameworks, world.actor(person), submitted.id, Basis.VERIFIED)
    assert refused.value.code == "not-verified"


def test_reading_writes_nothing(world: World) -> None:
    submitted = world.submit()
    with world.unchanged():
        gaps.gap(world.store, world.frameworks, world.manager, submitted.id)
