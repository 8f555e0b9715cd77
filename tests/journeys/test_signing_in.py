"""Signing in for real: by an app without scripts, by a passkey, and a question who is there that loses nothing."""

import datetime as dt
import re
from collections.abc import Callable

import pyotp
import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from app.domain.permissions import Actor
from app.store import tables
from app.store.database import Store
from app.usecases import second_factors
from tests.browser import OpenPage
from tests.journeys.conftest import OpenAs
from tests.journeys.served import Served
from tests.pages.world import World

PASSWORD = "en lang setning om torsk"


@pytest.fixture
def kari(world: World) -> Actor:
    """A manager with a password."""
    return world.with_password(PASSWORD)


def give_password(page: Page) -> None:
    page.get_by_label("E-mail address").fill("kari@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def forget_step(store: Store) -> None:
    """Let the code of now be taken once more: waiting half a minute for the next would show nothing else."""
    with store.writing() as tx:
        tx.connection.execute(sa.update(tables.totps).values(last_step=0))


def pass_time(store: Store, **by: float) -> None:
    """Let every session have been confirmed so much longer ago."""
    with store.writing() as tx:
        earlier = tables.sessions.c.confirmed_at
        found = tx.connection.execute(sa.select(tables.sessions.c.digest, earlier)).all()
        for row in found:
            mine = tables.sessions.c.digest == row.digest
            moment = row.confirmed_at - dt.timedelta(**by)
            tx.connection.execute(sa.update(tables.sessions).where(mine).values(confirmed_at=moment))


def test_an_app_is_set_up_and_used_without_scripts(
    world: World, served: Served, open_page: OpenPage, kari: Actor
) -> None:
    page = open_page(base_url=served.url, java_script_enabled=False)
    page.goto("/account/security")
    give_password(page)
    expect(page.get_by_role("heading", name="Sign-in and security")).to_be_visible()
    page.get_by_role("button", name="Set up an app").click()
    expect(page.get_by_role("img", name="The secret as a QR code")).to_be_visible()
    app = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    page.get_by_label("The six digits that the app shows now").fill(app.now())
    page.get_by_role("button", name="Use this app from now on").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    codes = page.locator(".code-list code").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 codes left")).to_be_visible()
    page.get_by_text("Kari", exact=True).click()
    page.get_by_role("button", name="Sign out").click()

    forget_step(world.store)
    page.goto("/account/sessions")
    give_password(page)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    page.get_by_label("Code").fill(app.now())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Where you are signed in")).to_be_visible()
    expect(page.get_by_text("(this one)")).to_be_visible()
    page.get_by_text("Kari", exact=True).click()
    page.get_by_role("button", name="Sign out").click()

    page.goto("/sign-in")
    give_password(page)
    page.get_by_label("Code").fill(codes[3])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    assert second_factors.overview(world.store, kari).codes_left == 9


def plug_in(page: Page) -> Callable[[], int]:
    """Give the browser an authenticator of its own, and return how many passkeys it holds."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    choices = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    key = {
        "authenticatorId": devtools.send("WebAuthn.addVirtualAuthenticator", {"options": choices})["authenticatorId"]
    }
    return lambda: len(devtools.send("WebAuthn.getCredentials", key)["credentials"])


@pytest.fixture
def with_passkey(served: Served, open_page: OpenPage, kari: Actor) -> Page:
    """Kari's browser, on which she has just made a passkey."""
    assert kari.user_id
    # A passkey is bound to the name of a host, which 127.0.0.1 is not.
    page = open_page(base_url=served.url.replace("127.0.0.1", "localhost"))
    held = plug_in(page)
    page.goto("/account/security/passkey")
    give_password(page)
    page.get_by_label("A name by which you know it again").fill("Min telefon")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    assert held() == 1
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("heading", name="Passkey: Min telefon")).to_be_visible()
    return page


def test_a_passkey_opens_the_second_step(world: World, with_passkey: Page, kari: Actor) -> None:
    page = with_passkey
    page.get_by_text("Kari", exact=True).click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/sign-in")
    give_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="My work")).to_be_visible()
    page.goto("/account/security")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("It is removed.")).to_be_visible()
    assert not second_factors.overview(world.store, kari).any


def test_a_device_that_has_a_passkey_makes_no_other(with_passkey: Page) -> None:
    page = with_passkey
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("A name by which you know it again").fill("Once more")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("That did not work.")).to_be_visible()


def test_a_passkey_shows_who_is_there_and_what_was_typed_goes_on(world: World, with_passkey: Page) -> None:
    page = with_passkey
    pass_time(world.store, hours=1)
    page.goto("/account/tokens")
    page.get_by_label("What it is for").fill("Skript for styret")
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Skript for styret")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Your new token")).to_be_visible()


def test_what_was_written_goes_through_both_steps_when_a_session_has_ended(
    world: World, open_as: OpenAs, kari: Actor
) -> None:
    page = open_as(kari, "/account/security", java_script_enabled=False)
    page.get_by_role("button", name="Set up an app").click()
    app = pyotp.TOTP(page.locator("code.secret").inner_text().replace(" ", ""))
    page.get_by_label("The six digits that the app shows now").fill(app.now())
    page.get_by_role("button", name="Use this app from now on").click()
    forget_step(world.store)
    page.goto("/account/tokens")
    page.get_by_label("What it is for").fill("Skript for styret")
    with world.store.writing() as tx:
        tx.connection.execute(sa.delete(tables.sessions))
    page.get_by_role("button", name="Make a token").click()
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
    give_password(page)
    page.get_by_label("Code").fill(app.now())
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("nothing is lost")).to_be_visible()
    expect(page.get_by_text("Skript for styret")).to_be_visible()
    page.get_by_role("button", name="Save what you wrote").click()
    expect(page.get_by_text(re.compile("^goldgap_"))).to_be_visible()
