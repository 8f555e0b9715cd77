"""Every route of the application as it is served, one for each method."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")

# What stands in the address of a mailed link and opens something for whoever has it.
SECRETS = frozenset({"secret", "proof"})


class Address(NamedTuple):
    """A route: how it is asked, where, and what it is called in the code."""

    method: str
    path: str
    name: str

    @property
    def key(self) -> str:
        """The route in one line, as the lists of the contracts name it."""
        return f"{self.method} {self.path}"

    @property
    def referrer_policy(self) -> str:
        """What the route's every answer says about telling others its address: nothing, where a secret is in it."""
        return "no-referrer" if self.parameters & SECRETS else "same-origin"

    @property
    def parameters(self) -> frozenset[str]:
        """The names in the path that stand for something."""
        return frozenset(_PARAMETER.findall(self.path))


def addresses(app: FastAPI) -> list[Address]:
    """Return every route in the order in which they are tried; HEAD comes with its GET, and /static is no route."""
    return list(_addresses(app))


def _addresses(app: FastAPI) -> Iterator[Address]:
    for route in iter_route_contexts(app.routes):
        for method in sorted(getattr(route, "methods", None) or ()):
            if method != "HEAD":
                yield Address(method, str(route.path), str(route.name))
