"""Plants one fault at a time in a copy of the service, and shows that the tests named beside it catch it.

`python -m tests.tools.planted [word …]` takes the faults of `faults.toml` with one of the words in their names, or all.
It ends with 1 where a fault survives, where its place is no longer there, or where its tests fail without it.
"""

import os
import queue
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = Path(__file__).with_name("faults.toml")
AT_ONCE = 2
PASSED, FAILED = 0, 1
_LEFT_OUT = frozenset({".git", ".venv", "data", "screenshots", ".hypothesis"})
_PYTEST = ("-x", "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, in words, and how it is planted; `tests` is a selection for pytest."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a fault; `words` is what the table says, `is_good` whether that is as it should be."""

    fault: Fault
    words: str
    is_good: bool
    seconds: float


class Copy:
    """A copy of the service to plant faults in; its tests run with the same libraries, and with the copy's `app`."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "goldgap"
        shutil.copytree(ROOT, self.root, ignore=_left_out)
        # Tests that start programs look for them here; PYTHONPATH leads those to the copy as well.
        (self.root / ".venv").symlink_to(ROOT / ".venv")
        told = self._run("-c", "import app; print(app.__file__)")
        if Path(told.stdout.strip()) != self.root / "app" / "__init__.py":
            raise RuntimeError(f"the copy is not what its tests would see: {told.stdout}{told.stderr}")

    def test(self, tests: Iterable[str]) -> subprocess.CompletedProcess[str]:
        """Run tests in the copy."""
        return self._run("-m", "pytest", *_PYTEST, *tests)

    @contextmanager
    def planted(self, fault: Fault) -> Iterator[bool]:
        """Put a fault in, and take it out again; gives whether its place was there exactly once."""
        file = self.root / fault.file
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        if text.count(fault.old) != 1:
            yield False
            return
        file.write_text(text.replace(fault.old, fault.new), encoding="utf-8")
        try:
            yield True
        finally:
            file.write_text(text, encoding="utf-8")

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(self.root), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,  # a test that asks the terminal for a password would be stopped by it
        )


def faults(words: Sequence[str] = ()) -> list[Fault]:
    """Return the faults with one of these words in their names; without any, all of them."""
    listed = tomllib.loads(LIST.read_text(encoding="utf-8"))["fault"]
    found = [Fault(**{**entry, "tests": tuple(entry["tests"])}) for entry in listed]
    return [fault for fault in found if not words or any(word in fault.name for word in words)]


def try_fault(copy: Copy, fault: Fault) -> Outcome:
    """Plant a fault, run its tests, and take it out again."""
    begin = time.monotonic()
    with copy.planted(fault) as is_in:
        if not is_in:
            return Outcome(fault, "STALE: its place is not there exactly once", is_good=False, seconds=0)
        done = copy.test(fault.tests)
    seconds = time.monotonic() - begin
    if done.returncode == FAILED:
        return Outcome(fault, "caught", is_good=True, seconds=seconds)
    if done.returncode == PASSED:
        return Outcome(fault, "SURVIVED", is_good=False, seconds=seconds)
    return Outcome(fault, f"NOT RUN: {_last_line(done)}", is_good=False, seconds=seconds)


def try_all(chosen: Sequence[Fault]) -> list[Outcome]:
    """Try faults, two at a time, each in a copy of its own, and print each as it is known."""
    with tempfile.TemporaryDirectory(prefix="goldgap-planted-") as folder:
        copies: queue.SimpleQueue[Copy] = queue.SimpleQueue()
        for number in range(AT_ONCE):
            copies.put(Copy(Path(folder, str(number))))

        def attempt(fault: Fault) -> Outcome:
            copy = copies.get()
            try:
                return try_fault(copy, fault)
            finally:
                copies.put(copy)

        outcomes = []
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for outcome in pool.map(attempt, chosen):
                sys.stdout.write(f"{outcome.fault.name:60} {outcome.seconds:4.0f} s  {outcome.words}\n")
                sys.stdout.flush()
                outcomes.append(outcome)
        return outcomes


def without_faults(chosen: Iterable[Fault]) -> str:
    """Run all the tests that the faults name, without any fault; return what is wrong with them, "" for nothing."""
    with tempfile.TemporaryDirectory(prefix="goldgap-planted-") as folder:
        done = Copy(Path(folder)).test(sorted({test for fault in chosen for test in fault.tests}))
    return "" if done.returncode == PASSED else done.stdout[-3000:] + done.stderr[-1000:]


def _left_out(folder: str, names: list[str]) -> set[str]:
    """Return what a copy does without: what was made here, and at the top what is nobody's code."""
    # Files of coverage and caches come and go while other tests run: listed once, gone when they are to be copied.
    made = {name for name in names if name == "__pycache__" or name.startswith(".coverage") or name.endswith("_cache")}
    return made | (_LEFT_OUT & set(names) if Path(folder) == ROOT else set())


def _last_line(done: subprocess.CompletedProcess[str]) -> str:
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[-1] if lines else f"exit {done.returncode}"


def main(words: Sequence[str]) -> int:
    """Try the faults with these words in their names and return the exit code."""
    chosen = faults(words)
    if wrong := without_faults(chosen):
        sys.stdout.write(f"{wrong}\nThese tests fail without any fault, so they show nothing.\n")
        return 1
    outcomes = try_all(chosen)
    good = sum(outcome.is_good for outcome in outcomes)
    sys.stdout.write(f"{good} of {len(outcomes)} faults are caught.\n")
    return 0 if good == len(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
