"""Which HTTP status each of the domain's refusals has: one table for both faces."""

from app.domain.errors import (
    ConfirmationDue,
    Conflict,
    FactorDue,
    GoldgapError,
    Invalid,
    NotFound,
    NotPermitted,
    NotSignedIn,
    Stale,
    TooMany,
    Unavailable,
)
from app.domain.invitations import NoLongerValid
from app.store.keys import WrongSecret


class PreconditionMissing(GoldgapError):
    """A write that must say which revision it is based on, and does not."""

    def __init__(self) -> None:
        super().__init__("if-match", "Send the ETag that your change is based on in an If-Match header.")


class Unreadable(GoldgapError):
    """A request that cannot be read as what it says it is."""


STATUS: dict[type[GoldgapError], int] = {
    Unreadable: 400,
    NotSignedIn: 401,
    ConfirmationDue: 401,
    NotPermitted: 403,
    FactorDue: 403,
    NotFound: 404,
    NoLongerValid: 404,
    Conflict: 409,
    Stale: 412,
    Invalid: 422,
    PreconditionMissing: 428,
    TooMany: 429,
    Unavailable: 503,
    WrongSecret: 503,
}


def status_of(error: GoldgapError) -> int:
    """Return the HTTP status of a refusal."""
    return STATUS[type(error)]
