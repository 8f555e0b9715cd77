"""Signing in through an OpenID provider, and which identities there belong to which account here."""

import datetime as dt
import json
import secrets
from dataclasses import asdict, dataclass

from app.domain.accounts import Browser, User
from app.domain.errors import Conflict, Invalid, Problem, Unavailable
from app.domain.identities import CARRIED_LENGTH, Identity, Pending, Proof, first_email, first_name
from app.domain.messages import Kind
from app.domain.permissions import Actor, require_recent, require_self
from app.store import accounts, journal, keys, messages
from app.store import identities as kept
from app.store.database import Store, Transaction
from app.store.entering import SignedIn, enter
from app.store.journal import Verb
from app.store.keys import Purpose

_SEALED = "pending-sign-in"


@dataclass(frozen=True, slots=True)
class WayIn:
    """An identity that somebody has connected; `is_only` where it is the one way in that is left."""

    identity: Identity
    is_only: bool


def start(store: Store, following: str, carried: str | None = None, connecting: Actor | None = None) -> Pending:
    """Begin a sign-in at the provider, or connecting an identity; `carried` is what was typed when a session ended.

    Raises NotSignedIn, NotPermitted for a token, ConfirmationDue for connecting long after signing in, Unavailable
    where what was typed cannot be kept meanwhile.
    """
    user_id = require_self(connecting) if connecting else None
    carried_id = None
    with store.writing() as tx:
        if connecting:
            require_recent(connecting, tx.now)
        if carried is not None:
            carried_id = kept.carry(tx, carried) if len(carried) <= CARRIED_LENGTH else None
            if carried_id is None:
                raise Unavailable("What you wrote cannot be kept while you sign in elsewhere. Sign in with a password.")
        keys.current(tx, Purpose.COOKIES)
        return Pending(
            state=secrets.token_urlsafe(32),
            nonce=secrets.token_urlsafe(32),
            verifier=secrets.token_urlsafe(48),
            following=following,
            began_at=tx.now,
            connects=user_id,
            carried=carried_id,
        )


def seal(store: Store, pending: Pending) -> str:
    """Return a pending sign-in as text that only the service can read."""
    with store.reading() as tx:
        values = {**asdict(pending), "began_at": pending.began_at.isoformat()}
        return kept.sealed(tx, _SEALED, json.dumps(values))


def unseal(store: Store, sealed: str, state: str) -> Pending | None:
    """Return the pending sign-in that bears this state, None where it is another, no longer alive, or not ours."""
    with store.reading() as tx:
        text = kept.opened(tx, _SEALED, sealed)
        if text is None:
            return None
        values = json.loads(text)
        pending = Pending(**{**values, "began_at": dt.datetime.fromisoformat(values["began_at"])})
        matches = secrets.compare_digest(pending.state.encode(), state.encode("utf-8", "surrogatepass"))
        return pending if matches and pending.is_alive(tx.now) else None


def hand_back(store: Store, pending: Pending) -> str | None:
    """Return what was typed when a session ended, and keep it no longer."""
    if pending.carried is None:
        return None
    with store.writing() as tx:
        return kept.hand_back(tx, pending.carried)


def sign_in(store: Store, proof: Proof, language: str | None, browser: Browser) -> SignedIn:
    """Begin a session for whoever has this identity, the first time with a new account without any right.

    An account that is there already is never taken over by its address. Raises
    Conflict where the proven address is taken; Invalid, as for any answer that is not believed, where the account is
    disabled.
    """
    with store.writing() as tx:
        kept.hold_identity(tx, proof.issuer, proof.subject)
        user = kept.owner(tx, proof.issuer, proof.subject)
        if user and user.is_disabled:
            raise not_believed(proof.provider)
        after: dict[str, object] = {"issuer": proof.issuer}
        if user is None:
            user, after = _new_account(tx, proof, language), {**after, "new_account": True}
        kept.mark_used(tx, proof.issuer, proof.subject)
        return enter(tx, user, browser, with_factor=proof.has_second_factor, after=after)


