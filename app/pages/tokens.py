"""One's own tokens for the API."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.accounts import Token
from app.domain.errors import Invalid
from app.domain.permissions import scopes_of_use
from app.domain.roles import TokenScope
from app.pages.contexts import Context, Crumb
from app.pages.templating import Page, PageDep
from app.usecases import tokens
from app.web.deps import FormDep, StoreDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One of a person's tokens, with whether it can still be used."""

    token: Token
    scopes: str
    is_valid: bool


@dataclass(frozen=True, kw_only=True)
class TokensContext(Context):
    """One's own tokens; `secret` is a new one's, shown this once."""

    template: ClassVar[str] = "account/tokens.html"
    tokens: tuple[TokenLine, ...]
    scopes: tuple[tuple[str, str, str], ...]
    typed: dict[str, object]
    errors: dict[str, str]
    secret: str | None


@router.get("/account/tokens", name="tokens")
def own_tokens(page: PageDep, store: StoreDep) -> Response:
    """Show one's own tokens."""
    return page.show(_tokens(page, store))


@router.post("/account/tokens", name="issue_token")
def issue_token(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Make a token and show it, this once."""
    raw: dict[str, object] = {"name": form.get("name"), "days": form.get("days"), "scopes": form.getlist("scopes")}
    try:
        issued = tokens.issue(store, page.actor, raw)
    except Invalid as invalid:
        errors = {problem.field: page.say(problem.message, **problem.params) for problem in invalid.problems}
        return page.show(_tokens(page, store, typed=raw, errors=errors), status=422)
    return page.show(_tokens(page, store, secret=issued.secret), status=201)


@router.post("/account/tokens/{token_id}/revoke", name="revoke_token")
def revoke_token(page: PageDep, store: StoreDep, token_id: str) -> Response:
    """End a token at once."""
    tokens.revoke(store, page.actor, token_id)
    return page.go("tokens")


def _tokens(
    page: Page,
    store: StoreDep,
    typed: dict[str, object] | None = None,
    errors: dict[str, str] | None = None,
    secret: str | None = None,
) -> TokensContext:
    found = tokens.listed(store, page.actor)
    lines = (TokenLine(t, ", ".join(sorted(t.scopes)), t.is_valid(store.clock())) for t in found)
    title = page.say("Tokens for the API")
    return TokensContext(
        title=title,
        crumbs=(Crumb(page.say("Your account"), page.url("account")), Crumb(title)),
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
