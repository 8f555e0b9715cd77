"""Bodies that are no JSON, are JSON that means two things, or come in the wrong clothes: refused in plain words."""

import json
import socket
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
from httpx2 import Response

from tests.api.world import PREFIX, ApiWorld, answered, refused
from tests.served import served

# What no answer may repeat, in the bodies wherever there is room for it.
CANARY = "canary<script>"
JSON = {"Content-Type": "application/json"}
LONG = 10 * 1024 * 1024


class Write(NamedTuple):
    """A route that takes a body: who sends it where, and a body that is taken."""

    person: str
    method: str
    path: str
    body: dict[str, object]
    prepare: Callable[[ApiWorld], str] = lambda world: world.draft()


# Each write by the name that the description gives it. The body of a move may also be left out.
WRITES = {
    "register_cluster": Write("owner", "POST", "/clusters", {"name": "Ny", "programme": "north"}),
    "change_cluster": Write("manager", "PATCH", "/clusters/kyst", {"name": "Ny"}),
    "start_assessment": Write(
        "manager", "POST", "/clusters/kyst/assessments", {"title": "Ny", "reference_date": "2026-09-30"}
    ),
    "answer": Write("manager", "PUT", "/assessments/{id}/answers/A.1", {"level": 1, "note": "Ny"}),
    "answer_several": Write("manager", "PATCH", "/assessments/{id}/answers", {"answers": {"A.1": {"level": 1}}}),
    "submit_assessment": Write("manager", "POST", "/assessments/{id}/submit", {}, lambda world: world.complete().id),
    "withdraw_assessment": Write("manager", "POST", "/assessments/{id}/withdraw", {}, lambda world: world.submit().id),
}
MOVES = {"submit_assessment", "withdraw_assessment"}


class Sender:
    """Sends bodies to one route, based on what there is."""

    def __init__(self, world: ApiWorld, name: str) -> None:
        self.world, self.write = world, WRITES[name]
        self.client = world.as_(self.write.person)
        self.path = self.write.path
        if "{id}" in self.path:
            self.path = self.path.replace("{id}", self.write.prepare(world))

    def __call__(self, body: bytes, headers: dict[str, str] | None = None) -> Response:
        based = {} if self.write.method == "POST" else {"If-Match": '"0", "1", "2"'}
        return self.client.request(
            self.write.method, self.path, content=body, headers=based | (JSON if headers is None else headers)
        )

    def is_refused(self, what: str, body: bytes, status: int, headers: dict[str, str] | None = None) -> dict[str, Any]:
        """Send what must be refused, and look at what every refusal has to be."""
        response = self(body, headers)
        assert response.status_code == status, (what, response.text[:500])
        problem = refused(response, status)
        assert len(problem["request_id"]) == 16, what
        assert problem["detail"].endswith("."), what
        said = (response.text + str(response.headers)).lower()
        assert not any(word in said for word in ("canary", "<script", "traceback", "python", "pydantic")), what
        return problem


def plain(write: Write) -> bytes:
    """Return a route's body as it should be."""
    return json.dumps(write.body).encode()


def with_member(write: Write, member: str) -> bytes:
    """Return a route's body with one member more, in front."""
    rest = plain(write)[1:-1].decode()
    return f"{{{member}{', ' if rest else ''}{rest}}}".encode("utf-8", "surrogatepass")


def unreadable(write: Write) -> Iterator[tuple[str, bytes]]:
    """Yield what is no JSON at all."""
    body = plain(write)
    for encoding in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"):
        yield encoding, body.decode().encode(encoding)
    yield "latin-1", with_member(write, f'"name": "{CANARY}ø"').decode().encode("latin-1")
    yield "a byte that is none", b'{"name": "\xff"}'
    yield "too long an encoding", b'{"name": "\xc0\xaf"}'
    yield "a raw surrogate", with_member(write, f'"{CANARY}": "\ud800"')
    for at in range(1, len(body)):
        yield f"cut at {at}", body[:at]
    for rest in (b"}", b"{}", b",", b"\x00", b"canary", b" // canary"):
        yield f"followed by {rest!r}", body + rest
    for word in ("NaN", "Infinity", "-Infinity", "nan", "+1", "01", "1.", ".5", "0x1", "True", "undefined", "'1'"):
        yield word, with_member(write, f'"level": {word}')
    yield "more digits than can be read", with_member(write, f'"level": 1{"0" * 5_000}')
    yield "a raw NUL", with_member(write, '"name": "\x00"')
    yield "a raw line break", with_member(write, '"name": "\n"')
    yield "half an escape", with_member(write, r'"name": "\ud80"')
    yield "a comma too many", with_member(write, '"name": "canary",,')
    yield "lists in lists", with_member(write, f'"level": {"[" * 100_000}{"]" * 100_000}')
    yield "lists without end", b"[" * 100_000
    yield "objects in objects", with_member(write, '"level": ' + '{"":' * 100_000)
    yield "only blanks", b" \r\n\t"
    yield "a form", b"name=canary&level=1"


