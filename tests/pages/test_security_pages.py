"""Pages on which one sets up second factors, changes a password, and sees where one is signed in."""

import datetime as dt
import re

import pyotp
import pytest
from starlette.testclient import TestClient

from app.api.problems import TYPE
from app.domain.messages import Mail
from app.domain.permissions import Actor
from app.domain.roles import Role
from app.main import create_app
from app.pages.mails import composer
from app.settings import Settings
from app.store import accounts as kept
from app.store import tables
from app.store.passkeys import Site
from app.usecases import mail, operators, tokens
from app.web import identity
from tests.authenticator import Authenticator
from tests.pages.client import ORIGIN, PageClient
from tests.pages.forms import fields
from tests.pages.world import World

PASSWORD, NEW = "en lang setning om torsk", "en annen setning om sild"
TOKEN = {"name": "x", "days": 1, "scopes": ["read"]}


@pytest.fixture
def kari(world: World) -> Actor:
    return world.with_password(PASSWORD)


def set_up_app(world: World, browser: PageClient) -> tuple[pyotp.TOTP, list[str]]:
    """Set up an app by the pages; return it and the recovery codes shown."""
    browser.send("/account/security/app/begin", {})
    page = browser.open("/account/security/app")
    app = pyotp.TOTP(page.one("code", class_="secret").text.replace(" ", ""))
    world.clock.now += dt.timedelta(minutes=1)
    shown = browser.refused("/account/security/app", {"code": app.at(world.clock.now)}, status=201)
    return app, [each.text for each in shown.one("ol", class_="code-list").all("code")]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "have no password and get no mail"), ("nb", "får ingen e-post")]
)
def test_the_demo_offers_no_mail_that_never_comes(world: World, language: str, words: str) -> None:
    operators.create_user(world.store, {"email": "d@example.org", "name": "D", "is_demo": True}, password_hash=None)
    browser = world.browser(operators.acting_as(world.store, "d@example.org"), language)
    for address in ("/account/security", "/account/password"):
        main = browser.open(address).one("main")
        assert words in main.text
        assert main.all("a", href="/forgot") == []
    real = world.browser(world.person(Role.ADMINISTRATOR), language)
    assert len(real.open("/account/security").one("main").all("a", href="/forgot")) == 1


def test_an_app_is_set_up_by_square_or_text_and_codes_are_shown_once(world: World, kari: Actor) -> None:
    browser = world.browser(kari)
    assert browser.send("/account/security/app/begin", {}) == "/account/security/app"
    page = browser.open("/account/security/app")
    square = page.one("svg", class_="qr-code")
    assert square["role"] == "img"
    assert re.fullmatch(r"0 0 (\d+) \1", square["viewbox"])
    assert re.fullmatch(r"(M\d+ \d+h1v1h-1z)+", square.one("path")["d"])
    wrong = browser.refused("/account/security/app", {"code": "000000"})
    assert wrong.one("svg", class_="qr-code").one("path")["d"] == square.one("path")["d"], "the same secret is shown"
    old = browser.http.cookies[identity.PLAIN_COOKIE]
    _, shown = set_up_app(world, browser)
    assert len(shown) == 10
    assert PageClient(world.app, old).open("/").one("h1").text != "My work"
    page = browser.open("/account/security")
    assert "In use" in page.text
    assert "10 codes left" in page.text
    assert not [code for code in shown if code in page.text]
    browser.open("/account/security/app", 404)
    anew = browser.refused("/account/security/codes", {}, status=201)
    assert not set(shown) & {each.text for each in anew.one("ol", class_="code-list").all("code")}
    assert browser.send("/account/security/app/remove", {}) == "/account/security"
    assert "In use" not in browser.open("/account/security").text


