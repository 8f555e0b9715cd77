"""How log lines look: one line of JSON an event, in UTC, with no value of a variable in it, so no secret either."""

import copy
import io
import logging
import re
import sys
from typing import Any, Literal, TextIO, cast

import structlog
from typing_extensions import override
from uvicorn.config import LOGGING_CONFIG

_SECRET = re.compile(r"[0-9a-f]{32,}")


class WithoutQuery(logging.Filter):
    """Cuts what stands behind the path in a line of the access log, and the secrets of mailed links in the path."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_path(part) if isinstance(part, str) else part for part in record.args)
        return True


def of_server() -> dict[str, Any]:
    """Return how the server itself is to log."""
    config = copy.deepcopy(LOGGING_CONFIG)
    config["filters"] = {"without_query": {"()": WithoutQuery}}
    config["loggers"]["uvicorn.access"]["filters"] = ["without_query"]
    return config


def path(address: str) -> str:
    """Return an address as it may be logged: people type secrets into addresses, and mails carry them there."""
    return _SECRET.sub("...", address.partition("?")[0])


def _path(part: str) -> str:
    return path(part) if part.startswith("/") else part


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
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(tracebacks),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Current(stream))),
        cache_logger_on_first_use=True,
    )
