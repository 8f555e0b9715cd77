"""How figures, days and moments are written in each language; times are shown in Norwegian time."""

import datetime as dt
from collections.abc import Callable, Mapping
from fractions import Fraction

from babel import dates, numbers

from app.domain import days

ZONE = days.ZONE
# Our English is a European one: 30 September, not September 30.
_LOCALES = {"en": "en_GB"}


def filters(language: str) -> Mapping[str, Callable[..., str]]:
    """Return the template filters that write values in this language."""
    locale = _LOCALES.get(language, language)

    def day(value: dt.date) -> str:
        return dates.format_date(value, "long", locale=locale)

    def moment(value: dt.datetime) -> str:
        return f"{dates.format_date(value.astimezone(ZONE), 'medium', locale=locale)}, {clock(value)}"

    def clock(value: dt.datetime) -> str:
        return dates.format_time(value, "HH:mm", tzinfo=ZONE, locale=locale)

    def decimal(value: float | Fraction, places: int = 1) -> str:
        return numbers.format_decimal(round(float(value), places), "#,##0.##", locale=locale)

    def share(value: float) -> str:
        """Write a percentage that is already one, with its one decimal always shown."""
        return numbers.format_decimal(value, "#,##0.0", locale=locale) + "\N{NO-BREAK SPACE}%"

    return {"day": day, "moment": moment, "clock": clock, "decimal": decimal, "share": share}
