"""The journal: whether it is what was written, and where its chains end."""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import AsJson, Refused, columns, opened, show
from app.store.chain_check import Checked, Fault
from app.store.chains import Head
from app.usecases import journal as usecases

commands = typer.Typer()
journal = typer.Typer(no_args_is_help=True, help="The journal of who did what, in sealed chains.")
commands.add_typer(journal, name="journal")


@journal.command()
def verify(
    *,
    head: Annotated[
        list[Path], typer.Option(help="What `goldgap journal head --json` printed earlier; may be repeated.")
    ] = [],  # noqa: B006 - Typer reads it, nobody writes it
    as_json: AsJson = False,
) -> None:
    """Check every line of every chain: none missing, none changed, none forged; fails where there is a fault.

    Lines cut off the end of a chain are found by a head that was printed before and kept elsewhere.
    """
    kept = [each for file in head for each in _read(file)]
    with opened() as store:
        checked = usecases.verify(store, kept)
    show(dataclasses.asdict(checked), _lines(checked), as_json=as_json)
    if checked.faults:
        raise Refused("The journal is not what was written.")


@journal.command("head")
def show_heads(*, as_json: AsJson = False) -> None:
    """Print the last position and seal of each chain, to be kept where nobody who can change the database can."""
    with opened() as store:
        found = usecases.heads(store)
    rows = [(each.chain, each.programme or "", each.position, each.seal, _moment(each.at)) for each in found]
    data = {"heads": [{**dataclasses.asdict(each), "at": _moment(each.at)} for each in found]}
    show(data, columns(rows) if rows else ["The journal is empty."], as_json=as_json)


def _lines(checked: Checked) -> Iterator[str]:
    yield f"{checked.lines} lines in {checked.chains} chains."
    if checked.without_name or checked.without_text:
        yield f"Erased: the name in {checked.without_name} lines, the text of {checked.without_text}."
    yield from map(_said, checked.faults)


def _said(fault: Fault) -> str:
    if not fault.chain:
        return f"{fault.line_id}: {fault.what}."
    line = f" ({fault.line_id})" if fault.line_id else ""
    return f"Chain {fault.chain}, position {fault.position}{line}: {fault.what}."


def _read(file: Path) -> Iterator[Head]:
    """Yield the heads in a file; raises Refused where it holds none."""
    try:
        for each in json.loads(file.read_text(encoding="utf-8"))["heads"]:
            at = dt.datetime.fromisoformat(each["at"])
            yield Head(str(each["chain"]), int(each["position"]), str(each["seal"]), at)
    except (ValueError, TypeError, KeyError):
        raise Refused(f"{file} is not what `goldgap journal head --json` prints.") from None


def _moment(moment: dt.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
