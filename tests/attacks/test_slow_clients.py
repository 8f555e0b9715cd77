"""Slow clients (S19): each is cut within half a minute, and meanwhile everybody else is served."""

import asyncio
import socket
import statistics
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.connections import Connection
from tests.attacks import slow
from tests.attacks.proxy import HOST, Proxy
from tests.process import EMAIL, PASSWORD, Process, received, status
from tests.served import served

FORM = b"Content-Type: application/x-www-form-urlencoded\r\nOrigin: https://" + HOST.encode() + b"\r\n"
DIRECT = {"silent": 128, "head": 128, "body": 128, "reader": 32}
PROXIED = {"silent": 32, "head": 32, "body": 32}


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode()


def sign_in() -> bytes:
    body = urllib.parse.urlencode({"email": EMAIL, "password": PASSWORD}).encode()
    head = f"POST /sign-in HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n".encode()
    return head + FORM + b"\r\n" + body


def test_512_slow_clients_are_cut_within_half_a_minute_and_everybody_else_is_served(
    process: Process, proxy: Proxy
) -> None:
    times: list[float] = []
    signed_in: list[int] = []

    def look() -> None:
        for _ in range(3):
            began = time.monotonic()
            assert status(process.said(get("/healthz"))) == 200
            times.append(time.monotonic() - began)
        if len(times) % 15 == 0:
            signed_in.append(status(process.said(sign_in())))
            assert status(proxy.said(get("/healthz"))) == 200

    with ExitStack() as stack:
        clients = [slow.begin(process.connect, kind, HOST) for kind, count in DIRECT.items() for _ in range(count)]
        clients += [slow.begin(proxy.connect, kind, HOST) for kind, count in PROXIED.items() for _ in range(count)]
        for client in clients:
            stack.enter_context(client.connection)
        assert len(clients) == 512
        took = slow.until_cut(clients, patience=30, meanwhile=look)
    assert took <= 30
    assert statistics.quantiles(times, n=20)[18] <= 0.5
    assert len(signed_in) >= 3
    assert set(signed_in) == {303}


class Hasty(Connection):
    """The same with less patience, so that a test need not have much."""

    PATIENCE = 0.5
    SLOWEST = 1024
    MOST = 8


async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer at once, without a look at what else is sent."""
    await PlainTextResponse("done")(scope, receive, send)


async def reads(scope: Scope, receive: Receive, send: Send) -> None:
    """Read everything, then answer."""
    await PlainTextResponse(str(len(await Request(scope, receive).body())))(scope, receive, send)


async def thinks(scope: Scope, receive: Receive, send: Send) -> None:
    """Take long over it."""
    await asyncio.sleep(2 * Hasty.PATIENCE)
    await PlainTextResponse("thought")(scope, receive, send)


@contextmanager
def hasty(app: ASGIApp) -> Iterator[tuple[str, int]]:
    with served(app, Hasty) as address:
        parts = urllib.parse.urlsplit(address)
        yield str(parts.hostname), int(parts.port or 0)


def test_what_is_shipped_waits_for_twenty_seconds() -> None:
    assert (Connection.PATIENCE, Connection.SLOWEST, Connection.MOST) == (20, 8192, 800)


def test_a_slow_line_that_keeps_moving_gets_through() -> None:
    body = b"x" * 3000
    with hasty(reads) as place, socket.create_connection(place, 5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3000\r\n\r\n")
        began = time.monotonic()
        for at in range(0, len(body), 200):
            connection.sendall(body[at : at + 200])
            time.sleep(0.1)
        assert time.monotonic() - began > 2 * Hasty.PATIENCE
        assert received(connection).endswith(b"3000")


def test_a_connection_that_is_kept_may_be_used_again_and_again() -> None:
    with hasty(answers) as place, socket.create_connection(place, 5) as connection:
        for _ in range(8):
            time.sleep(0.2)
            connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            assert b"done" in connection.recv(65_536)


@pytest.mark.parametrize("said", [b"G", b"\r", b"GET / HTTP/1.1\r\nHost: a\r\n\r\nG"])
def test_a_byte_does_not_buy_a_connection_for_ever(said: bytes) -> None:
    with hasty(answers) as place, socket.create_connection(place, 5) as connection:
        connection.sendall(said)
        began = time.monotonic()
        received(connection)
        assert time.monotonic() - began < 3 * Hasty.PATIENCE


def test_our_own_time_is_not_counted() -> None:
    with hasty(thinks) as place, socket.create_connection(place, 5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert received(connection).endswith(b"thought")


def test_where_there_are_too_many_the_one_that_was_waited_for_longest_goes() -> None:
    with hasty(answers) as place, ExitStack() as stack:
        opened = []
        for _ in range(Hasty.MOST + 1):
            opened.append(stack.enter_context(socket.create_connection(place, 5)))
            time.sleep(0.02)
        opened[-1].sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert status(received(opened[-1])) == 200
        began = time.monotonic()
        assert received(opened[0]) == b""
        assert time.monotonic() - began < Hasty.PATIENCE / 2


def test_a_body_that_nobody_waits_for_ends_the_connection() -> None:
    with hasty(answers) as place, socket.create_connection(place, 5) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nxxx")
        assert status(received(connection)) == 200
