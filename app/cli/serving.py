"""Serve the pages and the API."""

import signal
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from app import __version__
from app.cli.console import Refused, opened
from app.cli.post_office import at_work
from app.main import create_app
from app.settings import Settings, is_loopback
from app.store.database import journal_mode
from app.usecases import operators
from app.web import connections, logs, loops

commands = typer.Typer()
STOP_SECONDS = 25
Port = Annotated[int, typer.Option(min=0, max=65535)]
PemFile = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, readable=True)]


@commands.command()
def serve(
    *,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Port = 8000,
    workers: Annotated[int, typer.Option(min=1, help="How many processes; on SQLite one.")] = 1,
    tls_cert: PemFile = None,
    tls_key: PemFile = None,
) -> None:
    """Serve until told to stop. Production does not start with unsafe settings, nor with demo accounts."""
    settings = Settings()
    settings.require_safe()
    if problems := [*_misfits(settings, workers, tls_cert, tls_key), *_demo_in_reach(settings, host)]:
        raise Refused(*problems)
    database = f"SQLite, journal mode {journal_mode()}" if settings.is_sqlite else "PostgreSQL"
    url = _address(host, port, is_https=tls_cert is not None)
    typer.echo(f"Goldgap {__version__} ({settings.environment}, {database}) at {url}")
    # uvicorn raises the signal again when everything is answered; a stop that was asked for is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    # With several processes there is no one of them whose work this would be: `goldgap worker` does it then.
    with at_work(settings, url) if workers == 1 else nullcontext():
        uvicorn.run(
            f"{__name__}:{application.__name__}",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            http=connections.PATH,
            loop=loops.PATH,
            ws="none",
            access_log=False,
            ssl_certfile=tls_cert,
            ssl_keyfile=tls_key,
            server_header=False,
            # Without a proxy that we know, what a client says about its address is not believed.
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies),
            timeout_graceful_shutdown=STOP_SECONDS,
            log_config=logs.of_server(),
        )


def _address(host: str, port: int, *, is_https: bool) -> str:
    """Return the address to open on this machine, which people can follow."""
    return f"{'https' if is_https else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def application() -> FastAPI:
    """Return the application; each worker process makes its own from the environment."""
    settings = Settings()
    settings.require_safe()
    return create_app(settings)


def _misfits(settings: Settings, workers: int, tls_cert: Path | None, tls_key: Path | None) -> Iterator[str]:
    if settings.is_sqlite and workers > 1:
        yield "On SQLite one process serves; with --workers above 1, take PostgreSQL."
    if (tls_cert is None) != (tls_key is None):
        yield "For https give both --tls-cert and --tls-key."


def _demo_in_reach(settings: Settings, host: str) -> Iterator[str]:
    """Yield why the demo's accounts, which anybody may enter, must not be served here; the database must be ready."""
    with opened(settings) as store:
        has_demo = any(user.is_demo and not user.is_disabled for user in operators.users(store))
    if has_demo and settings.is_production:
        yield "This database has demo accounts, which anybody could enter: production needs one of its own."
    if has_demo and not is_loopback(host):
        yield f"This database has demo accounts, so it is served on this machine alone, not on {host}."
