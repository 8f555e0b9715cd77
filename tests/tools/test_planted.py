"""The list of planted faults is up to date, and planting does what it says."""

import itertools
from collections import Counter
from pathlib import Path

import pytest

from tests.tools import planted
from tests.tools.planted import ROOT, Copy, Fault

FAULTS = planted.faults()
TESTS = ("tests/domain/test_framework.py",)


def test_there_are_many_faults_each_with_a_name_of_its_own() -> None:
    assert len(FAULTS) >= 20
    assert max(Counter(fault.name for fault in FAULTS).values()) == 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_has_its_place_and_its_tests(fault: Fault) -> None:
    assert (ROOT / fault.file).read_text(encoding="utf-8").count(fault.old) == 1
    assert fault.old != fault.new
    files = list(itertools.takewhile(lambda word: not word.startswith("-"), fault.tests))
    assert files
    assert [test for test in files if not (ROOT / test.partition("::")[0]).exists()] == []


def test_faults_are_found_by_a_word_of_their_names() -> None:
    assert {fault.name for fault in planted.faults(["quantile"])} == {"a quantile is off by one"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("return -(-self.numerator * max_points // self.denominator)", "return max_points", "caught"),
        ("What a standard consists of", "What a standard is made of", "SURVIVED"),
        ("this is nowhere", "", "STALE: its place is not there exactly once"),
    ],
)
def test_a_fault_is_caught_survives_or_is_stale(tmp_path: Path, old: str, new: str, words: str) -> None:
    outcome = planted.try_fault(Copy(tmp_path), Fault("made up", "app/domain/framework.py", old, new, TESTS))
    assert outcome.words == words
    assert outcome.is_good is (words == "caught")
    copied = tmp_path / "goldgap/app/domain/framework.py"
    assert copied.read_text(encoding="utf-8") == (ROOT / "app/domain/framework.py").read_text(encoding="utf-8")


def test_a_copy_leaves_out_what_other_tests_make_and_remove_meanwhile() -> None:
    names = ["app", "__pycache__", ".coverage", ".coverage.host.pid1.abc", ".ruff_cache", ".venv", "data", "README.md"]
    assert {*names} - planted._left_out(str(ROOT), names) == {"app", "README.md"}
    assert "data" not in planted._left_out(str(ROOT / "app"), names)
