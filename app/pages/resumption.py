"""What was typed when a session had already ended: carried through the sign-in, shown again, saved with one click."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.responses import Response
from starlette.routing import BaseRoute, Match

from app.pages.contexts import Context
from app.pages.saving import digest
from app.pages.templating import Page
from app.web.addresses import local_path

_SECRETS = frozenset({"password", "new_password", "again", "code", "passkey"})
_CARD_FIELD = re.compile(r"(level|note|seen)-(.+)")


@dataclass(frozen=True, slots=True)
class Carried:
    """A form's fields by name, and the address that they were sent to."""

    fields: tuple[tuple[str, str], ...]
    to: str

    @property
    def packed(self) -> str:
        """The fields as the text of one hidden field."""
        return json.dumps(self.fields)


class Shown(NamedTuple):
    """A field that somebody filled in, in words."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class ResumeContext(Context):
    """What was typed, on its way to where it was sent before."""

    template: ClassVar[str] = "account/resume.html"
    lead: str
    label: str
    carried: Carried
    shown: tuple[Shown, ...]


def unpack(form: Mapping[str, object]) -> Carried | None:
    """Return what a sign-in form carries, None where it carries nothing that can be used."""
    to = local_path(form.get("carry_to"), otherwise="")
    try:
        fields = json.loads(str(form.get("carry", "")))
        pairs = tuple((name, value) for name, value in fields if isinstance(name, str) and isinstance(value, str))
        json.dumps(pairs, ensure_ascii=False).encode()
    except (ValueError, TypeError, RecursionError):
        return None
    return Carried(pairs, to) if to else None


def as_text(carried: Carried) -> str:
    """Return what is carried as one text, to be kept for a while."""
    return json.dumps([carried.fields, carried.to], ensure_ascii=False)


def from_text(text: str) -> Carried:
    """Return what was kept as a text."""
    fields, to = json.loads(text)
    return Carried(tuple((name, value) for name, value in fields), to)


def resume(page: Page, carried: Carried, *, confirmed: bool = False) -> Response:
    """Show what was typed, to be sent with one click; what was going nowhere leads to the start page.

    `confirmed` says that it was held up for somebody to confirm who they are, and not by the end of a session.
    """
    if not _takes_forms(page.request.app.router.routes, carried.to):
        return page.go("home")
    title, lead, label = page.say("What you wrote is still here"), _lost(page), page.say("Save what you wrote")
    if confirmed:
        title, label = page.say("Thank you"), page.say("Go on")
        lead = page.say("You have confirmed that it is you. Go on with what you were about to do.")
    shown = tuple(_shown(page, carried))
    return page.show(ResumeContext(title=title, lead=lead, label=label, carried=carried, shown=shown))


def typed(form: FormData | None) -> tuple[tuple[str, str], ...]:
    """Return the fields of a form that may be carried: all but secrets, which are typed once more."""
    fields = form.multi_items() if form is not None else ()
    return tuple((name, str(value)) for name, value in fields if name not in _SECRETS)


def _lost(page: Page) -> str:
    return page.say("Your session had ended when you saved. You are signed in again, and nothing is lost.")


def _takes_forms(routes: Iterable[BaseRoute], address: str) -> bool:
    scope = {"type": "http", "method": "POST", "path": urlsplit(address).path, "root_path": "", "headers": []}
    return any(route.matches(scope)[0] is Match.FULL for route in routes)


def _shown(page: Page, carried: Carried) -> Iterator[Shown]:
    """Yield the fields to be read: those with a name that says something, and of cards only the touched ones."""
    words = {
        "title": page.say("Title"),
        "name": page.say("Name"),
        "reference_date": page.say("Reference date"),
        "level": page.say("Level"),
        "note": page.say("Note and evidence"),
        "days": page.say("Days until it expires"),
        "scopes": page.say("What it may be used for"),
    }
    untouched = _untouched(dict(carried.fields))
    for name, value in carried.fields:
        kind, _, number = name.partition("-")
        if kind in words and value.strip() and number not in untouched:
            yield Shown(f"{number} {words[kind]}".strip(), value)


def _untouched(fields: Mapping[str, str]) -> frozenset[str]:
    """Return the numbers of the cards in an answering form that say what they said when they were shown."""
    cards: dict[str, dict[str, str]] = {}
    for name, value in fields.items():
        if found := _CARD_FIELD.fullmatch(name):
            cards.setdefault(found[2], {})[found[1]] = value
    return frozenset(
        number
        for number, card in cards.items()
        if card.get("seen") == digest(card.get("level", ""), card.get("note", ""))
    )
