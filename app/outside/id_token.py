"""An ID token: whether it was signed by the provider, for us, now, and in answer to what we asked.

OpenID Connect Core 1.0, section 3.1.3.7, and RFC 8725. What the header says of keys is never followed: the keys are the
provider's own, from the place that its discovery document names.
"""

import base64
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry
from joserfc.util import base64_to_int
from typing_extensions import override

from app.domain.identities import SUBJECT_LENGTH
from app.outside.guarded import Refusal

# Each with the kind of key it is for, its curve, and the hash of `at_hash`. No `none`, and none with a shared secret:
# whoever knows the public key could sign with it.
_KINDS: Final[Mapping[str, tuple[str, str | None, str]]] = {
    "RS256": ("RSA", None, "sha256"),
    "PS256": ("RSA", None, "sha256"),
    "ES256": ("EC", "P-256", "sha256"),
    "EdDSA": ("OKP", "Ed25519", "sha512"),
    "Ed25519": ("OKP", "Ed25519", "sha512"),
}
ALGORITHMS: Final = frozenset(_KINDS)
LEEWAY: Final = dt.timedelta(seconds=60)
_RSA_BITS: Final = 2048
_PUBLIC = ("kty", "crv", "x", "y", "n", "e")
_BROKEN = (JoseError, ValueError, TypeError, KeyError, RecursionError, OverflowError)


class UnknownKey(Refusal):
    """No key of the provider's fits: it may have new ones."""

    def __init__(self) -> None:
        super().__init__("unknown-key")


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token must say. `issuers` has one under "", or one under each tenant's id."""

    issuers: Mapping[str, str]
    client_id: str
    nonce: str
    algorithms: frozenset[str]
    now: dt.datetime


class _Chosen(JWSRegistry):
    """The algorithm that `_signer` has let through; joserfc's own idea of what it recommends has no say."""

    @override
    def get_alg(self, name: str) -> Any:
        return self.algorithms[name]


def claims_of(token: object, keys: Iterable[object], access_token: object, expected: Expected) -> dict[str, Any]:
    """Return what an ID token says; raises UnknownKey, Refusal."""
    if not isinstance(token, str):
        raise Refusal("no-id-token")
    algorithm, key = _signer(token, list(keys), expected.algorithms)
    try:
        claims = jwt.decode(token, key, registry=_Chosen()).claims
        _times(expected.now).validate(claims)
    except _BROKEN as error:
        raise Refusal(getattr(error, "error", "") or "broken-id-token") from error
    for code, holds in _checks(claims, expected):
        if not holds:
            raise Refusal(code)
    if "at_hash" in claims and claims["at_hash"] != _half_hash(access_token, algorithm):
        raise Refusal("at-hash")
    return claims


def _signer(token: str, keys: list[object], algorithms: frozenset[str]) -> tuple[str, jwk.Key]:
    """Return the algorithm and the one key that can have signed the token."""
    try:
        header = jws.extract_compact(token.encode("ascii"), registry=_Chosen()).headers()
    except _BROKEN as error:
        raise Refusal("unreadable-id-token") from error
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in algorithms & ALGORITHMS:
        raise Refusal("algorithm")
    if "crit" in header or str(header.get("typ", "JWT")).upper() != "JWT":
        raise Refusal("header")
    fitting = [each for each in keys if isinstance(each, dict) and _fits(each, algorithm, kid)]
    # Without a name in the header, or with one that two keys bear, the choice would be the sender's.
    if len(fitting) != 1:
        raise UnknownKey
    return algorithm, _imported(fitting[0])


def _fits(key: Mapping[str, object], algorithm: str, kid: object) -> bool:
    kind, curve, _ = _KINDS[algorithm]
    uses = key.get("key_ops", ["verify"])
    return (
        (kid is None or key.get("kid") == kid)
        and key.get("kty") == kind
        and (curve is None or key.get("crv") == curve)
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and isinstance(uses, list)
        and "verify" in uses
    )


def _imported(data: Mapping[str, Any]) -> jwk.Key:
    try:
        # Curves have one size; a small RSA key can be broken.
        if data["kty"] == "RSA" and base64_to_int(data["n"]).bit_length() < _RSA_BITS:
            raise Refusal("small-key")
        return jwk.import_key({name: data[name] for name in _PUBLIC if name in data})
    except _BROKEN as error:
        raise Refusal("broken-key") from error


def _times(now: dt.datetime) -> jwt.JWTClaimsRegistry:
    essential: jwt.ClaimsOption = {"essential": True}
    return jwt.JWTClaimsRegistry(
        int(now.timestamp()),
        int(LEEWAY.total_seconds()),
        iss=essential,
        sub=essential,
        aud=essential,
        exp=essential,
        iat=essential,
    )


def _checks(claims: Mapping[str, Any], expected: Expected) -> Iterator[tuple[str, bool]]:
    """Yield each thing that must hold, with the word for when it does not."""
    tenant = "" if "" in expected.issuers else str(claims.get("tid"))
    yield "issuer", claims["iss"] == expected.issuers.get(tenant)
    # A second audience would be somebody else to whom this token is worth as much.
    yield "audience", claims["aud"] in (expected.client_id, [expected.client_id])
    yield "authorized-party", claims.get("azp", expected.client_id) == expected.client_id
    yield "nonce", claims.get("nonce") == expected.nonce
    subject: str = claims["sub"]
    yield "subject", 0 < len(subject) <= SUBJECT_LENGTH and subject.isascii() and subject.isprintable()


def _half_hash(access_token: object, algorithm: str) -> str | None:
    """Return what `at_hash` must be; None where there is no access token to make it from."""
    if not isinstance(access_token, str):
        return None
    whole = hashlib.new(_KINDS[algorithm][2], access_token.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()
