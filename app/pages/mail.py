"""What became of mail, for administrators: what waits, what failed and why, and the button to try again."""

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.pages import messages
from app.pages.contexts import Context
from app.pages.notices import Notice
from app.pages.tables import Column
from app.pages.templating import Page, PageDep
from app.store.outbox import MailLine
from app.usecases import mail
from app.web.deps import StoreDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail by its kind in words; `failure` is what the worker wrote down, in English."""

    id: str
    kind: str
    address: str
    created_at: dt.datetime
    next_at: dt.datetime | None
    sent_at: dt.datetime | None
    failed_at: dt.datetime | None
    failure: str


@dataclass(frozen=True, kw_only=True)
class MailContext(Context):
    """What has failed, and the newest of all; how many wait, and how many of these were tried before."""

    template: ClassVar[str] = "inbox/mail.html"
    failures: tuple[MailRow, ...]
    newest: tuple[MailRow, ...]
    columns: tuple[Column, ...]
    waiting: int
    tried: int
    failed: int


@router.get("/mail", name="mail")
def show(page: PageDep, store: StoreDep) -> Response:
    """Show what became of mail."""
    found = mail.overview(store, page.actor)
    labels = (page.say("Mail"), page.say("To"), page.say("Written"), page.say("What became of it"))
    context = MailContext(
        title=page.say("Mail sent out"),
        failures=_rows(page, found.failures),
        newest=_rows(page, found.newest),
        columns=tuple(map(Column, labels)),
        waiting=found.waiting,
        tried=found.tried,
        failed=found.failed,
    )
    return page.show(context)


@router.post("/mail/{mail_id}/retry", name="retry_mail")
def retry(page: PageDep, store: StoreDep, mail_id: str) -> Response:
    """Let a mail that has failed be tried again."""
    mail.retry(store, page.actor, mail_id)
    return page.go("mail", notice=Notice.MAIL_RETRIED)


def _rows(page: Page, found: tuple[MailLine, ...]) -> tuple[MailRow, ...]:
    names = {kind.value: words for kind, words in messages.names(page.say).items()}
    return tuple(
        MailRow(
            id=line.id,
            kind=names.get(line.kind, line.kind),
            address=line.address,
            created_at=line.created_at,
            next_at=line.next_at,
            sent_at=line.sent_at,
            failed_at=line.failed_at,
            failure=line.failure,
        )
        for line in found
    )
