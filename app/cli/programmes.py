"""Programmes: make one, bring its clusters in from a file, take its figures out."""

import csv
import dataclasses
import io
import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from app.cli.cluster_file import read_rows
from app.cli.console import AsJson, opened, show
from app.domain.portfolio import Basis
from app.main import read_frameworks
from app.pages.exports import guarded
from app.settings import Settings
from app.usecases import operators, portfolio
from app.usecases.operators import OPERATOR
from app.usecases.portfolio import Export, Query, Sheet

commands = typer.Typer()
programme = typer.Typer(no_args_is_help=True, help="Programmes that follow up clusters.")
imports = typer.Typer(no_args_is_help=True, help="Bring data in.")
exports = typer.Typer(no_args_is_help=True, help="Take data out.")
commands.add_typer(programme, name="programme")
commands.add_typer(imports, name="import")
commands.add_typer(exports, name="export")


@programme.command("create")
def create_programme(
    *,
    name: Annotated[str, typer.Option(help="The programme's name.")],
    slug: Annotated[str, typer.Option(help="Its readable address, such as arena.")],
    as_json: AsJson = False,
) -> None:
    """Create a programme."""
    with opened() as store:
        created = operators.create_programme(store, {"name": name, "slug": slug})
    show(dataclasses.asdict(created), [f"Created the programme {created.name}, {created.slug}."], as_json=as_json)


@imports.command("clusters")
def import_clusters(
    file: Path,
    *,
    programme: Annotated[str, typer.Option(help="The slug of the programme that they take part in.")],
    as_json: AsJson = False,
) -> None:
    """Register the clusters in a CSV file, or update them by slug: all of them, or none where a line is wrong.

    The columns are name, and where there are any slug, programme_level, region and sector.
    """
    rows = read_rows(file)
    with opened() as store:
        imported = operators.import_clusters(store, programme, rows)
    counts = ", ".join(f"{len(slugs)} {outcome}" for outcome, slugs in dataclasses.asdict(imported).items())
    show(dataclasses.asdict(imported), [f"{file}: {counts}."], as_json=as_json)


@exports.command("portfolio")
def export_portfolio(
    *,
    form: Annotated[Literal["json", "csv"], typer.Option("--format", help="How it is written.")] = "json",
    sheet: Annotated[Sheet, typer.Option(help="Which table.")] = Sheet.CLUSTERS,
    programme: Annotated[str | None, typer.Option(help="Only this programme's clusters, by slug.")] = None,
    in_round: Annotated[str | None, typer.Option("--round", help="Only this round, by slug.")] = None,
    basis: Annotated[Basis, typer.Option(help="Whose levels are counted.")] = Basis.CLAIMED,
    language: Annotated[str, typer.Option("--lang", help="The language of indicators' names.")] = "nb",
) -> None:
    """Print the portfolio's figures, with what was counted and what was left out."""
    frameworks = read_frameworks(Settings())
    query = Query(programme=programme, round=in_round, basis=basis)
    with opened() as store:
        found = portfolio.export(store, frameworks, OPERATOR, query, sheet, language, form)
    if form == "json":
        typer.echo(json.dumps(_document(found), ensure_ascii=False, indent=2, default=str))
        return
    # As bytes: the lines of CSV end in CR and LF, on every system and whatever the terminal's encoding is.
    sys.stdout.buffer.write(_csv(found).encode())


def _document(found: Export) -> dict[str, object]:
    overview = found.portfolio
    return {
        "as_of": overview.as_of.isoformat().replace("+00:00", "Z"),
        "framework": overview.framework.name,
        "version": overview.framework.version,
        "basis": overview.basis,
        "indicative": True,
        "counted": len(overview.counted),
        "left_out": [{"cluster": row.cluster.slug, "reason": row.reason} for row in overview.left_out],
        "records": [dict(zip(found.table.columns, row, strict=True)) for row in found.table.rows],
    }


def _csv(found: Export) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written)
    writer.writerow(found.table.columns)
    writer.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in found.table.rows)
    return written.getvalue()
