"""What the server's own log lines hold; what is in the log of a running service is in tests/attacks/test_logs.py."""

import json
import logging
import logging.config
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest
from starlette.routing import Route
from starlette.types import Scope

from app.domain.permissions import Actor
from app.web import logs

SOMEBODY = Actor(user_id="0123456789abcdef", memberships=())


@contextmanager
def served() -> Iterator[None]:
    """Log as the server does, and afterwards as before."""
    root = logging.getLogger()
    loggers = [logging.getLogger(name) for name in ("uvicorn", "goldgap", "python_multipart")]
    kept = [(each, each.handlers[:], each.level, each.propagate) for each in (root, *loggers)]
    logging.config.dictConfig(logs.of_server())
    try:
        yield
    finally:
        _put_back(kept)


def _put_back(kept: Iterable[tuple[logging.Logger, list[logging.Handler], int, bool]]) -> None:
    for each, handlers, level, propagate in kept:
        each.handlers, each.propagate = handlers, propagate
        each.setLevel(level)


def scope(path: str, route: str | None, params: dict[str, str], actor: Actor | None = None) -> Scope:
    """Return the scope of a request as it is when the answer begins."""
    found: Scope = {"type": "http", "method": "GET", "path": path, "path_params": params, "client": ("192.0.2.1", 5)}
    found["state"] = {"request_id": "f" * 16, **({"actor": actor} if actor else {})}
    if route:
        found["route"] = Route(route, lambda _: None)
    return found


def test_a_request_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    line = logs.RequestLine(scope("/clusters/kyst", "/clusters/{cluster}", {"cluster": "kyst"}, SOMEBODY))
    with served():
        line.write({"type": "http.response.start", "status": 200})
    written = json.loads(capsys.readouterr().out)
    assert written.pop("timestamp").endswith("Z")
    assert isinstance(written.pop("milliseconds"), int)
    assert written == {
        "event": "request",
        "level": "info",
        "client": "192.0.2.1",
        "request_id": "f" * 16,
        "who": "0123456789abcdef",
        "method": "GET",
        "path": "/clusters/kyst",
        "status": 200,
    }


@pytest.mark.parametrize(
    ("path", "route", "params", "actor", "status", "kept"),
    [
        ("/clusters/kyst", "/clusters/{cluster}", {"cluster": "kyst"}, SOMEBODY, 200, "/clusters/kyst"),
        ("/clusters/kyst", "/clusters/{cluster}", {"cluster": "kyst"}, SOMEBODY, 404, "/clusters/{cluster}"),
        ("/clusters/kyst", "/clusters/{cluster}", {"cluster": "kyst"}, None, 303, "/clusters/{cluster}"),
        ("/reset/1/secret", "/reset/{id}/{secret}", {"id": "1", "secret": "s"}, SOMEBODY, 200, "/reset/1/{secret}"),
        ("/hunter2", None, {}, SOMEBODY, 404, "(no route)"),
    ],
)
def test_an_address_is_written_as_its_pattern_and_with_ids_only_where_somebody_was_let_in(
    path: str, route: str | None, params: dict[str, str], actor: Actor | None, status: int, kept: str
) -> None:
    assert logs.path_of(scope(path, route, params, actor), status) == kept


def test_outside_of_the_server_no_line_is_written_for_a_request(capsys: pytest.CaptureFixture[str]) -> None:
    logs.RequestLine(scope("/", "/", {})).write({"type": "http.response.start", "status": 200})
    assert capsys.readouterr().out == ""


def test_others_write_lines_of_the_same_kind_and_the_reader_of_forms_none(capsys: pytest.CaptureFixture[str]) -> None:
    with served():
        logging.getLogger("some.library").warning("first\nsecond\x1b[31m")
        logging.getLogger("python_multipart.multipart").warning("Expected a boundary, got hunter2")
        logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    (line,) = capsys.readouterr().out.splitlines()
    assert line.isprintable()
    assert json.loads(line)["event"] == "first\nsecond\x1b[31m"
