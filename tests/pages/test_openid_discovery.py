"""S14, S16: what a provider says of itself: another's document, places that lead astray, keys that change."""

import datetime as dt
import json
from collections.abc import Iterator

import pytest

from tests.openid import hostile as forge
from tests.openid.hostile import Hostile, as_json, hostile_provider
from tests.pages.at_provider import code_of, send, use_provider
from tests.pages.world import World
from tests.store.stores import content

DOCUMENT = "/.well-known/openid-configuration"
ELSEWHERE = "https://elsewhere.example/x"


@pytest.fixture
def hostile(world: World) -> Iterator[Hostile]:
    with hostile_provider(world.clock) as provider:
        use_provider(world, provider.issuer)
        yield provider


def not_begun(world: World, capsys: pytest.CaptureFixture[str]) -> str:
    """Press the button, which must lead nowhere and write nothing; return the word in the log."""
    before = content(world.store)
    page = world.browser().refused("/sign-in/openid", {"next": "/account"}, status=503)
    assert "cannot be reached just now" in page.one("form", action="/sign-in").text
    assert page.one("form", action="/sign-in/openid").one("input", name="next")["value"] == "/account"
    assert content(world.store) == before
    return code_of(capsys)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"issuer": "https://evil.example"}, "discovery-issuer"),
        ({"issuer": None}, "discovery-issuer"),
        ({"authorization_endpoint": "http://elsewhere.example/x"}, "discovery-authorization_endpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "discovery-authorization_endpoint"),
        ({"authorization_endpoint": f"{ELSEWHERE}\r\nSet-Cookie: a=b"}, "discovery-authorization_endpoint"),
        ({"token_endpoint": None}, "discovery-token_endpoint"),
        ({"token_endpoint": "https://169.254.169.254/latest"}, "discovery-token_endpoint"),
        ({"token_endpoint": "file:///etc/passwd"}, "discovery-token_endpoint"),
        ({"jwks_uri": "https://user:secret@elsewhere.example/x"}, "discovery-jwks_uri"),
        ({"jwks_uri": 7}, "discovery-jwks_uri"),
        ({"userinfo_endpoint": "https://localhost/x"}, "discovery-userinfo_endpoint"),
        ({"end_session_endpoint": "javascript:alert(1)"}, "discovery-end_session_endpoint"),
        ({"id_token_signing_alg_values_supported": None}, "discovery-algorithms"),
        ({"id_token_signing_alg_values_supported": ["none", "HS256", "RS1", 7]}, "discovery-algorithms"),
        ({"id_token_signing_alg_values_supported": "RS256"}, "discovery-algorithms"),
    ],
)
def test_a_document_that_leads_astray_is_refused_before_anything_is_begun(
    world: World, hostile: Hostile, capsys: pytest.CaptureFixture[str], said: dict[str, object], code: str
) -> None:
    hostile.discovery = said
    assert not_begun(world, capsys) == code
    assert hostile.asked == [f"GET {DOCUMENT}"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((302, {"Location": "/other"}, b""), "redirected"),
        ((500, {}, b""), "status-500"),
        ((404, {}, b""), "status-404"),
        ((200, {}, b"<html>"), "no-json"),
        ((200, {}, b"[" * 50_000), "no-json"),
        ((200, {}, b'"text"'), "no-object"),
        ((200, {}, b" " * 300_000), "huge"),
        ((200, {"Content-Encoding": "br"}, b"x"), "packed"),
    ],
)
def test_a_document_that_is_none_is_refused(
    world: World, hostile: Hostile, capsys: pytest.CaptureFixture[str], answer: forge.Answer, code: str
) -> None:
    hostile.places[DOCUMENT] = lambda: answer
    assert not_begun(world, capsys) == code
    assert hostile.asked == [f"GET {DOCUMENT}"]


