"""The unconfirmed point model of 2013: 150 points, Gold at 120, 1.1.0 as a gate, never mistaken for anything else."""

import pytest

from app.domain.scoring import Outcome, ReasonCode, benchmark_levels, score
from tests.frameworks.catalogues import ecei, preset


def all_at(level: int) -> dict[str, int]:
    return {indicator.number: level for indicator in preset().indicators}


def test_it_has_the_same_31_indicators_in_the_same_order() -> None:
    numbers = [(each.dimension, each.number, each.order) for each in preset().indicators]
    assert numbers == [(each.dimension, each.number, each.order) for each in ecei().indicators]


def test_30_indicators_of_5_points_give_150_and_the_gold_line_is_120() -> None:
    weights = [indicator.weight for indicator in preset().indicators]
    assert (weights.count(1), weights.count(0)) == (30, 1)
    assert preset().indicator("1.1.0").weight == 0
    assert (preset().levels, preset().max_points, preset().gold_line) == ((0, 1, 2, 3, 4, 5), 150, 120)


def test_the_gate_gives_no_points_and_closes_gold_by_itself() -> None:
    closed = score(preset(), all_at(5) | {"1.1.0": 0})
    assert (closed.points, closed.outcome) == (150, Outcome.NOT_GOLD)
    assert [(reason.code, reason.indicators) for reason in closed.reasons] == [(ReasonCode.MINIMUM, ("1.1.0",))]
    assert score(preset(), all_at(5) | {"1.1.0": 1}).outcome is Outcome.GOLD


def test_it_has_no_other_minimum_and_no_eligibility() -> None:
    assert [each.number for each in preset().indicators if each.minimum is not None] == ["1.1.0"]
    assert all(each.eligibility is None for each in preset().indicators)
    assert score(preset(), all_at(5) | {"2.2.1": 0, "1.1.2": 0}).outcome is Outcome.GOLD


def test_its_benchmark_is_4_everywhere_and_passes_on_the_line() -> None:
    card = score(preset(), benchmark_levels(preset()))
    assert set(benchmark_levels(preset()).values()) == {4}
    assert (card.points, card.outcome) == (120, Outcome.GOLD)
    assert score(preset(), all_at(4) | {"5.1": 3}).outcome is Outcome.NOT_GOLD


@pytest.mark.parametrize(("language", "word"), [("en", "unconfirmed"), ("nb", "ubekreftet")])
def test_its_name_says_that_it_is_unconfirmed(language: str, word: str) -> None:
    assert word in preset().wordings[language].name


@pytest.mark.parametrize("language", ["en", "nb"])
def test_its_words_are_those_of_2026_without_the_level_descriptors(language: str) -> None:
    own, lent = preset().wordings[language], ecei().wordings[language]
    assert own.dimensions == lent.dimensions
    assert list(own.levels) == [0, 1, 2, 3, 4, 5]
    for number, words in own.indicators.items():
        theirs = lent.indicators[number]
        assert (words.name, words.question, words.measures) == (theirs.name, theirs.question, theirs.measures)
        assert (words.definitions, words.evidence, words.why) == (theirs.definitions, theirs.evidence, theirs.why)
        assert words.levels == {}


def test_nothing_but_the_list_and_the_gold_rule_is_called_official() -> None:
    assert preset().gold.standing == "official"
    for indicator in preset().indicators:
        standing = {kind: indicator.standing[kind] for kind in ("weight", "benchmark", "levels", "minimum")}
        minimum = "inferred" if indicator.number == "1.1.0" else "none"
        assert standing == {"weight": "inferred", "benchmark": "ours", "levels": "inferred", "minimum": minimum}
