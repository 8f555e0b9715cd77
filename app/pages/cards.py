"""What a card of an assessment shows: one indicator's question, its answer, and what became of the last save."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from app.domain.answers import Answer
from app.domain.framework import Framework, Indicator
from app.domain.lifecycle import State
from app.domain.permissions import allows
from app.domain.roles import Permission
from app.pages.format import ZONE, filters
from app.pages.saving import Saving, Typed, digest_of
from app.pages.templating import Page
from app.usecases.assessments import Report

_KINDS = ("name", "order", "levels", "weight", "benchmark", "minimum", "eligibility")
_LONG_NOTE = 300


class LevelOption(NamedTuple):
    """A level to choose; a catalogue of numbers alone has no `text`."""

    number: int
    name: str
    text: str


class PartStanding(NamedTuple):
    """How sure one part of a criterion is, and where it comes from."""

    what: str
    standing: str
    source: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """What an indicator asks for, in one language."""

    number: str
    name: str
    question: str
    measures: str
    definitions: str
    evidence: tuple[str, ...]
    why: str
    levels: tuple[LevelOption, ...]
    name_standing: PartStanding
    standings: tuple[PartStanding, ...]


class Status(NamedTuple):
    """The line that says what happened to the last change; `link` is an address with its label."""

    state: str
    message: str
    detail: str | None = None
    link: tuple[str, str] | None = None


class LastAnswer(NamedTuple):
    """What the cluster answered in the assessment before this one: a hint, never filled in; a long note is folded."""

    words: str
    note: str
    is_long: bool


class Side(NamedTuple):
    """One of two answers that stand against each other."""

    title: str
    level: str
    note: str


@dataclass(frozen=True, slots=True)
class Clash:
    """Somebody else's answer beside one's own unsaved one; `revision` is that of theirs."""

    title: str
    mine: Side
    theirs: Side
    revision: int


@dataclass(frozen=True, slots=True)
class Card:
    """One indicator to answer. By `seen`, a touched card is told from an untouched one when the form comes back."""

    id: str
    criterion: Criterion
    level: int | None
    note: str
    revision: int
    seen: str
    status: Status
    next_url: str | None
    history_url: str | None
    last: LastAnswer | None
    marks: tuple[tuple[int, str, str], ...]
    problems: tuple[str, ...]
    clash: Clash | None
    notice: str
    is_unsaved: bool


def card_id(number: str) -> str:
    """Return the id of an indicator's card, which is also its anchor."""
    return "i-" + re.sub(r"[^A-Za-z0-9]+", "-", number)


def criterion(page: Page, framework: Framework, indicator: Indicator) -> Criterion:
    """Return what an indicator asks for, with how sure each part of it is."""
    wording = framework.wording(page.language)
    words = wording.indicators[indicator.number]
    levels = (LevelOption(n, wording.levels.get(n, ""), words.levels.get(n, "")) for n in framework.levels)
    standings = tuple(_standings(page, framework, indicator))
    return Criterion(
        number=indicator.number,
        name=words.name,
        question=words.question,
        measures=words.measures,
        definitions=words.definitions,
        evidence=words.evidence,
        why=words.why,
        levels=tuple(levels),
        name_standing=standings[0],
        standings=standings,
    )


def _standings(page: Page, framework: Framework, indicator: Indicator) -> Iterator[PartStanding]:
    words = {
        "name": page.say("Name"),
        "order": page.say("Place in the standard"),
        "levels": page.say("What each level asks for"),
        "weight": page.say("Weight: %(weight)s", weight=indicator.weight),
        "benchmark": page.say("Gold benchmark: level %(level)s", level=indicator.benchmark),
        "minimum": page.say("Minimum for Gold: level %(level)s", level=indicator.minimum),
        "eligibility": page.say("Needed for any label: level %(level)s", level=indicator.eligibility),
    }
    for kind in _KINDS:
        if indicator.standing.get(kind, "none") != "none":
            yield PartStanding(words[kind], indicator.standing[kind], _source(framework, indicator.source[kind]))
    for figure in indicator.anchors:
        what = page.say("The figure in level %(level)s", level=figure.level)
        yield PartStanding(what, figure.standing, _source(framework, figure.source))


def _source(framework: Framework, codes: str) -> str:
    return "; ".join(framework.sources.get(code.strip(), code.strip()) for code in codes.split(","))


