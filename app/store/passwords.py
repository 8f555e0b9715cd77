"""How passwords are kept: as Argon2id digests alone, made and compared a few at a time; and which are too common."""

import re
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from pwdlib import PasswordHash

from app.domain import accounts
from app.domain.errors import Invalid, Problem, Unavailable

_HASHER = PasswordHash.recommended()
_HASHING = threading.BoundedSemaphore(2)
_PATIENCE = 5.0
# Compared with when nobody has the address, so that the answer takes as long as for somebody.
_NOBODY = _HASHER.hash(secrets.token_urlsafe())

_COMMON = Path(__file__).with_name("common_passwords.txt")
_PADDING = re.compile(r"^[\d\W_]+|[\d\W_]+$")
_MOST_PADDING = 8
_SAID_AGAIN = re.compile(r"(.{1,8}?)\1+.{0,3}", re.DOTALL)
_SHORTEST_PART = 4


def accepted(field: str, raw: object, *own: str) -> str:
    """Return a new password that is long enough, not among the commonest, and not the person's `own` words.

    Raises Invalid. Nothing is asked about capitals, digits and signs, and no password is ever too old.
    """
    chosen = accounts.password(field, raw)
    if is_common(chosen):
        raise Invalid(
            Problem(field, "common", "This is one of the first passwords that would be tried. Choose another.")
        )
    if accounts.is_personal(chosen, *own):
        raise Invalid(
            Problem(field, "personal", "This is little more than your name or address. Choose another password.")
        )
    return chosen


def is_common(password: str) -> bool:
    """Whether this is one of the commonest passwords, one with digits around, two in a row, or a few signs repeated.

    The commonest are mostly too short for us, and what people make of them to be let in is as easily guessed.
    """
    plain = unicodedata.normalize("NFKC", password).casefold()
    known = _commonest()
    if plain in known or _SAID_AGAIN.fullmatch(plain):
        return True
    core = _PADDING.sub("", plain)
    if core in known and len(plain) - len(core) <= _MOST_PADDING:
        return True
    middles = range(_SHORTEST_PART, len(plain) - _SHORTEST_PART + 1)
    return any(plain[:at] in known and plain[at:] in known for at in middles)


def hashed(password: str) -> str:
    """Return the Argon2id digest to keep; takes a while, so never inside a transaction; raises Unavailable."""
    with _turn():
        return _HASHER.hash(_bytes(password))


def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password, false after as long a time where none is kept; raises Unavailable."""
    with _turn():
        return _HASHER.verify(_bytes(password), kept or _NOBODY) and kept is not None


@contextmanager
def _turn() -> Iterator[None]:
    """Let a few at a time: each takes 64 MiB and all of a processor core."""
    if not _HASHING.acquire(timeout=_PATIENCE):
        raise Unavailable("Many people are signing in just now. Please try again in a moment.")
    try:
        yield
    finally:
        _HASHING.release()


@cache
def _commonest() -> frozenset[str]:
    lines = _COMMON.read_text(encoding="utf-8").splitlines()
    return frozenset(line.casefold() for line in lines if not line.startswith("#"))


def _bytes(text: str) -> bytes:
    """Return the bytes of any text, of lone surrogates too, so that whatever was sent can be compared."""
    return text.encode("utf-8", "surrogatepass")
