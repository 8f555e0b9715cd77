"""The inbox, the choice of mail, and the way out of one kind of mail that each such mail carries."""

import datetime as dt
from dataclasses import dataclass
from functools import partial
from typing import Annotated, ClassVar

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.pages import messages, tables
from app.pages.contexts import Context, Crumb
from app.pages.messages import Told
from app.pages.notices import Notice
from app.pages.tables import Pages
from app.pages.templating import Page, PageDep
from app.store.notices import Notice as KeptNotice
from app.usecases import inbox
from app.web.addresses import local_path
from app.web.deps import FormDep, StoreDep

router = APIRouter(include_in_schema=False)
Number = Annotated[int, Query(alias="page", ge=1, le=1_000_000)]


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A notice in words; `page` is the one of the inbox on which it stands. `leads_on` False: there is no way on."""

    id: str
    words: Told
    leads_on: bool
    at: dt.datetime
    is_new: bool
    page: int


@dataclass(frozen=True, kw_only=True)
class InboxContext(Context):
    """A page of the inbox."""

    template: ClassVar[str] = "inbox/inbox.html"
    lines: tuple[NoticeLine, ...]
    unread: int
    pages: Pages


@dataclass(frozen=True, kw_only=True)
class MessagesContext(Context):
    """Which mail one gets; `language_name` is None where no language was chosen yet."""

    template: ClassVar[str] = "account/messages.html"
    email: str
    language_name: str | None
    kinds: tuple[tuple[str, str, None], ...]
    wanted: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class UnsubscribeContext(Context):
    """One kind of mail that is to come no more, or comes no more."""

    template: ClassVar[str] = "account/unsubscribe.html"
    kind: str
    is_off: bool
    address: str


@router.get("/inbox", name="inbox")
def show(page: PageDep, store: StoreDep, number: Number = 1) -> Response:
    """Show what one has been told."""
    found = inbox.inbox(store, page.actor, number)
    lines = tuple(_line(page, notice, found.number) for notice in found.notices)
    ways = tables.pages(found.number, found.pages, partial(tables.page_address, page.url("inbox")))
    return page.show(InboxContext(title=page.say("Inbox"), lines=lines, unread=found.unread, pages=ways))


@router.post("/inbox/read", name="read_notices")
def read_all(page: PageDep, store: StoreDep) -> Response:
    """Mark everything as read."""
    inbox.read_all(store, page.actor)
    return page.go("inbox")


@router.post("/inbox/{notice_id}/open", name="open_notice")
def follow(page: PageDep, store: StoreDep, notice_id: str) -> Response:
    """Go to what a notice is about, which marks it as read; what is no longer shared is said to be so instead."""
    notice = inbox.read(store, page.actor, notice_id)
    if not notice.leads_on:
        return page.go("inbox", notice=Notice.NO_LONGER_SHOWN)
    return page.go_to(local_path(notice.path))


@router.post("/inbox/{notice_id}/read", name="read_notice")
def read(page: PageDep, store: StoreDep, form: FormDep, notice_id: str) -> Response:
    """Mark one notice as read and stay on its page of the inbox."""
    inbox.read(store, page.actor, notice_id)
    number = str(form.get("page", ""))
    return page.go("inbox", query=f"page={number}" if number.isascii() and number.isdigit() and number != "1" else "")


@router.get("/account/messages", name="messages")
def choices(page: PageDep, store: StoreDep) -> Response:
    """Show which mail one gets."""
    found = inbox.choices(store, page.actor)
    offered = tuple((kind.value, words, None) for kind, words in messages.choices(page.say).items())
    context = MessagesContext(
        title=page.say("Mail to you"),
        crumbs=(Crumb(page.say("Your account"), page.url("account")), Crumb(page.say("Mail to you"))),
        email=found.email,
        language_name=page.language_names.get(found.language or ""),
        kinds=offered,
        wanted=frozenset(value for value, _, _ in offered) - found.muted,
    )
    return page.show(context)


@router.post("/account/messages", name="choose_messages")
def choose(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Keep which mail one wants."""
    inbox.choose(store, page.actor, [str(kind) for kind in form.getlist("kinds")])
    return page.go("messages", notice=Notice.MESSAGES_CHOSEN)


@router.get("/unsubscribe/{user_id}/{kind}/{proof}", name="unsubscribe_page")
def unsubscribe_page(page: PageDep, store: StoreDep, user_id: str, kind: str, proof: str) -> Response:
    """Show what a link in a mail turns off; following it changes nothing yet, as mail programs follow links too."""
    return _unsubscribing(page, inbox.unsubscribing(store, user_id, kind, proof))


@router.post("/unsubscribe/{user_id}/{kind}/{proof}", name="unsubscribe")
def unsubscribe(page: PageDep, store: StoreDep, user_id: str, kind: str, proof: str) -> Response:
    """Turn one kind of mail off, for a person at the button or a mail program in one click (RFC 8058)."""
    return _unsubscribing(page, inbox.unsubscribe(store, user_id, kind, proof))


def _unsubscribing(page: Page, found: inbox.Unsubscribing) -> Response:
    page.answer_in(found.language)
    context = UnsubscribeContext(
        title=page.say("Less mail"),
        kind=messages.choices(page.say)[found.kind],
        is_off=found.is_off,
        address=str(page.request.scope["path"]),
    )
    return page.show(context)


def _line(page: Page, notice: KeptNotice, number: int) -> NoticeLine:
    words = messages.told(notice.kind, notice.about, notice.created_at, page.language, page.say)
    return NoticeLine(notice.id, words, notice.leads_on, notice.created_at, notice.read_at is None, number)
