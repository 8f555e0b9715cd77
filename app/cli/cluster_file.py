"""A file of clusters as spreadsheets save it: UTF-8 with or without a mark, commas or semicolons."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.cli.console import Refused
from app.domain import clusters
from app.domain.errors import Invalid

COLUMNS = ("name", "slug", "programme_level", "region", "sector")


def read_rows(file: Path) -> Sequence[Mapping[str, str]]:
    """Return a row for each line below the heading; raises Refused with every fault of the file's form."""
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused(f"{file}: not saved as UTF-8; save it as “CSV UTF-8”.") from None
    heading, _, _ = text.partition("\n")
    delimiter = ";" if heading.count(";") > heading.count(",") else ","
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise Refused(f"{file}: not a table: {error}.") from None
    while lines and not any(cell.strip() for cell in lines[-1]):
        lines.pop()
    columns = [cell.strip().lower() for cell in lines[0]] if lines else []
    if problems := [*_of_heading(columns), *_of_lines(columns, lines[1:])]:
        raise Refused(*(f"{file}: {problem}" for problem in problems))
    rows = [dict(zip(columns, line, strict=True)) for line in lines[1:]]
    if problems := _of_repetition(rows):
        raise Refused(*(f"{file}: {problem}" for problem in problems))
    return rows


def _of_heading(columns: Sequence[str]) -> list[str]:
    problems = [] if "name" in columns else ["the first line must name the columns, and one of them `name`."]
    problems += [f"there is no column `{column}`; there are {', '.join(COLUMNS)}." for column in _unknown(columns)]
    if len(set(columns)) < len(columns):
        problems.append("two columns have the same name.")
    return problems


def _unknown(columns: Sequence[str]) -> list[str]:
    # Where nothing is known, the heading is missing, and repeating a line of data would not help.
    return [column for column in columns if column not in COLUMNS] if set(columns) & set(COLUMNS) else []


def _of_lines(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    return [
        f"line {number}: {len(line)} cells under {len(columns)} columns."
        for number, line in enumerate(lines, start=2)
        if len(line) != len(columns)
    ]


def _of_repetition(rows: Sequence[Mapping[str, str]]) -> list[str]:
    """Name the clusters that come twice: the second would undo the first, at every import again."""
    first: dict[str, int] = {}
    problems = []
    for number, row in enumerate(rows, start=2):
        try:
            slug = row.get("slug") or clusters.slug_from(row["name"])
        except Invalid:
            continue  # what is wrong with it is said where it is registered
        if slug in first:
            problems.append(f"line {number}: the same cluster as in line {first[slug]}.")
        first.setdefault(slug, number)
    return problems
