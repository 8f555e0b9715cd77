"""What is vendored is what its manifest says: the very files, with their licences, and nothing else."""

import base64
import hashlib
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
VENDOR = ROOT / "static" / "vendor"
TEST_VENDOR = ROOT / "tests" / "vendor"
PACKAGES: list[dict[str, Any]] = tomllib.loads((VENDOR / "manifest.toml").read_text(encoding="utf-8"))["package"]
SUMS = {file["path"]: file["sha384"] for package in PACKAGES for file in package["file"]}
BOTH = [VENDOR, TEST_VENDOR]


@pytest.mark.parametrize("path", SUMS)
def test_a_vendored_file_is_unchanged(path: str) -> None:
    assert base64.b64encode(hashlib.sha384((VENDOR / path).read_bytes()).digest()).decode() == SUMS[path]


def test_the_manifest_names_every_file_and_licence() -> None:
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()}
    assert there == {"manifest.toml", *SUMS, *(package["licence_file"] for package in PACKAGES)}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: package["name"])
def test_every_package_says_its_version_licence_and_reason(package: dict[str, Any]) -> None:
    assert all(package[word] for word in ("name", "version", "licence", "why"))


def test_what_only_the_tests_use_is_unchanged_and_licensed() -> None:
    lines = [line.split() for line in (TEST_VENDOR / "SHA384SUMS").read_text().splitlines()]
    sums = {name: checksum for checksum, name in lines}
    licences = {path.name for path in TEST_VENDOR.iterdir() if ".LICENSE" in path.name}
    assert sums == {name: hashlib.sha384((TEST_VENDOR / name).read_bytes()).hexdigest() for name in sums}
    assert licences
    assert {path.name for path in TEST_VENDOR.iterdir()} == {"README.md", "SHA384SUMS", *sums, *licences}


@pytest.mark.parametrize("folder", BOTH, ids=str)
def test_no_vendored_script_calls_elsewhere_for_its_map(folder: Path) -> None:
    for path in (*folder.rglob("*.js"), *folder.rglob("*.css")):
        assert "sourceMappingURL" not in path.read_text(encoding="utf-8"), path