def ambiguous(write: Write) -> Iterator[tuple[str, str, bytes]]:
    """Yield what is JSON and is refused as a whole, each with its code."""
    yield "a name twice", "twice", with_member(write, f'"{CANARY}": 1, "{CANARY}": 2')
    yield "a name twice, once in disguise", "twice", with_member(write, r'"canary": 1, "\u0063anary": 1')
    yield "a name twice further in", "twice", with_member(write, '"canary": [{"a": {"b": 1, "b": 1}}]')
    yield "an empty name twice", "twice", with_member(write, '"": 1, "": 1')
    members = ", ".join(f'"canary{at}": 1' for at in range(5_001))
    yield "too many members", "too-many", with_member(write, members)
    objects = ", ".join('{"canary": 1}' for _ in range(5_001))
    yield "too many members in all", "too-many", with_member(write, f'"canary": [{objects}]')


@pytest.mark.parametrize("name", WRITES)
def test_what_is_no_json_is_refused(world: ApiWorld, name: str) -> None:
    send = Sender(world, name)
    with world.nothing_changed():
        for what, body in unreadable(send.write):
            problem = send.is_refused(what, body, 422)
            expected = [{"field": "body", "code": "json", "message": "This is not valid JSON."}]
            assert problem["problems"] == expected, what


@pytest.mark.parametrize("name", WRITES)
def test_json_that_means_two_things_or_too_much_is_refused(world: ApiWorld, name: str) -> None:
    send = Sender(world, name)
    with world.nothing_changed():
        for what, code, body in ambiguous(send.write):
            (fault,) = send.is_refused(what, body, 422)["problems"]
            assert (fault["field"], fault["code"]) == ("body", code), what


@pytest.mark.parametrize("name", WRITES)
def test_what_is_no_object_is_refused(world: ApiWorld, name: str) -> None:
    send = Sender(world, name)
    sent = ["[]", "[{}]", f'"{CANARY}"', '""', "0", "1e400", "-1e400", "1.5", "true", "false", r'"\ud800"']
    with world.nothing_changed():
        for body in [*sent, *([] if name in MOVES else ["null"])]:
            (fault,) = send.is_refused(body, body.encode(), 422)["problems"]
            assert (fault["field"], fault["code"]) == ("body", "object"), body


@pytest.mark.parametrize("name", WRITES)
def test_a_member_that_is_not_known_is_refused_whatever_its_name(world: ApiWorld, name: str) -> None:
    send = Sender(world, name)
    members = [CANARY, "", " ", "__proto__", "__class__", "model_config", r"\u0000", r"\ud800", r"\u202e", "a" * 9_999]
    with world.nothing_changed():
        for member in members:
            body = with_member(send.write, f'"{member}": {{"canary": ["canary"]}}')
            (fault,) = send.is_refused(member, body, 422)["problems"]
            expected = "characters" if member == r"\ud800" else "unknown"
            assert (fault["field"], fault["code"]) == ("body", expected), member


@pytest.mark.parametrize("name", [name for name in WRITES if name not in MOVES])
def test_a_value_that_cannot_be_kept_is_refused(world: ApiWorld, name: str) -> None:
    send = Sender(world, name)
    field = next(iter(send.write.body))
    values = ["1e400", "-1e400", "1.5", str(10**4_000), f"[{json.dumps(CANARY)}]", r'"canary\ud800"', r'"canary\u0000"']
    with world.nothing_changed():
        for value in [*values, '"\\udfff\\ud800"', '{"canary": 1}', '"\\u202e"']:
            sent = json.dumps({**send.write.body, field: None}).replace("null", value, 1).encode()
            for fault in send.is_refused(value, sent, 422)["problems"]:
                assert fault["field"].startswith(field), value


