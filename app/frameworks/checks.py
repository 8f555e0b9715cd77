"""What must agree within a catalogue's files and between them, as functions yielding problems with their path."""

from collections import Counter
from collections.abc import Iterable, Iterator

from app.frameworks.schema import KINDS, IndicatorNumbers, Structure, Text, Title


def of_structure(structure: Structure, framework: str, version: str) -> Iterator[str]:
    """Yield what is wrong with the numbers of the version that lies in the folder `framework`/`version`."""
    if structure.framework != framework:
        yield f"framework: {structure.framework!r} lies in the folder {framework!r}"
    if structure.version != version:
        yield f"version: {structure.version!r} lies in the folder {version!r}"
    if structure.levels != sorted(set(structure.levels)):
        yield "levels: they do not ascend"
    yield from _counts(structure)
    yield from _twins("dimensions", (dimension.id for dimension in structure.dimensions))
    yield from _twins("dimensions", (dimension.number for dimension in structure.dimensions))
    yield from _twins("dimensions", (indicator.number for _path, indicator in indicators_of(structure)))
    for path, indicator in indicators_of(structure):
        yield from _levels(structure, path, indicator)
        yield from _anchors(path, indicator)
    yield from _eligibility(structure)
    yield from _gold(structure)
    yield from _sources(structure)


def indicators_of(structure: Structure) -> Iterator[tuple[str, IndicatorNumbers]]:
    """Yield every indicator in order, with its path in the file."""
    for place, dimension in enumerate(structure.dimensions):
        for position, indicator in enumerate(dimension.indicators):
            yield f"dimensions[{place}].indicators[{position}]", indicator


def _counts(structure: Structure) -> Iterator[str]:
    found = {"dimensions": len(structure.dimensions), "indicators": len(list(indicators_of(structure)))}
    for what, count in found.items():
        declared = getattr(structure.declared, what)
        if count != declared:
            yield f"declared.{what}: {declared} are declared, {count} are there"


def _twins(path: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{path}: {name!r} is there {count} times"


def _levels(structure: Structure, path: str, indicator: IndicatorNumbers) -> Iterator[str]:
    if indicator.benchmark not in structure.levels:
        yield f"{path}.benchmark: {indicator.benchmark} is no level"
    if indicator.minimum is not None and indicator.minimum not in structure.levels:
        yield f"{path}.minimum: {indicator.minimum} is no level"
    if indicator.minimum is not None and indicator.minimum > indicator.benchmark:
        yield f"{path}.minimum: {indicator.minimum} is above the benchmark, {indicator.benchmark}"
    wanted = [] if structure.wording_of else structure.levels  # who has no descriptors has no figures in them
    yield from _same(f"{path}.levels", indicator.levels, wanted)


def _anchors(path: str, indicator: IndicatorNumbers) -> Iterator[str]:
    for place, anchor in enumerate(indicator.anchors):
        if anchor.figure not in indicator.levels.get(anchor.level, {}):
            yield f"{path}.anchors[{place}]: level {anchor.level} has no figure {anchor.figure!r}"


def _eligibility(structure: Structure) -> Iterator[str]:
    by_number = {indicator.number: indicator for _path, indicator in indicators_of(structure)}
    for place, gate in enumerate(structure.eligibility):
        path = f"eligibility[{place}]"
        if gate.indicator not in by_number:
            yield f"{path}.indicator: there is no indicator {gate.indicator!r}"
        elif gate.level not in structure.levels:
            yield f"{path}.level: {gate.level} is no level"
        elif gate.level > by_number[gate.indicator].benchmark:
            yield f"{path}.level: {gate.level} is above the benchmark, {by_number[gate.indicator].benchmark}"
    yield from _twins("eligibility", (gate.indicator for gate in structure.eligibility))


def _gold(structure: Structure) -> Iterator[str]:
    gold = structure.gold
    if gold.numerator > gold.denominator:
        yield f"gold: {gold.numerator} of {gold.denominator} is more than all"
    weighed = [indicator for _path, indicator in indicators_of(structure)]
    most = sum(indicator.weight for indicator in weighed) * structure.levels[-1]
    reached = sum(indicator.weight * indicator.benchmark for indicator in weighed)
    if most == 0:
        yield "dimensions: no indicator has any weight"
    elif gold.denominator * reached < gold.numerator * most:
        # A gap page against such a benchmark would show no gap, and yet the verdict would be no.
        yield f"gold: the benchmark itself does not pass, with {reached} of {most} points"


def _sources(structure: Structure) -> Iterator[str]:
    yield from _same("standing", structure.standing, KINDS)
    yield from _same("source", structure.source, KINDS)
    cited = [("gold.source", structure.gold.source)]
    cited += [(f"source.{kind}", source) for kind, source in structure.source.items()]
    cited += [(f"eligibility[{place}].source", gate.source) for place, gate in enumerate(structure.eligibility)]
    for path, indicator in indicators_of(structure):
        cited += [(f"{path}.source.{kind}", source) for kind, source in indicator.source.items()]
        cited += [(f"{path}.anchors[{place}].source", anchor.source) for place, anchor in enumerate(indicator.anchors)]
    for path, source in cited:
        for code in source.split(", "):
            if code not in structure.sources:
                yield f"{path}: there is no source {code!r}"


def of_title(structure: Structure, title: Title) -> Iterator[str]:
    """Yield what is wrong with the words that every version has of its own."""
    yield from _same("levels", title.levels, structure.levels)


def of_text(structure: Structure, text: Text) -> Iterator[str]:
    """Yield what is missing from a language's words, or has no number that it belongs to."""
    yield from of_title(structure, text)
    yield from _same("dimensions", text.dimensions, [dimension.id for dimension in structure.dimensions])
    yield from _same("indicators", text.indicators, [indicator.number for _path, indicator in indicators_of(structure)])
    for number, indicator in text.indicators.items():
        yield from _same(f'indicators["{number}"].levels', indicator.levels, structure.levels)


def of_borrowing(structure: Structure, lender: Structure | None) -> Iterator[str]:
    """Yield why a version cannot take its words from the version that it names in `wording_of`."""
    if lender is None or lender.wording_of:
        yield f"wording_of: {structure.wording_of!r} is no version with words of its own"
        return
    theirs = {(dimension.id, indicator.number) for dimension in lender.dimensions for indicator in dimension.indicators}
    for place, dimension in enumerate(structure.dimensions):
        for position, indicator in enumerate(dimension.indicators):
            if (dimension.id, indicator.number) not in theirs:
                path = f"dimensions[{place}].indicators[{position}].number"
                yield f"{path}: {structure.wording_of!r} has no {indicator.number!r} in {dimension.id!r}"


def _same(path: str, found: Iterable[int | str], wanted: Iterable[int | str]) -> Iterator[str]:
    there, needed = list(found), list(wanted)
    for key in needed:
        if key not in there:
            yield f"{path}: {key!r} is missing"
    for key in there:
        if key not in needed:
            yield f"{path}: {key!r} is unknown"
