"""The rows of the gap page: what each says, and how links sort and narrow them; the dimensions above them."""

import pytest

from app.domain.roles import Role
from tests.domain.levels import everywhere
from tests.frameworks.catalogues import ecei, tiny
from tests.pages.gap_pages import BENCHMARK, NUMBERS, by_class, first, gap_page, gap_path, hundred
from tests.pages.html import Element
from tests.pages.world import World

DASH = "\N{EN DASH}"


def rows(page: Element) -> list[list[str]]:
    """Return the cells of every indicator's row."""
    return [row for row in page.named("gaps").rows() if len(row) > 1]


def numbers(page: Element) -> list[str]:
    return [row[0] for row in rows(page)]


def groups(page: Element) -> list[str]:
    return [row[0] for row in page.named("gaps").rows() if len(row) == 1]


def row_of(page: Element, number: str) -> Element:
    (found,) = (row for row in page.named("gaps").all("tr") if row.cells()[0].text == number)
    return found


def heading(page: Element, key: str) -> Element:
    return page.named("gaps").one("th", data_column=key)


def link(page: Element, key: str) -> str:
    """Return where a column's heading leads, without the place on the page."""
    address, _, place = heading(page, key).one("a")["href"].partition("#")
    assert page.named(place).tag == "section"
    return address


def test_every_indicator_has_a_row_under_its_dimension(world: World) -> None:
    page = gap_page(world, hundred("2.5"))
    assert numbers(page) == list(NUMBERS)
    assert groups(page) == [
        "1 Structure 16 of 16 points, benchmark 13",
        "2 Governance and cooperation 33 of 40 points, benchmark 32",
        "3 Financing 6 of 8 points, benchmark 6",
        "4 Strategy, objectives and services 36 of 48 points, benchmark 43",
        "5 Achievements and recognition 9 of 12 points, benchmark 10",
    ]


def test_a_row_says_level_gap_benchmark_minimum_and_last_time(world: World) -> None:
    page = gap_page(world, hundred("2.5"), last=everywhere(ecei(), 2))
    by_number = {row[0]: row for row in rows(page)}
    assert by_number["1.2"][2:] == ["4", "0", "3", f"{DASH}none", "2"]
    assert by_number["2.5"] == [
        "2.5",
        "Direct personal contacts between team and participants below the minimum",
        "0",
        "4",
        "4",
        "1",
        "2",
    ]


def test_a_name_leads_to_its_card_in_the_form(world: World) -> None:
    path = gap_path(world, first(3))
    manager = world.signed_in(Role.MANAGER, cluster="havbruk")
    address = row_of(manager.open(path), "4.1.2").one("a")["href"]
    page, _, card = address.partition("#")
    assert manager.open(page).named(card).one("h2", id=f"{card}-name").text.startswith("Documentation of")


def test_an_unanswered_row_says_so_and_is_not_drawn_as_level_0(world: World) -> None:
    page = gap_page(world, {"1.1.0": 0})
    (unanswered, zero) = row_of(page, "1.1.1"), row_of(page, "1.1.0")
    assert [cell.text for cell in unanswered.cells()][2:] == ["not answered", "3", "1"]
    assert [cell.text for cell in zero.cells()][2:] == ["0", "4", "4", "1"]
    assert (len(by_class(unanswered, "mark-own")), len(by_class(zero, "mark-own"))) == (0, 1)
    assert (len(by_class(unanswered, "mark-track--open")), len(by_class(zero, "mark-track--open"))) == (1, 0)


def test_the_picture_has_the_marks_that_the_row_has_figures_for(world: World) -> None:
    page = gap_page(world, BENCHMARK, last=everywhere(ecei(), 2))
    with_minimum, without = row_of(page, "1.1.0"), row_of(page, "1.2")
    marks = ("mark-own", "mark-benchmark", "mark-minimum", "mark-last")
    assert [len(by_class(with_minimum, mark)) for mark in marks] == [1, 1, 1, 1]
    assert [len(by_class(without, mark)) for mark in marks] == [1, 1, 0, 1]


SORTED = {
    "": ("number", "ascending", ["1.1.0", "1.1.1", "1.1.2"]),
    "?order=desc": ("number", "descending", ["5.3", "5.2", "5.1"]),
    "?sort=level": ("level", "ascending", ["2.5", "2.4", "2.6"]),
    "?sort=level&order=desc": ("level", "descending", ["1.1.0", "1.1.1", "1.1.2"]),
    "?sort=gap": ("gap", "descending", ["2.5", "2.4", "4.1.1"]),
    "?sort=gap&order=asc": ("gap", "ascending", ["1.1.0", "1.1.1", "1.1.2"]),
    "?sort=name": ("name", "ascending", ["4.3", "2.4", "1.1.0"]),
    "?sort=name&order=desc": ("name", "descending", ["4.5", "4.6.2", "5.2"]),
}


def test_each_column_sorts_the_rows_both_ways_and_says_so(world: World) -> None:
    path = gap_path(world, hundred("2.5"))
    browser = world.signed_in(Role.OBSERVER, cluster="havbruk")
    for query, expected in SORTED.items():
        page = browser.open(path + query)
        (by,) = (each for each in page.named("gaps").all("th") if "aria-sort" in each.attributes)
        assert (by["data-column"], by["aria-sort"], numbers(page)[:3]) == expected, query
        assert len(numbers(page)) == 31


