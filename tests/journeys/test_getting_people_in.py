"""From an owner's invitation to a cluster with people of its own, in a browser and with no administrator."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.domain.permissions import Actor
from app.domain.roles import Role
from app.store.database import Store
from tests.browser import OpenPage, accessibility_violations
from tests.journeys.conftest import OpenAs
from tests.journeys.served import Served
from tests.pages.invited import link
from tests.pages.world import World

PASSWORD = "four words in a row"
FJORD = "/clusters/fjord"


@pytest.fixture
def owner(world: World) -> Actor:
    world.programme(name="Nordlys")
    return world.person(Role.OWNER, programme="north", name="Per Moe")


def invite(page: Page, email: str, role: str) -> None:
    """Fill in the form that is on the page."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_role("radio", name=re.compile(f"^{role}")).check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("status")).to_contain_text("The invitation is on its way")


def join(page: Page, address: str, name: str, email: str) -> None:
    """Follow the link of a mail, make an account, and sign in."""
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("You are invited")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Choose a password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account and accept").click()
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Fjord")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_people_come_in_take_over_and_go(
    owner: Actor, store: Store, served: Served, open_as: OpenAs, open_page: OpenPage, *, scripts: bool
) -> None:
    # The owner registers a cluster and invites its first manager.
    page = open_as(owner, "/programmes/north", java_script_enabled=scripts)
    page.locator("#new-cluster").get_by_label("Name").fill("Fjord")
    page.get_by_role("button", name="Register the cluster").click()
    page.get_by_role("link", name="People", exact=True).click()
    row = page.get_by_role("row", name="Fjord")
    expect(row).to_contain_text("Nobody yet")
    row.get_by_role("link", name="People").click()
    invite(page, "kari@example.org", "Cluster manager")

    # Kari accepts, makes her account, and invites a contributor and the chair.
    kari = open_page(base_url=served.url, java_script_enabled=scripts)
    join(kari, link(store, "kari@example.org"), "Kari Nygård", "kari@example.org")
    kari.get_by_role("link", name="People", exact=True).click()
    invite(kari, "ola@example.org", "Contributor")
    invite(kari, "tor@example.org", "Observer")
    ola, tor = (open_page(base_url=served.url, java_script_enabled=scripts) for _ in range(2))
    join(ola, link(store, "ola@example.org"), "Ola Dahl", "ola@example.org")
    join(tor, link(store, "tor@example.org"), "Tor Vik", "tor@example.org")
    tor.get_by_role("link", name="People", exact=True).click()
    expect(tor.get_by_role("row", name="Ola Dahl")).to_contain_text("Contributor")
    expect(tor.get_by_role("button", name="Send the invitation")).to_have_count(0)

    # As the only manager she cannot leave; so she hands the cluster over to Ola, and leaves then.
    kari.goto(f"{FJORD}/leave")
    kari.get_by_role("link", name="Hand over the cluster").click()
    kari.get_by_role("radio", name="Ola Dahl").check()
    kari.get_by_role("radio", name="Contributor", exact=True).check()
    kari.get_by_role("button", name="Hand over").click()
    expect(kari.get_by_role("status")).to_contain_text("The cluster is handed over.")
    kari.get_by_role("link", name="Leave").click()
    kari.get_by_role("button", name="Leave").click()
    expect(kari.get_by_role("status")).to_contain_text("You have left.")
    expect(kari.get_by_role("heading", level=2)).to_have_text("Welcome. You have no role yet")
    ola.goto(f"{FJORD}/members")
    expect(ola.get_by_role("row", name="Ola Dahl")).to_contain_text("Cluster manager")
    expect(ola.get_by_role("button", name="Send the invitation")).to_be_visible()


def test_the_secret_of_the_link_is_in_no_referrer(
    owner: Actor, store: Store, world: World, served: Served, open_as: OpenAs, open_page: OpenPage
) -> None:
    world.cluster("fjord", name="Fjord")
    page = open_as(owner, f"{FJORD}/members")
    invite(page, "kari@example.org", "Cluster manager")
    address = link(store, "kari@example.org")
    secret = address.rpartition("/")[2]
    visitor = open_page(base_url=served.url)
    seen: list[str] = []
    visitor.on("request", lambda request: seen.append(request.headers.get("referer", "")))
    visitor.goto(address)
    assert accessibility_violations(visitor) == []
    visitor.get_by_role("link", name="Help and contact").click()
    visitor.go_back()
    visitor.get_by_role("button", name="Decline").click()
    expect(visitor.get_by_role("status")).to_contain_text("You have declined the invitation.")
    assert len(seen) > 3
    assert not any(secret in referrer for referrer in seen)
