"""Sizes and names of files: short enough to be read at one sitting, named for what they hold."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATA = (
    "LICENSE",
    "app/frameworks/ecei/",
    "app/web/locale/",
    "static/vendor/",
    "tests/contracts/access.toml",
    "tests/tools/faults.toml",
    "tests/vendor/",
)
SUFFIXES = frozenset({".css", ".html", ".js", ".py", ".toml", ".md"})
LINES = {"app/": 300, "migrations/": 300, "static/": 300, "templates/components/": 60, "templates/": 120, "": 400}
FUNCTION_LINES = 40
NO_ROOM = frozenset({"util", "utils", "helper", "helpers", "common", "misc", "shared", "base", "lib", "tools"})
# A style sheet for all elements and a page for all pages are what the design system and Jinja call their base.
ALLOWED = {"static/css/base.css": {"base"}, "templates/layout/base.html": {"base"}}


def files() -> Iterator[str]:
    """Yield every file of the project that people write: those under version control and those about to be."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    for name in subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0"):
        if name and not name.startswith(DATA) and Path(name).suffix in SUFFIXES and (ROOT / name).is_file():
            yield name


def limit(name: str) -> int:
    """Return how many lines a file may have: the rule with the longest beginning decides."""
    return LINES[max((start for start in LINES if name.startswith(start)), key=len)]


def long_functions(name: str) -> Iterator[str]:
    """Yield the functions that are too long; decorators are not counted."""
    for node in ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{name}:{node.lineno} {node.name} has {lines} lines"


def test_no_file_is_too_long() -> None:
    sizes = {name: (ROOT / name).read_text(encoding="utf-8").count("\n") for name in files()}
    too_long = [
        f"{name} has {size} lines, {limit(name)} are allowed" for name, size in sizes.items() if size > limit(name)
    ]
    assert too_long == []


def test_no_function_is_too_long() -> None:
    assert [found for name in files() if name.endswith(".py") for found in long_functions(name)] == []


def test_no_module_of_the_service_is_named_for_nothing() -> None:
    rooms = ("app/", "templates/", "static/", "migrations/")
    stems = {name: {part.partition(".")[0] for part in Path(name).parts} for name in files() if name.startswith(rooms)}
    assert [name for name, parts in stems.items() if (parts - ALLOWED.get(name, set())) & NO_ROOM] == []


def test_a_new_file_is_seen_before_it_is_committed() -> None:
    assert {"app/main.py", "tests/contracts/test_files.py", "templates/layout/base.html"} <= set(files())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("app/web/deps.py", 300),
        ("templates/components/field.html", 60),
        ("templates/account/home.html", 120),
        ("tests/browser.py", 400),
    ],
)
def test_each_kind_of_file_has_its_limit(name: str, expected: int) -> None:
    assert limit(name) == expected
