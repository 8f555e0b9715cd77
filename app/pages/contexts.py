"""What each page receives: one dataclass a page, naming its template. Values come ready; templates compute nothing."""

from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from app.domain.permissions import Actor


class NavLink(NamedTuple):
    """An entry of the main menu; `current` marks the part of the site one is in."""

    label: str
    url: str
    current: bool


class Crumb(NamedTuple):
    """A step on the way back up; the last one is the page itself and has no address."""

    label: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page; `user` is None for a visitor, `notice` says what was done on the page before.

    `unread` counts the notices in the user's inbox that have not been read.
    """

    title: str
    language: str
    languages: tuple[tuple[str, str], ...]
    user: Actor | None
    unread: int
    nav: tuple[NavLink, ...]
    crumbs: tuple[Crumb, ...]
    request_path: str
    notice: str
    has_reference: bool


@dataclass(frozen=True, kw_only=True)
class Context:
    """What every page has in common: its title and the way back up."""

    template: ClassVar[str]
    title: str
    crumbs: tuple[Crumb, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class ErrorWords:
    """A refusal in words; `reference` is the request's id, which finds it in the log."""

    status: int
    title: str
    message: str
    reference: str | None
    links: tuple[Crumb, ...]


@dataclass(frozen=True, kw_only=True)
class ErrorContext(Context):
    """Any refusal as a whole page."""

    template: ClassVar[str] = "layout/error.html"
    error: ErrorWords
