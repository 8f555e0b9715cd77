"""Cookies and what may be kept by whom, over every route; and from where a request is said to come."""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from app.web import clients, identity
from app.web.security import HEADERS, HSTS
from tests.contracts.routes import SECRETS, Address, addresses
from tests.pages.world import World

ORIGIN = "https://goldgap.example.org"
PASSWORD = "en lang setning om torsk"
SECRET = "0123456789abcdef" * 4
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")
# What everybody may read, and a browser ask for again only when it has changed.
OPEN_TO_ALL = ("/openapi.json", "/docs", "/static/", "/api/v1/frameworks")


@pytest.fixture
def http(world: World) -> Iterator[TestClient]:
    """The browser of somebody who is signed in over https."""
    world.with_password(PASSWORD)
    settings = Settings(base_url=ORIGIN, allowed_hosts=("goldgap.example.org",))
    app = create_app(settings, world.store, world.frameworks)
    http = TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}, follow_redirects=False)
    assert http.post("/sign-in", data={"email": "kari@example.org", "password": PASSWORD}).status_code == 303
    yield http
    app.openapi_schema = None


def routes(http: TestClient) -> list[Address]:
    """Return every route of the application behind a browser."""
    assert isinstance(http.app, FastAPI)
    return addresses(http.app)


def address_of(address: Address) -> str:
    """Return an address that is answered for, with a secret where one belongs."""
    return _PARAMETER.sub(lambda found: SECRET if found[1] in SECRETS else "x", address.path)


def cookies_of(headers: list[str]) -> Iterator[tuple[str, dict[str, object]]]:
    for header in headers:
        for name, morsel in SimpleCookie(header).items():
            yield name, {key: value for key, value in morsel.items() if value}


def test_every_cookie_on_every_route_is_for_this_host_alone_and_out_of_reach_of_scripts(http: TestClient) -> None:
    seen: dict[str, dict[str, object]] = {}
    forms = {
        "/sign-in": {"email": "kari@example.org", "password": PASSWORD},
        "/language": {"language": "nb"},
        "/account/password": {"password": PASSWORD, "new_password": f"{PASSWORD}!?", "again": f"{PASSWORD}!?"},
        "/confirm": {"password": PASSWORD},
    }
    # Signing out comes last, so that the rest is asked as somebody.
    for address in sorted(routes(http), key=lambda each: each.path == "/sign-out"):
        answer = http.request(address.method, address_of(address), data=forms.get(address.path))
        for name, properties in cookies_of(answer.headers.get_list("set-cookie")):
            seen[name] = properties
            assert properties.keys() <= {"path", "secure", "httponly", "samesite", "max-age", "expires"}, address
            expected = ("/", True, True, "lax")
            assert tuple(properties[key] for key in ("path", "secure", "httponly", "samesite")) == expected, address
    assert sorted(seen) == [f"__Host-goldgap_{name}" for name in ("known", "language", "notice", "session", "way")]


def test_every_answer_on_every_route_has_exactly_these_headers(http: TestClient) -> None:
    for address in routes(http):
        answer = http.request(address.method, address_of(address))
        expected = {**HEADERS, "Strict-Transport-Security": HSTS}
        expected["Referrer-Policy"] = address.referrer_policy
        assert {name: answer.headers.get(name) for name in expected} == expected, address
        age = int(re.findall(r"max-age=(\d+)", answer.headers["Strict-Transport-Security"])[0])
        assert age >= 365 * 24 * 3600
        if not address.path.startswith(OPEN_TO_ALL):
            assert answer.headers["cache-control"] == "no-store", address


def test_the_known_browser_gets_a_mark_that_tells_nothing(http: TestClient) -> None:
    mark = http.cookies[f"__Host-{clients.KNOWN_COOKIE}"]
    assert "kari" not in mark
    assert len(mark) > 100


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_guesses_are_counted_by_what_somebody_cannot_choose(host: str, network: str) -> None:
    assert clients.network(host) == network


def test_what_a_client_says_about_its_address_does_not_count(world: World) -> None:
    http = TestClient(world.app, base_url="http://testserver", headers={"Origin": "http://testserver"})
    sent = {"email": "", "password": ""}
    statuses = [
        http.post(
            "/sign-in",
            data=sent | {"email": f"somebody-{number}@example.org"},
            headers=dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "Forwarded"), f"203.0.113.{number}"),
        ).status_code
        for number in range(32)
    ]
    assert statuses == [422] * 30 + [429] * 2


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "label"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.0 Safari/605.1", "Safari, macOS"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) {WEBKIT} Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.0", ""),
        ("", ""),
        ("<script>alert(1)</script> Linux", "Linux"),
    ],
)
def test_a_browser_is_called_by_words_of_our_own(user_agent: str, label: str) -> None:
    assert clients.label(user_agent) == label


@pytest.mark.parametrize(
    ("base_url", "host", "expected"),
    [
        ("https://goldgap.example.org", "evil.example", ("https://goldgap.example.org", "goldgap.example.org")),
        ("https://goldgap.example.org:8443", "x", ("https://goldgap.example.org:8443", "goldgap.example.org")),
        ("https://192.0.2.1", "x", None),
        ("", "localhost:8000", ("http://localhost:8000", "localhost")),
        ("", "127.0.0.1:8000", None),
        ("", "evil.example", None),
        ("", "localhost.evil.example", None),
        ("", "[::1]:8000", None),
        ("", "", None),
    ],
)
def test_passkeys_are_bound_to_the_host_of_the_settings(
    world: World, base_url: str, host: str, expected: tuple[str, str] | None
) -> None:
    world.app.state.base_url = base_url
    headers = [(b"host", host.encode())]
    request = Request({"type": "http", "app": world.app, "headers": headers, "scheme": "http", "path": "/"})
    site = clients.site(request)
    assert (site and (site.origin, site.host)) == expected


def test_the_names_of_the_sessions_cookie_have_not_changed() -> None:
    assert identity.COOKIE_NAMES == ("__Host-goldgap_session", "goldgap_session")
