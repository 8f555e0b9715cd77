"""A row for every table, what a database holds, and what it says about its own tables."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from app.store.database import make_engine


def value(column: sa.Column[Any]) -> object:
    """What a row of every table can hold: text columns all say the same, so that references find their row."""
    special = {
        "role": "manager",
        "state": "draft",
        "closed_as": "accepted",
        "audience": "peers",
        "giver_becomes": "nothing",
    }
    if column.table.name in {"memberships", "invitations"} and column.name == "programme_id":
        return None
    kinds: dict[type, object] = {
        str: special.get(column.name, "x"),
        bool: True,
        int: 1,
        bytes: b"\x03",
        dt.datetime: dt.datetime(2026, 9, 30, 12, tzinfo=dt.UTC),
        dt.date: dt.date(2026, 9, 30),
    }
    return kinds[column.type.python_type]


@contextmanager
def writing(url: str) -> Iterator[sa.Connection]:
    engine = make_engine(url)
    try:
        with engine.execution_options(goldgap_writing=True).connect() as connection, connection.begin():
            yield connection
    finally:
        engine.dispose()


def fill(url: str, tables: set[str]) -> None:
    """Put a row into each of these tables, as they are at the database's own revision."""
    with writing(url) as connection:
        for table in _reflected(connection).sorted_tables:
            if table.name in tables:
                row = {column.name: value(column) for column in table.columns}
                connection.execute(sa.insert(table).values(row))


def content(url: str, tables: set[str]) -> dict[str, list[dict[str, object]]]:
    """Return the rows of these tables, as they are at the database's own revision."""
    with writing(url) as connection:
        known = _reflected(connection).tables
        return {
            name: [dict(row) for row in connection.execute(sa.select(known[name])).mappings()]
            for name in sorted(tables)
        }


def _reflected(connection: sa.Connection) -> sa.MetaData:
    found = sa.MetaData()
    found.reflect(connection)
    return found


def shape(url: str) -> dict[str, object]:
    """Everything that the database itself says about its tables."""
    with writing(url) as connection:
        return _shape(sa.inspect(connection))


def _shape(inspector: sa.Inspector) -> dict[str, object]:
    found: dict[str, object] = {}
    for name in inspector.get_table_names():
        if name == "alembic_version":
            continue
        columns = [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in inspector.get_columns(name)]
        parts = (
            [inspector.get_pk_constraint(name)],
            inspector.get_foreign_keys(name),
            inspector.get_unique_constraints(name),
            inspector.get_check_constraints(name),
            inspector.get_indexes(name),
        )
        found[name] = [columns, *(sorted(map(repr, part)) for part in parts)]
    return found