def test_only_a_table_in_the_standards_order_has_groups(world: World) -> None:
    path = gap_path(world, BENCHMARK)
    browser = world.signed_in(Role.OBSERVER, cluster="havbruk")
    assert groups(browser.open(f"{path}?order=desc"))[0].startswith("5 Achievements")
    assert groups(browser.open(f"{path}?sort=name")) == []


def test_sorting_by_the_same_column_turns_it_round_and_keeps_the_selection(world: World) -> None:
    path = gap_path(world, hundred("2.5"))
    browser = world.signed_in(Role.OBSERVER, cluster="havbruk")
    page = browser.open(f"{path}?show=below")
    assert link(page, "gap") == f"{path}?sort=gap&show=below"
    page = browser.open(link(page, "gap"))
    assert link(page, "gap") == f"{path}?sort=gap&order=asc&show=below"
    page = browser.open(link(page, "gap"))
    assert link(page, "gap") == f"{path}?sort=gap&show=below"
    assert link(page, "number") == f"{path}?show=below"
    assert link(browser.open(path), "number") == f"{path}?sort=number&order=desc"


def test_what_is_unanswered_comes_last_whichever_way(world: World) -> None:
    path = gap_path(world, {"5.3": 0, "1.1.1": 4})
    browser = world.signed_in(Role.OBSERVER, cluster="havbruk")
    assert numbers(browser.open(f"{path}?sort=level"))[:3] == ["5.3", "1.1.1", "1.1.0"]
    assert numbers(browser.open(f"{path}?sort=level&order=desc"))[:3] == ["1.1.1", "5.3", "1.1.0"]
    assert numbers(browser.open(f"{path}?sort=gap&order=asc"))[:3] == ["1.1.1", "5.3", "1.1.0"]


def test_only_what_is_below_the_benchmark_can_be_shown(world: World) -> None:
    path = gap_path(world, hundred("2.5"))
    browser = world.signed_in(Role.OBSERVER, cluster="havbruk")
    page = browser.open(f"{path}?show=below")
    assert len(numbers(page)) == 10
    assert all(int(row[3]) > 0 for row in rows(page))
    choices = [(each.text, "aria-current" in each.attributes) for each in by_class(page, "views__view")]
    assert choices == [("All (31)", False), ("Below the benchmark (10)", True)]
    assert numbers(browser.open(by_class(page, "views__view")[0]["href"])) == list(NUMBERS)


def test_nothing_below_the_benchmark_is_said_in_words(world: World) -> None:
    page = gap_page(world, BENCHMARK, "?show=below")
    assert "No answered indicator is below its benchmark." in page.text
    assert not page.all(id="gaps")


@pytest.mark.parametrize("query", ["?sort=colour", "?order=up", "?show=some"])
def test_a_way_to_sort_that_does_not_exist_is_no_page(world: World, query: str) -> None:
    path = gap_path(world, first(1))
    world.signed_in(Role.OBSERVER, cluster="havbruk").open(path + query, 404)


def test_a_dimension_has_its_points_its_benchmark_and_last_time(world: World) -> None:
    page = gap_page(world, BENCHMARK, last=everywhere(ecei(), 3))
    (table,) = by_class(page, "gap-dimensions__table")
    assert table.rows()[0] == ["1 Structure", "13 of 16 81.3 %", "13 81.3 %", "12 75.0 %"]
    assert len(table.rows()) == 5


def test_the_radar_is_drawn_when_all_is_answered_and_not_before(world: World) -> None:
    page = gap_page(world, BENCHMARK, last=everywhere(ecei(), 3))
    radar = page.named("radar")
    assert len(by_class(radar, "radar__axis")) == 5
    assert len(by_class(radar, "radar__ring")) == 4
    assert len(by_class(radar, "radar__last")) == 1
    assert radar["aria-label"] == "Share of the points in each dimension"


def test_what_is_unanswered_is_left_open_in_a_dimension_and_not_given_a_share(world: World) -> None:
    page = gap_page(world, first(2))
    assert not page.all(id="radar")
    (table,) = by_class(page, "gap-dimensions__table")
    assert table.rows()[0] == ["1 Structure 2 of 4 answered", "8 of 16", "13 81.3 %"]
    assert len(by_class(table, "mark-track--open")) == 5


def test_another_catalogue_brings_its_own_levels_dimensions_and_numbers(world: World) -> None:
    page = gap_page(world, {"A.1": 2, "A.2": 1, "B.1": 2}, framework=tiny(), last={"A.1": 0, "A.2": 0, "B.1": 1})
    assert [row[0] for row in rows(page)] == ["A.1", "A.2", "B.1"]
    assert [each.text for each in by_class(page, "scale")[0].all("text")] == ["0", "1", "2"]
    assert not page.all(id="radar")
    assert [row[0] for row in by_class(page, "gap-dimensions__table")[0].rows()] == ["A Boats", "B Harbour"]


def test_names_are_text_whatever_stands_in_them(world: World) -> None:
    page = gap_page(world, BENCHMARK)
    assert page.one("h1").text == "Gap to Gold: Havbruk <i>Sør</i>"
    (head,) = by_class(page, "page-head")
    assert "hx-ignore" in head.attributes
