"""Which assessment counts for a cluster, and why none does."""

import dataclasses
import datetime as dt
import itertools

import pytest

from app.domain.lifecycle import COUNTING, State
from app.domain.portfolio import Basis, Figures, LeftOutReason, PortfolioRow, Selection, Standing, replaced, rivals, row
from app.domain.scoring import Outcome
from tests.make import DAY, NOW, make_cluster, make_framework

TINY = make_framework()
KYST = make_cluster()
ANY = Selection(TINY)
VERIFIED = Selection(TINY, basis=Basis.VERIFIED)
SCORED = Figures(12, Outcome.GOLD, (2, 2, 2))


def standing(state: State = State.SUBMITTED, **changes: object) -> Standing:
    """Return where an assessment against the tiny standard stands."""
    counts = state in COUNTING
    made = Standing(
        assessment_id="assessment-1",
        title="Autumn",
        framework=TINY.name,
        version=TINY.version,
        round="autumn",
        reference_date=DAY,
        state=state,
        submitted_at=NOW if counts else None,
        answered=3 if counts else 1,
        figures=SCORED if counts else None,
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


DRAFT = standing(State.DRAFT, assessment_id="draft")
SPRING_DRAFT = standing(State.DRAFT, assessment_id="spring-draft", round="spring")
WITHDRAWN = standing(State.WITHDRAWN, assessment_id="withdrawn")
SUBMITTED = standing(assessment_id="submitted")
OLD_VERSION = standing(assessment_id="old-version", version="0.9")
OTHER_STANDARD = standing(assessment_id="other-standard", framework="ecei")
SPRING = standing(assessment_id="spring", round="spring")


@pytest.mark.parametrize("state", sorted(COUNTING))
def test_whatever_is_handed_in_counts(state: State) -> None:
    handed_in = standing(state)
    assert row(ANY, KYST, [handed_in]) == PortfolioRow(KYST, handed_in, None)


AUTUMN = Selection(TINY, round="autumn")


# What is there, what is asked for, the reason, and the assessment that is shown beside it.
@pytest.mark.parametrize(
    ("standings", "selection", "reason", "shown"),
    [
        ([], ANY, "none", None),
        ([WITHDRAWN], ANY, "none", None),
        ([DRAFT], ANY, "draft", DRAFT),
        ([WITHDRAWN, DRAFT], ANY, "draft", DRAFT),
        ([DRAFT], AUTUMN, "draft", DRAFT),
        ([DRAFT], VERIFIED, "draft", DRAFT),
        ([SPRING], AUTUMN, "other-round", None),
        ([SPRING, DRAFT], AUTUMN, "draft", DRAFT),
        ([SPRING, SPRING_DRAFT], AUTUMN, "other-round", SPRING_DRAFT),
        ([DRAFT, SPRING_DRAFT], Selection(TINY, "spring"), "draft", SPRING_DRAFT),
        ([standing(round=None)], AUTUMN, "other-round", None),
        ([SPRING], Selection(TINY, "autumn", Basis.VERIFIED), "other-round", None),
        ([OLD_VERSION], ANY, "other-framework", None),
        ([OTHER_STANDARD], ANY, "other-framework", None),
        ([OLD_VERSION, DRAFT], ANY, "draft", DRAFT),
        ([OLD_VERSION, SPRING_DRAFT], AUTUMN, "other-framework", SPRING_DRAFT),
        ([OLD_VERSION, SPRING], AUTUMN, "other-round", None),
        ([SUBMITTED], VERIFIED, "not-verified", None),
        ([SUBMITTED, DRAFT], VERIFIED, "not-verified", DRAFT),
        ([standing(State.VERIFIED)], VERIFIED, "not-verified", None),
        ([OLD_VERSION], VERIFIED, "other-framework", None),
    ],
)
def test_a_cluster_is_left_out_for_a_reason_and_its_draft_is_shown(
    standings: list[Standing], selection: Selection, reason: str, shown: Standing | None
) -> None:
    for order in itertools.permutations(standings):
        found = row(selection, KYST, order)
        assert found == PortfolioRow(KYST, shown, LeftOutReason(reason))
        assert not found.is_counted


@pytest.mark.parametrize("standings", [[], [SUBMITTED], [DRAFT], [SUBMITTED, DRAFT]])
def test_of_a_cluster_that_withholds_its_assessments_nothing_is_said_but_that(standings: list[Standing]) -> None:
    for selection in (ANY, VERIFIED):
        found = row(selection, KYST, standings, withheld=True)
        assert found == PortfolioRow(KYST, None, LeftOutReason.NO_CONSENT)
        assert not found.is_counted


def test_every_reason_there_is_comes_up_above() -> None:
    assert set(LeftOutReason) == {"none", "draft", "other-round", "other-framework", "not-verified"} | {"no-consent"}


@pytest.mark.parametrize("others", [[DRAFT], [WITHDRAWN], [OLD_VERSION], [OTHER_STANDARD], [DRAFT, WITHDRAWN, SPRING]])
def test_what_does_not_count_takes_nothing_from_what_does(others: list[Standing]) -> None:
    later = [dataclasses.replace(other, reference_date=DAY + dt.timedelta(days=90)) for other in others]
    found = row(Selection(TINY, round="autumn"), KYST, [*later, SUBMITTED])
    assert found == PortfolioRow(KYST, SUBMITTED, None)
    assert found.is_counted


def test_without_a_round_assessments_of_any_round_and_of_none_count() -> None:
    for round_name in ("autumn", "spring", None):
        assert row(ANY, KYST, [standing(round=round_name)]).is_counted


def test_the_latest_reference_date_counts_not_what_was_handed_in_last() -> None:
    late = standing(assessment_id="late", submitted_at=NOW + dt.timedelta(days=9))
    newer = standing(assessment_id="newer", reference_date=DAY + dt.timedelta(days=1))
    for order in itertools.permutations([late, newer]):
        assert row(ANY, KYST, order).standing is newer


def test_of_one_reference_date_the_one_handed_in_last_counts_and_then_the_id_decides() -> None:
    first = standing(assessment_id="z")
    second = standing(assessment_id="b", submitted_at=NOW + dt.timedelta(seconds=1))
    twin = standing(assessment_id="a", submitted_at=NOW + dt.timedelta(seconds=1))
    unknown = standing(assessment_id="zz", submitted_at=None)
    for order in itertools.permutations([first, second, twin, unknown]):
        assert row(ANY, KYST, order).standing is second


def test_the_latest_draft_is_the_one_shown() -> None:
    older = standing(State.DRAFT, assessment_id="older", reference_date=DAY - dt.timedelta(days=90))
    for order in itertools.permutations([older, DRAFT]):
        assert row(ANY, KYST, order).standing is DRAFT


LATER = dt.timedelta(days=1)
SECOND = standing(assessment_id="second", submitted_at=NOW + LATER)


# The one that is asked about, those beside it, what counts instead of it, and what it replaces.
@pytest.mark.parametrize(
    ("own", "others", "instead", "behind"),
    [
        (SUBMITTED, [], None, None),
        (SUBMITTED, [DRAFT, WITHDRAWN, SPRING, OLD_VERSION, OTHER_STANDARD], None, None),
        (SUBMITTED, [SECOND], SECOND, None),
        (SECOND, [SUBMITTED], None, SUBMITTED),
        (DRAFT, [SUBMITTED], None, SUBMITTED),
        (DRAFT, [SUBMITTED, SECOND, SPRING], None, SECOND),
        (dataclasses.replace(DRAFT, reference_date=DAY - LATER), [SUBMITTED], SUBMITTED, None),
        (dataclasses.replace(SECOND, reference_date=DAY - LATER), [SUBMITTED], SUBMITTED, None),
        (WITHDRAWN, [SUBMITTED, SECOND], None, None),
        (standing(assessment_id="own", round=None), [SPRING], SPRING, None),
        (SPRING, [dataclasses.replace(SECOND, round=None)], None, None),
    ],
)
def test_one_submitted_assessment_takes_the_place_of_another_as_in_the_portfolio(
    own: Standing, others: list[Standing], instead: Standing | None, behind: Standing | None
) -> None:
    for order in itertools.permutations([own, *others]):
        assert rivals(order, own.assessment_id, NOW + 2 * LATER) == (instead, behind)
        chosen = row(Selection(TINY, own.round), KYST, order).standing
        if own.state in COUNTING:
            assert chosen == (instead or own)
            assert (own in replaced(order)) == (instead is not None)
