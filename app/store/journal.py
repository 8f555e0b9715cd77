"""The journal: one line for each accepted write, in the same transaction."""

import enum
import json
from collections.abc import Mapping

import sqlalchemy as sa

from app.domain.clusters import Cluster
from app.domain.permissions import Actor
from app.store.database import Transaction
from app.store.tables import journal


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
    """Write down who did what to which subject, and what it was before and after."""
    tx.connection.execute(
        sa.insert(journal).values(
            id=tx.new_id(),
            at=tx.now,
            actor_id=actor.user_id or "",
            actor_name=actor.name,
            verb=verb,
            subject=subject,
            cluster_id=cluster.id if cluster else None,
            programme_id=cluster.programme_id if cluster else programme_id,
            before=json.dumps(before or {}, ensure_ascii=False, default=str),
            after=json.dumps(after or {}, ensure_ascii=False, default=str),
        )
    )
