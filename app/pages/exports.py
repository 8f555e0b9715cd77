"""The portfolio's tables to take along: CSV for spreadsheets, with the page's words, and JSON for programs."""

import csv
import datetime as dt
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from babel import numbers
from fastapi import APIRouter
from starlette.responses import Response

from app.domain.lifecycle import State
from app.domain.portfolio import LeftOutReason
from app.domain.scoring import Outcome
from app.pages import selection
from app.pages.format import ZONE
from app.pages.selection import Asked, AskedDep
from app.pages.templating import Page, PageDep
from app.usecases import portfolio
from app.usecases.portfolio import Export, Sheet
from app.web.deps import FrameworksDep, StoreDep

router = APIRouter(include_in_schema=False)
_BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads the file as its old code page
_OPENS_FORMULA = "=+-@"
_BREAKS_CELL = "\t\r\n"
_BEHIND_SEPARATOR = re.compile("([,;|][\"'\\s]*)([=+@\uff0b\uff1d\uff20\uff0d-])")


@router.get("/portfolio/{sheet}.csv", name="export_csv")
def export_csv(
    page: PageDep, store: StoreDep, frameworks: FrameworksDep, asked_for: AskedDep, sheet: Sheet
) -> Response:
    """Hand out a table for a spreadsheet, in the words and figures of the page."""
    found = portfolio.export(store, frameworks, page.actor, asked_for.query, sheet, page.language, "csv")
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", lineterminator="\r\n")
    writer.writerows(_sheet(page, found, sheet))
    return _file((_BYTE_ORDER_MARK + written.getvalue()).encode(), "text/csv; charset=utf-8", found, sheet, "csv")


@router.get("/portfolio/{sheet}.json", name="export_json")
def export_json(
    page: PageDep, store: StoreDep, frameworks: FrameworksDep, asked_for: AskedDep, sheet: Sheet
) -> Response:
    """Hand out a table as records under stable names, with what they were made from."""
    found = portfolio.export(store, frameworks, page.actor, asked_for.query, sheet, page.language, "json")
    records = [dict(zip(found.table.columns, row, strict=True)) for row in found.table.rows]
    written = json.dumps({"meta": _meta(found, asked_for), "records": records}, ensure_ascii=False, default=str)
    return _file(written.encode(), "application/json", found, sheet, "json")


def guarded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: an apostrophe goes before what could open one.

    Full-width forms and white space before the sign do not hide it. One apostrophe more is put before text that
    begins so behind apostrophes of its own, so that taking one away always gives the text back.
    """
    # A program that takes another separator than ours finds cells that begin inside the text.
    text = _BEHIND_SEPARATOR.sub(lambda found: f"{found[1]}'{found[2]}", text)
    bare = unicodedata.normalize("NFKC", text.lstrip("'")).lstrip()
    opens = bare[:1] in _OPENS_FORMULA if bare else False
    return f"'{text}" if opens or text.lstrip("'")[:1] in tuple(_BREAKS_CELL) else text


def _sheet(page: Page, found: Export, sheet: Sheet) -> Iterator[list[str]]:
    """Yield a spreadsheet's lines: a heading for each column, then the rows."""
    headings = _headings(page, found, sheet)
    write = _writer(page)
    yield [guarded(heading) for heading in headings.values()]
    for row in found.table.rows:
        record = dict(zip(found.table.columns, row, strict=True))
        if sheet is Sheet.INDICATORS:
            # By itself, a number such as 2.5 would be shown as the second of May.
            record["number"] = f"{record['number']} {record['name']}"
        yield [write(record[column]) for column in headings]


def _headings(page: Page, found: Export, sheet: Sheet) -> Mapping[str, str]:
    """Return the columns that a spreadsheet has, with their headings in the page's language."""
    if sheet is Sheet.CLUSTERS:
        return _cluster_headings(page)
    if sheet is Sheet.INDICATORS:
        return _indicator_headings(page)
    words = found.portfolio.framework.wording(page.language).indicators
    levels = {number: f"{number} {words[number].name}" for number in found.table.columns if number in words}
    return {"cluster": page.say("Address"), "name": page.say("Cluster"), **levels}


