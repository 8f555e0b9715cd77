"""The standard as JSON: its numbers with their standing, and its words in one language."""

from collections.abc import Mapping

from pydantic import ConfigDict, Field

from app.api.schemas.examples import real
from app.api.schemas.models import Out
from app.domain.framework import Dimension, Framework, Indicator, Wording


class LevelOut(Out):
    """One level of the scale in words."""

    level: int
    text: str


class GoldOut(Out):
    """The share of the points that Gold asks for, as a fraction of two integers."""

    numerator: int
    denominator: int


class EligibilityOut(Out):
    """The level of an indicator below which no label is open."""

    indicator: str
    level: int


class IndicatorOut(Out):
    """One indicator: its words, its numbers, and where each number comes from."""

    number: str = Field(description="The official number; its order is that of the list, never of the number.")
    name: str
    question: str
    measures: str
    definitions: str
    levels: list[LevelOut] = Field(description="What each level asks for; empty in a preset of numbers alone.")
    benchmark: int = Field(description="The level of excellence.")
    minimum: int | None = Field(description="The level below which there is no Gold, null where there is none.")
    weight: int = Field(description="Points for each level.")
    evidence: list[str]
    why: str
    standing: dict[str, str] = Field(
        description="Of each number: official, inferred, ours, or none where there is none."
    )
    source: dict[str, str] = Field(description="Of each number: codes that `sources` explains.")

    @classmethod
    def of(cls, indicator: Indicator, wording: Wording) -> "IndicatorOut":
        """Return an indicator as JSON shows it."""
        words = wording.indicators[indicator.number]
        return cls(
            number=indicator.number,
            name=words.name,
            question=words.question,
            measures=words.measures,
            definitions=words.definitions,
            levels=_levels(words.levels),
            benchmark=indicator.benchmark,
            minimum=indicator.minimum,
            weight=indicator.weight,
            evidence=list(words.evidence),
            why=words.why,
            standing=dict(indicator.standing),
            source=dict(indicator.source),
        )


class DimensionOut(Out):
    """A group of indicators, in the standard's own order."""

    id: str
    name: str
    indicators: list[IndicatorOut]

    @classmethod
    def of(cls, dimension: Dimension, wording: Wording) -> "DimensionOut":
        """Return a dimension as JSON shows it."""
        indicators = [IndicatorOut.of(indicator, wording) for indicator in dimension.indicators]
        return cls(id=dimension.id, name=wording.dimensions[dimension.id].name, indicators=indicators)


class FrameworkLine(Out):
    """One version of a standard in the list of all."""

    framework: str
    version: str
    name: str
    released: str
    digest: str = Field(description="SHA-256 of the file with its numbers, which never change after release.")
    offered: bool = Field(description="Whether a new assessment can be started on it.")
    total: int = Field(description="How many indicators it has.")
    languages: list[str]

    @classmethod
    def of(cls, framework: Framework, language: str) -> "FrameworkLine":
        """Return a framework as the list shows it."""
        return cls(
            framework=framework.name,
            version=framework.version,
            name=framework.wording(language).name,
            released=framework.released,
            digest=framework.digest,
            offered=framework.offered,
            total=framework.total,
            languages=list(framework.wordings),
        )


class FrameworkPage(Out):
    """A page of the standards by name and version."""

    model_config = ConfigDict(json_schema_extra=real("frameworks"))

    items: list[FrameworkLine]
    next: str | None


class FrameworkOut(Out):
    """One version of a standard. Every number says whether it is official, inferred, or ours."""

    model_config = ConfigDict(json_schema_extra=real("framework"))

    framework: str
    version: str
    digest: str = Field(description="SHA-256 of the file with its numbers, which never change after release.")
    name: str
    language: str = Field(description="The language of the words.")
    levels: list[LevelOut] = Field(description="The scale, from the lowest level.")
    gold: GoldOut
    eligibility: list[EligibilityOut]
    dimensions: list[DimensionOut]
    sources: dict[str, str]

    @classmethod
    def of(cls, framework: Framework, language: str) -> "FrameworkOut":
        """Return a framework as JSON shows it."""
        wording = framework.wording(language)
        gates = ((indicator.number, indicator.eligibility) for indicator in framework.indicators)
        return cls(
            framework=framework.name,
            version=framework.version,
            digest=framework.digest,
            name=wording.name,
            language=wording.language,
            levels=_levels(wording.levels),
            gold=GoldOut(numerator=framework.gold.numerator, denominator=framework.gold.denominator),
            eligibility=[EligibilityOut(indicator=number, level=gate) for number, gate in gates if gate is not None],
            dimensions=[DimensionOut.of(dimension, wording) for dimension in framework.dimensions],
            sources=dict(framework.sources),
        )


def _levels(texts: Mapping[int, str]) -> list[LevelOut]:
    return [LevelOut(level=level, text=text) for level, text in sorted(texts.items())]
