"""How log lines look: one line of JSON an event, in UTC, with nothing in it that a person typed.

Neither the value of a variable, nor a query, nor a name in an address that leads nowhere; so no secret either.
"""

import io
import logging
import sys
import time
from collections.abc import MutableMapping
from typing import Any, Final, Literal, TextIO, cast

import structlog
from starlette.routing import BaseRoute
from starlette.types import Message, Scope
from typing_extensions import override

from app.domain.permissions import VISITOR, Actor

# What is in an address that was answered is an id or a slug of ours; other parameters might be secrets.
IDS: Final = frozenset(
    {"assessment_id", "cluster", "dimension_id", "framework", "id", "indicator", "programme", "sheet", "version"}
)
_REFUSED: Final = 400
_FIELDS: Final = ("client", "request_id", "who", "method", "path", "status", "milliseconds")
_REQUESTS = logging.getLogger("goldgap.requests")
_UNREADABLE = "Invalid HTTP request received."


class OnceOnly(logging.Filter):
    """Drops uvicorn's word on a request that is no HTTP: ours names the client."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is kept."""
        return record.getMessage() != _UNREADABLE


def _fields_of(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Take over what a line says in fields of its own; of an address and port only the address."""
    record: logging.LogRecord = event["_record"]
    found = {name: getattr(record, name) for name in _FIELDS if getattr(record, name, None) is not None}
    if isinstance(found.get("client"), tuple):
        found["client"] = found["client"][0]
    event.update(found)
    return event


def _processors() -> list[Any]:
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(tracebacks),
        structlog.processors.JSONRenderer(),
    ]


def formatter() -> logging.Formatter:
    """Return what writes the lines of uvicorn, and ours of its kind, as structlog writes the rest."""
    level, *rest = _processors()
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[level, _fields_of],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rest],
    )


def of_server() -> dict[str, Any]:
    """Return how the server itself is to log: everything to the standard output, and each request in a line."""
    both = {"handlers": ["out"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"once": {"()": OnceOnly}},
        "formatters": {"lines": {"()": formatter}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "formatter": "lines",
                "filters": ["once"],
                "stream": "ext://sys.stdout",
            }
        },
        # The server's own lines of requests have the query in them, and there somebody may have put a token.
        # What reads forms tells of their bytes; and whatever else has something to say says it in a line of this kind.
        "loggers": {
            "uvicorn": both,
            "uvicorn.access": {"handlers": [], "propagate": False},
            "goldgap": both,
            "python_multipart": {"level": "CRITICAL"},
        },
        "root": {"handlers": ["out"], "level": "WARNING"},
    }


class _Current(io.TextIOBase):
    """Standard output, or error, as it is when a line is written and not as it was when the log was set up."""

    def __init__(self, stream: str) -> None:
        self.stream = stream

    @override
    def write(self, line: str) -> int:
        written: int = getattr(sys, self.stream).write(line)
        return written

    @override
    def flush(self) -> None:
        getattr(sys, self.stream).flush()


def configure(*, stream: Literal["stdout", "stderr"] = "stdout") -> None:
    """Set up the log for the whole process; a command whose output is read by programs has it beside that."""
    lines = structlog.PrintLoggerFactory(cast("TextIO", _Current(stream)))
    structlog.configure(processors=_processors(), logger_factory=lines)


class RequestLine:
    """The line of one request: written when its answer begins."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.began = time.monotonic()

    def write(self, start: Message) -> None:
        """Write the line, where lines of requests are wanted."""
        if not _REQUESTS.isEnabledFor(logging.INFO):
            return
        status = start["status"]
        fields = {
            "client": self.scope.get("client"),
            "request_id": self.scope["state"]["request_id"],
            "who": _who(self.scope),
            "method": self.scope["method"],
            "path": path_of(self.scope, status),
            "status": status,
            "milliseconds": round((time.monotonic() - self.began) * 1000),
        }
        _REQUESTS.info("request", extra=fields)


def _who(scope: Scope) -> str | None:
    """Return the opaque id of who asks; None for a visitor."""
    actor: Actor = scope["state"].get("actor", VISITOR)
    return actor.user_id


def path_of(scope: Scope, status: int) -> str:
    """Return the pattern of the address that was asked for; with ids in it where somebody known was let through."""
    route: BaseRoute | None = scope.get("route")
    path: str | None = getattr(route, "path", None)
    if path is None:
        return "/static" if scope.get("endpoint") is not None else "(no route)"
    if status < _REFUSED and _who(scope):
        for name, value in scope.get("path_params", {}).items():
            if name in IDS:
                path = path.replace(f"{{{name}}}", str(value))
    return path
