"""Checked files become the domain's frozen values; nothing here can be refused any more."""

from collections.abc import Mapping

from app.domain.framework import (
    Dimension,
    DimensionWording,
    Figure,
    Framework,
    GoldRule,
    Indicator,
    IndicatorWording,
    Wording,
)
from app.frameworks.checks import indicators_of
from app.frameworks.schema import DimensionNumbers, IndicatorNumbers, IndicatorText, Structure, Text, Title


def framework(structure: Structure, digest: str, wordings: Mapping[str, Wording], *, offered: bool) -> Framework:
    """Return one version's numbers and words as the domain knows them."""
    gold = structure.gold
    return Framework(
        name=structure.framework,
        version=structure.version,
        digest=digest,
        released=structure.released.isoformat(),
        offered=offered,
        levels=tuple(structure.levels),
        gold=GoldRule(gold.numerator, gold.denominator, gold.standing, gold.source),
        dimensions=tuple(_dimension(structure, entry) for entry in structure.dimensions),
        wordings=wordings,
        sources=structure.sources,
    )


def _dimension(structure: Structure, entry: DimensionNumbers) -> Dimension:
    places = {indicator.number: place for place, (_path, indicator) in enumerate(indicators_of(structure), start=1)}
    indicators = tuple(_indicator(structure, entry.id, each, places[each.number]) for each in entry.indicators)
    return Dimension(entry.id, entry.number, indicators)


def _indicator(structure: Structure, dimension: str, entry: IndicatorNumbers, order: int) -> Indicator:
    standing: dict[str, str] = {**structure.standing, **entry.standing}
    source: dict[str, str] = {**structure.source, **entry.source}
    if entry.minimum is None:
        standing["minimum"], source["minimum"] = "none", ""
    gate = next((gate for gate in structure.eligibility if gate.indicator == entry.number), None)
    if gate:
        standing["eligibility"], source["eligibility"] = gate.standing, gate.source
    return Indicator(
        number=entry.number,
        order=order,
        dimension=dimension,
        weight=entry.weight,
        benchmark=entry.benchmark,
        minimum=entry.minimum,
        eligibility=gate.level if gate else None,
        standing=standing,
        source=source,
        anchors=tuple(Figure(each.level, each.figure, each.standing, each.source) for each in entry.anchors),
    )


def wording(language: str, structure: Structure, title: Title, text: Text) -> Wording:
    """Join a version's own title with its own words, or with those it borrows: then without level descriptors.

    Borrowed descriptors would be wrong, since the borrower's levels mean something else.
    """
    dimensions = {entry.id: text.dimensions[entry.id] for entry in structure.dimensions}
    indicators = {entry.number: text.indicators[entry.number] for _path, entry in indicators_of(structure)}
    return Wording(
        language=language,
        name=title.name,
        about=title.about,
        levels=title.levels,
        dimensions={key: DimensionWording(words.name, words.about) for key, words in dimensions.items()},
        indicators={
            number: _indicator_wording(words, {} if structure.wording_of else words.levels)
            for number, words in indicators.items()
        },
    )


def _indicator_wording(words: IndicatorText, levels: Mapping[int, str]) -> IndicatorWording:
    return IndicatorWording(
        name=words.name,
        question=words.question,
        measures=words.measures,
        levels=levels,
        definitions=words.definitions,
        evidence=tuple(words.evidence),
        why=words.why,
    )
