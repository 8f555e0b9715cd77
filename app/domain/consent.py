"""What a cluster shares with whom: given and taken back by a person on a day. Nothing is shared by silence.

Of an assessment that is submitted, those outside the cluster see what has been given; of a draft never more than how
far it is answered, and not even that where the cluster withholds everything.
"""

import datetime as dt
import enum
from collections.abc import Iterable
from dataclasses import dataclass

from app.domain.errors import Invalid, Problem


class Audience(enum.StrEnum):
    """With whom a cluster can share. A cluster in no programme is followed up by the administrators in its place."""

    PROGRAMME = "programme"
    PEERS = "peers"
    PUBLIC = "public"


class Sharing(enum.StrEnum):
    """How a cluster stands to an audience now."""

    UNDECIDED = "undecided"
    GIVEN = "given"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True)
class Consent:
    """One decision to share, until it was revoked. `given_at` None: the cluster said no without having shared before.

    People are named as they are called now, empty where the account is gone. `is_from_before` marks what was shared
    with a submission at a time when nobody was asked.
    """

    audience: Audience
    given_at: dt.datetime | None
    given_by: str
    revoked_at: dt.datetime | None
    revoked_by: str
    is_from_before: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it holds now."""
        return self.revoked_at is None


def audience(field: str, raw: object) -> Audience:
    """Return with whom is to be shared; raises Invalid."""
    try:
        return Audience(str(raw))
    except ValueError:
        raise Invalid(Problem(field, "audience", "Choose with whom to share.")) from None


def standing(decisions: Iterable[Consent], towards: Audience) -> Sharing:
    """Return how a cluster stands to an audience after these decisions."""
    about = [each for each in decisions if each.audience is towards]
    if not about:
        return Sharing.UNDECIDED
    return Sharing.GIVEN if any(each.is_open for each in about) else Sharing.WITHHELD


def is_given_by_submitting(now: Sharing, *, wanted: bool) -> bool:
    """Whether a submission gives the programme consent: the first does, and no later one that did not ask for it."""
    return now is Sharing.UNDECIDED or (now is Sharing.WITHHELD and wanted)