def test_a_provider_that_is_not_there_is_said_to_be_away(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with hostile_provider(world.clock) as gone:
        issuer = gone.issuer
    use_provider(world, issuer)
    assert not_begun(world, capsys) == "ConnectError"


def test_the_document_is_read_once_an_hour_and_an_older_one_does_while_the_provider_is_away(
    world: World, hostile: Hostile
) -> None:
    for _ in range(3):
        send(world.browser())
    assert hostile.asked == [f"GET {DOCUMENT}"]
    world.clock.now += dt.timedelta(hours=1)
    hostile.places[DOCUMENT] = lambda: as_json({}, 503)
    for _ in range(3):
        send(world.browser())
    assert hostile.asked == [f"GET {DOCUMENT}"] * 2
    world.clock.now += dt.timedelta(seconds=30)
    hostile.places.clear()
    hostile.discovery = {"authorization_endpoint": ELSEWHERE}
    assert send(world.browser()).address.startswith(f"{ELSEWHERE}?response_type=code&")
    assert hostile.asked == [f"GET {DOCUMENT}"] * 3


def enter(world: World, hostile: Hostile) -> int:
    sent = send(world.browser())
    hostile.nonce = sent.asked["nonce"]
    return sent.bring(hostile.query(sent.asked["state"])).status_code


def test_new_keys_are_fetched_when_an_answer_bears_one_but_not_all_the_time(world: World, hostile: Hostile) -> None:
    assert enter(world, hostile) == 303
    assert enter(world, hostile) == 303
    assert hostile.asked.count("GET /jwks") == 1
    hostile.signer, hostile.header["kid"] = forge.rs256("new"), "new"
    hostile.jwks = {"keys": [forge.public_jwk(forge.rsa_key("new"), kid="new")]}
    assert enter(world, hostile) == 403  # the keys have only just been read
    assert hostile.asked.count("GET /jwks") == 1
    world.clock.now += dt.timedelta(seconds=30)
    assert enter(world, hostile) == 303
    assert hostile.asked.count("GET /jwks") == 2
    hostile.header["kid"] = "made-up"
    for _ in range(5):
        assert enter(world, hostile) == 403
    assert hostile.asked.count("GET /jwks") == 2


def test_a_key_that_was_withdrawn_is_believed_for_an_hour_at_most(world: World, hostile: Hostile) -> None:
    assert enter(world, hostile) == 303
    hostile.jwks = {"keys": [forge.public_jwk(forge.rsa_key("new"), kid="new")]}
    world.clock.now += dt.timedelta(minutes=59)
    assert enter(world, hostile) == 303
    world.clock.now += dt.timedelta(minutes=1)
    assert enter(world, hostile) == 403


TENANTS = ("11111111-aaaa-4bbb-8ccc-222222222222", "33333333-aaaa-4bbb-8ccc-444444444444")


@pytest.fixture
def many(world: World) -> Iterator[Hostile]:
    """A provider for several organisations, in the manner of Entra ID."""
    with hostile_provider(world.clock) as provider:
        base = provider.issuer
        provider.discovery = {
            "issuer": f"{base}/{{tenantid}}/v2.0",
            "authorization_response_iss_parameter_supported": None,
        }
        provider.places[f"/organizations/v2.0{DOCUMENT}"] = lambda: as_json(provider.document())
        provider.answer["iss"] = None
        use_provider(world, f"{base}/{{tenantid}}/v2.0", tenants=TENANTS)
        yield provider


@pytest.mark.parametrize("tenant", TENANTS)
def test_of_several_organisations_those_on_the_list_come_in(world: World, many: Hostile, tenant: str) -> None:
    many.claims = {"iss": f"{many.issuer}/{tenant}/v2.0", "tid": tenant}
    assert enter(world, many) == 303
    assert f"{many.issuer}/{tenant}/v2.0" in str(content(world.store)["identities"])


@pytest.mark.parametrize(
    ("inside", "tid"),
    [
        ("99999999-aaaa-4bbb-8ccc-999999999999", "99999999-aaaa-4bbb-8ccc-999999999999"),
        (TENANTS[0], TENANTS[1]),
        (TENANTS[0], None),
        ("{tenantid}", "{tenantid}"),
        ("common", "common"),
    ],
)
def test_any_other_organisation_is_refused(world: World, many: Hostile, inside: str, tid: str | None) -> None:
    many.claims = {"iss": f"{many.issuer}/{inside}/v2.0", "tid": tid}
    assert enter(world, many) == 403
    assert content(world.store)["identities"] == []


def test_an_answer_in_the_name_of_one_organisation_brings_nobody_of_another(
    world: World, many: Hostile, capsys: pytest.CaptureFixture[str]
) -> None:
    ours, other = (f"{many.issuer}/{tenant}/v2.0" for tenant in TENANTS)
    many.claims, many.answer["iss"] = {"iss": ours, "tid": TENANTS[0]}, other
    assert enter(world, many) == 403
    assert code_of(capsys) == "mix-up"
    many.answer["iss"] = ours
    assert enter(world, many) == 303


@pytest.mark.parametrize(
    ("algorithm", "signer"),
    [("ES256", forge.es256), ("PS256", forge.ps256), ("EdDSA", forge.ed25519), ("Ed25519", forge.ed25519)],
)
def test_the_other_algorithms_of_our_list_are_believed_with_their_keys(
    world: World, hostile: Hostile, algorithm: str, signer: forge.Signer
) -> None:
    hostile.discovery = {"id_token_signing_alg_values_supported": ["RS256", algorithm]}
    hostile.jwks = {"keys": [forge.public_for(algorithm), {"kty": "AKP", "kid": "of-a-later-day"}, None, "x"]}
    hostile.signer, hostile.header["alg"] = signer, algorithm
    hostile.claims["at_hash"] = forge.half_hash(algorithm)
    assert enter(world, hostile) == 303


def test_without_a_kid_the_only_key_there_is_does(world: World, hostile: Hostile) -> None:
    hostile.header["kid"] = None
    hostile.jwks = {"keys": [{**forge.public_jwk(forge.rsa_key("honest")), "kid": None}]}
    assert json.dumps(hostile.jwks)
    assert enter(world, hostile) == 303
