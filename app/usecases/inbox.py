"""What a person is told: the inbox in the service, and the choice of what also comes by mail."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from app.domain.errors import Invalid, NotFound, Problem
from app.domain.messages import Kind, can_be_muted
from app.domain.permissions import Actor, reach, require_self
from app.domain.roles import Permission
from app.store import accounts, assessments, clusters, journal, letters, messages
from app.store import notices as kept
from app.store.database import Store, Transaction
from app.store.journal import Verb
from app.store.notices import Notice

PAGE = 20
_ASSESSMENTS = "/assessments/"


@dataclass(frozen=True, slots=True)
class Inbox:
    """One page of a person's notices, the newest first; `number` counts pages from 1."""

    notices: tuple[Notice, ...]
    number: int
    pages: int
    unread: int


@dataclass(frozen=True, slots=True)
class Choices:
    """Which kinds of mail a person has turned off, and the language and address of mail to them."""

    muted: frozenset[str]
    email: str
    language: str | None


@dataclass(frozen=True, slots=True)
class Unsubscribing:
    """What a link in a mail turns off, and for whom; `language` is theirs."""

    kind: Kind
    language: str | None
    is_off: bool


def inbox(store: Store, actor: Actor, number: int = 1) -> Inbox:
    """Read a page of one's own notices, the last where there are fewer; raises NotSignedIn, NotPermitted."""
    user_id = require_self(actor)
    with store.reading() as tx:
        pages = max(1, -(-kept.count(tx, user_id) // PAGE))
        shown = min(max(number, 1), pages)
        found = kept.listed(tx, user_id, skip=(shown - 1) * PAGE, limit=PAGE)
        return Inbox(tuple(_as_is_now(tx, actor, found)), shown, pages, kept.unread(tx, user_id))


def unread(store: Store, actor: Actor) -> int:
    """Return how many of one's own notices are not read; raises NotSignedIn, NotPermitted."""
    user_id = require_self(actor)
    with store.reading() as tx:
        return kept.unread(tx, user_id)


def read(store: Store, actor: Actor, notice_id: str) -> Notice:
    """Mark one notice as read and return it; raises NotFound, NotSignedIn, NotPermitted."""
    user_id = require_self(actor)
    with store.writing() as tx:
        notice = kept.load(tx, user_id, notice_id)
        if kept.mark_read(tx, user_id, notice_id):
            journal.note(tx, actor, Verb.MARKED_READ, notice_id)
        (notice,) = _as_is_now(tx, actor, [notice])
        return notice


def read_all(store: Store, actor: Actor) -> int:
    """Mark all of one's notices as read and return how many were not; raises NotSignedIn, NotPermitted."""
    user_id = require_self(actor)
    with store.writing() as tx:
        marked = kept.mark_read(tx, user_id)
        if marked:
            journal.note(tx, actor, Verb.MARKED_READ, user_id, after={"notices": marked})
        return marked


def choices(store: Store, actor: Actor) -> Choices:
    """Read which mail one gets; raises NotSignedIn, NotPermitted."""
    user_id = require_self(actor)
    with store.reading() as tx:
        user = accounts.by_id(tx, user_id)
        return Choices(messages.muted(tx, user_id), user.email, user.language)


def choose(store: Store, actor: Actor, wanted: Collection[str]) -> None:
    """Keep which kinds of mail one wants, of those that can be turned off; raises Invalid, NotSignedIn."""
    require_self(actor)
    if not all(map(can_be_muted, wanted)):
        raise Invalid(Problem("kinds", "kind", "There is no such kind of mail to choose."))
    with store.writing() as tx:
        off = frozenset(kind.value for kind in Kind if can_be_muted(kind) and kind.value not in wanted)
        _mute(tx, actor, Verb.CHANGED_MESSAGES, off)


def unsubscribing(store: Store, user_id: str, kind: str, secret: str) -> Unsubscribing:
    """Say what a link in a mail would turn off; raises NotFound for any but our own."""
    with store.reading() as tx:
        return _unsubscribing(tx, user_id, kind, secret)


def unsubscribe(store: Store, user_id: str, kind: str, secret: str) -> Unsubscribing:
    """Turn one kind of mail off for who got the link; once more changes nothing; raises NotFound."""
    with store.writing() as tx:
        found = _unsubscribing(tx, user_id, kind, secret)
        person = accounts.actor(tx, accounts.by_id(tx, user_id))
        _mute(tx, person, Verb.UNSUBSCRIBED, messages.muted(tx, user_id, to_change=True) | {kind})
        return Unsubscribing(found.kind, found.language, is_off=True)


def _as_is_now(tx: Transaction, actor: Actor, found: Sequence[Notice]) -> Iterator[Notice]:
    """Yield notices as they read now: where what was submitted cannot be read any more, without its title and who."""
    asked = {each.path for each in found}
    shown = _assessments_shown(tx, actor, asked) | {path for path in asked if _place_is_shown(tx, actor, path)}
    for each in found:
        if each.path in shown:
            yield each
        elif each.kind is Kind.SUBMITTED:
            yield replace(each, about={"cluster": each.about["cluster"]}, leads_on=False)
        else:
            yield replace(each, leads_on=False)


def _assessments_shown(tx: Transaction, actor: Actor, paths: Collection[str]) -> set[str]:
    ids = [path.removeprefix(_ASSESSMENTS) for path in paths if path.startswith(_ASSESSMENTS)]
    within, drafts_within = reach(actor, Permission.ASSESSMENT_READ), reach(actor, Permission.ASSESSMENT_READ_DRAFT)
    readable = assessments.readable(tx, ids, within=within, drafts_within=drafts_within)
    return {f"{_ASSESSMENTS}{each}" for each in readable}


def _place_is_shown(tx: Transaction, actor: Actor, path: str) -> bool:
    """Whether a path leads to a cluster or programme within reach, or to neither and to no assessment."""
    _, kind, *rest = f"{path}/".split("/")
    slug = rest[0] if rest else ""
    try:
        if kind == "clusters" and slug:
            clusters.load(tx, slug, within=reach(actor))
        elif kind == "programmes" and slug:
            clusters.programme(tx, slug, within=reach(actor))
    except NotFound:
        return False
    return kind != "assessments"


def _unsubscribing(tx: Transaction, user_id: str, kind: str, secret: str) -> Unsubscribing:
    if not can_be_muted(kind) or not letters.may_unsubscribe(tx, user_id, kind, secret):
        raise NotFound
    user = accounts.by_id(tx, user_id)
    return Unsubscribing(Kind(kind), user.language, kind in messages.muted(tx, user_id))


def _mute(tx: Transaction, actor: Actor, verb: Verb, off: frozenset[str]) -> None:
    user_id = actor.user_id or ""
    before = messages.muted(tx, user_id, to_change=True)
    if before != off:
        messages.mute(tx, user_id, off)
        journal.note(tx, actor, verb, user_id, before={"muted": sorted(before)}, after={"muted": sorted(off)})
