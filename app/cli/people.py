"""People's accounts, and their roles on clusters and programmes."""

import dataclasses
import sys
from typing import Annotated

import typer

from app.cli.console import AsJson, columns, opened, show
from app.domain.roles import CLUSTER_ROLES, PROGRAMME_ROLES, Role
from app.store import passwords
from app.usecases import operators

commands = typer.Typer()
user = typer.Typer(no_args_is_help=True, help="People's accounts.")
member = typer.Typer(no_args_is_help=True, help="People's roles on clusters and programmes.")
commands.add_typer(user, name="user")
commands.add_typer(member, name="member")

_ROLES = ", ".join(sorted(CLUSTER_ROLES | PROGRAMME_ROLES))
Email = Annotated[str, typer.Option(help="The person's e-mail address.")]
GivenRole = Annotated[Role, typer.Option(help=f"One of {_ROLES}.")]
OnCluster = Annotated[str | None, typer.Option(help="The slug of the cluster that the role is on.")]
OnProgramme = Annotated[str | None, typer.Option(help="The slug of the programme that the role is on.")]


@user.command("create")
def create_user(
    *,
    email: Email,
    name: Annotated[str, typer.Option(help="The person's name.")],
    admin: Annotated[bool, typer.Option("--admin", help="Make the person an administrator.")] = False,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read a password, one line.")] = False,
    as_json: AsJson = False,
) -> None:
    """Create an account. Without a password the person can set one through the link for a forgotten one."""
    digest = None
    if password_stdin:
        typed = sys.stdin.readline().rstrip("\r\n")
        digest = passwords.hashed(passwords.accepted("password", typed, email, name))
    with opened() as store:
        raw = {"email": email, "name": name}
        created = operators.create_user(store, raw, password_hash=digest, is_administrator=admin)
    show(dataclasses.asdict(created), [f"Created the account of {created.name}, {created.email}."], as_json=as_json)


@user.command("list")
def list_users(*, as_json: AsJson = False) -> None:
    """List every account."""
    with opened() as store:
        found = operators.users(store)
    marks = {"is_administrator": "administrator", "is_disabled": "disabled", "is_demo": "demo"}
    rows = [(u.email, u.name, ", ".join(word for name, word in marks.items() if getattr(u, name))) for u in found]
    show([dataclasses.asdict(found_user) for found_user in found], columns(rows), as_json=as_json)


@user.command("disable")
def disable_user(*, email: Email, as_json: AsJson = False) -> None:
    """Close an account: its sessions and tokens are refused from the next request on."""
    with opened() as store:
        disabled = operators.disable_user(store, email)
    show(dataclasses.asdict(disabled), [f"Disabled the account of {disabled.name}, {disabled.email}."], as_json=as_json)


@user.command("unlock")
def unlock_user(*, email: Email, as_json: AsJson = False) -> None:
    """Let a person sign in again at once who was shut out by too many guesses."""
    with opened() as store:
        unlocked = operators.unlock_user(store, email)
    show(dataclasses.asdict(unlocked), [f"Unlocked the account of {unlocked.name}, {unlocked.email}."], as_json=as_json)


@user.command("reset-second-factor")
def reset_second_factor(*, email: Email, as_json: AsJson = False) -> None:
    """Take a person's second factors away, such as after a lost phone. They are told by mail; their sessions end."""
    with opened() as store:
        changed = operators.reset_second_factor(store, email)
    line = f"{changed.name}, {changed.email}, can sign in without a second factor now and is told so."
    show(dataclasses.asdict(changed), [line], as_json=as_json)


@user.command("enable")
def enable_user(*, email: Email, as_json: AsJson = False) -> None:
    """Open a closed account again. Its sessions and tokens from before stay refused."""
    with opened() as store:
        enabled = operators.enable_user(store, email)
    show(dataclasses.asdict(enabled), [f"Opened the account of {enabled.name}, {enabled.email}."], as_json=as_json)


@member.command("add")
def add_member(
    *, email: Email, role: GivenRole, cluster: OnCluster = None, programme: OnProgramme = None, as_json: AsJson = False
) -> None:
    """Give a person a role on one cluster or one programme. Doing it again changes nothing."""
    with opened() as store:
        given = operators.add_member(store, email, role, cluster=cluster, programme=programme)
    line = f"{email} is now {role} of {cluster or programme}."
    show(dataclasses.asdict(given), [line], as_json=as_json)


@member.command("remove")
def remove_member(
    *, email: Email, role: GivenRole, cluster: OnCluster = None, programme: OnProgramme = None, as_json: AsJson = False
) -> None:
    """Take a role away from a person, from the next request on."""
    with opened() as store:
        taken = operators.remove_member(store, email, role, cluster=cluster, programme=programme)
    line = f"{email} is no longer {role} of {cluster or programme}."
    show(dataclasses.asdict(taken), [line], as_json=as_json)
