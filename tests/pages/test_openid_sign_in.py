"""S14: signing in through a certified provider: from the button to the session, with every way to prove who we are."""

import datetime as dt
import json

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from starlette.testclient import TestClient

from app.main import create_app
from app.outside.registration import Expectations
from app.settings import Settings
from app.store import tables
from app.usecases import operators
from tests.openid import hostile as forge
from tests.openid.certified import Certified
from tests.pages.at_provider import ANSWER, NAME, Sent, send, use_provider, words_of
from tests.pages.client import ORIGIN, PageClient
from tests.pages.world import World
from tests.store.stores import content

REDIRECT = f"{ORIGIN}{ANSWER}"


@pytest.fixture(autouse=True)
def _real_time(world: World) -> None:
    """A provider of one's own process has the real time."""
    world.clock.now = dt.datetime.now(dt.UTC)


@pytest.fixture
def at_home(world: World, certified: Certified) -> Certified:
    """The provider, which knows the service, and which the service knows."""
    certified.register(REDIRECT)
    use_provider(world, certified.issuer)
    return certified


def enter(world: World, certified: Certified, login: str = "kari", **factors: str) -> PageClient:
    """Sign in as somebody, from nothing to the page that one is led to."""
    sent = send(world.browser())
    answer = sent.bring(certified.visit(sent.address, login, **factors))
    assert (answer.status_code, answer.headers.get("location")) == (303, "/"), words_of(answer)
    return sent.browser


def refused(world: World, certified: Certified, login: str = "kari", **factors: str) -> str:
    """Try to sign in as somebody, who is turned away; nothing is changed."""
    sent = send(world.browser())
    back, before = certified.visit(sent.address, login, **factors), content(world.store)
    answer = sent.bring(back)
    assert answer.status_code == 403
    assert content(world.store) == before
    return words_of(answer)


def emails(world: World) -> list[str]:
    return [user.email for user in operators.users(world.store)]


def test_a_person_comes_in_with_the_account_that_belongs_to_who_they_are_there(
    world: World, at_home: Certified
) -> None:
    browser = enter(world, at_home)
    page = browser.open("/account")
    assert "Kari Nordmann · kari@example.org" in page.text
    assert NAME in page.one("section", id="identities").text
    enter(world, at_home)
    assert emails(world) == ["kari@example.org"]
    enter(world, at_home, "ola")
    assert len(emails(world)) == 2


