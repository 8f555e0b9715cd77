"""Which faults are refusals that an operator can mend, and the plain sentences that say them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from app.cli.console import Refused
from app.domain.errors import GoldgapError, Invalid, NotFound
from app.frameworks.schema import CatalogueError
from app.settings import UnsafeSettings
from app.store.schema import SchemaFault


def sentences(error: Exception) -> Sequence[str] | None:
    """Return what is wrong in plain sentences, None for a fault of our own."""
    return next((say(error) for kind, say in _SAID.items() if isinstance(error, kind)), None)


def _invalid(error: Invalid) -> Sequence[str]:
    return [f"{p.field}: {p.message % p.params if p.params else p.message}" for p in error.problems]


def _misread(error: ValidationError) -> Sequence[str]:
    # A default that follows from another setting is not worked out where that one is wrong: no fault of its own.
    found = [each for each in error.errors() if each["type"] != "default_factory_not_called"]
    return [f"GOLDGAP_{_variable(each['loc'])}: {_reason(each['msg'])}." for each in found]


def _variable(location: tuple[int | str, ...]) -> str:
    return str(location[0]).upper() if location else "*"


def _reason(message: str) -> str:
    return message.removeprefix("Value error, ").rstrip(".")


# The first that fits is said, so a special case stands before the general one.
_SAID: Mapping[type[Exception], Callable[[Any], Sequence[str]]] = {
    Refused: lambda error: [str(sentence) for sentence in error.args],
    Invalid: _invalid,
    NotFound: lambda _: ["There is no such person, cluster, programme or token."],
    GoldgapError: lambda error: [str(error)],
    SchemaFault: lambda error: [str(error)],
    CatalogueError: lambda error: error.problems,
    UnsafeSettings: lambda error: ["This is not safe in production, so it does not start:", *error.problems],
    ValidationError: _misread,
    OSError: lambda error: [f"{error.filename}: {error.strerror}." if error.filename else f"{error}."],
}
