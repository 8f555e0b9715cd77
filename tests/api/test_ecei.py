"""ECEI 2026.1 through the API from start to portfolio: the 124-point model's known cases, worked out by hand.

The tiny standard goes the same way in `test_gap.py` and `test_portfolio.py`; no number here comes from the catalogue.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from app.frameworks.reader import Frameworks
from tests.api.world import ApiWorld, answered, faults, refused
from tests.frameworks import catalogues
from tests.frameworks.by_hand import BENCHMARK_4, INDICATORS

NUMBERS = tuple(INDICATORS)
BENCHMARK = dict.fromkeys(NUMBERS, 3) | dict.fromkeys(BENCHMARK_4, 4)
STARTED = {"framework": "ecei", "version": "2026.1", "reference_date": "2026-09-30", "title": "Autumn 2026"}
# 4, 10, 2, 12 and 3 indicators of 4 points; the benchmark is 3 each, and 1 more on 1, 2, 0, 7 and 1 of them.
MAX_POINTS = [16, 40, 8, 48, 12]
BENCHMARK_POINTS = [13, 32, 6, 43, 10]


def on_the_line(zero: str) -> dict[str, int]:
    """Return 20 times 3, 10 times 4 and one 0: 60 + 40 = 100."""
    others = [number for number in NUMBERS if number != zero]
    return dict.fromkeys(others[:20], 3) | dict.fromkeys(others[20:], 4) | {zero: 0}


@pytest.fixture
def frameworks() -> Frameworks:
    """ECEI alone."""
    return Frameworks((catalogues.ecei(),))


def fill(world: ApiWorld, levels: Mapping[str, int], who: str = "manager", cluster: str = "kyst") -> str:
    """Start an assessment, answer the first indicator by itself and the others at once; return its id."""
    person = world.as_(who)
    started = answered(person.post(f"/clusters/{cluster}/assessments", json=STARTED), 201)
    (first, level), *others = levels.items()
    address = f"/assessments/{started['id']}/answers"
    answered(person.put(f"{address}/{first}", json={"level": level, "note": "Seen"}, headers={"If-Match": '"0"'}))
    several = {"answers": {number: {"level": each} for number, each in others}}
    saved = answered(person.patch(address, json=several, headers={"If-Match": '"2"'}))
    assert (saved["answered"], saved["total"], saved["revision"]) == (len(levels), 31, 3)
    return str(started["id"])


CASES: dict[str, tuple[dict[str, int], int, float, int, dict[str, list[str]]]] = {
    # levels, points, percent, points to Gold, and the reasons against it
    "all 4": (dict.fromkeys(NUMBERS, 4), 124, 100.0, 0, {}),
    "all 3": (dict.fromkeys(NUMBERS, 3), 93, 75.0, 7, {"points": []}),
    "benchmark": (BENCHMARK, 104, 83.9, 0, {}),
    "the line": (on_the_line("1.2"), 100, 80.6, 0, {}),
    "not eligible": (on_the_line("2.2.1"), 100, 80.6, 0, {"eligibility": ["2.2.1"]}),
    "knocked out": (on_the_line("2.5"), 100, 80.6, 0, {"minimum": ["2.5"]}),
    "both": (on_the_line("1.1.2"), 100, 80.6, 0, {"minimum": ["1.1.2"], "eligibility": ["1.1.2"]}),
    "99": (on_the_line("1.2") | {"5.3": 3}, 99, 79.8, 1, {"points": []}),
}


@pytest.mark.parametrize("name", CASES)
def test_a_known_case_is_the_same_in_gap_and_portfolio(world: ApiWorld, name: str) -> None:
    levels, points, percent, to_gold, reasons = CASES[name]
    outcome = "not-gold" if reasons else "gold"
    at, manager = f"/assessments/{fill(world, levels)}", world.as_("manager")
    gap = answered(manager.get(f"{at}/gap"))
    figures = ("points", "max_points", "percent", "points_to_gold", "answered", "total", "indicative")
    assert [gap[each] for each in figures] == [points, 124, percent, to_gold, 31, 31, True]
    assert gap["verdict"]["outcome"] == outcome
    assert {each["code"]: each["indicators"] for each in gap["verdict"]["reasons"]} == reasons
    assert [each["max_points"] for each in gap["dimensions"]] == MAX_POINTS
    assert [each["benchmark_points"] for each in gap["dimensions"]] == BENCHMARK_POINTS
    assert sum(each["points"] for each in gap["dimensions"]) == points
    assert {each["number"]: each["level"] for each in gap["indicators"]} == levels
    assert {each["number"]: each["gap"] for each in gap["indicators"]} == {
        number: max(0, BENCHMARK[number] - level) for number, level in levels.items()
    }
    assert [each["number"] for each in gap["indicators"] if each["below_minimum"]] == reasons.get("minimum", [])
    assert answered(manager.post(f"{at}/submit", headers={"If-Match": '"3"'}))["state"] == "submitted"
    assert answered(manager.get(f"{at}/gap")) == gap
    (row,) = [each for each in answered(world.as_("owner").get("/portfolio"))["clusters"] if each["cluster"] == "kyst"]
    assert (row["state"], row["answered"], row["points"], row["percent"], row["outcome"]) == (
        *("submitted", 31),
        *(points, percent, outcome),
    )


def test_30_of_31_have_no_verdict_and_cannot_be_submitted(world: ApiWorld) -> None:
    levels = {number: 4 for number in NUMBERS if number != "3.1"}
    at, manager = f"/assessments/{fill(world, levels)}", world.as_("manager")
    gap = answered(manager.get(f"{at}/gap"))
    # 30 times 4 is over the line of 100, and still no verdict.
    assert (gap["answered"], gap["points"], gap["points_to_gold"]) == (30, 120, 0)
    assert gap["verdict"]["outcome"] == "incomplete"
    assert [(each["code"], each["indicators"]) for each in gap["verdict"]["reasons"]] == [("incomplete", ["3.1"])]
    refused(manager.post(f"{at}/submit"), 409)
    (missing,) = [each for each in gap["indicators"] if each["number"] == "3.1"]
    assert (missing["level"], missing["gap"], missing["points"]) == (None, None, 0)


def test_a_level_beyond_four_is_none_of_eceis(world: ApiWorld) -> None:
    draft = world.draft()
    response = world.as_("manager").put(
        f"/assessments/{draft}/answers/4.6.2", json={"level": 5}, headers={"If-Match": '"0"'}
    )
    assert faults(response) == [("level", "level")]


def test_the_portfolio_of_three_clusters_by_hand(world: ApiWorld) -> None:
    places: dict[str, tuple[str, dict[str, int]]] = {
        "kyst": ("manager", dict.fromkeys(NUMBERS, 4)),
        "fjord": ("neighbour", dict.fromkeys(NUMBERS, 3)),
        "fjell": ("stranger", dict.fromkeys(NUMBERS, 1) | {"2.5": 0}),
    }
    for cluster, (who, levels) in places.items():
        made = fill(world, levels, who, cluster)
        answered(world.as_(who).post(f"/assessments/{made}/submit"))
    administrator = world.as_("administrator")
    found: dict[str, Any] = answered(administrator.get("/portfolio"))
    rows = {each["cluster"]: (each["points"], each["percent"], each["outcome"]) for each in found["clusters"]}
    assert rows == {
        "kyst": (124, 100.0, "gold"),
        "fjord": (93, 75.0, "not-gold"),
        "fjell": (30, 24.2, "not-gold"),
        "alene": (None, None, None),
    }
    assert (found["counted"], found["left_out"]) == (3, [{"cluster": "alene", "reason": "none"}])
    spreads = {each.pop("number"): each for each in answered(administrator.get("/portfolio/indicators"))["items"]}
    # 1, 3, 4: the mean 8/3, the quartiles halfway between; 4 is the benchmark of 4.3, so that two lie below.
    figures = {"n": 3, "mean": pytest.approx(8 / 3), "q1": 2.0, "median": 3.0, "q3": 3.5}
    assert list(spreads) == list(NUMBERS)
    assert spreads["4.3"] == {**figures, "below_benchmark": 2, "below_minimum": 0}
    assert spreads["1.2"] == {**figures, "below_benchmark": 1, "below_minimum": 0}
    # 0, 3, 4 on 2.5, whose minimum is 1.
    low = {"n": 3, "mean": pytest.approx(7 / 3), "q1": 1.5, "median": 3.0, "q3": 3.5}
    assert spreads["2.5"] == {**low, "below_benchmark": 2, "below_minimum": 1}
