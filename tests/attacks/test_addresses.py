"""Hosts, redirects and what proxies say (S17): nobody is led away, and only the proxy says who somebody is."""

import json
from urllib.parse import urljoin, urlsplit

import pytest

from app.domain.roles import Role
from tests.attacks.proxy import HOST, Proxy
from tests.pages.client import ORIGIN
from tests.pages.conftest import app, built, clock, compiled, frameworks, migrated, store, world
from tests.pages.world import World
from tests.process import STRANGER, Process, status

__all__ = ["app", "built", "clock", "compiled", "frameworks", "migrated", "store", "world"]

# CVE-2026-48710: a Host that becomes part of the address, and through it of the path.
HOSTS = (
    "evil.example",
    "evil.example/",
    f"evil.example/{HOST}",
    f"{HOST}/",
    f"{HOST}/x",
    f"a@{HOST}",
    f"{HOST}@evil.example",
    f"{HOST}?y",
    f"{HOST}#y",
    f"{HOST}\\y",
    f"{HOST}:evil",
    f"{HOST}:80:80",
    f"{HOST}:-1",
    f"{HOST},evil.example",
    f"{HOST} evil.example",
    f"evil.example {HOST}",
    f"{HOST}.evil.example",
    f"evil{HOST}",
    f"www.{HOST}",
    f"{HOST}.",
    f"{HOST}%00",
    f"{HOST}%2f",
    "127.0.0.1",
    "localhost",
    "[::1]",
    "[::1",
    "::1",
    "*",
    "a" * 10_000,
)
# What a browser would understand as another host, or as no address of a page.
ELSEWHERE = (
    *("//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example"),
    *("\\/evil.example", "/\\/evil.example", "//\\evil.example", "https://evil.example"),
    *("http://evil.example", "https:evil.example", "https:/evil.example", "https:\\\\evil.example"),
    *("HTTPS://evil.example", "http:evil.example", "ftp://evil.example", "/\t/evil.example"),
    *("/\n/evil.example", "/\r/evil.example", "\t//evil.example", " //evil.example", "/ /evil.example"),
    *("\x00//evil.example", "\x1f//evil.example", "/\x00/evil.example", "\x0b//evil.example"),
    *("\xa0//evil.example", "%09//evil.example", "%2f%2fevil.example", "/%09/evil.example"),
    *("%5c%5cevil.example", "/%5cevil.example", "javascript:alert(1)", "java\nscript:alert(1)"),
    *(" javascript:alert(1)", "JAVASCRIPT:alert(1)", "\x01javascript:alert(1)", "data:text/html,x"),
    *("vbscript:x", "blob:x", "file:///etc/passwd", "about:blank", "view-source:x", "mailto:x@y"),
    *("//evil.example@testserver", "//testserver@evil.example", "https://testserver@evil.example"),
    *("//testserver.evil.example", "//evil.example\\@testserver", "//evil%E3%80%82example"),
    *("/\u2215evil.example", "/\uff0fevil.example", "//\u3002evil", "evil.example", "./evil.example"),
    *("../evil.example", "?next=//evil.example", "#//evil.example", ".evil.example", "@evil.example"),
    *(":80", "/\r\nSet-Cookie: a=b", "/\r\n\r\n<script>", "/\x00", "/" + "a" * 600, "", "/\ud800"),
)  # fmt: skip


def leads_to(location: str) -> str:
    """Return the host to which a browser on our page would go, by the rules of the URL standard."""
    plain = location.strip("".join(map(chr, range(33)))).translate({9: None, 10: None, 13: None}).replace("\\", "/")
    return urlsplit(urljoin(f"{ORIGIN}/sign-in", plain)).netloc


def test_there_are_sixty_forms_that_lead_elsewhere() -> None:
    assert len(set(ELSEWHERE)) >= 60
    assert sum(leads_to(form) != "testserver" for form in ELSEWHERE) > 35


