"""The start page, signing in and out, the choice of language, and one's own account with its tokens."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from app.domain.accounts import Token
from app.domain.clusters import Programme
from app.domain.errors import Invalid, NotFound, Problem
from app.domain.permissions import Role, TokenScope, scopes_of_use
from app.pages import resumption
from app.pages.contexts import Context
from app.pages.resumption import Carried
from app.pages.templating import Page, PageDep
from app.usecases import accounts, clusters
from app.usecases.accounts import DemoPerson, SignedIn
from app.usecases.clusters import AssessmentLine, ClusterView
from app.web import identity
from app.web.addresses import local_path
from app.web.deps import FormDep, FrameworksDep, StoreDep
from app.web.language import COOKIE

router = APIRouter(include_in_schema=False)
_A_YEAR = 365 * 24 * 3600
_LOOPBACK = frozenset({"127.0.0.1", "::1", "testclient"})


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One invented person to sign in as: who, in which role, and what one can try as them."""

    value: str
    name: str
    role: str
    organisation: str
    does: str


@dataclass(frozen=True, kw_only=True)
class WelcomeContext(Context):
    """The start page of a visitor."""

    template: ClassVar[str] = "account/welcome.html"
    demo: tuple[DemoAccount, ...]


@dataclass(frozen=True, kw_only=True)
class HomeContext(Context):
    """The start page of somebody signed in."""

    template: ClassVar[str] = "account/home.html"
    clusters: tuple[ClusterView, ...]
    programmes: tuple[Programme, ...]
    submitted: tuple[AssessmentLine, ...]
    sees_clusters: bool


@dataclass(frozen=True, kw_only=True)
class SignInContext(Context):
    """The sign-in form; `following` is where to go on afterwards, `carried` what was typed when a session ended."""

    template: ClassVar[str] = "account/sign_in.html"
    email: str
    following: str
    error: str | None
    demo: tuple[DemoAccount, ...]
    carried: Carried | None


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One of a person's tokens, with whether it can still be used."""

    token: Token
    scopes: str
    is_valid: bool


@dataclass(frozen=True, kw_only=True)
class AccountContext(Context):
    """One's own account; `secret` is a new token's, shown this once."""

    template: ClassVar[str] = "account/account.html"
    name: str
    email: str
    tokens: tuple[TokenLine, ...]
    scopes: tuple[tuple[str, str, str], ...]
    typed: dict[str, object]
    errors: dict[str, str]
    secret: str | None


@router.get("/", name="home")
def home(page: PageDep, store: StoreDep, frameworks: FrameworksDep) -> Response:
    """Show what the person works with, or to a visitor what this is."""
    if not page.actor.is_signed_in:
        title = page.say("How far is your cluster from Gold?")
        return page.show(WelcomeContext(title=title, demo=_demo(page, store)))
    found = clusters.home(store, frameworks, page.actor)
    sees = page.actor.is_administrator or any(m.programme_id for m in page.actor.memberships)
    title = page.say("My work")
    return page.show(
        HomeContext(
            title=title,
            clusters=found.clusters,
            programmes=found.programmes,
            submitted=found.submitted,
            sees_clusters=sees,
        )
    )


