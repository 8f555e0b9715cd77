"""The states that a card can get into, on a phone: accessible, within the screen, and said in each language."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.roles import Role
from tests.browser import OpenPage, accessibility_violations, faultless_pages
from tests.frameworks import catalogues
from tests.journeys.conftest import OpenAs
from tests.journeys.served import Served
from tests.pages.desk import Desk
from tests.pages.world import World

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    # One save is cut off on purpose; Chromium and htmx log it.
    expected = r"Failed to load resource|htmx: htmx:error: Failed to fetch"
    with faultless_pages(browser, expected=expected) as open_page:
        yield open_page


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def check(page: Page) -> None:
    assert accessibility_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def write(page: Page, number: str, words: str, state: str) -> None:
    """Write on a card, and wait until its status is this one."""
    card = page.locator(f'[data-card="{number}"]')
    card.locator("textarea").fill(words)
    expect(card.locator(f'[data-state="{state}"]')).to_be_visible()


@pytest.mark.parametrize("locale", ["en", "nb-NO"])
def test_every_state_of_a_card_is_accessible_and_fits_a_phone(
    desk: Desk, served: Served, open_as: OpenAs, locale: str
) -> None:
    desk.hand_in()
    desk.key = desk.world.assessment("havbruk", {}, framework=catalogues.tiny(), submit=False).id
    page = open_as(desk.kari, f"/assessments/{desk.key}/dimensions/boats", viewport=PHONE, locale=locale)
    page.locator("summary").last.click()
    write(page, "A.2", "Saved", "saved")
    desk.answers(desk.ola, "A.1", 2, "Ola's " + "verylongword" * 20)
    write(page, "A.1", "Kari's " + "verylongword" * 20, "conflict")
    check(page)
    write(page, "A.2", "x" * 10_001, "failed")
    check(page)
    served.stop()
    write(page, "A.2", "Cut off", "failed")
    expect(page.locator("[data-trouble-place]")).not_to_be_empty()
    check(page)
    served.start()


@pytest.mark.parametrize("locale", ["en", "nb-NO"])
def test_a_step_that_turned_out_stale_is_accessible_and_fits_a_phone(desk: Desk, open_as: OpenAs, locale: str) -> None:
    page = open_as(desk.kari, f"/assessments/{desk.key}/delete", viewport=PHONE, locale=locale)
    desk.answers(desk.ola, "A.1", 2, "Just written")
    page.locator("main form button").click()
    expect(page.get_by_text("Ola").first).to_be_visible()
    check(page)


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.EVALUATOR])
def test_a_reader_gets_no_script_and_no_field(desk: Desk, open_as: OpenAs, role: Role) -> None:
    desk.hand_in()
    reader = desk.world.person(role, cluster="havbruk")
    page = open_as(reader, desk.path, viewport=PHONE)
    expect(page.get_by_role("textbox")).to_have_count(0)
    assert not page.locator("script[src*=autosave]").count()
    check(page)
