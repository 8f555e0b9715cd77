"""What can go wrong with a request, in words for people; how it looks over HTTP is never said here."""

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in what was sent: where, a stable code, and an English sentence with named gaps to be translated."""

    field: str
    code: str
    message: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


@contextmanager
def noted_in(problems: list[Problem]) -> Iterator[None]:
    """Add what is invalid within the block to other problems, so that all of a form can be said at once."""
    try:
        yield
    except Invalid as invalid:
        problems += invalid.problems


class GoldgapError(Exception):
    """A refusal with a stable code and an English sentence with named gaps; `params` fill them."""

    def __init__(self, code: str, message: str, **params: object) -> None:
        super().__init__(message % params if params else message)
        self.code = code
        self.message = message
        self.params = params


class NotSignedIn(GoldgapError):
    """Nobody is known to be asking, and this needs somebody."""


class ConfirmationDue(GoldgapError):
    """This needs somebody who has shown a short while ago who they are; asked again, they can go on."""

    def __init__(self) -> None:
        super().__init__("confirm", "Please confirm that it is you.")


class NotFound(GoldgapError):
    """There is no such thing, or none within the actor's reach: the two are told apart nowhere."""

    def __init__(self) -> None:
        super().__init__("not-found", "There is nothing here that you can see.")


class NotPermitted(GoldgapError):
    """The actor can see the thing but may not do this to it."""


class FactorDue(NotPermitted):
    """The actor's role needs a second factor, and there is none yet; setting one up is all that they may do."""

    def __init__(self) -> None:
        super().__init__(
            "second-factor", "Your role needs a second factor at sign-in. Set one up on your account page first."
        )


class TooMany(GoldgapError):
    """It was tried too often; after `seconds` at most it can be tried again."""

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        if minutes > _AN_HOUR:
            super().__init__("too-many", "This was tried too often. Please try again tomorrow.")
        else:
            super().__init__(
                "too-many", "This was tried too often. Please try again in %(minutes)s minutes.", minutes=minutes
            )
        self.seconds = seconds


class Conflict(GoldgapError):
    """The thing is not in a state in which this can be done."""


class Stale(Conflict):
    """Somebody else changed the thing since the actor last saw it; `current` is what it is now."""

    def __init__(self, current: object) -> None:
        super().__init__("stale", "Somebody else changed this since you opened it.")
        self.current = current


class Unavailable(GoldgapError):
    """It cannot be done just now, for a cause on our side; nothing was changed, and it is worth trying again."""

    def __init__(
        self, message: str = "The service cannot reach its database just now. Please try again in a moment."
    ) -> None:
        super().__init__("unavailable", message)


class Invalid(GoldgapError):
    """What was sent cannot be accepted; every problem found is listed, not only the first."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("invalid", "Something in what you sent needs to be corrected.")
        self.problems = problems
