"""What a provider says of a person, read with care: how they signed in there, their name, their address if proven."""

from collections.abc import Mapping
from typing import Any

from app.domain import accounts
from app.domain.errors import Invalid
from app.domain.identities import Proof
from app.outside.guarded import Refusal
from app.outside.registration import Registration


def proof_from(claims: Mapping[str, Any], more: Mapping[str, Any], registration: Registration) -> Proof:
    """Return what an ID token shows, with what its userinfo says `more`; raises Refusal where the acr is too little."""
    expected = registration.expectations
    acr = claims.get("acr")
    if expected.required_acr and acr not in expected.required_acr:
        raise Refusal("acr")
    return Proof(
        issuer=claims["iss"],
        subject=claims["sub"],
        provider=registration.name,
        name=_name(claims, expected.name) or _name(more, expected.name),
        email=_email(claims if "email" in claims else more, expected.email_proof),
        has_second_factor=acr in expected.factor_acr or not _methods(claims).isdisjoint(expected.factor_amr),
    )


def _name(said: Mapping[str, Any], claim: str) -> str:
    name = said.get(claim)
    return name.strip() if isinstance(name, str) else ""


def _email(said: Mapping[str, Any], proof: str) -> str | None:
    """Return the address, if the same mouth says that it is proven; a word that only reads like true is not enough."""
    if said.get(proof) is not True:
        return None
    try:
        address = accounts.email("email", said.get("email"))
    except Invalid:
        return None
    return address if accounts.has_address(address) else None


def _methods(claims: Mapping[str, Any]) -> frozenset[str]:
    """Return the methods that were used; ID-porten has been seen to give one by itself and no list."""
    amr = claims.get("amr")
    return frozenset(each for each in (amr if isinstance(amr, list) else [amr]) if isinstance(each, str))
