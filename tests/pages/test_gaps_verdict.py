"""What the gap page says an assessment comes to, in each state it can be in."""

import pytest

from app.domain.roles import Role
from tests.domain.levels import everywhere
from tests.frameworks.catalogues import ecei, tiny
from tests.pages.gap_pages import BENCHMARK, NUMBERS, by_class, checks, first, gap_page, gap_path, hundred, words
from tests.pages.html import Element
from tests.pages.world import World

ANSWERED, POINTS, MINIMUM, ELIGIBLE = (
    "Every indicator answered",
    "Enough points",
    "No minimum missed",
    "Basic conditions of every label",
)
THREE = everywhere(ecei(), 3)


def verdict(page: Element) -> str:
    return page.named("verdict-words").text


def figures(page: Element) -> dict[str, str]:
    """Return the three gaps by their label."""
    values = zip(by_class(page, "stat__label"), by_class(page, "stat__value"), strict=True)
    return {label.text: value.text for label, value in values}


def test_gold_is_named_with_every_check_met_and_is_no_label(world: World) -> None:
    page = gap_page(world, BENCHMARK)
    assert verdict(page) == "Meets the Gold figures"
    assert checks(page) == [(ANSWERED, "Met"), (POINTS, "Met"), (MINIMUM, "Met"), (ELIGIBLE, "Met")]
    assert "104 of 124 points (83.9 %). The Gold line is at 100 (80 %)." in words(page, POINTS)
    assert "Indicative result" in page.named("verdict").text
    assert "only ESCA and EUCLES award labels" in page.named("verdict").text
    assert figures(page) == {
        "Points to the Gold line": "0",
        "Levels to the benchmark": "0",
        "Minimums missed": "0 of 19",
    }


def test_points_short_of_the_line_are_counted_on_integers(world: World) -> None:
    page = gap_page(world, {**hundred("1.2"), "5.2": 2})
    assert verdict(page) == "Does not meet the Gold figures"
    assert checks(page)[1] == (POINTS, "Not met")
    assert "99 of 124 points (79.8 %): 1 short of the Gold line at 100 (80 %)." in words(page, POINTS)
    assert figures(page)["Points to the Gold line"] == "1"


def test_exactly_the_line_is_enough(world: World) -> None:
    page = gap_page(world, hundred("1.2"))
    assert verdict(page) == "Meets the Gold figures"
    assert "The line is reached exactly." in page.text


def test_one_missed_minimum_prevents_gold_at_a_hundred_points_and_is_named(world: World) -> None:
    page = gap_page(world, hundred("2.5"))
    assert verdict(page) == "Does not meet the Gold figures"
    assert checks(page) == [(ANSWERED, "Met"), (POINTS, "Met"), (MINIMUM, "Not met"), (ELIGIBLE, "Met")]
    assert "1 of 19 minimum levels is missed." in words(page, MINIMUM)
    (link,) = (each for each in page.named("verdict").all("a") if each.text.startswith("2.5 "))
    assert link["href"].endswith("/dimensions/governance#i-2-5")
    assert figures(page)["Points to the Gold line"] == "0"
    assert figures(page)["Minimums missed"] == "1 of 19"
    assert next(iter(figures(page))) == "Minimums missed", "what alone prevents Gold is seen first"


def test_what_keeps_a_cluster_from_any_label_is_a_check_of_its_own(world: World) -> None:
    page = gap_page(world, hundred("2.2.1"))
    assert checks(page)[2:] == [(MINIMUM, "Met"), (ELIGIBLE, "Not met")]
    assert "Human resources available for the cluster management level 0, at least 1" in words(page, ELIGIBLE)
    (row,) = (row for row in page.named("gaps").rows() if row[0] == "2.2.1")
    assert "too low for any label" in row[1]


def test_before_anything_is_answered_nothing_is_decided(world: World) -> None:
    page = gap_page(world, {})
    assert verdict(page) == "No result yet: 0 of 31 answered"
    assert {state for _, state in checks(page)} == {"Not yet"}
    assert "on average" not in page.text
    assert figures(page) == {
        "Points to the Gold line": "100",
        "Levels to the benchmark": "\N{EN DASH}",
        "Minimums missed": "\N{EN DASH} of 19",
    }


