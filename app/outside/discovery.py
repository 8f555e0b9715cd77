"""A provider's discovery document: where it says its places are, and whether it is the one that we asked."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.outside.guarded import Refusal, is_place
from app.outside.id_token import ALGORITHMS
from app.outside.registration import TENANT, Registration

# Where Entra ID has the document for accounts of any organisation; in its issuer {tenantid} stands as it is.
_ANY_TENANT = "organizations"
_NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_OPTIONAL = ("userinfo_endpoint", "end_session_endpoint")


@dataclass(frozen=True, slots=True)
class Discovered:
    """The places of a provider and what it can do. `names_itself`: its answers say who they are from (RFC 9207)."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    algorithms: frozenset[str]
    names_itself: bool
    read_at: dt.datetime


def place_of(registration: Registration) -> str:
    """Return where the document is."""
    issuer = registration.issuer.replace(TENANT, _ANY_TENANT)
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def checked(document: Mapping[str, Any], registration: Registration, now: dt.datetime) -> Discovered:
    """Return what matters of a document; raises Refusal where it is another's, leads astray, or offers nothing."""
    if document.get("issuer") != registration.issuer:
        raise Refusal("discovery-issuer")
    named = {name: document.get(name) for name in (*_NEEDED, *_OPTIONAL)}
    for name, place in named.items():
        if place is None and name in _OPTIONAL:
            continue
        if not is_place(place, near=registration.issuer, plainly=registration.plainly):
            raise Refusal(f"discovery-{name}")
    offered = document.get("id_token_signing_alg_values_supported")
    names = offered if isinstance(offered, list) else []
    algorithms = ALGORITHMS.intersection(each for each in names if isinstance(each, str))
    if not algorithms:
        raise Refusal("discovery-algorithms")
    return Discovered(
        authorization=str(named["authorization_endpoint"]),
        token=str(named["token_endpoint"]),
        keys=str(named["jwks_uri"]),
        userinfo=named["userinfo_endpoint"],
        end_session=named["end_session_endpoint"],
        algorithms=algorithms,
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        read_at=now,
    )
