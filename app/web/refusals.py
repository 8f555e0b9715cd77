"""Which refusals leave a line in the journal, for both faces: noted after the refused transaction has rolled back."""

import ipaddress

import structlog
from starlette.requests import Request

from app.domain.errors import GoldgapError, Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.invitations import NoLongerValid
from app.domain.permissions import VISITOR, Actor
from app.store.database import Store
from app.usecases import refusals

_LOG = structlog.get_logger("goldgap")
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
# Whoever has one address of these has all of them.
_PREFIX = 64
_FAILED_SIGN_IN = "sign-in"
_BAD_TOKEN = "token"  # noqa: S105 - a code, no secret


def note(request: Request, error: GoldgapError, code: str | None = None) -> None:
    """Write down a refusal that says something about who asks, or has a code that does; failing changes no answer."""
    actor: Actor = getattr(request.state, "actor", VISITOR)
    code = code or _code(error, actor, request.method)
    if code is None:
        return
    store: Store = request.app.state.store
    route = request.scope.get("route")
    name = str(getattr(route, "operation_id", None) or getattr(route, "name", ""))
    try:
        refusals.note(store, actor, group=_group(request), route=name, method=request.method, code=code)
    except Exception as failure:  # noqa: BLE001 - whatever it is, the refusal stands
        _LOG.warning("refusal not noted", cause=type(failure).__name__)


def _code(error: GoldgapError, actor: Actor, method: str) -> str | None:
    """Return the code under which a refusal is noted, None where it is not: a mistyped form says nothing of anybody."""
    if isinstance(error, NotPermitted):
        return error.code
    if isinstance(error, NotFound | NoLongerValid):
        return error.code if actor.is_signed_in and method not in _READS else None
    if isinstance(error, NotSignedIn):
        return error.code if error.code == _BAD_TOKEN else None
    if isinstance(error, Invalid) and any(problem.code == _FAILED_SIGN_IN for problem in error.problems):
        return _FAILED_SIGN_IN
    return None


def _group(request: Request) -> str:
    """Return what visitors from one place have in common."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return host if address.version == 4 else str(ipaddress.ip_network((address, _PREFIX), strict=False))  # noqa: PLR2004
