"""The sentence for each thing that can stand in a cluster's history, and what it was before and after."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.domain.consent import Audience
from app.domain.members import DEPUTY
from app.domain.roles import Role
from app.pages import messages
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
        return self.page.say("The operator") if self.line.actor_id == OPERATOR.user_id else self._named(self.line.actor)

    def say(self, message: str, **params: object) -> str:
        """Return a sentence about who did it, and perhaps about the person that it was done to."""
        return self.page.say(message, who=self.who, person=self._named(self.line.person), **params)

    def role(self, side: Mapping[str, Any]) -> str:
        """What somebody is by the role on one side of the change, as it is called within a sentence."""
        is_deputy = side["role"] == Role.MANAGER and side.get("until")
        return messages.role(DEPUTY if is_deputy else side["role"], self.page.say)

    def _named(self, name: str | None) -> str:
        return self.page.say("A person whose name was erased") if name is None else name


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


def _submitted(told: Told) -> str:
    if told.line.assessment is None:  # withdrawn since, which is the cluster's own business
        return told.say("%(who)s submitted an assessment")
    return told.say("%(who)s submitted the assessment “%(title)s”", title=_title(told))


def _withdrew(told: Told) -> str:
    if told.line.assessment is None:
        return told.say("%(who)s withdrew an assessment")
    return told.say("%(who)s withdrew the assessment “%(title)s”", title=_title(told))


def _handed_over(told: Told) -> str:
    if told.line.actor_id == told.line.subject:
        return told.say("%(who)s handed the cluster over to a colleague")
    return told.say("%(who)s took over the cluster from %(person)s")


def _audience(told: Told) -> str:
    say = told.page.say
    return {
        Audience.PROGRAMME: say("the programme"),
        Audience.PEERS: say("other clusters"),
        Audience.PUBLIC: say("everybody"),
    }[Audience(told.line.after["audience"])]


def _changed_role(told: Told) -> str:
    now, before = told.role(told.line.after), told.role(told.line.before)
    return told.say("%(who)s made %(person)s %(role)s, who was %(before)s", role=now, before=before)


_TELLERS: Mapping[str, Callable[[Told], str]] = {
    Verb.ANSWERED: _answered,
    Verb.STARTED: lambda told: told.say("%(who)s started the assessment “%(title)s”", title=_title(told)),
    Verb.SUBMITTED: _submitted,
    Verb.WITHDREW: _withdrew,
    Verb.DELETED: lambda told: told.say("%(who)s deleted the draft “%(title)s”", title=_title(told)),
    Verb.REGISTERED: lambda told: told.say("%(who)s registered the cluster"),
    Verb.UPDATED: lambda told: told.say("%(who)s changed what is said about the cluster"),
    Verb.INVITED: lambda told: told.say("%(who)s invited somebody to be %(role)s", role=told.role(told.line.after)),
    Verb.INVITED_AGAIN: lambda told: told.say("%(who)s sent an invitation again"),
    Verb.WITHDREW_INVITATION: lambda told: told.say("%(who)s took back an invitation"),
    Verb.ACCEPTED_INVITATION: lambda told: told.say(
        "%(who)s accepted the invitation to be %(role)s", role=told.role(told.line.after)
    ),
    # Whoever has no account can decline too, and nobody's name is known then.
    Verb.DECLINED_INVITATION: lambda told: told.say("An invitation was declined"),
    Verb.CHANGED_ROLE: _changed_role,
    Verb.REMOVED_MEMBER: lambda told: told.say(
        "%(who)s removed %(person)s, who was %(role)s", role=told.role(told.line.before)
    ),
    Verb.HANDED_OVER: _handed_over,
    Verb.LEFT: lambda told: told.say("%(who)s left the cluster"),
    Verb.SHARED: lambda told: told.say("%(who)s decided to share with %(audience)s", audience=_audience(told)),
    Verb.STOPPED_SHARING: lambda told: told.say(
        "%(who)s decided not to share with %(audience)s any longer", audience=_audience(told)
    ),
}
