"""Who is asking: a session's cookie on the pages, a bearer token on the API, never one for the other."""

from fastapi import Request
from starlette.responses import Response

from app.domain.accounts import SESSION_LIFE
from app.domain.errors import NotSignedIn
from app.domain.permissions import VISITOR, Actor
from app.store.database import Store
from app.usecases import sessions, tokens

# `__Host-` ties the cookie to this host and to https; it needs https, which development does without.
SECURE_COOKIE = "__Host-goldgap_session"
PLAIN_COOKIE = "goldgap_session"
COOKIE_NAMES = (SECURE_COOKIE, PLAIN_COOKIE)


def session_secret(request: Request) -> str | None:
    """Return the secret in the session's cookie."""
    return request.cookies.get(cookie_name(https=request.app.state.https))


def cookie_name(*, https: bool) -> str:
    """Return the name of the session's cookie."""
    return SECURE_COOKIE if https else PLAIN_COOKIE


def by_session(request: Request) -> Actor:
    """Return who is signed in on this browser, or a visitor."""
    store: Store = request.app.state.store
    secret = session_secret(request)
    actor = sessions.by_session(store, secret) if secret else VISITOR
    request.state.actor = actor  # so that a refusal can be written down with who was refused
    return actor


def by_token(request: Request) -> Actor:
    """Return whose token the request bears, or a visitor where it bears none; raises NotSignedIn for a bad one."""
    store: Store = request.app.state.store
    header = request.headers.get("authorization")
    if header is None:
        return VISITOR
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise NotSignedIn("token", "This token is not valid.")
    actor = tokens.by_token(store, token.strip())
    request.state.actor = actor
    return actor


def set_session(response: Response, secret: str, *, https: bool) -> None:
    """Put a new session's secret into the browser."""
    response.set_cookie(
        cookie_name(https=https),
        secret,
        max_age=int(SESSION_LIFE.total_seconds()),
        path="/",
        secure=https,
        httponly=True,
        samesite="lax",
    )


def clear_session(response: Response, *, https: bool) -> None:
    """Take a session's secret out of the browser."""
    response.delete_cookie(cookie_name(https=https), path="/", secure=https, httponly=True, samesite="lax")