def test_a_passkey_is_made_named_and_removed(world: World, kari: Actor) -> None:
    world.app.state.base_url = ORIGIN
    key = Authenticator(Site(ORIGIN, "testserver"))
    browser = world.browser(kari)
    form = browser.open("/account/security/passkey").one("form", action="/account/security/passkey")
    assert (form["data-passkey"], form["data-ask"]) == ("make", "/account/security/passkey/ask")
    wrong = browser.refused("/account/security/passkey", {"name": "Min telefon", "passkey": "{}"})
    assert "was not accepted" in wrong.text
    assert wrong.one("input", name="name")["value"] == "Min telefon"
    asked = browser.http.post("/account/security/passkey/ask")
    assert asked.headers["content-type"] == "application/json"
    sent = {"name": "<b>Min</b> telefon", "passkey": key.make(asked.text)}
    browser.refused("/account/security/passkey", sent, status=201)
    page = browser.open("/account/security")
    assert "<b>Min</b> telefon" in page.text
    begun = world.browser()
    begun.http.post("/sign-in", data={"email": _email(world, kari), "password": PASSWORD})
    form = begun.open("/sign-in/second-step").one("form", data_passkey="show")
    answer = key.show(begun.http.post(form["data-ask"]).text)
    assert begun.send("/sign-in/second-step", {**fields(form), "passkey": answer}) == "/"
    begun = world.browser(kari)
    removal = next(each["action"] for each in page.all("form") if "/passkeys/" in each["action"])
    assert begun.send(removal, {}) == "/account/security"
    assert "Min" not in begun.open("/account/security").text


def test_where_there_is_no_name_of_a_host_passkeys_are_explained_away(world: World, kari: Actor) -> None:
    browser = world.browser(kari)
    assert "open it at localhost" in browser.open("/account/security").text
    for path in ("/account/security/passkey/ask", "/sign-in/passkey"):
        assert browser.http.post(path).status_code == 404
    assert browser.http.post("/account/security/passkey", data={"name": "x"}).status_code == 404


def test_a_password_is_changed_and_everywhere_else_one_is_signed_out(world: World, kari: Actor) -> None:
    browser, other = world.browser(kari), world.browser(kari)
    form = browser.open("/account/password").one("form", action="/account/password")
    kinds = {each["name"]: each["autocomplete"] for each in form.all("input") if "autocomplete" in each.attributes}
    assert kinds == {
        "email": "username",
        "password": "current-password",
        "new_password": "new-password",
        "again": "new-password",
    }
    sent = {"password": PASSWORD, "new_password": NEW, "again": NEW}
    assert "not the same" in browser.refused("/account/password", {**sent, "again": "x"}).text
    assert browser.send("/account/password", sent) == "/account/security"
    assert "The password is changed." in browser.open("/account/security").text
    assert other.open("/").one("h1").text != "My work"


def test_whoever_has_no_password_is_led_to_the_link(world: World) -> None:
    world.programme()
    browser = world.signed_in(Role.READER, programme="north")
    for path in ("/account/security", "/account/password"):
        assert browser.open(path).one("main").all("a", href="/forgot")


def test_the_browsers_that_one_is_signed_in_on_are_listed_and_ended(world: World, kari: Actor) -> None:
    sent = {"email": _email(world, kari), "password": PASSWORD}
    for agent in ("Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", "<script>alert(1)</script>"):
        world.browser().http.post("/sign-in", data=sent, headers={"User-Agent": agent})
        world.clock.now += dt.timedelta(minutes=5)
    browser = world.browser(kari)
    page = browser.open("/account/sessions")
    names = [each.one("h2").text for each in page.all("article")]
    assert names == ["Unknown browser (this one)", "Unknown browser", "Firefox, Windows"]
    assert "script" not in " ".join(names)
    ends = [each["action"] for each in page.one("main").all("form")]
    assert len(ends) == 3
    assert browser.send(ends[1], {}) == "/account/sessions"
    page = browser.open("/account/sessions")
    assert "signed out" in page.text
    assert len(page.all("article")) == 2
    browser.send(ends[1], {}, 404)
    assert browser.send("/account/sessions/end-others", {}) == "/account/sessions"
    page = browser.open("/account/sessions")
    assert len(page.all("article")) == 1
    assert "Sign out everywhere else" not in page.text
    browser.send("/account/sessions/end-others", {})


def test_nobody_ends_another_persons_session(world: World, kari: Actor) -> None:
    browser = world.browser(kari)
    browser.open("/account/sessions")
    with world.store.reading() as tx:
        session_id = tx.connection.execute(tables.sessions.select()).mappings().one()["id"]
    world.signed_in(Role.MANAGER, cluster="havbruk").send(f"/account/sessions/{session_id}/end", {}, 404)
    assert browser.open("/").one("h1").text == "My work"


