"""A provider of the tests' own that says whatever a test wants: a real HTTP server with real keys.

Left alone it is honest, so that each test shows that the one thing which it changes is what is refused.
"""

import base64
import datetime as dt
import hashlib
import hmac
import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric import ed25519 as ed25519_keys
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from typing_extensions import override

CLIENT_ID = "goldgap"
ACCESS_TOKEN = "an-access-token"
KID = "the-key"

Answer = tuple[int, dict[str, str], bytes]
Signer = Callable[[bytes], bytes]


@cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:
    """Return the RSA key of this name, made once; the one called small is too small."""
    return rsa.generate_private_key(65537, 1024 if name == "small" else 2048)


@cache
def curve_key() -> ec.EllipticCurvePrivateKey:
    """Return a key on the curve P-256."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def edwards_key() -> ed25519_keys.Ed25519PrivateKey:
    """Return a key on Edwards' curve."""
    return ed25519_keys.Ed25519PrivateKey.generate()


def b64(raw: bytes | int) -> str:
    """Return bytes or a number in base64url without padding."""
    data = raw if isinstance(raw, bytes) else raw.to_bytes((raw.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Return the bytes of a text in base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def public_jwk(key: rsa.RSAPrivateKey, **more: object) -> dict[str, object]:
    """Return the public half of an RSA key as JWK."""
    numbers = key.public_key().public_numbers()
    return {"kty": "RSA", "n": b64(numbers.n), "e": b64(numbers.e), "kid": KID, "use": "sig", **more}


def public_curve_jwk(**more: object) -> dict[str, object]:
    """Return the public half of the key on the curve as JWK."""
    numbers = curve_key().public_key().public_numbers()
    point = {"x": b64(numbers.x.to_bytes(32, "big")), "y": b64(numbers.y.to_bytes(32, "big"))}
    return {"kty": "EC", "crv": "P-256", **point, "kid": KID, "use": "sig", **more}


def public_pem() -> bytes:
    """Return the honest public key as PEM, which everybody can know."""
    public = rsa_key("honest").public_key()
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def rs256(name: str = "honest") -> Signer:
    """Return a way to sign with an RSA key."""
    return lambda message: rsa_key(name).sign(message, padding.PKCS1v15(), hashes.SHA256())


def hs256(secret: bytes) -> Signer:
    """Return a way to sign with a shared secret."""
    return lambda message: hmac.new(secret, message, hashlib.sha256).digest()


def es256(message: bytes) -> bytes:
    """Sign on the curve, as two numbers one after the other."""
    r, s = decode_dss_signature(curve_key().sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def ps256(message: bytes) -> bytes:
    """Sign with the honest RSA key, with salt."""
    return rsa_key("honest").sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())


def ed25519(message: bytes) -> bytes:
    """Sign on Edwards' curve."""
    return edwards_key().sign(message)


def public_for(algorithm: str) -> dict[str, object]:
    """Return the public key that goes with an algorithm, as JWK."""
    if algorithm == "PS256":
        return public_jwk(rsa_key("honest"))
    if algorithm == "ES256":
        return public_curve_jwk()
    point = edwards_key().public_key().public_bytes_raw()
    return {"kty": "OKP", "crv": "Ed25519", "x": b64(point), "kid": KID}


def half_hash(algorithm: str) -> str:
    """Return what `at_hash` is for the access token."""
    name = "sha512" if algorithm in {"EdDSA", "Ed25519"} else "sha256"
    whole = hashlib.new(name, ACCESS_TOKEN.encode()).digest()
    return b64(whole[: len(whole) // 2])


def as_json(value: object, status: int = 200) -> Answer:
    """Return an answer in JSON."""
    return status, {"Content-Type": "application/json"}, json.dumps(value).encode()


class Hostile:
    """What the provider says; a test changes what it wants to. What is None in a dictionary is left out."""

    def __init__(self, issuer: str, clock: Callable[[], dt.datetime]) -> None:
        self.issuer = issuer
        self.clock = clock
        self.nonce = ""
        self.discovery: dict[str, object] = {}
        self.header: dict[str, object] = {}
        self.claims: dict[str, object] = {}
        self.signer: Signer = rs256()
        self.jwks: object = {"keys": [public_jwk(rsa_key("honest"))]}
        self.raw_id_token: object = ...
        self.tokens: dict[str, object] = {}
        self.places: dict[str, Callable[[], Answer]] = {}
        self.answer: dict[str, str | None] = {}
        self.asked: list[str] = []
        self.redeemed: list[dict[str, str]] = []

    def id_token(self) -> object:
        """Return an ID token."""
        if self.raw_id_token is not ...:
            return self.raw_id_token
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "sub": "somebody", "aud": CLIENT_ID, "nonce": self.nonce}
        claims |= {"iat": now, "exp": now + 300, "name": "Some Body", "email": "some@example.org"}  # type: ignore[dict-item]
        header = {"alg": "RS256", "kid": KID, "typ": "JWT"}
        parts = (
            b64(json.dumps(_without_none({**each, **changed})).encode())
            for each, changed in ((header, self.header), (claims, self.claims))
        )
        message = ".".join(parts)
        return f"{message}.{b64(self.signer(message.encode()))}"

    def document(self) -> dict[str, object]:
        """Return the discovery document."""
        honest = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "id_token_signing_alg_values_supported": ["RS256"],
            "authorization_response_iss_parameter_supported": True,
        }
        return _without_none({**honest, **self.discovery})

    def query(self, state: str) -> dict[str, str]:
        """Return what the browser brings back."""
        honest = {"code": "a-code", "state": state, "iss": self.issuer}
        return {name: str(value) for name, value in _without_none({**honest, **self.answer}).items()}

    def serve(self, method: str, path: str, body: bytes) -> Answer:
        """Answer a request."""
        self.asked.append(f"{method} {path}")
        if path in self.places:
            return self.places[path]()
        if path == "/token":
            self.redeemed.append(dict(parse_qsl(body.decode())))
            tokens = {
                "access_token": ACCESS_TOKEN,
                "token_type": "Bearer",
                "expires_in": 300,
                "id_token": self.id_token(),
            }
            return as_json(_without_none({**tokens, **self.tokens}))
        honest: dict[str, Callable[[], object]] = {
            "/.well-known/openid-configuration": self.document,
            "/jwks": lambda: self.jwks,
            "/userinfo": lambda: {"sub": "somebody", "name": "Some Body"},
        }
        return as_json(honest[path]()) if path in honest else as_json({}, 404)


@contextmanager
def hostile_provider(clock: Callable[[], dt.datetime], tls: ssl.SSLContext | None = None) -> Iterator[Hostile]:
    """Serve a provider on a free port of this machine, by https where there is a certificate for it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    hostile = Hostile(f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}", clock)
    server.hostile = hostile  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield hostile
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    """Hands each request to the provider of its server."""

    def _serve(self) -> None:
        hostile: Hostile = self.server.hostile  # type: ignore[attr-defined]
        length = int(self.headers.get("Content-Length") or 0)
        status, headers, body = hostile.serve(self.command, self.path, self.rfile.read(length))
        try:
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = _serve  # noqa: N815 - names that the library gives

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def _without_none(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}
