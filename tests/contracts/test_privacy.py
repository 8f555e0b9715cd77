"""What is kept about people: each column that leads to one is exported, erased, and told to the public body."""

import dataclasses
import re
from pathlib import Path

import pytest

from app.domain.retention import Retention
from app.settings import Settings
from app.store.persons import BY_ADDRESS, OWN
from app.store.tables import metadata

ROOT = Path(__file__).parents[2]
DPIA = (ROOT / "docs" / "dpia-basis.md").read_text(encoding="utf-8")
_POINTS_TO_A_PERSON = re.compile(r"user_id|actor_id|.*_by|person_id")
_HOLDS_AN_ADDRESS = re.compile(r".*(e?mail|address).*")
# Columns whose names look like it, and why they are none.
NO_PERSON: dict[str, str] = {}


def columns(pattern: re.Pattern[str]) -> set[tuple[str, str]]:
    return {
        (table.name, column.name)
        for table in metadata.sorted_tables
        for column in table.columns
        if pattern.fullmatch(column.name) and f"{table.name}.{column.name}" not in NO_PERSON
    }


def test_every_column_with_a_persons_id_is_exported_and_erased() -> None:
    known = {(table, column) for table, names in OWN.items() for column in names}
    assert columns(_POINTS_TO_A_PERSON) | {("users", "id")} == known


def test_every_reference_to_an_account_is_among_them() -> None:
    known = {(table, column) for table, names in OWN.items() for column in names}
    references = {
        (table.name, key.parent.name)
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "users"
    }
    assert references <= known


def test_every_column_with_an_address_is_looked_into() -> None:
    assert columns(_HOLDS_AN_ADDRESS) == set(BY_ADDRESS.items())


@pytest.mark.parametrize("table", sorted(OWN))
def test_the_public_body_is_told_of_every_table_with_people_in_it(table: str) -> None:
    assert re.search(rf"`{table}[`.]", DPIA)


def test_the_periods_told_are_the_defaults() -> None:
    assert Settings().retention == Retention()
    for field in dataclasses.fields(Retention):
        days = getattr(Retention(), field.name)
        setting = f"GOLDGAP_KEEP_{field.name.upper()}_DAYS"
        told = next(line for line in DPIA.splitlines() if setting in line)
        assert f"{days} days" in told or f"{days // 365} years" in told, setting
