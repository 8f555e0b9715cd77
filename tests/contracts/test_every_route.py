"""What holds on every route there is: exact headers, no change without proof of one's site (S6), none by reading."""

from collections.abc import Iterator, Mapping

import pytest
from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web.security import CONTENT_SECURITY_POLICY
from tests.contracts import cast
from tests.contracts.cast import Stage
from tests.contracts.routes import Address
from tests.contracts.test_access import MATRIX, bearing, is_api, play
from tests.store.stores import Rows, content

# A link in a mail ends a kind of mail with one press in the mail program (RFC 8058): its secret is the proof.
BY_LINK = ("POST /unsubscribe/",)
UNSAFE = [key for key in MATRIX if not key.startswith(("GET ", "HEAD ", *BY_LINK))]
READ = [key for key in MATRIX if key.startswith("GET ")]
PEOPLE = ("manager", "owner")
# Whatever another site can make a browser send, and what a browser without Fetch Metadata sends without a proof.
FOREIGN: tuple[Mapping[str, str], ...] = (
    {},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://testserver.evil.example"},
    {"Origin": "http://testserver:8080"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
)
OWN: tuple[Mapping[str, str], ...] = ({"Origin": "http://testserver"}, {"Sec-Fetch-Site": "same-origin"})
# What every answer carries, word for word.
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=63072000; includeSubDomains"
# Where it is noted who was refused and how often, and which programmes somebody looked at.
NOTES = frozenset({"journal", "journal_names", "journal_texts", "attempts", "keys"})
# What the API and the files of the design say themselves about how long they may be kept.
KEPT = ("/static", "/api/v1/")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everybody and everything there is, without a word about where a request comes from."""
    for stage in cast.build(tmp_path_factory.mktemp("every-route")):
        del stage.http.headers["Origin"]
        yield stage


def kept(stage: Stage) -> Rows:
    """Return what is kept, apart from the word that somebody was refused."""
    return {name: rows for name, rows in content(stage.store).items() if name not in NOTES}


@pytest.mark.parametrize("key", UNSAFE)
def test_with_a_session_nothing_changes_without_proof_that_the_page_was_ours(stage: Stage, key: str) -> None:
    thing = stage.things["own", "draft"]
    for who in PEOPLE:
        for proof in FOREIGN:
            answer = play(stage, key, {"Cookie": stage.sessions[who], **proof}, thing)
            assert answer.status_code == 403, (who, proof)
            assert stage.is_untouched(), (who, proof)
        # The sign that this test sees something: with a proof, it is another answer.
        for proof in OWN:
            answer = play(stage, key, {"Cookie": stage.sessions[who], **proof}, thing)
            assert answer.status_code != 403 or "another site" not in answer.text
            stage.reset()


@pytest.mark.parametrize("key", [key for key in UNSAFE if is_api(key)])
def test_a_cookie_counts_for_nothing_where_tokens_do(stage: Stage, key: str) -> None:
    thing = stage.things["own", "draft"]
    for proof in OWN:
        answer = play(stage, key, {"Cookie": stage.sessions["administrator"], **proof}, thing)
        assert answer.status_code == 401
        # Beside a token, somebody else's cookie changes nothing about who it is.
        both = {**bearing(stage, "former"), "Cookie": stage.sessions["administrator"], **proof}
        before = kept(stage)
        assert play(stage, key, both, thing).status_code in {403, 404, 422}
        assert kept(stage) == before


@pytest.mark.parametrize("key", READ)
def test_asking_for_the_head_of_an_answer_changes_nothing(stage: Stage, key: str) -> None:
    if "export" in key or "{sheet}" in key:
        return  # that something was taken along is noted in the journal
    path = stage.things["own", "draft"].fill(key.removeprefix("GET "))
    for who in PEOPLE:
        headers = bearing(stage, who) if is_api(key) else {"Cookie": stage.sessions[who]}
        before = kept(stage)
        answer = stage.http.request("HEAD", path, headers=headers)
        assert answer.content == b""
        assert answer.status_code < 500
        assert kept(stage) == before, who


def judge(answer: Response, path: str, *, https: bool) -> None:
    """Fail where a header is missing, is another, or says too much; the path is a route's pattern, or has no gaps."""
    expected = HEADERS | ({"strict-transport-security": HSTS} if https else {})
    expected["referrer-policy"] = Address("", path, "").referrer_policy
    assert {name: answer.headers.get_list(name) for name in expected} == {n: [v] for n, v in expected.items()}
    assert len(answer.headers["x-request-id"]) == 16
    assert not {"server", "x-powered-by"} & set(answer.headers)
    if not path.startswith(KEPT) or answer.status_code >= 400:
        assert answer.headers["cache-control"] == "no-store"
    assert "public" not in answer.headers["cache-control"] or path.startswith("/static")
    for cookie in answer.headers.get_list("set-cookie"):
        attributes = {part.strip().partition("=")[0].lower() for part in cookie.split(";")[1:]}
        assert {"httponly", "samesite", "path"} <= attributes, cookie
        assert "samesite=lax" in cookie.lower()
        assert "domain" not in attributes
        assert ("secure" in attributes) == https


def test_the_policy_is_the_one_that_is_written_down_here() -> None:
    assert HEADERS["content-security-policy"] == CONTENT_SECURITY_POLICY


@pytest.mark.parametrize("key", MATRIX)
def test_every_answer_has_the_same_headers(stage: Stage, key: str) -> None:
    thing = stage.things["own", "draft"]
    for headers in ({}, {"Cookie": stage.sessions["owner"], **OWN[0]}, bearing(stage, "manager"), FOREIGN[1]):
        for about in (thing, stage.missing()):
            judge(play(stage, key, headers, about), key.partition(" ")[2], https=False)
    stage.reset()


@pytest.fixture
def secure(stage: Stage) -> FastAPI:
    """The same behind https."""
    return create_app(Settings(base_url="https://testserver"), stage.store, stage.app.state.frameworks)


def test_with_https_every_browser_is_told_to_stay_with_it(secure: FastAPI) -> None:
    http = TestClient(secure, base_url="https://testserver", follow_redirects=False)
    for method, path in (
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/account"),
        ("POST", "/sign-in"),
        ("DELETE", "/"),
        ("GET", "/static/css/base.css"),
        ("GET", "/static/nothing"),
        ("GET", "/api/v1/clusters"),
        ("GET", "/healthz"),
        ("TRACE", "/"),
        ("POST", "/language"),
        ("POST", "/sign-out"),
    ):
        judge(http.request(method, path), path, https=True)
    judge(http.get("/", headers={"Host": "evil.example"}), "/", https=True)
