"""The service's keys: see which there are, make new ones, wrap them all with a new secret."""

import dataclasses
import sys
from typing import Annotated, Final

import typer

from app.cli.console import AsJson, Refused, columns, opened, show
from app.settings import Settings, secret_problem
from app.store.keys import Purpose
from app.usecases import keys as usecases
from app.usecases.operators import OPERATOR

commands = typer.Typer()
keys = typer.Typer(no_args_is_help=True, help="The service's own keys, and the secret that wraps them.")
commands.add_typer(keys, name="keys")
SECRET: Final = "secret"  # noqa: S105 - a word, no secret
# What becomes of what was made with the key before.
_AFTERWARDS = {
    Purpose.JOURNAL: "Lines are sealed with it from now on; earlier ones are checked with the keys that sealed them.",
    Purpose.TOKENS: "Tokens are kept with it from now on; those there are stay valid until they expire or are revoked.",
    Purpose.LINKS: "Links are made with it from now on; those sent out already still work for as long as they do.",
    Purpose.COOKIES: "Cookies are made with it from now on; those in browsers are still read until they are too old.",
    Purpose.SECOND_FACTORS: "Second factors are kept with it from now on; those there are still work.",
    Purpose.ATTEMPTS: "Attempts are counted under new names from now on, so that every count begins at nought.",
}
What = Annotated[str, typer.Argument(metavar="|".join((*Purpose, SECRET)), help="The purpose of the key, or `secret`.")]


@keys.command("list")
def list_keys(*, as_json: AsJson = False) -> None:
    """List every key by purpose, the one in use first; none is ever shown."""
    with opened() as store:
        found = usecases.listed(store)
    rows = [(key.purpose, key.id, f"{key.created_at:%Y-%m-%d %H:%M} UTC", _use(in_use=key.in_use)) for key in found]
    lines = columns(rows) if rows else ["There are none yet; each is made when it is first needed."]
    show([dataclasses.asdict(key) for key in found], lines, as_json=as_json)


@keys.command()
def rotate(
    what: What,
    *,
    new_secret_stdin: Annotated[
        bool, typer.Option("--new-secret-stdin", help="With `secret`: read the new one, one line.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a new key for a purpose, or wrap all of them with a new GOLDGAP_SECRET_KEY.

    For the secret: stop the service, rotate, change the setting, start. Until then every key is opened by the old one.
    """
    if what == SECRET:
        _rotate_secret(new_secret_stdin=new_secret_stdin, as_json=as_json)
        return
    if what not in set(Purpose) or new_secret_stdin:
        raise Refused(f"Choose one of {', '.join((*Purpose, SECRET))}; only the secret is read from standard input.")
    purpose = Purpose(what)
    with opened() as store:
        made = usecases.rotate(store, OPERATOR, purpose)
    show(dataclasses.asdict(made), [f"Made the key {made.id} for {purpose}.", _AFTERWARDS[purpose]], as_json=as_json)


def _rotate_secret(*, new_secret_stdin: bool, as_json: bool) -> None:
    if not new_secret_stdin:
        raise Refused("Give the new secret on standard input, with --new-secret-stdin: others could read an argument.")
    secret = sys.stdin.readline().rstrip("\r\n")
    if problem := secret_problem(secret, "The new secret"):
        raise Refused(problem)
    settings = Settings()
    with opened(settings) as store:
        count = usecases.rotate_secret(store, OPERATOR, secret)
    line = (
        f"{count} keys are wrapped with the new secret. Set it as GOLDGAP_SECRET_KEY before the service starts again."
    )
    show({"keys": count}, [line], as_json=as_json)


def _use(*, in_use: bool) -> str:
    return "in use" if in_use else "kept to check what was made with it"
