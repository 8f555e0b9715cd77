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
_JSON = frozenset({"about", "before", "after"})

Rows = list[dict[str, object]]


def everything(tx: Transaction, user: User) -> dict[str, Rows]:
    """Return what is kept about a person, by table, without secrets and without what is about others."""
    found = {name: _rows(tx, name, user) for name in OWN}
    lines = [str(row["id"]) for row in found["journal"]]
    texts = tables.journal_texts.c
    columns = (texts.line_id, texts.before, texts.after)
    said = sa.select(*columns).where(texts.line_id.in_(lines))
    found["journal_texts"] = [_read(row) for row in tx.connection.execute(said).mappings()]
    return found


def erase(tx: Transaction, user: User) -> None:
    """Delete a person's account with all that hangs on it, and their name and address wherever else they stand."""
    for table in (tables.invitations, tables.outbox):
        tx.connection.execute(sa.delete(table).where(table.c[BY_ADDRESS[table.name]] == user.email))
    tx.connection.execute(sa.delete(tables.users).where(tables.users.c.id == user.id))
    journal.forget(tx, user.id)
    texts, words = tables.journal_texts, (user.name, user.email)
    named = [row.line_id for row in _mentioning(tx, texts, ("before", "after"), words)]
    tx.connection.execute(sa.delete(texts).where(texts.c.line_id.in_(named)))
    for table in _TELLING:
        for row in _mentioning(tx, table, ("about",), words):
            about = json.dumps(_without(json.loads(row.about), words), ensure_ascii=False)
            tx.connection.execute(sa.update(table).where(table.c.id == row.id).values(about=about))


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


def _mentioning(
    tx: Transaction, table: sa.Table, columns: Sequence[str], words: Sequence[str]
) -> Iterator[sa.Row[tuple[object, ...]]]:
    """Yield the rows in whose JSON one of these words is a value of its own."""
    # As JSON has it, so that a name with a quotation mark is found, too.
    quoted = [json.dumps(word, ensure_ascii=False) for word in words if word]
    likely = [table.c[column].contains(word, autoescape=True) for column in columns for word in quoted]
    yield from tx.connection.execute(sa.select(table).where(sa.or_(sa.false(), *likely))).all()


def _without(value: object, words: Sequence[str]) -> object:
    if isinstance(value, dict):
        return {key: _without(inner, words) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without(inner, words) for inner in value]
    return "" if value in words else value
