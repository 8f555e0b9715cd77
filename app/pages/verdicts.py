"""What the figures of an assessment come to, condition by condition, as the gap page says it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from app.domain.gaps import IndicatorGap
from app.domain.scoring import Outcome, ReasonCode, Scorecard, percent
from app.pages.format import filters
from app.pages.indicator_gaps import card_urls
from app.pages.templating import Page
from app.usecases.gaps import GapReport

_NAMED_UNANSWERED = 3
_PERCENT = "\N{NO-BREAK SPACE}%"


class Card(NamedTuple):
    """An indicator that a check names, with its address in the form; `floor` is what the check asks of it."""

    label: str
    url: str
    level: int | None
    floor: int | None


@dataclass(frozen=True, slots=True)
class Check:
    """One of the conditions of Gold: passed, failed or waiting; `of` indicators it concerns, `left` unanswered."""

    kind: ReasonCode
    state: str
    of: int
    left: int
    cards: tuple[Card, ...]


class LastTime(NamedTuple):
    """What the cluster last submitted came to."""

    day: dt.date
    points: int
    share: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the figures come to. `open_points` are those that the unanswered indicators could still give."""

    outcome: Outcome
    scorecard: Scorecard
    share: float
    rule: str
    open_points: int
    average: Fraction | None
    top_level: int
    checks: tuple[Check, ...]
    last: LastTime | None


def verdict(page: Page, report: GapReport) -> Verdict:
    """Return the verdict with its reasons."""
    analysis, framework = report.analysis, report.framework
    card = analysis.scorecard
    answered = [row.level for row in analysis.indicators if row.level is not None]
    return Verdict(
        outcome=card.outcome,
        scorecard=card,
        share=percent(card.points, card.max_points),
        rule=filters(page.language)["decimal"](percent(framework.gold.numerator, framework.gold.denominator))
        + _PERCENT,
        open_points=sum(row.max_points for row in analysis.indicators if row.level is None),
        average=Fraction(sum(answered), len(answered)) if answered else None,
        top_level=framework.top_level,
        checks=tuple(_checks(page, report)),
        last=_last_time(report),
    )


def _last_time(report: GapReport) -> LastTime | None:
    card = report.analysis.previous
    if report.previous is None or card is None:
        return None
    return LastTime(report.previous.reference_date, card.points, percent(card.points, card.max_points))


def _checks(page: Page, report: GapReport) -> Iterable[Check]:
    """Yield what Gold takes; a catalogue without minima or eligibility has no such check."""
    analysis = report.analysis
    rows, wording, url_of = analysis.indicators, report.framework.wording(page.language), card_urls(page, report)

    def card(row: IndicatorGap, floor: int | None) -> Card:
        number = row.indicator.number
        return Card(f"{number} {wording.indicators[number].name}", url_of(row), row.level, floor)

    unanswered = [card(row, None) for row in rows if row.level is None]
    yield _check(ReasonCode.INCOMPLETE, rows, unanswered[:_NAMED_UNANSWERED], failed=False)
    is_short = any(reason.code is ReasonCode.POINTS for reason in analysis.scorecard.reasons)
    yield _check(ReasonCode.POINTS, rows, [], failed=is_short)
    if minima := [row for row in rows if row.indicator.minimum is not None]:
        below = [card(row, row.indicator.minimum) for row in analysis.below_minimum]
        yield _check(ReasonCode.MINIMUM, minima, below, failed=bool(below))
    if gates := [row for row in rows if row.indicator.eligibility is not None]:
        named = [card(row, row.indicator.eligibility) for row in gates]
        yield _check(ReasonCode.ELIGIBILITY, gates, named, failed=bool(analysis.ineligible))


def _check(kind: ReasonCode, concerned: Sequence[IndicatorGap], cards: Sequence[Card], *, failed: bool) -> Check:
    left = sum(row.level is None for row in concerned)
    # What is answered too low fails at once; passing takes an answer to every one.
    state = "failed" if failed else "waiting" if left else "passed"
    return Check(kind, state, len(concerned), left, tuple(cards))
