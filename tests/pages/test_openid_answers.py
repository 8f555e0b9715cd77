"""S14, S6, S17: whose answer it is, what becomes of what was typed, and the identities on one's own account."""

import datetime as dt
from collections.abc import Iterator

import pytest

from app.domain.identities import CARRIED_LENGTH, PENDING_LIFE
from app.domain.permissions import Actor
from app.domain.roles import Role
from app.outside.registration import Expectations
from app.store import passwords
from app.usecases import operators
from tests.openid.hostile import Hostile, as_json, hostile_provider
from tests.pages.at_provider import ANSWER, NAME, Sent, send, use_provider, words_of
from tests.pages.client import PageClient
from tests.pages.world import World
from tests.store.stores import content

AGAIN = "This sign-in took too long, or was begun in another browser. Please begin again."


@pytest.fixture
def provider(world: World) -> Iterator[Hostile]:
    """A provider that is honest, and whom everybody is who the test says."""
    with hostile_provider(world.clock) as provider:
        use_provider(world, provider.issuer)
        yield provider


@pytest.fixture
def kari(world: World) -> Actor:
    world.programme()
    world.cluster("havbruk")
    return world.person(Role.MANAGER, cluster="havbruk", name="Kari")


def begin(provider: Hostile, browser: PageClient, path: str = "/sign-in/openid", **fields: str) -> Sent:
    sent = send(browser, path, **fields)
    provider.nonce = sent.asked["nonce"]
    return sent


def comes_back(provider: Hostile, sent: Sent, status: int = 303) -> str:
    answer = sent.bring(provider.query(sent.asked["state"]))
    assert answer.status_code == status, words_of(answer)
    return str(answer.headers.get("location", "")) or words_of(answer)


def test_an_answer_is_good_in_the_browser_that_began_and_in_no_other(world: World, provider: Hostile) -> None:
    sent = begin(provider, world.browser())
    victim = begin(provider, world.browser())
    before = content(world.store)
    for browser in (world.browser(), victim.browser):
        page = Sent(browser, sent.address)
        assert AGAIN in comes_back(provider, page, 400)
    assert content(world.store) == before
    assert provider.redeemed == []
    # The victim's own sign-in is none the worse for it.
    provider.nonce = victim.asked["nonce"]
    assert comes_back(provider, victim) == "/"


def test_an_answer_brought_twice_does_nothing_the_second_time(world: World, provider: Hostile) -> None:
    sent = begin(provider, world.browser())
    assert comes_back(provider, sent) == "/"
    before = content(world.store)
    assert comes_back(provider, sent) == "/"
    sent.browser.send("/sign-out", {})
    before = content(world.store)
    assert AGAIN in comes_back(provider, sent, 400)
    assert content(world.store) == before
    assert len(provider.redeemed) == 1