def test_a_forgotten_password_is_set_by_a_link_once(world: World, kari: Actor) -> None:
    email, visitor = _email(world, kari), world.browser()
    pages = [
        visitor.refused("/forgot", {"email": address}, status=200).text
        for address in (email, "unknown@example.org", email.upper())
    ]
    assert len(set(pages)) == 1
    # As it stands in the mail: the newest link is the one that is good.
    mailbox: list[Mail] = []
    mail.deliver(world.store, composer(world.app.state.languages, ORIGIN), mailbox.append, 10)
    path = re.findall(r"/reset/[0-9a-z-]+/[0-9a-f]{64}", mailbox[-1].text)[-1]
    assert visitor.http.get(path).headers["referrer-policy"] == "no-referrer"
    form = visitor.open(path).one("form", action=path)
    assert form.one("input", name="email")["value"] == email
    sent = {"new_password": NEW, "again": NEW}
    wrong = visitor.http.post(path, data={**sent, "new_password": "password1234"})
    assert (wrong.status_code, wrong.headers["referrer-policy"]) == (422, "no-referrer")
    assert "first passwords that would be tried" in visitor.linted(wrong.text).text
    signed_in = world.browser(kari)
    assert visitor.send(path, sent) == "/sign-in"
    assert "Sign in with it now." in visitor.open("/sign-in").text
    assert signed_in.open("/").one("h1").text != "My work"
    again = visitor.http.post(path, data=sent)
    assert (again.status_code, again.headers["referrer-policy"]) == (404, "no-referrer")
    assert visitor.linted(again.text).one("h1").text == "This link cannot be used any more"
    assert visitor.open(path, 404).one("main").all("a", href="/forgot")
    assert visitor.send("/sign-in", {"email": email, "password": NEW}) == "/"


@pytest.mark.parametrize("address", ["", "nobody", "\x00@example.org"])
def test_what_is_no_address_is_said_beside_its_field(world: World, address: str) -> None:
    assert world.browser().refused("/forgot", {"email": address}).all("p", class_="field-error")


def test_in_production_whoever_decides_is_led_to_set_up_a_factor_and_to_nothing_else(world: World) -> None:
    world.programme()
    world.cluster("havbruk")
    world.app.state.needs_factors = True
    for role in (Role.OWNER, Role.EVALUATOR, Role.ADMINISTRATOR):
        place = {} if role is Role.ADMINISTRATOR else {"programme": "north"}
        person = world.person(role, **place)
        issued = tokens.issue(world.store, person, TOKEN)
        bearing = {"Authorization": f"Bearer {issued.secret}"}
        browser = world.browser(person)
        for path in ("/", "/account", "/account/tokens", "/clusters", "/clusters/havbruk", "/portfolio"):
            answer = browser.http.get(path)
            assert (answer.status_code, answer.headers.get("location")) == (303, "/account/security"), (role, path)
        assert browser.send("/account/tokens", {"name": "x"}) == "/account/security"
        api = browser.http.get("/api/v1/clusters", headers=bearing)
        assert (api.status_code, api.json()["type"]) == (403, f"{TYPE}second-factor")
        assert "Set one up on your account page first." in api.json()["detail"]
        page = browser.open("/account/security")
        assert "Set up a second factor first" in page.text
        browser.open("/frameworks")
        browser.send("/language", {"language": "en"})
        set_up_app(world, browser)
        assert browser.open("/").one("h1").text == "My work"
        assert browser.http.get("/api/v1/clusters", headers=bearing).status_code == 200


def test_only_production_needs_factors() -> None:
    assert not create_app(Settings()).state.needs_factors
    assert create_app(Settings(environment="production")).state.needs_factors


def test_bad_tokens_from_one_network_are_refused_in_the_end_and_good_ones_are_not(world: World, kari: Actor) -> None:
    issued = tokens.issue(world.store, kari, TOKEN)
    http = TestClient(world.app, base_url=ORIGIN)

    def ask(token: str) -> tuple[int, str | None]:
        answer = http.get("/api/v1/clusters", headers={"Authorization": token})
        return answer.status_code, answer.headers.get("retry-after")

    bad = [f"Bearer {issued.secret[:-1]}!", "Bearer x", "Basic x", "Bearer goldgap_x_y_z"]
    assert [ask(bad[number % 4]) for number in range(32)] == [(401, None)] * 30 + [(429, "300")] * 2
    assert ask(f"Bearer {issued.secret}") == (200, None)
    assert http.get("/api/v1/clusters").status_code == 401, "none at all is no bad one"
    world.clock.now += dt.timedelta(minutes=6)
    assert ask(bad[0]) == (401, None)


def _email(world: World, person: Actor) -> str:
    with world.store.reading() as tx:
        return kept.by_id(tx, person.user_id or "").email
