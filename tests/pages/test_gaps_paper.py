"""The gap page in a real browser: on two A4 pages, without scripts, on a telephone, and for everybody."""

import hashlib
import re

import pytest
from playwright.sync_api import Page

from app.domain.roles import Role
from app.store import accounts as kept
from app.store import sessions as kept_sessions
from app.web.identity import PLAIN_COOKIE
from tests.browser import OpenPage, accessibility_violations
from tests.domain.levels import everywhere
from tests.frameworks.catalogues import ecei
from tests.pages.gap_pages import BENCHMARK, first, gap_path
from tests.pages.world import World
from tests.served import served

LEAST_POINTS = 8.0
POINTS_PER_PIXEL = 0.75
A4_TEXT_WIDTH = 695
LAST = everywhere(ecei(), 2)
STATES = {"gold": BENCHMARK, "nothing met": everywhere(ecei(), 0), "five answered": first(5, 1)}

# The smallest size, in pixels as printed, of any text that can be seen; text in a picture shrinks with it.
SMALLEST_TEXT = """() => {
    const seen = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let smallest = [Infinity, ""];
    while (seen.nextNode()) {
        const text = seen.currentNode, place = text.parentElement, box = place.getBoundingClientRect();
        if (!text.data.trim() || !box.width || place.closest(".visually-hidden, desc")) continue;
        const picture = place.closest("svg[viewBox]");
        const scale = picture ? picture.getScreenCTM().a : 1;
        const size = parseFloat(getComputedStyle(place).fontSize) * scale;
        if (size < smallest[0]) smallest = [size, text.data.trim()];
    }
    return smallest;
}"""


def opened(page: Page, world: World, address: str, path: str, *, is_demo: bool = False) -> Page:
    """Open the page as the cluster's chair, who can only read."""
    chair = world.person(Role.OBSERVER, cluster="havbruk")
    with world.store.writing() as tx:
        kept.update(tx, chair.user_id or "", is_demo=is_demo)
        kept_sessions.add(tx, hashlib.sha256(b"chair").hexdigest(), chair.user_id or "")
    page.context.add_cookies([{"name": PLAIN_COOKIE, "value": "chair", "url": address}])
    page.goto(address + path)
    return page


def sheets(page: Page) -> int:
    """How many sheets of paper the page takes."""
    return len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_page_prints_legibly_on_two_sheets_of_a4(
    world: World, open_page: OpenPage, state: str, language: str
) -> None:
    path = gap_path(world, STATES[state], last=LAST)
    with served(world.app) as address:
        page = opened(open_page(), world, address, f"{path}?lang={language}", is_demo=True)
        assert sheets(page) == 2
        page.set_viewport_size({"width": A4_TEXT_WIDTH, "height": 1000})
        page.emulate_media(media="print")
        assert page.evaluate("document.documentElement.scrollWidth") == A4_TEXT_WIDTH
        size, words = page.evaluate(SMALLEST_TEXT)
        assert size * POINTS_PER_PIXEL >= LEAST_POINTS, words
        # A sheet is handed round and kept: it says that its figures are invented, and of when they are.
        assert page.locator(".demo-strip").is_visible()
        assert "23" in page.locator(".gap-page__as-of").inner_text()
        page.emulate_media(media="screen")
        assert page.locator(".gap-page__as-of").is_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_the_page_is_open_to_everybody(world: World, open_page: OpenPage, scheme: str, width: int) -> None:
    path = gap_path(world, STATES["nothing met"], last=LAST)
    with served(world.app) as address:
        page = open_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        opened(page, world, address, path)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert accessibility_violations(page) == []


def test_sorting_narrowing_and_the_folded_note_work_without_scripts(world: World, open_page: OpenPage) -> None:
    path = gap_path(world, STATES["five answered"])
    with served(world.app) as address:
        page = opened(open_page(java_script_enabled=False), world, address, path)
        page.get_by_role("link", name="Below the benchmark (5)").click()
        page.get_by_role("columnheader", name="Gap").get_by_role("link").click()
        assert page.get_by_role("columnheader", name="Gap").get_attribute("aria-sort") == "descending"
        assert page.locator("#gaps tbody tr").count() == 5
        page.get_by_text("What the benchmark is, and why level 3 everywhere is not Gold").click()
        assert page.get_by_text("Level 3 on every indicator gives 93 of 124 points").is_visible()
