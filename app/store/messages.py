"""What people are told: mail waiting to be sent and notices in the service, in the transaction of their cause."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.domain import days
from app.domain.accounts import has_address
from app.domain.members import DEPUTY
from app.domain.messages import ABOUT, ABOUT_SAFETY, ROW, Kind
from app.domain.roles import Role
from app.store.database import Transaction
from app.store.tables import notices, outbox, users


@dataclass(frozen=True, slots=True)
class MailState:
    """What became of a mail: `sent_at` or `failed_at` where it came to that, neither while it waits."""

    created_at: dt.datetime
    sent_at: dt.datetime | None
    failed_at: dt.datetime | None
    failure: str


def post(
    tx: Transaction,
    kind: Kind,
    address: str,
    *,
    language: str | None = None,
    user_id: str | None = None,
    about: Mapping[str, str] | None = None,
) -> str:
    """Put a mail into the outbox and return its id; without a known language it is written in every one.

    `about` holds what `domain.messages.ABOUT` asks for, ids and names and never a secret: links are made when it is
    sent.
    """
    _require(kind, about)
    mail_id = tx.new_id()
    tx.connection.execute(
        sa.insert(outbox).values(
            id=mail_id,
            user_id=user_id,
            address=address,
            language=language or "",
            kind=kind,
            about=_json(about),
            about_id=(about or {}).get(ROW.get(kind, "")),
            created_at=tx.now,
            next_at=tx.now,
        )
    )
    return mail_id


def tell(tx: Transaction, kind: Kind, user_ids: Iterable[str], path: str, about: Mapping[str, str]) -> None:
    """Leave people a notice that leads to `path`, and mail it to those who have not turned its kind off.

    The demo's people, and who has no address, get the notice alone.
    """
    _require(kind, about)
    columns = (users.c.id, users.c.email, users.c.language, users.c.muted, users.c.is_demo)
    statement = sa.select(*columns).where(users.c.id.in_(sorted(set(user_ids))), sa.not_(users.c.is_disabled))
    for person in tx.connection.execute(statement.order_by(users.c.id)).all():
        values = {"user_id": person.id, "kind": kind, "about": _json(about), "path": path, "created_at": tx.now}
        tx.connection.execute(sa.insert(notices).values(id=tx.new_id(), **values))
        if (
            not person.is_demo
            and has_address(person.email)
            and (kind in ABOUT_SAFETY or kind not in person.muted.split())
        ):
            everything = {**about, "path": path}
            post(tx, kind, person.email, language=person.language, user_id=person.id, about=everything)


def about_role(role: Role, until: dt.datetime | None) -> dict[str, str]:
    """Return a role as `about` says it: that of a deputy by its own name, and with its last day."""
    return {"role": str(role)} if until is None else {"role": DEPUTY, "day": days.last_before(until).isoformat()}


def about_invitation(role: Role, until: dt.datetime | None, giver_becomes: str | None) -> dict[str, str]:
    """Return what somebody is invited to, as `about` says it; `hands_over` is there where they take over."""
    return about_role(role, until) | ({"hands_over": "yes"} if giver_becomes else {})


def state(tx: Transaction, kind: Kind, about_id: str) -> MailState | None:
    """Return what became of the newest mail about this row, such as an invitation; None where there is none."""
    columns = (outbox.c.created_at, outbox.c.sent_at, outbox.c.failed_at, outbox.c.failure)
    statement = sa.select(*columns).where(outbox.c.kind == kind, outbox.c.about_id == about_id)
    newest = statement.order_by(outbox.c.created_at.desc(), outbox.c.id.desc()).limit(1)
    row = tx.connection.execute(newest).mappings().one_or_none()
    return None if row is None else MailState(**row)


def muted(tx: Transaction, user_id: str, *, to_change: bool = False) -> frozenset[str]:
    """Return the kinds of mail that a person has turned off, locked where they are to be changed."""
    statement = sa.select(users.c.muted).where(users.c.id == user_id)
    found = tx.connection.execute(statement.with_for_update() if to_change else statement).scalar_one_or_none()
    return frozenset((found or "").split())


def mute(tx: Transaction, user_id: str, kinds: Iterable[str]) -> None:
    """Let these be the kinds of mail that a person has turned off."""
    listed = " ".join(sorted(set(kinds)))
    tx.connection.execute(sa.update(users).where(users.c.id == user_id).values(muted=listed))


def _require(kind: Kind, about: Mapping[str, str] | None) -> None:
    missing = ABOUT[kind] - set(about or {})
    if "who" in (about or {}):
        missing |= {"by"} - set(about or {})  # by which the name is found again when the person is to be forgotten
    if missing:
        # Found where it is left rather than where it is sent, when its cause is long past.
        raise ValueError(f"a message of the kind {kind} needs to know {sorted(missing)}")


def _json(about: Mapping[str, str] | None) -> str:
    return json.dumps(dict(about or {}), ensure_ascii=False)
