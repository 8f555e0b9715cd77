"""Signing in through an OpenID provider: on the way there, its answer, one's own identities, and signing out there.

Waiting for the provider is done before a route begins, and holds no thread meanwhile. A form cannot lead to another
host, as the content security policy follows its redirects: so a page of ours leads on, by a Refresh header and a link.
"""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import structlog
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from app.domain.errors import Conflict, GoldgapError, Invalid, NotFound, Unavailable
from app.domain.identities import PENDING_LIFE, Pending, Proof
from app.outside.discovery import Discovered
from app.outside.guarded import Refusal, Unreachable
from app.outside.openid import Declined
from app.pages import connections, refusals, resumption, sessions
from app.pages.connections import ProviderDep, believed
from app.pages.contexts import Context
from app.pages.notices import Notice
from app.pages.resumption import Carried
from app.pages.templating import Page, PageDep
from app.usecases import identities
from app.web import clients
from app.web.addresses import local_path
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of

router = APIRouter(include_in_schema=False)
SECURE_COOKIE = "__Host-goldgap_openid"
PLAIN_COOKIE = "goldgap_openid"
_SAID_LENGTH = 300
_LOG = structlog.get_logger("goldgap")


@dataclass(frozen=True, kw_only=True)
class GoOnContext(Context):
    """On the way to the provider."""

    template: ClassVar[str] = "account/go_on.html"
    provider: str
    address: str


@dataclass(frozen=True, kw_only=True)
class SignedOutContext(Context):
    """Signed out here; `address` is where to sign out at the provider too, None where that cannot be offered."""

    template: ClassVar[str] = "account/signed_out.html"
    provider: str | None
    address: str | None


@dataclass(frozen=True, slots=True)
class Turned:
    """An answer, or the want of one, that leads to no session: in words, with its status."""

    status: int
    message: str
    said: str = ""


async def _places(request: Request, provider: ProviderDep) -> Discovered | Refusal | None:
    try:
        return await provider.places() if provider else None
    except Refusal as refusal:
        return _logged(request, refusal)


def _pending(request: Request, store: StoreDep) -> Pending | None:
    """Return the sign-in that this browser has begun, if this is the answer to it."""
    sealed, state = request.cookies.get(_cookie_name(request)), request.query_params.get("state")
    return identities.unseal(store, sealed, state) if sealed and state else None


async def _outcome(
    request: Request, provider: ProviderDep, pending: Annotated[Pending | None, Depends(_pending)]
) -> Proof | Refusal | None:
    if provider is None:
        raise NotFound
    if pending is None:
        return None
    try:
        return await provider.proof(pending, _said_once(request))
    except Refusal as refusal:
        return _logged(request, refusal)


def _logged(request: Request, refusal: Refusal) -> Refusal:
    """Write down why, which people are not told."""
    event = "openid-unavailable" if isinstance(refusal, Unreachable) else "openid-refused"
    _LOG.warning(event, code=refusal.code, request_id=request.scope["state"]["request_id"])
    return refusal


def _said_once(request: Request) -> dict[str, str]:
    """Return what the answer's address says; one that says a thing twice could mean either."""
    said = request.query_params.multi_items()
    if len(dict(said)) < len(said):
        raise Refusal("said-twice")
    return dict(said)


PlacesDep = Annotated[Discovered | Refusal | None, Depends(_places)]
PendingDep = Annotated[Pending | None, Depends(_pending)]
OutcomeDep = Annotated[Proof | Refusal | None, Depends(_outcome)]


@router.post("/sign-in/openid", name="sign_in_with_openid")
def start(page: PageDep, store: StoreDep, form: FormDep, provider: ProviderDep, places: PlacesDep) -> Response:
    """Send the browser to the provider to sign in; what was typed before a session ended is kept meanwhile."""
    if provider is None or places is None:
        raise NotFound
    following, carried = local_path(form.get("next")), resumption.unpack(form)
    try:
        if isinstance(places, Refusal):
            raise _unavailable()
        pending = identities.start(store, following, resumption.as_text(carried) if carried else None)
    except Unavailable as unavailable:
        turned = Turned(status_of(unavailable), page.say(unavailable.message))
        return _turn_back(page, turned, following, carried)
    return _lead_on(page, pending, provider.address(places, pending, page.language))


@router.get("/sign-in/openid/answer", name="openid_answer")
def answer(page: PageDep, pending: PendingDep, outcome: OutcomeDep) -> Response:
    """Take the provider's answer: begin the session, connect the identity, or say why not."""
    if pending is None:
        if page.actor.is_signed_in:
            return page.go("home")  # back, or once more, after it was done
        message = page.say("This sign-in took too long, or was begun in another browser. Please begin again.")
        return _turn_back(page, Turned(400, message), "/", None)
    response = (_sign_in if pending.connects is None else _connect)(page, pending, outcome)
    https = page.request.app.state.https
    response.delete_cookie(_cookie_name(page.request), path="/", secure=https, httponly=True, samesite="lax")
    return response


