"""How the service is known to an OpenID provider, and how it shows that it is the one: by a secret or by a key."""

import base64
import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import quote_plus

from authlib.common.urls import add_params_to_qs
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc7523.assertion import sign_jwt_bearer_assertion
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from joserfc import jwk, jws
from joserfc.errors import JoseError

# Where a tenant's id stands in the issuer of Entra ID for several organisations.
TENANT: Final = "{tenantid}"
ASSERTION_LIFE: Final = dt.timedelta(seconds=60)
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ALGORITHMS = {"RSA": ("RS256", "PS256"), "EC": ("ES256",), "OKP": ("Ed25519",)}
_KINDS: Mapping[type, Literal["RSA", "EC", "OKP"]] = {
    RSAPrivateKey: "RSA",
    EllipticCurvePrivateKey: "EC",
    Ed25519PrivateKey: "OKP",
}

Signed = tuple[str, Any, Any]
Authentication = Callable[[ClientAuth, str, str, Any, Any], Signed]


@dataclass(frozen=True, slots=True)
class Expectations:
    """What is read out of a provider's answers, and what they must say.

    `name` is the claim with a person's name, `email_proof` the one that must be true for the address to be believed.
    With `required_acr`, only these are accepted; `factor_acr` and `factor_amr` say that a second factor was used.
    """

    name: str = "name"
    email_proof: str = "email_verified"
    required_acr: tuple[str, ...] = ()
    factor_acr: tuple[str, ...] = ()
    factor_amr: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """What the settings say of the provider; docs/sign-in-with-openid.md explains each.

    `issuer` may hold {tenantid}, then `tenants` are the ids that may stand there. `home` is where people come back to
    from signing out. `key` is a private key, as JWK or PEM. `plainly` allows http to this machine.
    """

    issuer: str
    client_id: str
    redirect_uri: str
    home: str
    name: str
    authentication: str = "client_secret_basic"
    secret: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    scopes: str = "openid profile email"
    acr_values: str = ""
    tenants: tuple[str, ...] = ()
    plainly: bool = False
    expectations: Expectations = field(default_factory=Expectations)

    @property
    def issuers(self) -> Mapping[str, str]:
        """Every issuer that is believed, by its tenant's id; the only one by the empty name."""
        if TENANT in self.issuer:
            return {tenant: self.issuer.replace(TENANT, tenant) for tenant in self.tenants}
        return {"": self.issuer}


def with_secret(auth: ClientAuth, _method: str, uri: str, headers: Any, body: Any) -> Signed:
    """Send id and secret in the header, each encoded before (RFC 6749, section 2.3.1), which Authlib leaves out."""
    pair = f"{quote_plus(auth.client_id)}:{quote_plus(auth.client_secret)}"
    headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return uri, headers, body


def with_key(registration: Registration, clock: Callable[[], dt.datetime]) -> Authentication:
    """Return the way to show by a signature who we are (RFC 7523, `private_key_jwt`), for this issuer alone."""

    def sign(_auth: ClientAuth, _method: str, uri: str, headers: Any, body: Any) -> Signed:
        key, now = read_key(registration.key), clock()
        header = {"alg": _algorithm(key), **({"kid": key.kid} if key.get("kid") else {})}
        assertion = sign_jwt_bearer_assertion(
            key,
            issuer=registration.client_id,
            audience=registration.issuer,
            subject=registration.client_id,
            issued_at=int(now.timestamp()),
            expires_at=int((now + ASSERTION_LIFE).timestamp()),
            header=header,
        )
        shown = [("client_assertion_type", _ASSERTION_TYPE), ("client_assertion", assertion)]
        return uri, headers, add_params_to_qs(body, [*shown, ("client_id", registration.client_id)])

    return sign


def read_key(text: str) -> jwk.Key:
    """Return a private key from JWK or PEM; raises ValueError where it is none that can sign."""
    try:
        if text.lstrip().startswith("{"):
            data = json.loads(text)
            key = jwk.import_key(data, {kind: kind for kind in _KINDS.values()}[data["kty"]])
        else:
            loaded = serialization.load_pem_private_key(text.encode(), password=None)
            key = jwk.import_key(text, next(kind for known, kind in _KINDS.items() if isinstance(loaded, known)))
        algorithm = _algorithm(key)
        jws.serialize_compact({"alg": algorithm}, b"", key, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError, KeyError, StopIteration, UnsupportedAlgorithm) as error:
        raise ValueError("no key") from error
    return key


def _algorithm(key: jwk.Key) -> str:
    """Return the algorithm that a key says to be for, or the one for its kind; raises KeyError."""
    usual = _ALGORITHMS[key.key_type]
    chosen = str(key.get("alg") or usual[0])
    if chosen not in usual:
        raise KeyError(chosen)
    return chosen
