"""What is kept about a person, and its erasure."""

import dataclasses
from typing import Annotated, Any

import typer

from app.cli.console import AsJson, opened, show
from app.usecases import persons
from app.usecases.operators import OPERATOR

commands = typer.Typer()
person = typer.Typer(no_args_is_help=True, help="What is kept about a person, and its erasure.")
commands.add_typer(person, name="person")
Email = Annotated[str, typer.Option(help="The person's e-mail address.")]


@person.command("export")
def export(*, email: Email) -> None:
    """Print everything that is kept about a person, as JSON."""
    with opened() as store:
        found = persons.export_of(store, OPERATOR, email)
    show(as_data(found), (), as_json=True)


@person.command("erase")
def erase(*, email: Email, as_json: AsJson = False) -> None:
    """Delete a person's account, and their name and address wherever else they stand. It cannot be undone.

    Says which clusters and programmes have nobody left who manages or owns them.
    """
    with opened() as store:
        erased = persons.erase_of(store, OPERATOR, email)
    gone = erased.user.id
    clusters = [place.about for place in erased.left if place.cluster]
    programmes = [place.about for place in erased.left if place.programme]
    lines = [f"Erased. What remains in the journal is the id {gone}, which leads to nobody."]
    for kind, role, left in (("cluster", "manager", clusters), ("programme", "owner", programmes)):
        for each in left:
            command = f"goldgap member add --role {role} --{kind} {each.slug} --email ..."
            lines.append(f"The {kind} {each.name} has no {role} any more: {command}")
    without = {
        "without_manager": [each.slug for each in clusters],
        "without_owner": [each.slug for each in programmes],
    }
    show({"id": gone, **without}, lines, as_json=as_json)


def as_data(found: persons.PersonalData) -> dict[str, Any]:
    """Return a person's data as it is printed."""
    return {"person": dataclasses.asdict(found.user), "at": found.at, **found.rows}