@router.post("/account/identities", name="connect_identity")
def connect(page: PageDep, store: StoreDep, form: FormDep, provider: ProviderDep, places: PlacesDep) -> Response:
    """Send the browser to the provider to connect an identity with one's own account."""
    del form  # read, so that somebody whose session has ended comes back to it
    if provider is None or places is None:
        raise NotFound
    if isinstance(places, Refusal):
        raise _unavailable()
    pending = identities.start(store, page.url("account"), connecting=page.actor)
    return _lead_on(page, pending, provider.address(places, pending, page.language))


@router.post("/account/identities/disconnect", name="disconnect_identity")
def disconnect(page: PageDep, store: StoreDep, form: FormDep, provider: ProviderDep) -> Response:
    """Take an identity off one's own account."""
    issuer, subject = str(form.get("issuer", "")), str(form.get("subject", ""))
    identities.disconnect(store, page.actor, issuer, subject, believed(provider))
    return page.go("account", notice=Notice.IDENTITY_DISCONNECTED, anchor="identities")


@router.get("/signed-out", name="signed_out")
def signed_out(page: PageDep, provider: ProviderDep, places: PlacesDep) -> Response:
    """Say that one is signed out here, and offer to do it at the provider, too."""
    if page.actor.is_signed_in:
        return page.go("home")
    address = provider.end_address(places) if provider and isinstance(places, Discovered) else None
    name = provider.name if provider else None
    return page.show(SignedOutContext(title=page.say("You are signed out"), provider=name, address=address))


def _lead_on(page: Page, pending: Pending, address: str) -> Response:
    name, https = connections.openid_name(page) or "", page.request.app.state.https
    title = page.say("On to %(provider)s", provider=name)
    context = GoOnContext(title=title, provider=name, address=address)
    response = page.show(context, headers={"Refresh": f"0; url={address}"})
    sealed = identities.seal(page.request.app.state.store, pending)
    seconds = int(PENDING_LIFE.total_seconds())
    response.set_cookie(
        _cookie_name(page.request), sealed, seconds, path="/", secure=https, httponly=True, samesite="lax"
    )
    return response


def _sign_in(page: Page, pending: Pending, outcome: Proof | Refusal | None) -> Response:
    store = page.request.app.state.store
    kept = identities.hand_back(store, pending)
    carried = resumption.from_text(kept) if kept else None
    if not isinstance(outcome, Proof):
        return _turn_back(page, _turned(page, outcome), pending.following, carried)
    try:
        begun = identities.sign_in(store, outcome, page.language, clients.browser(page.request))
    except Invalid as refused:
        # In no way other than for an answer that is not believed: that an account was closed is told to nobody.
        return _turn_back(page, Turned(403, _words(page, refused)), pending.following, carried)
    except Conflict as refused:
        return _turn_back(page, Turned(status_of(refused), _words(page, refused)), pending.following, carried)
    response = sessions.begin(page, begun, pending.following, carried)
    connections.remember_way(response, https=page.request.app.state.https)
    return response


def _connect(page: Page, pending: Pending, outcome: Proof | Refusal | None) -> Response:
    if not page.actor.is_signed_in:
        message = page.say("Your session has ended, so nothing was connected. Sign in and begin again.")
        return _turn_back(page, Turned(401, message), pending.following, None)
    if not isinstance(outcome, Proof):
        turned = _turned(page, outcome)
        return refusals.show(page, turned.status, turned.message)
    try:
        identities.connect(page.request.app.state.store, page.actor, outcome, pending.connects)
    except Conflict as refused:
        return refusals.show(page, status_of(refused), refused.message, refused.params)
    return page.go("account", notice=Notice.IDENTITY_CONNECTED, anchor="identities")


def _turned(page: Page, refusal: Refusal | None) -> Turned:
    """Return a refusal of the provider's, or of its answer, in plain words."""
    name = connections.openid_name(page) or ""
    if isinstance(refusal, Declined):
        message = page.say("%(provider)s did not sign you in.", provider=name)
        if refusal.code == "access_denied":
            message = page.say("%(provider)s says that you cancelled, or may not sign in here.", provider=name)
        readable = "".join(each if each.isprintable() else " " for each in refusal.said)
        return Turned(403, message, " ".join(readable.split())[:_SAID_LENGTH])
    if isinstance(refusal, Unreachable):
        return Turned(503, page.say(_unavailable().message))
    return Turned(403, _words(page, identities.not_believed(name)))


def _unavailable() -> Unavailable:
    return Unavailable("The service that you sign in with cannot be reached just now. Please try again in a moment.")


def _turn_back(page: Page, turned: Turned, following: str, carried: Carried | None) -> Response:
    store = page.request.app.state.store
    again = sessions.sign_in_page(
        page, store, following=following, error=turned.message, carried=carried, said=turned.said
    )
    return page.show(again, status=turned.status)


def _words(page: Page, refused: GoldgapError) -> str:
    if isinstance(refused, Invalid):
        return page.say(refused.problems[0].message, **refused.problems[0].params)
    return page.say(refused.message, **refused.params)


def _cookie_name(request: Request) -> str:
    return SECURE_COOKIE if request.app.state.https else PLAIN_COOKIE
