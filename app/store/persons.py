"""Everything that is kept about one person, wherever it lies, and its erasure."""

import json
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from app.domain.accounts import User
from app.store import journal, tables
from app.store.database import Transaction

# Each column that holds a person's id. A test finds the columns that look like one, so that a new one is not missed.
OWN: Mapping[str, tuple[str, ...]] = {
    "users": ("id",),
    "sessions": ("user_id",),
    "tokens": ("user_id",),
    "resets": ("user_id",),
    "totps": ("user_id",),
    "recovery_codes": ("user_id",),
    "passkeys": ("user_id",),
    "identities": ("user_id",),
    "memberships": ("user_id",),
    "invitations": ("invited_by",),
    "consents": ("given_by", "revoked_by"),
    "interests": ("user_id",),
    "answers": ("updated_by",),
    "outbox": ("user_id",),
    "notices": ("user_id",),
    "receipts": ("user_id",),
    "journal": ("actor_id",),
    "journal_names": ("actor_id",),
}
# Each column that holds a person's e-mail address without an account being needed for it.
BY_ADDRESS: Mapping[str, str] = {"users": "email", "invitations": "email", "outbox": "address"}
# Secrets and their digests, and what repeats answers that were about others as well.
_LEFT_OUT: Mapping[str, frozenset[str]] = {
    "users": frozenset({"password_hash"}),
    "sessions": frozenset({"digest", "challenge"}),
    "tokens": frozenset({"digest", "key_id"}),
    "resets": frozenset({"digest"}),
    "totps": frozenset({"secret", "last_step"}),
    "recovery_codes": frozenset({"digest"}),
    "passkeys": frozenset({"public_key", "credential"}),
    "invitations": frozenset({"digest"}),
    "receipts": frozenset({"request_digest", "headers", "body"}),
    "journal": frozenset({"chain", "position", "name_digest", "text_digest", "key_id", "seal"}),
    "journal_names": frozenset({"digest", "salt"}),
}
# What others are told can name the person; these columns hold JSON.
_TELLING = (tables.notices, tables.outbox)
_JSON = frozenset({"about", "after"})

Rows = list[dict[str, object]]


def everything(tx: Transaction, user: User) -> dict[str, Rows]:
    """Return what is kept about a person, by table, without secrets and without what is about others.

    Of what they did, what they wrote and not what was there before: that may be another's.
    """
    found = {name: _rows(tx, name, user) for name in OWN}
    lines = [str(row["id"]) for row in found["journal"]]
    texts = tables.journal_texts.c
    columns = (texts.line_id, texts.after)
    said = sa.select(*columns).where(texts.line_id.in_(lines))
    found["journal_texts"] = [_read(row) for row in tx.connection.execute(said).mappings()]
    return found


def erase(tx: Transaction, user: User) -> None:
    """Delete a person's account with all that hangs on it, and their name and address wherever else they stand.

    By their id, never by looking for the name: others can be called the same, and a name can be any word.
    """
    for table in (tables.invitations, tables.outbox):
        tx.connection.execute(sa.delete(table).where(table.c[BY_ADDRESS[table.name]] == user.email))
    names = frozenset({user.name, *_names_of(tx, user)})
    tx.connection.execute(sa.delete(tables.users).where(tables.users.c.id == user.id))
    journal.forget(tx, user.id)
    for table in _TELLING:
        _leave_unnamed(tx, table, user)
    _drop_receipts(tx, names)


def _names_of(tx: Transaction, user: User) -> Sequence[str]:
    names = tables.journal_names
    return tx.connection.execute(sa.select(names.c.name).where(names.c.actor_id == user.id)).scalars().all()


def _leave_unnamed(tx: Transaction, table: sa.Table, user: User) -> None:
    """Take a person's name, or the address that stands for it, out of what others were told."""
    marks = (("by", user.id), ("who", user.email))
    likely = [table.c.about.contains(json.dumps(mark, ensure_ascii=False), autoescape=True) for _, mark in marks]
    for row in tx.connection.execute(sa.select(table.c.id, table.c.about).where(sa.or_(*likely))).all():
        about = json.loads(row.about)
        if any(about.get(key) == mark for key, mark in marks):
            unnamed = json.dumps({**about, "who": ""}, ensure_ascii=False)
            tx.connection.execute(sa.update(table).where(table.c.id == row.id).values(about=unnamed))


def _drop_receipts(tx: Transaction, names: frozenset[str]) -> None:
    """Drop the answers to others' requests that say who changed an answer; they are kept for a day at most."""
    receipts = tables.receipts
    for row in tx.connection.execute(sa.select(receipts.c.user_id, receipts.c.key, receipts.c.body)).all():
        if not names.isdisjoint(_changed_by(row.body)):
            mine = sa.and_(receipts.c.user_id == row.user_id, receipts.c.key == row.key)
            tx.connection.execute(sa.delete(receipts).where(mine))


def _changed_by(body: bytes) -> Iterator[object]:
    """Yield every `updated_by` within a kept answer."""
    waiting = [json.loads(body)] if b"updated_by" in body else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value.get("updated_by")
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _rows(tx: Transaction, name: str, user: User) -> Rows:
    table = tables.metadata.tables[name]
    mine: list[sa.ColumnElement[bool]] = [table.c[column] == user.id for column in OWN[name]]
    if name in BY_ADDRESS:
        mine.append(table.c[BY_ADDRESS[name]] == user.email)
    shown = [column for column in table.c if column.name not in _LEFT_OUT.get(name, ())]
    statement = sa.select(*shown).where(sa.or_(*mine)).order_by(*table.primary_key.columns)
    return [_read(row) for row in tx.connection.execute(statement).mappings()]


def _read(row: sa.RowMapping) -> dict[str, object]:
    """Return a row with what is kept as JSON in its columns opened."""
    return {name: json.loads(value) if name in _JSON else value for name, value in row.items()}
