"""Connections that wait for nobody without end: uvicorn on h11, with a time by which a client must have done its part.

uvicorn has no deadline for receiving: a client that says nothing, or a byte now and then, keeps its connection.
"""

import asyncio
import contextlib
import logging
import socket
import struct
from typing import Any, Final

import h11
from typing_extensions import override
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from app.web.framing import StrictLines
from app.web.security import HEADERS

# Where uvicorn finds the class; a name, so that each worker process looks it up for itself.
PATH: Final = f"{__name__}:Connection"
_NOT_A_MOMENT: Final = struct.pack("ii", 1, 0)
_LOG = logging.getLogger("goldgap.connections")


class Connection(H11Protocol):
    """A connection that is cut where it has kept us waiting too long.

    For one request and its answer a client has `PATIENCE` seconds in which we wait for it: for the rest of the
    request, or until the answer is taken. Our own work does not count. What it sends and takes buys time, so that a
    slow line that keeps moving gets through. Above `MOST` connections, the one that has kept us waiting longest goes.
    """

    PATIENCE = 20.0
    SLOWEST = 8 * 1024  # bytes a second
    UNSENT = 128 * 1024  # bytes of an answer, in the kernel
    MOST = 800  # in one process; 1,024 files is what a process may usually have open

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.conn._receive_buffer = StrictLines()  # noqa: SLF001 - h11 has no other door
        self._left = self.PATIENCE
        self._since: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._moved = self._unsent = 0

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._socket = transport.get_extra_info("socket")
        # What a client does not take lies in the kernel's memory, four megabytes of it unless one says otherwise.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.UNSENT)
        if len(self.connections) > self.MOST:
            self._make_room()
        self._look()

    @override
    def data_received(self, data: bytes) -> None:
        if self._is_answered() and not self.transport.get_write_buffer_size():
            self._begin_anew()
        self._moved += len(data)
        super().data_received(data)
        self._look()

    @override
    def on_response_complete(self) -> None:
        if self.conn.their_state is h11.SEND_BODY and not self.transport.is_closing():
            # The answer came without waiting for the rest of the request, which nobody wants any more.
            self.transport.close()
        super().on_response_complete()
        self._look()

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._look()

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._look()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._stop()

    @override
    def send_400_response(self, msg: str) -> None:
        _LOG.warning("A request that cannot be read as HTTP was refused.", extra={"client": self.client})
        headers = {**HEADERS, "Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
        sent = [(name.encode(), value.encode()) for name, value in (headers | {"Connection": "close"}).items()]
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            for event in (
                h11.Response(status_code=400, headers=sent, reason=b"Bad Request"),
                h11.Data(data=b"This request cannot be read."),
                h11.EndOfMessage(),
            ):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.close()

    @override
    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: that somebody asks for another protocol, and gets an answer in this one, is no event."""

    def _is_waiting(self) -> bool:
        """Whether the next step is the client's."""
        cycle: RequestResponseCycle | None = self.cycle
        return self.flow.write_paused or cycle is None or cycle.response_complete or cycle.more_body

    def _is_answered(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and cycle.response_complete

    def _look(self) -> None:
        """Begin or end to count the time, after anything has happened."""
        is_waiting = self._is_waiting()
        if is_waiting and self._since is None:
            self._since = self.loop.time()
            self._unsent = self.transport.get_write_buffer_size()
            self._timer = self.loop.call_later(self._left, self._due)
        elif not is_waiting and self._since is not None:
            self._spend()
            self._stop()

    def _spend(self) -> None:
        """Take from the time that is left what was waited, and add what was moved meanwhile."""
        now, unsent = self.loop.time(), self.transport.get_write_buffer_size()
        moved = self._moved + max(0, self._unsent - unsent)
        waited = now - (now if self._since is None else self._since)
        self._left = min(self.PATIENCE, self._left - waited + moved / self.SLOWEST)
        self._since, self._moved, self._unsent = now, 0, unsent

    def _begin_anew(self) -> None:
        self._stop()
        self._left, self._moved = self.PATIENCE, 0

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._since = None

    def _due(self) -> None:
        self._spend()
        if self._left > 0:
            self._timer = self.loop.call_later(self._left, self._due)
        else:
            self.cut("A connection was cut: its client took too long.")

    def _make_room(self) -> None:
        others = [each for each in self.connections if isinstance(each, Connection)]
        longest = min(others, key=Connection.time_left)
        if longest.time_left() < self.PATIENCE:
            longest.cut("A connection was cut: there are too many, and its client kept us waiting longest.")

    def time_left(self) -> float:
        """Return for how many seconds more the client is waited for; for one that is being served, all of them."""
        return self.PATIENCE if self._since is None else self._left - (self.loop.time() - self._since)

    def cut(self, why: str) -> None:
        """End the connection at once. Not even what waits to be sent is sent: the client does not take it."""
        self._stop()
        _LOG.warning(why, extra={"client": self.client})
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOT_A_MOMENT)
        self.transport.abort()
        self.connections.discard(self)
