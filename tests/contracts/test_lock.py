"""The lock files: exact, hashed, above the versions with known holes, and silent about where they were fetched."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock"]
# Below these, holes are known. A package that is not used needs no floor.
FLOORS = {
    "starlette": (1, 3, 1),
    "python-multipart": (0, 0, 31),
    "h11": (0, 16),
    "jinja2": (3, 1, 6),
    "orjson": (3, 9, 15),
}
NOT_USED_YET = {"orjson"}
# Written apart, so that this file does not hold what it looks for.
REGISTRIES = re.compile(
    "|".join(
        (
            "pypi" + r"\.org",
            "python" + r"hosted\.org",
            "npm" + r"js\.(org|com)",
            "yarn" + r"pkg\.com",
            r"--(extra-)?index" + "-url",
            r"(PIP|UV)_(EXTRA_|DEFAULT_)?INDEX",
            "trusted" + "-host",
            "arti" + "factory",
        )
    ),
    re.IGNORECASE,
)


def locked(name: str) -> dict[str, tuple[str, int]]:
    """Return each locked package with its exact version and how many hashes it has."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    found = {}
    for line in lines:
        pinned = re.match(r"([a-z0-9._-]+(?:\[[a-z0-9,_-]+\])?)==(\S+)", line)
        assert pinned, f"{name}: not an exact version: {line}"
        found[pinned[1].partition("[")[0]] = (pinned[2], len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line)))
    return found


def numbers(version: str) -> tuple[int, ...]:
    """Return a version's numbers, to be compared."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_has_a_hash(name: str) -> None:
    assert [package for package, (_version, hashes) in locked(name).items() if not hashes] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_package_is_below_its_floor(name: str) -> None:
    packages = locked(name)
    assert packages.keys() & FLOORS.keys() == FLOORS.keys() - NOT_USED_YET
    for package in packages.keys() & FLOORS.keys():
        assert numbers(packages[package][0]) >= FLOORS[package], package


def test_the_development_lock_holds_the_runtime_lock() -> None:
    runtime, development = (locked(name) for name in LOCKS)
    assert {package: development.get(package) for package in runtime} == runtime


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_no_tracked_file_names_where_packages_are_fetched() -> None:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    paths = [ROOT / name for name in names if name and (ROOT / name).is_file()]
    found = {str(path.relative_to(ROOT)): REGISTRIES.search(_text(path)) for path in paths}
    assert {name: match[0] for name, match in found.items() if match} == {}


@pytest.mark.parametrize(
    "planted", ["https://" + "pypi" + ".org/simple", "pip install --index" + "-url x", "UV_" + "INDEX=x"]
)
def test_an_address_would_be_seen(planted: str) -> None:
    assert REGISTRIES.search(planted)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")
