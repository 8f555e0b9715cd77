"""The log (S25): one line of JSON an event, in UTC, with a request's id, and nothing in it that anybody typed.

And the answers to what fails (S27): no trace, no path, no version, no word of what was sent.
"""

import base64
import datetime as dt
import itertools
import json
import re
import urllib.parse
from collections.abc import Iterator

import pytest

from tests.attacks.framing import MALFORMED
from tests.attacks.proxy import HOST, Proxy
from tests.process import EMAIL, PASSWORD, STRANGER, Process, status

_NUMBERS = itertools.count(1)
CLUE = re.compile(
    r"Traceback|File \"|site-packages|/work/|/srv/|\.py\b|sqlalchemy|sqlite|psycopg|SELECT |INSERT |uvicorn|starlette|"
    r"fastapi|pydantic|h11|jinja|Python/|0\.54\.0|1\.10\.0",
    re.IGNORECASE,
)


def canary() -> str:
    """Return a word that is nowhere but where it is put."""
    return f"canary{next(_NUMBERS):04}secret"


def request(method: str, path: str, body: bytes = b"", /, **headers: str) -> bytes:
    named = {"Host": HOST, "Connection": "close", "Origin": f"https://{HOST}"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    if method != "GET":
        named["Content-Length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    return "\r\n".join(lines).encode("utf-8") + body


def form(path: str, **fields: str) -> bytes:
    body = urllib.parse.urlencode(fields).encode()
    return request("POST", path, body, Content_Type="application/x-www-form-urlencoded")


def typed() -> Iterator[tuple[str, bytes]]:
    """Yield words with a request that carries each in another place; most of them are refused somehow."""
    for field in ("email", "password", "next", "carry", "unknown"):
        word = canary()
        yield word, form("/sign-in", **{"email": "x@example.org", "password": "y" * 14, field: word})
    for name in ("Cookie", "Authorization", "User-Agent", "Referer", "Accept-Language", "Idempotency-Key", "If-Match"):
        word = canary()
        yield word, request("GET", "/", b"", **{name: f"goldgap_session={word}"})
        yield word, request("GET", "/api/v1/clusters", b"", **{name: f"Bearer {word}"})
    for path in (
        "/{}",
        "/clusters/{}",
        "/clusters/{}/edit",
        "/assessments/{}/gap",
        "/api/v1/clusters/{}",
        "/api/v1/assessments/{}",
        "/static/{}",
        "/static/css/{}.css",
        "/frameworks/ecei/{}",
        "/sign-in?next=/{}",
        "/?{}",
        "/?lang={}",
        "/portfolio?round={}",
        "/invitations/{}/{}",
        "/reset/{}/{}",
        "/unsubscribe/{}/{}/{}",
    ):
        word = canary()
        yield word, request("GET", path.replace("{}", word))
        yield word, form(path.replace("{}", word), name=word, note=word)
    for body in ('{{"name": "{}"}}', '{{"{}": 1}}', '{{"name": "{}', '["{}"]', '"{}"'):
        word = canary()
        yield word, request("POST", "/api/v1/clusters", body.format(word).encode(), Content_Type="application/json")
    word = canary()
    yield word, request("POST", "/sign-in", word.encode(), Content_Type=f"multipart/form-data; boundary={word}")
    yield word, request("POST", "/sign-in", word.encode(), Content_Type=f"text/{word}")
    yield word, request("GET", "/", Host=f"{word}.example")
    yield word, request(word.upper(), "/")
    yield word, MALFORMED["ESC in a value, CVE-2020-7694"].replace(b"X: y", f"X: {word}".encode())
    yield word, request("GET", "/", Authorization="Basic " + base64.b64encode(word.encode()).decode())


@pytest.fixture(scope="module")
def said(process: Process) -> list[tuple[str, bytes]]:
    """Every word with the answer to its request."""
    return [(word, process.said(sent)) for word, sent in typed()]


def test_nothing_that_was_typed_is_in_the_log(process: Process, said: list[tuple[str, bytes]]) -> None:
    log = process.log.read_text(encoding="utf-8")
    assert len(said) > 60
    assert [word for word, _ in said if word in log] == []
    assert EMAIL not in log
    assert PASSWORD not in log
    assert process.token not in log


def test_a_session_and_its_cookie_are_in_no_line(process: Process) -> None:
    before = len(process.lines())
    answer = process.said(form("/sign-in", email=EMAIL, password=PASSWORD))
    assert status(answer) == 303
    (secret,) = re.findall(rb"__Host-goldgap_session=([^;]+)", answer)
    cookie = f"__Host-goldgap_session={secret.decode()}"
    assert status(process.said(request("GET", "/account", Cookie=cookie))) == 200
    assert status(process.said(request("GET", "/api/v1/clusters", Authorization=f"Bearer {process.token}"))) == 200
    lines = [json.loads(line) for line in process.lines()[before:]]
    assert [(line["path"], line["status"]) for line in lines] == [
        ("/sign-in", 303),
        ("/account", 200),
        ("/api/v1/clusters", 200),
    ]
    # Who, by an opaque id.
    assert re.fullmatch("[0-9a-f]{16}", lines[1]["who"])
    assert (lines[0].get("who"), lines[2]["who"]) == (None, lines[1]["who"])
    assert secret.decode() not in "\n".join(process.lines())


def test_each_event_is_one_line_in_utc_without_control_characters(
    process: Process, said: list[tuple[str, bytes]]
) -> None:
    assert said
    assert all(line.isascii() and line.isprintable() for line in process.lines())
    _banner, *lines = process.lines()
    assert "Goldgap" in _banner
    for line in map(json.loads, lines):
        assert {"event", "level", "timestamp"} <= line.keys()
        when = dt.datetime.fromisoformat(line["timestamp"])
        assert when.utcoffset() == dt.timedelta(0)
        if line["event"] == "request":
            assert re.fullmatch("[0-9a-f]{16}", line["request_id"])
            assert {"client", "method", "path", "status", "milliseconds"} <= line.keys()
            assert line["client"] == STRANGER or line["client"].startswith("127.")


def test_no_refusal_says_how_the_service_is_made_or_what_was_sent(said: list[tuple[str, bytes]]) -> None:
    refused = [(word, answer) for word, answer in said if status(answer) >= 400]
    assert len(refused) > 40
    for word, answer in refused:
        head, _, body = answer.decode("utf-8", "replace").partition("\r\n\r\n")
        assert not CLUE.search(body), (word, body[:500])
        assert not re.search("(?im)^(server|x-powered-by|via):", head)
        # A form that is shown again, or after signing in, has in it what was typed; a password never.
        if status(answer) not in {401, 422} or "<form" not in body:
            assert word not in body, (word, status(answer), body[max(0, body.find(word) - 200) :][:400])


def test_a_password_is_not_shown_again(process: Process) -> None:
    word = canary()
    answer = process.said(form("/sign-in", email="x@example.org", password=word))
    assert status(answer) in {422, 429}
    assert word.encode() not in answer


@pytest.mark.parametrize("path", ["/metrics", "/debug", "/redoc", "/.env", "/server-status", "/admin", "/console"])
def test_nothing_is_there_that_tells_of_the_inside(process: Process, path: str) -> None:
    assert status(process.said(request("GET", path))) == 404


def test_the_proxy_writes_down_no_address_either(process: Process, proxy: Proxy) -> None:
    word = canary()
    assert status(proxy.said(request("GET", f"/reset/{word}/{word}?{word}", Cookie=word))) < 500
    assert word not in (proxy.folder / "goldgap.log").read_text(encoding="utf-8")
    assert word not in process.log.read_text(encoding="utf-8")
