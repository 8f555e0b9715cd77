"""S14: what a provider could say to let in the wrong one. Every such answer is refused, for its own reason, and changes
nothing; the same provider left honest lets people in.
"""

import gzip
import json
import time
from collections.abc import Callable, Iterator

import pytest

from tests.openid import hostile as forge
from tests.openid.hostile import Hostile, as_json, hostile_provider
from tests.pages.at_provider import Sent, code_of, send, use_provider, words_of
from tests.pages.world import World
from tests.store.stores import content

IMPATIENT, PATIENT = 1.0, 30.0
REFUSED = "The sign-in with Testporten did not succeed, and nothing was changed. You can try again."
AWAY = "The service that you sign in with cannot be reached just now. Please try again in a moment."
Change = Callable[[Hostile], object]


@pytest.fixture
def hostile(world: World) -> Iterator[Hostile]:
    with hostile_provider(world.clock) as provider:
        use_provider(world, provider.issuer, seconds=PATIENT)
        yield provider


def begin(world: World, hostile: Hostile) -> Sent:
    sent = send(world.browser())
    hostile.nonce = sent.asked["nonce"]
    return sent


def claims(**changes: object) -> Change:
    return lambda provider: provider.claims.update(changes)


def header(**changes: object) -> Change:
    return lambda provider: provider.header.update(changes)


def signed(signer: forge.Signer, **changes: object) -> Change:
    def change(provider: Hostile) -> None:
        provider.signer = signer
        provider.header.update(changes)

    return change


def keys(*each: object, **changes: object) -> Change:
    def change(provider: Hostile) -> None:
        provider.jwks = {"keys": list(each)}
        provider.header.update(changes)

    return change


def raw(token: object) -> Change:
    return lambda provider: setattr(provider, "raw_id_token", token)


def place(path: str, answer: Callable[[], forge.Answer]) -> Change:
    return lambda provider: provider.places.update({path: answer})


def moment(claim: str, seconds: float) -> Change:
    return lambda provider: provider.claims.update({claim: provider.clock().timestamp() + seconds})


def tokens(**changes: object) -> Change:
    return lambda provider: provider.tokens.update(changes)


def answered(**changes: str | None) -> Change:
    return lambda provider: provider.answer.update(changes)


def both(*changes: Change) -> Change:
    return lambda provider: [change(provider) for change in changes]


def unsigned(_message: bytes) -> bytes:
    return b""


def slowly() -> forge.Answer:
    time.sleep(IMPATIENT * 2)
    return as_json({})


honest = forge.rsa_key("honest")
KEY = forge.public_jwk(honest)
OTHER = forge.public_jwk(forge.rsa_key("other"))
MODULUS = str(KEY["n"]).encode()
ELSEWHERE = "http://127.0.0.1:9/elsewhere"
HUGE = b" " * 300_000
DEEP = b"[" * 100_000
TOKEN, JWKS, USERINFO = "/token", "/jwks", "/userinfo"

