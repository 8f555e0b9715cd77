"""The service's keys: kept in the database, wrapped by the secret of the settings, made when first needed.

The newest key of a purpose is the one in use; older ones stay, so that what was made with them can still be checked.
Which keys there are is read from the database each time, so that what another process has changed is seen at once;
only the unwrapping is remembered.
"""

import base64
import datetime as dt
import enum
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from functools import lru_cache

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from typing_extensions import override

from app.domain.errors import Unavailable
from app.store.database import Transaction, hold
from app.store.tables import keys

_BYTES = 32
_REMEMBERED = 256
# Asked with every line of the journal, so built once: building a question takes as long as asking it.
_KNOWN = (
    sa.select(keys.c.id, keys.c.wrapped)
    .where(keys.c.purpose == sa.bindparam("purpose"))
    .order_by(keys.c.created_at.desc(), keys.c.id.desc())
)
_NEWEST = _KNOWN.limit(1)


class Purpose(enum.StrEnum):
    """What a key is for; none is used for two things."""

    JOURNAL = "journal"
    LINKS = "links"
    TOKENS = "tokens"
    SECOND_FACTORS = "second-factors"
    COOKIES = "cookies"
    ATTEMPTS = "attempts"


class WrongSecret(Unavailable):
    """The keys in the database were wrapped with another secret than the one that is set.

    To those who use the service it is just not available; what the operator is to mend is its text.
    """

    @override
    def __str__(self) -> str:
        return "GOLDGAP_SECRET_KEY is not the one that the keys in this database were wrapped with."


@dataclass(frozen=True, slots=True)
class KeyLine:
    """What may be told about a key."""

    id: str
    purpose: str
    created_at: dt.datetime
    in_use: bool


@dataclass(frozen=True, slots=True)
class Key:
    """A key in the open, never written anywhere and kept out of every representation."""

    id: str
    secret: bytes = field(repr=False)

    def sign(self, *parts: str) -> str:
        """Return the HMAC-SHA256 of these parts, in hexadecimal; no two lists of parts read the same."""
        message = b"".join(len(part).to_bytes(8, "big") + part for part in map(_bytes, parts))
        return hmac.new(self.secret, message, hashlib.sha256).hexdigest()

    def seal(self, text: str) -> str:
        """Return text that only this key can read."""
        return self._fernet.encrypt(_bytes(text)).decode()

    def open(self, sealed: str, within: int | None = None) -> str | None:
        """Return what was sealed, None where it was not by this key, or longer than `within` seconds ago."""
        try:
            return self._fernet.decrypt(sealed, ttl=within).decode()
        except (InvalidToken, ValueError):
            return None

    @property
    def _fernet(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(_derived(self.secret, b"sealing")))


def current(tx: Transaction, purpose: Purpose) -> Key:
    """Return the key in use, made now where there is none, which only writing can; raises WrongSecret."""
    found = newest(tx, purpose)
    if found is None:
        hold(tx, f"keys {purpose}")
        found = newest(tx, purpose)
    return found or add(tx, purpose)


def newest(tx: Transaction, purpose: Purpose) -> Key | None:
    """Return the key in use, None where none was ever needed; raises WrongSecret."""
    row = tx.connection.execute(_NEWEST, {"purpose": purpose}).first()
    return None if row is None else Key(row.id, _unwrapped(tx.secret, row.wrapped))


def known(tx: Transaction, purpose: Purpose) -> list[Key]:
    """Return every key of a purpose, the one in use first; raises WrongSecret."""
    found = tx.connection.execute(_KNOWN, {"purpose": purpose})
    return [Key(row.id, _unwrapped(tx.secret, row.wrapped)) for row in found]


def listed(tx: Transaction) -> list[KeyLine]:
    """Return what may be told about every key, by purpose, the one in use first."""
    columns = (keys.c.id, keys.c.purpose, keys.c.created_at)
    order = (keys.c.purpose, keys.c.created_at.desc(), keys.c.id.desc())
    found: list[KeyLine] = []
    for row in tx.connection.execute(sa.select(*columns).order_by(*order)):
        is_first = not found or found[-1].purpose != row.purpose
        found.append(KeyLine(row.id, row.purpose, row.created_at, in_use=is_first))
    return found


def named(tx: Transaction, purpose: Purpose, key_id: str) -> Key | None:
    """Return the key of a purpose that has this id, None where there is none; raises WrongSecret."""
    statement = sa.select(keys.c.wrapped).where(keys.c.id == key_id, keys.c.purpose == purpose)
    wrapped = tx.connection.execute(statement).scalar_one_or_none()
    return None if wrapped is None else Key(key_id, _unwrapped(tx.secret, wrapped))


def add(tx: Transaction, purpose: Purpose) -> Key:
    """Make a new key, which is the one in use from now on; raises WrongSecret."""
    # Not with a secret that opens none of the others.
    claim(tx)
    require_secret(tx)
    made = Key(tx.new_id(), secrets.token_bytes(_BYTES))
    values = {"purpose": purpose, "wrapped": _wrapped(tx.secret, made.secret), "created_at": _moment(tx, purpose)}
    tx.connection.execute(sa.insert(keys).values(id=made.id, **values))
    return made


def claim(tx: Transaction) -> None:
    """Keep others from making keys, or wrapping them anew, until the transaction ends; before any chain is held."""
    hold(tx, "keys")


def require_secret(tx: Transaction) -> None:
    """Pass where the secret of the settings opens every key; raises WrongSecret."""
    for wrapped in tx.connection.execute(sa.select(keys.c.wrapped)).scalars():
        _unwrapped(tx.secret, wrapped)


def wrap_anew(tx: Transaction, secret: str) -> int:
    """Wrap every key with a new secret of the settings, and return how many there are; raises WrongSecret."""
    claim(tx)
    found = tx.connection.execute(sa.select(keys.c.id, keys.c.wrapped).with_for_update()).all()
    for row in found:
        wrapped = _wrapped(secret, _unwrapped(tx.secret, row.wrapped))
        tx.connection.execute(sa.update(keys).where(keys.c.id == row.id).values(wrapped=wrapped))
    return len(found)


def digest(secret: str) -> str:
    """Return the SHA-256 of a secret of our own making, which is long and random enough to need no more."""
    return hashlib.sha256(_bytes(secret)).hexdigest()


def _moment(tx: Transaction, purpose: Purpose) -> dt.datetime:
    """Return when a key is made: now, or just after the one before it where a clock was put back since."""
    latest = sa.select(keys.c.created_at).where(keys.c.purpose == purpose).order_by(keys.c.created_at.desc()).limit(1)
    before: dt.datetime | None = tx.connection.execute(latest).scalar_one_or_none()
    return tx.now if before is None else max(tx.now, before + dt.timedelta(microseconds=1))


def _wrapped(secret: str, key: bytes) -> str:
    return _wrapping(secret).encrypt(key).decode()


@lru_cache(_REMEMBERED)
def _unwrapped(secret: str, wrapped: str) -> bytes:
    try:
        return _wrapping(secret).decrypt(wrapped)
    except InvalidToken:
        raise WrongSecret from None


def _wrapping(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_derived(_bytes(secret), b"wrapping")))


def _derived(secret: bytes, use: bytes) -> bytes:
    """Return a key for one use alone (HKDF, RFC 5869)."""
    return HKDF(hashes.SHA256(), _BYTES, salt=None, info=b"goldgap " + use).derive(secret)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
