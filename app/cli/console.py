"""What the commands share: the open database, and how things are said on the terminal."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer

from app.main import make_store
from app.settings import Settings
from app.store import schema
from app.store.database import Store
from app.usecases import keys

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Refused(Exception):
    """A command cannot do what was asked; each argument is one plain sentence."""


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Store]:
    """Open the database that the settings name; raises Refused unless it is at the newest revision, WrongSecret."""
    chosen = settings or Settings()
    revision = schema.current(chosen.database_url)
    if revision != schema.head():
        raise Refused(f"The database is at revision {revision}, not at {schema.head()}: run `goldgap init` first.")
    store = make_store(chosen)
    try:
        keys.require_secret(store)
        yield store
    finally:
        store.dispose()


def show(data: object, lines: Iterable[str], *, as_json: bool) -> None:
    """Print data for programs, or lines for people."""
    if as_json:
        typer.echo(json.dumps(data, ensure_ascii=False, indent=2, default=str))
        return
    for line in lines:
        typer.echo(line)


def columns(rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Yield rows as lines in which each column is as wide as its widest text."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    for row in texts:
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
