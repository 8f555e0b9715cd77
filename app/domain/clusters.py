"""Programmes, their rounds, and the clusters that take part in them."""

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain import text
from app.domain.consent import Sharing
from app.domain.errors import Invalid, Problem

SLUG_LENGTH = 60
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# NFKD leaves these letters whole; a Norwegian address writes them like this.
_LETTERS = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ß": "ss", "đ": "d", "ł": "l", "&": " og "})


@dataclass(frozen=True, slots=True)
class Programme:
    """A programme that follows up clusters, such as a national agency's."""

    id: str
    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Round:
    """One time a programme asks its clusters for an assessment."""

    id: str
    programme_id: str
    slug: str
    name: str
    reference_date: dt.date


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster organisation; `slug` is its readable address and never changes by itself.

    Read along with it: `sharing`, how it stands to its programme, and `programme_name`, what that is called.
    """

    id: str
    slug: str
    name: str
    programme_id: str | None
    programme: str | None
    level: str
    region: str
    sector: str
    revision: int
    updated_at: dt.datetime
    sharing: Sharing = field(default=Sharing.UNDECIDED, compare=False)
    programme_name: str | None = field(default=None, compare=False)


def slug(field: str, raw: object) -> str:
    """Return a readable address as it was given; raises Invalid."""
    given = text.line(field, raw, longest=SLUG_LENGTH)
    if not _SLUG.fullmatch(given):
        message = "Use small letters a to z, digits and single hyphens, such as havbruk-sor."
        raise Invalid(Problem(field, "slug", message))
    return given


def slug_from(name: str) -> str:
    """Return a readable address made from a name; raises Invalid where no letter or digit is left."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS)).encode("ascii", "ignore").decode()
    return slug("slug", re.sub(r"[^a-z0-9]+", "-", plain)[:SLUG_LENGTH].strip("-"))


def day(field: str, raw: object) -> dt.date:
    """Return a calendar day from a date or its ISO 8601 text between 2000 and 2099; raises Invalid."""
    try:
        # A moment is a date to Python, but cannot be compared with one; it is refused as any other value.
        # Python would read weeks and days without hyphens, too, which nobody has been promised.
        written = raw if isinstance(raw, str) and _DAY.fullmatch(raw) else ""
        found = raw if type(raw) is dt.date else dt.date.fromisoformat(written)
    except ValueError:
        found = dt.date.min
    if not dt.date(2000, 1, 1) <= found <= dt.date(2099, 12, 31):
        raise Invalid(Problem(field, "date", "Give a date such as 2026-09-30."))
    return found


def when(rounds: Sequence[Round], wanted: object, raw_day: object) -> tuple[Round | None, dt.date]:
    """Return the one of a programme's rounds that is wanted, or that of the day, and the reference date.

    A round's own date is the reference date in it. Raises Invalid.
    """
    if wanted is None or wanted == "":
        chosen = day("reference_date", raw_day)
        return next((each for each in rounds if each.reference_date == chosen), None), chosen
    in_round = next((each for each in rounds if each.slug == wanted), None)
    if in_round is None:
        raise Invalid(Problem("round", "round", "The programme has no such round."))
    if raw_day is not None and day("reference_date", raw_day) != in_round.reference_date:
        message = "The round has the reference date %(day)s. Give that one, or none."
        raise Invalid(Problem("reference_date", "round-date", message, {"day": in_round.reference_date.isoformat()}))
    return in_round, in_round.reference_date