def test_while_answers_are_missing_there_are_points_so_far_and_the_average_apart(world: World) -> None:
    page = gap_page(world, {**first(4), NUMBERS[4]: 2})
    assert verdict(page) == "No result yet: 5 of 31 answered"
    assert "18 points so far, of 124" in page.named("verdict").text
    assert "The 5 answered are at level 3.6 of 4 on average." in page.named("verdict").text
    assert words(page, ANSWERED).endswith("and 23 more")
    assert "18 of 124 points so far. The Gold line is at 100 (80 %)." in words(page, POINTS)
    assert "None missed so far" in words(page, MINIMUM)


def test_the_last_missing_answer_holds_the_verdict_back_whatever_the_points(world: World) -> None:
    page = gap_page(world, first(30))
    assert verdict(page) == "No result yet: 30 of 31 answered"
    assert checks(page)[:2] == [(ANSWERED, "Not yet"), (POINTS, "Not yet")]
    assert "Meets" not in page.text
    assert "more" not in words(page, ANSWERED).removeprefix(ANSWERED)


def test_a_minimum_that_an_answer_misses_is_said_at_once(world: World) -> None:
    page = gap_page(world, {"1.1.0": 0, "1.1.1": 3})
    assert verdict(page).startswith("No result yet")
    assert checks(page)[2] == (MINIMUM, "Not met")


def test_last_time_is_named_with_its_day_where_there_is_one(world: World) -> None:
    page = gap_page(world, BENCHMARK, last=THREE)
    assert "Last time, 30 September 2024: 93 points (75.0 %)." in page.text
    assert [heading.text for heading in page.named("gaps").all("th", data_column="last")] == ["Last time"]


def test_without_a_last_time_nothing_speaks_of_one(world: World) -> None:
    assert "ast time" not in gap_page(world, BENCHMARK).text


def test_the_figures_of_the_whole_page_are_those_of_the_catalogue_and_none_is_known_to_the_code(world: World) -> None:
    page = gap_page(world, {"A.1": 1, "A.2": 0, "B.1": 1}, framework=tiny())
    assert "4 of 12 points (33.3 %): 4 short of the Gold line at 8 (66.7 %)." in words(page, POINTS)
    assert checks(page)[2:] == [(MINIMUM, "Not met"), (ELIGIBLE, "Met")]
    assert "31" not in page.one("main").text
    assert "level 1 everywhere" in page.named("benchmark-profile").text
    assert not page.all("svg", id="radar")


@pytest.mark.parametrize("levels", [BENCHMARK, first(5)])
def test_the_benchmark_and_why_three_everywhere_is_not_gold_are_explained(world: World, levels: dict[str, int]) -> None:
    page = gap_page(world, levels)
    note = page.named("benchmark-profile").text
    assert "level 4 on 11 indicators, level 3 on 20 indicators." in note
    assert "104 of 124 points (83.9 %)" in note
    assert "Level 3 on every indicator gives 93 of 124 points (75.0 %), and the Gold line is at 100 (80 %)." in note


def test_how_sure_the_numbers_are_is_said_once(world: World) -> None:
    lines = by_class(gap_page(world, BENCHMARK), "standings")[0].all("dd")
    assert [line.text for line in lines] == [
        "the share of the points that Gold asks for; the basic conditions of every label.",
        "the minimum levels.",
        "the benchmark levels; what each level asks for; how much each indicator counts.",
    ]


def test_a_draft_is_its_own_clusters_business(world: World) -> None:
    world.programme()
    path = gap_path(world, first(3))
    world.signed_in(Role.OWNER, programme="north").open(path, 404)
    world.cluster("nord", "north")
    draft = world.assessment("nord", first(3), submit=False)
    world.signed_in(Role.OWNER, programme="north").open(f"/assessments/{draft.id}/gap", 403)
    world.signed_in(Role.CONTRIBUTOR, cluster="nord").open(f"/assessments/{draft.id}/gap")


def test_a_visitor_signs_in_first(world: World) -> None:
    path = gap_path(world, BENCHMARK)
    answer = world.browser().http.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")
