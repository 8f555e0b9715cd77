"""Requests that cost a sender little and a careless server much, each named for its fault or its limit."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.attacks.proxy import HOST

MEGABYTE = 1024 * 1024
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
_NAMED = b'Content-Disposition: form-data; name="email"\r\n'


@dataclass(frozen=True)
class Flood:
    """A request, how its body is announced, and the answers that will do; 0 is a connection that was just cut."""

    due: frozenset[int]
    method: str = "POST"
    path: str = "/sign-in"
    kind: str = FORM
    body: bytes = b""
    announced: int | None = None
    in_chunks: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    def head(self, token: str) -> bytes:
        """Return the head of the request."""
        named = {"Host": HOST, "Connection": "close", "Content-Type": self.kind, "Origin": f"https://{HOST}"}
        if self.path.startswith("/api/"):
            named["Authorization"] = f"Bearer {token}"
        if self.in_chunks:
            named["Transfer-Encoding"] = "chunked"
        elif self.method != "GET":
            named["Content-Length"] = str(len(self.body) if self.announced is None else self.announced)
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{n}: {v}" for n, v in {**named, **self.headers}.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def pieces(self, token: str) -> Iterator[bytes]:
        """Yield the request in pieces."""
        yield self.head(token)
        for at in range(0, len(self.body), 65_536):
            piece = self.body[at : at + 65_536]
            yield b"%x\r\n%s\r\n" % (len(piece), piece) if self.in_chunks else piece
        if self.in_chunks:
            yield b"0\r\n\r\n"


def _post(*due: int, **choices: object) -> Flood:
    return Flood(frozenset(due), **choices)  # type: ignore[arg-type]


def _json(body: str | bytes, *due: int, **choices: object) -> Flood:
    raw = body.encode() if isinstance(body, str) else body
    return _post(*due, path="/api/v1/clusters", kind="application/json", body=raw, **choices)


def _get(path: str, *due: int, **headers: str) -> Flood:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Flood(frozenset(due), method="GET", path=path, headers=named)


def _part(head: bytes, content: bytes = b"x") -> bytes:
    return b"--x\r\n" + head + b"\r\n" + content + b"\r\n"


_END = b"--x--\r\n"
_LARGE = json.dumps({"name": "x" * (3 * MEGABYTE)}).encode()
_KEYS = json.dumps({f"key-{at}": 1 for at in range(60_000)})
_BOMB = gzip.compress(b"x" * (64 * MEGABYTE))
_NASTY_TYPE = FORM + "; !=" + '"' + "\\" * 12_000

FLOODS: dict[str, Flood] = {
    "JSON of 200 MB, announced": _json(b"{", 413, announced=200 * MEGABYTE),
    "JSON of 3 MB, in chunks": _json(_LARGE, 0, 413, in_chunks=True),
    "a form of 3 MB, in chunks": _post(0, 413, body=b"email=" + b"x" * (3 * MEGABYTE), in_chunks=True),
    "lists 100,000 deep, CVE-2024-27454": _json("[" * 100_000, 422),
    "objects 100,000 deep, CVE-2024-27454": _json('{"a":' * 100_000, 422),
    "60,000 keys": _json(_KEYS, 422),
    "more than 100,000 keys": _json(json.dumps({f"{at}": 1 for at in range(110_000)}), 0, 413),
    "100,000 small objects": _json("[" + ",".join(["{}"] * 100_000) + "]", 422),
    "a number of 500,000 digits": _json('{"name": ' + "9" * 500_000 + "}", 422),
    "a text of a million escapes": _json('{"name": "' + "\\u0041" * 170_000 + '"}', 403, 422),
    "an infinite date, CVE-2021-29510": _json('{"name": "x", "programme": "infinity"}', 403, 404, 422),
    "100,000 fields, CVE-2026-54283": _post(400, body=b"a=1&" * 100_000),
    "500,000 fields without a value, CVE-2026-54283": _post(400, body=b"a&" * 500_000),
    "a field of a megabyte": _post(400, 422, body=b"email=" + b"x" * (MEGABYTE - 100)),
    "100,000 parts, CVE-2023-30798": _post(0, 413, kind=PARTS, body=_part(_NAMED) * 100_000 + _END, in_chunks=True),
    "15,000 parts, CVE-2023-30798": _post(400, kind=PARTS, body=_part(_NAMED) * 15_000 + _END),
    "a part of 100 MB without a file's name, CVE-2024-47874": _post(413, kind=PARTS, announced=100 * MEGABYTE),
    "a part of a megabyte without a name, CVE-2024-47874": _post(
        400, kind=PARTS, body=_part(b"Content-Disposition: form-data\r\n", b"x" * 900_000) + _END
    ),
    "a file where none is wanted, CVE-2025-54121": _post(
        400, kind=PARTS, body=_part(_NAMED[:-2] + b'; filename="x"\r\n', b"x" * 900_000) + _END
    ),
    "a file called ../x, CVE-2026-24486": _post(
        400, kind=PARTS, body=_part(_NAMED[:-2] + b'; filename="../x"\r\n') + _END
    ),
    "a megabyte before the boundary, CVE-2024-53981": _post(
        400, 422, kind=PARTS, body=b"\r\n" * 500_000 + _part(_NAMED) + _END
    ),
    "a megabyte behind the boundary, CVE-2024-53981": _post(
        400, 422, kind=PARTS, body=_part(_NAMED) + _END + b"\r\n" * 500_000
    ),
    "10,000 headers in a part, CVE-2026-42561": _post(
        400, 422, kind=PARTS, body=_part(_NAMED + b"X: y\r\n" * 10_000) + _END
    ),
    "a header of 900 kB in a part, CVE-2026-40347": _post(
        400, 422, kind=PARTS, body=_part(_NAMED + b"X: " + b"y" * 900_000 + b"\r\n") + _END
    ),
    "an option of 12,000 characters in the content type, CVE-2024-24762": _post(
        400, 422, kind=_NASTY_TYPE, body=b"a=1"
    ),
    "a content type of 100,000 characters, CVE-2024-24762": _post(0, 400, kind=FORM + "; a=" + "b" * 100_000),
    "a boundary of 10,000 characters": _post(400, 422, kind=PARTS + "x" * 10_000, body=b"--x\r\n"),
    "a body that unpacks to 64 MB": _post(415, body=_BOMB, headers={"Content-Encoding": "gzip"}),
    "JSON that unpacks to 64 MB": _json(_BOMB, 415, headers={"Content-Encoding": "gzip"}),
    "a body packed twice": _post(415, body=_BOMB, headers={"Content-Encoding": "gzip, br"}),
    "100,000 parameters": _get("/portfolio?" + "a=1&" * 100_000, 0, 400),
    "3,000 parameters": _get("/?" + "a=1&" * 3_000, 200, 404),
    "3,000 parameters for the API": _get("/api/v1/clusters?" + "a=1&" * 3_000, 422),
    "2,000 ranges of a file, CVE-2025-62727": _get(
        "/static/css/base.css", 200, 206, 400, 416, Range="bytes=" + ",".join(f"{at}-{at + 1}" for at in range(1500))
    ),
    "ranges that cover each other, CVE-2025-62727": _get(
        "/static/css/base.css", 200, 206, 400, 416, Range="bytes=" + ",".join(["0-"] * 4000)
    ),
    "4,000 languages": _get("/", 200, Accept_Language=",".join(["x-y;q=0.5"] * 1_400)),
    "4,000 encodings": _get("/", 200, Accept_Encoding=",".join(["br;q=0.5"] * 1_600)),
    "4,000 cookies": _get("/", 200, Cookie="; ".join(["a=b"] * 3_000)),
    "4,000 tags": _get("/api/v1/frameworks", 200, If_None_Match=",".join(['W/"x"'] * 2_500)),
    "a token of 14,000 characters": _get("/api/v1/clusters", 401, Authorization="Bearer " + "x" * 14_000),
    "a key of 14,000 characters": _json('{"name": "x"}', 400, 422, headers={"Idempotency-Key": "x" * 14_000}),
    "a session of 14,000 characters": _get("/", 200, Cookie="__Host-goldgap_session=" + "x" * 14_000),
    "a path of 14,000 steps": _get("/" + "a/" * 7_000, 404),
}
