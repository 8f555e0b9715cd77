"""What every route below /api/v1 has in common: strict JSON in, HEAD beside GET, OPTIONS and 405 with every method."""

import json
from collections.abc import Callable, Coroutine, Iterator
from functools import cached_property
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Message, Receive, Scope, Send
from typing_extensions import override

from app.api.language import asked_language
from app.domain.errors import Invalid, Problem

PREFIX = "/api/v1"
# Many more than an honest request has: a catalogue of several hundred indicators, each answered with a note.
MAX_MEMBERS = 5_000


class _Refused(ValueError):
    """JSON that Python would take and that means nothing, or two things."""


class _JsonRequest(Request):
    """A request whose body is JSON as RFC 8259 has it: UTF-8, finite numbers, each name once in an object."""

    @override
    async def json(self) -> Any:
        body = await self.body()
        try:
            return _parse(body.decode("utf-8"))
        except _Refused as refused:
            return not_json(str(refused))
        except (ValueError, RecursionError):
            return not_json("json")


def not_json(code: str) -> frozenset[str]:
    """Stand in for a body that is no JSON, so that it is refused by its model, after the sign-in and beside the rest.

    It is a set, as JSON has none, and of a built-in type, as Pydantic looks for a model's fields inside other objects.
    """
    return frozenset({code})


def _parse(text: str) -> object:
    members = 0

    def members_of(pairs: list[tuple[str, object]]) -> dict[str, object]:
        nonlocal members
        members += len(pairs)
        if members > MAX_MEMBERS:
            raise _Refused("too-many")
        found = dict(pairs)
        if len(found) < len(pairs):
            raise _Refused("twice")
        return found

    return json.loads(text, object_pairs_hook=members_of, parse_constant=_not_a_number)


def _not_a_number(_word: str) -> object:
    raise _Refused("json")


class Route(APIRoute):
    """A route that takes strict JSON, answers HEAD as GET without the body, and names every method of its path."""

    @property
    def _own_methods(self) -> set[str]:
        return self.methods or set()

    @cached_property
    def query_names(self) -> frozenset[str]:
        """The query parameters that the route takes."""
        return frozenset(_query_names(self.dependant))

    @override
    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(_JsonRequest(request.scope, request.receive))

        return handle_strictly

    @override
    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child_scope = super().matches(scope)
        if match is Match.PARTIAL and scope["method"] == "HEAD" and "GET" in self._own_methods:
            return Match.FULL, child_scope
        return match, child_scope

    @override
    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method == "HEAD" and "GET" in self._own_methods:
            await super().handle({**scope, "method": "GET"}, receive, _without_body(send))
        elif method in self._own_methods:
            await super().handle(scope, receive, send)
        else:
            allowed = {"Allow": ", ".join(sorted(self._every_method(scope)))}
            if method != "OPTIONS":
                raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers=allowed)
            await Response(status_code=HTTPStatus.NO_CONTENT, headers=allowed)(scope, receive, send)

    def _every_method(self, scope: Scope) -> set[str]:
        """Return the methods of all routes at this path, of which this is only the first."""
        found = {"OPTIONS"}
        for route in iter_route_contexts(scope["app"].routes):
            if route.path == self.path:
                found |= route.methods or set()
        return found | ({"HEAD"} if "GET" in found else set())


def _without_body(send: Send) -> Send:
    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head


async def _known_query(request: Request) -> None:
    """Pass where each query parameter is one that the route takes, said once; raises Invalid.

    A misspelt filter would otherwise give figures of everything, and look as if it had been heeded.
    """
    route: Route = request.scope["route"]
    given = [name for name, _value in request.query_params.multi_items()]
    if not route.query_names.issuperset(given):
        # What was given is not repeated.
        raise Invalid(Problem("query", "unknown", "There is a query parameter here that is not known."))
    if len(set(given)) < len(given):
        raise Invalid(Problem("query", "twice", "A query parameter is given twice."))


def _query_names(dependant: Dependant) -> Iterator[str]:
    yield from (field.alias for field in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _query_names(inner)


def router(tag: str) -> APIRouter:
    """Return a router for the routes of one noun."""
    shared = [Depends(asked_language), Depends(_known_query)]
    return APIRouter(prefix=PREFIX, tags=[tag], route_class=Route, dependencies=shared)
