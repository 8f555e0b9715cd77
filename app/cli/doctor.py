"""What an operator should know about an installation, and what is unsafe about it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from app import __version__
from app.cli.console import AsJson, Refused, opened, show
from app.frameworks import reader
from app.frameworks.schema import CatalogueError
from app.settings import Settings, unknown_variables
from app.store import schema
from app.store.database import Store, journal_mode
from app.store.keys import WrongSecret
from app.usecases import mail, operators
from app.usecases.operators import OPERATOR

commands = typer.Typer()
_OTHERS = 0o077
_WRITABLE_BY_OTHERS = 0o022


@commands.command()
def doctor(
    *,
    production: Annotated[bool, typer.Option("--production", help="Judge as if real data were served.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say what is set up, and each insecure or unsafe setting in a line; fails where there is any."""
    settings = Settings()
    facts = _facts(settings)
    problems = [*_in_settings(settings, production=production), *_in_database(settings, production=production)]
    problems += [*_in_files(settings), *_in_catalogues()]
    lines = [*(f"{name}: {fact}" for name, fact in facts.items()), *problems]
    show({"facts": facts, "problems": problems}, lines, as_json=as_json)
    if problems:
        raise Refused(f"{len(problems)} {'problem' if len(problems) == 1 else 'problems'} found.")


def _facts(settings: Settings) -> dict[str, str]:
    database = "PostgreSQL"
    if settings.is_sqlite:
        database = f"SQLite, journal mode {journal_mode()}, synchronous FULL, one process"
    way = urlsplit(settings.mail_url.get_secret_value())
    # Without user and password.
    mails = f"{way.scheme}://{way.hostname or way.path}" if way.scheme else "nowhere"
    return {"version": __version__, "environment": settings.environment, "database": database, "mail": mails}


def _in_settings(settings: Settings, *, production: bool) -> Iterator[str]:
    if production or settings.is_production:
        yield from settings.problems()
        if not settings.contact:
            # Not unsafe, so no reason not to start; but people would be told to write to nobody.
            yield "GOLDGAP_CONTACT is not set; the page Help and contact can name nobody who runs the service."
    for name in unknown_variables(os.environ):
        yield f"{name} is no setting of this version; it has no effect."


def _in_database(settings: Settings, *, production: bool) -> Iterator[str]:
    try:
        revision = schema.current(settings.database_url)
    except schema.SchemaFault as fault:
        yield str(fault)
        return
    if revision != schema.head():
        yield f"The database is at revision {revision}, not at {schema.head()}: run `goldgap init`."
        return
    yield from (f"The database differs from its migrations: {found}." for found in schema.check(settings.database_url))
    try:
        with opened(settings) as store:
            has_demo = any(user.is_demo and not user.is_disabled for user in operators.users(store))
            if (production or settings.is_production) and has_demo:
                yield "The database has demo accounts, which anybody could enter."
            yield from _in_mail(store)
    except WrongSecret as wrong:
        yield str(wrong)


def _in_mail(store: Store) -> Iterator[str]:
    if failed := mail.overview(store, OPERATOR).failed:
        yield f"Mails that could not be sent: {failed}. `goldgap mail list --failed` says why."
    if overdue := mail.overdue(store, OPERATOR):
        yield f"Mails that nobody has tried to send for half an hour: {overdue}. Is `goldgap worker` running?"


def _in_files(settings: Settings) -> Iterator[str]:
    """Look whether anybody else on this machine could read the database."""
    file = Path(settings.database_url.removeprefix("sqlite:///").partition("?")[0])
    if settings.is_sqlite and file.is_file() and file.stat().st_mode & _OTHERS:
        yield f"{file} is open to other people of this machine."
    if settings.data_dir.is_dir() and settings.data_dir.stat().st_mode & _WRITABLE_BY_OTHERS:
        yield f"{settings.data_dir} can be written to by other people of this machine."


def _in_catalogues() -> Iterator[str]:
    try:
        reader.check_released()
    except CatalogueError as error:
        yield from error.problems