def test_nobody_is_led_away_after_signing_in_or_choosing_a_language(world: World) -> None:
    world.programme()
    world.cluster("havbruk")
    browser = world.signed_in(Role.MANAGER, cluster="havbruk")
    for form in ELSEWHERE:
        sent = form.encode("utf-8", "surrogatepass").decode("utf-8", "replace") if "\ud800" in form else form
        answers = [
            browser.http.get("/sign-in", params={"next": sent}),
            browser.http.post("/language", data={"language": "en", "next": sent}),
        ]
        for answer in answers:
            assert answer.status_code in {303, 404}, ascii(form)
            location = answer.headers.get("location", "/")
            assert leads_to(location) == "testserver", ascii(form)
            assert location.isascii()
            assert "set-cookie: a=b" not in str(answer.headers).lower()
    assert browser.http.get("/sign-in", params={"next": "/clusters/havbruk?x=1"}).headers["location"].endswith("?x=1")


def test_nobody_is_carried_away_by_what_was_typed_before_signing_in(world: World) -> None:
    visitor = world.browser()
    # Few, as each is a failed attempt to sign in.
    for form in ELSEWHERE[::10]:
        sent = {"email": "x", "password": "y", "next": form, "carry_to": form, "carry": "[]"}
        page = visitor.refused("/sign-in", sent)
        targets = [each.attributes["value"] for each in page.all("input") if each.attributes.get("name") == "next"]
        targets += [each.attributes["action"] for each in page.all("form")]
        assert {leads_to(target) for target in targets} == {"testserver"}, ascii(form)


def get(host: str, *headers: str, path: str = "/healthz") -> bytes:
    lines = (f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers, "", "")
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: f"{host[:30]}, CVE-2026-48710")
def test_another_host_is_refused_whatever_is_asked_for(process: Process, host: str) -> None:
    for path in ("/healthz", "/static/css/base.css", "/account", "/api/v1/clusters"):
        answer = process.said(get(host, path=path))
        assert status(answer) == 400
        assert host[:30].encode() not in answer.partition(b"\r\n\r\n")[2] or host == "*"
        assert b"location:" not in answer.lower()


# What, behind the host, makes another host or another path of the address that is put together from both.
PATHS = (
    *("//evil.example/account", "///evil.example/account", "/\\evil.example/account", "@evil.example/account"),
    *(".evil.example/account", ":80@evil.example/account", "/@evil.example/account", "/account/..//evil.example"),
    *("http://evil.example/account", "/%2fevil.example/account", "/account@evil.example", "/account%3fx=//evil"),
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=lambda path: f"{path}, CVE-2026-54282")
def test_a_path_makes_no_other_host_and_no_other_route(process: Process, path: str) -> None:
    answer = process.said(get(HOST, path=path))
    # Nothing is there; all that begins with a page's own path would have led to the sign-in.
    assert status(answer) in {400, 404}
    assert b"location:" not in answer.lower()
    assert b"evil.example" not in answer


@pytest.mark.parametrize("host", [HOST, HOST.upper(), f"{HOST}:443", f"{HOST}:8000"])
def test_our_own_host_is_answered(process: Process, host: str) -> None:
    assert status(process.said(get(host))) == 200


FORGED = (
    "X-Forwarded-For: 6.6.6.6",
    "X-Forwarded-Proto: http",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Port: 81",
    "X-Real-IP: 6.6.6.6",
    "Forwarded: for=6.6.6.6;host=evil.example;proto=http",
    "X-Original-URL: /healthz",
    "X-Rewrite-URL: /healthz",
    "X-HTTP-Method-Override: DELETE",
)


def test_a_stranger_who_speaks_like_a_proxy_is_not_believed(process: Process) -> None:
    before = len(process.lines())
    answer = process.said(get(HOST, *FORGED, path="/account"))
    assert status(answer) == 303
    assert b"\r\nlocation: /sign-in?next=/account\r\n" in answer
    assert b"evil.example" not in answer
    assert json.loads(process.lines()[before])["client"] == STRANGER


def test_the_proxy_says_who_asks_and_what_a_client_says_about_itself_is_lost(process: Process, proxy: Proxy) -> None:
    before = len(process.lines())
    answer = proxy.said(get(HOST, *FORGED), source="127.0.0.9")
    assert status(answer) == 200
    (line,) = process.lines()[before:]
    assert json.loads(line)["client"] == "127.0.0.9"
    assert "6.6.6.6" not in line
