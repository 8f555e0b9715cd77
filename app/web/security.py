"""What stands before every route, as plain ASGI: request id, body limit, cross-site check, security headers."""

import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

import structlog
from asgi_cross_origin_protection import CrossOriginProtection
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web import logs
from app.web.addresses import holds_secret
from app.web.identity import COOKIE_NAMES

MAX_BODY_BYTES: Final = 1024 * 1024
# What all bodies that are being received may hold at once.
MAX_HELD_BYTES: Final = 64 * MAX_BODY_BYTES
# The design system draws its icons from data addresses in its own style sheet.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
UNSUBSCRIBING: Final = re.compile(r"/unsubscribe/[^/]+/[^/]+/[0-9a-f]{64}")
HSTS: Final = "max-age=63072000; includeSubDomains"

Refuse = Callable[[Scope, int, str], Response]
_REFUSALS: Final = {
    413: "What you sent is larger than can be accepted.",
    415: "Send it as it is, without compression.",
    503: "Many people are sending at this moment. Please try again shortly.",
}
_LOG = structlog.get_logger("goldgap")


class SecurityHeaders:
    """Puts the security headers and a request id on every answer, errors included."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app = app
        self.headers = {**HEADERS, **({"Strict-Transport-Security": HSTS} if https else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request with its id in the scope's state."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, has_secret = secrets.token_hex(8), holds_secret(scope["path"])
        scope.setdefault("state", {})["request_id"] = request_id
        line = logs.RequestLine(scope)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers[name] = value
                if has_secret:
                    headers["Referrer-Policy"] = "no-referrer"
                headers["X-Request-Id"] = request_id
                headers.setdefault("Cache-Control", "no-store")
                line.write(message)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class Faults:
    """Answers for a fault of ours, inside the security headers; the request's id finds it in the log."""

    def __init__(self, app: ASGIApp, *, refuse: Refuse) -> None:
        self.app = app
        self.refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request; where nothing was answered yet, answer for the fault."""
        started = False

        async def send_and_see(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, send_and_see)
        except Exception as fault:
            if scope["type"] != "http" or started:
                raise
            path = logs.path_of(scope, HTTPStatus.INTERNAL_SERVER_ERROR)
            _LOG.error("fault", request_id=scope["state"]["request_id"], path=path, exc_info=fault)
            message = (
                "The fault is ours and has been written down. See whether your change was saved before you try again."
            )
            await self.refuse(scope, 500, message)(scope, receive, send)


class BodyLimit:
    """Refuses a body over the limit before anything parses it, whether its length is announced or not.

    A compressed body is refused, as a small one can be large; and one more, while `most` bytes are held already.
    """

    def __init__(
        self, app: ASGIApp, *, refuse: Refuse, limit: int = MAX_BODY_BYTES, most: int = MAX_HELD_BYTES
    ) -> None:
        self.app = app
        self.refuse = refuse
        self.limit = limit
        self.most = most
        self.held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body up to the limit, then serve the request with it."""
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        status = self._status(Headers(scope=scope))
        if status is None:
            body = _Body()
            try:
                status = await self._read(receive, body)
                if status is None:
                    await self.app(scope, _replay(b"".join(body.pieces), receive), send)
                    return
            except ClientDisconnect:
                # Nobody is there to be answered.
                return
            finally:
                self.held -= body.size
        # The rest of the body is not waited for, so the connection cannot be used again.
        response = self.refuse(scope, status, _REFUSALS[status])
        response.headers["Connection"] = "close"
        await response(scope, receive, send)

    def _status(self, headers: Headers) -> int | None:
        """Return the status of a refusal that needs no look at the body."""
        if headers.get("content-encoding", "identity").strip().lower() not in {"identity", ""}:
            return HTTPStatus.UNSUPPORTED_MEDIA_TYPE
        announced = headers.get("content-length", "0")
        fits = announced.isascii() and announced.isdigit() and int(announced[:20]) <= self.limit
        return None if fits else HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    async def _read(self, receive: Receive, body: "_Body") -> int | None:
        """Read into the body; return the status of a refusal."""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            piece = message.get("body", b"")
            more = message.get("more_body", False)
            self.held += len(piece)
            body.size += len(piece)
            body.pieces.append(piece)
            if body.size > self.limit:
                return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            if self.held > self.most:
                return HTTPStatus.SERVICE_UNAVAILABLE
        return None


class CrossSiteCheck:
    """Refuses writes from other sites; with a session's cookie, also writes that give no proof of where they began.

    What a mail program sends when somebody unsubscribes in it (RFC 8058) comes from anywhere, and carries its own proof
    in the address: it is let through without its cookies, so that it can act for nobody but whom the proof names.
    """

    def __init__(self, app: ASGIApp, *, refuse: Refuse) -> None:
        async def deny(scope: Scope, receive: Receive, send: Send) -> None:
            response = refuse(scope, 403, "This request came from another site, so nothing was changed.")
            await response(scope, receive, send)

        self.app = app
        self.lenient = CrossOriginProtection(app, deny_app=deny)
        self.strict = CrossOriginProtection(app, deny_app=deny, allow_unverifiable_requests=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and scope["method"] == "POST" and UNSUBSCRIBING.fullmatch(scope["path"]):
            headers = [(name, value) for name, value in scope["headers"] if name.lower() != b"cookie"]
            await self.app({**scope, "headers": headers}, receive, send)
            return
        cookies = ";".join(Headers(scope=scope).getlist("cookie")) if scope["type"] == "http" else ""
        checked = self.strict if any(f"{name}=" in cookies for name in COOKIE_NAMES) else self.lenient
        await checked(scope, receive, send)


@dataclass
class _Body:
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0


def _replay(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    waiting = [body]

    async def replayed() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return replayed
