"""The journal in chains: lines hold ids, digests and a seal; names and texts stand beside them and can be erased.

Lines that are there already are chained without a key, as no key is at hand here; the first line written afterwards
seals them in. The way back gives each line its name and text again, as far as they are still there.
"""

import datetime as dt
import hashlib
import hmac
import json
import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BATCH = 1000
SERVICE = "service"
NOTHING = "{}"
OLD = ("id", "at", "actor_id", "actor_name", "verb", "subject", "cluster_id", "programme_id", "before", "after")
BESIDE = ("journal_names", "journal_texts")
REFUSING = """
CREATE FUNCTION goldgap_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the journal is only added to: % on % is refused', TG_OP, TG_TABLE_NAME; END $$
"""


def upgrade() -> None:
    """Move what is there into the new shape, then have the database refuse changes."""
    op.execute("CREATE TABLE journal_before AS SELECT * FROM journal")
    op.create_index("ix_journal_before", "journal_before", ["at", "id"])
    op.drop_table("journal")
    _make_tables()
    _move_lines()
    op.drop_table("journal_before")
    _make_triggers()


def downgrade() -> None:
    """Give each line its name and text again; seals go, and with them the keys that made them."""
    columns = "j.id, j.at, j.actor_id, coalesce(n.name, '') AS actor_name, j.verb, j.subject, j.cluster_id"
    columns += f", j.programme_id, coalesce(t.before, '{NOTHING}') AS before, coalesce(t.after, '{NOTHING}') AS after"
    joined = "journal j LEFT JOIN journal_names n ON n.digest = j.name_digest"
    joined += " LEFT JOIN journal_texts t ON t.line_id = j.id"
    op.execute(f"CREATE TABLE journal_before AS SELECT {columns} FROM {joined}")  # noqa: S608 - no input
    for table in ("journal", *BESIDE):
        op.drop_table(table)  # with its triggers
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION goldgap_refuse()")
    op.create_table(
        "journal",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("actor_id", "actor_name", "verb", "subject")),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("cluster_id", "programme_id")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("before", "after")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index(op.f("ix_journal_cluster_id"), "journal", ["cluster_id"])
    names = ", ".join(OLD)
    op.execute(f"INSERT INTO journal ({names}) SELECT {names} FROM journal_before")  # noqa: S608 - no input
    op.drop_table("journal_before")
    op.execute("DELETE FROM keys WHERE purpose = 'journal'")


def _make_tables() -> None:
    op.create_table(
        "journal",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "chain")),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("actor_id", "name_digest", "verb", "subject")),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("indicator", "cluster_id", "programme_id")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("text_digest", "key_id", "seal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("chain", "position", name=op.f("uq_journal_chain_position")),
    )
    for column in ("cluster_id", "programme_id", "subject"):
        op.create_index(op.f(f"ix_journal_{column}_at"), "journal", [column, "at"])
    op.create_table(
        "journal_names",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("digest", "actor_id", "salt", "name")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_journal_names")),
    )
    op.create_index(op.f("ix_journal_names_actor_id"), "journal_names", ["actor_id"])
    op.create_table(
        "journal_texts",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("line_id", "salt", "before", "after")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_journal_texts")),
    )


def _table(name: str, *columns: str) -> sa.TableClause:
    kinds: dict[str, sa.types.TypeEngine[Any]] = {"at": sa.DateTime(timezone=True), "position": sa.Integer()}
    return sa.table(name, *(sa.column(column, kinds.get(column) or sa.String()) for column in columns))


def _move_lines() -> None:
    """Chain the lines in the order of their moments, a batch at a time, as each statement has only seconds."""
    connection, old = op.get_bind(), _table("journal_before", *OLD)
    chained = ("id", "chain", "position", "at", "actor_id", "name_digest", "verb", "subject", "indicator")
    lines = _table("journal", *chained, "cluster_id", "programme_id", "text_digest", "key_id", "seal")
    texts = _table("journal_texts", "line_id", "salt", "before", "after")
    heads: dict[str, tuple[int, str]] = {}
    names: dict[tuple[str, str], dict[str, str]] = {}
    question = sa.select(old).order_by(old.c.at, old.c.id).limit(BATCH)
    batch = connection.execute(question).all()
    while batch:
        beside = [_text(row) for row in batch]
        connection.execute(
            sa.insert(lines),
            [_line(row, heads, _name(row, names), text) for row, text in zip(batch, beside, strict=True)],
        )
        if kept := [text for text in beside if text]:
            columns = texts.c.keys()
            connection.execute(sa.insert(texts), [{name: text[name] for name in columns} for text in kept])
        behind = sa.tuple_(old.c.at, old.c.id) > sa.tuple_(
            sa.literal(batch[-1].at, sa.DateTime(timezone=True)), sa.literal(batch[-1].id)
        )
        batch = connection.execute(question.where(behind)).all()
    if kept := [name for name in names.values() if name["digest"]]:
        connection.execute(sa.insert(_table("journal_names", "digest", "actor_id", "salt", "name")), kept)


