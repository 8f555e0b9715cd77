"""What people are told, by mail and in the service itself: every kind, what each needs to know, when mail goes out."""

import datetime as dt
import enum
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass


class Kind(enum.StrEnum):
    """Everything that somebody can be told."""

    INVITED = "invited"
    RESET_PASSWORD = "reset-password"  # noqa: S105 - a kind of message, no secret
    CHANGED_PASSWORD = "changed-password"  # noqa: S105 - a kind of message, no secret
    CHANGED_SIGN_IN = "changed-sign-in"
    GAVE_ROLE = "gave-role"
    TOOK_ROLE = "took-role"
    ANSWERED_INVITATION = "answered-invitation"
    OPENED_ROUND = "opened-round"
    SUBMITTED = "submitted"
    WITHDREW = "withdrew"
    TRIAL = "trial"


# Whoever could turn these off for somebody could take over their account unseen.
ABOUT_SAFETY = frozenset({Kind.INVITED, Kind.RESET_PASSWORD, Kind.CHANGED_PASSWORD, Kind.CHANGED_SIGN_IN, Kind.TRIAL})
# What `about` must hold for each kind: names as people know them, and ids. It never holds a secret. Where it names a
# person, as `who`, it has their id too, as `by`: empty for somebody without an account, who is known by an address.
ABOUT: Mapping[Kind, frozenset[str]] = {
    Kind.INVITED: frozenset({"invitation"}),
    Kind.RESET_PASSWORD: frozenset({"reset"}),
    Kind.CHANGED_PASSWORD: frozenset(),
    Kind.CHANGED_SIGN_IN: frozenset(),
    Kind.GAVE_ROLE: frozenset({"role", "place"}),
    Kind.TOOK_ROLE: frozenset({"role", "place"}),
    Kind.ANSWERED_INVITATION: frozenset({"who", "answer", "role", "place"}),
    Kind.OPENED_ROUND: frozenset({"round", "programme", "cluster", "day"}),
    Kind.SUBMITTED: frozenset({"who", "cluster", "assessment"}),
    Kind.WITHDREW: frozenset({"who", "cluster"}),  # and the `assessment`, for the cluster's own people
    Kind.TRIAL: frozenset(),
}
# Which of these is the id of the row that the mail is about, to find what became of its mail.
ROW: Mapping[Kind, str] = {Kind.INVITED: "invitation", Kind.RESET_PASSWORD: "reset"}

MOST_ATTEMPTS = 10
# A worker that has died holds its mail back for so long; one that lives gives up on a server well before.
LEASE = dt.timedelta(minutes=10)
_FIRST_PAUSE = dt.timedelta(minutes=1)
_LONGEST_PAUSE = dt.timedelta(hours=12)
_GROWTH = 3.0


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that is due: to whom, about what, and where its links lead on this host, their secrets included.

    `language` None is unknown, so it is written in every one; `unsubscribe` is None where nobody can turn it off.
    """

    id: str
    kind: Kind
    address: str
    language: str | None
    about: Mapping[str, str]
    path: str
    unsubscribe: str | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail in words, ready to be sent; `unsubscribe` is a whole address."""

    id: str
    address: str
    subject: str
    text: str
    html: str
    created_at: dt.datetime
    unsubscribe: str | None


class Undelivered(Exception):
    """A mail was not taken. `why` is for the operator and names no secret; `for_good`: trying again is no use."""

    def __init__(self, why: str, *, for_good: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.for_good = for_good


def pause(attempts: int, mail_id: str) -> dt.timedelta:
    """Return how long to wait after so many attempts: from a minute to half a day, no two mails quite alike."""
    grown = _FIRST_PAUSE * _GROWTH ** min(max(attempts - 1, 0), MOST_ATTEMPTS)
    chance = hashlib.sha256(f"{mail_id} {attempts}".encode()).digest()[0] / 255
    # Mails that failed together do not all come back together; from a minute up, as what is due must be over.
    return min(grown * (1 + chance / 4), _LONGEST_PAUSE)


def can_be_muted(kind: str) -> bool:
    """Whether people may turn this kind of mail off; False for what is no kind."""
    return kind in set(Kind) - ABOUT_SAFETY
