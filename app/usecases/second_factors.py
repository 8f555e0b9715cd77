"""One's own second factors: codes by an app, passkeys, and the recovery codes that stand in for a lost one."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain import text
from app.domain.errors import Conflict, Invalid, NotFound, NotSignedIn, Problem
from app.domain.messages import Kind
from app.domain.permissions import Actor, require_recent, require_self
from app.store import accounts as kept
from app.store import journal, limits, messages, passkeys, recovery_codes, totps
from app.store import sessions as kept_sessions
from app.store.database import Store, Transaction
from app.store.journal import Verb
from app.store.limits import CODES
from app.store.passkeys import Passkey, Site
from app.store.sessions import KeptSession

_ACCOUNT = "/account/security"
_MOST_PASSKEYS = 10


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """What a person has set up; `has_password` says whether the first factor is a password."""

    email: str
    app: bool
    passkeys: tuple[Passkey, ...]
    codes_left: int
    has_password: bool

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all."""
        return self.app or bool(self.passkeys)


@dataclass(frozen=True, slots=True)
class NewSecret:
    """What an authenticator app is to be given: the secret to type, and the address to scan."""

    secret: str
    address: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A session under its new secret after a change of factors, and recovery codes where new ones were made."""

    secret: str
    codes: tuple[str, ...] = ()


def overview(store: Store, actor: Actor) -> SecondFactors:
    """Return what one has set up; raises NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor, before_factor=True)
    with store.reading() as tx:
        email = kept.by_id(tx, user_id).email
        found = kept.by_email(tx, email)
        return SecondFactors(
            email=email,
            app=totps.is_on(tx, user_id),
            passkeys=tuple(passkeys.of(tx, user_id)),
            codes_left=recovery_codes.left(tx, user_id),
            has_password=bool(found and found[1]),
        )


def begin_app(store: Store, actor: Actor) -> None:
    """Make a secret for an authenticator app; raises ConfirmationDue, and Conflict where there is one in use."""
    user_id = require_self(actor, before_factor=True)
    with store.writing() as tx:
        require_recent(actor, tx.now)
        if totps.is_on(tx, user_id):
            raise Conflict("second-factor", "You use an app already. Remove it before you set up another.")
        totps.begin(tx, user_id)
        journal.note(tx, actor, Verb.BEGAN_SECOND_FACTOR, user_id, after={"factor": "app"})


def new_secret(store: Store, actor: Actor) -> NewSecret:
    """Return the secret that was begun with; raises ConfirmationDue, and NotFound where there is none to set up."""
    user_id = require_self(actor, before_factor=True)
    with store.reading() as tx:
        require_recent(actor, tx.now)
        secret = totps.pending(tx, user_id)
        if secret is None:
            raise NotFound
        return NewSecret(secret, totps.address(secret, kept.by_id(tx, user_id).email))


def add_app(store: Store, actor: Actor, secret: str, raw: Mapping[str, object]) -> Changed:
    """Put the app to use after its first code; raises Invalid, TooMany, ConfirmationDue.

    Every other session ends. Recovery codes are made where there are none.
    """
    user_id = require_self(actor, before_factor=True)
    limits.count(store, *((limit, user_id) for limit in CODES))
    code = raw.get("code")
    typed = "".join(code.split()) if isinstance(code, str) else ""
    with store.writing() as tx:
        session = _own(tx, user_id, secret)
        require_recent(actor, tx.now)
        if not totps.accepts(tx, user_id, typed, confirm=True):
            raise Invalid(
                Problem("code", "code", "This is not the code that the app shows now. Check the clock of your phone.")
            )
        return _added(tx, actor, session, "app")


def remove_app(store: Store, actor: Actor, secret: str) -> Changed:
    """Take the app out of use; every other session ends; raises NotFound, ConfirmationDue."""
    user_id = require_self(actor, before_factor=True)
    with store.writing() as tx:
        session = _own(tx, user_id, secret)
        require_recent(actor, tx.now)
        if not totps.end(tx, user_id):
            raise NotFound
        return _removed(tx, actor, session, "app")


def prepare_passkey(store: Store, actor: Actor) -> None:
    """Pass where one may add a passkey just now; raises ConfirmationDue, and Conflict where there are too many."""
    user_id = require_self(actor, before_factor=True)
    with store.reading() as tx:
        _require_room(tx, actor, user_id)


