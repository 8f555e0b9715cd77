"""The parts of an address: ids and names in its path, and what a list may be narrowed by."""

import datetime as dt
import re
from typing import Annotated

from fastapi import Depends, Path, Query
from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.domain.portfolio import Basis
from app.usecases import portfolio

# Whatever an address could name; anything else is nothing that there is. Refused here, so that no database sees it.
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
_WORDS = r"^[^\x00-\x1f\x7f]*$"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,12})?)?(Z|[+-]\d\d:\d\d)?)?")

ClusterPath = Annotated[str, Path(pattern=NAME, description="The cluster's slug.", examples=["kyst"])]
AssessmentPath = Annotated[
    str, Path(alias="id", pattern=NAME, description="The assessment's id.", examples=["0f1e2d3c4b5a6978"])
]
IndicatorPath = Annotated[str, Path(pattern=NAME, description="The indicator's official number.", examples=["1.1.0"])]
FrameworkPath = Annotated[str, Path(pattern=NAME, description="The framework's name.", examples=["ecei"])]
VersionPath = Annotated[str, Path(pattern=NAME, description="The framework's version.", examples=["2026.1"])]


def _moment(raw: object) -> object:
    """Return an ISO 8601 moment in UTC; without an offset it is taken to be in UTC."""
    # A plus sign that nobody encoded arrives as a space.
    text = re.sub(r"(T[0-9:.]+) (\d\d:\d\d)$", r"\1+\2", str(raw).upper()[:50])
    try:
        found = dt.datetime.fromisoformat(text if _MOMENT.fullmatch(text) else "")
    except ValueError:
        raise PydanticCustomError("moment", "not a moment") from None
    aware = found if found.tzinfo else found.replace(tzinfo=dt.UTC)
    try:
        return aware.astimezone(dt.UTC)
    except OverflowError:
        # The first or last hours of all years, in another time zone.
        return aware.replace(tzinfo=dt.UTC)


UpdatedSince = Annotated[
    dt.datetime | None,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
    Query(
        description="Only what was changed at this moment or later; UTC where no offset is given.",
        examples=["2026-10-01T08:00:00Z"],
    ),
]
Filter = Annotated[str | None, Query(max_length=200, pattern=_WORDS)]


async def _selection(
    programme: Annotated[Filter, Query(description="The programme's slug.", examples=["demo"])] = None,
    round_: Annotated[Filter, Query(alias="round", description="The round's slug.", examples=["hosten-2026"])] = None,
    level: Annotated[Filter, Query(description="The clusters' programme level.", examples=["arena"])] = None,
    region: Annotated[Filter, Query(description="The clusters' region.", examples=["Vestland"])] = None,
    sector: Annotated[Filter, Query(description="The clusters' sector.", examples=["sea"])] = None,
    basis: Annotated[Basis, Query(description="Whose levels the figures are made of.")] = Basis.CLAIMED,
    framework: Annotated[
        Filter,
        Query(description="A catalogue's name and version; the newest offered without it.", examples=["ecei/2026.1"]),
    ] = None,
) -> portfolio.Query:
    """Read what narrows a portfolio; an empty word narrows nothing."""
    return portfolio.Query(
        programme=programme or None,
        round=round_ or None,
        level=level or None,
        region=region or None,
        sector=sector or None,
        basis=basis,
        framework=framework or None,
    )


SelectionDep = Annotated[portfolio.Query, Depends(_selection)]
