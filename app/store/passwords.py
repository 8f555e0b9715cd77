"""How passwords are kept: as Argon2id digests alone, and compared a few at a time."""

import secrets
import threading

from pwdlib import PasswordHash

from app.domain.errors import Unavailable

_HASHER = PasswordHash.recommended()
_HASHING = threading.BoundedSemaphore(2)
_PATIENCE = 5.0
# Compared with when nobody has the address, so that the answer takes as long as for somebody.
_NOBODY = _HASHER.hash(secrets.token_urlsafe())


def hashed(password: str) -> str:
    """Return the Argon2id digest to keep; takes a while, so never inside a transaction."""
    return _HASHER.hash(_bytes(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password, false after as long a time where none is kept; raises Unavailable.

    A few are compared at a time: each takes 64 MiB and all of a processor core.
    """
    if not _HASHING.acquire(timeout=_PATIENCE):
        raise Unavailable("Many people are signing in just now. Please try again in a moment.")
    try:
        return _HASHER.verify(_bytes(password), kept or _NOBODY) and kept is not None
    finally:
        _HASHING.release()


def _bytes(text: str) -> bytes:
    """Return the bytes of any text, of lone surrogates too, so that whatever was sent can be compared."""
    return text.encode("utf-8", "surrogatepass")