def _cluster_headings(page: Page) -> Mapping[str, str]:
    return {
        "cluster": page.say("Address"),
        "name": page.say("Cluster"),
        "programme": page.say("Programme"),
        "level": page.say("Programme level"),
        "region": page.say("Region"),
        "sector": page.say("Sector"),
        "counted": page.say("Counted"),
        "reason": page.say("Why not counted"),
        "state": page.say("Status"),
        "reference_date": page.say("Reference date"),
        "answered": page.say("Answered"),
        "total": page.say("Indicators"),
        "points": page.say("Points"),
        "max_points": page.say("Points possible"),
        "percent": page.say("Percent"),
        "outcome": page.say("Result"),
    }


def _indicator_headings(page: Page) -> Mapping[str, str]:
    return {
        "number": page.say("Indicator"),
        "n": page.say("Clusters"),
        "mean": page.say("Mean"),
        "lowest": page.say("Lowest"),
        "q1": page.say("First quartile"),
        "median": page.say("Median"),
        "q3": page.say("Third quartile"),
        "highest": page.say("Highest"),
        "benchmark": page.say("Benchmark"),
        "below_benchmark": page.say("Below benchmark"),
        "below_benchmark_percent": page.say("Below benchmark, percent"),
        "minimum": page.say("Minimum"),
        "below_minimum": page.say("Below minimum"),
        "below_minimum_percent": page.say("Below minimum, percent"),
    }


def _writer(page: Page) -> Callable[[object], str]:
    """Return what writes a value as a spreadsheet in the page's language reads it."""
    # Kept apart by type: a state and a reason may have one and the same code.
    by_type: dict[type, Callable[[Any], str]] = {
        type(None): lambda _nothing: "",
        bool: lambda value: page.say("yes") if value else page.say("no"),
        float: lambda value: numbers.format_decimal(value, "0.##", locale=page.language),
        State: _state_words(page).__getitem__,
        LeftOutReason: selection.reason_words(page).__getitem__,
        Outcome: _outcome_words(page).__getitem__,
    }
    return lambda value: by_type.get(type(value), lambda other: guarded(str(other)))(value)


def _state_words(page: Page) -> Mapping[State, str]:
    return {
        State.DRAFT: page.say("Draft"),
        State.SUBMITTED: page.say("Submitted"),
        State.WITHDRAWN: page.say("Withdrawn"),
        State.IN_REVIEW: page.say("In review"),
        State.CHANGES_REQUESTED: page.say("Changes requested"),
        State.REPLYING: page.say("Right of reply"),
        State.VERIFIED: page.say("Verified"),
        State.CLOSED: page.say("Closed"),
    }


def _outcome_words(page: Page) -> Mapping[Outcome, str]:
    return {
        Outcome.GOLD: page.say("Meets the Gold figures"),
        Outcome.NOT_GOLD: page.say("Does not meet the Gold figures"),
        Outcome.INCOMPLETE: page.say("No result yet"),
    }


def _meta(found: Export, asked_for: Asked) -> Mapping[str, object]:
    overview = found.portfolio
    framework = overview.framework
    return {
        "as_of": overview.as_of.astimezone(dt.UTC).isoformat().replace("+00:00", "Z"),
        "framework": framework.name,
        "version": framework.version,
        "digest": framework.digest,
        "basis": overview.basis,
        "indicative": True,
        "filters": {name: value for name, value in asked_for.narrowed.items() if name not in {"framework", "basis"}},
        "counted": len(overview.counted),
        "left_out": [
            {"cluster": row.cluster.slug, "name": row.cluster.name, "reason": row.reason} for row in overview.left_out
        ],
    }


def _file(content: bytes, media_type: str, found: Export, sheet: Sheet, ending: str) -> Response:
    day = found.portfolio.as_of.astimezone(ZONE).date().isoformat()
    name = f"goldgap-portfolio-{sheet}-{day}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Vary": "Accept-Language, Cookie"}
    return Response(content, media_type=media_type, headers=headers)
