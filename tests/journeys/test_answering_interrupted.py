"""The line, the server or the session fails while somebody writes: what was typed stays, and is saved in the end."""

import hashlib
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, expect

from app.domain.lifecycle import Move
from app.domain.permissions import Actor
from app.store import sessions as kept_sessions
from app.store.database import Store
from app.usecases import assessments
from app.web import identity
from tests.browser import OpenPage, faultless_pages
from tests.frameworks import catalogues
from tests.journeys.conftest import OpenAs, sign_in
from tests.journeys.served import Served
from tests.pages.world import World

# What Chromium and htmx log of a request that fails, as these do on purpose.
FAILED_REQUEST = r"Failed to load resource|htmx: htmx:error: Failed to fetch"
PASSWORD = "en lang setning om torsk"


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    with faultless_pages(browser, expected=FAILED_REQUEST) as open_page:
        yield open_page


@pytest.fixture
def kari(world: World) -> Actor:
    """A manager with a password."""
    return world.with_password(PASSWORD)


@pytest.fixture
def path(world: World, kari: Actor) -> str:
    """The page of a dimension with two cards, in an assessment that Kari manages."""
    assert kari.user_id
    started = world.assessment("havbruk", {}, framework=catalogues.tiny(), submit=False)
    return f"/assessments/{started.id}/dimensions/boats"


def note_kept(world: World, kari: Actor, path: str, number: str = "A.1") -> str:
    report = assessments.report(world.store, world.frameworks, kari, path.split("/")[2])
    return report.assessment.answer(number).note


def write(page: Page, words: str, number: str = "A.1") -> None:
    page.locator(f'[data-card="{number}"]').get_by_label("Note and evidence").press_sequentially(words)


def end_sessions(page: Page, store: Store) -> None:
    """End the session of a browser from elsewhere."""
    secret = next(c["value"] for c in page.context.cookies() if c["name"] == identity.PLAIN_COOKIE)
    with store.writing() as tx:
        kept_sessions.end(tx, hashlib.sha256(secret.encode()).hexdigest())


def test_a_server_that_dies_while_one_types_loses_nothing(
    world: World, served: Served, open_as: OpenAs, kari: Actor, path: str
) -> None:
    page = open_as(kari, path)
    status = page.locator("#i-A-1-status")
    write(page, "One")
    expect(status).to_contain_text("Saved")
    served.stop()
    write(page, ", two")
    expect(status).to_contain_text("Not saved. Trying again; your text is still here.")
    write(page, ", three")
    expect(page.get_by_role("alert").filter(has_text="Saving does not work just now")).to_be_visible()
    served.start()
    expect(status).to_contain_text("Saved", timeout=20_000)
    expect(page.get_by_text("Saving does not work just now")).to_have_count(0)
    expect(page.get_by_label("Note and evidence").first).to_have_value("One, two, three")
    assert note_kept(world, kari, path) == "One, two, three"


def test_a_save_whose_answer_was_lost_is_no_conflict_with_oneself(
    world: World, open_as: OpenAs, kari: Actor, path: str
) -> None:
    page = open_as(kari, path)

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort("connectionreset")

    page.route("**/dimensions/**", lose_the_answer, times=1)
    write(page, "One")
    expect(page.locator("#i-A-1-status")).to_contain_text("Trying again")
    assert note_kept(world, kari, path) == "One"
    write(page, ", two")
    expect(page.locator("#i-A-1-status")).to_contain_text("Saved")
    expect(page.locator(".conflict")).to_have_count(0)
    assert note_kept(world, kari, path) == "One, two"


def test_text_typed_while_a_save_is_on_its_way_is_saved_too(
    world: World, open_as: OpenAs, kari: Actor, path: str
) -> None:
    page = open_as(kari, path)

    def dawdle(route: Route) -> None:
        time.sleep(0.5)
        route.continue_()

    page.route("**/dimensions/**", dawdle)
    note = page.get_by_label("Note and evidence").first
    for words in ("One", "One, two", "One, two, three"):
        note.fill(words)
        page.wait_for_timeout(850)
    page.locator('[data-card="A.2"]').get_by_label("Level 1").check()
    expect(page.locator("#i-A-2-status")).to_contain_text("Saved")
    expect(page.locator("#i-A-1-status")).to_contain_text("Saved")
    expect(page.locator(".conflict")).to_have_count(0)
    assert note_kept(world, kari, path) == "One, two, three"


