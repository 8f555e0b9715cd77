"""Pages of the second step and of confirming, and what was typed on the way there."""

import datetime as dt
import json

import pyotp
import pytest

from app.domain.permissions import Actor
from app.domain.roles import Role
from app.store import accounts as kept
from app.store import recovery_codes, tables, totps
from app.usecases import operators, tokens
from app.web import identity
from tests.pages.client import PageClient
from tests.pages.forms import fields
from tests.pages.world import World

PASSWORD = "en lang setning om torsk"
TOKEN = {"name": "Skript for styret", "days": "30", "scopes": "read"}


@pytest.fixture
def kari(world: World) -> Actor:
    """Somebody with a password, who manages a cluster."""
    return world.with_password(PASSWORD)


def email(world: World, person: Actor) -> str:
    with world.store.reading() as tx:
        return kept.by_id(tx, person.user_id or "").email


def use_app(world: World, person: Actor) -> pyotp.TOTP:
    """Put an app to use for somebody."""
    with world.store.writing() as tx:
        totps.begin(tx, person.user_id or "")
        secret = totps.pending(tx, person.user_id or "")
        assert secret
        tx.connection.execute(tables.totps.update().values(confirmed_at=tx.now))
    return pyotp.TOTP(secret)


def codes(world: World, person: Actor) -> tuple[str, ...]:
    with world.store.writing() as tx:
        return recovery_codes.make(tx, person.user_id or "")


def step_one(world: World, person: Actor, **more: str) -> tuple[PageClient, str]:
    """Give the password; return the browser and where it leads, or the page that answers."""
    browser = world.browser()
    answer = browser.http.post("/sign-in", data={**more, "email": email(world, person), "password": PASSWORD})
    return browser, answer.headers.get("location", "") or answer.text


def test_the_second_step_leads_on_to_where_one_was_going(world: World, kari: Actor) -> None:
    app = use_app(world, kari)
    following = "/account/tokens?lang=en&x=1"
    browser, where = step_one(world, kari, next=following)
    assert where == "/sign-in/second-step?next=/account/tokens%3Flang%3Den%26x%3D1"
    assert browser.open("/").one("h1").text != "My work"
    page = browser.open(where)
    assert page.one("h1").text == "One more step"
    form = page.one("form", action="/sign-in/second-step")
    assert form.one("input", name="code")["autocomplete"] == "one-time-code"
    half = browser.http.cookies[identity.PLAIN_COOKIE]
    sent = {**fields(form), "code": "000000"}
    assert "This code is not right" in browser.refused("/sign-in/second-step", sent).text
    assert browser.send("/sign-in/second-step", {**sent, "code": app.at(world.clock.now)}) == following
    assert browser.http.cookies[identity.PLAIN_COOKIE] != half
    assert browser.open("/").one("h1").text == "My work"
    assert browser.http.get(where).headers["location"] == following


@pytest.mark.parametrize("address", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_the_second_step_leads_to_no_other_host(world: World, kari: Actor, address: str) -> None:
    app = use_app(world, kari)
    browser, where = step_one(world, kari, next=address)
    assert where == "/sign-in/second-step?next=/"
    sent = {"next": address, "code": app.at(world.clock.now)}
    assert browser.send("/sign-in/second-step", sent) == "/"


def test_whoever_waits_for_no_second_step_is_led_to_the_first(world: World, kari: Actor) -> None:
    assert world.browser().http.get("/sign-in/second-step").headers["location"] == "/sign-in?next=/"
    use_app(world, kari)
    browser, where = step_one(world, kari)
    world.clock.now += dt.timedelta(minutes=10)
    assert browser.http.get(where).headers["location"] == "/sign-in?next=/"
    sent = {"next": "/account", "code": "000000"}
    assert browser.send("/sign-in/second-step", sent) == "/sign-in?next=/account"


def test_too_many_codes_are_refused_with_how_long_to_wait(world: World, kari: Actor) -> None:
    use_app(world, kari)
    browser, _ = step_one(world, kari)
    for _ in range(5):
        browser.refused("/sign-in/second-step", {"code": "000000"})
    answer = browser.http.post("/sign-in/second-step", data={"code": "000000"})
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "300")
    assert "try again in 5 minutes" in browser.linted(answer.text).text


def test_what_was_typed_is_carried_through_both_steps(world: World, kari: Actor) -> None:
    app = use_app(world, kari)
    page = world.browser().refused("/account/tokens", TOKEN, status=401)
    carried = fields(page.one("form", action="/sign-in"))
    browser, answer = step_one(world, kari, **carried)
    page = browser.linted(answer)
    sent = fields(page.one("form", action="/sign-in/second-step"))
    wrong = browser.refused("/sign-in/second-step", {**sent, "code": "000000"})
    assert fields(wrong.one("form", action="/sign-in/second-step"))["carry"] == sent["carry"]
    right = {**sent, "code": app.at(world.clock.now)}
    resumed = browser.refused("/sign-in/second-step", right, status=200)
    assert "nothing is lost" in resumed.text
    assert fields(resumed.one("form", action="/account/tokens")) == TOKEN
    browser.linted(browser.send("/account/tokens", TOKEN, 201))


