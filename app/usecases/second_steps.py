"""Show who one is once more: the second step of signing in, and the confirmation before an act that could do harm."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.accounts import PASSWORD_LENGTH, Browser, User
from app.domain.errors import Invalid, NotSignedIn, Problem
from app.domain.messages import Kind
from app.domain.permissions import Actor, require_self
from app.store import accounts as kept
from app.store import journal, known_browsers, limits, messages, passkeys, passwords, recovery_codes, totps
from app.store import sessions as kept_sessions
from app.store.database import Store, Transaction
from app.store.journal import Verb
from app.store.limits import CODES, CONFIRMING
from app.store.passkeys import Site
from app.store.sessions import KeptSession

APP, RECOVERY_CODE, PASSKEY = "app", "recovery-code", "passkey"
PASSWORD = "password"  # noqa: S105 - a way to confirm, no secret
_ACCOUNT = "/account/security"


@dataclass(frozen=True, slots=True)
class Ways:
    """How a person can show who they are: by which second factors, and whether by a password."""

    user: User
    by_app: bool
    by_passkey: bool
    by_password: bool

    @property
    def by_code(self) -> bool:
        """Whether a code can be typed: the app's, or one of the recovery codes, which come with every factor."""
        return self.by_app or self.by_passkey


@dataclass(frozen=True, slots=True)
class Shown:
    """A session that may do more than before, under its new secret; `mark` is that of the browser."""

    secret: str
    user: User
    mark: str


def waiting(store: Store, secret: str) -> Ways | None:
    """Return how a person who has given the password can take the second step; None where nobody is waiting."""
    with store.reading() as tx:
        session = kept_sessions.alive(tx, secret)
        return _ways(tx, session.user) if session is not None and session.is_half else None


def ways(store: Store, actor: Actor) -> Ways:
    """Return how one can confirm who one is; raises NotSignedIn, NotPermitted for a token."""
    user_id = require_self(actor, before_factor=True)
    with store.reading() as tx:
        return _ways(tx, kept.by_id(tx, user_id))


def ask_for_passkey(store: Store, secret: str, site: Site) -> str:
    """Return as JSON what the browser is asked to sign, in half a session or a whole one; raises NotSignedIn."""
    with store.writing() as tx:
        return passkeys.ask_for_known(tx, _alive(tx, secret), site)


def take(store: Store, secret: str, raw: Mapping[str, object], browser: Browser, site: Site | None) -> Shown:
    """Take the second step by code or passkey; raises Invalid, TooMany, and NotSignedIn where nobody is waiting."""
    with store.reading() as tx:
        session = _alive(tx, secret)
    if not session.is_half:
        raise NotSignedIn("sign-in", "Please sign in first.")
    _count(store, session)
    with store.writing() as tx:
        session = _alive(tx, secret)
        way = _shown(tx, session, raw, site) if session.is_half else None
        shown = None
        if way is not None:
            journal.note(tx, kept.actor(tx, session.user), Verb.SIGNED_IN, session.user.id, after={"by": way})
            shown = _renewed(tx, session, browser, by_factor=True)
    # What was asked of a passkey is used up by a wrong answer too, and so the transaction has to end well.
    if shown is None:
        raise _refused(raw)
    limits.forget(store, (CODES[0], session.user.id))
    return shown


def confirm(
    store: Store, actor: Actor, secret: str, raw: Mapping[str, object], browser: Browser, site: Site | None
) -> Shown:
    """Confirm who one is, by password, code or passkey; raises Invalid, TooMany, NotSignedIn."""
    user_id = require_self(actor, before_factor=True)
    by_password = bool(raw.get("password"))
    with store.reading() as tx:
        session = _of(tx, secret, user_id)
        password_hash = _password_hash(tx, session.user)
    if by_password:
        limits.count(store, (CONFIRMING, user_id))
        if not _is_password(raw.get("password"), password_hash):
            raise Invalid(Problem("password", "password", "This is not your password."))
    else:
        _count(store, session)
    with store.writing() as tx:
        session = _of(tx, secret, user_id)
        way = PASSWORD if by_password else _shown(tx, session, raw, site)
        if by_password and _password_hash(tx, session.user) != password_hash:
            raise Invalid(Problem("password", "password", "This is not your password."))
        shown = None
        if way is not None:
            journal.note(tx, actor, Verb.CONFIRMED, user_id, after={"by": way})
            shown = _renewed(tx, session, browser, by_factor=not by_password)
    if shown is None:
        raise _refused(raw)
    limits.forget(store, (CONFIRMING if by_password else CODES[0], user_id))
    return shown


def _ways(tx: Transaction, user: User) -> Ways:
    has_password = bool(_password_hash(tx, user))
    return Ways(user, totps.is_on(tx, user.id), bool(passkeys.of(tx, user.id)), has_password)


def _shown(tx: Transaction, session: KeptSession, raw: Mapping[str, object], site: Site | None) -> str | None:
    """Return by which second factor the person has shown who they are, None where by none."""
    answer, code = _text(raw.get("passkey")), _text(raw.get("code")).strip()
    if answer and site is not None and passkeys.accepts_known(tx, session, site, answer):
        return PASSKEY
    user_id = session.user.id
    if code and totps.accepts(tx, user_id, "".join(code.split())):
        return APP
    if code and recovery_codes.accepts(tx, user_id, code):
        about = {"change": "used-recovery-code", "left": str(recovery_codes.left(tx, user_id))}
        messages.tell(tx, Kind.CHANGED_SIGN_IN, [user_id], _ACCOUNT, about)
        return RECOVERY_CODE
    return None


def _renewed(tx: Transaction, session: KeptSession, browser: Browser, *, by_factor: bool) -> Shown:
    """Give the session a new secret, for it may do more now."""
    factor_at = tx.now if by_factor else session.factor_at
    secret = kept_sessions.renew(tx, session, confirmed_at=tx.now, factor_at=factor_at)
    return Shown(secret, session.user, known_browsers.mark(tx, session.user.id, browser.known))


def _count(store: Store, session: KeptSession) -> None:
    limits.count(store, *((limit, session.user.id) for limit in CODES))


def _refused(raw: Mapping[str, object]) -> Invalid:
    if _text(raw.get("passkey")):
        return Invalid(Problem("passkey", "passkey", "The passkey was not accepted. Please try again."))
    return Invalid(
        Problem("code", "code", "This code is not right, or was used before. Wait for the next one and try again.")
    )


def _alive(tx: Transaction, secret: str) -> KeptSession:
    session = kept_sessions.alive(tx, secret)
    if session is None:
        raise NotSignedIn("sign-in", "Please sign in first.")
    return session


def _of(tx: Transaction, secret: str, user_id: str) -> KeptSession:
    session = _alive(tx, secret)
    if session.is_half or session.user.id != user_id:
        raise NotSignedIn("sign-in", "Please sign in first.")
    return session


def _password_hash(tx: Transaction, user: User) -> str | None:
    found = kept.by_email(tx, user.email)
    return found[1] if found else None


def _is_password(raw: object, password_hash: str | None) -> bool:
    typed = raw if isinstance(raw, str) and len(raw) <= PASSWORD_LENGTH[1] else ""
    return passwords.matches(typed, password_hash)


def _text(raw: object) -> str:
    return raw if isinstance(raw, str) else ""
