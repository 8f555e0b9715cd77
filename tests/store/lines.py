"""Reads the journal as it lies in the database: every line with its name and its text, where they are still there."""

from typing import Any

import sqlalchemy as sa

from app.store.database import Store
from app.store.tables import journal, journal_names, journal_texts

# The tables that writing a line touches: a key is made for the first one, and refusals are counted.
TABLES = frozenset({"journal", "journal_names", "journal_texts", "keys", "attempts"})


def lines(store: Store) -> list[dict[str, Any]]:
    """Return every line in the order in which the lines were noted, ids being given out in order."""
    joined = journal.outerjoin(journal_names, journal_names.c.digest == journal.c.name_digest)
    joined = joined.outerjoin(journal_texts, journal_texts.c.line_id == journal.c.id)
    columns = (*journal.c, journal_names.c.name, journal_texts.c.before, journal_texts.c.after)
    with store.reading() as tx:
        statement = sa.select(*columns).select_from(joined).order_by(journal.c.id)
        return [dict(row) for row in tx.connection.execute(statement).mappings()]
