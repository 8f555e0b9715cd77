"""Mail: send what waits, look at what became of it, try again. Composing and sending are handed in as functions."""

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from app.domain import accounts
from app.domain.errors import Unavailable
from app.domain.messages import MOST_ATTEMPTS, Kind, Letter, Mail, Undelivered
from app.domain.permissions import Actor, require_in_programme
from app.domain.roles import Permission
from app.store import journal, letters, messages, outbox
from app.store.database import Store
from app.store.journal import Verb
from app.store.outbox import Claimed, MailLine

Compose = Callable[[Letter], Mail]
Send = Callable[[Mail], None]

SHOWN = 100
OVERDUE = dt.timedelta(minutes=30)
_TOO_LATE = "The link in it was valid for a while, and that while was over before it could be sent."
_NEVER_ENDED = "Sending it was begun ten times and never ended."
_NOT_WRITTEN = "It could not be written. The service's log has the cause."
_LOG = structlog.get_logger("goldgap")


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many mails were sent, put off until later, given up, and dropped because they had become pointless."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    dropped: int = 0

    @property
    def total(self) -> int:
        """How many mails were taken in hand."""
        return self.sent + self.later + self.failed + self.dropped

    def __add__(self, other: "Delivered") -> "Delivered":
        pairs = zip(dataclasses.astuple(self), dataclasses.astuple(other), strict=True)
        return Delivered(*(mine + theirs for mine, theirs in pairs))


@dataclass(frozen=True, slots=True)
class Overview:
    """What failed, and the newest of all; how much waits, waits after a failure, and has failed."""

    failures: tuple[MailLine, ...]
    newest: tuple[MailLine, ...]
    waiting: int
    tried: int
    failed: int


def deliver(
    store: Store,
    compose: Compose,
    send: Send,
    limit: int,
    *,
    only: str | None = None,
    goes_on: Callable[[], bool] = lambda: True,
) -> Delivered:
    """Send up to `limit` mails that are due, or `only` this one; no transaction is open while a server is spoken to.

    A mail is sent at least once: where a worker dies after sending and before writing so down, it is sent again.
    Between two mails `goes_on` is asked.
    """
    with store.reading() as tx:
        if not outbox.is_due(tx):
            return Delivered()
    became: Counter[str] = Counter()
    for _ in range(limit):
        if not goes_on():
            break
        with store.writing() as tx:
            claimed = outbox.claim(tx, only)
        if claimed is None:
            break
        became[_deliver(store, compose, send, claimed)] += 1
    return Delivered(**became)


def post_trial(store: Store, actor: Actor, raw: Mapping[str, object]) -> str:
    """Put a mail to an address into the outbox that says no more than that mail works; raises Invalid."""
    with store.writing() as tx:
        require_in_programme(actor, Permission.MAIL_MANAGE, None)
        address = accounts.email("to", raw.get("to"))
        mail_id = messages.post(tx, Kind.TRIAL, address)
        journal.note(tx, actor, Verb.TESTED_MAIL, mail_id)
        return mail_id


def overview(store: Store, actor: Actor) -> Overview:
    """Say what became of mail; raises NotSignedIn, NotPermitted."""
    require_in_programme(actor, Permission.MAIL_MANAGE, None)
    with store.reading() as tx:
        failures = outbox.listed(tx, failed=True, limit=SHOWN)
        newest = outbox.listed(tx, failed=False, limit=SHOWN)
        return Overview(tuple(failures), tuple(newest), *outbox.count(tx))


def listed(store: Store, actor: Actor, *, failed: bool) -> list[MailLine]:
    """List the newest mails, or only those that have failed; raises NotSignedIn, NotPermitted."""
    require_in_programme(actor, Permission.MAIL_MANAGE, None)
    with store.reading() as tx:
        return outbox.listed(tx, failed=failed, limit=SHOWN)


def one(store: Store, actor: Actor, mail_id: str) -> MailLine:
    """Return what became of one mail; raises NotFound, NotSignedIn, NotPermitted."""
    require_in_programme(actor, Permission.MAIL_MANAGE, None)
    with store.reading() as tx:
        return outbox.load(tx, mail_id)


def overdue(store: Store, actor: Actor) -> int:
    """Return how many mails nobody has looked after for a while; raises NotSignedIn, NotPermitted."""
    require_in_programme(actor, Permission.MAIL_MANAGE, None)
    with store.reading() as tx:
        return outbox.overdue(tx, OVERDUE)


def retry(store: Store, actor: Actor, mail_id: str) -> MailLine:
    """Let a mail that has failed be tried again; raises NotFound, NotSignedIn, NotPermitted."""
    with store.writing() as tx:
        require_in_programme(actor, Permission.MAIL_MANAGE, None)
        outbox.revive(tx, mail_id)
        journal.note(tx, actor, Verb.RETRIED_MAIL, mail_id)
        return outbox.load(tx, mail_id)


def _deliver(store: Store, compose: Compose, send: Send, claimed: Claimed) -> str:
    """Send one mail and write down what became of it; returns that as a field of Delivered."""
    if claimed.attempts > MOST_ATTEMPTS:
        # Nobody came back to say what became of it the last time: it may be what brings workers down.
        return _put_off(store, claimed, Undelivered(_NEVER_ENDED, for_good=True))
    try:
        with store.writing() as tx:
            letter = letters.letter(tx, claimed)
        send(compose(letter))
    except letters.Pointless:
        with store.writing() as tx:
            outbox.drop(tx, claimed.id)
        return "dropped"
    except letters.TooLate:
        return _put_off(store, claimed, Undelivered(_TOO_LATE, for_good=True))
    except Undelivered as fault:
        return _put_off(store, claimed, fault)
    except Unavailable:
        raise
    except Exception:  # noqa: BLE001 - a fault of ours in one mail must not hold up the others behind it
        _LOG.exception("mail", id=claimed.id, kind=claimed.kind)
        return _put_off(store, claimed, Undelivered(_NOT_WRITTEN))
    with store.writing() as tx:
        outbox.mark_sent(tx, claimed)
    return "sent"


def _put_off(store: Store, claimed: Claimed, fault: Undelivered) -> str:
    with store.writing() as tx:
        gave_up = outbox.put_off(tx, claimed, fault.why, for_good=fault.for_good)
    # Without address and without what the server said, which may repeat it.
    _LOG.warning("mail", id=claimed.id, kind=claimed.kind, attempts=claimed.attempts, gave_up=gave_up)
    return "failed" if gave_up else "later"
