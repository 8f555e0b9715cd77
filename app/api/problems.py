"""How a refusal looks to a program: application/problem+json (RFC 9457), in which no input is ever echoed."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from itertools import islice
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import Response

from app.api.language import language_of
from app.api.schemas.problems import FieldProblem, ProblemOut
from app.domain.errors import GoldgapError, Invalid, NotFound, Problem, TooMany
from app.web.errors import status_of
from app.web.language import Languages

MEDIA_TYPE = "application/problem+json"
TYPE = "tag:goldgap,2026:problem:"
_MOST = 100
# What was sent as a name is repeated only where it has the shape of an indicator's official number.
_NUMBER = re.compile(r"([A-Z]{1,2}|[0-9]{1,3})(\.[0-9]{1,3}){1,4}")
# The names of the statuses, as HTTP has them in English.
TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Entity",
    428: "Precondition Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_JSON = {
    "json": "This is not valid JSON.",
    "twice": "A field is given twice.",
    "too-many": "There are more fields here than can be read.",
}
# What Pydantic calls a fault, as our own code and words.
_CODES = {
    "extra_forbidden": "unknown",
    "missing": "required",
    "string_unicode": "characters",
    "string_pattern_mismatch": "characters",
    "string_too_long": "too-long",
    "enum": "choice",
    "literal_error": "choice",
    "moment": "moment",
    "too_short": "too-few",
    "greater_than_equal": "too-small",
    "less_than_equal": "too-large",
    "int_type": "number",
    "int_parsing": "number",
    "int_parsing_size": "number",
    "int_from_float": "number",
    "string_type": "text",
    "model_type": "object",
    "model_attributes_type": "object",
    "dict_type": "object",
}
_MESSAGES = {
    "unknown": "There is a field here that is not known.",
    "required": "Please fill this in.",
    "characters": "This contains characters that cannot be used here.",
    "too-long": "This is too long.",
    "choice": "Choose one of these: %(expected)s.",
    "moment": "Give a moment such as 2026-10-01T08:00:00Z.",
    "too-few": "Give at least one.",
    "too-small": "Choose %(ge)s or more.",
    "too-large": "Choose %(le)s or less.",
    "number": "This must be a whole number.",
    "text": "This must be text.",
    "object": "This must be a JSON object.",
    "invalid": "This cannot be accepted.",
}


def problem(
    request: Request,
    status: int,
    code: str,
    message: str,
    params: Mapping[str, object] | None = None,
    problems: Iterable[Problem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem document in the language asked for, with the request's id."""
    languages: Languages = request.app.state.languages
    language = language_of(request)
    said = [
        FieldProblem(field=p.field, code=p.code, message=languages.say(language, p.message, p.params))
        for p in islice(problems, _MOST)
    ]
    body = ProblemOut(
        type=f"{TYPE}{code}",
        title=languages.say(language, TITLES.get(status, TITLES[400]), {}),
        status=status,
        detail=languages.say(language, message, params or {}),
        request_id=request.scope.get("state", {}).get("request_id"),
        problems=said or None,
    )
    content = body.model_dump_json(exclude={"problems"} if not said else None)
    return Response(content, status, {**(headers or {}), "Content-Language": language}, MEDIA_TYPE)


def refusal(request: Request, error: GoldgapError, status: int) -> Response:
    """Return what a use case refused."""
    problems = error.problems if isinstance(error, Invalid) else ()
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    if isinstance(error, TooMany):
        headers = {"Retry-After": str(error.seconds)}
    return problem(request, status, error.code, error.message, error.params, problems, headers)


def invalid(request: Request, error: RequestValidationError) -> Response:
    """Return what is wrong with an address, a query or a body: 404, 415, or 422 with every fault."""
    faults: Sequence[Any] = error.errors()
    if any(fault["loc"][0] == "path" for fault in faults):
        # An address that cannot be anything's looks like one that is nobody's.
        missing = NotFound()
        return refusal(request, missing, status_of(missing))
    if any(fault["loc"] == ("body",) and isinstance(fault["input"], bytes) for fault in faults):
        message = "Send JSON, with the header Content-Type: application/json."
        accepted = {"Accept": "application/json"}
        return problem(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "media-type", message, headers=accepted)
    refused = Invalid()
    return problem(request, status_of(refused), refused.code, refused.message, problems=_problems(faults))


def _problems(faults: Sequence[Any]) -> Iterator[Problem]:
    for fault in faults:
        if isinstance(fault["input"], frozenset):
            (code,) = fault["input"]
            yield Problem("body", code, _JSON[code])
            continue
        code = _CODES.get(fault["type"], "invalid")
        context = {
            name: str(value).replace(" or ", ", ").replace("'", "") for name, value in fault.get("ctx", {}).items()
        }
        yield Problem(_field(fault), code, _MESSAGES[code], context)


def _field(fault: Mapping[str, Any]) -> str:
    place, *inner = fault["loc"]
    if fault["type"] == "extra_forbidden":
        inner.pop()
    # Below `answers` the names are the sender's own.
    named = [str(step) for at, step in enumerate(inner) if inner[:at] != ["answers"] or _NUMBER.fullmatch(str(step))]
    return ".".join(named) or str(place)
