"""Load on a server: as many connections as asked for, each with one request under way, over plain sockets.

It waits on all sockets at once and does little per answer, so that on two cores the server is what is measured.
"""

import selectors
import socket
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode

_ONCE = 1 << 18
_PATIENCE = 10.0
_WARM_UP = 0.15

# A client yields a request and is sent the status of its answer.
Client = Generator[bytes, int, None]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in full."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return the value of a header, empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")


@dataclass(slots=True)
class Tally:
    """What a load came to."""

    seconds: float = 0.0
    answered: int = 0
    failed: int = 0
    waits: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return self.answered / self.seconds if self.seconds else 0.0

    def quantile(self, share: float) -> float:
        """Return how long that share of the answers took at most, in seconds."""
        ordered = sorted(self.waits)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def request(method: str, path: str, headers: Mapping[str, str], form: Mapping[str, object] | None = None) -> bytes:
    """Return a request as it goes over the line."""
    body = urlencode(form).encode() if form is not None else b""
    typed = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))} if body else {}
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept: */*"]
    lines += [f"{name}: {value}" for name, value in {**headers, **typed}.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def always(sent: bytes) -> Client:
    """Ask the same again and again."""
    while True:
        yield sent


def ask(port: int, path: str, headers: Mapping[str, str], form: Mapping[str, object] | None = None) -> Answer:
    """Ask once and return the whole answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    typed = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
    body = urlencode(form) if form is not None else None
    connection.request("GET" if form is None else "POST", path, body, {**headers, **typed})
    answer = connection.getresponse()
    found = Answer(answer.status, tuple(answer.getheaders()), answer.read())
    connection.close()
    return found


class _Line:
    """One connection and who asks on it."""

    def __init__(self, port: int, client: Client) -> None:
        self.client = client
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.sent_at = 0.0

    def send(self, status: int | None) -> None:
        sent = next(self.client) if status is None else self.client.send(status)
        self.buffer = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(sent)

    def receive(self) -> int | None:
        """Take in what has come; return the status once the answer is whole, 0 where the line was cut."""
        try:
            came = self.socket.recv(_ONCE)
        except OSError:
            return 0
        if not came:
            return 0
        self.buffer += came
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return None
        return int(self.buffer[9:12]) if len(self.buffer) >= head + 4 + _length(self.buffer[:head]) else None


def _length(head: bytes) -> int:
    found = head.lower().find(b"\r\ncontent-length:")
    if found < 0:
        return 0
    end = head.find(b"\r\n", found + 2)
    return int(head[found + 17 : end if end > 0 else len(head)])


def drive(port: int, clients: Sequence[Client], seconds: float, good: int = 200) -> Tally:
    """Let every client ask for so long, after a short warm-up, and count the answers."""
    lines = [_Line(port, client) for client in clients]
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.send(None)
        begin = time.perf_counter() + min(_WARM_UP, seconds)
        tally = Tally(seconds)
        for line, status, now in _answers(selector, begin + seconds):
            if begin <= now < begin + seconds:
                if status == good:
                    tally.answered += 1
                    tally.waits.append(now - line.sent_at)
                else:
                    tally.failed += 1
            if status and now < begin + seconds:
                line.send(status)
            else:
                line.client.send(status)  # who counts what was kept must hear of the last answer too
                selector.unregister(line.socket)
                line.socket.close()
    for line in lines:
        line.socket.close()
    return tally


def _answers(selector: selectors.BaseSelector, end: float) -> Iterator[tuple[_Line, int, float]]:
    """Yield each whole answer until the end, and then those that are still under way."""
    while selector.get_map() and time.perf_counter() < end + _PATIENCE:
        for key, _events in selector.select(timeout=1):
            line: _Line = key.data
            status = line.receive()
            if status is not None:
                yield line, status, time.perf_counter()
