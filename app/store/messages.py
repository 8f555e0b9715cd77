"""What people are told: mail waiting to be sent and notices in the service, in the transaction of their cause."""

import json
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from app.domain.messages import ABOUT_SAFETY, Kind
from app.store.database import Transaction
from app.store.tables import notices, outbox, users


def post(
    tx: Transaction,
    kind: Kind,
    address: str,
    *,
    language: str | None = None,
    user_id: str | None = None,
    about: Mapping[str, str] | None = None,
) -> None:
    """Put a mail into the outbox. `about` holds ids and names, never a secret: links are made when it is sent."""
    tx.connection.execute(
        sa.insert(outbox).values(
            id=tx.new_id(),
            user_id=user_id,
            address=address,
            language=language or "",
            kind=kind,
            about=_json(about),
            created_at=tx.now,
            next_at=tx.now,
        )
    )


def tell(tx: Transaction, kind: Kind, user_ids: Iterable[str], path: str, about: Mapping[str, str]) -> None:
    """Leave people a notice that leads to `path`, and mail it to those who have not turned its kind off."""
    columns = (users.c.id, users.c.email, users.c.language, users.c.muted, users.c.is_demo)
    statement = sa.select(*columns).where(users.c.id.in_(sorted(set(user_ids))), sa.not_(users.c.is_disabled))
    for person in tx.connection.execute(statement.order_by(users.c.id)).all():
        values = {"user_id": person.id, "kind": kind, "about": _json(about), "path": path, "created_at": tx.now}
        tx.connection.execute(sa.insert(notices).values(id=tx.new_id(), **values))
        if not person.is_demo and (kind in ABOUT_SAFETY or kind not in person.muted.split()):
            everything = {**about, "path": path}
            post(tx, kind, person.email, language=person.language, user_id=person.id, about=everything)


def _json(about: Mapping[str, str] | None) -> str:
    return json.dumps(dict(about or {}), ensure_ascii=False)
