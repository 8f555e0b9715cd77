"""The service's own work between requests: mail is sent, what has had its time is swept out. A process or a thread."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog

from app.domain.errors import Unavailable
from app.domain.messages import Letter, Mail
from app.main import make_store
from app.outside import mail as outside
from app.pages.mails import composer
from app.settings import Settings
from app.store.database import Store
from app.usecases import mail, retention
from app.usecases.mail import Delivered
from app.web.language import Languages

DEVELOPMENT_ADDRESS: Final = "http://127.0.0.1:8000"
PAUSE_SECONDS: Final = 3.0
AT_ONCE: Final = 50
_SWEEP_EVERY: Final = 3600.0
_LOG = structlog.get_logger("goldgap")


@dataclass(frozen=True, slots=True)
class PostOffice:
    """How mail is written and sent with these settings."""

    compose: Callable[[Letter], Mail]
    send: Callable[[Mail], None]


def post_office(settings: Settings, address: str = DEVELOPMENT_ADDRESS) -> PostOffice:
    """Return how mail is written and sent; its links lead to the base URL, and to `address` where none is set."""
    url = settings.mail_url.get_secret_value()
    if url.startswith("dir://"):
        send = outside.into_folder(Path(urlsplit(url).path), settings.mail_sender)
    else:
        server = outside.server(url, needs_tls=settings.mail_needs_tls)
        send = outside.by_server(server, settings.mail_sender)
    return PostOffice(composer(Languages(), settings.base_url or address), send)


def work_once(settings: Settings, store: Store, office: PostOffice) -> Delivered:
    """Send what is due, and sweep."""
    done = mail.deliver(store, office.compose, office.send, AT_ONCE)
    retention.tidy(store, settings.retention)
    return done


def work(settings: Settings, store: Store, office: PostOffice, stop: threading.Event) -> None:
    """Send what is due and sweep now and then, until told to stop; a fault is written down, and work goes on."""
    swept: float | None = None
    while not stop.is_set():
        done = Delivered()
        try:
            done = mail.deliver(store, office.compose, office.send, AT_ONCE, goes_on=lambda: not stop.is_set())
            if swept is None or time.monotonic() - swept > _SWEEP_EVERY:
                retention.tidy(store, settings.retention)
                swept = time.monotonic()
        except Unavailable:
            pass  # the store has written down why; it is tried again, as everything is
        except Exception:  # noqa: BLE001 - whatever it was, the mail behind it is still to be sent
            _LOG.exception("worker")
        # With much to do there is no pause; after a fault there is one.
        if done.total < AT_ONCE:
            stop.wait(PAUSE_SECONDS)


@contextmanager
def at_work(settings: Settings, address: str) -> Iterator[None]:
    """Work in a thread of this process while the block lasts, with a store of its own."""
    stop = threading.Event()

    def begin() -> None:
        # The server starts first: the first page matters more than the first mail.
        if stop.wait(PAUSE_SECONDS):
            return
        store = make_store(settings)
        try:
            work(settings, store, post_office(settings, address), stop)
        finally:
            store.dispose()

    # As a daemon: a mail server that hangs does not keep the process from ending. The mail is sent by the next one.
    thread = threading.Thread(target=begin, name="post-office", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PAUSE_SECONDS)
