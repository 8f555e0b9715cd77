"""Who is asking: a session's cookie on the pages, a bearer token on the API, never one for the other."""

from fastapi import Request
from starlette.responses import Response

from app.domain.accounts import KNOWN_BROWSER_LIFE, SESSION_LIFE
from app.domain.errors import NotSignedIn
from app.domain.permissions import VISITOR, Actor
from app.store.database import Store
from app.usecases import sessions, tokens
from app.web import clients, cookies

# `__Host-` ties the cookie to this host and to https; it needs https, which development does without.
PLAIN_COOKIE = "goldgap_session"
SECURE_COOKIE = cookies.name(PLAIN_COOKIE, https=True)
COOKIE_NAMES = (SECURE_COOKIE, PLAIN_COOKIE)


def session_secret(request: Request) -> str | None:
    """Return the secret in the session's cookie."""
    return cookies.get(request, PLAIN_COOKIE)


def by_session(request: Request) -> Actor:
    """Return who is signed in on this browser, or a visitor."""
    store: Store = request.app.state.store
    secret = session_secret(request)
    if not secret:
        return VISITOR
    actor = sessions.by_session(store, secret, needs_factors=request.app.state.needs_factors)
    request.state.actor = actor  # so that a refusal can be written down with who was refused
    return actor


def by_token(request: Request) -> Actor:
    """Return whose token the request bears, or a visitor where it bears none; raises NotSignedIn for a bad one.

    From a network that keeps on presenting bad ones it raises TooMany, at the next bad one.
    """
    store: Store = request.app.state.store
    header = request.headers.get("authorization")
    if header is None:
        return VISITOR
    scheme, _, token = header.partition(" ")
    presented = token.strip() if scheme.lower() == "bearer" else ""
    try:
        actor = tokens.by_token(store, presented, needs_factors=request.app.state.needs_factors)
    except NotSignedIn:
        tokens.count_refused(store, clients.browser(request).network)
        raise
    request.state.actor = actor
    return actor


def set_session(response: Response, secret: str, *, https: bool) -> None:
    """Put a new session's secret into the browser."""
    cookies.put(response, PLAIN_COOKIE, secret, SESSION_LIFE.total_seconds(), https=https)


def set_known(response: Response, mark: str | None, *, https: bool) -> None:
    """Let the browser be known the next time, where it has been given a mark for that."""
    if mark:
        cookies.put(response, clients.KNOWN_COOKIE, mark, KNOWN_BROWSER_LIFE.total_seconds(), https=https)


def clear_session(response: Response, *, https: bool) -> None:
    """Take a session's secret out of the browser."""
    cookies.drop(response, PLAIN_COOKIE, https=https)
