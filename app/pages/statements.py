"""What the service says about itself: privacy, and accessibility."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.accounts import SESSION_IDLE, SESSION_LIFE
from app.domain.retention import Retention
from app.pages.contexts import Context
from app.pages.tables import Column
from app.pages.templating import Page, PageDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class KeptThing:
    """One kind of data about people: what it is, what it is for, and how long it is kept."""

    what: str
    why: str
    until: str


@dataclass(frozen=True, slots=True)
class CookieLine:
    """One cookie: its name, what it is for, and how long a browser keeps it."""

    name: str
    why: str
    until: str


@dataclass(frozen=True, kw_only=True)
class PrivacyContext(Context):
    """What is kept about people, why, how long, who sees it, and what one can ask for."""

    template: ClassVar[str] = "statements/privacy.html"
    kept: tuple[KeptThing, ...]
    kept_columns: tuple[Column, ...]
    cookies: tuple[CookieLine, ...]
    cookie_columns: tuple[Column, ...]


@dataclass(frozen=True, kw_only=True)
class AccessibilityContext(Context):
    """How accessible the service is, how we know, and what is not good enough yet."""

    template: ClassVar[str] = "statements/accessibility.html"


@router.get("/privacy", name="privacy")
def privacy(page: PageDep) -> Response:
    """Show what is kept about people."""
    why, until = page.say("What for"), page.say("How long")
    return page.show(
        PrivacyContext(
            title=page.say("Privacy"),
            kept=(*_kept_to_sign_in(page), *_kept_of_work(page)),
            kept_columns=tuple(map(Column, (page.say("What"), why, until))),
            cookies=tuple(_cookies(page)),
            cookie_columns=tuple(map(Column, (page.say("Name"), why, until))),
        )
    )


@router.get("/accessibility", name="accessibility")
def accessibility(page: PageDep) -> Response:
    """Show how accessible the service is."""
    return page.show(AccessibilityContext(title=page.say("Accessibility")))


def _kept_to_sign_in(page: Page) -> Iterator[KeptThing]:
    retention: Retention = page.request.app.state.retention
    say = page.say
    yield KeptThing(
        say("Your account: name, e-mail address, language, and the password as a digest that cannot be read"),
        say("To let you in, and nobody else as you"),
        say("Until you delete the account"),
    )
    yield KeptThing(
        say("Your roles on clusters and programmes, and who invited you"),
        say("To show you what is yours to see, and nothing else"),
        say("Until the role ends; a closed invitation for %(days)s days more", days=retention.closed_invitations),
    )
    yield KeptThing(
        say("Browsers you are signed in with: kind of browser, when you signed in, when it was last used"),
        say("To let you see and end them"),
        say("Until you sign out, at most %(hours)s hours", hours=int(SESSION_LIFE.total_seconds()) // 3600),
    )
    yield KeptThing(
        say("Second factor and tokens: their secrets only sealed or as digests"),
        say("To know that it is you, or a program of yours"),
        say("Until you remove them; an ended token is listed for %(days)s days more", days=retention.ended_tokens),
    )


def _kept_of_work(page: Page) -> Iterator[KeptThing]:
    retention: Retention = page.request.app.state.retention
    say = page.say
    yield KeptThing(
        say("Which answers you saved last, and what you wrote in them on behalf of the cluster"),
        say("So that the cluster knows whom to ask; the answers belong to the cluster"),
        say("As long as the assessment. When you delete your account, your name goes and the answer stays"),
    )
    yield KeptThing(
        say("The journal: who did what and when"),
        say("So that everybody can rely on figures that public money follows"),
        say(
            "Your name for %(years)s years, or until you delete your account; the line itself stays without it",
            years=retention.journal_names // 365,
        ),
    )
    yield KeptThing(
        say("Mail sent to you, and the notices in your inbox"),
        say("To find out why a mail did not arrive"),
        say(
            "%(mail)s days for sent mail, %(notices)s days for notices you have read",
            mail=retention.sent_mail,
            notices=retention.read_notices,
        ),
    )


def _cookies(page: Page) -> Iterator[CookieLine]:
    hours = int(SESSION_IDLE.total_seconds()) // 3600
    yield CookieLine(
        "goldgap_session",
        page.say("Keeps you signed in."),
        page.say("until you sign out, or %(hours)s hours without use", hours=hours),
    )
    yield CookieLine("goldgap_language", page.say("Remembers the language you chose."), page.say("one year"))
    yield CookieLine(
        "goldgap_notice", page.say("Carries one sentence to the next page, such as “saved”."), page.say("one minute")
    )
