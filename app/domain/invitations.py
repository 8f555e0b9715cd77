"""Invitations by e-mail into a role: how long they are good for, what becomes of them, how many there may be."""

import datetime as dt
import enum
from collections.abc import Collection
from dataclasses import dataclass

from app.domain.errors import GoldgapError, Invalid, Problem
from app.domain.roles import Role

LIFE = dt.timedelta(hours=72)
MOST_OPEN = 20
MOST_A_DAY = 50
A_DAY = dt.timedelta(days=1)


class Answer(enum.StrEnum):
    """How an invitation came to its end."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Standing(enum.StrEnum):
    """How an invitation that nobody has closed stands: `lapsed` when who sent it could no longer send it."""

    WAITING = "waiting"
    EXPIRED = "expired"
    LAPSED = "lapsed"


class NoLongerValid(GoldgapError):
    """An invitation that was used, declined, withdrawn, that is too old, or that never was: told apart nowhere."""

    def __init__(self) -> None:
        super().__init__(
            "invitation", "This invitation is no longer valid. Ask the person who invited you for a new one."
        )


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation of an e-mail address into a role. `until` is a deputy's end.

    With `giver_becomes` the cluster is handed over: whoever invited becomes that when it is accepted.
    """

    id: str
    email: str
    role: Role
    cluster_id: str | None
    programme_id: str | None
    until: dt.datetime | None
    giver_becomes: str | None
    invited_by: str
    inviter: str
    created_at: dt.datetime
    expires_at: dt.datetime
    closed_as: Answer | None

    def standing(self, now: dt.datetime, given: Collection[Role]) -> Standing:
        """Return how it stands, where whoever invited may now give these roles."""
        if now >= self.expires_at or (self.until is not None and now >= self.until):
            return Standing.EXPIRED
        return Standing.WAITING if self.role in given else Standing.LAPSED


def require_room(open_here: int, sent_today: int) -> None:
    """Pass where one more invitation may be sent; raises Invalid."""
    if open_here >= MOST_OPEN:
        message = "There are %(most)s open invitations here already. Withdraw some, or wait until they are answered."
        raise Invalid(Problem("email", "too-many-open", message, {"most": MOST_OPEN}))
    if sent_today >= MOST_A_DAY:
        message = "You have sent %(most)s invitations within a day. Please go on tomorrow."
        raise Invalid(Problem("email", "too-many-today", message, {"most": MOST_A_DAY}))