class Deck:
    """Makes the cards of one assessment for one reader."""

    def __init__(self, page: Page, report: Report, now: dt.datetime) -> None:
        self.page = page
        self.assessment = report.assessment
        self.framework = report.framework
        self.previous = report.previous
        self.now = now
        self._levels = {str(level): level for level in report.framework.levels}
        self._filters = filters(page.language)

    def card(self, indicator: Indicator, saving: Saving, notice: str = "") -> Card:
        """Return an indicator's card: what is kept, or what was typed where that could not be kept."""
        number = indicator.number
        answer, unsaved = self.assessment.answer(number), saving.unsaved(number)
        last = self.previous.answer(number) if self.previous else Answer(number)
        problems = saving.problems.get(number, ())
        return Card(
            id=card_id(number),
            criterion=criterion(self.page, self.framework, indicator),
            level=self._levels.get(unsaved.level) if unsaved else answer.level,
            note=unsaved.note if unsaved else answer.note,
            revision=unsaved.revision if unsaved else answer.revision,
            seen=unsaved.seen or "" if unsaved else digest_of(answer),
            status=self._status(number, answer, saving),
            next_url=self._next_url(number),
            history_url=self._history_url(number),
            last=self._last(last),
            marks=() if last.level is None else ((last.level, "last", self.page.say("Last time")),),
            problems=tuple(self.page.say(problem.message, **problem.params) for problem in problems),
            clash=self._clash(saving.stale[number], unsaved) if unsaved and number in saving.stale else None,
            notice=notice,
            is_unsaved=unsaved is not None,
        )

    def _next_url(self, number: str) -> str | None:
        if self.assessment.answered == self.framework.total:
            return None
        return self.page.url("next_unanswered", assessment_id=self.assessment.id) + f"?after={number}"

    def _history_url(self, number: str) -> str | None:
        """Return the way to an answer's history, None outside the cluster: there it says nothing about answers."""
        if not allows(self.page.actor, Permission.ASSESSMENT_READ_DRAFT, self.assessment.cluster):
            return None
        return self.page.url("assessment_history", assessment_id=self.assessment.id) + f"?indicator={number}"

    def level(self, level: int | None) -> str:
        """Return a level in words."""
        if level is None:
            return self.page.say("Not answered")
        words = self.page.say("Level %(level)s", level=level)
        name = self.framework.wording(self.page.language).levels.get(level)
        return f"{words}: {name}" if name else words

    def when(self, moment: dt.datetime | None) -> str:
        """Return a moment in Norwegian time: the clock alone for today, with the day for any other day."""
        if moment is None:
            return ""
        return self._filters["clock" if self._is_today(moment) else "moment"](moment)

    def said_when(self, moment: dt.datetime | None) -> str:
        """Return the same as a part of a sentence: "at" stands before a time of today, and not before a day."""
        when = self.when(moment)
        return self.page.say("at %(clock)s", clock=when) if self._is_today(moment) else when

    def _is_today(self, moment: dt.datetime | None) -> bool:
        return moment is not None and moment.astimezone(ZONE).date() == self.now.astimezone(ZONE).date()

    def who(self, answer: Answer) -> str:
        """Return who gave an answer."""
        return answer.updated_by or self.page.say("Somebody")

    def _status(self, number: str, answer: Answer, saving: Saving) -> Status:
        say = self.page.say
        if saving.refusal and number in saving.typed:
            return Status("failed", say("Not saved."), saving.refusal)
        if number in saving.problems:
            return Status("failed", say("Not saved."), say("Something needs to be corrected first."))
        if number in saving.stale:
            who = self.who(saving.stale[number])
            detail = say("%(who)s changed this answer. Choose which of the two to keep.", who=who)
            return Status("conflict", say("Not saved."), detail)
        if answer.updated_at is None:
            return Status("untouched", say("Not answered yet"))
        words = say("Saved %(when)s", when=self.said_when(answer.updated_at))
        return Status("saved", words, say("by %(who)s", who=self.who(answer)))

    def _clash(self, theirs: Answer, mine: Typed) -> Clash:
        say, who, when = self.page.say, self.who(theirs), self.said_when(theirs.updated_at)
        own_level = self.level(self._levels.get(mine.level))
        return Clash(
            title=say("%(who)s changed this answer %(when)s, while you were writing", who=who, when=when),
            mine=Side(say("Yours, not saved"), own_level, mine.note),
            theirs=Side(say("Saved by %(who)s", who=who), self.level(theirs.level), theirs.note),
            revision=theirs.revision,
        )

    def _last(self, answer: Answer) -> LastAnswer | None:
        if self.previous is None or answer.level is None:
            return None
        day = self._filters["day"](self.previous.reference_date)
        words = self.page.say("Last time (%(day)s): %(level)s", day=day, level=self.level(answer.level))
        if self.previous.state is State.WITHDRAWN:
            # Only to those who may read it: see usecases/assessments.py.
            withdrawn = "In the assessment that was withdrawn (%(day)s): %(level)s"
            words = self.page.say(withdrawn, day=day, level=self.level(answer.level))
        return LastAnswer(words, answer.note, len(answer.note) > _LONG_NOTE)
