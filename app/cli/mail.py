"""Mail and the worker that sends it."""

import dataclasses
import signal
import threading
from typing import Annotated

import typer

from app.cli.console import AsJson, Refused, columns, opened, show
from app.cli.post_office import AT_ONCE, post_office, work, work_once
from app.settings import Settings
from app.store.outbox import MailLine
from app.usecases import mail as use
from app.usecases.operators import OPERATOR
from app.web import logs

commands = typer.Typer()
mail = typer.Typer(no_args_is_help=True, help="Mail: try it out, see what became of it, try again.")
commands.add_typer(mail, name="mail")

MailId = Annotated[str, typer.Argument(metavar="ID", help="As `goldgap mail list` prints it.")]


@commands.command()
def worker(
    *,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send mail and sweep out what has had its time, until told to stop. `serve` in one process does so by itself."""
    settings = Settings()
    settings.require_safe()
    logs.configure(stream="stderr")
    office = post_office(settings)
    with opened(settings) as store:
        if not once:
            stop = threading.Event()
            for told in (signal.SIGTERM, signal.SIGINT):
                signal.signal(told, lambda *_: stop.set())
            work(settings, store, office, stop)
            return
        done = work_once(settings, store, office)
        while done.total == AT_ONCE and (more := work_once(settings, store, office)).total:
            done = done + more
    line = f"Sent {done.sent}, put off {done.later}, gave up {done.failed}, dropped {done.dropped}."
    show(dataclasses.asdict(done), [line], as_json=as_json)


@mail.command("test")
def try_mail(
    *, to: Annotated[str, typer.Option(help="The address to send a trial mail to.")], as_json: AsJson = False
) -> None:
    """Send a trial mail through the outbox, now, and say what happened; fails where the mail server did not take it."""
    settings = Settings()
    logs.configure(stream="stderr")
    office = post_office(settings)
    with opened(settings) as store:
        mail_id = use.post_trial(store, OPERATOR, {"to": to})
        use.deliver(store, office.compose, office.send, 1, only=mail_id)
        line = use.one(store, OPERATOR, mail_id)
    show(dataclasses.asdict(line), [_became(line)], as_json=as_json)
    if line.sent_at is None:
        raise Refused("The trial mail was not sent.")


@mail.command("list")
def list_mail(
    *,
    failed: Annotated[bool, typer.Option("--failed", help="Only what could not be sent.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the newest mails, and what became of each."""
    with opened() as store:
        found = use.listed(store, OPERATOR, failed=failed)
    rows = [(line.id, line.kind, line.address, _became(line)) for line in found]
    show(list(map(dataclasses.asdict, found)), columns(rows), as_json=as_json)


@mail.command("retry")
def retry_mail(mail_id: MailId) -> None:
    """Let a mail that could not be sent be tried again."""
    with opened() as store:
        line = use.retry(store, OPERATOR, mail_id)
    typer.echo(f"The mail {line.id} to {line.address} is tried again when the worker next looks.")


def _became(line: MailLine) -> str:
    if line.sent_at is not None:
        return f"Sent {line.sent_at:%Y-%m-%dT%H:%M:%SZ}."
    if line.failed_at is not None:
        return f"Given up {line.failed_at:%Y-%m-%dT%H:%M:%SZ}. {line.failure}"
    tried = f" {line.failure}" if line.failure else ""
    return f"Waits, attempts so far {line.attempts}, next {line.next_at:%Y-%m-%dT%H:%M:%SZ}.{tried}"
