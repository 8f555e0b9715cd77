"""ECEI 2026.1 says what the notes on the standard say, number by number."""

import pytest

from app.domain.framework import Framework
from app.domain.scoring import Outcome, benchmark_levels, score
from app.frameworks import reader
from tests.frameworks.by_hand import BENCHMARK_4, INDICATORS, NOT_IN_SILVER_AUDIT, NOT_READ
from tests.frameworks.catalogues import ecei, raw_indicators

Figures = dict[str, float]


def shown(figures: Figures) -> set[str]:
    """Write figures as the table written by hand does, from the endings of their names."""
    return {_direction(name) + f"{value:g}" + _unit(name) for name, value in figures.items()}


def _direction(name: str) -> str:
    endings = {"_below": "<", "_above": ">", "_at_most": "≤"}
    return next((sign for ending, sign in endings.items() if name.endswith(ending)), "")


def _unit(name: str) -> str:
    units = {"percent": "%", "months": "m", "years": "y", "km": "km"}
    return next((unit for word, unit in units.items() if word in name.split("_")), "")


def test_there_are_31_indicators_in_five_dimensions_of_4_10_2_12_and_3() -> None:
    assert [len(dimension.indicators) for dimension in ecei().dimensions] == [4, 10, 2, 12, 3]
    assert ecei().total == 31


def test_the_order_is_the_official_one_and_not_that_of_the_numbers_as_text() -> None:
    assert [indicator.number for indicator in ecei().indicators] == list(INDICATORS)
    assert [indicator.order for indicator in ecei().indicators] == list(range(1, 32))


def test_every_indicator_stands_in_the_dimension_that_its_number_opens_with() -> None:
    for dimension in ecei().dimensions:
        assert {indicator.number.split(".")[0] for indicator in dimension.indicators} == {dimension.number}
        assert {indicator.dimension for indicator in dimension.indicators} == {dimension.id}


@pytest.mark.parametrize("number", INDICATORS)
def test_names_benchmark_and_minimum_are_those_of_the_table(number: str) -> None:
    english, bokmal, benchmark, minimum, _levels = INDICATORS[number]
    indicator = ecei().indicator(number)
    assert (indicator.benchmark, indicator.minimum, indicator.weight) == (benchmark, minimum, 1)
    assert ecei().wording("en").indicators[number].name == english
    assert ecei().wording("nb").indicators[number].name == bokmal


@pytest.mark.parametrize("number", INDICATORS)
def test_every_levels_numbers_are_those_of_the_table(number: str) -> None:
    levels = raw_indicators(ecei())[number]["levels"]
    assert [shown(levels[level]) for level in range(5)] == [set(level.split()) for level in INDICATORS[number][4]]


def test_the_19_indicators_of_a_silver_audit_have_the_minimum_1_and_no_other_has_one() -> None:
    minima = {indicator.number: indicator.minimum for indicator in ecei().indicators if indicator.minimum is not None}
    assert set(minima) == set(INDICATORS) - NOT_IN_SILVER_AUDIT - NOT_READ
    assert len(minima) == 19
    assert set(minima.values()) == {1}


def test_the_benchmark_is_4_on_eleven_indicators_and_gives_104_of_124_points_which_is_gold() -> None:
    assert {indicator.number for indicator in ecei().indicators if indicator.benchmark == 4} == BENCHMARK_4
    card = score(ecei(), benchmark_levels(ecei()))
    assert (card.points, card.max_points, card.gold_line) == (104, 124, 100)
    assert card.outcome is Outcome.GOLD


def test_the_two_eligibility_gates_are_half_a_position_and_15_participants() -> None:
    gates = {each.number: each.eligibility for each in ecei().indicators if each.eligibility is not None}
    assert gates == {"2.2.1": 1, "1.1.2": 1}
    assert raw_indicators(ecei())["2.2.1"]["levels"][1] == {"fte": 0.5}
    assert raw_indicators(ecei())["1.1.2"]["levels"][1]["participants_from"] == 15


def test_only_the_rule_the_list_and_the_anchored_figures_are_called_official() -> None:
    assert ecei().gold.standing == "official"
    for indicator in ecei().indicators:
        known = "inferred" if indicator.number in NOT_READ else "official"
        official = {"name", "order"} if known == "official" else set()
        official |= {"eligibility"} if indicator.eligibility is not None else set()
        assert {kind for kind, standing in indicator.standing.items() if standing == "official"} == official
        assert indicator.standing["minimum"] == ("inferred" if indicator.minimum is not None else "none")
        assert {indicator.standing[kind] for kind in ("weight", "benchmark", "levels")} == {"ours"}


def test_only_figures_with_an_official_source_are_anchored() -> None:
    anchored = {(each.number, anchor.name) for each in ecei().indicators for anchor in each.anchors}
    assert anchored == {
        ("1.1.1", "actor_types"),
        ("1.1.2", "participants_below"),
        ("1.1.2", "participants_from"),
        ("2.2.1", "fte_below"),
        ("2.2.1", "fte"),
        ("4.6.2", "english_pages"),
    }


@pytest.mark.parametrize("framework", reader.read().all, ids=lambda framework: framework.version)
def test_every_source_that_is_listed_is_cited_somewhere(framework: Framework) -> None:
    cited = {framework.gold.source}
    for indicator in framework.indicators:
        cited |= set(indicator.source.values()) | {anchor.source for anchor in indicator.anchors}
    codes = {code for source in cited if source for code in source.split(", ")}
    assert codes == set(framework.sources)
