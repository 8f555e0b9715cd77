"""While many sign in at the same moment, everybody else is answered."""

import http.client
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.store import passwords
from app.web import turns
from tests.pages.client import ORIGIN
from tests.served import served
from tests.usecases.signing import hash_quickly

# More than the server of the tests has threads.
MANY = 45


def post(address: str, number: int) -> int:
    """Try a password from an address of one's own; return the status."""
    parts = urlsplit(address)
    source = (f"127.0.2.{number + 1}", 0)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60, source_address=source)
    body = urlencode({"email": f"person-{number}@example.org", "password": "not the right one"})
    connection.request("POST", "/sign-in", body, {"Content-Type": "application/x-www-form-urlencoded"})
    status = connection.getresponse().status
    connection.close()
    return status


def read(address: str, path: str) -> int:
    """Get a page; return the status."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_sign_ins_that_wait_for_their_turn_hold_up_no_page(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    hash_quickly(monkeypatch)
    for module in (passwords, turns):
        monkeypatch.setattr(module, "_PATIENCE", 60.0)
    # Nobody's password is compared before these are given back.
    for _ in range(2):
        assert passwords._HASHING.acquire(timeout=1)
    with served(app) as address, ThreadPoolExecutor(MANY) as pool:
        try:
            guesses = [pool.submit(post, address, number) for number in range(MANY)]
            assert [read(address, path) for path in ("/healthz", "/frameworks", "/sign-in")] == [200] * 3
            assert not any(guess.done() for guess in guesses)
        finally:
            passwords._HASHING.release(2)
        assert {guess.result() for guess in guesses} == {422}


def test_whoever_waits_too_long_for_a_turn_is_told_so(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_PATIENCE", 0.05)
    monkeypatch.setattr(turns, "_AT_ONCE", 0)
    answer = TestClient(app, base_url=ORIGIN, headers={"Origin": ORIGIN}).post("/sign-in", data={"email": "x"})
    assert (answer.status_code, "Many people" in answer.text) == (503, True)
