"""The database's shape: make it, bring it up or down, compare it."""

from typing import Annotated

import typer

from app.cli.console import AsJson, Refused, show
from app.settings import Settings
from app.store import schema

commands = typer.Typer()
migrate = typer.Typer(no_args_is_help=True, help="Bring the database to another revision, or look at it.")
commands.add_typer(migrate, name="migrate")


@commands.command()
def init(*, as_json: AsJson = False) -> None:
    """Create or upgrade the database; no demo data. Doing it again changes nothing."""
    settings = Settings()
    schema.upgrade(settings.database_url)
    _show_revision(settings, as_json=as_json)


@migrate.command()
def up(*, to: Annotated[str, typer.Option(help="The revision to end at.")] = "head", as_json: AsJson = False) -> None:
    """Upgrade, to the newest revision unless told otherwise."""
    settings = Settings()
    schema.upgrade(settings.database_url, to)
    _show_revision(settings, as_json=as_json)


@migrate.command()
def down(
    *,
    to: Annotated[str, typer.Option(help="The revision to end at; `base` leaves nothing.")] = "-1",
    as_json: AsJson = False,
) -> None:
    """Take the newest revision back, with the data that only it can hold."""
    settings = Settings()
    schema.downgrade(settings.database_url, to)
    _show_revision(settings, as_json=as_json)


@migrate.command()
def check(*, as_json: AsJson = False) -> None:
    """Compare the database with the tables that the program declares."""
    settings = Settings()
    differences = schema.check(settings.database_url)
    lines = differences or ("The database is what the program declares.",)
    show({"differences": differences}, lines, as_json=as_json)
    if differences:
        raise Refused("The database is not what the program declares.")


@migrate.command()
def current(*, as_json: AsJson = False) -> None:
    """Print the revision that the database is at."""
    _show_revision(Settings(), as_json=as_json)


def _show_revision(settings: Settings, *, as_json: bool) -> None:
    revision, newest = schema.current(settings.database_url), schema.head()
    line = f"The database is at revision {revision}" if revision else "The database is empty"
    line += ", the newest." if revision == newest else f"; the newest is {newest}."
    show({"revision": revision, "newest": newest}, [line], as_json=as_json)
