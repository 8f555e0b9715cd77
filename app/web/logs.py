"""How log lines look: one line of JSON an event, in UTC, with no value of a variable in it, so no secret either."""

import structlog


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
