"""What all tables share: names of constraints, moments in UTC, columns with a fixed choice of values."""

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import Dialect
from sqlmodel import SQLModel
from typing_extensions import override

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMES
metadata = SQLModel.metadata


class UtcDateTime(sa.types.TypeDecorator[dt.datetime]):
    """A moment in UTC: SQLite gives back naive values and PostgreSQL aware ones; this makes them one."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Keep the moment in UTC; a naive value is a programming error."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = "a moment without a time zone cannot be kept"
            raise ValueError(message)
        return value.astimezone(dt.UTC)

    @override
    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Give the moment back in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def one_of(column: str, *values: str) -> sa.CheckConstraint:
    """Return the constraint that keeps a column to these values."""
    return sa.CheckConstraint(sa.column(column).in_(values), name=column)