def test_leaving_with_unsaved_text_is_asked_about_and_without_is_not(
    served: Served, open_as: OpenAs, kari: Actor, path: str
) -> None:
    page = open_as(kari, path)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    write(page, "One")
    expect(page.locator("#i-A-1-status")).to_contain_text("Saved")
    served.stop()
    write(page, ", two")
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Goldgap", exact=True).click(no_wait_after=True)
    assert asked == ["beforeunload"]
    expect(page.get_by_label("Note and evidence").first).to_have_value("One, two")
    served.start()
    expect(page.locator("#i-A-1-status")).to_contain_text("Saved", timeout=20_000)
    page.get_by_role("link", name="Goldgap", exact=True).click()
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_link_followed_right_after_typing_saves_on_the_way(
    world: World, open_as: OpenAs, kari: Actor, path: str
) -> None:
    page = open_as(kari, path)
    write(page, "Typed and gone")
    page.get_by_role("link", name="Goldgap", exact=True).click()
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    assert note_kept(world, kari, path) == "Typed and gone"


def test_a_session_that_ends_while_one_types_loses_nothing(
    world: World, served: Served, open_as: OpenAs, kari: Actor, path: str
) -> None:
    page = open_as(kari, path)
    end_sessions(page, world.store)
    write(page, "Written in vain?")
    status = page.locator("#i-A-1-status")
    expect(status).to_contain_text("Your session has ended; what you wrote is still here.")
    expect(page.get_by_label("Note and evidence").first).to_have_value("Written in vain?")
    with page.context.expect_page() as opened:
        status.get_by_role("link", name="Sign in in a new tab").click()
    expect(opened.value.get_by_label("Password")).to_be_visible()
    sign_in(page, served, world.store, kari)
    opened.value.close()
    write(page, "And another", number="A.2")
    expect(page.locator("#i-A-2-status")).to_contain_text("Saved")
    expect(status).to_contain_text("Saved")
    assert note_kept(world, kari, path) == "Written in vain?"
    assert note_kept(world, kari, path, "A.2") == "And another"


def test_a_session_that_ends_without_javascript_loses_nothing(
    world: World, open_as: OpenAs, kari: Actor, path: str
) -> None:
    page = open_as(kari, path, java_script_enabled=False)
    page.get_by_label("Note and evidence").first.fill("Written in vain?\nNo.")
    page.get_by_label("Note and evidence").last.fill("And another")
    end_sessions(page, world.store)
    page.get_by_role("button", name="Save A.1").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("E-mail address").fill("kari@example.org")
    page.get_by_label("Password").fill("wrong the first time")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Written in vain?")).to_be_visible()
    page.get_by_role("button", name="Save what you wrote").click()
    expect(page.get_by_text("Saved: A.1").first).to_be_visible()
    assert note_kept(world, kari, path) == "Written in vain?\nNo."
    assert note_kept(world, kari, path, "A.2") == "And another"


def test_an_assessment_handed_in_meanwhile_keeps_the_text_on_the_page(
    world: World, open_as: OpenAs, kari: Actor, path: str
) -> None:
    page = open_as(kari, path)
    key, store, frameworks = path.split("/")[2], world.store, world.frameworks
    every = {indicator.number: {"level": 1} for indicator in catalogues.tiny().indicators}
    revision = assessments.report(store, frameworks, kari, key).assessment.revision
    assessments.answer_all(store, frameworks, kari, key, every, revision)
    assessments.move(store, frameworks, kari, key, Move.SUBMIT)
    write(page, "Too late")
    expect(page.locator("#i-A-1-status")).to_contain_text("This assessment has been submitted")
    expect(page.get_by_label("Note and evidence").first).to_have_value("Too late")
