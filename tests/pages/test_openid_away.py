"""A provider that is slow, or not who it says: it holds up nobody but the people at it, and is not spoken to."""

import datetime as dt
import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from app.outside import openid
from tests.openid import hostile as forge
from tests.openid.hostile import as_json, hostile_provider
from tests.pages.at_provider import Sent, code_of, send, use_provider
from tests.pages.client import ORIGIN
from tests.pages.world import World

PEOPLE = 12


def refused_code(world: World, capsys: pytest.CaptureFixture[str]) -> str:
    """Press the button in vain, and return the word in the log."""
    world.browser().refused("/sign-in/openid", {}, status=503)
    return code_of(capsys)


@contextmanager
def as_in_production(world: World) -> Iterator[str]:
    """Serve with the beginning and the end that production has, and so with as few threads."""
    server = uvicorn.Server(uvicorn.Config(world.app, port=0, log_level="critical", lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join()


def test_people_at_a_slow_provider_hold_up_nobody_else(world: World) -> None:
    may_answer = threading.Event()

    def slowly() -> forge.Answer:
        may_answer.wait(20)
        return as_json({})

    with hostile_provider(world.clock) as provider:
        use_provider(world, provider.issuer, seconds=20)
        on_their_way = [send(world.browser()) for _ in range(PEOPLE)]
        provider.places["/token"] = slowly
        with as_in_production(world) as address, ThreadPoolExecutor(PEOPLE + 2) as pool:

            def come_back(sent: Sent) -> int:
                cookies = {"goldgap_openid": str(sent.browser.http.cookies["goldgap_openid"])}
                query = provider.query(sent.asked["state"])
                place = f"{address}/sign-in/openid/answer"
                return httpx2.get(place, params=query, cookies=cookies, timeout=20, trust_env=False).status_code

            waiting = pool.map(come_back, on_their_way)
            deadline = time.monotonic() + 10
            while provider.asked.count("POST /token") < PEOPLE and time.monotonic() < deadline:
                time.sleep(0.01)
            together = provider.asked.count("POST /token")
            others = [pool.submit(httpx2.get, f"{address}{path}", trust_env=False) for path in ("/readyz", "/sign-in")]
            try:
                assert together == PEOPLE
                assert [each.result().status_code for each in others] == [200, 200]
            finally:
                may_answer.set()
            assert list(waiting) == [403] * PEOPLE


def test_beyond_so_many_at_once_the_next_is_sent_away_at_once(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with hostile_provider(world.clock) as provider:
        use_provider(world, provider.issuer)
        monkeypatch.setattr(openid, "MOST_AT_ONCE", 0)
        assert refused_code(world, capsys) == "busy"
        assert provider.asked == []
        monkeypatch.undo()
        send(world.browser())


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """A certificate for this machine that it has signed itself."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    key, now = forge.rsa_key("tls"), dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (file := tmp_path / "certificate.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM) + private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_certificate_that_nobody_vouches_for_is_not_believed(
    world: World,
    certificate: ssl.SSLContext,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with hostile_provider(world.clock, certificate) as provider:
        use_provider(world, provider.issuer, plainly=False, tls=None)
        assert refused_code(world, capsys) == "ConnectError"
        assert provider.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        use_provider(world, provider.issuer, plainly=False, tls=None)
        assert send(world.browser()).address.startswith("https://127.0.0.1:")


def test_nothing_of_the_environment_leads_elsewhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("no_proxy", "")
    with hostile_provider(world.clock) as provider:
        use_provider(world, provider.issuer)
        sent = send(world.browser())
        provider.nonce = sent.asked["nonce"]
        assert sent.bring(provider.query(sent.asked["state"])).headers["location"] == "/"
        assert sent.asked["redirect_uri"].startswith(ORIGIN)
