"""Signing in and out."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.errors import Invalid, NotFound, TooMany
from app.pages import resumption
from app.pages.connections import came_through, forget_way, openid_name
from app.pages.contexts import Context
from app.pages.demo import DemoAccount, demo_accounts, demo_is_open
from app.pages.resumption import Carried
from app.pages.second_steps import after_password, refusal_words, waiting_headers
from app.pages.templating import Page, PageDep
from app.store.entering import SignedIn
from app.usecases import sessions
from app.web import clients, identity, refusals
from app.web.addresses import local_path
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of
from app.web.turns import TurnDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class SignInContext(Context):
    """The sign-in form; `following` is where to go on afterwards, `carried` what was typed when a session ended.

    `provider` is what the OpenID provider is called, `said` what it said when it declined.
    """

    template: ClassVar[str] = "account/sign_in.html"
    email: str
    following: str
    error: str | None
    demo: tuple[DemoAccount, ...]
    carried: Carried | None
    provider: str | None
    said: str


@router.get("/sign-in", name="sign_in")
def sign_in_form(page: PageDep, store: StoreDep, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """Show the sign-in form, or go on where somebody is signed in already."""
    if page.actor.is_signed_in:
        return page.go_to(local_path(next))
    return page.show(sign_in_page(page, store, following=local_path(next)))


@router.post("/sign-in", name="sign_in_with_password")
def sign_in(page: PageDep, store: StoreDep, form: FormDep, _turn: TurnDep) -> Response:
    """Begin a session; what was typed before an earlier one ended is handed back."""
    try:
        begun = sessions.sign_in(store, form, clients.browser(page.request))
    except (Invalid, TooMany) as refused:
        refusals.note(page.request, refused)
        email, following = str(form.get("email", "")), local_path(form.get("next"))
        error, carried = refusal_words(page, refused), resumption.unpack(form)
        again = sign_in_page(page, store, email=email, following=following, error=error, carried=carried)
        return page.show(again, status=status_of(refused), headers=waiting_headers(refused))
    return begin(page, begun, local_path(form.get("next")), resumption.unpack(form))


@router.post("/demo/sign-in", name="demo_sign_in")
def demo_sign_in(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Begin a session as one of the invented people, in development and from this very machine only."""
    if not demo_is_open(page.request):
        raise NotFound
    begun = sessions.sign_in_to_demo(store, str(form.get("account", "")), clients.browser(page.request))
    return begin(page, begun, local_path(form.get("next")), resumption.unpack(form))


@router.post("/sign-out", name="sign_out")
def sign_out(page: PageDep, store: StoreDep) -> Response:
    """End the session."""
    secret = identity.session_secret(page.request)
    if secret:
        sessions.sign_out(store, secret)
    response = page.go("signed_out" if came_through(page.request) else "home")
    identity.clear_session(response, https=page.request.app.state.https)
    forget_way(response, https=page.request.app.state.https)
    return response


def sign_in_again(page: Page, carried: Carried) -> Response:
    """Answer a form whose session has ended: ask to sign in, and carry along what was typed."""
    error = page.say("Your session has ended. Sign in, and nothing of what you wrote is lost.")
    return page.show(sign_in_page(page, page.request.app.state.store, error=error, carried=carried), status=401)


def begin(page: Page, begun: SignedIn, following: str, carried: Carried | None) -> Response:
    """Let this browser into a session that has begun, and hand back what was typed, or go on to a local path."""
    earlier = identity.session_secret(page.request)
    if earlier:
        sessions.sign_out(page.request.app.state.store, earlier)
    if begun.needs_factor:
        response = after_password(page, begun.secret, following, carried)
    else:
        response = resumption.resume(page, carried) if carried else page.go_to(following)
    https = page.request.app.state.https
    identity.set_session(response, begun.secret, https=https)
    identity.set_known(response, begun.mark, https=https)
    return response


def sign_in_page(
    page: Page,
    store: StoreDep,
    *,
    email: str = "",
    following: str = "/",
    error: str | None = None,
    carried: Carried | None = None,
    said: str = "",
) -> SignInContext:
    """Return the sign-in form."""
    return SignInContext(
        title=page.say("Sign in"),
        email=email,
        following=following,
        error=error,
        demo=demo_accounts(page, store),
        carried=carried,
        provider=openid_name(page),
        said=said,
    )
