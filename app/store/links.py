"""The secrets in links that mails carry: derived from a key of the service when they are needed, so none is kept."""

import hmac

from app.store import keys
from app.store.database import Transaction
from app.store.keys import Purpose

_LENGTH = 64


def secret(tx: Transaction, kind: str, row_id: str, *, digest: str | None = None) -> str:
    """Return the secret of the link about one row: 64 characters, the same whenever it is asked for.

    A row keeps `keys.digest(secret)`. With that `digest`, the secret is the one it was made of even where the key has
    changed since. Where there is no key yet one is made, which only writing can.
    """
    if digest is not None:
        for key in keys.known(tx, Purpose.LINKS):
            if hmac.compare_digest(keys.digest(key.sign(kind, row_id)), digest):
                return key.sign(kind, row_id)
    return keys.current(tx, Purpose.LINKS).sign(kind, row_id)


def matches(tx: Transaction, kind: str, row_id: str, presented: str) -> bool:
    """Whether this is the secret of that link, under any key known; it takes as long for a near miss as for a far."""
    if len(presented) != _LENGTH or not presented.isascii():
        return False
    found = [hmac.compare_digest(key.sign(kind, row_id), presented) for key in keys.known(tx, Purpose.LINKS)]
    return any(found)
