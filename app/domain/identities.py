"""Who people are to an OpenID provider, what a provider's answer shows of them, and how an account begins from it."""

import datetime as dt
from dataclasses import dataclass

from app.domain import accounts, text
from app.domain.errors import Invalid

# OpenID Connect Core 1.0, section 2: a subject has at most 255 ASCII characters.
SUBJECT_LENGTH = 255
# How long a person may take at the provider, and the provider's answer may take to come back.
PENDING_LIFE = dt.timedelta(minutes=15)
# What was typed when a session ended, at most, in characters of its packed form; all of one dimension fits.
CARRIED_LENGTH = 200_000
# How many such texts are held at once for people who are at the provider: 40 MB at the very most.
CARRIED_COUNT = 200


@dataclass(frozen=True, slots=True)
class Proof:
    """What a provider's answer has shown: who somebody is there, and what it says of them.

    `email` is only there where the provider has proven it. `provider` is what the provider is called here.
    """

    issuer: str
    subject: str
    provider: str
    name: str = ""
    email: str | None = None
    has_second_factor: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """A way to sign in that somebody has connected."""

    issuer: str
    subject: str
    created_at: dt.datetime
    last_used_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that is under way at the provider; it rests sealed in the browser that began it.

    `connects` is the id of the person who wants to connect an identity, None for a sign-in; `carried` is the id of
    what they had typed.
    """

    state: str
    nonce: str
    verifier: str
    following: str
    began_at: dt.datetime
    connects: str | None = None
    carried: str | None = None

    def is_alive(self, now: dt.datetime) -> bool:
        """Whether the answer can still come."""
        return self.began_at <= now < self.began_at + PENDING_LIFE


def first_name(proof: Proof, user_id: str) -> str:
    """Return the name of a new account: what the provider says, or for want of it a word that tells people apart."""
    try:
        return text.line("name", proof.name)
    except Invalid:
        return text.line("name", f"{proof.provider} {user_id[:6]}")


def first_email(proof: Proof, user_id: str) -> str:
    """Return the address of a new account: the proven one, or one that no mail ever goes to."""
    return proof.email or accounts.no_address(user_id)
