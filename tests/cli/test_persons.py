"""`goldgap person` on both databases."""

import json
from pathlib import Path

from tests.cli.conftest import Say

KARI = ("--email", "kari@example.org")


def test_everything_about_a_person_is_printed_and_then_they_are_erased(goldgap: Say) -> None:
    goldgap("user", "create", *KARI, "--name", "Kari Nordmann")
    printed = json.loads(goldgap("person", "export", *KARI).out)
    assert printed["person"]["name"] == "Kari Nordmann"
    assert printed["users"][0]["email"] == "kari@example.org"
    assert "password" not in json.dumps(printed)
    erased = goldgap("person", "erase", *KARI, "--json")
    assert (erased.code, erased.json) == (
        0,
        {"id": printed["person"]["id"], "without_manager": [], "without_owner": []},
    )
    assert goldgap("user", "list").out == ""
    assert goldgap("person", "export", *KARI).code == 1


def test_erasing_the_last_who_keeps_a_place_says_which_it_was(goldgap: Say, tmp_path: Path) -> None:
    goldgap("programme", "create", "--slug", "north", "--name", "North")
    file = tmp_path / "clusters.csv"
    file.write_text("name,slug\nKyst,kyst\n", encoding="utf-8")
    assert goldgap("import", "clusters", str(file), "--programme", "north").code == 0
    for name in ("kari", "tor"):
        goldgap("user", "create", "--email", f"{name}@example.org", "--name", name)
        goldgap("member", "add", "--email", f"{name}@example.org", "--role", "manager", "--cluster", "kyst")
        goldgap("member", "add", "--email", f"{name}@example.org", "--role", "owner", "--programme", "north")
    first = goldgap("person", "erase", *KARI)
    assert (first.code, len(first.out.splitlines())) == (0, 1)
    goldgap("user", "create", *KARI, "--name", "Kari")
    goldgap("member", "add", *KARI, "--role", "manager", "--cluster", "kyst")
    second = goldgap("person", "erase", "--email", "tor@example.org")
    assert second.out.splitlines()[1:] == [
        "The programme North has no owner any more: goldgap member add --role owner --programme north --email ..."
    ]
    last = goldgap("person", "erase", *KARI, "--json").json
    assert (last["without_manager"], last["without_owner"]) == (["kyst"], [])


def test_an_erasure_says_what_remains(goldgap: Say) -> None:
    goldgap("user", "create", *KARI, "--name", "Kari Nordmann")
    said = goldgap("person", "erase", *KARI)
    assert said.out.startswith("Erased. What remains in the journal is the id ")
    assert "Kari" not in said.out