def connect(store: Store, actor: Actor, proof: Proof, began_by: str | None) -> None:
    """Connect an identity with one's own account; having it already is no fault.

    Raises NotSignedIn, NotPermitted for a token, Conflict where somebody else began this or has the identity.
    """
    user_id = require_self(actor)
    if user_id != began_by:
        raise Conflict("began-by-another", "Somebody else has signed in meanwhile, so nothing was connected.")
    with store.writing() as tx:
        kept.hold_identity(tx, proof.issuer, proof.subject)
        owner = kept.owner(tx, proof.issuer, proof.subject)
        if owner and owner.id != user_id:
            message = "This sign-in with %(provider)s belongs to another account here, so nothing was connected."
            raise Conflict("connected-elsewhere", message, provider=proof.provider)
        if owner is None:
            kept.add(tx, user_id, proof.issuer, proof.subject)
            journal.note(tx, actor, Verb.CONNECTED_IDENTITY, user_id, after={"issuer": proof.issuer})
            _tell(tx, user_id, "connected-identity")


def disconnect(store: Store, actor: Actor, issuer: str, subject: str, believed: frozenset[str]) -> None:
    """Disconnect an identity from one's own account; `believed` are the issuers through which people can sign in.

    Raises NotSignedIn, NotPermitted for a token, ConfirmationDue, NotFound, Conflict for the only way in that is left.
    """
    user_id = require_self(actor)
    with store.writing() as tx:
        require_recent(actor, tx.now)
        kept.hold_ways_in(tx, user_id)
        if any(way.is_only and _key(way.identity) == (issuer, subject) for way in _ways_in(tx, user_id, believed)):
            message = "This is your only way to sign in, so it stays. Set a password first."
            raise Conflict("only-way-in", message)
        kept.remove(tx, user_id, issuer, subject)
        journal.note(tx, actor, Verb.DISCONNECTED_IDENTITY, user_id, before={"issuer": issuer})
        _tell(tx, user_id, "disconnected-identity")


def connected(store: Store, actor: Actor, believed: frozenset[str]) -> list[WayIn]:
    """List one's own identities; raises NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor)
    with store.reading() as tx:
        return _ways_in(tx, user_id, believed)


def not_believed(provider: str) -> Invalid:
    """Return the one refusal for every answer that is not believed, whatever the cause."""
    message = "The sign-in with %(provider)s did not succeed, and nothing was changed. You can try again."
    return Invalid(Problem("openid", "sign-in", message, {"provider": provider}))


def _tell(tx: Transaction, user_id: str, change: str) -> None:
    messages.tell(tx, Kind.CHANGED_SIGN_IN, [user_id], "/account/security", {"change": change})


def _new_account(tx: Transaction, proof: Proof, language: str | None) -> User:
    user_id = tx.new_id()
    user = User(
        id=user_id,
        email=first_email(proof, user_id),
        name=first_name(proof, user_id),
        language=language,
        is_administrator=False,
        is_disabled=False,
        is_demo=False,
    )
    try:
        accounts.add(tx, user, password_hash=None)
    except Invalid as taken:
        message = (
            "There is already an account here with the address %(email)s. "
            "Sign in to it first, then connect %(provider)s on the page of your account."
        )
        raise Conflict("address-taken", message, email=user.email, provider=proof.provider) from taken
    kept.add(tx, user_id, proof.issuer, proof.subject)
    return user


def _ways_in(tx: Transaction, user_id: str, believed: frozenset[str]) -> list[WayIn]:
    found = kept.of(tx, user_id)
    useful = [each for each in found if each.issuer in believed]
    last = useful[0] if len(useful) == 1 and not accounts.has_password(tx, user_id) else None
    return [WayIn(each, each is last) for each in found]


def _key(identity: Identity) -> tuple[str, str]:
    return identity.issuer, identity.subject
