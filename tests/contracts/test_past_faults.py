"""Faults that others had, each with its tests: one that is left out fails, and so does a test that is gone."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from functools import cache

import pytest

from tests.contracts.test_assurance import ROOT, known_in

TEXT = (ROOT / "docs" / "past-faults.md").read_text(encoding="utf-8")
# Those of libraries have numbers of their own.
LIBRARIES = re.findall(
    r"\S+",
    "CVE-2023-30798 CVE-2024-47874 CVE-2025-54121 CVE-2026-54283 CVE-2025-62727 CVE-2026-48710 "
    "CVE-2026-54282 CVE-2023-29159 CVE-2024-24762 CVE-2024-53981 CVE-2026-24486 CVE-2026-40347 "
    "CVE-2026-42561 CVE-2025-43859 CVE-2020-7695 CVE-2020-7694 CVE-2024-22195 CVE-2024-34064 "
    "CVE-2020-28493 CVE-2016-10745 CVE-2025-27516 CVE-2019-7164 CVE-2019-7548 CVE-2024-27454 "
    "CVE-2021-29510 CVE-2024-3651 CVE-2026-9813 CVE-2021-41270 ",
)
# Those of programs of our kind have the number of the place where they were mended.
PEERS = {
    "ciso-assistant": (4317, 4289, 2754, 3580, 3584, 3154, 1400, 4383, 3074, 3016, 3659, 4191, 3598, 3550, 2185, 4368),
    "LimeSurvey": (5330, 5331, 19599, 5325, 5220),
    "Papermerge": (57,),
    "openrag": (474,),
}
NO_SURFACE_YET = ["CVE-2017-5992", "CVE-2019-17626", "CVE-2020-28463", "#19457"]
FAULTS = {
    **{number: number for number in LIBRARIES},
    **{f"{name} #{number}": f"#{number}" for name, numbers in PEERS.items() for number in numbers},
    "algorithm confusion": "Algorithm confusion",
}
ROWS: Mapping[str, str] = {
    line.split("|")[1].strip(): line.split("|")[4] for line in TEXT.splitlines() if re.match(r"\| [^F-]", line)
}
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)(?:\[([^`]+)\])?`")
DATABASES = ("sqlite", "postgresql")


@cache
def cases() -> frozenset[str]:
    """Return every case of every test in the files that the document names, as pytest finds them."""
    files = sorted({path for path, _, _ in _TEST.findall(TEXT)})
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "COV"))}
    words = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *files]
    found = subprocess.run(words, cwd=ROOT, env=settings, capture_output=True, text=True, check=False, timeout=300)
    # Once, and not for each row again: what cannot be collected is a line here, and the first test says so.
    return frozenset(found.stdout.splitlines())


def is_there(path: str, name: str, case: str) -> bool:
    """Whether there is such a test that nothing skips, and such a case of it, on whichever database."""
    if name not in known_in(path):
        return False
    ways = {case, *(f"{each}-{case}" for each in DATABASES), *(f"{case}-{each}" for each in DATABASES)}
    return not case or any(f"{path}::{name}[{way}]" in cases() for way in ways)


def test_every_fault_has_one_row_and_there_is_no_other() -> None:
    assert sorted(ROWS) == sorted(FAULTS.values())
    assert [line for line in cases() if line.startswith("ERROR")] == []


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_tests_that_there_are_and_one_of_them_is_named_after_it(fault: str) -> None:
    named = _TEST.findall(ROWS[FAULTS[fault]])
    assert named
    assert [f"{path}::{name}[{case}]" for path, name, case in named if not is_there(path, name, case)] == []
    assert any(fault in case or fault.lower().replace("-", "_") in name for _, name, case in named)


@pytest.mark.parametrize("fault", NO_SURFACE_YET)
def test_a_fault_without_a_surface_is_said_to_have_none(fault: str) -> None:
    assert re.search(rf"{fault}\b", TEXT.partition("## Without a surface yet")[2])


def test_a_case_that_is_gone_would_be_noticed() -> None:
    path = "tests/attacks/test_floods.py"
    assert is_there(path, "test_it_is_answered_at_once_and_in_little_memory", "100,000 fields, CVE-2026-54283")
    assert not is_there(path, "test_it_is_answered_at_once_and_in_little_memory", "100,000 fields")
    assert not is_there(path, "test_it_is_not_answered", "")
