"""The examples for programs in the README, taken from there and run against the demo on a real socket."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.main import create_app, make_store
from app.settings import Settings
from tests.demo import load_demo
from tests.served import served
from tests.store.stores import Databases, databases, template

__all__ = ["databases", "template"]

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8000"
GOLDGAP = ".venv/bin/goldgap"
_SHELL = re.compile(r"(?:^    .*curl .*\n|^    TOKEN=.*\n)+", re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TOKEN = re.compile(r'^TOKEN = "…"  # goldgap (token create .*)$', re.MULTILINE)
_FIGURES = re.compile(r"\*([^*]+)\*(?:: | has )(\d+)(?: of 124 points| points|, which is)")
on_sqlite = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)


@dataclass(frozen=True)
class Demo:
    """The demo as it is served, and its environment."""

    address: str
    environment: dict[str, str]

    def run(self, *words: str, stdin: str = "") -> str:
        """Run a program in the checkout and return what it prints."""
        done = subprocess.run(
            words, cwd=ROOT, env=self.environment, input=stdin, capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def demo(databases: Databases, template: str) -> Iterator[Demo]:
    """The demo programme, served."""
    url = databases.fresh_database(template)
    load_demo(url)
    settings = Settings(database_url=url)
    store = make_store(settings)
    with served(create_app(settings, store)) as address:
        yield Demo(address, {**os.environ, "GOLDGAP_DATABASE_URL": url})
    store.dispose()
    databases.drop_database(url)


def the_only(pattern: re.Pattern[str]) -> str:
    """Return the one place in the README that looks like this."""
    (found,) = pattern.finditer(README)
    return found[found.lastindex or 0]


@on_sqlite
def test_the_portfolio_can_be_fetched_with_curl_as_the_readme_says(demo: Demo) -> None:
    assert shutil.which("curl"), "the README's example needs curl, which is not installed here"
    said = the_only(_SHELL)
    assert (said.count(GOLDGAP), said.count(ADDRESS), said.count("curl ")) == (1, 1, 1)
    script = said.replace(GOLDGAP, f"{sys.executable} -m app.cli").replace(ADDRESS, demo.address)
    found: dict[str, Any] = json.loads(demo.run("sh", "-eu", stdin=script.replace("curl ", "curl --silent --fail ")))
    assert found["counted"] + len(found["left_out"]) == len(found["clusters"]) > 0
    assert "draft" in {each["reason"] for each in found["left_out"]}
    rows = {each["name"]: each for each in found["clusters"]}
    # The tour's figures of that round.
    told = {match[1]: int(match[2]) for match in _FIGURES.finditer(" ".join(README.split()))}
    assert told == {"Silderøy Sjømat": 104, "Kvernlia Metall": 100, "Blåhaug Romteknologi": 99}
    assert {name: rows[name]["points"] for name in told} == told
    assert [rows[name]["outcome"] for name in told] == ["gold", "not-gold", "not-gold"]
    assert rows["Blåhaug Romteknologi"]["percent"] == 79.8


@on_sqlite
def test_two_answers_are_saved_by_the_python_example(demo: Demo) -> None:
    program, words = the_only(_PYTHON), the_only(_TOKEN).split()
    token = demo.run(sys.executable, "-m", "app.cli", *words).strip()
    assert (program.count(ADDRESS), program.count('"…"')) == (1, 1)
    program = program.replace(ADDRESS, demo.address).replace('"…"', repr(token))
    # 17 of 31 are answered in the demo (demo.yaml), neither 5.1 nor 5.2 among them.
    assert demo.run(sys.executable, "-", stdin=program) == "19 of 31\n"
    assert demo.run(sys.executable, "-", stdin=program) == "19 of 31\n"
    seen = program.partition("answers = ")[0] + 'print(json.dumps(assessment["answers"][-2:]))\n'
    kept = [
        (each["indicator"], each["level"], each["note"])
        for each in json.loads(demo.run(sys.executable, "-", stdin=seen))
    ]
    assert kept == [("5.1", 2, ""), ("5.2", 3, "Five stories in 24 months, three with figures.")]
