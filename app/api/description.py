"""What the OpenAPI description says beyond the models: headers, refusals, security, in one place for every route."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app import __version__
from app.api.problems import MEDIA_TYPE, TITLES, TYPE
from app.api.routing import PREFIX
from app.api.schemas.examples import real
from app.api.schemas.models import Out
from app.api.schemas.problems import ProblemOut

_TAGS = {
    "frameworks": "The standard: dimensions, indicators, levels, benchmark and minima, each with its standing. "
    "Open to everybody.",
    "clusters": "Cluster organisations within the caller's reach.",
    "assessments": "A cluster's assessments: start, answer, submit, withdraw, and the gap to Gold.",
    "history": "Who changed a cluster or an assessment, from what, and when.",
    "portfolio": "Everything within the caller's reach side by side. Each answer names what was counted and left out.",
}
_ABOUT = """\
JSON below `/api/v1`. Send `Authorization: Bearer` and a token; cookies count for nothing.

- **Errors** are `application/problem+json` (RFC 9457). What was sent is never repeated in them.
- **Changes** name the revision they are based on in `If-Match`: missing is 428, outdated 412. A retry with the same
  `Idempotency-Key` has one effect and gets the very same answer, for a day.
- **Reads** have an `ETag`; send it as `If-None-Match`, and what is unchanged is 304.
- **Lists** come a page at a time: `limit` and `cursor` in, `items` and `next` out.
- **Times** are UTC, ISO 8601. Indicators are named by official number, such as `1.1.0`.
- A query parameter or a JSON field that is not named here is refused, as is one that is given twice.
"""
_REFUSALS = {
    400: (
        "if-match",
        "The request cannot be read.",
        'If-Match holds ETags as they were given out, in quotes, such as "3".',
    ),
    401: ("token", "There is no token, or it is not valid.", "This token is not valid."),
    403: ("role", "The caller can see this but may not do it.", "Your role does not allow this here."),
    404: (
        "not-found",
        "There is no such thing, or none within the caller's reach.",
        "There is nothing here that you can see.",
    ),
    409: ("state", "This cannot be done now.", "This cannot be done while the assessment is in this state."),
    412: ("stale", "It was changed since; get it again.", "Somebody else changed this since you opened it."),
    413: ("http-413", "The body is larger than 1 MiB.", "What you sent is larger than can be accepted."),
    415: (
        "media-type",
        "The body is not said to be JSON.",
        "Send JSON, with the header Content-Type: application/json.",
    ),
    422: (
        "invalid",
        "Something in the request needs to be corrected.",
        "Something in what you sent needs to be corrected.",
    ),
    428: (
        "if-match",
        "The change does not say what it is based on.",
        "Send the ETag that your change is based on in an If-Match header.",
    ),
    429: (
        "too-many",
        "Too many tokens that are not valid came from this network.",
        "This was tried too often. Please try again in 5 minutes.",
    ),
    503: ("unavailable", "The database is away for the moment.", "The service is not available just now."),
}
_ETAG = {"ETag": {"description": "Names what is answered, for `If-None-Match`.", "schema": {"type": "string"}}}
_REVISION = {
    "ETag": {
        "description": "The revision, for `If-Match` and `If-None-Match`.",
        "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
        "example": '"3"',
    }
}
_LOCATION = {
    "Location": {"description": "Where it is from now on.", "schema": {"type": "string", "format": "uri-reference"}}
}


def _header(
    name: str, about: str, example: str, pattern: str | None = None, *, required: bool = False
) -> dict[str, Any]:
    schema = {"type": "string", **({"pattern": pattern} if pattern else {})}
    declared = {"name": name, "in": "header", "required": required, "description": about}
    return {**declared, "schema": schema, "example": example}


_TAG_PATTERN = '^"[0-9]{1,9}"$'
_IF_MATCH = "The ETag of what the change is based on"
# No pattern: what cannot be read there is passed over, and a weak ETag is as good as a strong one.
IF_NONE_MATCH = _header("If-None-Match", "What the caller has already; 304 where it is still so.", '"3"')
KEY = _header(
    "Idempotency-Key",
    "Any text of the caller's own, a new one for each intended change. Used again with another request: 422.",
    "6f9619ff-8b86-d011-b42d-00c04fc964ff",
    "^[!-~]{1,200}$",
)
BASED = _header("If-Match", f"{_IF_MATCH}; `*` is not enough.", '"3"', _TAG_PATTERN, required=True)
BASED_IF_STATED = _header("If-Match", f"{_IF_MATCH}, where that matters.", '"3"', _TAG_PATTERN)


def reads(
    summary: str, *refusals: int, is_public: bool = False, has_revision: bool = False, ndjson: bool = False
) -> dict[str, Any]:
    """Return what a GET route says about its headers and refusals."""
    shown: dict[str, Any] = {"headers": _REVISION if has_revision else _ETAG}
    if ndjson:
        schema = {"type": "string", "description": "One assessment as JSON a line."}
        lines = "".join(f"{json.dumps(each, ensure_ascii=False)}\n" for each in real("assessment").get("examples", ()))
        shown["content"] = {"application/x-ndjson": {"schema": schema, "example": lines}}
    unchanged = {"description": "The caller has it already.", "headers": _ETAG}
    # What is public is in the service's own files, and asks no database.
    refused = {422, *refusals} | (set() if is_public else {401, 403, 429, 503})
    return {
        "summary": summary,
        "responses": {200: shown, 304: unchanged, **_refused(refused)},
        "openapi_extra": {"parameters": [IF_NONE_MATCH]},
    }


def writes(summary: str, *refusals: int, status: int = 200, based: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what a writing route says; `based` is how it takes If-Match, if at all."""
    headers = {
        **(_REVISION if status != HTTPStatus.NO_CONTENT else {}),
        **(_LOCATION if status == HTTPStatus.CREATED else {}),
    }
    conditional = {412} if based else set()
    conditional |= {428} if based and based["required"] else set()
    body = set() if status == HTTPStatus.NO_CONTENT else {415}
    refused = {400, 401, 403, 413, 422, 429, 503, *refusals} | conditional | body
    parameters = [*([based] if based else []), KEY]
    done: dict[str, Any] = {"headers": headers} if headers else {}
    return {
        "summary": summary,
        "status_code": status,
        "responses": {status: done, **_refused(refused)},
        "openapi_extra": {"parameters": parameters},
    }