@pytest.mark.parametrize("name", WRITES)
def test_what_is_not_said_to_be_json_is_refused(world: ApiWorld, name: str) -> None:
    send, body = Sender(world, name), plain(WRITES[name])
    kinds = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "application/jsonp"]
    with world.nothing_changed():
        for kind in [*kinds, "json", "", "application/xml", "text/json", "application/octet-stream", CANARY]:
            problem = send.is_refused(kind, body, 415, {"Content-Type": kind})
            assert problem["detail"] == "Send JSON, with the header Content-Type: application/json.", kind
        send.is_refused("no kind", body, 415, {})


@pytest.mark.parametrize("name", WRITES)
def test_a_body_that_is_missing_or_too_large_is_refused(world: ApiWorld, name: str) -> None:
    send, body = Sender(world, name), plain(WRITES[name])
    with world.nothing_changed():
        large = send.is_refused("10 MB", with_member(send.write, f'"canary": "{"a" * LONG}"'), 413)
        assert large["detail"] == "What you sent is larger than can be accepted."
        for length in ("1048577", "9" * 30, "-1", "x", "1.5", ""):
            send.is_refused(length, body, 413, {**JSON, "Content-Length": length})
        if name not in MOVES:
            (fault,) = send.is_refused("nothing", b"", 422)["problems"]
            assert (fault["field"], fault["code"]) == ("body", "required")


@pytest.mark.parametrize("name", WRITES)
def test_a_query_that_means_two_things_or_none_is_refused(world: ApiWorld, name: str) -> None:
    send = Sender(world, name)
    path = send.path
    with world.nothing_changed():
        for query, code in (("lang=nb&lang=en", "twice"), ("lang=nb&lang=nb", "twice"), (f"{CANARY}=1", "unknown")):
            send.path = f"{path}?{query}"
            faults = send.is_refused(query, plain(send.write), 422)["problems"]
            assert [(fault["field"], fault["code"]) for fault in faults] == [("query", code)], query


@pytest.mark.parametrize("name", WRITES)
def test_the_same_request_with_a_body_as_it_should_be_is_taken(world: ApiWorld, name: str) -> None:
    send = Sender(world, name)
    response = send(b" \r\n" + plain(send.write) + b"\t", {"Content-Type": "application/json; charset=utf-8"})
    answered(response, 201 if name in {"register_cluster", "start_assessment"} else 200)


def test_every_route_that_takes_a_body_is_here(world: ApiWorld) -> None:
    described = {
        each["operationId"]: f"{method.upper()} {path}"
        for path, methods in world.app.openapi()["paths"].items()
        for method, each in methods.items()
        if "requestBody" in each
    }
    assert {name: write.method for name, write in WRITES.items()} == {
        name: key.partition(" ")[0] for name, key in described.items()
    }


def test_a_length_that_is_not_true_changes_nothing(world: ApiWorld) -> None:
    body = plain(WRITES["register_cluster"])
    head = f"POST {PREFIX}/clusters HTTP/1.1\r\nHost: testserver\r\nAuthorization: Bearer {world.bearer('owner')}\r\n"
    head += "Content-Type: application/json\r\nConnection: close\r\nContent-Length: "
    with served(world.app) as address:
        with world.nothing_changed():
            for length in (len(body) - 1, len(body) // 2, 1, 0, -1):
                # What there is of it is no JSON, and what is left over no request.
                statuses = sent_raw(address, f"{head}{length}\r\n\r\n".encode() + body)
                assert statuses
                assert statuses <= {"422", "400"}, length
            for length in (len(body) + 1, 1_048_576):
                # The rest never comes.
                assert sent_raw(address, f"{head}{length}\r\n\r\n".encode() + body, gives_up=True) <= {"413"}, length
        assert sent_raw(address, f"{head}{len(body)}\r\n\r\n".encode() + body) == {"201"}


def sent_raw(address: str, request: bytes, *, gives_up: bool = False) -> set[str]:
    """Send bytes to a server, possibly hang up, and return the status of every answer that comes before the end."""
    parts = urlsplit(address)
    with socket.create_connection((str(parts.hostname), parts.port), 5) as connection:
        connection.sendall(request)
        if gives_up:
            connection.shutdown(socket.SHUT_WR)
        reply = b"".join(iter(lambda: connection.recv(65_536), b"")).decode()
    return {line.split()[1] for line in reply.splitlines() if line.startswith("HTTP/1.1 ")}
