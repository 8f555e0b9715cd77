"""One's own account: the choice of language, and the tokens for the API."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.accounts import Token, has_address
from app.domain.errors import Invalid, Problem
from app.domain.permissions import TokenScope, scopes_of_use
from app.pages.connections import Connections, connections
from app.pages.contexts import Context
from app.pages.templating import Page, PageDep
from app.usecases import accounts, tokens
from app.web.addresses import local_path
from app.web.deps import FormDep, StoreDep
from app.web.language import COOKIE

router = APIRouter(include_in_schema=False)
_A_YEAR = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One of a person's tokens, with whether it can still be used."""

    token: Token
    scopes: str
    is_valid: bool


@dataclass(frozen=True, kw_only=True)
class AccountContext(Context):
    """One's own account; `email` is empty where none is proven, `secret` is a new token's, shown this once."""

    template: ClassVar[str] = "account/account.html"
    name: str
    email: str
    tokens: tuple[TokenLine, ...]
    scopes: tuple[tuple[str, str, str], ...]
    typed: dict[str, object]
    errors: dict[str, str]
    secret: str | None
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
        issued = tokens.issue(store, page.actor, raw)
    except Invalid as invalid:
        errors = {problem.field: page.say(problem.message, **problem.params) for problem in invalid.problems}
        return page.show(_account(page, store, typed=raw, errors=errors), status=422)
    return page.show(_account(page, store, secret=issued.secret), status=201)


@router.post("/account/tokens/{token_id}/revoke", name="revoke_token")
def revoke_token(page: PageDep, store: StoreDep, token_id: str) -> Response:
    """End a token at once."""
    tokens.revoke(store, page.actor, token_id)
    return page.go("account", anchor="tokens")


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
        email=found.user.email if has_address(found.user.email) else "",
        tokens=tuple(lines),
        scopes=tuple(_scopes(page)),
        typed=typed or {"name": "", "days": "90", "scopes": [TokenScope.READ]},
        errors=errors or {},
        secret=secret,
        connections=connections(page, store),
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