def _refused(statuses: Iterable[int]) -> dict[int, dict[str, Any]]:
    return {status: _refusal(status) for status in sorted(statuses)}


def _refusal(status: int) -> dict[str, Any]:
    code, about, detail = _REFUSALS[status]
    example = {
        "type": f"{TYPE}{code}",
        "title": TITLES[status],
        "status": status,
        "detail": detail,
        "request_id": "4be1f2a90c7d3358",
    }
    if status == HTTPStatus.UNPROCESSABLE_ENTITY:
        example |= {"problems": [{"field": "title", "code": "required", "message": "Please fill this in."}]}
    schema = {"$ref": "#/components/schemas/ProblemOut"}
    described: dict[str, Any] = {"description": about, "content": {MEDIA_TYPE: {"schema": schema, "example": example}}}
    if status == HTTPStatus.UNAUTHORIZED:
        described["headers"] = {"WWW-Authenticate": {"description": "Always `Bearer`.", "schema": {"type": "string"}}}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        about_waiting = "After how many seconds at most it can be tried again."
        described["headers"] = {"Retry-After": {"description": about_waiting, "schema": {"type": "integer"}}}
    return described


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI description of the API, made once."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title,
            version=__version__,
            summary=app.summary,
            description=_ABOUT,
            routes=app.routes,
            tags=[{"name": name, "description": about} for name, about in _TAGS.items()],
            license_info=app.license_info,
        )
        template = "#/components/schemas/{model}"
        problem = ProblemOut.model_json_schema(mode="serialization", ref_template=template)
        schemas = found["components"]["schemas"]
        schemas |= {**problem.pop("$defs"), "ProblemOut": problem}
        _with_nulls(schemas)
        found["paths"] = {path: each for path, each in found["paths"].items() if path.startswith(PREFIX)}
        for operation in (operation for path in found["paths"].values() for operation in path.values()):
            _without_null(operation.get("parameters", ()))
            _with_examples(operation, schemas)
        app.openapi_schema = found
    return app.openapi_schema


def _with_nulls(schemas: dict[str, Any]) -> None:
    """Put the answers' examples back: FastAPI takes null out of everything, and in an example it means something."""
    models = [Out]
    for model in models:
        models += model.__subclasses__()
        extra = model.model_config.get("json_schema_extra")
        if model.__name__ in schemas and isinstance(extra, dict) and "examples" in extra:
            schemas[model.__name__]["examples"] = extra["examples"]


def _without_null(parameters: Iterable[dict[str, Any]]) -> None:
    """Take null away from what an address can hold: a parameter can only be left out."""
    for parameter in parameters:
        kinds = [kind for kind in parameter["schema"].pop("anyOf", ()) if kind != {"type": "null"}]
        parameter["schema"] |= kinds[0] if kinds else {}


def _with_examples(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Show each body's example beside it too, where not every reader follows a reference."""
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for content in (content for body in bodies for content in body.get("content", {}).values()):
        references = [content["schema"], *content["schema"].get("anyOf", ())]
        names = [schema["$ref"].rpartition("/")[2] for schema in references if "$ref" in schema]
        for example in (example for name in names for example in schemas[name].get("examples", ())[:1]):
            content.setdefault("example", example)
