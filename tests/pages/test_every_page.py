"""Every page in a real browser: accessible and within its screen, in each language, on a desk and on a phone."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from app.web import identity
from tests.browser import OpenPage, accessibility_violations
from tests.every_page import Stage, Visit, pages
from tests.pages.client import PageClient
from tests.pages.world import World
from tests.served import served

SHOTS = Path(__file__).parents[2] / "screenshots"
PICTURES_WANTED = bool(os.environ.get("GOLDGAP_SCREENSHOTS"))
_UNTIL_IT_IS_DARK = """async () => {
  const isDark = () => matchMedia('(prefers-color-scheme: dark)').matches && !document.getAnimations().length;
  do { await new Promise(requestAnimationFrame); } while (!isDark());
}"""
_RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]
_PLACE_OF_CONTROLS = """() => [...document.querySelectorAll('input, textarea, select, .ds-button')]
  .filter(e => !['hidden', 'radio', 'checkbox'].includes(e.type) && e.checkVisibility())
  .map(e => {
    const rgb = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
    let behind = e.parentElement, back = [0, 0, 0, 0];
    for (; behind && back[3] === 0; behind = behind.parentElement) back = rgb(getComputedStyle(behind).backgroundColor);
    const style = getComputedStyle(e);
    return {html: e.outerHTML.slice(0, 120), border: rgb(style.borderBlockEndColor), fill: rgb(style.backgroundColor),
            behind: back.length ? back : [255, 255, 255], button: e.matches('.ds-button')};
  })"""


@pytest.fixture
def stage(world: World) -> Stage:
    return Stage(world)


@pytest.fixture
def address(stage: Stage) -> Iterator[str]:
    with served(stage.world.app) as address:
        yield address


def test_every_route_with_a_page_has_somebody_who_opens_it(stage: Stage) -> None:
    visited = {visit.name for visit in stage.visits(stage.world.app)}
    assert {"home", "dimension", "gap", "portfolio"} <= visited == pages(stage.world.app)


@pytest.mark.parametrize("language", ["en", "nb"])
def test_every_page_is_well_made(stage: Stage, language: str) -> None:
    for visit in stage.visits(stage.world.app):
        page = stage.browser(visit.who, language).open(visit.path)
        assert page.one("html")["lang"] == language, visit


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("language", ["en", "nb"])
def test_every_page_is_accessible_and_fits_its_screen(
    stage: Stage, address: str, open_page: OpenPage, language: str, width: int
) -> None:
    faults: list[str] = []
    for who in stage.people:
        page = _browser(stage, address, open_page, who, locale=language, width=width)
        for visit in (each for each in stage.visits(stage.world.app) if each.who == who):
            page.emulate_media(color_scheme="light")
            page.goto(address + visit.path)
            light = _photograph(page, visit, f"{language}-light-{width}")
            found = [*accessibility_violations(page), *_overflow(page), *_faint_controls(page)]
            # The same page in other colours: what does not hang on them, words included, has just been looked at.
            if language == "en" or PICTURES_WANTED:
                page.emulate_media(color_scheme="dark")
                page.evaluate(_UNTIL_IT_IS_DARK)
                dark = _photograph(page, visit, f"{language}-dark-{width}")
                assert dark < light, f"{visit} has no dark colours"
                found += [f"dark: {fault}" for fault in accessibility_violations(page, _RULES_OF_COLOUR)]
                found += [f"dark: {fault}" for fault in _faint_controls(page)]
            faults += [f"{visit} {language} {width}: {fault}" for fault in found]
    assert not faults, "\n".join(faults)


def _browser(stage: Stage, address: str, open_page: OpenPage, who: str, *, locale: str, width: int) -> Page:
    page = open_page(viewport={"width": width, "height": 900}, reduced_motion="reduce", locale=locale)
    person: PageClient = stage.browser(who)
    secret = person.http.cookies.get(identity.PLAIN_COOKIE)
    if secret:
        host = urlsplit(address).hostname or ""
        page.context.add_cookies([{"name": identity.PLAIN_COOKIE, "value": secret, "domain": host, "path": "/"}])
    return page


def _overflow(page: Page) -> Iterator[str]:
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        yield f"the page is {wide} px wider than its screen"


def _faint_controls(page: Page) -> Iterator[str]:
    """WCAG 1.4.11, which axe does not measure: what one types into is seen by its border or its fill, at 3 to 1."""
    for control in page.evaluate(_PLACE_OF_CONTROLS):
        behind = control["behind"]
        best = max(_contrast(control[part], behind) for part in ("border", "fill"))
        if best < 3 and not control["button"]:
            yield f"a control stands out by {best:.2f} only: {control['html']}"


def _contrast(colour: list[float], behind: list[float]) -> float:
    if len(colour) > 3 and not colour[3]:
        return 1.0
    one, other = sorted((_luminance(colour), _luminance(behind)), reverse=True)
    return (one + 0.05) / (other + 0.05)


def _luminance(colour: list[float]) -> float:
    parts = [part / 255 for part in colour[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _photograph(page: Page, visit: Visit, how: str) -> float:
    """Return how bright the page's ground is, from 0 to 1."""
    # Pictures are for people to look at (`make screenshots`); a test run need not keep hundreds of them.
    if PICTURES_WANTED:
        SHOTS.mkdir(exist_ok=True)
        tail = visit.path.strip("/").replace("/", "_")[:60] or "start"
        page.screenshot(path=SHOTS / f"{visit.name}-{visit.who}-{tail}-{how}.png", full_page=True)
    return _luminance(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/[\\d.]+/g).map(Number)"))
