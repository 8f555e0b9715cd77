"""Signing in and out."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.responses import Response

from app.domain.errors import Invalid, NotFound, TooMany
from app.pages import resumption
from app.pages.contexts import Context
from app.pages.demo import DemoAccount, demo_accounts, demo_is_open
from app.pages.resumption import Carried
from app.pages.second_steps import after_password, refusal_words, waiting_headers
from app.pages.templating import Page, PageDep
from app.usecases import sessions
from app.usecases.sessions import SignedIn
from app.web import clients, identity
from app.web.addresses import local_path
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of
from app.web.turns import TurnDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class SignInContext(Context):
    """The sign-in form; `following` is where to go on afterwards, `carried` what was typed when a session ended."""

    template: ClassVar[str] = "account/sign_in.html"
    email: str
    following: str
    error: str | None
    demo: tuple[DemoAccount, ...]
    carried: Carried | None


@router.get("/sign-in", name="sign_in")
def sign_in_form(page: PageDep, store: StoreDep, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """Show the sign-in form, or go on where somebody is signed in already."""
    if page.actor.is_signed_in:
        return page.go_to(local_path(next))
    return page.show(_sign_in(page, store, following=local_path(next)))


@router.post("/sign-in", name="sign_in_with_password")
def sign_in(page: PageDep, store: StoreDep, form: FormDep, _turn: TurnDep) -> Response:
    """Begin a session; what was typed before an earlier one ended is handed back."""
    try:
        begun = sessions.sign_in(store, form, clients.browser(page.request))
    except (Invalid, TooMany) as refused:
        email, following = str(form.get("email", "")), local_path(form.get("next"))
        error, carried = refusal_words(page, refused), resumption.unpack(form)
        again = _sign_in(page, store, email=email, following=following, error=error, carried=carried)
        return page.show(again, status=status_of(refused), headers=waiting_headers(refused))
    return _begin(page, form, begun)


@router.post("/demo/sign-in", name="demo_sign_in")
def demo_sign_in(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Begin a session as one of the invented people, in development and from this very machine only."""
    if not demo_is_open(page.request):
        raise NotFound
    browser = clients.browser(page.request)
    return _begin(page, form, sessions.sign_in_to_demo(store, str(form.get("account", "")), browser))


@router.post("/sign-out", name="sign_out")
def sign_out(page: PageDep, store: StoreDep) -> Response:
    """End the session."""
    secret = identity.session_secret(page.request)
    if secret:
        sessions.sign_out(store, secret)
    response = page.go("home")
    identity.clear_session(response, https=page.request.app.state.https)
    return response


def sign_in_again(page: Page, carried: Carried) -> Response:
    """Answer a form whose session has ended: ask to sign in, and carry along what was typed."""
    error = page.say("Your session has ended. Sign in, and nothing of what you wrote is lost.")
    return page.show(_sign_in(page, page.request.app.state.store, error=error, carried=carried), status=401)


def _begin(page: Page, form: FormData, begun: SignedIn) -> Response:
    earlier = identity.session_secret(page.request)
    if earlier:
        sessions.sign_out(page.request.app.state.store, earlier)
    carried, following = resumption.unpack(form), local_path(form.get("next"))
    if begun.needs_factor:
        response = after_password(page, begun.secret, following, carried)
    else:
        response = resumption.resume(page, carried) if carried else page.go_to(following)
    https = page.request.app.state.https
    identity.set_session(response, begun.secret, https=https)
    identity.set_known(response, begun.mark, https=https)
    return response


def _sign_in(
    page: Page,
    store: StoreDep,
    *,
    email: str = "",
    following: str = "/",
    error: str | None = None,
    carried: Carried | None = None,
) -> SignInContext:
    return SignInContext(
        title=page.say("Sign in"),
        email=email,
        following=following,
        error=error,
        demo=demo_accounts(page, store),
        carried=carried,
    )
