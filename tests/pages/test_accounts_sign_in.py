"""Signing in and out, and what becomes of text when a session has ended meanwhile."""

import datetime as dt
import json

import pytest
from starlette.testclient import TestClient

from app.domain.roles import Role
from app.main import create_app
from app.settings import Settings
from app.usecases import operators
from app.web import identity
from app.web.addresses import local_path
from tests.pages.client import ORIGIN, PageClient
from tests.pages.world import World

PASSWORD = "en lang setning om torsk"


@pytest.fixture
def kari(world: World) -> str:
    """The address of somebody with a password, who manages a cluster."""
    world.with_password(PASSWORD)
    return "kari@example.org"


def _sign_in(world: World, email: str, password: str = PASSWORD, **more: str) -> PageClient:
    browser = world.browser()
    browser.send("/sign-in", {"email": email, "password": password, **more})
    return browser


def test_a_password_opens_a_session_that_lasts_until_signed_out(world: World, kari: str) -> None:
    browser = _sign_in(world, kari)
    assert browser.open("/").one("h1").text == "My work"
    secret = browser.http.cookies[identity.PLAIN_COOKIE]
    browser.send("/sign-out", {})
    assert browser.open("/").one("h1").text != "My work"
    assert PageClient(world.app, secret).open("/").one("h1").text != "My work"


@pytest.mark.usefixtures("kari")
@pytest.mark.parametrize(
    ("email", "password"),
    [("kari@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("", ""), ("kari@example.org\x00", PASSWORD)],
)
def test_whatever_is_wrong_the_refusal_is_the_same(world: World, email: str, password: str) -> None:
    page = world.browser().refused("/sign-in", {"email": email, "password": password})
    assert "The e-mail address or the password is not right." in page.text


@pytest.mark.usefixtures("kari")
def test_capitals_and_spaces_in_the_address_do_not_matter(world: World) -> None:
    assert _sign_in(world, "  KARI@Example.org ").open("/").one("h1").text == "My work"


def test_a_page_that_needs_somebody_leads_to_signing_in_and_back(world: World, kari: str) -> None:
    browser = world.browser()
    answer = browser.http.get("/account?lang=nb")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/account%3Flang%3Dnb")
    form = browser.open(answer.headers["location"]).one("form", action="/sign-in")
    following = form.one("input", name="next")["value"]
    assert browser.send("/sign-in", {"email": kari, "password": PASSWORD, "next": following}) == "/account?lang=nb"


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "",
        "/\t/evil.example",
        "evil",
    ],
    ids=lambda address: f"{address!a}, ciso-assistant #4368",
)
def test_after_signing_in_nobody_is_led_to_another_host(world: World, kari: str, address: str) -> None:
    sent = {"email": kari, "password": PASSWORD, "next": address}
    assert world.browser().send("/sign-in", sent) == "/"
    assert local_path(address) == "/"


def test_text_sent_after_the_session_ended_survives_the_sign_in(world: World, kari: str) -> None:
    browser = _sign_in(world, kari)
    world.clock.now += dt.timedelta(hours=13)
    typed = {"name": "Skript for styret", "days": "30", "scopes": "read"}
    page = browser.refused("/account/tokens", typed, status=401)
    assert "Your session has ended." in page.text
    form = page.one("form", action="/sign-in")
    carried = {name: form.one("input", name=name)["value"] for name in ("carry", "carry_to", "next")}
    wrong = browser.refused("/sign-in", {"email": kari, "password": "wrong", **carried})
    assert wrong.one("input", name="carry")["value"] == carried["carry"]
    resumed = browser.refused("/sign-in", {"email": kari, "password": PASSWORD, **carried}, status=200)
    form = resumed.one("form", action="/account/tokens")
    kept = {field["name"]: field["value"] for field in form.all("input", type="hidden")}
    assert kept == typed
    browser.linted(browser.send("/account/tokens", kept, 201))


@pytest.mark.parametrize("carry", ["", "{", "[1]", "[[1,2]]", '{"a": 1}', "null", json.dumps([["a"]])])
def test_what_carries_nothing_usable_is_an_ordinary_sign_in(world: World, kari: str, carry: str) -> None:
    sent = {"email": kari, "password": PASSWORD, "carry": carry, "carry_to": "//evil.example", "next": "/account"}
    assert world.browser().send("/sign-in", sent) == "/account"


def test_the_demo_door_opens_only_for_the_demos_people(world: World, kari: str) -> None:
    anna = operators.create_user(
        world.store, {"email": "anna@example.org", "name": "Anna", "is_demo": True}, password_hash=None
    )
    operators.add_member(world.store, anna.email, Role.OBSERVER, cluster="havbruk", programme=None)
    browser = world.browser()
    assert browser.open("/").one("button", name="account")["value"] == anna.id
    browser.http.post("/demo/sign-in", data={"account": operators.acting_as(world.store, kari).user_id})
    assert identity.PLAIN_COOKIE not in browser.http.cookies
    browser.send("/demo/sign-in", {"account": anna.id})
    assert browser.open("/").one("h1").text == "My work"


@pytest.mark.parametrize("client", ["192.0.2.7", "127.0.0.1.evil.example"])
def test_the_demo_door_is_shut_to_other_machines(world: World, client: str) -> None:
    anna = operators.create_user(
        world.store, {"email": "anna@example.org", "name": "Anna", "is_demo": True}, password_hash=None
    )
    far = TestClient(world.app, base_url=ORIGIN, headers={"Origin": ORIGIN}, client=(client, 1))
    assert far.post("/demo/sign-in", data={"account": anna.id}).status_code == 404
    assert "Anna" not in far.get("/").text


def test_over_https_the_cookie_insists_on_it(world: World, kari: str) -> None:
    app = create_app(Settings(base_url="https://testserver"), world.store, world.frameworks)
    http = TestClient(app, base_url="https://testserver", headers={"Origin": "https://testserver"})
    answer = http.post("/sign-in", data={"email": kari, "password": PASSWORD}, follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-goldgap_session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "strict-transport-security" in answer.headers
