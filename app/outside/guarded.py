"""How we speak to another service over HTTP: to known places, briefly, and without being led elsewhere."""

import ipaddress
import re
import ssl
from typing import Final
from urllib.parse import urlsplit

import httpx2
from typing_extensions import override

MAX_BYTES: Final = 256 * 1024
# For one connection and one piece of an answer; what calls this sets a time for the whole.
TIMEOUT: Final = httpx2.Timeout(5.0)
# A name whose last label is letters: no number that some resolver takes for an address, and no name of this machine.
_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class Refusal(Exception):
    """What the other side says is not believed; `code` says why in a word, for the log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unreachable(Refusal):
    """The other side cannot be spoken to just now."""


class Guarded(httpx2.AsyncBaseTransport):
    """Carries requests, and refuses answers that lead elsewhere, are packed, or are larger than any need be."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        # Without what the environment says of proxies and certificates: every way out is named by a setting.
        self._inner = httpx2.AsyncHTTPTransport(verify=tls, trust_env=False)

    @override
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        request.headers["Accept-Encoding"] = "identity"
        answer = await self._inner.handle_async_request(request)
        try:
            if answer.is_redirect:
                raise Refusal("redirected")
            if answer.headers.get("content-encoding", "identity") != "identity":
                raise Refusal("packed")
            return httpx2.Response(answer.status_code, content=await _body(answer), request=request)
        finally:
            await answer.aclose()

    @override
    async def aclose(self) -> None:
        await self._inner.aclose()


def is_place(address: object, *, near: str, plainly: bool = False) -> bool:
    """Whether an address can be followed: https to a host on the net, or to the very host of the address `near`.

    `plainly` also allows http, to this machine and nowhere else.
    """
    if not isinstance(address, str) or not _VISIBLE.fullmatch(address) or "\\" in address:
        return False
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or parts.fragment:
        return False
    if parts.scheme == "http":
        return plainly and _is_loopback(host)
    return parts.scheme == "https" and (host == urlsplit(near).hostname or _NAME.fullmatch(host) is not None)


async def _body(answer: httpx2.Response) -> bytes:
    body = bytearray()
    async for piece in answer.aiter_raw():
        body += piece
        if len(body) > MAX_BYTES:
            raise Refusal("huge")
    return bytes(body)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
