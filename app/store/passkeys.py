"""Second factor, passkeys (WebAuthn): the rows, what a browser is asked, and whether what it answers is right."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, generate_challenge
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from app.domain.accounts import User
from app.store import sessions
from app.store.database import Transaction
from app.store.sessions import KeptSession
from app.store.tables import passkeys

_NAME = "Goldgap"
_PATIENCE = dt.timedelta(minutes=5)
_LONGEST = 20_000
_MAKE, _SHOW = "make", "show"


@dataclass(frozen=True, slots=True)
class Site:
    """Where passkeys are good: the origin that browsers give, and the host name that a passkey is bound to."""

    origin: str
    host: str


@dataclass(frozen=True, slots=True)
class Passkey:
    """What a person sees of a passkey of theirs."""

    id: str
    name: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None


def of(tx: Transaction, user_id: str) -> list[Passkey]:
    """Return a person's passkeys in the order in which they came."""
    columns = (passkeys.c.id, passkeys.c.name, passkeys.c.created_at, passkeys.c.last_used_at)
    statement = sa.select(*columns).where(passkeys.c.user_id == user_id).order_by(passkeys.c.created_at, passkeys.c.id)
    return [Passkey(**row) for row in tx.connection.execute(statement).mappings()]


def ask_for_new(tx: Transaction, session: KeptSession, site: Site) -> str:
    """Return as JSON what a browser is asked in order to make a passkey; the question is kept in the session."""
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=_NAME,
        user_id=session.user.id.encode(),
        user_name=session.user.email,
        user_display_name=session.user.name,
        challenge=_challenge(tx, session, _MAKE),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_known(tx, session.user),
    )
    return options_to_json(options)


def ask_for_known(tx: Transaction, session: KeptSession, site: Site) -> str:
    """Return as JSON what a browser is asked in order to show a passkey; the question is kept in the session."""
    options = generate_authentication_options(
        rp_id=site.host,
        challenge=_challenge(tx, session, _SHOW),
        allow_credentials=_known(tx, session.user),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return options_to_json(options)


def accepts_new(tx: Transaction, session: KeptSession, site: Site, answer: str, name: str) -> str | None:
    """Keep the passkey that a browser made, and return its id; None where the answer is not right."""
    asked = _asked(tx, session, _MAKE)
    if asked is None or len(answer) > _LONGEST:
        return None
    try:
        made = verify_registration_response(
            credential=answer, expected_challenge=asked, expected_rp_id=site.host, expected_origin=site.origin
        )
    except Exception:  # noqa: BLE001 - hostile bytes fail in the parsers below in more ways than can be listed
        return None
    credential = bytes_to_base64url(made.credential_id)
    if tx.connection.execute(sa.select(passkeys.c.id).where(passkeys.c.credential == credential)).first():
        return None
    passkey_id = tx.new_id()
    tx.connection.execute(
        sa.insert(passkeys).values(
            id=passkey_id,
            user_id=session.user.id,
            credential=credential,
            public_key=made.credential_public_key,
            sign_count=made.sign_count,
            name=name,
            created_at=tx.now,
        )
    )
    return passkey_id


def accepts_known(tx: Transaction, session: KeptSession, site: Site, answer: str) -> bool:
    """Whether a browser has shown one of the person's passkeys; a counter that did not move on is refused."""
    asked = _asked(tx, session, _SHOW)
    row = None if asked is None or len(answer) > _LONGEST else _named(tx, session.user, answer)
    if asked is None or row is None:
        return False
    try:
        shown = verify_authentication_response(
            credential=answer,
            expected_challenge=asked,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
        )
    except Exception:  # noqa: BLE001 - as above
        return False
    unmoved = passkeys.c.id == row.id, passkeys.c.sign_count == row.sign_count
    values = {"sign_count": shown.new_sign_count, "last_used_at": tx.now}
    return bool(tx.connection.execute(sa.update(passkeys).where(*unmoved).values(**values)).rowcount)


def end(tx: Transaction, user_id: str, passkey_id: str | None = None) -> int:
    """Take a person's passkeys away, one or all, and return how many there were."""
    one = (passkeys.c.id == passkey_id,) if passkey_id is not None else ()
    return tx.connection.execute(sa.delete(passkeys).where(passkeys.c.user_id == user_id, *one)).rowcount


def _challenge(tx: Transaction, session: KeptSession, purpose: str) -> bytes:
    challenge = generate_challenge()
    kept = [purpose, bytes_to_base64url(challenge), tx.now.isoformat()]
    sessions.keep_challenge(tx, session.digest, " ".join(kept))
    return challenge


def _asked(tx: Transaction, session: KeptSession, purpose: str) -> bytes | None:
    """Return what was asked for this purpose a short while ago; it is asked for once."""
    kept = sessions.take_challenge(tx, session)
    if kept is None:
        return None
    was_for, challenge, moment = kept.split()
    is_fresh = abs(tx.now - dt.datetime.fromisoformat(moment)) < _PATIENCE
    return base64url_to_bytes(challenge) if was_for == purpose and is_fresh else None


def _known(tx: Transaction, user: User) -> list[PublicKeyCredentialDescriptor]:
    statement = sa.select(passkeys.c.credential).where(passkeys.c.user_id == user.id).order_by(passkeys.c.id)
    found = tx.connection.execute(statement).scalars()
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(credential)) for credential in found]


def _named(tx: Transaction, user: User, answer: str) -> sa.Row[Any, Any, Any] | None:
    """Return the person's passkey that an answer names, None for anybody else's."""
    try:
        credential = json.loads(answer)["id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(credential, str) or not credential.isascii() or not credential.isprintable():
        return None
    mine = passkeys.c.user_id == user.id, passkeys.c.credential == credential
    columns = (passkeys.c.id, passkeys.c.public_key, passkeys.c.sign_count)
    return tx.connection.execute(sa.select(*columns).where(*mine)).one_or_none()
