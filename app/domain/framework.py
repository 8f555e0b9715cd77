"""What a standard consists of: dimensions, indicators, levels, the Gold rule, and their wording.

The values come from catalogue files; no count, weight or level is known to the code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from app.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the standard that has a standing of its own, such as an official eligibility figure."""

    level: int
    name: str
    standing: str
    source: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator's numbers. `minimum` knocks out below it; `eligibility` is the level that admits to any label."""

    number: str
    order: int
    dimension: str
    weight: int
    benchmark: int
    minimum: int | None
    eligibility: int | None
    standing: Mapping[str, str]
    source: Mapping[str, str]
    anchors: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A group of indicators in the standard's own order."""

    id: str
    number: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, slots=True)
class GoldRule:
    """The share of the points that Gold asks for, as a fraction of two integers."""

    numerator: int
    denominator: int
    standing: str
    source: str

    def line(self, max_points: int) -> int:
        """Return the fewest points that pass, of `max_points`."""
        return -(-self.numerator * max_points // self.denominator)

    def is_met(self, points: int, max_points: int) -> bool:
        """Decide on integers, so that a rounded figure can never pass."""
        return self.denominator * points >= self.numerator * max_points


@dataclass(frozen=True, slots=True)
class DimensionWording:
    """A dimension's words in one language."""

    name: str
    about: str


@dataclass(frozen=True, slots=True)
class IndicatorWording:
    """An indicator's words in one language; a numbers-only preset has no level descriptors."""

    name: str
    question: str
    measures: str
    levels: Mapping[int, str]
    definitions: str
    evidence: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Every word of a framework in one language."""

    language: str
    name: str
    about: str
    levels: Mapping[int, str]
    dimensions: Mapping[str, DimensionWording]
    indicators: Mapping[str, IndicatorWording]


@dataclass(frozen=True)
class Framework:
    """One released version of a standard: its numbers, their digest, and its wording by language."""

    name: str
    version: str
    digest: str
    released: str
    offered: bool
    levels: tuple[int, ...]
    gold: GoldRule
    dimensions: tuple[Dimension, ...]
    wordings: Mapping[str, Wording]
    sources: Mapping[str, str]

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators in the standard's own order."""
        return tuple(indicator for dimension in self.dimensions for indicator in dimension.indicators)

    @cached_property
    def _by_number(self) -> dict[str, Indicator]:
        return {indicator.number: indicator for indicator in self.indicators}

    @property
    def total(self) -> int:
        """How many indicators there are to answer."""
        return len(self.indicators)

    @property
    def top_level(self) -> int:
        """The highest level that can be answered."""
        return self.levels[-1]

    @cached_property
    def max_points(self) -> int:
        """Points when every indicator is at its highest level."""
        return self.points_possible(self.indicators)

    @property
    def gold_line(self) -> int:
        """The fewest points that meet the Gold rule's share."""
        return self.gold.line(self.max_points)

    def points_possible(self, indicators: Iterable[Indicator]) -> int:
        """Points when each of these indicators is at its highest level."""
        return sum(indicator.weight for indicator in indicators) * self.top_level

    def indicator(self, number: str) -> Indicator:
        """Return the indicator with this official number; raises NotFound."""
        try:
            return self._by_number[number]
        except KeyError:
            raise NotFound from None

    def dimension(self, dimension_id: str) -> Dimension:
        """Return the dimension with this id; raises NotFound."""
        for dimension in self.dimensions:
            if dimension.id == dimension_id:
                return dimension
        raise NotFound

    def wording(self, language: str) -> Wording:
        """Return the words in this language, or in the catalogue's first one where it has no such text."""
        return self.wordings.get(language) or next(iter(self.wordings.values()))
