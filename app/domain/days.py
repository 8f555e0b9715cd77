"""Calendar days in Norwegian time, in which a day begins and ends for everybody who uses the service."""

import datetime as dt
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Oslo")
_A_DAY = dt.timedelta(days=1)


def day_of(moment: dt.datetime) -> dt.date:
    """Return the day that it is at a moment."""
    return moment.astimezone(ZONE).date()


def end_of(day: dt.date) -> dt.datetime:
    """Return the moment at which a day is over, in UTC."""
    return dt.datetime.combine(day + _A_DAY, dt.time(), tzinfo=ZONE).astimezone(dt.UTC)


def last_before(moment: dt.datetime) -> dt.date:
    """Return the last day that is not over, or only just, at a moment: of `end_of(day)` the day."""
    return day_of(moment - dt.timedelta(microseconds=1))
