"""What people can ask for about themselves: all that is kept, another name, to be forgotten. The operator can, too."""

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain import accounts, text
from app.domain.accounts import User
from app.domain.errors import Invalid, NotFound, Problem
from app.domain.members import Place
from app.domain.permissions import Actor, require_real, require_recent, require_self
from app.store import accounts as kept
from app.store import journal, members, persons
from app.store.database import Store, Transaction
from app.store.journal import Verb


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Everything that is kept about a person, by table, at one moment."""

    user: User
    at: dt.datetime
    rows: dict[str, persons.Rows]


@dataclass(frozen=True, slots=True)
class Erased:
    """Who was forgotten, and the clusters and programmes that nobody manages or owns any more for it."""

    user: User
    left: tuple[Place, ...]


def export_own(store: Store, actor: Actor) -> PersonalData:
    """Return everything that is kept about oneself; raises ConfirmationDue, NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    with store.writing() as tx:
        require_recent(actor, tx.now)
        return _exported(tx, actor, kept.by_id(tx, user_id))


def export_of(store: Store, operator: Actor, email: str) -> PersonalData:
    """Return everything that is kept about a person; raises Invalid, NotFound."""
    with store.writing() as tx:
        return _exported(tx, operator, _user(tx, email))


def rename(store: Store, actor: Actor, raw: Mapping[str, object]) -> User:
    """Give oneself another name; raises Invalid, NotSignedIn, NotPermitted for a token and in the demo."""
    user_id = require_self(actor)
    require_real(actor)
    name = text.line("name", raw.get("name"))
    with store.writing() as tx:
        before = kept.by_id(tx, user_id)
        kept.update(tx, user_id, name=name)
        # Both names stand in the journal, and both go when the person does.
        journal.note(tx, actor, Verb.RENAMED, user_id, before={"name": before.name}, after={"name": name})
        return dataclasses.replace(before, name=name)


def erase_own(store: Store, actor: Actor, raw: Mapping[str, object]) -> None:
    """Be forgotten, once the own e-mail address is typed.

    Raises Invalid, ConfirmationDue, NotSignedIn, NotPermitted, and Conflict for the last who keeps a place.
    """
    user_id = require_self(actor)
    require_real(actor)
    with store.writing() as tx:
        user = kept.by_id(tx, user_id)
        if _address(raw.get("email")) != user.email:
            raise Invalid(Problem("email", "not-yours", "This is not the e-mail address of your account."))
        require_recent(actor, tx.now)
        members.leave_everything(tx, user)
        _erase(tx, actor, user)


def erase_of(store: Store, operator: Actor, email: str) -> Erased:
    """Have a person forgotten, also the last who keeps a place, which is then said; raises Invalid, NotFound."""
    with store.writing() as tx:
        user = _user(tx, email)
        left = members.left_without(tx, user.id)
        _erase(tx, operator, user)
        return Erased(user, tuple(left))


def _erase(tx: Transaction, actor: Actor, user: User) -> None:
    persons.erase(tx, user)
    # The one line about it must not bring the name back.
    journal.note(tx, dataclasses.replace(actor, name=""), Verb.ERASED, user.id)


def _exported(tx: Transaction, actor: Actor, user: User) -> PersonalData:
    rows = persons.everything(tx, user)
    journal.note(tx, actor, Verb.EXPORTED, user.id, after={"what": "personal data"})
    return PersonalData(user, tx.now, rows)


def _user(tx: Transaction, email: str) -> User:
    found = kept.by_email(tx, accounts.email("email", email))
    if found is None:
        raise NotFound
    return found[0]


def _address(raw: object) -> str | None:
    try:
        return accounts.email("email", raw)
    except Invalid:
        return None
