"""How one signs in: the password, and second factors with their recovery codes."""

from dataclasses import dataclass
from typing import ClassVar

import segno
from fastapi import APIRouter
from starlette.responses import Response

from app.domain.errors import Invalid, NotFound, TooMany
from app.pages.contexts import Context, Crumb
from app.pages.notices import Notice
from app.pages.second_steps import refusal_words, waiting_headers
from app.pages.templating import Page, PageDep
from app.store.passkeys import Passkey
from app.usecases import second_factors
from app.usecases.second_factors import Changed, SecondFactors
from app.web import clients, identity
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of

router = APIRouter(include_in_schema=False)
_GROUP = 4


@dataclass(frozen=True, kw_only=True)
class SecurityContext(Context):
    """What a person has set up; `is_due` says that the role needs a second factor and that there is none."""

    template: ClassVar[str] = "account/security.html"
    factors: SecondFactors
    passkeys: tuple[Passkey, ...]
    is_due: bool
    takes_passkeys: bool


@dataclass(frozen=True, kw_only=True)
class AppContext(Context):
    """The secret for an authenticator app: a square to scan (`path` draws it, `size` modules wide), and as text."""

    template: ClassVar[str] = "account/app.html"
    secret: str
    path: str
    size: int
    error: str | None


@dataclass(frozen=True, kw_only=True)
class NewPasskeyContext(Context):
    """The form that makes a passkey."""

    template: ClassVar[str] = "account/passkey.html"
    name: str
    error: str | None


@dataclass(frozen=True, kw_only=True)
class CodesContext(Context):
    """New recovery codes, shown this once; `factor_added` says that they came with a second factor."""

    template: ClassVar[str] = "account/codes.html"
    codes: tuple[str, ...]
    factor_added: bool


@router.get("/account/security", name="security")
def security(page: PageDep, store: StoreDep) -> Response:
    """Show how one signs in."""
    factors, title = second_factors.overview(store, page.actor), page.say("Sign-in and security")
    return page.show(
        SecurityContext(
            title=title,
            crumbs=crumbs(page, title, above=False),
            factors=factors,
            passkeys=factors.passkeys,
            is_due=page.actor.lacks_factor,
            takes_passkeys=clients.site(page.request) is not None,
        )
    )


@router.post("/account/security/app/begin", name="begin_app")
def begin_app(page: PageDep, store: StoreDep) -> Response:
    """Make a secret for an authenticator app, and lead to it."""
    second_factors.begin_app(store, page.actor)
    return page.go("new_app")


@router.get("/account/security/app", name="new_app")
def new_app(page: PageDep, store: StoreDep) -> Response:
    """Show the secret that the app is to be given."""
    return page.show(_app(page, store))


@router.post("/account/security/app", name="add_app")
def add_app(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Put the app to use after its first code."""
    try:
        changed = second_factors.add_app(store, page.actor, _secret(page), form)
    except (Invalid, TooMany) as refused:
        context = _app(page, store, error=refusal_words(page, refused))
        return page.show(context, status=status_of(refused), headers=waiting_headers(refused))
    return _after(page, changed)


@router.post("/account/security/app/remove", name="remove_app")
def remove_app(page: PageDep, store: StoreDep) -> Response:
    """Take the app out of use."""
    return _after(page, second_factors.remove_app(store, page.actor, _secret(page)), notice=Notice.FACTOR_REMOVED)


@router.get("/account/security/passkey", name="new_passkey")
def new_passkey(page: PageDep, store: StoreDep) -> Response:
    """Show the form that makes a passkey."""
    second_factors.prepare_passkey(store, page.actor)
    return page.show(_passkey(page))


@router.post("/account/security/passkey/ask", name="ask_for_new_passkey")
def ask_for_new_passkey(page: PageDep, store: StoreDep) -> Response:
    """Return what a browser is asked in order to make a passkey."""
    site = clients.site(page.request)
    if site is None:
        raise NotFound
    asked = second_factors.ask_for_passkey(store, page.actor, _secret(page), site)
    return Response(asked, media_type="application/json")


@router.post("/account/security/passkey", name="add_passkey")
def add_passkey(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Keep a passkey that the browser has made."""
    site = clients.site(page.request)
    if site is None:
        raise NotFound
    try:
        changed = second_factors.add_passkey(store, page.actor, _secret(page), form, site)
    except Invalid as refused:
        context = _passkey(page, name=str(form.get("name", "")), error=refusal_words(page, refused))
        return page.show(context, status=status_of(refused))
    return _after(page, changed)


@router.post("/account/security/passkeys/{passkey_id}/remove", name="remove_passkey")
def remove_passkey(page: PageDep, store: StoreDep, passkey_id: str) -> Response:
    """Take a passkey out of use."""
    changed = second_factors.remove_passkey(store, page.actor, _secret(page), passkey_id)
    return _after(page, changed, notice=Notice.FACTOR_REMOVED)


@router.post("/account/security/codes", name="make_codes")
def make_codes(page: PageDep, store: StoreDep) -> Response:
    """Make new recovery codes and show them, this once."""
    return page.show(_codes(page, second_factors.make_codes(store, page.actor)), status=201)


def _after(page: Page, changed: Changed, notice: Notice = Notice.FACTOR_ADDED) -> Response:
    if changed.codes:
        response: Response = page.show(_codes(page, changed.codes, factor_added=True), status=201)
    else:
        response = page.go("security", notice=notice)
    identity.set_session(response, changed.secret, https=page.request.app.state.https)
    return response


def _app(page: Page, store: StoreDep, error: str | None = None) -> AppContext:
    new = second_factors.new_secret(store, page.actor)
    rows = [list(row) for row in segno.make(new.address, micro=False).matrix_iter(border=4)]
    dark = ((x, y) for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    title = page.say("Set up an authenticator app")
    return AppContext(
        title=title,
        crumbs=crumbs(page, title),
        secret=" ".join(new.secret[at : at + _GROUP] for at in range(0, len(new.secret), _GROUP)),
        path="".join(f"M{x} {y}h1v1h-1z" for x, y in dark),
        size=len(rows),
        error=error,
    )


def _passkey(page: Page, name: str = "", error: str | None = None) -> NewPasskeyContext:
    title = page.say("Add a passkey")
    return NewPasskeyContext(title=title, crumbs=crumbs(page, title), name=name, error=error)


def _codes(page: Page, codes: tuple[str, ...], *, factor_added: bool = False) -> CodesContext:
    title = page.say("Your recovery codes")
    return CodesContext(title=title, crumbs=crumbs(page, title), codes=codes, factor_added=factor_added)


def crumbs(page: Page, title: str, *, above: bool = True) -> tuple[Crumb, ...]:
    """Return the way up from a page that belongs to signing in."""
    account = Crumb(page.say("Your account"), page.url("account"))
    between = (Crumb(page.say("Sign-in and security"), page.url("security")),) if above else ()
    return (account, *between, Crumb(title))


def _secret(page: Page) -> str:
    return identity.session_secret(page.request) or ""