def ask_for_passkey(store: Store, actor: Actor, secret: str, site: Site) -> str:
    """Return as JSON what the browser is asked in order to make a passkey; raises ConfirmationDue, Conflict."""
    user_id = require_self(actor, before_factor=True)
    with store.writing() as tx:
        _require_room(tx, actor, user_id)
        return passkeys.ask_for_new(tx, _own(tx, user_id, secret), site)


def add_passkey(store: Store, actor: Actor, secret: str, raw: Mapping[str, object], site: Site) -> Changed:
    """Keep a passkey that the browser has made; raises Invalid, ConfirmationDue. Every other session ends."""
    user_id = require_self(actor, before_factor=True)
    name = text.line("name", raw.get("name"), longest=60)
    answer = raw.get("passkey")
    with store.writing() as tx:
        session = _own(tx, user_id, secret)
        _require_room(tx, actor, user_id)
        made = passkeys.accepts_new(tx, session, site, answer if isinstance(answer, str) else "", name)
        changed = _added(tx, actor, session, "passkey") if made else None
    # What was asked is used up by a wrong answer too, and so the transaction has to end well.
    if changed is None:
        raise Invalid(Problem("passkey", "passkey", "The passkey was not accepted. Please try again."))
    return changed


def remove_passkey(store: Store, actor: Actor, secret: str, passkey_id: str) -> Changed:
    """Take a passkey out of use; every other session ends; raises NotFound, ConfirmationDue."""
    user_id = require_self(actor, before_factor=True)
    with store.writing() as tx:
        session = _own(tx, user_id, secret)
        if not any(passkey.id == passkey_id for passkey in passkeys.of(tx, user_id)):
            raise NotFound
        require_recent(actor, tx.now)
        passkeys.end(tx, user_id, passkey_id)
        return _removed(tx, actor, session, "passkey")


def make_codes(store: Store, actor: Actor) -> tuple[str, ...]:
    """Make new recovery codes in place of all earlier ones; raises ConfirmationDue, Conflict without a factor."""
    user_id = require_self(actor, before_factor=True)
    with store.writing() as tx:
        require_recent(actor, tx.now)
        if not kept_sessions.has_factor(tx, user_id):
            raise Conflict("second-factor", "Recovery codes stand in for a second factor. Set one up first.")
        codes = recovery_codes.make(tx, user_id)
        journal.note(tx, actor, Verb.MADE_RECOVERY_CODES, user_id)
        _tell(tx, user_id, "made-recovery-codes")
        return codes


def _added(tx: Transaction, actor: Actor, session: KeptSession, factor: str) -> Changed:
    user_id = session.user.id
    codes = () if recovery_codes.left(tx, user_id) else recovery_codes.make(tx, user_id)
    kept_sessions.end_all(tx, user_id, but=session.id)
    renewed = kept_sessions.renew(tx, session, factor_at=tx.now)
    journal.note(tx, actor, Verb.ADDED_SECOND_FACTOR, user_id, after={"factor": factor})
    _tell(tx, user_id, f"added-{factor}")
    return Changed(renewed, codes)


def _removed(tx: Transaction, actor: Actor, session: KeptSession, factor: str) -> Changed:
    user_id = session.user.id
    if not kept_sessions.has_factor(tx, user_id):
        recovery_codes.end(tx, user_id)
    kept_sessions.end_all(tx, user_id, but=session.id)
    renewed = kept_sessions.renew(tx, session)
    journal.note(tx, actor, Verb.REMOVED_SECOND_FACTOR, user_id, before={"factor": factor})
    _tell(tx, user_id, f"removed-{factor}")
    return Changed(renewed)


def _require_room(tx: Transaction, actor: Actor, user_id: str) -> None:
    require_recent(actor, tx.now)
    if len(passkeys.of(tx, user_id)) >= _MOST_PASSKEYS:
        raise Conflict("passkeys", "You have as many passkeys as there can be. Remove one first.")


def _tell(tx: Transaction, user_id: str, change: str) -> None:
    messages.tell(tx, Kind.CHANGED_SIGN_IN, [user_id], _ACCOUNT, {"change": change})


def _own(tx: Transaction, user_id: str, secret: str) -> KeptSession:
    session = kept_sessions.alive(tx, secret)
    if session is None or session.is_half or session.user.id != user_id:
        raise NotSignedIn("sign-in", "Please sign in first.")
    return session
