"""Every route of the application, as one list: what a test of permissions must cover."""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import typer
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute

from app.cli.console import AsJson, columns, show
from app.main import create_app
from app.settings import Settings

commands = typer.Typer()
_READS = frozenset({"GET", "HEAD", "OPTIONS"})
_API = "/api/"
_PAGES = "app.pages."
_EXPORT = "export_"


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One method of one route. `parameters` name the objects in its path."""

    method: str
    path: str
    face: str
    name: str
    parameters: tuple[str, ...]
    effect: str


@commands.command()
def routes(*, as_json: AsJson = False) -> None:
    """List every route: method, path, face, name, path parameters, and what it does.

    It reads, it writes, or it exports: that changes nothing but the journal, in which it leaves a line.
    """
    found = sorted(_lines(create_app(Settings()).routes), key=lambda line: (line.path, line.method))
    rows = [(line.method, line.path, line.face, line.name, line.effect) for line in found]
    show(list(map(dataclasses.asdict, found)), columns(rows), as_json=as_json)


def _lines(found: Sequence[BaseRoute], prefix: str = "") -> Iterator[RouteLine]:
    for route in iter_route_contexts(found):
        path = f"{prefix}{route.path or ''}"
        if mounted := getattr(route.original_route, "routes", None):
            yield from _lines(mounted, path)
            continue
        # A mounted application without routes of its own, such as the static files, says nothing of its methods.
        for method in sorted(route.methods or {"GET"}):
            yield _line(route, path, method)


def _line(route: RouteContext, path: str, method: str) -> RouteLine:
    parameters = tuple(getattr(route, "param_convertors", ()))
    return RouteLine(method, path, _face(route, path), route.name or "", parameters, _effect(route, method))


def _face(route: RouteContext, path: str) -> str:
    if path.startswith(_API):
        return "api"
    # A page may be wrapped, such as with the arguments it is to have.
    endpoint = route.endpoint.func if isinstance(route.endpoint, partial) else route.endpoint
    return "page" if getattr(endpoint, "__module__", "").startswith(_PAGES) else "other"


def _effect(route: RouteContext, method: str) -> str:
    if method not in _READS:
        return "writes"
    return "exports" if (route.name or "").startswith(_EXPORT) else "reads"
