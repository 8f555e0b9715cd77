"""Codes that stand in for a lost second factor: each good once, kept as digests, shown when they are made."""

import base64
import re
import secrets

import sqlalchemy as sa

from app.domain.accounts import RECOVERY_CODES
from app.store.database import Transaction
from app.store.keys import digest
from app.store.tables import recovery_codes

_BYTES = 15  # 120 bits, 24 letters and digits: enough for a plain digest
_GROUP = 4
_BESIDE = re.compile(r"[\s-]+")


def make(tx: Transaction, user_id: str) -> tuple[str, ...]:
    """Make new codes in place of all earlier ones, and return them."""
    end(tx, user_id)
    codes = tuple(_code() for _ in range(RECOVERY_CODES))
    tx.connection.execute(
        sa.insert(recovery_codes), [{"user_id": user_id, "digest": digest(_bare(code))} for code in codes]
    )
    return codes


def left(tx: Transaction, user_id: str) -> int:
    """Return how many codes of a person are still good."""
    unused = recovery_codes.c.user_id == user_id, recovery_codes.c.used_at.is_(None)
    counted = sa.select(sa.func.count()).select_from(recovery_codes).where(*unused)
    return int(tx.connection.execute(counted).scalar_one())


def accepts(tx: Transaction, user_id: str, code: str) -> bool:
    """Use up a code, however it is spaced and in whatever case; returns whether it was good until now."""
    unused = (
        recovery_codes.c.user_id == user_id,
        recovery_codes.c.digest == digest(_bare(code)),
        recovery_codes.c.used_at.is_(None),
    )
    return bool(tx.connection.execute(sa.update(recovery_codes).where(*unused).values(used_at=tx.now)).rowcount)


def end(tx: Transaction, user_id: str) -> None:
    """Take all codes of a person away."""
    tx.connection.execute(sa.delete(recovery_codes).where(recovery_codes.c.user_id == user_id))


def _code() -> str:
    letters = base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower()
    return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))


def _bare(code: str) -> str:
    return _BESIDE.sub("", code).lower()
