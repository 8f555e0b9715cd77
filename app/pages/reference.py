"""The reference of the API as a page: what /openapi.json says, readable without a program, from our own files."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.errors import NotFound
from app.pages.contexts import Context
from app.pages.templating import PageDep

router = APIRouter(include_in_schema=False)
_SUCCESS = ("200", "201")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A named part of a request."""

    name: str
    place: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program can ask for, with an example of what is sent and what comes back."""

    id: str
    method: str
    path: str
    summary: str
    about: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    sent: str | None
    received: str | None
    refusals: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """The operations on one kind of thing."""

    id: str
    about: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True, kw_only=True)
class ReferenceContext(Context):
    """Every operation of the API."""

    template: ClassVar[str] = "reference/reference.html"
    about: tuple[str, ...]
    sections: tuple[Section, ...]


@router.get("/docs", name="docs")
def reference(page: PageDep) -> Response:
    """Show the reference of the API, where the operator has it open."""
    if not page.request.app.state.api_docs:
        raise NotFound
    described: dict[str, Any] = page.request.app.openapi()
    operations = list(_operations(described))
    sections = (
        Section(tag["name"], tag["description"], tuple(found for name, found in operations if name == tag["name"]))
        for tag in described["tags"]
    )
    about = _paragraphs(described["info"]["description"])
    return page.show(ReferenceContext(title=page.say("API reference"), about=about, sections=tuple(sections)))


def _operations(described: Mapping[str, Any]) -> Iterator[tuple[str, Operation]]:
    schemas = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            responses = operation["responses"]
            success: dict[str, Any] = next((responses[code] for code in _SUCCESS if code in responses), {})
            yield (
                operation["tags"][0],
                Operation(
                    id=operation["operationId"],
                    method=method.upper(),
                    path=path,
                    summary=operation["summary"],
                    about=_paragraphs(operation.get("description", "")),
                    parameters=tuple(_parameter(found) for found in operation.get("parameters", ())),
                    sent=_example(operation.get("requestBody", {}), schemas),
                    received=_example(success, schemas),
                    refusals=tuple((code, r["description"]) for code, r in responses.items() if code >= "400"),
                ),
            )


def _parameter(found: Mapping[str, Any]) -> Parameter:
    return Parameter(found["name"], found["in"], found.get("required", False), found.get("description", ""))


def _example(body: Mapping[str, Any], schemas: Mapping[str, Any]) -> str | None:
    """Return the example of a body, else that of its schema, as indented JSON."""
    content = body.get("content", {}).get("application/json", {})
    schema = schemas.get(content.get("schema", {}).get("$ref", "").rpartition("/")[2], {})
    example = content.get("example", schema.get("example", next(iter(schema.get("examples", ())), None)))
    return None if example is None else json.dumps(example, indent=2, ensure_ascii=False)


def _paragraphs(text: str) -> tuple[str, ...]:
    """Return the lines of a description as plain text, a list's items each for itself."""
    joined = text.replace("\n  ", " ").replace("**", "").replace("`", "").replace("\n- ", "\n\n")
    return tuple(part.replace("\n", " ").strip("- ") for part in joined.split("\n\n") if part.strip())
