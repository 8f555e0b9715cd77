"""A passkey in software: it signs as a security key would, and can be told to lie."""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url, encode_cbor

from app.store.passkeys import Site

SITE = Site("https://goldgap.example.org", "goldgap.example.org")
_PRESENT, _ATTESTED = 0x01, 0x40


@dataclass
class Authenticator:
    """One passkey; `count` is how often it has signed, and stays at 0 on most phones."""

    site: Site = SITE
    count: int = 0
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, asked: str, **lies: Any) -> str:
        """Answer the question for a new passkey, as the form sends it."""
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        attested = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + encode_cbor(public)
        data = self._data(_PRESENT | _ATTESTED) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", asked, **lies)
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def show(self, asked: str, **lies: Any) -> str:
        """Answer the question for this passkey, as the form sends it."""
        data, client = self._data(_PRESENT), self._client("webauthn.get", asked, **lies)
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, flags: int) -> bytes:
        return hashlib.sha256(self.site.host.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, asked: str, **lies: Any) -> bytes:
        said = {"type": kind, "challenge": json.loads(asked)["challenge"], "origin": self.site.origin, **lies}
        return json.dumps(said).encode()

    def _answer(self, **response: bytes) -> str:
        name = bytes_to_base64url(self.credential)
        encoded = {key: bytes_to_base64url(value) for key, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": encoded})
