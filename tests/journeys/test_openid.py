"""Signing in through a certified provider in a real browser: there, back, out again, and with what was typed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from app.domain.permissions import Actor
from app.outside.openid import Provider
from app.outside.registration import Registration
from app.usecases import sessions
from app.web import identity
from tests.browser import OpenPage, accessibility_violations, faultless_pages
from tests.journeys.conftest import OpenAs, sign_in
from tests.journeys.served import Served
from tests.openid.certified import SECRET, Certified
from tests.pages.world import World

NAME = "Testporten"
PASSWORD = "en lang setning om torsk"
SHOTS = Path(__file__).parents[2] / "screenshots"


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    with faultless_pages(browser) as open_page:
        yield open_page


@pytest.fixture
def provider(world: World, served: Served, certified: Certified) -> Certified:
    """The provider and the service, which know each other."""
    redirect_uri = f"{served.url}/sign-in/openid/answer"
    certified.register(redirect_uri)
    known = Registration(certified.issuer, "goldgap", redirect_uri, f"{served.url}/", NAME, secret=SECRET, plainly=True)
    world.app.state.openid = Provider(known, world.clock)
    return certified


@pytest.fixture
def per(world: World) -> Actor:
    """Somebody with a password, who manages a cluster."""
    return world.with_password(PASSWORD, email="per@example.org", name="Per Moe")


def looked_at(page: Page, name: str) -> None:
    """Find the page accessible; take a picture where pictures are wanted."""
    assert accessibility_violations(page) == []
    if os.environ.get("GOLDGAP_SCREENSHOTS"):
        SHOTS.mkdir(exist_ok=True)
        page.screenshot(path=SHOTS / f"openid-{name}.png", full_page=True)


def enter_there(page: Page, provider: Certified, login: str) -> None:
    """Do what one does at the provider."""
    expect(page.get_by_role("heading", name="The provider")).to_be_visible()
    assert page.url.startswith(provider.issuer)
    page.get_by_label("Who").fill(login)
    page.get_by_role("button", name="Enter").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_one_signs_in_there_comes_back_and_signs_out_in_both_places(
    provider: Certified,
    served: Served,
    open_as: OpenAs,
    scripts: bool,  # noqa: FBT001
) -> None:
    page = open_as(None, "/account", java_script_enabled=scripts)
    page.get_by_role("button", name=f"Sign in with {NAME}").click()
    enter_there(page, provider, "kari")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert page.url == f"{served.url}/account"
    expect(page.get_by_text("Kari Nordmann · kari@example.org")).to_be_visible()
    page.locator("#account-menu-button, summary, [popovertarget]").filter(has_text="Kari Nordmann").first.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.get_by_role("link", name=f"Sign out at {NAME}, too").click()
    page.get_by_role("button", name="Yes").click()
    expect(page).to_have_url(f"{served.url}/")
    page.goto("/sign-in")
    page.get_by_role("button", name=f"Sign in with {NAME}").click()
    expect(page.get_by_label("Who")).to_be_visible()


def test_going_back_from_there_leads_to_the_sign_in_and_asks_nothing(
    provider: Certified, served: Served, open_as: OpenAs
) -> None:
    page = open_as(None, "/sign-in")
    page.get_by_role("button", name=f"Sign in with {NAME}").click()
    expect(page.get_by_role("heading", name="The provider")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(f"{served.url}/sign-in")
    page.get_by_role("button", name=f"Sign in with {NAME}").click()
    page.get_by_role("button", name="Cancel").click()
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(f"{NAME} says that you cancelled")
    expect(alert.locator("q")).to_have_text("The person <b>cancelled</b>")
    assert page.url.startswith(served.url)
    assert provider.issuer


@pytest.mark.usefixtures("provider")
def test_what_was_typed_when_the_session_ended_comes_back_with_the_person(
    world: World, provider: Certified, open_as: OpenAs, per: Actor
) -> None:
    page = open_as(per, "/account")
    page.get_by_role("button", name=f"Connect {NAME}").click()
    enter_there(page, provider, "per")
    expect(page.get_by_text("You can now sign in that way, too.")).to_be_visible()
    page.get_by_role("link", name="Tokens for the API").click()
    page.get_by_label("What it is for").fill("Skript for styret")
    secret = next(each["value"] for each in page.context.cookies() if each["name"] == identity.PLAIN_COOKIE)
    sessions.sign_out(world.store, secret)
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    page.get_by_role("button", name=f"Sign in with {NAME}").click()
    # The provider remembers: nothing is asked there again.
    expect(page.get_by_role("heading", name="What you wrote is still here")).to_be_visible()
    expect(page.get_by_text("Skript for styret")).to_be_visible()
    page.get_by_role("button", name="Save what you wrote").click()
    expect(page.get_by_text("Your new token")).to_be_visible()


@pytest.mark.parametrize(("language", "scheme", "width"), [("en", "light", 1200), ("nb", "dark", 390)])
def test_the_pages_on_the_way_are_accessible_and_fit_their_screen(
    world: World,
    provider: Certified,
    open_page: OpenPage,
    served: Served,
    per: Actor,
    width: int,
    language: str,
    scheme: str,
) -> None:
    page = open_page(
        base_url=served.url, locale=language, color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    name = f"{language}-{scheme}-{width}"

    def look(what: str) -> None:
        looked_at(page, f"{what}-{name}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), what

    page.goto("/sign-in")
    look("sign-in")
    page.locator("form[action='/sign-in/openid'] button").click()
    page.get_by_role("button", name="Cancel").click()
    look("cancelled")
    page.locator("form[action='/sign-in/openid'] button").click()
    enter_there(page, provider, "ola")
    page.goto("/account")
    look("account")
    sign_in(page, served, world.store, per)
    page.goto("/account")
    look("account-nothing-connected")
    page.locator("form[action='/account/identities'] button").click()
    expect(page.locator(".eyebrow")).to_be_visible()
    look("connected-elsewhere")
    page.context.clear_cookies()
    page.goto("/signed-out")
    look("signed-out")
