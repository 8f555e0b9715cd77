"""Clients that take their time: silent ones, and those that send or take a byte now and then."""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass

PAUSE = 1.0
_ESTABLISHED = 1
_LARGE = b"/static/vendor/designsystemet/designsystemet.css"


@dataclass
class Client:
    """A connection with what it has still to send, a byte at a time, or with an answer that it hardly takes."""

    connection: socket.socket
    kind: str
    ended: float | None = None

    def step(self) -> None:
        """Send a byte, or take one."""
        with contextlib.suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            if self.kind in {"head", "body"}:
                self.connection.send(b"x")
            elif self.kind == "reader":
                self.connection.recv(1)

    def look(self) -> None:
        """See whether the other side has ended it, whatever there still is to be read."""
        if self.connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] != _ESTABLISHED:
            self.ended = time.monotonic()


def openings(host: str) -> dict[str, bytes]:
    """Return what each kind says at once."""
    named = f"\r\nHost: {host}\r\n".encode()
    form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\nemail="
    return {
        "silent": b"",
        "head": b"GET / HTTP/1.1" + named + b"X-Long: ",
        "body": b"POST /sign-in HTTP/1.1" + named + form,
        # More than the kernel keeps for a connection, so that the server has to wait for the reader.
        "reader": (b"GET " + _LARGE + b" HTTP/1.1" + named + b"\r\n") * 40,
    }


def begin(connect: Callable[[], socket.socket], kind: str, host: str) -> Client:
    """Open a connection of this kind."""
    connection = connect()
    connection.sendall(openings(host)[kind])
    connection.settimeout(0)
    return Client(connection, kind)


def until_cut(clients: list[Client], patience: float, meanwhile: Callable[[], None]) -> float:
    """Go on until every connection is cut; returns how long the last one took, and fails beyond patience."""
    began = time.monotonic()
    waiting = list(clients)
    while waiting:
        assert time.monotonic() - began < patience, [each.kind for each in waiting]
        for client in waiting:
            with contextlib.suppress(OSError):
                client.step()
            client.look()
        waiting = [each for each in waiting if each.ended is None]
        meanwhile()
        time.sleep(PAUSE)
    return max(each.ended or 0 for each in clients) - began