HOSTILE: dict[str, tuple[str, Change]] = {
    # Algorithm confusion
    "alg none, algorithm confusion": ("algorithm", signed(unsigned, alg="none")),
    "alg None in capitals": ("algorithm", signed(unsigned, alg="NONE")),
    "alg missing": ("unreadable-id-token", header(alg=None)),
    "alg a list": ("algorithm", header(alg=["RS256"])),
    "HS256 with the public key as PEM, algorithm confusion": (
        "algorithm",
        signed(forge.hs256(forge.public_pem()), alg="HS256"),
    ),
    "HS256 with the modulus, algorithm confusion": ("algorithm", signed(forge.hs256(MODULUS), alg="HS256")),
    "HS256 with a shared key among the keys": (
        "algorithm",
        both(keys({"kty": "oct", "k": "c2VjcmV0", "kid": forge.KID}), signed(forge.hs256(b"secret"), alg="HS256")),
    ),
    "RS512, which is not on our list": ("algorithm", header(alg="RS512")),
    "ES256, which this provider does not offer": (
        "algorithm",
        both(keys(forge.public_curve_jwk()), signed(forge.es256, alg="ES256")),
    ),
    # Keys
    "kid unknown": ("unknown-key", header(kid="another")),
    "kid a path": ("unknown-key", header(kid="../../../../../../dev/null")),
    "kid an address": ("unknown-key", header(kid=f"{ELSEWHERE}/key")),
    "kid a query": ("unknown-key", header(kid="' OR 1=1 --")),
    "kid a number": ("unknown-key", header(kid=1)),
    "no kid, and two keys": ("unknown-key", keys(KEY, {**OTHER, "kid": "two"}, kid=None)),
    "two keys with one kid": ("unknown-key", keys(KEY, OTHER)),
    "the signature of another key": ("bad_signature", signed(forge.rs256("other"))),
    "the key comes along in the header": (
        "bad_signature",
        signed(forge.rs256("small"), jwk=forge.public_jwk(forge.rsa_key("small"))),
    ),
    "the header says where the key is": ("bad_signature", signed(forge.rs256("other"), jku=ELSEWHERE, x5u=ELSEWHERE)),
    "a key for encryption": ("unknown-key", keys({**KEY, "use": "enc"})),
    "a key for something else": ("unknown-key", keys({**KEY, "key_ops": ["encrypt"]})),
    "a key for another algorithm": ("unknown-key", keys({**KEY, "alg": "PS256"})),
    "a key of another kind": ("unknown-key", keys(forge.public_curve_jwk())),
    "a key that is too small": (
        "small-key",
        both(keys(forge.public_jwk(forge.rsa_key("small"))), signed(forge.rs256("small"))),
    ),
    "a key without its numbers": ("broken-key", keys({"kty": "RSA", "kid": forge.KID})),
    "a key of nonsense": ("broken-key", keys({**KEY, "n": "%%%"})),
    "keys that are no list": ("keys", place(JWKS, lambda: as_json({"keys": "many"}))),
    "keys that are huge": ("huge", place(JWKS, lambda: (200, {}, b'{"keys": [], "x": "' + HUGE + b'"}'))),
    "keys that lead elsewhere": ("redirected", place(JWKS, lambda: (302, {"Location": ELSEWHERE}, b""))),
    # The token's form
    "no ID token": ("no-id-token", tokens(id_token=None)),
    "an ID token that is a list": ("no-id-token", raw(["a", "b"])),
    "an ID token that is a word": ("unreadable-id-token", raw("token")),
    "an ID token in five parts": ("unreadable-id-token", raw("a.b.c.d.e")),
    "an ID token that is empty": ("unreadable-id-token", raw("")),
    "an ID token that is not ASCII": ("unreadable-id-token", raw("å.å.å")),
    "a header that is huge": ("unreadable-id-token", header(x="x" * 2000)),
    "crit": ("header", header(crit=["exp"])),
    "an access token in its place": ("header", header(typ="at+jwt")),
    "a logout token in its place": ("header", header(typ="logout+jwt")),
    "one letter of the claims changed": (
        "bad_signature",
        lambda provider: setattr(provider, "id_token", _changed(provider.id_token)),
    ),
    # Claims
    "iss another": ("issuer", claims(iss="https://evil.example")),
    "iss with a slash": ("issuer", lambda provider: provider.claims.update(iss=f"{provider.issuer}/")),
    "iss missing": ("missing_claim", claims(iss=None)),
    "aud another": ("audience", claims(aud="another")),
    "aud us and another": ("audience", claims(aud=[forge.CLIENT_ID, "another"])),
    "aud us and another, with azp": ("audience", claims(aud=[forge.CLIENT_ID, "another"], azp=forge.CLIENT_ID)),
    "aud empty": ("invalid_claim", claims(aud=[])),
    "aud missing": ("missing_claim", claims(aud=None)),
    "azp another": ("authorized-party", claims(azp="another")),
    "nonce another, ciso-assistant #4191": ("nonce", claims(nonce="another")),
    "nonce missing, ciso-assistant #4191": ("nonce", claims(nonce=None)),
    "nonce a list, ciso-assistant #4191": ("nonce", lambda provider: provider.claims.update(nonce=[provider.nonce])),
    "expired": ("expired_token", moment("exp", -60)),
    "exp missing": ("missing_claim", claims(exp=None)),
    "exp a word": ("invalid_claim", claims(exp="tomorrow")),
    "exp not a number": ("invalid_claim", claims(exp=float("nan"))),
    "exp endless": ("invalid_claim", claims(exp=float("inf"))),
    "not yet valid": ("invalid_claim", moment("nbf", 61)),
    "issued in the future": ("invalid_claim", moment("iat", 61)),
    "iat missing": ("missing_claim", claims(iat=None)),
    "sub missing": ("missing_claim", claims(sub=None)),
    "sub empty": ("invalid_claim", claims(sub="")),
    "sub too long": ("subject", claims(sub="s" * 256)),
    "sub not ASCII": ("subject", claims(sub="kåre")),
    "sub with a control character": ("subject", claims(sub="a\x00b")),
    "sub a number": ("invalid_claim", claims(sub=7)),
    "at_hash of another token": ("at-hash", claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA")),
    "at_hash without a token": ("at-hash", both(claims(at_hash=""), tokens(access_token=None))),
    # The token endpoint and what follows it
    "a code used before": ("invalid_grant", place(TOKEN, lambda: as_json({"error": "invalid_grant"}, 400))),
    "an error of markup": ("token-endpoint", place(TOKEN, lambda: as_json({"error": "<b>no</b>"}, 400))),
    "tokens that lead elsewhere": ("redirected", place(TOKEN, lambda: (307, {"Location": ELSEWHERE}, b""))),
    "tokens that are huge": ("huge", place(TOKEN, lambda: (200, {}, HUGE))),
    "tokens that are packed": (
        "packed",
        place(TOKEN, lambda: (200, {"Content-Encoding": "gzip"}, gzip.compress(HUGE * 100))),
    ),
    "tokens that are a page": ("token-endpoint", place(TOKEN, lambda: (200, {}, b"<html>"))),
    "tokens that are a list": ("token-endpoint", place(TOKEN, lambda: as_json([]))),
    "tokens that are deep": ("token-endpoint", place(TOKEN, lambda: (200, {}, DEEP))),
    "tokens that last for a word": ("token-endpoint", tokens(expires_in="long")),
    "userinfo of somebody else": (
        "userinfo-subject",
        both(claims(name=None), place(USERINFO, lambda: as_json({"sub": "another", "name": "Another"}))),
    ),
    "an access token that is no header": (
        "access-token",
        both(claims(name=None), tokens(access_token="\ud800")),
    ),
    "userinfo that is deep": ("no-json", both(claims(name=None), place(USERINFO, lambda: (200, {}, DEEP)))),
    # The answer itself
    "no code": ("no-code", answered(code=None)),
    "a code of nothing": ("no-code", answered(code="")),
    "mix-up: another's name": ("mix-up", answered(iss="https://evil.example")),
    "mix-up: no name, though one is promised": ("mix-up", answered(iss=None)),
    "mix-up: another's name on an error": ("mix-up", answered(error="access_denied", iss="https://evil.example")),
}
UNAVAILABLE: dict[str, tuple[str, Change]] = {
    "tokens: a fault": ("token-endpoint", place(TOKEN, lambda: as_json({}, 500))),
    "tokens: slow": ("TimeoutError", place(TOKEN, slowly)),
    "keys: a fault": ("status-503", place(JWKS, lambda: as_json({}, 503))),
    "an access token that ends a line": (
        "LocalProtocolError",
        both(claims(name=None), tokens(access_token="a\r\nX-Evil: 1")),
    ),
    "userinfo: a fault": ("status-500", both(claims(name=None), place(USERINFO, lambda: as_json({}, 500)))),
}


def _changed(honest: Callable[[], object]) -> Callable[[], str]:
    def forged() -> str:
        first, second, third = str(honest()).split(".")
        said = json.loads(forge.unb64(second)) | {"sub": "another"}
        return f"{first}.{forge.b64(json.dumps(said).encode())}.{third}"

    return forged


def turned_away(world: World, hostile: Hostile, sent: Sent, status: int) -> str:
    """Bring the answer, which must change nothing; return what the page says."""
    before = content(world.store)
    answer = sent.bring(hostile.query(sent.asked["state"]))
    assert answer.status_code == status, words_of(answer)
    assert content(world.store) == before
    assert "goldgap_session" not in str(answer.headers.get_list("set-cookie"))
    assert sent.browser.open("/").one("h1").text != "My work"
    sent.browser.linted(answer.text)
    return words_of(answer)


def test_left_honest_it_lets_people_in(world: World, hostile: Hostile) -> None:
    sent = begin(world, hostile)
    answer = sent.bring(hostile.query(sent.asked["state"]))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert sent.browser.open("/").one("h1").text == "My work"
    (redeemed,) = hostile.redeemed
    assert redeemed["grant_type"] == "authorization_code"
    assert redeemed["redirect_uri"] == sent.asked["redirect_uri"] == "http://testserver/sign-in/openid/answer"


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_is_refused_for_its_own_reason_and_changes_nothing(
    world: World, hostile: Hostile, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, change = HOSTILE[name]
    sent = begin(world, hostile)
    change(hostile)
    assert REFUSED in turned_away(world, hostile, sent, 403)
    assert code_of(capsys) == code


@pytest.mark.parametrize("name", UNAVAILABLE)
def test_a_provider_that_fails_is_said_to_be_away_and_nothing_changes(
    world: World, hostile: Hostile, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    code, change = UNAVAILABLE[name]
    if code == "TimeoutError":
        use_provider(world, hostile.issuer, seconds=IMPATIENT)
    sent = begin(world, hostile)
    change(hostile)
    assert AWAY in turned_away(world, hostile, sent, 503)
    assert code_of(capsys) == code


@pytest.mark.parametrize(("claim", "seconds"), [("exp", -59), ("nbf", 60), ("iat", 60)])
def test_clocks_may_differ_by_a_minute(world: World, hostile: Hostile, claim: str, seconds: float) -> None:
    sent = begin(world, hostile)
    moment(claim, seconds)(hostile)
    assert sent.bring(hostile.query(sent.asked["state"])).status_code == 303
