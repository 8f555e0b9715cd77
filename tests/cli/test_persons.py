"""`goldgap person` on both databases."""

import json

from tests.cli.conftest import Say

KARI = ("--email", "kari@example.org")


def test_everything_about_a_person_is_printed_and_then_they_are_erased(goldgap: Say) -> None:
    goldgap("user", "create", *KARI, "--name", "Kari Nordmann")
    printed = json.loads(goldgap("person", "export", *KARI).out)
    assert printed["person"]["name"] == "Kari Nordmann"
    assert printed["users"][0]["email"] == "kari@example.org"
    assert "password" not in json.dumps(printed)
    erased = goldgap("person", "erase", *KARI, "--json")
    assert (erased.code, erased.json) == (0, {"id": printed["person"]["id"]})
    assert goldgap("user", "list").out == ""
    assert goldgap("person", "export", *KARI).code == 1


def test_an_erasure_says_what_remains(goldgap: Say) -> None:
    goldgap("user", "create", *KARI, "--name", "Kari Nordmann")
    said = goldgap("person", "erase", *KARI)
    assert said.out.startswith("Erased. What remains in the journal is the id ")
    assert "Kari" not in said.out
