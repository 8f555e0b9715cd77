"""One's own password: change it, and set a new one through a link that a mail brings."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from app.domain import accounts
from app.domain.accounts import RESET_LIFE, Browser, User
from app.domain.errors import Invalid, NotFound, NotSignedIn, Problem
from app.domain.messages import Kind
from app.domain.permissions import VISITOR, Actor, require_self
from app.store import accounts as kept
from app.store import journal, limits, links, messages, passwords, resets
from app.store import sessions as kept_sessions
from app.store.database import Store, Transaction
from app.store.journal import Verb
from app.store.keys import digest
from app.store.limits import CONFIRMING, LINKS_FROM, RESETS_FROM, RESETS_OF

_ACCOUNT = "/account/security"
_UNLIKE = Problem("again", "again", "The two are not the same.")


@dataclass(frozen=True, slots=True)
class Reset:
    """A link that is still good, and whose password it sets."""

    id: str
    user: User


def change(store: Store, actor: Actor, secret: str, raw: Mapping[str, object]) -> str:
    """Change one's password, and return the new secret of this session; raises Invalid, TooMany, NotSignedIn.

    Every other session ends; tokens stay.
    """
    user_id = require_self(actor)
    limits.count(store, (CONFIRMING, user_id))
    with store.reading() as tx:
        user = kept.by_id(tx, user_id)
        before = kept.by_email(tx, user.email)
    current, password_hash = raw.get("password"), before[1] if before else None
    typed = current if isinstance(current, str) and len(current) <= accounts.PASSWORD_LENGTH[1] else ""
    if not passwords.matches(typed, password_hash):
        raise Invalid(Problem("password", "password", "This is not your password."))
    chosen = _chosen(raw, user)
    hashed = passwords.hashed(chosen)
    with store.writing() as tx:
        session = kept_sessions.alive(tx, secret)
        if session is None or session.is_half or session.user.id != user_id:
            raise NotSignedIn("sign-in", "Please sign in first.")
        if kept.by_email(tx, user.email) != before:
            raise Invalid(Problem("password", "password", "This is not your password."))
        _set(tx, user, hashed, but=session.id)
        journal.note(tx, actor, Verb.CHANGED_PASSWORD, user_id)
        return kept_sessions.renew(tx, session, confirmed_at=tx.now)


def ask(store: Store, raw: Mapping[str, object], browser: Browser) -> None:
    """Mail a link for a new password to whoever has this address; raises Invalid for no address, and TooMany.

    It says and takes the same whether there is such an account or not. An account that is disabled gets none, nor one
    of the demo's; one without a password does.
    """
    address = accounts.email("email", raw.get("email"))
    limits.count(store, (RESETS_FROM, browser.network), (RESETS_OF, address))
    with store.writing() as tx:
        found = kept.by_email(tx, address)
        user = None if found is None or found[0].is_disabled or found[0].is_demo else found[0]
        if user is None:
            # What is written for nobody is about as much as for somebody, so that the time does not tell.
            resets.add_decoy(tx)
        else:
            reset_id = tx.new_id()
            secret = links.secret(tx, Kind.RESET_PASSWORD, reset_id)
            resets.add(tx, reset_id, user.id, digest(secret), tx.now + RESET_LIFE)
            about = {"reset": reset_id}
            messages.post(tx, Kind.RESET_PASSWORD, user.email, language=user.language, user_id=user.id, about=about)
        journal.note(tx, VISITOR, Verb.ASKED_FOR_PASSWORD, user.id if user else "")


def by_link(store: Store, reset_id: str, secret: str, browser: Browser) -> Reset:
    """Return whose password a link sets; raises NotFound for one that is not good, and TooMany."""
    with store.reading() as tx:
        found = _good(tx, reset_id, secret)
    if found is None:
        limits.count(store, (LINKS_FROM, browser.network))
        raise NotFound
    return found


def set_by_link(store: Store, reset_id: str, secret: str, raw: Mapping[str, object], browser: Browser) -> User:
    """Set a new password by a link, this once; raises NotFound, Invalid. Every session ends; nobody is signed in."""
    found = by_link(store, reset_id, secret, browser)
    hashed = passwords.hashed(_chosen(raw, found.user))
    with store.writing() as tx:
        if not resets.use(tx, reset_id) or kept.by_id(tx, found.user.id).is_disabled:
            raise NotFound
        _set(tx, found.user, hashed)
        journal.note(tx, kept.actor(tx, found.user), Verb.RESET_PASSWORD, found.user.id)
        return found.user


def _chosen(raw: Mapping[str, object], user: User) -> str:
    chosen = passwords.accepted("new_password", raw.get("new_password"), user.email, user.name)
    again = raw.get("again")
    if not isinstance(again, str) or not hmac.compare_digest(digest(again), digest(chosen)):
        raise Invalid(_UNLIKE)
    return chosen


def _set(tx: Transaction, user: User, hashed: str, *, but: str | None = None) -> None:
    """Keep a new password: links for another one and every session, or all but one, are worth nothing from now on."""
    kept.update(tx, user.id, password_hash=hashed)
    kept_sessions.end_all(tx, user.id, but=but)
    resets.end(tx, user.id)
    messages.tell(tx, Kind.CHANGED_PASSWORD, [user.id], _ACCOUNT, {})


def _good(tx: Transaction, reset_id: str, secret: str) -> Reset | None:
    found = resets.load(tx, reset_id) if reset_id.isprintable() else None
    if found is None or not found.is_good(tx.now) or not hmac.compare_digest(found.digest, digest(secret)):
        return None
    user = kept.by_id(tx, found.user_id)
    return None if user.is_disabled else Reset(reset_id, user)
