"""People's accounts and the means by which they are known: sessions and tokens."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from app.domain import text
from app.domain.errors import Invalid, Problem
from app.domain.roles import TokenScope

SESSION_LIFE = dt.timedelta(hours=12)
SESSION_IDLE = dt.timedelta(hours=2)
# How long a second factor may be waited for after the password, and a link for a new password be used.
SECOND_STEP_LIFE = dt.timedelta(minutes=10)
RESET_LIFE = dt.timedelta(minutes=20)
KNOWN_BROWSER_LIFE = dt.timedelta(days=90)
RECOVERY_CODES = 10
PASSWORD_LENGTH = (12, 256)
TOKEN_DAYS = (1, 366)
_WORDS = re.compile(r"[^\W_]+")
_SHORTEST_WORD = 3
_SHORTEST_REST = 6
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
# RFC 2606 keeps the domain .invalid for what must never be reached.
_NO_ADDRESS = "@no-address.invalid"


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account. `is_demo` marks the invented people of the demo programme."""

    id: str
    email: str
    name: str
    language: str | None
    is_administrator: bool
    is_disabled: bool
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Browser:
    """From where somebody asks who has not said yet who they are: network, kind of browser, proof of an earlier visit.

    `network` is what guesses are counted by; `known` is the sealed mark of a browser that somebody signed in on before.
    """

    network: str
    client: str = ""
    known: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A token's public part; the secret is shown once and kept only as a digest."""

    id: str
    user_id: str
    name: str
    scopes: frozenset[TokenScope]
    created_at: dt.datetime
    expires_at: dt.datetime
    last_used_at: dt.datetime | None
    revoked_at: dt.datetime | None

    def is_valid(self, now: dt.datetime) -> bool:
        """Whether it can still be used."""
        return self.revoked_at is None and now < self.expires_at


def email(field: str, raw: object) -> str:
    """Return an e-mail address in one form, so that one mailbox is one account; raises Invalid."""
    address = unicodedata.normalize("NFKC", text.line(field, raw, longest=254)).casefold()
    if not _EMAIL.fullmatch(address):
        raise Invalid(Problem(field, "email", "Give an e-mail address such as name@example.org."))
    return address


def no_address(user_id: str) -> str:
    """Return what stands for the e-mail address of somebody who has none that is proven: unique, and reaches nobody."""
    return f"{user_id}{_NO_ADDRESS}".casefold()


def has_address(email: str) -> bool:
    """Whether mail can be sent to this address, which it cannot where it only stands for one."""
    return not email.endswith(_NO_ADDRESS)


def password(field: str, raw: object) -> str:
    """Return a new password of acceptable length, in no other way restricted; raises Invalid."""
    shortest, longest = PASSWORD_LENGTH
    if not isinstance(raw, str) or not shortest <= len(raw) <= longest:
        message = "Use between %(shortest)s and %(longest)s characters."
        raise Invalid(Problem(field, "password", message, {"shortest": shortest, "longest": longest}))
    return raw


def is_personal(password: str, *own: str) -> bool:
    """Whether a password is little more than words that everybody knows who knows the account: `own`, our own name."""
    words = {word for text in (*own, "goldgap") for word in _WORDS.findall(_plain(text)) if len(word) >= _SHORTEST_WORD}
    rest = _plain(password)
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return len("".join(_WORDS.findall(rest))) < _SHORTEST_REST


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def scopes(field: str, raw: object) -> frozenset[TokenScope]:
    """Return at least one known token scope; raises Invalid."""
    try:
        chosen = frozenset(TokenScope(scope) for scope in (raw if isinstance(raw, list | tuple | frozenset) else ()))
    except ValueError:
        chosen = frozenset()
    if not chosen:
        raise Invalid(Problem(field, "scopes", "Choose at least one scope."))
    return chosen


def token_days(field: str, raw: object) -> int:
    """Return for how many days a token is to be valid; raises Invalid."""
    shortest, longest = TOKEN_DAYS
    days = int(raw) if isinstance(raw, str) and re.fullmatch(r"[0-9]{1,4}", raw) else raw
    if not isinstance(days, int) or isinstance(days, bool) or not shortest <= days <= longest:
        message = "Choose between %(shortest)s and %(longest)s days."
        raise Invalid(Problem(field, "days", message, {"shortest": shortest, "longest": longest}))
    return days
