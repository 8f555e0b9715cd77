"""Who calls: the person whose token the request bears. Cookies count for nothing here."""

from typing import Annotated

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.domain.errors import NotSignedIn
from app.domain.permissions import Actor
from app.web.deps import TokenActorDep

_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="A token made on one's account page or with `goldgap token create`: `Authorization: Bearer goldgap_…`.",
)


async def _caller(
    request: Request,
    actor: TokenActorDep,
    _declared: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
) -> Actor:
    """Return who bears the token; raises NotSignedIn, before anything else is said about the request."""
    if not actor.is_signed_in:
        raise NotSignedIn("token-missing", "Send a token in the header Authorization: Bearer.")
    request.state.account_language = actor.language
    return actor


CallerDep = Annotated[Actor, Security(_caller)]