def test_what_the_provider_is_asked_leaves_nothing_to_chance(world: World, at_home: Certified) -> None:
    sent = send(world.browser())
    asked = sent.asked
    assert sent.address.startswith(f"{at_home.issuer}/auth?")
    assert (asked["response_type"], asked["code_challenge_method"], asked["response_mode"]) == ("code", "S256", "query")
    assert (asked["redirect_uri"], asked["scope"], asked["ui_locales"]) == (REDIRECT, "openid profile email", "en")
    assert all(len(asked[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert asked.keys().isdisjoint({"client_secret", "code_verifier", "prompt", "request_uri"})


def test_an_address_that_is_not_proven_is_not_kept(world: World, at_home: Certified) -> None:
    browser = enter(world, at_home, "ola")
    assert "ola@example.org" not in str(content(world.store))
    assert "Ola Nordmann · no e-mail address" in browser.open("/account").text


def test_who_has_no_name_there_gets_one_that_tells_people_apart(world: World, at_home: Certified) -> None:
    enter(world, at_home, "nameless")
    (user,) = operators.users(world.store)
    assert user.name == f"{NAME} {user.id[:6]}"


def test_an_address_that_somebody_has_already_is_nobodys_way_into_that_account(
    world: World, at_home: Certified
) -> None:
    operators.create_user(world.store, {"email": "kari@example.org", "name": "Kari"}, password_hash=None)
    sent = send(world.browser())
    back, before = at_home.visit(sent.address, "kari"), content(world.store)
    answer = sent.bring(back)
    assert answer.status_code == 409
    assert "already an account here with the address kari@example.org" in words_of(answer)
    assert content(world.store) == before


def test_who_cancels_there_is_told_so_and_markup_stays_text(world: World, at_home: Certified) -> None:
    sent = send(world.browser(), next="/account")
    answer = sent.bring(at_home.visit(sent.address, None))
    assert answer.status_code == 403
    page = sent.browser.linted(answer.text)
    assert f"{NAME} says that you cancelled, or may not sign in here." in page.text
    assert page.one("q").text == "The person <b>cancelled</b>"
    assert page.all("b") == []
    assert page.one("form", action="/sign-in").one("input", name="next")["value"] == "/account"


def test_a_code_opens_the_door_once(world: World, at_home: Certified) -> None:
    sent = send(world.browser())
    cookies = dict(sent.browser.http.cookies)
    back = at_home.visit(sent.address, "kari")
    assert sent.bring(back).status_code == 303
    thief = Sent(world.browser(), sent.address)
    thief.browser.http.cookies.update(cookies)
    assert thief.bring(back).status_code == 403
    assert thief.browser.http.get("/account").status_code == 303


def test_new_keys_of_the_provider_are_found(world: World, at_home: Certified) -> None:
    enter(world, at_home)
    at_home.restart()
    assert "did not succeed" in refused(world, at_home)
    world.clock.now += dt.timedelta(seconds=30)
    enter(world, at_home)
    assert emails(world) == ["kari@example.org"]


def test_a_level_that_is_required_must_have_been_reached_there(world: World, at_home: Certified) -> None:
    asked = "idporten-loa-high idporten-loa-substantial"
    expected = Expectations(required_acr=("idporten-loa-high", "idporten-loa-substantial"))
    use_provider(world, at_home.issuer, acr_values=asked, expectations=expected)
    assert send(world.browser()).asked["acr_values"] == asked
    assert "did not succeed" in refused(world, at_home)
    assert "did not succeed" in refused(world, at_home, acr="idporten-loa-low")
    enter(world, at_home, acr="idporten-loa-high")


@pytest.mark.parametrize(
    ("factors", "counts"),
    [
        ({}, False),
        ({"acr": "idporten-loa-substantial"}, False),
        ({"acr": "idporten-loa-high"}, True),
        ({"amr": "pwd"}, False),
        ({"amr": "pwd mfa"}, True),
    ],
)
def test_a_second_factor_that_was_used_there_counts_here_where_the_settings_say_so(
    world: World, at_home: Certified, *, factors: dict[str, str], counts: bool
) -> None:
    expected = Expectations(factor_acr=("idporten-loa-high",), factor_amr=("mfa",))
    use_provider(world, at_home.issuer, acr_values="idporten-loa-substantial", expectations=expected)
    enter(world, at_home, **factors)
    with world.store.reading() as tx:
        factor_at = tx.connection.execute(sa.select(tables.sessions.c.factor_at)).scalar_one()
    assert factor_at == (world.clock.now if counts else None)


def test_the_secret_may_go_in_the_body_instead(world: World, at_home: Certified) -> None:
    at_home.register(REDIRECT, token_endpoint_auth_method="client_secret_post")
    use_provider(world, at_home.issuer, authentication="client_secret_post")
    enter(world, at_home)


def test_without_the_right_secret_nobody_comes_in(world: World, at_home: Certified) -> None:
    for authentication in ("client_secret_basic", "client_secret_post"):
        use_provider(world, at_home.issuer, authentication=authentication, secret="another")
        assert "did not succeed" in refused(world, at_home)


@pytest.mark.parametrize(("algorithm", "as_pem"), [("ES256", False), ("RS256", True)])
def test_a_key_may_take_the_place_of_the_secret(
    world: World, at_home: Certified, *, algorithm: str, as_pem: bool
) -> None:
    private = forge.rsa_key("ours") if algorithm == "RS256" else forge.curve_key()
    public = forge.public_jwk(forge.rsa_key("ours")) if algorithm == "RS256" else forge.public_curve_jwk()
    text = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    if not as_pem:
        number = forge.curve_key().private_numbers().private_value
        text = json.dumps({**public, "alg": algorithm, "d": forge.b64(number.to_bytes(32, "big"))})
    at_home.register(
        REDIRECT,
        token_endpoint_auth_method="private_key_jwt",
        token_endpoint_auth_signing_alg=algorithm,
        jwks={"keys": [public]},
        client_secret=None,
    )
    use_provider(world, at_home.issuer, authentication="private_key_jwt", secret="", key=text)
    enter(world, at_home)


def test_id_tokens_signed_on_a_curve_are_believed(world: World, at_home: Certified) -> None:
    for algorithm in ("ES256", "EdDSA"):
        at_home.register(REDIRECT, id_token_signed_response_alg=algorithm)
        enter(world, at_home)


def test_signing_out_there_too_is_offered_to_whoever_came_that_way(world: World, at_home: Certified) -> None:
    browser = enter(world, at_home)
    assert browser.send("/sign-out", {}) == "/signed-out"
    page = browser.open("/signed-out")
    link = next(link["href"] for link in page.all("a") if link["href"].startswith(at_home.issuer))
    assert link == f"{at_home.issuer}/session/end?client_id=goldgap&post_logout_redirect_uri=http%3A%2F%2Ftestserver%2F"
    assert browser.http.get("/account").status_code == 303
    assert world.browser().send("/sign-out", {}) == "/"


def test_the_pending_cookie_is_as_closed_as_can_be(world: World, at_home: Certified) -> None:
    settings = Settings(base_url="https://goldgap.example.org", allowed_hosts=("goldgap.example.org",))
    app = create_app(settings, world.store)
    app.state.openid = world.app.state.openid
    with TestClient(app, base_url="https://goldgap.example.org") as browser:
        answer = browser.post("/sign-in/openid", headers={"Origin": "https://goldgap.example.org"})
    (cookie,) = answer.headers.get_list("set-cookie")
    name, *rest = cookie.split("; ")
    assert name.startswith("__Host-goldgap_openid=")
    assert {part.lower() for part in rest} == {"httponly", "max-age=900", "path=/", "samesite=lax", "secure"}
    assert at_home.issuer in answer.headers["refresh"]
