"""The sentence for each thing that can stand in a cluster's history, and what it was before and after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from app.pages.templating import Page
from app.store.history import PastLine
from app.store.journal import Verb
from app.usecases.operators import OPERATOR

_LONG = 300
_SHOWN: Mapping[str, tuple[str, ...]] = {Verb.ANSWERED: ("note",), Verb.UPDATED: ("name", "level", "region", "sector")}


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the past, to be told on a page."""

    page: Page
    line: PastLine

    @property
    def who(self) -> str:
        """Who did it."""
        if self.line.actor is None:
            return self.page.say("A person whose name was erased")
        return self.page.say("The operator") if self.line.actor_id == OPERATOR.user_id else self.line.actor

    def say(self, message: str, **params: object) -> str:
        """Return a sentence about who did it."""
        return self.page.say(message, who=self.who, **params)


class Difference(NamedTuple):
    """A text that was changed: what it is called, what it said before, and afterwards; a long one is folded."""

    label: str
    before: str
    after: str
    is_long: bool


def sentence(told: Told) -> str:
    """Say who did what."""
    tell = _TELLERS.get(told.line.verb)
    # Better a word of the journal than nothing; a test holds the list above complete.
    return tell(told) if tell else f"{told.who}: {told.line.verb.replace('-', ' ')}"


def differences(told: Told) -> tuple[Difference, ...]:
    """Return the texts that were changed, where the sentence does not say them."""
    line, labels = told.line, _labels(told.page)
    sides = (
        (labels[name], line.before.get(name) or "", line.after.get(name) or "") for name in _SHOWN.get(line.verb, ())
    )
    return tuple(Difference(*side, is_long=len("".join(side)) > _LONG) for side in sides if side[1] != side[2])


def _labels(page: Page) -> Mapping[str, str]:
    return {
        "note": page.say("Note"),
        "name": page.say("Name"),
        "level": page.say("Programme level"),
        "region": page.say("Region"),
        "sector": page.say("Sector"),
    }


def _answered(told: Told) -> str:
    line, number = told.line, told.line.indicator
    if not line.after:
        return told.say("%(who)s changed the answer to %(number)s", number=number)
    was, now = line.before.get("level"), line.after.get("level")
    if was == now:
        return _noted(told)
    if was is None:
        return told.say("%(who)s answered %(number)s with level %(level)s", number=number, level=now)
    if now is None:
        message = "%(who)s took back the answer to %(number)s, which was level %(level)s"
        return told.say(message, number=number, level=was)
    message = "%(who)s changed %(number)s from level %(before)s to level %(after)s"
    return told.say(message, number=number, before=was, after=now)


def _noted(told: Told) -> str:
    line, number = told.line, told.line.indicator
    if not line.before.get("note"):
        return told.say("%(who)s wrote a note to %(number)s", number=number)
    if not line.after.get("note"):
        return told.say("%(who)s took away the note to %(number)s", number=number)
    return told.say("%(who)s changed the note to %(number)s", number=number)


def _title(told: Told) -> str:
    return told.line.assessment or str({**told.line.before, **told.line.after}.get("title", "")) or "…"


_TELLERS: Mapping[str, Callable[[Told], str]] = {
    Verb.ANSWERED: _answered,
    Verb.STARTED: lambda told: told.say("%(who)s started the assessment “%(title)s”", title=_title(told)),
    Verb.SUBMITTED: lambda told: told.say("%(who)s submitted the assessment “%(title)s”", title=_title(told)),
    Verb.WITHDREW: lambda told: told.say("%(who)s withdrew the assessment “%(title)s”", title=_title(told)),
    Verb.DELETED: lambda told: told.say("%(who)s deleted the draft “%(title)s”", title=_title(told)),
    Verb.REGISTERED: lambda told: told.say("%(who)s registered the cluster"),
    Verb.UPDATED: lambda told: told.say("%(who)s changed what is said about the cluster"),
}
