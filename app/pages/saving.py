"""What a sent answering form says, and what becomes of it: kept, stale, or to be corrected; nothing is dropped."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from starlette.datastructures import FormData

from app.domain.answers import Answer
from app.domain.errors import Conflict, Invalid, NotPermitted, Problem
from app.domain.framework import Indicator
from app.domain.text import composed
from app.frameworks.reader import Frameworks
from app.pages.templating import Page
from app.store.database import Store
from app.usecases import assessments
from app.usecases.assessments import Report
from app.web import refusals
from app.web.errors import STATUS, status_of

_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Typed:
    """A card as it was sent. `seen` marks what it said when shown; the script sends none, and only touched cards.

    `shown` is the revision of the other answer that a conflict showed, `keep` the choice between the two, and
    `tried` marks what was sent before without an answer, which may have been kept all the same.
    """

    level: str
    note: str
    revision: int
    seen: str | None
    shown: int | None
    keep: str
    tried: tuple[Mapping[str, object], ...]

    @property
    def is_touched(self) -> bool:
        """Whether the card says something else than it did when it was shown, or a conflict about it is open."""
        return self.seen != digest(self.level, self.note) or self.shown is not None

    @property
    def takes_theirs(self) -> bool:
        """Whether the other answer of a conflict is to stand."""
        return self.keep == "theirs" and self.shown is not None

    @property
    def based_on(self) -> int:
        """The revision that this was written in knowledge of."""
        return self.shown if self.keep == "mine" and self.shown is not None else self.revision


@dataclass(frozen=True, slots=True)
class Saving:
    """What became of a form: the touched cards; of these, what is stale or cannot be kept; or why nothing was."""

    typed: Mapping[str, Typed] = field(default_factory=dict)
    stale: Mapping[str, Answer] = field(default_factory=dict)
    problems: Mapping[str, tuple[Problem, ...]] = field(default_factory=dict)
    refusal: str = ""
    status: int = HTTPStatus.OK

    @property
    def kept(self) -> tuple[str, ...]:
        """The numbers of the cards that now stand as they were typed or chosen."""
        refused = self.typed if self.refusal else self.stale.keys() | self.problems.keys()
        return tuple(number for number in self.typed if number not in refused)

    def unsaved(self, number: str) -> Typed | None:
        """Return what was typed on a card and is not kept, None where nothing is left to keep."""
        return None if number in self.kept else self.typed.get(number)


def digest(level: str, note: str) -> str:
    """Return a short mark of a card's content; browsers may send line ends in another form than they got."""
    lines = composed(note.replace("\r\n", "\n").replace("\r", "\n"))
    return hashlib.sha256(f"{level}\n{lines}".encode("utf-8", "surrogatepass")).hexdigest()[:16]


def digest_of(answer: Answer) -> str:
    """Return the mark of a kept answer's content."""
    return digest("" if answer.level is None else str(answer.level), answer.note)


def read(form: FormData, indicators: Iterable[Indicator]) -> dict[str, Typed]:
    """Return the cards of a form that were touched, by number."""
    found = {}
    for number in (indicator.number for indicator in indicators):
        if f"note-{number}" not in form and f"level-{number}" not in form:
            continue
        seen = form.get(f"seen-{number}")
        card = Typed(
            level=str(form.get(f"level-{number}", "")),
            note=str(form.get(f"note-{number}", "")),
            revision=_revision(form.get(f"revision-{number}")) or 0,
            seen=seen if isinstance(seen, str) else None,
            shown=_revision(form.get(f"shown-{number}")),
            keep=str(form.get(f"keep-{number}", "")),
            tried=tuple(_tried(str(text)) for text in form.getlist(f"tried-{number}")),
        )
        if card.is_touched:
            found[number] = card
    return found


def keep(
    page: Page, store: Store, frameworks: Frameworks, report: Report, typed: Mapping[str, Typed]
) -> tuple[Report, Saving]:
    """Keep what can be kept; return the assessment as it is then, with what stands against the rest."""
    chosen = {number: card for number, card in typed.items() if not card.takes_theirs}
    raw = {number: {"level": card.level, "note": card.note} for number, card in chosen.items()}
    revisions = {number: card.based_on for number, card in chosen.items()}
    tried = {number: card.tried for number, card in chosen.items()}
    try:
        done = assessments.answer_each(store, frameworks, page.actor, report.assessment.id, raw, revisions, tried)
    except (Conflict, NotPermitted) as refused:
        refusals.note(page.request, refused)
        words = page.say(refused.message, **refused.params)
        report = assessments.report(store, frameworks, page.actor, report.assessment.id)
        return report, Saving(typed, refusal=words, status=status_of(refused))
    stale = dict(done.stale)
    for number in typed.keys() - chosen.keys():
        theirs = done.assessment.answer(number)
        if theirs.revision != typed[number].shown:
            stale[number] = theirs
    status = STATUS[Invalid] if done.problems else STATUS[Conflict] if stale else HTTPStatus.OK
    report = replace(report, assessment=done.assessment, actions=done.actions)
    return report, Saving(typed, stale, done.problems, status=status)


def _revision(raw: object) -> int | None:
    is_number = isinstance(raw, str) and raw.isascii() and raw.isdigit() and len(raw) <= _DIGITS
    return int(str(raw)) if is_number else None


def _tried(text: str) -> Mapping[str, object]:
    level, _, note = text.partition("\n")
    return {"level": level, "note": note}
