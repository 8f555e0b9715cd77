"""What a mail says beyond what rests in the outbox: looked up, and its links made, at the moment when it is sent."""

from collections.abc import Mapping

import sqlalchemy as sa

from app.domain.messages import Kind, Letter, can_be_muted
from app.domain.roles import Role
from app.store import links, messages
from app.store.database import Transaction
from app.store.outbox import Claimed
from app.store.tables import clusters, invitations, programmes, resets, users


class Pointless(Exception):
    """A mail need not be sent any more: what it is about is over, or its person has turned it off or is gone."""


class TooLate(Exception):
    """A mail must not be sent any more: its link was valid for a while, and that while is over."""


def letter(tx: Transaction, mail: Claimed) -> Letter:
    """Return the letter that a mail in the outbox is to be; raises Pointless, TooLate.

    May make the first key for links, so it takes a transaction that writes.
    """
    language: str | None = mail.language or None
    if mail.user_id is not None:
        language = _language(tx, mail.kind, mail.user_id)
    about, path = dict(mail.about), mail.about.get("path", "/")
    if mail.kind is Kind.INVITED:
        about |= _invitation(tx, mail.about["invitation"])
        path = f"/invitations/{mail.about['invitation']}/{about.pop('secret')}"
    elif mail.kind is Kind.RESET_PASSWORD:
        path = f"/reset/{mail.about['reset']}/{_reset(tx, mail.about['reset'])}"
    elif mail.kind in {Kind.CHANGED_PASSWORD, Kind.CHANGED_SIGN_IN}:
        path = mail.about.get("path", "/account")
    unsubscribe = None
    if mail.user_id is not None and can_be_muted(mail.kind):
        unsubscribe = f"/unsubscribe/{mail.user_id}/{mail.kind}/{unsubscribing(tx, mail.user_id, mail.kind)}"
    return Letter(mail.id, mail.kind, mail.address, language, about, path, unsubscribe, mail.created_at)


def unsubscribing(tx: Transaction, user_id: str, kind: str) -> str:
    """Return the secret that turns one kind of mail off for one person, without signing in."""
    return links.secret(tx, _unsubscribe(kind), user_id)


def may_unsubscribe(tx: Transaction, user_id: str, kind: str, presented: str) -> bool:
    """Whether this secret turns that kind of mail off for that person."""
    return links.matches(tx, _unsubscribe(kind), user_id, presented)


def _unsubscribe(kind: str) -> str:
    return f"unsubscribe {kind}"


def _language(tx: Transaction, kind: Kind, user_id: str) -> str | None:
    columns = (users.c.language, users.c.muted, users.c.is_disabled, users.c.is_demo)
    person = tx.connection.execute(sa.select(*columns).where(users.c.id == user_id)).one()
    if person.is_disabled or person.is_demo or (can_be_muted(kind) and kind in person.muted.split()):
        raise Pointless
    language: str | None = person.language
    return language


def _invitation(tx: Transaction, invitation_id: str) -> Mapping[str, str]:
    """Return who invites to what and until when, and the link's secret, of an invitation that is still open."""
    name = sa.func.coalesce(clusters.c.name, programmes.c.name).label("place")
    columns = (users.c.name.label("who"), invitations.c.role, invitations.c.until, invitations.c.giver_becomes, name)
    more = (invitations.c.digest, invitations.c.expires_at, invitations.c.closed_at)
    joined = (
        invitations.join(users, invitations.c.invited_by == users.c.id)
        .outerjoin(clusters, invitations.c.cluster_id == clusters.c.id)
        .outerjoin(programmes, invitations.c.programme_id == programmes.c.id)
    )
    statement = sa.select(*columns, *more).select_from(joined).where(invitations.c.id == invitation_id)
    row = tx.connection.execute(statement).one_or_none()
    if row is None or row.closed_at is not None:
        raise Pointless
    if row.expires_at <= tx.now:
        raise TooLate
    secret = links.secret(tx, Kind.INVITED, invitation_id, digest=row.digest)
    what = messages.about_invitation(Role(row.role), row.until, row.giver_becomes)
    return {"who": row.who, "place": row.place, "secret": secret} | what


def _reset(tx: Transaction, reset_id: str) -> str:
    statement = sa.select(resets.c.digest, resets.c.expires_at, resets.c.used_at).where(resets.c.id == reset_id)
    row = tx.connection.execute(statement).one_or_none()
    if row is None or row.used_at is not None:
        raise Pointless
    if row.expires_at <= tx.now:
        raise TooLate
    return links.secret(tx, Kind.RESET_PASSWORD, reset_id, digest=row.digest)
