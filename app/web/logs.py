"""How log lines look: one line of JSON an event, in UTC, with no value of a variable in it, so no secret either."""

import copy
import logging
from typing import Any

import structlog
from typing_extensions import override
from uvicorn.config import LOGGING_CONFIG

from app.web.addresses import without_secret


class WithoutQuery(logging.Filter):
    """Cuts the query and the secrets of mailed links out of a line of the access log."""

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


def _path(part: str) -> str:
    return without_secret(part.partition("?")[0]) if part.startswith("/") else part


def configure() -> None:
    """Set up the log for the whole process."""
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=20)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.ExceptionRenderer(tracebacks),
            structlog.processors.JSONRenderer(),
        ],
        cache_logger_on_first_use=True,
    )
