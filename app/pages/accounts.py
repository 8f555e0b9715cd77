"""One's own account: the way to its pages, and the choice of language."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.accounts import has_address
from app.domain.errors import Invalid, Problem
from app.pages.connections import Connections, connections
from app.pages.contexts import Context
from app.pages.templating import Page, PageDep
from app.usecases import accounts
from app.web import cookies
from app.web.addresses import local_path
from app.web.deps import FormDep, StoreDep
from app.web.language import COOKIE

router = APIRouter(include_in_schema=False)
_A_YEAR = 365 * 24 * 3600


class Entry(NamedTuple):
    """A page of one's account, and what it is for."""

    label: str
    about: str
    url: str


@dataclass(frozen=True, kw_only=True)
class AccountContext(Context):
    """One's own account, and the way to its pages; `email` is empty where none is proven."""

    template: ClassVar[str] = "account/account.html"
    name: str
    email: str
    entries: tuple[Entry, ...]
    connections: Connections


@router.post("/language", name="set_language")
def set_language(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Keep the language in this browser, and in the account of who is signed in."""
    code = str(form.get("language", ""))
    if code not in page.language_codes:
        raise Invalid(Problem("language", "language", "Choose one of the languages on offer."))
    if page.actor.is_signed_in:
        accounts.choose_language(store, page.actor, code)
    response = page.go_to(local_path(form.get("next")))
    cookies.put(response, COOKIE, code, _A_YEAR, https=page.request.app.state.https)
    return response


@router.get("/account", name="account")
def account(page: PageDep, store: StoreDep) -> Response:
    """Show one's own account."""
    user = accounts.account(store, page.actor).user
    title = page.say("Your account")
    return page.show(
        AccountContext(
            title=title,
            name=user.name,
            email=user.email if has_address(user.email) else "",
            entries=tuple(_entries(page)),
            connections=connections(page, store),
        )
    )


def _entries(page: Page) -> Iterator[Entry]:
    security = page.say("Your password, and a second factor that protects you where a password is not enough.")
    yield Entry(page.say("Sign-in and security"), security, page.url("security"))
    sessions = page.say("The browsers that you are signed in on. You can sign each of them out from here.")
    yield Entry(page.say("Where you are signed in"), sessions, page.url("own_sessions"))
    tokens = page.say("Keys for programs that read or write on your behalf.")
    yield Entry(page.say("Tokens for the API"), tokens, page.url("tokens"))
    messages = page.say("Which mail you get besides the notices in your inbox.")
    yield Entry(page.say("Mail"), messages, page.url("messages"))
    data = page.say("Your name, everything that is kept about you, and the end of your account.")
    yield Entry(page.say("Your data"), data, page.url("your_data"))
