"""The portfolio in a real browser: whole on a desk, as cards on a telephone, and on sheets of paper."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Page

from app.domain.roles import Role
from app.store import sessions as kept_sessions
from app.web.identity import PLAIN_COOKIE
from tests.browser import OpenPage, accessibility_violations
from tests.pages.harbour import TINY, fill, leave_out
from tests.pages.world import World
from tests.served import served

A4_LANDSCAPE = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+841\.\d+\s+594\.\d+\s*\]")
# Every part of a table that can be seen and is cut off by the table's frame.
CUT = """id => { const frame = document.getElementById(id);
    return [frame.scrollWidth - frame.clientWidth, frame.scrollHeight - frame.clientHeight]; }"""

# The headings that are cut, by how much the row of numbers is covered once scrolled, and how high each heading is.
HEADINGS = """() => { const frame = document.getElementById("heat");
    const all = [...frame.querySelectorAll(".heat-map__group")];
    frame.scrollTop = frame.scrollHeight;
    const groups = frame.querySelector(".heat-map__groups th"), numbers = frame.querySelector(".heat-map__corner");
    return [all.filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent),
        numbers.getBoundingClientRect().top - groups.getBoundingClientRect().bottom,
        all.map(each => each.clientHeight)]; }"""


@contextmanager
def portfolio(world: World, page: Page) -> Iterator[str]:
    """Serve a world in which the page's browser is signed in as the programme's owner."""
    owner = world.person(Role.OWNER, programme="north")
    with world.store.writing() as tx:
        kept_sessions.add(tx, hashlib.sha256(b"owner").hexdigest(), owner.user_id or "")
    with served(world.app) as address:
        page.context.add_cookies([{"name": PLAIN_COOKIE, "value": "owner", "url": address}])
        yield address


def crowd(world: World, count: int) -> None:
    """Register this many clusters more that count."""
    ecei = world.frameworks.default
    with world.store.writing():
        for number in range(count):
            world.cluster(f"c-{number:02}", name=f"C{number:02}")
            world.assessment(f"c-{number:02}", {each.number: 3 for each in ecei.indicators})


@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_indicators_fit_a_desk_without_being_cut(world: World, open_page: OpenPage, language: str) -> None:
    fill(world)
    crowd(world, 5)
    page = open_page(viewport={"width": 1200, "height": 900})
    with portfolio(world, page) as address:
        page.goto(f"{address}/portfolio/indicators?lang={language}")
        assert page.evaluate(CUT, "spreads")[0] == 0


def test_a_heat_map_stands_at_full_height_and_scrolls_only_when_it_is_long(world: World, open_page: OpenPage) -> None:
    world.programme()
    crowd(world, 40)
    page = open_page(viewport={"width": 1200, "height": 900})
    with portfolio(world, page) as address:
        page.goto(f"{address}/portfolio/heatmap")
        assert page.evaluate(CUT, "heat") == [0, 0]
        world.cluster("last")
        world.assessment("last", {each.number: 3 for each in world.frameworks.default.indicators})
        page.reload()
        assert page.evaluate(CUT, "heat")[1] > 0


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("language", ["en", "nb"])
def test_no_heading_of_a_heat_map_is_cut(world: World, open_page: OpenPage, language: str, width: int) -> None:
    world.programme()
    crowd(world, 41)
    page = open_page(viewport={"width": width, "height": 900})
    with portfolio(world, page) as address:
        page.goto(f"{address}/portfolio/heatmap?lang={language}")
        hidden, beneath, groups = page.evaluate(HEADINGS)
        assert (hidden, len(groups)) == ([], 5)
        assert max(groups) > min(groups), "a long one takes several lines"
        # Scrolled to its end, the numbers stay beneath the headings and not behind them.
        assert beneath == pytest.approx(0, abs=1)
        assert width == 390 or page.evaluate(CUT, "heat")[0] == 0


def test_a_heat_map_prints_across_with_its_key_in_colour(world: World, open_page: OpenPage) -> None:
    fill(world)
    crowd(world, 5)
    page = open_page()
    with portfolio(world, page) as address:
        page.goto(f"{address}/portfolio/heatmap")
        sheets = page.pdf(prefer_css_page_size=True)
        assert len(A4_LANDSCAPE.findall(sheets)) == len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1
        page.emulate_media(media="print")
        kept_colours = "each => getComputedStyle(each).printColorAdjust"
        swatches = page.locator(".heat-legend__swatch").all()
        assert {swatch.evaluate(kept_colours) for swatch in swatches} == {"exact"}


def test_a_telephone_shows_each_cluster_whole_and_can_sort_them(world: World, open_page: OpenPage) -> None:
    fill(world)
    leave_out(world)
    page = open_page(viewport={"width": 390, "height": 900})
    with portfolio(world, page) as address:
        page.goto(f"{address}/portfolio?{TINY}")
        assert page.evaluate(CUT, "clusters")[0] == 0
        assert accessibility_violations(page) == []
        first, bare = (page.locator("#clusters tbody tr").nth(place) for place in (0, 6))
        labels = "cells => cells.map(each => getComputedStyle(each, '::before').content)"
        said = first.locator("td[data-label]").evaluate_all(labels)
        assert said == ['"Answered: "', '"Reference date: "', '"Points of 12: "', '"Percent: "']
        assert [cell.is_visible() for cell in bare.locator("td").all()] == [True, *[False] * 5]
        page.locator("#clusters thead").get_by_role("link", name="Points of 12").click()
        assert page.locator("#clusters tbody th").first.inner_text().startswith("Anker")
        page.locator("#clusters thead").get_by_role("link", name="Points of 12").click()
        assert page.locator("#clusters tbody th").first.inner_text().startswith("Ekko")
