"""Tokens for programs, each on behalf of one person."""

import datetime as dt
from typing import Annotated

import typer

from app.cli.console import AsJson, columns, opened, show
from app.domain.accounts import Token
from app.usecases import accounts, operators, tokens

commands = typer.Typer()
token = typer.Typer(no_args_is_help=True, help="Tokens for programs, each on behalf of one person.")
commands.add_typer(token, name="token")

Email = Annotated[str, typer.Option(help="The e-mail address of the person whose token it is.")]


@token.command("create")
def create_token(
    *,
    email: Email,
    scope: Annotated[list[str], typer.Option(help="read, write, evaluate, portfolio or admin; may be repeated.")],
    days: Annotated[int, typer.Option(help="For how many days it is valid.")] = 90,
    name: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
    as_json: AsJson = False,
) -> None:
    """Make a token and print it, this once; it never allows more than its person may do."""
    with opened() as store:
        actor = operators.acting_as(store, email)
        issued = tokens.issue(store, actor, {"name": name, "scopes": scope, "days": days})
    expires_at = _moment(issued.token.expires_at)
    data = {"token": issued.secret, "id": issued.token.id, "expires_at": expires_at}
    show(data, [issued.secret], as_json=as_json)
    # Beside the token and not with it, so that a script can keep what stands on standard output.
    typer.echo(f"It is shown this once, and valid until {expires_at}.", err=True)


@token.command("list")
def list_tokens(*, email: Email, as_json: AsJson = False) -> None:
    """List a person's tokens, the newest first."""
    with opened() as store:
        actor = operators.acting_as(store, email)
        found = accounts.account(store, actor).tokens
        now = store.clock()
    data = [_public(each) for each in found]
    rows = [(each.id, each.name, " ".join(sorted(each.scopes)), _standing(each, now)) for each in found]
    show(data, columns(rows), as_json=as_json)


@token.command("revoke")
def revoke_token(token_id: Annotated[str, typer.Argument(metavar="ID")]) -> None:
    """End a token, from the next request on."""
    with opened() as store:
        owner = operators.revoke_token(store, token_id)
    typer.echo(f"Revoked the token {token_id} of {owner.email}.")


def _public(found: Token) -> dict[str, object]:
    return {
        "id": found.id,
        "name": found.name,
        "scopes": sorted(found.scopes),
        **{name: _moment(getattr(found, name)) for name in ("created_at", "expires_at", "last_used_at", "revoked_at")},
    }


def _standing(found: Token, now: dt.datetime) -> str:
    if found.revoked_at is not None:
        return f"revoked {_moment(found.revoked_at)}"
    return f"valid until {_moment(found.expires_at)}" if found.is_valid(now) else "expired"


def _moment(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds").replace("+00:00", "Z")
