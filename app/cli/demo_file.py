"""The demo programme's file, checked, and the levels that follow from it: the same ones every time."""

import datetime as dt
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from app.domain.clusters import slug_from
from app.domain.framework import Dimension, Framework, Indicator
from app.domain.roles import Role

FILE = Path(__file__).with_name("demo.yaml")
GROWTH = 0.35
LASTING, PASSING = 0.55, 0.2

Level = Annotated[int, Field(ge=0)]


class Shape(BaseModel):
    """Part of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DemoProgramme(Shape):
    """The programme's name and slug."""

    slug: str
    name: str


class DemoRound(Shape):
    """A round and the day from which its assessments are begun."""

    name: str
    reference_date: dt.date
    opens: dt.date


class DemoUser(Shape):
    """Somebody whom a visitor can be. `does` says what can be tried."""

    name: str
    role: Role
    cluster: str | None = None
    does: str


class DemoAssessment(Shape):
    """How far a cluster came in a round."""

    state: Literal["draft", "submitted", "withdrawn"]
    answered: int | None = None
    missing: frozenset[str] = frozenset()
    levels: Mapping[str, Level] = {}


class DemoPlace(Shape):
    """What a portfolio can be narrowed by."""

    level: str
    region: str
    sector: str


class DemoCluster(Shape):
    """A cluster, how strong it is, and what it has in each round."""

    name: str
    place: DemoPlace
    manager: str
    helpers: Mapping[str, str] = {}
    strength: float
    lean: Mapping[str, float] = {}
    talkative: float = 0.3
    rounds: tuple[DemoAssessment | None, ...]

    @property
    def slug(self) -> str:
        """Its readable address."""
        return slug_from(self.name)


class DemoNote(Shape):
    """What may be written beside a level from the first to the second of `at`."""

    indicator: str
    at: tuple[Level, Level]
    text: str


class Demo(Shape):
    """The whole file."""

    programme: DemoProgramme
    rounds: tuple[DemoRound, ...]
    people: tuple[DemoUser, ...]
    difficulty: Mapping[str, float]
    clusters: tuple[DemoCluster, ...]
    notes: tuple[DemoNote, ...]


def read_demo() -> Demo:
    """Return the demo programme."""
    return Demo.model_validate(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def email(name: str) -> str:
    """Return an invented person's address, at a domain that nobody can own."""
    return f"{slug_from(name).replace('-', '.')}@example.org"


def answers_in(
    demo: Demo, framework: Framework, cluster: DemoCluster, nth: int
) -> list[tuple[Dimension, dict[str, dict[str, object]]]]:
    """Return what a cluster answered in the nth round, dimension by dimension."""
    entry = cluster.rounds[nth]
    if entry is None:
        return []
    wanted = [i.number for i in framework.indicators if i.number not in entry.missing][: entry.answered]
    given: list[tuple[Dimension, dict[str, dict[str, object]]]] = []
    for dimension in framework.dimensions:
        mine = [indicator for indicator in dimension.indicators if indicator.number in wanted]
        levels = {i.number: entry.levels.get(i.number, level(demo, framework, cluster, i, nth)) for i in mine}
        given.append(
            (dimension, {number: _answer(demo, cluster, nth, number, found) for number, found in levels.items()})
        )
    return [(dimension, found) for dimension, found in given if found]


def level(demo: Demo, framework: Framework, cluster: DemoCluster, indicator: Indicator, nth: int) -> int:
    """Return a level as strength, dimension, difficulty and chance have it; a cluster grows from round to round."""
    lasting = _chance(cluster.slug, indicator.number).gauss(0, LASTING)
    passing = _chance(cluster.slug, indicator.number, nth).gauss(0, PASSING)
    younger = GROWTH * (len(demo.rounds) - 1 - nth)
    lean = cluster.lean.get(indicator.dimension, 0.0)
    reached = cluster.strength + lean - demo.difficulty.get(indicator.number, 0.0) - younger + lasting + passing
    return min(max(round(reached), framework.levels[0]), framework.top_level)


def days(cluster: DemoCluster, nth: int, earliest: int, latest: int, what: str) -> int:
    """Return after how many days a cluster did something in a round."""
    return _chance(cluster.slug, nth, what).randint(earliest, latest)


def _answer(demo: Demo, cluster: DemoCluster, nth: int, number: str, found: int) -> dict[str, object]:
    chance = _chance(cluster.slug, number, nth, "note")
    fitting = [note.text for note in demo.notes if note.indicator == number and note.at[0] <= found <= note.at[1]]
    note = chance.choice(fitting) if fitting and chance.random() < cluster.talkative else ""
    return {"level": found, "note": note}


def _chance(*seed: object) -> random.Random:
    # Seeded by what it is for, so that a cluster added to the file changes nothing about the others.
    return random.Random(":".join(map(str, seed)))  # noqa: S311 - chance that protects nothing
