"""What a catalogue's files may hold, and how one is loaded; `checks.py` says what must agree within and between them.

A file that is refused names every fault with the file's name and the path inside it.
"""

import datetime as dt
import re
from collections.abc import Hashable, Iterator
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML without its C library: the same result, some ten times slower
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Standing = Literal["official", "inferred", "ours"]
KINDS = ("name", "order", "weight", "benchmark", "minimum", "levels")  # what has a standing and a source
Kind = Annotated[str, StringConstraints(pattern=f"^({'|'.join(KINDS)})$")]
Figures = dict[Words, Annotated[float, Field(ge=0, allow_inf_nan=False)]]


class CatalogueError(Exception):
    """Catalogue files that cannot be used; `problems` are English sentences, each opening with file and path."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Shape(BaseModel):
    """Part of a file: unknown keys and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Declared(Shape):
    """How many there are, said by the file itself, so that a lost line is noticed."""

    dimensions: int
    indicators: int


class Gold(Shape):
    """The share of the points that Gold asks for."""

    numerator: Annotated[int, Field(gt=0)]
    denominator: Annotated[int, Field(gt=0)]
    standing: Standing
    source: Words


class Eligibility(Shape):
    """The level of an indicator below which no label is open."""

    indicator: Words
    level: int
    standing: Standing
    source: Words


class Anchor(Shape):
    """A figure of a level that has a standing of its own."""

    level: int
    figure: Words
    standing: Standing
    source: Words


class IndicatorNumbers(Shape):
    """One indicator's numbers; `standing` and `source` say only what differs from the file's own."""

    number: Words
    weight: Annotated[int, Field(ge=0)]
    benchmark: int
    minimum: int | None = None
    standing: dict[Kind, Standing] = {}
    source: dict[Kind, Words] = {}
    anchors: list[Anchor] = []
    figures: Figures = {}
    levels: dict[int, Figures] = {}


class DimensionNumbers(Shape):
    """A dimension and its indicators, in the standard's order."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z-]*$")]
    number: Words
    indicators: Annotated[list[IndicatorNumbers], Field(min_length=1)]


class Structure(Shape):
    """structure.yaml: the numbers of one version of a standard."""

    framework: Words
    version: Words
    released: dt.date
    offered: bool
    language: Words
    wording_of: Words | None = None
    levels: Annotated[list[Annotated[int, Field(ge=0, le=255)]], Field(min_length=2)]  # a level is stored in one byte
    declared: Declared
    gold: Gold
    eligibility: list[Eligibility]
    standing: dict[Kind, Standing]
    source: dict[Kind, Words]
    sources: dict[Words, Words]
    dimensions: Annotated[list[DimensionNumbers], Field(min_length=1)]


class DimensionText(Shape):
    """A dimension's words."""

    name: Words
    about: Words


class IndicatorText(Shape):
    """An indicator's words."""

    name: Words
    question: Words
    measures: Words
    levels: dict[int, Words]
    definitions: Words
    evidence: Annotated[list[Words], Field(min_length=1)]
    why: Words


class Title(Shape):
    """text.<language>.yaml of a version that takes its other words from another version."""

    name: Words
    about: Words
    levels: dict[int, Words]


class Text(Title):
    """text.<language>.yaml: every word of one version in one language."""

    dimensions: dict[Words, DimensionText]
    indicators: dict[Words, IndicatorText]


AnyShape = TypeVar("AnyShape", bound=Shape)


def load(name: str, content: bytes, shape: type[AnyShape]) -> AnyShape:
    """Return a file's content as checked values; raises CatalogueError, with `name` as the file's name."""
    try:
        # The loader is a safe one: the rule sees only that it is not the library's own.
        raw = yaml.load(content, Loader=_Loader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise CatalogueError(f"{name}: {line}{error.problem}") from error
    except yaml.YAMLError as error:
        raise CatalogueError(f"{name}: {error}") from error
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        raise CatalogueError(*(f"{name}: {fault}" for fault in _faults(error))) from error


def _faults(error: ValidationError) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_context=False):
        path = "".join(_step(step) for step in fault["loc"]).removeprefix(".")
        given = "" if fault["type"] == "missing" else f" (here: {_short(fault['input'])})"
        yield f"{path or 'the whole file'}: {fault['msg']}{given}"


def _step(step: int | str) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if re.fullmatch(r"[A-Za-z_-]+", step) else f'["{step}"]'


def _short(value: object, longest: int = 60) -> str:
    shown = repr(value)
    return shown if len(shown) <= longest else f"{shown[:longest]}…"


class _Loader(_SafeLoader):
    """PyYAML's safe loader, which also refuses a key said twice: the library lets the last one win silently."""


def _mapping(loader: yaml.SafeLoader, node: yaml.MappingNode) -> dict[Hashable, Any]:
    built = loader.construct_mapping(node, deep=True)
    seen: set[Hashable] = set()
    for at, _value in node.value if len(built) < len(node.value) else ():
        key = loader.construct_object(at)
        if key in seen:
            raise yaml.constructor.ConstructorError(None, None, f"{key!r} is there twice", at.start_mark)
        seen.add(key)
    return built


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
