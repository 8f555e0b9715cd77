"""The journal: one line for each accepted write, sign-in, export and refusal, in the same transaction.

Lines wait until the transaction is about to commit and are then chained and sealed (`app/store/chains.py`), so that the
end of a chain is held for as short a time as possible, and chains in one order, so that no two writers wait for one
another in a circle.
"""

import datetime as dt
import enum
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

import sqlalchemy as sa

from app.domain.clusters import Cluster
from app.domain.permissions import Actor
from app.store import chains, keys
from app.store.chains import ChainLine, chain_of, digest_of_name, digest_of_text
from app.store.database import Transaction, hold
from app.store.keys import Purpose
from app.store.tables import journal, journal_names, journal_texts

NOTHING = "{}"
_SALT_BYTES = 16
_NAME = (
    sa.select(journal_names.c.digest)
    .where(journal_names.c.actor_id == sa.bindparam("actor"), journal_names.c.name == sa.bindparam("called"))
    .limit(1)
)
_LINES, _TEXTS = sa.insert(journal), sa.insert(journal_texts)


class Verb(enum.StrEnum):
    """What was done, in the past tense."""

    ANSWERED = "answered"
    STARTED = "started"
    SUBMITTED = "submitted"
    WITHDREW = "withdrew"
    DELETED = "deleted"
    REGISTERED = "registered"
    UPDATED = "updated"
    OPENED_ROUND = "opened-round"
    SIGNED_IN = "signed-in"
    SIGNED_OUT = "signed-out"
    ISSUED_TOKEN = "issued-token"  # noqa: S105 - a verb, no secret
    REVOKED_TOKEN = "revoked-token"  # noqa: S105 - a verb, no secret
    CONNECTED_IDENTITY = "connected-identity"
    DISCONNECTED_IDENTITY = "disconnected-identity"
    CHANGED_LANGUAGE = "changed-language"
    CREATED_USER = "created-user"
    DISABLED_USER = "disabled-user"
    CREATED_PROGRAMME = "created-programme"
    ADDED_MEMBER = "added-member"
    REMOVED_MEMBER = "removed-member"
    REFUSED = "refused"
    EXPORTED = "exported"
    ROTATED_KEY = "rotated-key"
    ROTATED_SECRET = "rotated-secret"  # noqa: S105 - a verb, no secret
    SEALED = "sealed"
    MARKED_READ = "marked-read"
    CHANGED_MESSAGES = "changed-messages"
    UNSUBSCRIBED = "unsubscribed"
    TESTED_MAIL = "tested-mail"
    RETRIED_MAIL = "retried-mail"
    RENAMED = "renamed"
    ERASED = "erased"
    GAVE_PASSWORD = "gave-password"  # noqa: S105 - a verb, no secret
    CONFIRMED = "confirmed"
    ENDED_SESSION = "ended-session"
    ENDED_SESSIONS = "ended-sessions"
    CHANGED_PASSWORD = "changed-password"  # noqa: S105 - a verb, no secret
    ASKED_FOR_PASSWORD = "asked-for-password"  # noqa: S105 - a verb, no secret
    RESET_PASSWORD = "reset-password"  # noqa: S105 - a verb, no secret
    BEGAN_SECOND_FACTOR = "began-second-factor"
    ADDED_SECOND_FACTOR = "added-second-factor"
    REMOVED_SECOND_FACTOR = "removed-second-factor"
    MADE_RECOVERY_CODES = "made-recovery-codes"
    RESET_SECOND_FACTOR = "reset-second-factor"
    UNLOCKED = "unlocked"
    INVITED = "invited"
    INVITED_AGAIN = "invited-again"
    WITHDREW_INVITATION = "withdrew-invitation"
    ACCEPTED_INVITATION = "accepted-invitation"
    DECLINED_INVITATION = "declined-invitation"
    CHANGED_ROLE = "changed-role"
    HANDED_OVER = "handed-over"
    LEFT = "left"
    CLOSED_ACCOUNT = "closed-account"
    ENABLED_USER = "enabled-user"
    SHARED = "shared"
    STOPPED_SHARING = "stopped-sharing"
    DECLARED_CONFLICT = "declared-conflict"
    LIFTED_CONFLICT = "lifted-conflict"


@dataclass(frozen=True, slots=True)
class _Noted:
    """A line that waits to be written; `before` and `after` are JSON."""

    id: str
    at: dt.datetime
    actor_id: str
    name: str
    verb: str
    subject: str
    indicator: str | None
    cluster_id: str | None
    programme_id: str | None
    before: str
    after: str

    @property
    def chain(self) -> str:
        """The chain that it will be in."""
        return chain_of(self.programme_id)


@dataclass(eq=False, slots=True)
class _Waiting:
    """The lines of one transaction, written when it is about to commit."""

    tx: Transaction
    lines: list[_Noted] = field(default_factory=list)
    is_written: bool = False

    def __call__(self) -> None:
        """Write them."""
        self.is_written = True
        _write(self.tx, self.lines)


