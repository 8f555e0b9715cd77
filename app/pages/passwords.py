"""One's own password: change it, ask for a link that sets a new one, and set it."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.accounts import PASSWORD_LENGTH
from app.domain.errors import Invalid, NotFound, TooMany
from app.pages.contexts import Context
from app.pages.notices import Notice
from app.pages.second_steps import refusal_words, waiting_headers
from app.pages.security import crumbs
from app.pages.templating import Page, PageDep
from app.usecases import passwords, second_factors
from app.web import clients, identity, refusals
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of
from app.web.turns import TurnDep

router = APIRouter(include_in_schema=False)
_BAD_LINK = "reset-link"


@dataclass(frozen=True, kw_only=True)
class PasswordContext(Context):
    """The form that changes a password."""

    template: ClassVar[str] = "account/password.html"
    email: str
    has_password: bool
    shortest: int
    errors: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class ForgotContext(Context):
    """The form that asks for a link; `sent` says that it was asked for."""

    template: ClassVar[str] = "account/forgot.html"
    email: str
    error: str | None
    sent: bool


@dataclass(frozen=True, kw_only=True)
class ResetContext(Context):
    """The form that sets a new password by a link."""

    template: ClassVar[str] = "account/reset.html"
    action: str
    email: str
    shortest: int
    errors: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class SpentContext(Context):
    """What is said of a link that was used, is too old, or was followed by a newer one."""

    template: ClassVar[str] = "account/spent.html"


@router.get("/account/password", name="password")
def password(page: PageDep, store: StoreDep) -> Response:
    """Show the form that changes a password."""
    return page.show(_password(page, store))


@router.post("/account/password", name="change_password")
def change_password(page: PageDep, store: StoreDep, form: FormDep, _turn: TurnDep) -> Response:
    """Change the password; everywhere else one is signed out."""
    secret = identity.session_secret(page.request) or ""
    try:
        renewed = passwords.change(store, page.actor, secret, form)
    except (Invalid, TooMany) as refused:
        context = _password(page, store, errors=_errors(page, refused))
        return page.show(context, status=status_of(refused), headers=waiting_headers(refused))
    response = page.go("security", notice=Notice.PASSWORD_CHANGED)
    identity.set_session(response, renewed, https=page.request.app.state.https)
    return response


@router.get("/forgot", name="forgot")
def forgot(page: PageDep) -> Response:
    """Show the form that asks for a link."""
    return page.show(_forgot(page))


@router.post("/forgot", name="ask_for_link")
def ask_for_link(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Mail a link to whoever has the address, and say the same whether anybody does."""
    email = str(form.get("email", ""))
    try:
        passwords.ask(store, form, clients.browser(page.request))
    except (Invalid, TooMany) as refused:
        context = _forgot(page, email=email, error=refusal_words(page, refused))
        return page.show(context, status=status_of(refused), headers=waiting_headers(refused))
    return page.show(_forgot(page, sent=True))


@router.get("/reset/{reset_id}/{secret}", name="reset")
def reset(page: PageDep, store: StoreDep, reset_id: str, secret: str) -> Response:
    """Show the form that sets a new password by a link, or say that the link is not good any more."""
    try:
        found = passwords.by_link(store, reset_id, secret, clients.browser(page.request))
    except NotFound as refused:
        return _not_good(page, refused)
    return page.show(_reset(page, found.user.email, _address(page, reset_id, secret)))


@router.post("/reset/{reset_id}/{secret}", name="set_password")
def set_password(page: PageDep, store: StoreDep, form: FormDep, _turn: TurnDep, reset_id: str, secret: str) -> Response:
    """Set a new password by a link, and lead to signing in with it."""
    browser = clients.browser(page.request)
    try:
        passwords.set_by_link(store, reset_id, secret, form, browser)
    except NotFound as refused:
        return _not_good(page, refused)
    except Invalid as refused:
        email = str(form.get("email", ""))
        context = _reset(page, email, _address(page, reset_id, secret), errors=_errors(page, refused))
        return page.show(context, status=status_of(refused))
    response = page.go("sign_in", notice=Notice.PASSWORD_SET)
    identity.clear_session(response, https=page.request.app.state.https)
    return response


def _password(page: Page, store: StoreDep, errors: dict[str, str] | None = None) -> PasswordContext:
    factors = second_factors.overview(store, page.actor)
    title = page.say("Change your password")
    return PasswordContext(
        title=title,
        crumbs=crumbs(page, title),
        email=factors.email,
        has_password=factors.has_password,
        shortest=PASSWORD_LENGTH[0],
        errors=errors or {},
    )


def _forgot(page: Page, *, email: str = "", error: str | None = None, sent: bool = False) -> ForgotContext:
    title = page.say("Look in your mail") if sent else page.say("Set a new password")
    return ForgotContext(title=title, email=email, error=error, sent=sent)


def _reset(page: Page, email: str, action: str, errors: dict[str, str] | None = None) -> ResetContext:
    title = page.say("Set a new password")
    return ResetContext(title=title, action=action, email=email, shortest=PASSWORD_LENGTH[0], errors=errors or {})


def _not_good(page: Page, refused: NotFound) -> Response:
    # Like a token or a password that is not good: somebody may be trying links out, signed in or not.
    refusals.note(page.request, refused, _BAD_LINK)
    context = SpentContext(title=page.say("This link cannot be used any more"))
    return page.show(context, status=status_of(refused))


def _address(page: Page, reset_id: str, secret: str) -> str:
    return page.url("set_password", reset_id=reset_id, secret=secret)


def _errors(page: Page, refused: Invalid | TooMany) -> dict[str, str]:
    """Return what is wrong by field; what stands beside none of them belongs to the first."""
    if isinstance(refused, TooMany):
        return {"password": refusal_words(page, refused)}
    return {problem.field: page.say(problem.message, **problem.params) for problem in refused.problems}