def _name(row: sa.Row[tuple[str, ...]], names: dict[tuple[str, str], dict[str, str]]) -> str:
    """Return the digest that stands for a name, one for each person and name."""
    key = (row.actor_id, row.actor_name)
    if key not in names:
        salt = secrets.token_hex(16)
        digest = _sign(salt, *key) if row.actor_name else ""
        names[key] = {"digest": digest, "actor_id": row.actor_id, "salt": salt, "name": row.actor_name}
    return names[key]["digest"]


def _text(row: sa.Row[tuple[str, ...]]) -> dict[str, str] | None:
    if (row.before, row.after) == (NOTHING, NOTHING):
        return None
    text = {"line_id": row.id, "salt": secrets.token_hex(16), "before": row.before, "after": row.after}
    return {**text, "digest": _sign(*text.values())}


def _line(
    row: sa.Row[tuple[str, ...]], heads: dict[str, tuple[int, str]], name: str, text: dict[str, str] | None
) -> dict[str, object]:
    chain = row.programme_id or SERVICE
    position, previous = heads.get(chain, (0, ""))
    position += 1
    digest = text["digest"] if text else ""
    moment = row.at.replace(tzinfo=dt.UTC) if row.at.tzinfo is None else row.at.astimezone(dt.UTC)
    indicator = _indicator(row.before, row.after)
    about = (row.actor_id, name, row.verb, row.subject, *map(_maybe, (indicator, row.cluster_id, row.programme_id)))
    seal = _sign(previous, chain, str(position), row.id, moment.isoformat(), *about, digest, "")
    heads[chain] = (position, seal)
    found = {column: getattr(row, column) for column in OLD if column not in {"actor_name", "before", "after"}}
    more = {"indicator": indicator, "name_digest": name, "text_digest": digest, "key_id": "", "seal": seal}
    return {**found, "chain": chain, "position": position, **more}


def _indicator(*texts: str) -> str | None:
    """Return the indicator that a line is about, None where it is about none."""
    for text in texts:
        try:
            found = json.loads(text)
        except ValueError:
            continue
        if isinstance(found, dict) and isinstance(found.get("indicator"), str):
            return str(found["indicator"])
    return None


def _maybe(value: str | None) -> str:
    return "" if value is None else f"={value}"


def _sign(*parts: str) -> str:
    """Return what `app/store/keys.py` gives without a key."""
    sent = (part.encode("utf-8", "surrogatepass") for part in parts)
    return hmac.new(b"", b"".join(len(part).to_bytes(8, "big") + part for part in sent), hashlib.sha256).hexdigest()


def _make_triggers() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(REFUSING)
        refuse = "FOR EACH STATEMENT EXECUTE FUNCTION goldgap_refuse()"
        op.execute(f"CREATE TRIGGER journal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON journal {refuse}")
        for table in BESIDE:
            op.execute(f"CREATE TRIGGER {table}_unchanged BEFORE UPDATE OR TRUNCATE ON {table} {refuse}")
        return
    refuse = "BEGIN SELECT RAISE(ABORT, 'the journal is only added to'); END"
    op.execute(f"CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal {refuse}")
    # REPLACE deletes the row that is in its way, and no DELETE trigger hears of it.
    same = {
        "journal": "id = NEW.id OR (chain = NEW.chain AND position = NEW.position)",
        "journal_names": "digest = NEW.digest",
        "journal_texts": "line_id = NEW.line_id",
    }
    for table, clash in same.items():
        op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {refuse}")
        there = f"EXISTS (SELECT 1 FROM {table} WHERE {clash})"  # noqa: S608 - no input
        op.execute(f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {there} {refuse}")
