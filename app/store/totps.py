"""Second factor, codes by time (TOTP, RFC 6238): the secret sealed, a step of time taken once, codes a step around."""

import hmac
import re
from typing import Any

import pyotp
import sqlalchemy as sa

from app.store import keys
from app.store.database import Transaction
from app.store.keys import Purpose
from app.store.tables import totps

ISSUER = "Goldgap"
_CODE = re.compile(r"[0-9]{6}")
_STEP = 30
_STEPS_AROUND = (-1, 0, 1)


def begin(tx: Transaction, user_id: str) -> None:
    """Make a new secret, in place of one that was not confirmed yet; it counts once a code of it has been shown."""
    end(tx, user_id)
    sealed = keys.current(tx, Purpose.SECOND_FACTORS).seal(pyotp.random_base32())
    tx.connection.execute(sa.insert(totps).values(user_id=user_id, secret=sealed, last_step=0))


def pending(tx: Transaction, user_id: str) -> str | None:
    """Return the secret that a code is still to be shown of."""
    row = _row(tx, user_id)
    return None if row is None or row.confirmed_at is not None else _opened(tx, row.secret)


def is_on(tx: Transaction, user_id: str) -> bool:
    """Whether a person has shown that they have the secret."""
    row = _row(tx, user_id)
    return row is not None and row.confirmed_at is not None


def accepts(tx: Transaction, user_id: str, code: str, *, confirm: bool = False) -> bool:
    """Take a code of now, or of half a minute around; no code is taken twice, nor one older than the last taken.

    `confirm` is for the first code of a new secret, which counts from then on.
    """
    row = _row(tx, user_id)
    if row is None or (row.confirmed_at is None) != confirm or not _CODE.fullmatch(code):
        return False
    secret = _opened(tx, row.secret)
    if secret is None:
        return False
    step = _step_of(pyotp.TOTP(secret), int(tx.now.timestamp()) // _STEP, code)
    # Where the clock was set back, older steps than the last one taken stay refused until it has caught up.
    untaken = totps.c.user_id == user_id, totps.c.secret == row.secret, totps.c.last_step < step
    moment = {"confirmed_at": tx.now} if confirm else {}
    return bool(tx.connection.execute(sa.update(totps).where(*untaken).values(last_step=step, **moment)).rowcount)


def end(tx: Transaction, user_id: str) -> bool:
    """Take the secret away; returns whether there was one that counted."""
    was_on = is_on(tx, user_id)
    tx.connection.execute(sa.delete(totps).where(totps.c.user_id == user_id))
    return was_on


def address(secret: str, email: str) -> str:
    """Return what an authenticator app reads from a square."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)


def _row(tx: Transaction, user_id: str) -> sa.Row[Any, Any] | None:
    columns = (totps.c.secret, totps.c.confirmed_at)
    return tx.connection.execute(sa.select(*columns).where(totps.c.user_id == user_id)).one_or_none()


def _step_of(codes: pyotp.TOTP, now: int, code: str) -> int:
    """Return the latest of the steps around now that the code belongs to, 0 for none."""
    steps = (now + around for around in _STEPS_AROUND)
    return max((step for step in steps if hmac.compare_digest(codes.generate_otp(step), code)), default=0)


def _opened(tx: Transaction, sealed: str) -> str | None:
    opened = (key.open(sealed) for key in keys.known(tx, Purpose.SECOND_FACTORS))
    return next((secret for secret in opened if secret), None)
