"""Requests that two servers could read as two different things, with a second request where it would be hidden."""

from tests.attacks.proxy import HOST

_CLOSE = b"Connection: close\r\n"
_HOST = f"Host: {HOST}\r\n".encode()
_GET = b"GET /healthz HTTP/1.1\r\n" + _HOST + _CLOSE
HIDDEN = b"GET /about?hidden HTTP/1.1\r\n" + _HOST + _CLOSE + b"\r\n"
_POST = b"POST /sign-in HTTP/1.1\r\n" + _HOST
_CHUNKED = b"Transfer-Encoding: chunked\r\n"


def _length(number: int) -> bytes:
    return b"Content-Length: %d\r\n" % number


# What no server should take, by the fault that it is named for.
MALFORMED: dict[str, bytes] = {
    "length and encoding, CVE-2025-43859": _POST + _length(4) + _CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN,
    "encoding and length, CVE-2025-43859": _POST + _CHUNKED + _length(len(HIDDEN) + 5) + b"\r\n0\r\n\r\n" + HIDDEN,
    "two lengths": _POST + _length(0) + _length(len(HIDDEN)) + b"\r\n" + HIDDEN,
    "two lengths that are the same": _POST + _length(4) + _length(4) + b"\r\nabcd",
    "a list of lengths": _POST + b"Content-Length: 4, 4\r\n\r\nabcd",
    "a length with a sign": _POST + b"Content-Length: +4\r\n\r\nabcd",
    "a length in hexadecimal": _POST + b"Content-Length: 0x4\r\n\r\nabcd",
    "a length below nothing": _POST + b"Content-Length: -1\r\n\r\n" + HIDDEN,
    "a chunk that ends badly, CVE-2025-43859": _POST + _CHUNKED + b"\r\n4\r\nabcdXX0\r\n\r\n" + HIDDEN,
    "a chunk with a line feed alone": _POST + _CHUNKED + b"\r\n4\nabcd\n0\n\n" + b"\r\n" + HIDDEN,
    "a chunk's size with a sign": _POST + _CHUNKED + b"\r\n+4\r\nabcd\r\n0\r\n\r\n",
    "a chunk's size with 0x": _POST + _CHUNKED + b"\r\n0x4\r\nabcd\r\n0\r\n\r\n",
    "a line feed in a chunk's extension": _POST + _CHUNKED + b"\r\n4;a\nb\r\nabcd\r\n0\r\n\r\n" + HIDDEN,
    "a last chunk with a line feed alone": _POST + _CHUNKED + b"\r\n0\r\n\n" + HIDDEN,
    "a trailer with a line feed alone": _POST + _CHUNKED + b"\r\n0\r\nX: y\n\n" + HIDDEN,
    "an encoding that is not known": _POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "two encodings": _POST + _CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" + HIDDEN,
    "an encoding behind a control character": _POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "an encoding in HTTP/1.0": b"POST /sign-in HTTP/1.0\r\n" + _HOST + _CHUNKED + b"\r\n0\r\n\r\n" + HIDDEN,
    "line feeds alone": _GET.replace(b"\r\n", b"\n") + b"\n",
    "one line feed alone": _GET + b"X: y\nX-Hidden: z\r\n\r\n",
    "a head that ends in line feeds alone": _GET.removesuffix(b"\r\n") + b"\n\n" + HIDDEN,
    "a folded header": _GET + b"X: y\r\n Transfer-Encoding: chunked\r\n\r\n",
    "a header folded by a tab": _GET + b"X: y\r\n\tz\r\n\r\n",
    "a blank before a colon": b"GET /healthz HTTP/1.1\r\nHost : " + HOST.encode() + b"\r\n\r\n",
    "a blank before the colon of an encoding": _POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a carriage return in a value, CVE-2020-7695": _GET + b"X: y\rSet-Cookie: z\r\n\r\n",
    "NUL in a value": _GET + b"X: y\x00z\r\n\r\n",
    "ESC in a value, CVE-2020-7694": _GET + b"X: y\x1b[31mz\r\n\r\n",
    "ESC in a path, CVE-2020-7694": b"GET /\x1b[31m HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a blank in a path": b"GET /a b HTTP/1.1\r\n" + _HOST + b"\r\n",
    "two hosts, CVE-2026-48710": _GET + b"Host: evil.example\r\n\r\n",
    "two hosts that are the same": _GET + _HOST + b"\r\n",
    "no host, CVE-2026-48710": b"GET /healthz HTTP/1.1\r\n\r\n",
    "no host in HTTP/1.0": b"GET /healthz HTTP/1.0\r\n\r\n",
    "an empty host": b"GET /healthz HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n",
    "HTTP/0.9": b"GET /healthz\r\n\r\n",
    "HTTP/2.0 in words": b"GET /healthz HTTP/2.0\r\n" + _HOST + b"\r\n",
    "HTTP/1.2": b"GET /healthz HTTP/1.2\r\n" + _HOST + _CLOSE + b"\r\n",
    "the beginning of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "the beginning of https": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a method that is none": b"GE{T /healthz HTTP/1.1\r\n" + _HOST + b"\r\n",
    "a head of 64 KiB": _GET + b"X: " + b"y" * 65_536 + b"\r\n\r\n",
    "a line of 5 MB": _GET + b"X: " + b"y" * 5_000_000,
    "10,000 headers": _GET + b"".join(b"X-%d: y\r\n" % at for at in range(10_000)) + b"\r\n",
}
# What is well formed, so that it must be read, and read as one request.
PLAIN: dict[str, tuple[bytes, int]] = {
    "nothing special": (_GET + b"\r\n", 200),
    "HTTP/1.0": (b"GET /healthz HTTP/1.0\r\n" + _HOST + b"\r\n", 200),
    "chunks": (_POST + _CLOSE + _CHUNKED + b"\r\n3\r\na=b\r\n0\r\n\r\n", 422),
    "a chunk with an extension": (_POST + _CLOSE + _CHUNKED + b"\r\n3;x=y\r\na=b\r\n0\r\n\r\n", 422),
    "chunks with a trailer": (_POST + _CLOSE + _CHUNKED + b"\r\n3\r\na=b\r\n0\r\nX: y\r\n\r\n", 422),
    "a name with an underscore": (_GET + b"Content_Length: 4\r\n\r\n", 200),
    "a whole address": (
        f"GET http://{HOST}/healthz HTTP/1.1\r\n".encode() + _HOST + _CLOSE + b"\r\n",
        404,
    ),
    "another protocol": (_GET + b"Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 200),
}