def test_what_was_typed_survives_that_the_second_step_came_too_late(world: World, kari: Actor) -> None:
    app = use_app(world, kari)
    page = world.browser().refused("/account/tokens", TOKEN, status=401)
    browser, answer = step_one(world, kari, **fields(page.one("form", action="/sign-in")))
    sent = fields(browser.linted(answer).one("form", action="/sign-in/second-step"))
    world.clock.now += dt.timedelta(minutes=11)
    page = browser.refused("/sign-in/second-step", {**sent, "code": "000000"}, status=401)
    again = fields(page.one("form", action="/sign-in"))
    assert json.loads(again["carry"]) == [list(pair) for pair in TOKEN.items()]
    assert again["carry_to"] == "/account/tokens"
    browser, answer = step_one(world, kari, **again)
    sent = fields(browser.linted(answer).one("form", action="/sign-in/second-step"))
    right = {**sent, "code": app.at(world.clock.now)}
    assert "Skript for styret" in browser.refused("/sign-in/second-step", right, status=200).text


def test_no_secret_is_carried(world: World, kari: Actor) -> None:
    typed = {"password": PASSWORD, "new_password": "en annen setning", "again": "en annen setning"}
    page = world.browser().send("/account/password", typed, 401)
    assert PASSWORD not in page
    assert "en annen setning" not in page
    assert kari.user_id


def test_a_token_asks_after_a_while_who_is_there_and_goes_on_with_what_was_typed(world: World, kari: Actor) -> None:
    browser = world.browser(kari)
    world.clock.now += dt.timedelta(minutes=15)
    page = browser.refused("/account/tokens", TOKEN, status=401)
    assert page.one("h1").text == "Confirm that it is you"
    (form,) = page.all("form", action="/confirm")
    assert form.one("input", name="password")["autocomplete"] == "current-password"
    assert tokens.listed(world.store, operators.acting_as(world.store, email(world, kari))) == ()
    wrong = browser.refused("/confirm", {**fields(form), "password": "wrong"})
    assert "This is not your password." in wrong.text
    old = browser.http.cookies[identity.PLAIN_COOKIE]
    resumed = browser.refused("/confirm", {**fields(form), "password": PASSWORD}, status=200)
    assert browser.http.cookies[identity.PLAIN_COOKIE] != old
    assert ("Thank you" in resumed.text, "session had ended" in resumed.text) == (True, False)
    assert fields(resumed.one("form", action="/account/tokens")) == TOKEN
    browser.linted(browser.send("/account/tokens", TOKEN, 201))


def test_a_page_that_could_do_harm_asks_first_and_leads_back(world: World, kari: Actor) -> None:
    browser = world.browser(kari)
    world.clock.now += dt.timedelta(minutes=15)
    where = browser.http.get("/account/security/passkey").headers["location"]
    assert where == "/confirm?next=/account/security/passkey"
    form = browser.open(where).one("form", action="/confirm")
    assert browser.send("/confirm", {**fields(form), "password": PASSWORD}) == "/account/security/passkey"
    browser.open("/account/security/passkey")


def test_one_may_confirm_by_code_and_the_demos_people_need_not(world: World, kari: Actor) -> None:
    app, (recovery_code, *_) = use_app(world, kari), codes(world, kari)
    browser = world.browser(kari)
    world.clock.now += dt.timedelta(minutes=15)
    assert len(browser.open("/confirm").all("form", action="/confirm")) == 2
    assert browser.send("/confirm", {"code": app.at(world.clock.now), "next": "/account"}) == "/account"
    assert browser.send("/confirm", {"code": recovery_code}) == "/"
    with world.store.writing() as tx:
        kept.update(tx, kari.user_id or "", is_demo=True)
    world.clock.now += dt.timedelta(minutes=15)
    browser.linted(browser.send("/account/tokens", TOKEN, 201))


def test_whoever_has_neither_password_nor_factor_is_told_what_to_do(world: World) -> None:
    world.programme()
    browser = world.signed_in(Role.READER, programme="north")
    page = browser.open("/confirm")
    assert "sign in again" in page.text
    assert not page.all("form", action="/confirm")


def test_a_browser_is_known_by_its_cookie_the_next_time(world: World, kari: Actor) -> None:
    browser, where = step_one(world, kari)
    assert where == "/"
    browser.send("/sign-out", {})
    stranger = world.browser()
    for _ in range(10):
        stranger.refused("/sign-in", {"email": email(world, kari), "password": "wrong"}, 422 if _ < 9 else 429)
    sent = {"email": email(world, kari), "password": PASSWORD}
    answer = stranger.http.post("/sign-in", data=sent)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "300")
    assert browser.send("/sign-in", sent) == "/"
