"""Answering a whole assessment without a mouse, with scripts and without."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app.domain.framework import Framework
from app.domain.roles import Role
from tests.frameworks import catalogues
from tests.journeys.conftest import OpenAs
from tests.pages.world import World

SAVED = re.compile(r"Saved at \d\d:\d\d")


def begin(world: World, open_as: OpenAs, framework: Framework, **choices: object) -> Page:
    """Open a new assessment as its manager, and go to its first card."""
    world.programme()
    world.cluster("havbruk")
    started = world.assessment("havbruk", {}, framework=framework, submit=False)
    page = open_as(world.person(Role.MANAGER, cluster="havbruk"), f"/assessments/{started.id}", **choices)
    press(page.get_by_role("link", name="Start answering"))
    # A page that is still loading may take the focus back.
    page.wait_for_url("**#i-*", wait_until="load")
    return page


def press(control: Locator) -> None:
    """Use a control as somebody does who has no mouse."""
    control.focus()
    control.press("Enter")


def is_at(page: Page, number: str) -> None:
    """Wait until the browser has come to a card."""
    anchor = number.replace(".", "-")
    expect(page).to_have_url(re.compile(f"#i-{anchor}$"))
    expect(page.locator(f'[data-card="{number}"]')).to_be_in_viewport()


def choose(page: Page, number: str, level: int) -> Locator:
    """Choose a level on a card with the arrow keys: from "not answered", one press is the first level."""
    card = page.locator(f'[data-card="{number}"]')
    card.locator("input:checked").focus()
    for _ in range(level + 1):
        page.keyboard.press("ArrowRight")
    expect(card.locator(f'input[type=radio][value="{level}"]')).to_be_checked()
    return card


def submit(page: Page) -> None:
    """Hand the assessment in from where its last answer was given: there is no next one any more."""
    expect(page.get_by_role("link", name="Next unanswered")).to_have_count(0)
    press(page.locator("#done").get_by_role("link", name="Check and submit"))
    press(page.get_by_role("button", name="Submit"))
    expect(page.locator(".status-pill")).to_have_text("Submitted")


@pytest.mark.parametrize("framework", [catalogues.ecei(), catalogues.tiny()], ids=lambda each: each.name)
def test_a_manager_answers_every_indicator_by_keyboard_and_submits(
    world: World, open_as: OpenAs, framework: Framework
) -> None:
    page = begin(world, open_as, framework)
    for count, indicator in enumerate(framework.indicators, start=1):
        is_at(page, indicator.number)
        card = choose(page, indicator.number, level=1)
        expect(card.get_by_role("status")).to_contain_text(SAVED)
        expect(page.locator("#rail")).to_contain_text(f"{count} of {framework.total} answered")
        if count < framework.total:
            press(card.get_by_role("link", name="Next unanswered"))
    submit(page)


@pytest.mark.parametrize("framework", [catalogues.ecei(), catalogues.tiny()], ids=lambda each: each.name)
def test_the_same_without_javascript_with_one_save_for_all_cards_of_a_page(
    world: World, open_as: OpenAs, framework: Framework
) -> None:
    page = begin(world, open_as, framework, java_script_enabled=False)
    answered = 0
    for dimension in framework.dimensions:
        is_at(page, dimension.indicators[0].number)
        for indicator in dimension.indicators:
            choose(page, indicator.number, level=1)
        answered += len(dimension.indicators)
        card = page.locator("[data-card]").last
        press(card.get_by_role("button", name="Save"))
        expect(card.get_by_text("Saved: ")).to_be_in_viewport()
        expect(page.locator("#rail")).to_contain_text(f"{answered} of {framework.total} answered")
        if answered < framework.total:
            press(card.get_by_role("link", name="Next unanswered"))
    submit(page)


def test_the_tab_key_visits_the_fields_of_a_card_in_their_order(world: World, open_as: OpenAs) -> None:
    page = begin(world, open_as, catalogues.tiny())
    page.locator("#i-A-1-guidance summary").focus()
    stops = []
    for _ in range(5):
        page.keyboard.press("Tab")
        stops.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert stops == [
        "i-A-1-level-none",
        "i-A-1-note",
        "History A.1",
        "Next unanswered after A.1",
        "What is measured, and what to have ready A.2",
    ]


def test_enter_in_a_field_saves_and_moves_nothing(world: World, open_as: OpenAs) -> None:
    page = begin(world, open_as, catalogues.tiny())
    address = page.url
    card = choose(page, "A.1", level=2)
    with page.expect_response(address.partition("#")[0]):
        page.keyboard.press("Enter")
    expect(card.get_by_role("status")).to_contain_text(SAVED)
    assert page.url == address
