"""What an operator does from the command line: people, roles, programmes, tokens, imports."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain import accounts, clusters, text
from app.domain.accounts import User
from app.domain.clusters import Programme
from app.domain.errors import Invalid, NotFound, Problem
from app.domain.interests import refuse_review
from app.domain.messages import Kind
from app.domain.permissions import Actor, Membership, Reach, belongs_to
from app.domain.roles import CLUSTER_ROLES, PROGRAMME_ROLES, Role
from app.store import accounts as kept
from app.store import announcements, journal, limits, messages, passkeys, recovery_codes, sessions, totps
from app.store import clusters as kept_clusters
from app.store import interests as kept_interests
from app.store.database import Store, Transaction
from app.store.journal import Verb
from app.store.limits import CODES, CONFIRMING, RESETS_OF, SIGN_IN_TO

OPERATOR = Actor(user_id="operator", name="operator", is_administrator=True)
_EVERYWHERE = Reach(everything=True)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import made, changed, and found as it was, by slug."""

    created: tuple[str, ...]
    updated: tuple[str, ...]
    unchanged: tuple[str, ...]


def create_user(
    store: Store, raw: Mapping[str, object], *, password_hash: str | None, is_administrator: bool = False
) -> User:
    """Create an account; without a password it cannot sign in by itself yet; raises Invalid."""
    with store.writing() as tx:
        user = User(
            id=tx.new_id(),
            email=accounts.email("email", raw.get("email")),
            name=text.line("name", raw.get("name")),
            language=None,
            is_administrator=is_administrator,
            is_disabled=False,
            is_demo=bool(raw.get("is_demo")),
        )
        kept.add(tx, user, password_hash)
        journal.note(tx, OPERATOR, Verb.CREATED_USER, user.id, after={"is_administrator": is_administrator})
        return user


def users(store: Store) -> list[User]:
    """List every account."""
    with store.reading() as tx:
        return kept.users_listed(tx)


def acting_as(store: Store, email: str) -> Actor:
    """Return the person with this address as an actor, to act on their behalf; raises NotFound."""
    with store.reading() as tx:
        user = _user(tx, email)
        return Actor(
            user_id=user.id,
            name=user.name,
            is_administrator=user.is_administrator,
            memberships=kept.memberships_of(tx, user.id),
            confirmed_at=tx.now,  # the operator answers for it
            conflicts=kept_interests.clusters_of(tx, user.id),
        )


def disable_user(store: Store, email: str) -> User:
    """Close an account: every session and token of it is refused from the next request on; raises NotFound."""
    with store.writing() as tx:
        user = _user(tx, email)
        kept.update(tx, user.id, is_disabled=True)
        sessions.end_all(tx, user.id)
        journal.note(tx, OPERATOR, Verb.DISABLED_USER, user.id)
        return dataclasses.replace(user, is_disabled=True)


def unlock_user(store: Store, email: str) -> User:
    """Let a person try again at once who has been shut out by too many guesses; raises NotFound."""
    with store.writing() as tx:
        user = _user(tx, email)
        counted = [(SIGN_IN_TO, user.email), (RESETS_OF, user.email), (CONFIRMING, user.id)]
        limits.forget(store, *counted, *((limit, user.id) for limit in CODES))
        journal.note(tx, OPERATOR, Verb.UNLOCKED, user.id)
        return user


def reset_second_factor(store: Store, email: str) -> User:
    """Take a person's second factors away, who can then sign in with the password alone; raises NotFound.

    Every session of theirs ends, and they are told.
    """
    with store.writing() as tx:
        user = _user(tx, email)
        before = {"app": totps.end(tx, user.id), "passkeys": passkeys.end(tx, user.id)}
        recovery_codes.end(tx, user.id)
        sessions.end_all(tx, user.id)
        messages.tell(tx, Kind.CHANGED_SIGN_IN, [user.id], "/account/security", {"change": "reset-by-operator"})
        journal.note(tx, OPERATOR, Verb.RESET_SECOND_FACTOR, user.id, before=before)
        return user


def enable_user(store: Store, email: str) -> User:
    """Open an account again, with the roles it still has; its old sessions and tokens stay dead; raises NotFound."""
    with store.writing() as tx:
        user = _user(tx, email)
        sessions.shut_out(tx, user.id)
        kept.update(tx, user.id, is_disabled=False)
        journal.note(tx, OPERATOR, Verb.ENABLED_USER, user.id)
        return dataclasses.replace(user, is_disabled=False)


def create_programme(store: Store, raw: Mapping[str, object]) -> Programme:
    """Create a programme; raises Invalid."""
    with store.writing() as tx:
        name = text.line("name", raw.get("name"))
        programme = Programme(tx.new_id(), clusters.slug("slug", raw.get("slug")), name)
        kept_clusters.keep_programme(tx, programme)
        journal.note(tx, OPERATOR, Verb.CREATED_PROGRAMME, programme.id, programme_id=programme.id)
        return programme


