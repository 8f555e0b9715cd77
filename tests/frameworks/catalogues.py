"""The catalogues that tests use: ECEI, the 2013 preset, and the tiny made-up standard of another shape."""

import functools
from pathlib import Path
from typing import Any

import yaml

from app.domain.framework import Framework
from app.frameworks import reader

TINY_FOLDER = Path(__file__).parent


@functools.cache
def ecei() -> Framework:
    """Return ECEI 2026.1."""
    return reader.read().of("ecei", "2026.1")


@functools.cache
def preset() -> Framework:
    """Return the unconfirmed 2013 point model."""
    return reader.read().of("ecei", "2013-150")


@functools.cache
def tiny() -> Framework:
    """Return the tiny standard: 2 dimensions, 3 indicators with weights 1, 2, 3, levels 0 to 2, Gold at 8 of 12."""
    return reader.read(TINY_FOLDER).of("tiny", "1.0")


def both() -> reader.Frameworks:
    """Return ECEI and the tiny standard together; ECEI is the newer one, and so the default."""
    return reader.Frameworks((*reader.read().all, *reader.read(TINY_FOLDER).all))


def folder_of(framework: Framework) -> Path:
    """Return where a framework's files lie."""
    root = TINY_FOLDER if framework.name == "tiny" else reader.FOLDER
    return root / framework.name / framework.version


@functools.cache
def _raw(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def raw_structure(framework: Framework) -> dict[str, Any]:
    """Return a structure file as plain YAML, past the reader, for statements that must not depend on it."""
    loaded: dict[str, Any] = _raw(folder_of(framework) / "structure.yaml")
    return loaded


def raw_indicators(framework: Framework) -> dict[str, dict[str, Any]]:
    """Return the plain YAML of each indicator by its number, in the file's order."""
    dimensions = raw_structure(framework)["dimensions"]
    return {entry["number"]: entry for dimension in dimensions for entry in dimension["indicators"]}
