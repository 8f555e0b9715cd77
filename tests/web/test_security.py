"""What stands before every route: headers, hosts, sizes, other sites, and faults of our own."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app.domain.roles import Role
from app.main import create_app
from app.settings import Settings
from app.web.security import CONTENT_SECURITY_POLICY, MAX_BODY_BYTES, BodyLimit, Faults
from tests.pages.client import ORIGIN
from tests.pages.world import World

SAME_SITE = {"Origin": ORIGIN}


@pytest.fixture
def http(app: FastAPI) -> TestClient:
    return TestClient(app, base_url=ORIGIN, follow_redirects=False)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/nothing-here", 404),
        ("GET", "/account", 303),
        ("DELETE", "/", 405),
        ("GET", "/static/css/base.css", 200),
        ("GET", "/static/../pyproject.toml", 404),
        ("GET", "/static/%2e%2e/pyproject.toml", 404),
        ("GET", "/api/v1/nothing-here", 404),
        ("GET", "/healthz", 200),
    ],
)
def test_every_answer_carries_the_security_headers(http: TestClient, method: str, path: str, status: int) -> None:
    answer = http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert len(answer.headers["x-request-id"]) == 16
    assert "server" not in answer.headers


def test_pages_are_kept_by_nobody_and_files_for_a_year(http: TestClient) -> None:
    assert http.get("/").headers["cache-control"] == "no-store"
    assert "immutable" in http.get("/static/css/base.css").headers["cache-control"]


@pytest.mark.parametrize("host", ["evil.example", "evil/", "a@127.0.0.1", "127.0.0.1.evil.example", "x?y", ""])
def test_another_host_is_refused(http: TestClient, host: str) -> None:
    assert http.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/clusters"])
def test_a_body_over_the_limit_is_refused_before_it_is_read(http: TestClient, path: str) -> None:
    announced = http.post(path, content=b"x", headers={**SAME_SITE, "Content-Length": str(10 * MAX_BODY_BYTES)})
    assert announced.status_code == 413
    answer = http.post(path, content=_pieces(MAX_BODY_BYTES + 1), headers=SAME_SITE)
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")
    assert http.post("/sign-in", content=_pieces(MAX_BODY_BYTES - 1), headers=SAME_SITE).status_code != 413


@pytest.mark.parametrize("length", ["many", "-1", "1e3", "٣"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async def inner(_scope: Scope, _receive: Receive, _send: Send) -> None:
        raise AssertionError("the application was reached")

    limit = BodyLimit(inner, refuse=lambda _scope, status, message: PlainTextResponse(message, status))
    scope = {"type": "http", "method": "POST", "headers": [(b"content-length", length.encode())]}
    asyncio.run(limit(scope, receive, send))
    assert sent[0]["status"] == 413


def test_a_form_that_cannot_be_read_is_refused_in_words(http: TestClient) -> None:
    broken = {**SAME_SITE, "Content-Type": "multipart/form-data"}
    assert http.post("/sign-in", content=b"--x\r\nnonsense", headers=broken).status_code == 400
    many = "&".join(f"f{number}=1" for number in range(5000))
    form = {**SAME_SITE, "Content-Type": "application/x-www-form-urlencoded"}
    assert http.post("/sign-in", content=many, headers=form).status_code == 400
    file = http.post("/sign-in", files={"email": b"x"}, headers=SAME_SITE)
    assert file.status_code in {400, 422}


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": ORIGIN},
        {},
    ],
)
def test_a_write_from_another_site_changes_nothing(world: World, headers: dict[str, str]) -> None:
    world.programme()
    world.cluster("havbruk")
    browser = world.signed_in(Role.MANAGER, cluster="havbruk")
    del browser.http.headers["Origin"]
    answer = browser.http.post("/account/tokens", data={"name": "x", "days": "1", "scopes": "read"}, headers=headers)
    assert answer.status_code == 403
    assert "another site" in answer.text
    assert "You have no tokens." in browser.open("/account/tokens").text


def test_a_program_without_cookies_needs_no_proof_of_its_site(http: TestClient) -> None:
    answer = http.post("/api/v1/clusters", json={"name": "x"})
    assert answer.status_code == 401


def test_a_fault_of_ours_is_answered_politely_and_tells_nothing(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    # An application of its own, as routes that were added stay.
    app = create_app(Settings(), world.store, world.frameworks)

    @app.get("/fault")
    @app.get("/api/v1/fault")
    def fault() -> None:
        secret = "hunter2"  # noqa: F841 - it must not reach the log
        raise RuntimeError("the database is made of cheese")

    http = TestClient(app, base_url=ORIGIN)
    for path in ("/fault", "/api/v1/fault"):
        answer = http.get(path)
        assert answer.status_code == 500
        assert "cheese" not in answer.text
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert answer.headers["x-request-id"] in answer.text
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["path"] for line in lines] == ["/fault", "/api/v1/fault"]
    assert all("hunter2" not in json.dumps(line) for line in lines)


def test_a_fault_after_the_answer_began_is_passed_on() -> None:
    async def inner(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("too late")

    async def nothing(_message: Message | None = None) -> Message:
        return {}

    with pytest.raises(RuntimeError, match="too late"):
        asyncio.run(Faults(inner, refuse=lambda *_: None)({"type": "http"}, nothing, nothing))  # type: ignore[arg-type]


def test_while_the_database_is_away_the_service_says_so(world: World) -> None:
    world.programme()
    world.cluster("havbruk")
    browser = world.signed_in(Role.MANAGER, cluster="havbruk")
    with world.store.writing() as tx:
        tx.connection.exec_driver_sql("ALTER TABLE sessions RENAME TO elsewhere")
    answer = browser.http.get("/")
    assert answer.status_code == 503
    assert "cannot reach its database" in answer.text
    assert browser.http.get("/healthz").status_code == 200


def test_readiness_needs_every_migration(world: World, http: TestClient) -> None:
    assert http.get("/readyz").status_code == 200
    with world.store.writing() as tx:
        tx.connection.exec_driver_sql("DELETE FROM alembic_version")
    assert http.get("/readyz").status_code == 503


def _pieces(size: int) -> Iterator[bytes]:
    while size > 0:
        yield b"x" * min(size, 65536)
        size -= 65536