def add_member(store: Store, email: str, role: Role, *, cluster: str | None, programme: str | None) -> Membership:
    """Give a person a role on a cluster or a programme; raises Invalid, NotFound.

    Raises Conflict where they would evaluate a cluster that they belong to, or have declared a conflict about.
    """
    with store.writing() as tx:
        user, membership = _user(tx, email), _membership(tx, role, cluster, programme)
        if membership.role is Role.EVALUATOR and membership.cluster_id:
            own = belongs_to(kept.memberships_of(tx, user.id))
            refuse_review(own, kept_interests.clusters_of(tx, user.id), membership.cluster_id)
        if kept.add_membership(tx, user.id, membership):
            journal.note(tx, OPERATOR, Verb.ADDED_MEMBER, user.id, after=dataclasses.asdict(membership))
            announcements.gave_role(tx, user.id, membership)
        return membership


def remove_member(store: Store, email: str, role: Role, *, cluster: str | None, programme: str | None) -> Membership:
    """Take a role away from a person, from the next request on; raises Invalid, NotFound."""
    with store.writing() as tx:
        user, membership = _user(tx, email), _membership(tx, role, cluster, programme)
        if not kept.remove_membership(tx, user.id, membership):
            raise NotFound
        journal.note(tx, OPERATOR, Verb.REMOVED_MEMBER, user.id, before=dataclasses.asdict(membership))
        announcements.took_role(tx, user.id, membership)
        return membership


def revoke_token(store: Store, token_id: str) -> User:
    """End anybody's token, from the next request on, and return whose it was; raises NotFound."""
    with store.writing() as tx:
        found = kept.token(tx, token_id)
        if found is None:
            raise NotFound
        token, _ = found
        if kept.revoke_token(tx, token_id):
            journal.note(tx, OPERATOR, Verb.REVOKED_TOKEN, token_id)
        return kept.by_id(tx, token.user_id)


def import_clusters(store: Store, programme_slug: str, rows: Iterable[Mapping[str, str]]) -> Imported:
    """Register or update clusters by slug, all or none, so that a second run changes nothing; raises Invalid."""
    done: dict[str, list[str]] = {"created": [], "updated": [], "unchanged": []}
    problems: list[Problem] = []
    with store.writing() as tx:
        programme = kept_clusters.programme(tx, programme_slug, within=_EVERYWHERE)
        for line, row in enumerate(rows, start=2):
            try:
                cluster, outcome = _import_row(tx, programme, row)
            except Invalid as invalid:
                problems += (dataclasses.replace(p, field=f"line {line}: {p.field}") for p in invalid.problems)
                continue
            if any(cluster in slugs for slugs in done.values()):
                # Two rows with one address would undo each other at every run.
                problems.append(Problem(f"line {line}: slug", "taken", "Another cluster already has this address."))
            done[outcome].append(cluster)
        if problems:
            raise Invalid(*problems)
    return Imported(**{outcome: tuple(slugs) for outcome, slugs in done.items()})


def _import_row(tx: Transaction, programme: Programme, row: Mapping[str, str]) -> tuple[str, str]:
    name = text.line("name", row.get("name"))
    slug = clusters.slug("slug", row["slug"]) if row.get("slug") else clusters.slug_from(name)
    columns = {"level": "programme_level", "region": "region", "sector": "sector"}
    given = {field: text.optional_line(column, row[column]) for field, column in columns.items() if row.get(column)}
    try:
        current = kept_clusters.load(tx, slug, within=_EVERYWHERE, to_change=True)
    except NotFound:
        place: dict[str, Any] = {"level": "", "region": "", "sector": "", **given}
        new = clusters.Cluster(
            tx.new_id(), slug, name, programme.id, programme.slug, **place, revision=1, updated_at=tx.now
        )
        kept_clusters.keep(tx, new)
        journal.note(tx, OPERATOR, Verb.REGISTERED, new.id, cluster=new, after={"slug": slug, "name": name})
        return slug, "created"
    if current.programme_id != programme.id:
        raise Invalid(Problem("slug", "taken", "A cluster outside this programme already has this address."))
    changed = dataclasses.replace(
        current, name=name, **{field: given.get(field, getattr(current, field)) for field in columns}
    )
    if changed == current:
        return slug, "unchanged"
    kept_clusters.keep(tx, dataclasses.replace(changed, revision=current.revision + 1, updated_at=tx.now))
    journal.note(tx, OPERATOR, Verb.UPDATED, current.id, cluster=current, after={"name": name, **given})
    return slug, "updated"


def _user(tx: Transaction, email: str) -> User:
    found = kept.by_email(tx, accounts.email("email", email))
    if found is None:
        raise NotFound
    return found[0]


def _membership(tx: Transaction, role: Role, cluster: str | None, programme: str | None) -> Membership:
    if cluster and not programme and role in CLUSTER_ROLES:
        return Membership(role, cluster_id=kept_clusters.load(tx, cluster, within=_EVERYWHERE).id)
    if programme and not cluster and role in PROGRAMME_ROLES:
        return Membership(role, programme_id=kept_clusters.programme(tx, programme, within=_EVERYWHERE).id)
    raise Invalid(Problem("role", "scope", "Give this role on exactly one cluster or one programme that it fits."))
