"""Showing who one is once more: the second step of signing in, and the confirmation before an act."""

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.errors import Invalid, NotFound, NotSignedIn, TooMany
from app.pages import resumption
from app.pages.contexts import Context
from app.pages.resumption import Carried
from app.pages.templating import Page, PageDep
from app.usecases import second_steps
from app.usecases.second_steps import Shown, Ways
from app.web import clients, identity
from app.web.addresses import local_path
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of
from app.web.turns import TurnDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class SecondStepContext(Context):
    """The second step of signing in; `carried` is what was typed when a session ended."""

    template: ClassVar[str] = "account/second_step.html"
    ways: Ways
    by_passkey: bool
    following: str
    carried: Carried | None
    error: str | None


@dataclass(frozen=True, kw_only=True)
class ConfirmContext(SecondStepContext):
    """The question who one is before an act; `carried` is the form that asked for it."""

    template: ClassVar[str] = "account/confirm.html"


@router.get("/sign-in/second-step", name="second_step")
def second_step(page: PageDep, store: StoreDep, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """Show the second step to whoever has taken the first, and the first to everybody else."""
    if page.actor.is_signed_in:
        return page.go_to(local_path(next))
    secret = identity.session_secret(page.request)
    ways = second_steps.waiting(store, secret) if secret else None
    if ways is None:
        return page.go("sign_in", query=f"next={quote(local_path(next), safe='/')}")
    return page.show(_second_step(page, ways, following=local_path(next)))


@router.post("/sign-in/second-step", name="take_second_step")
def take_second_step(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Finish signing in; what was typed before an earlier session ended is handed back."""
    secret = identity.session_secret(page.request) or ""
    ways = second_steps.waiting(store, secret)
    if ways is None:
        # More than ten minutes after the first step that one is to be taken again, with what is carried.
        raise NotSignedIn("sign-in", "Please sign in first.")
    browser, site = clients.browser(page.request), clients.site(page.request)
    try:
        shown = second_steps.take(store, secret, form, browser, site)
    except (Invalid, TooMany) as refused:
        context = _second_step(
            page,
            ways,
            following=local_path(form.get("next")),
            carried=resumption.unpack(form),
            error=refusal_words(page, refused),
        )
        return page.show(context, status=status_of(refused), headers=waiting_headers(refused))
    carried = resumption.unpack(form)
    response = resumption.resume(page, carried) if carried else page.go_to(local_path(form.get("next")))
    return _in(page, response, shown)


@router.post("/sign-in/passkey", name="ask_for_passkey")
def ask_for_passkey(page: PageDep, store: StoreDep) -> Response:
    """Return what a browser is asked in order to show a passkey, for the second step and for confirming."""
    site = clients.site(page.request)
    if site is None:
        raise NotFound
    asked = second_steps.ask_for_passkey(store, identity.session_secret(page.request) or "", site)
    return Response(asked, media_type="application/json")


@router.get("/confirm", name="confirm")
def confirm_page(page: PageDep, store: StoreDep, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """Ask who one is before a page that could do harm."""
    return page.show(_confirm(page, second_steps.ways(store, page.actor), following=local_path(next)))


@router.post("/confirm", name="confirm_who_one_is")
def confirm(page: PageDep, store: StoreDep, form: FormDep, _turn: TurnDep) -> Response:
    """Confirm who one is, and go on with what was typed."""
    secret = identity.session_secret(page.request) or ""
    browser, site = clients.browser(page.request), clients.site(page.request)
    carried = resumption.unpack(form)
    try:
        shown = second_steps.confirm(store, page.actor, secret, form, browser, site)
    except (Invalid, TooMany) as refused:
        following, error = local_path(form.get("next")), refusal_words(page, refused)
        context = _confirm(
            page, second_steps.ways(store, page.actor), following=following, carried=carried, error=error
        )
        return page.show(context, status=status_of(refused), headers=waiting_headers(refused))
    response = resumption.resume(page, carried, confirmed=True) if carried else page.go_to(local_path(form.get("next")))
    return _in(page, response, shown)


def after_password(page: Page, secret: str, following: str, carried: Carried | None) -> Response:
    """Lead on to the second step, with what was typed where something was."""
    ways = second_steps.waiting(page.request.app.state.store, secret)
    if carried is None or ways is None:
        return page.go("second_step", query=f"next={quote(following, safe='/')}")
    return page.show(_second_step(page, ways, following=following, carried=carried))


def confirm_first(page: Page, carried: Carried) -> Response:
    """Answer a form that does harm in wrong hands: ask who is there, and carry along what was typed."""
    ways = second_steps.ways(page.request.app.state.store, page.actor)
    return page.show(_confirm(page, ways, carried=carried), status=401)


def refusal_words(page: Page, refused: Invalid | TooMany) -> str:
    """Return a refusal of who one says to be, in one sentence."""
    said = refused.problems[0] if isinstance(refused, Invalid) else refused
    return page.say(said.message, **said.params)


def waiting_headers(refused: Invalid | TooMany) -> dict[str, str]:
    """Return how long to wait, where that is the cause of a refusal."""
    return {"Retry-After": str(refused.seconds)} if isinstance(refused, TooMany) else {}


def _in(page: Page, response: Response, shown: Shown) -> Response:
    https = page.request.app.state.https
    identity.set_session(response, shown.secret, https=https)
    identity.set_known(response, shown.mark, https=https)
    return response


def _second_step(
    page: Page, ways: Ways, *, following: str = "/", carried: Carried | None = None, error: str | None = None
) -> SecondStepContext:
    return SecondStepContext(
        title=page.say("One more step"),
        ways=ways,
        by_passkey=ways.by_passkey and clients.site(page.request) is not None,
        following=following,
        carried=carried,
        error=error,
    )


def _confirm(
    page: Page, ways: Ways, *, following: str = "/", carried: Carried | None = None, error: str | None = None
) -> ConfirmContext:
    return ConfirmContext(
        title=page.say("Confirm that it is you"),
        ways=ways,
        by_passkey=ways.by_passkey and clients.site(page.request) is not None,
        following=following,
        carried=carried,
        error=error,
    )
