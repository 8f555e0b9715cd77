"""How long what is kept about people is kept, where nothing else says so."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Retention:
    """Days after which each kind of data is deleted; the defaults are the ones that the privacy page promises."""

    sent_mail: int = 30
    read_notices: int = 180
    closed_invitations: int = 90
    ended_tokens: int = 365
    journal_names: int = 5 * 365

    def before(self, kind: str, now: dt.datetime) -> dt.datetime:
        """Return the moment before which data of this kind is old enough to be deleted."""
        days: int = getattr(self, kind)
        return now - dt.timedelta(days=days)
