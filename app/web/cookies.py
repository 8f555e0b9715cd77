"""How every cookie of ours is set: for this host alone, out of reach of scripts, and over https tied to it."""

from fastapi import Request
from starlette.responses import Response

_PREFIX = "__Host-"  # a browser takes it with Secure, Path=/ and without Domain only


def name(base: str, *, https: bool) -> str:
    """Return what a cookie is called; development does without https, and so without the prefix."""
    return _PREFIX + base if https else base


def get(request: Request, base: str) -> str | None:
    """Return a cookie's value."""
    return request.cookies.get(name(base, https=request.app.state.https))


def put(response: Response, base: str, value: str, seconds: float, *, https: bool) -> None:
    """Put a cookie into the browser for a while."""
    response.set_cookie(
        name(base, https=https), value, max_age=int(seconds), path="/", secure=https, httponly=True, samesite="lax"
    )


def drop(response: Response, base: str, *, https: bool) -> None:
    """Take a cookie out of the browser."""
    response.delete_cookie(name(base, https=https), path="/", secure=https, httponly=True, samesite="lax")