@router.get("/sign-in", name="sign_in")
def sign_in_form(page: PageDep, store: StoreDep, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """Show the sign-in form, or go on where somebody is signed in already."""
    if page.actor.is_signed_in:
        return page.go_to(local_path(next))
    return page.show(_sign_in(page, store, following=local_path(next)))


@router.post("/sign-in", name="sign_in_with_password")
def sign_in(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Begin a session; what was typed before an earlier one ended is handed back."""
    try:
        begun = accounts.sign_in(store, form)
    except Invalid as invalid:
        error = page.say(invalid.problems[0].message)
        email, following = str(form.get("email", "")), local_path(form.get("next"))
        again = _sign_in(page, store, email=email, following=following, error=error, carried=resumption.unpack(form))
        return page.show(again, status=422)
    return _begin(page, form, begun)


@router.post("/demo/sign-in", name="demo_sign_in")
def demo_sign_in(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Begin a session as one of the invented people, in development and from this very machine only."""
    if not _demo_is_open(page.request):
        raise NotFound
    return _begin(page, form, accounts.sign_in_to_demo(store, str(form.get("account", ""))))


@router.post("/sign-out", name="sign_out")
def sign_out(page: PageDep, store: StoreDep) -> Response:
    """End the session."""
    secret = identity.session_secret(page.request)
    if secret and page.actor.is_signed_in:
        accounts.sign_out(store, page.actor, secret)
    response = page.go("home")
    identity.clear_session(response, https=page.request.app.state.https)
    return response


@router.post("/language", name="set_language")
def set_language(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Keep the language in this browser, and in the account of who is signed in."""
    code = str(form.get("language", ""))
    if code not in page.language_codes:
        raise Invalid(Problem("language", "language", "Choose one of the languages on offer."))
    if page.actor.is_signed_in:
        accounts.choose_language(store, page.actor, code)
    response = page.go_to(local_path(form.get("next")))
    https = page.request.app.state.https
    response.set_cookie(COOKIE, code, max_age=_A_YEAR, secure=https, httponly=True, samesite="lax")
    return response


@router.get("/account", name="account")
def account(page: PageDep, store: StoreDep) -> Response:
    """Show one's own account."""
    return page.show(_account(page, store))


@router.post("/account/tokens", name="issue_token")
def issue_token(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Make a token and show it, this once."""
    raw: dict[str, object] = {"name": form.get("name"), "days": form.get("days"), "scopes": form.getlist("scopes")}
    try:
        issued = accounts.issue_token(store, page.actor, raw)
    except Invalid as invalid:
        errors = {problem.field: page.say(problem.message, **problem.params) for problem in invalid.problems}
        return page.show(_account(page, store, typed=raw, errors=errors), status=422)
    return page.show(_account(page, store, secret=issued.secret), status=201)


@router.post("/account/tokens/{token_id}/revoke", name="revoke_token")
def revoke_token(page: PageDep, store: StoreDep, token_id: str) -> Response:
    """End a token at once."""
    accounts.revoke_token(store, page.actor, token_id)
    return page.go("account", anchor="tokens")


def sign_in_again(page: Page, carried: Carried) -> Response:
    """Answer a form whose session has ended: ask to sign in, and carry along what was typed."""
    error = page.say("Your session has ended. Sign in, and nothing of what you wrote is lost.")
    return page.show(_sign_in(page, page.request.app.state.store, error=error, carried=carried), status=401)


def _begin(page: Page, form: FormData, begun: SignedIn) -> Response:
    earlier = identity.session_secret(page.request)
    if earlier and page.actor.is_signed_in:
        accounts.sign_out(page.request.app.state.store, page.actor, earlier)
    carried = resumption.unpack(form)
    response = resumption.resume(page, carried) if carried else page.go_to(local_path(form.get("next")))
    identity.set_session(response, begun.secret, https=page.request.app.state.https)
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
        demo=_demo(page, store),
        carried=carried,
    )


def _account(
    page: Page,
    store: StoreDep,
    typed: dict[str, object] | None = None,
    errors: dict[str, str] | None = None,
    secret: str | None = None,
) -> AccountContext:
    found = accounts.account(store, page.actor)
    lines = (TokenLine(t, ", ".join(sorted(t.scopes)), t.is_valid(store.clock())) for t in found.tokens)
    return AccountContext(
        title=page.say("Your account"),
        name=found.user.name,
        email=found.user.email,
        tokens=tuple(lines),
        scopes=tuple(_scopes(page)),
        typed=typed or {"name": "", "days": "90", "scopes": [TokenScope.READ]},
        errors=errors or {},
        secret=secret,
    )


def _scopes(page: Page) -> list[tuple[str, str, str]]:
    """Return what can be chosen, each with its name and what it is for: what the person's roles have a use for."""
    useful = scopes_of_use(page.actor) | {TokenScope.READ}
    every = [
        (TokenScope.READ, "read", page.say("Read assessments, answers and gaps that you can see yourself.")),
        (TokenScope.WRITE, "write", page.say("Answer, start, submit and withdraw where your role allows it.")),
        (TokenScope.EVALUATE, "evaluate", page.say("Record findings as an evaluator.")),
        (TokenScope.PORTFOLIO, "portfolio", page.say("Read the portfolio of your programme.")),
        (TokenScope.ADMIN, "admin", page.say("Register clusters in your programme.")),
    ]
    return [choice for choice in every if choice[0] in useful]


def _demo(page: Page, store: StoreDep) -> tuple[DemoAccount, ...]:
    if not _demo_is_open(page.request):
        return ()
    return tuple(_demo_account(page, person) for person in accounts.demo_people(store))


def _demo_is_open(request: Request) -> bool:
    # The command line refuses to serve demo accounts anywhere else; this is the second lock on the same door.
    client = request.client.host if request.client else ""
    is_relayed = any(name == "forwarded" or name.startswith("x-forwarded-") for name in request.headers)
    return bool(request.app.state.demo_sign_in) and client in _LOOPBACK and not is_relayed


def _demo_account(page: Page, person: DemoPerson) -> DemoAccount:
    role = person.role
    words = {
        Role.MANAGER: (page.say("Cluster manager"), page.say("Answer the indicators, see the gap, submit.")),
        Role.CONTRIBUTOR: (page.say("Contributor"), page.say("Answer indicators together with the manager.")),
        Role.OBSERVER: (page.say("Chair of the board"), page.say("Read everything about the own cluster.")),
        Role.EVALUATOR: (page.say("Evaluator"), page.say("Read what has been submitted, on pages or as JSON.")),
        Role.OWNER: (page.say("Programme owner"), page.say("See all clusters side by side and open rounds.")),
        Role.READER: (page.say("Reader in the programme"), page.say("See the portfolio without changing anything.")),
        Role.ADMINISTRATOR: (page.say("Administrator"), page.say("See programmes and clusters everywhere.")),
    }
    name, does = words[role]
    return DemoAccount(person.user.id, person.user.name, name, person.organisation, does)