@pytest.mark.parametrize(
    "state",
    ["", "another", "%00", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1")],
    ids=lambda state: f"state {state!a}, ciso-assistant #4191",
)
def test_a_state_that_is_not_ours_is_refused(world: World, provider: Hostile, state: str) -> None:
    sent = begin(provider, world.browser())
    answer = sent.bring({**provider.query(""), "state": state})
    assert answer.status_code == 400
    assert provider.redeemed == []


def test_without_a_state_nothing_is_read(world: World, provider: Hostile) -> None:
    sent = begin(provider, world.browser())
    assert sent.bring(ANSWER).status_code == 400
    assert sent.bring(f"{ANSWER}?error=access_denied&error_description=Call+this+number").status_code == 400
    assert "Call this number" not in words_of(sent.bring(f"{ANSWER}?error=x&error_description=Call+this+number"))


def test_an_answer_that_says_something_twice_is_refused(world: World, provider: Hostile) -> None:
    sent = begin(provider, world.browser())
    state = sent.asked["state"]
    answer = sent.bring(f"{ANSWER}?code=a&state={state}&iss={provider.issuer}&code=b")
    assert answer.status_code == 403
    assert provider.redeemed == []


def test_an_answer_after_a_quarter_of_an_hour_is_too_late(world: World, provider: Hostile) -> None:
    sent = begin(provider, world.browser())
    world.clock.now += PENDING_LIFE
    assert AGAIN in comes_back(provider, sent, 400)
    assert provider.redeemed == []


def test_each_begin_takes_the_place_of_the_one_before(world: World, provider: Hostile) -> None:
    browser = world.browser()
    first = begin(provider, browser)
    second = begin(provider, browser)
    assert AGAIN in comes_back(provider, first, 400)
    assert comes_back(provider, second) == "/"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_no_other_site_can_begin(world: World, provider: Hostile, headers: dict[str, str]) -> None:
    for path in ("/sign-in/openid", "/account/identities"):
        assert world.browser().http.post(path, headers=headers).status_code == 403
        assert world.browser().http.get(path).status_code == 405
    assert provider.asked == []


@pytest.mark.parametrize(
    "address", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", ""]
)
def test_after_signing_in_nobody_is_led_to_another_host(world: World, provider: Hostile, address: str) -> None:
    assert comes_back(provider, begin(provider, world.browser(), next=address)) == "/"


def test_one_is_led_to_where_one_was_going(world: World, provider: Hostile) -> None:
    assert comes_back(provider, begin(provider, world.browser(), next="/account?x=1")) == "/account?x=1"


def test_without_a_provider_there_is_no_door(world: World) -> None:
    assert world.browser().open("/sign-in").all("form", action="/sign-in/openid") == []
    for path in ("/sign-in/openid", "/account/identities"):
        assert world.browser().http.post(path).status_code == 404
    assert world.browser().http.get(f"{ANSWER}?state=x").status_code == 404
    page = world.browser().open("/signed-out")
    assert page.one("h1").text == "You are signed out"


@pytest.fixture
def ended(world: World, kari: Actor) -> PageClient:
    """A browser whose session has ended while its person was writing."""
    browser = world.browser(kari)
    world.clock.now += dt.timedelta(hours=13)
    return browser


def typed(browser: PageClient, name: str = "Skript for styret") -> dict[str, str]:
    """Send what was typed, and return what the button of the sign-in page takes along."""
    page = browser.refused("/account/tokens", {"name": name, "days": "30", "scopes": "read"}, status=401)
    form = page.one("form", action="/sign-in/openid")
    return {field["name"]: field["value"] for field in form.all("input", type="hidden")}


def test_what_was_typed_when_a_session_ended_survives_this_way_of_signing_in_too(
    provider: Hostile, ended: PageClient
) -> None:
    sent = begin(provider, ended, **typed(ended))
    answer = sent.bring(provider.query(sent.asked["state"]))
    page = ended.linted(answer.text)
    form = page.one("form", action="/account/tokens")
    kept = {field["name"]: field["value"] for field in form.all("input", type="hidden")}
    assert kept == {"name": "Skript for styret", "days": "30", "scopes": "read"}
    ended.linted(ended.send("/account/tokens", kept, 201))


def test_what_was_typed_is_still_there_when_signing_in_does_not_succeed(provider: Hostile, ended: PageClient) -> None:
    fields = typed(ended)
    sent = begin(provider, ended, **fields)
    provider.answer["error"] = "server_error"
    page = ended.linted(sent.bring(provider.query(sent.asked["state"])).text)
    for action in ("/sign-in", "/sign-in/openid"):
        assert page.one("form", action=action).one("input", name="carry")["value"] == fields["carry"]


def test_what_is_too_long_to_be_kept_meanwhile_stays_on_the_page(provider: Hostile, ended: PageClient) -> None:
    fields = typed(ended, "x" * CARRIED_LENGTH)
    page = ended.refused("/sign-in/openid", fields, status=503)
    assert "Sign in with a password." in page.text
    assert page.one("form", action="/sign-in").one("input", name="carry")["value"] == fields["carry"]
    assert provider.redeemed == []


def test_one_connects_an_identity_and_takes_it_off_again(world: World, provider: Hostile) -> None:
    raw = {"email": "per@example.org", "name": "Per"}
    operators.create_user(world.store, raw, password_hash=passwords.hashed("en lang setning om torsk"))
    browser = world.browser(operators.acting_as(world.store, raw["email"]))
    assert "Nothing is connected" in browser.open("/account").one("section", id="identities").text
    sent = begin(provider, browser, "/account/identities")
    assert comes_back(provider, sent) == "/account#identities"
    section = browser.open("/account").one("section", id="identities")
    assert NAME in section.text
    entered = begin(provider, world.browser())
    assert comes_back(provider, entered) == "/"
    assert "per@example.org" in entered.browser.open("/account").text
    form = section.one("form", action="/account/identities/disconnect")
    fields = {field["name"]: field["value"] for field in form.all("input", type="hidden")}
    assert browser.send("/account/identities/disconnect", fields) == "/account#identities"
    assert "Nothing is connected" in browser.open("/account").one("section", id="identities").text
    assert browser.http.post("/account/identities/disconnect", data=fields).status_code == 404


def test_what_belongs_to_another_account_is_not_connected(world: World, provider: Hostile, kari: Actor) -> None:
    comes_back(provider, begin(provider, world.browser()))
    sent = begin(provider, world.browser(kari), "/account/identities")
    before = content(world.store)
    assert "belongs to another account here" in comes_back(provider, sent, 409)
    assert content(world.store) == before


def test_what_one_person_began_is_not_connected_with_another(world: World, provider: Hostile, kari: Actor) -> None:
    other = world.person(Role.OBSERVER, cluster="havbruk")
    sent = begin(provider, world.browser(kari), "/account/identities")
    _sign_in_as(sent.browser, world.browser(other).http.cookies["goldgap_session"])
    before = content(world.store)
    assert "Somebody else has signed in meanwhile" in comes_back(provider, sent, 409)
    assert content(world.store)["identities"] == before["identities"]
    sent = begin(provider, world.browser(kari), "/account/identities")
    sent.browser.http.cookies.delete("goldgap_session")
    assert "Your session has ended, so nothing was connected." in comes_back(provider, sent, 401)
    assert content(world.store)["identities"] == []


def _sign_in_as(browser: PageClient, secret: str) -> None:
    """Put another session into a browser, in the place of the one that it has."""
    browser.http.cookies.delete("goldgap_session")
    browser.http.cookies.set("goldgap_session", secret, domain="testserver.local")


def test_a_refused_answer_connects_nothing(world: World, provider: Hostile, kari: Actor) -> None:
    sent = begin(provider, world.browser(kari), "/account/identities")
    provider.claims["aud"] = "another"
    assert "did not succeed" in comes_back(provider, sent, 403)
    assert content(world.store)["identities"] == []


def test_the_only_way_in_has_no_button_and_stays(world: World, provider: Hostile) -> None:
    sent = begin(provider, world.browser())
    comes_back(provider, sent)
    section = sent.browser.open("/account").one("section", id="identities")
    assert "This is your only way to sign in" in section.text
    assert section.all("form", action="/account/identities/disconnect") == []
    fields = {"issuer": provider.issuer, "subject": "somebody"}
    assert sent.browser.http.post("/account/identities/disconnect", data=fields).status_code == 409


def test_a_disabled_account_is_refused_like_any_answer_that_is_not_believed(world: World, provider: Hostile) -> None:
    comes_back(provider, begin(provider, world.browser()))
    (user,) = operators.users(world.store)
    operators.disable_user(world.store, user.email)
    refused = comes_back(provider, sent := begin(provider, world.browser()), 403)
    provider.claims["aud"] = "another"
    believed = comes_back(provider, begin(provider, world.browser()), 403)
    assert "did not succeed, and nothing was changed" in refused
    assert refused == believed
    assert sent.browser.http.get("/account").status_code == 303


def test_signing_in_as_another_ends_the_earlier_session(world: World, provider: Hostile, kari: Actor) -> None:
    browser = world.browser(kari)
    secret = browser.http.cookies["goldgap_session"]
    comes_back(provider, begin(provider, browser))
    assert PageClient(world.app, secret).http.get("/account").status_code == 303
    assert "Some Body" in browser.open("/account").text


@pytest.mark.parametrize(
    "email", ["kari", "a@b@c.no", "x@no-address.invalid", "x" * 300 + "@example.org", 7, None, "a\nb@c.no"]
)
def test_an_address_that_is_none_is_not_kept_however_proven(world: World, provider: Hostile, email: object) -> None:
    provider.claims |= {"email": email, "email_verified": True}
    comes_back(provider, begin(provider, world.browser()))
    (user,) = operators.users(world.store)
    assert user.email == f"{user.id}@no-address.invalid"


@pytest.mark.parametrize("proof", ["true", 1, "yes", [True], None, False])
def test_only_true_is_proof(world: World, provider: Hostile, proof: object) -> None:
    provider.claims |= {"email_verified": proof}
    comes_back(provider, begin(provider, world.browser()))
    assert "some@example.org" not in str(content(world.store))


def test_another_claim_can_be_the_proof(world: World, provider: Hostile) -> None:
    use_provider(world, provider.issuer, expectations=Expectations(email_proof="xms_edov"))
    provider.claims |= {"xms_edov": True}
    comes_back(provider, begin(provider, world.browser()))
    assert [user.email for user in operators.users(world.store)] == ["some@example.org"]


def test_the_word_of_userinfo_proves_no_address_of_the_id_token(world: World, provider: Hostile) -> None:
    provider.claims |= {"name": None}
    provider.places["/userinfo"] = lambda: as_json(
        {"sub": "somebody", "email": "x@example.org", "email_verified": True}
    )
    comes_back(provider, begin(provider, world.browser()))
    assert "example.org" not in str(content(world.store))


def test_while_the_provider_is_away_nothing_can_be_connected_and_signing_out_offers_less(
    world: World, provider: Hostile, kari: Actor
) -> None:
    provider.places["/.well-known/openid-configuration"] = lambda: as_json({}, 503)
    browser = world.browser(kari)
    page = browser.refused("/account/identities", {}, status=503)
    assert "cannot be reached just now" in page.text
    assert browser.http.get("/signed-out").headers["location"] == "/"
    signed_out = world.browser().open("/signed-out")
    assert f"You may still be signed in at {NAME}." in signed_out.text
    assert all(provider.issuer not in link["href"] for link in signed_out.all("a"))


def test_a_national_identity_number_that_comes_along_is_neither_kept_nor_logged(
    world: World, provider: Hostile, capsys: pytest.CaptureFixture[str]
) -> None:
    provider.claims |= {"pid": "23079410918", "amr": "BankID", "acr": "idporten-loa-high"}
    sent = begin(provider, world.browser())
    comes_back(provider, sent)
    provider.claims["aud"] = "another"
    comes_back(provider, begin(provider, world.browser()), 403)
    assert "openid-refused" in (logged := "".join(capsys.readouterr()))
    for secret in ("23079410918", "a-code", "an-access-token", sent.asked["state"], sent.asked["nonce"]):
        assert secret not in str(content(world.store))
        assert secret not in logged