def note(
    tx: Transaction,
    actor: Actor,
    verb: Verb,
    subject: str,
    *,
    cluster: Cluster | None = None,
    programme_id: str | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Write down who did what to which subject, and what it was before and after.

    `subject` is an id and never a person's words or address: it stays when names and texts are erased.
    """
    indicator = {**(before or {}), **(after or {})}.get("indicator")
    _waiting(tx).lines.append(
        _Noted(
            id=tx.new_id(),
            at=tx.now,
            actor_id=actor.user_id or "",
            name=actor.name,
            verb=verb,
            subject=subject,
            indicator=indicator if isinstance(indicator, str) else None,
            cluster_id=cluster.id if cluster else None,
            programme_id=cluster.programme_id if cluster else programme_id,
            before=_json(before),
            after=_json(after),
        )
    )


def note_export(tx: Transaction, actor: Actor, what: str, form: str, clusters: Iterable[Cluster]) -> None:
    """Write down that a table of these clusters was taken out of the service, in which form."""
    found = list(clusters)
    programmes = {cluster.programme_id for cluster in found}
    programme_id = programmes.pop() if len(programmes) == 1 else None
    after = {"format": form, "clusters": len(found)}
    note(tx, actor, Verb.EXPORTED, what, programme_id=programme_id, after=after)


def forget(tx: Transaction, user_id: str) -> int:
    """Erase a person's name from every line, and the texts of the lines about them; return how many rows went.

    What the person did to a cluster stays, done by somebody whose name was erased, and every chain still holds.
    """
    names = tx.connection.execute(sa.delete(journal_names).where(journal_names.c.actor_id == user_id))
    about = sa.select(journal.c.id).where(journal.c.subject == user_id)
    texts = tx.connection.execute(sa.delete(journal_texts).where(journal_texts.c.line_id.in_(about)))
    return names.rowcount + texts.rowcount


def forget_before(tx: Transaction, moment: dt.datetime) -> int:
    """Erase the texts of lines from before a moment, and names that no later line bears; return how many rows went."""
    old = sa.select(journal.c.id).where(journal.c.at < moment)
    texts = tx.connection.execute(sa.delete(journal_texts).where(journal_texts.c.line_id.in_(old)))
    later = sa.select(journal.c.name_digest).where(journal.c.at >= moment)
    names = tx.connection.execute(sa.delete(journal_names).where(journal_names.c.digest.not_in(later)))
    return names.rowcount + texts.rowcount


def _waiting(tx: Transaction) -> _Waiting:
    for each in tx.at_end:
        if isinstance(each, _Waiting) and not each.is_written:
            return each
    made = _Waiting(tx)
    tx.at_end.append(made)
    return made


def _write(tx: Transaction, noted: list[_Noted]) -> None:
    key = keys.newest(tx, Purpose.JOURNAL)
    if key is None:
        # The first seal of all: whatever was written before there were any is sealed in now, in every chain.
        key = keys.current(tx, Purpose.JOURNAL)
        noted = [*noted, *_sealing(tx, {line.chain for line in noted})]
    names, texts = _names(tx, noted), [_text(line) for line in noted]
    digests = {text["line_id"]: digest_of_text(**text) for text in texts if text}
    rows = []
    for chain, lines in groupby(sorted(noted, key=lambda line: line.chain), key=lambda line: line.chain):
        hold(tx, f"journal {chain}")
        position, seal = chains.end(tx, chain)
        for line in lines:
            position += 1
            linked = ChainLine(
                id=line.id,
                chain=chain,
                position=position,
                at=line.at.astimezone(dt.UTC),
                actor_id=line.actor_id,
                name_digest=names.get((line.actor_id, line.name), ""),
                verb=str(line.verb),
                subject=line.subject,
                indicator=line.indicator,
                cluster_id=line.cluster_id,
                programme_id=line.programme_id,
                text_digest=digests.get(line.id, ""),
                key_id=key.id,
            )
            seal = linked.seal(key, seal)
            rows.append({**chains.columns_of(linked), "seal": seal})
    tx.connection.execute(_LINES, rows)
    if kept := [text for text in texts if text]:
        tx.connection.execute(_TEXTS, kept)


def _sealing(tx: Transaction, but: set[str]) -> list[_Noted]:
    """Return a line for each chain there is, except those that get one anyway."""
    found = []
    for head in chains.heads(tx):
        if head.chain not in but:
            programme_id = None if head.chain == chains.SERVICE else head.chain
            about = ("", "", Verb.SEALED, head.chain, None, None, programme_id, NOTHING, NOTHING)
            found.append(_Noted(tx.new_id(), tx.now, *about))
    return found


def _names(tx: Transaction, noted: list[_Noted]) -> dict[tuple[str, str], str]:
    """Return the digest of each name, written down where it is not there yet."""
    found = {}
    for actor_id, name in sorted({(line.actor_id, line.name) for line in noted if line.name}):
        digest = tx.connection.execute(_NAME, {"actor": actor_id, "called": name}).scalar()
        if digest is None:
            salt = secrets.token_hex(_SALT_BYTES)
            digest = digest_of_name(salt, actor_id, name)
            values = {"digest": digest, "actor_id": actor_id, "salt": salt, "name": name}
            tx.connection.execute(sa.insert(journal_names).values(values))
        found[actor_id, name] = digest
    return found


def _text(line: _Noted) -> dict[str, str] | None:
    if (line.before, line.after) == (NOTHING, NOTHING):
        return None
    return {"line_id": line.id, "salt": secrets.token_hex(_SALT_BYTES), "before": line.before, "after": line.after}


def _json(values: Mapping[str, object] | None) -> str:
    return json.dumps(dict(values or {}), ensure_ascii=False, default=str)
