"""What connections wait for that need no attack to be seen: https that is never agreed, and room for bodies."""

import asyncio
import socket
import ssl
import time
from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from app.web import loops
from app.web.security import BodyLimit
from tests.attacks.proxy import certify


def test_https_must_be_agreed_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert loops.HANDSHAKE_SECONDS == 10
    monkeypatch.setattr(loops, "HANDSHAKE_SECONDS", 0.3)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certify(tmp_path))

    async def silence() -> float:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(asyncio.Protocol, "127.0.0.1", 0, ssl=context)
        async with server:
            connection = socket.create_connection(server.sockets[0].getsockname())
            connection.setblocking(False)  # noqa: FBT003 - so the library has it
            began = time.monotonic()
            assert await asyncio.wait_for(loop.sock_recv(connection, 1), 5) == b""
            connection.close()
            return time.monotonic() - began

    with asyncio.Runner(loop_factory=loops.new_loop) as runner:
        assert 0.2 < runner.run(silence()) < 2


def test_without_https_a_loop_is_as_any_other() -> None:
    async def listens() -> int:
        server = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
        async with server:
            return len(server.sockets)

    with asyncio.Runner(loop_factory=loops.new_loop) as runner:
        assert runner.run(listens()) == 1


async def reads(scope: Scope, receive: Receive, send: Send) -> None:
    """Take what is received, and say how much it was."""
    message = await receive()
    await PlainTextResponse(str(len(message["body"])))(scope, receive, send)


class Client:
    """Somebody who sends a body in pieces, and may wait between them or hang up."""

    def __init__(self, *pieces: bytes, hangs_up: bool = False, **headers: str) -> None:
        self.waiting = list(pieces)
        self.hangs_up = hangs_up
        self.headers = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        self.goes_on = asyncio.Event()
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        piece = self.waiting.pop(0)
        if not self.waiting:
            await self.goes_on.wait()
            if self.hangs_up:
                return {"type": "http.disconnect"}
        return {"type": "http.request", "body": piece, "more_body": bool(self.waiting)}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    async def ask(self, limit: BodyLimit) -> int | None:
        await limit({"type": "http", "method": "POST", "headers": self.headers}, self.receive, self.send)
        return int(self.sent[0]["status"]) if self.sent else None


def limited(**limits: int) -> BodyLimit:
    return BodyLimit(reads, refuse=lambda _scope, status, words: PlainTextResponse(words, status), **limits)


def test_all_bodies_together_have_a_limit_and_room_is_given_back() -> None:
    async def play() -> tuple[int | None, int | None, int | None, int]:
        limit = limited(limit=100, most=150)
        first, second = Client(b"x" * 90, b"x" * 10), Client(b"x" * 60, b"")
        waiting = asyncio.create_task(first.ask(limit))
        await asyncio.sleep(0)
        second.goes_on.set()
        while_full = await second.ask(limit)
        first.goes_on.set()
        again = Client(b"x" * 60)
        again.goes_on.set()
        return while_full, await waiting, await again.ask(limit), limit.held

    # 90 bytes and 60 are as many as there may be; ten more are too many for whoever sends them.
    assert asyncio.run(play()) == (200, 200, 200, 0)


def test_one_body_too_many_is_told_to_come_again() -> None:
    async def play() -> tuple[int | None, int]:
        limit = limited(limit=100, most=100)
        first, second = Client(b"x" * 90, b""), Client(b"x" * 20, b"")
        waiting = asyncio.create_task(first.ask(limit))
        await asyncio.sleep(0)
        refused = await second.ask(limit)
        first.goes_on.set()
        assert await waiting == 200
        return refused, limit.held

    assert asyncio.run(play()) == (503, 0)


def test_who_hangs_up_gets_no_answer_and_holds_nothing() -> None:
    async def play() -> tuple[int | None, int]:
        limit, client = limited(limit=100), Client(b"x", b"", hangs_up=True)
        client.goes_on.set()
        return await client.ask(limit), limit.held

    assert asyncio.run(play()) == (None, 0)


@pytest.mark.parametrize("encoding", ["gzip", "br", "GZIP", "gzip, identity", "zstd"])
def test_a_packed_body_is_refused_before_it_is_read(encoding: str) -> None:
    client = Client(content_encoding=encoding)
    assert asyncio.run(client.ask(limited())) == 415


def test_a_body_that_says_that_it_is_not_packed_is_read() -> None:
    async def play() -> int | None:
        client = Client(b"x", content_encoding="identity")
        client.goes_on.set()
        return await client.ask(limited())

    assert asyncio.run(play()) == 200
