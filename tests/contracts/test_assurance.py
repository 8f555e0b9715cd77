"""What is promised and the tests that show it: a promise without a test fails, and so does a test that is gone."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "assurance.md").read_text(encoding="utf-8")
PROMISES = [f"R{number}" for number in (3, 5, 6, 14, 15)] + [f"S{number}" for number in range(1, 28)]
# Their surface comes with evidence, and with benchmarks between clusters.
NO_SURFACE_YET = {"S15", "S24"}
_PART = re.compile(r"^### (\w+) .+?$(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
PARTS = dict(_PART.findall(TEXT))


@cache
def known_in(path: str) -> frozenset[str]:
    """Return the names of the tests that a file has and that nothing marks to be skipped."""
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    skipped = {f.name for f in functions if any("skip" in ast.unparse(each) for each in f.decorator_list)}
    return frozenset(f.name for f in functions if f.name.startswith("test_")) - skipped


def test_every_promise_is_there_once_and_no_other() -> None:
    assert [name for name, _ in _PART.findall(TEXT)] == PROMISES


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_is_shown_by_tests_that_there_are(promise: str) -> None:
    named = _TEST.findall(PARTS[promise])
    assert bool(named) is (promise not in NO_SURFACE_YET)
    assert [f"{path}::{name}" for path, name in named if name not in known_in(path)] == []


def test_a_test_that_is_gone_would_be_noticed() -> None:
    assert "test_a_test_that_is_gone_would_be_noticed" in known_in("tests/contracts/test_assurance.py")
    assert known_in("tests/no_such_file.py") == frozenset()
