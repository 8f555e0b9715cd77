"""Every field of a body and every parameter, found in the description, with values that nobody wants to see."""

import functools
import itertools
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from operator import getitem
from typing import Any
from urllib.parse import quote, unquote_plus

import pytest
from anyio.from_thread import start_blocking_portal
from httpx2 import Response

from app.domain.roles import Role
from app.usecases import clusters, operators
from tests.api.world import PREFIX, ApiWorld, refused
from tests.make import DAY

Value = Any
Place = tuple[str, ...]
WORDS: tuple[str, ...] = (
    *(
        "",
        " ",
        "\u200b",
        "a" * 10_000,
        "\u0000",
        "\ud800",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
        "../../etc/passwd",
    ),
    *("%00", "a\\", "\u202eevitan", "\u200fa", "a\u2028b", "a\r\nb", " a ", "😀👩\u200d👧", "e\u0301", "\ufeffa"),
    *("٣", "null", "true", "=1+1", "0000-00-00", "9999-12-31", "2024-02-30", "2026-09-30T00:00:00Z", "٢٠٢٦-٠٩-٣٠"),
)
NUMBERS: tuple[Value, ...] = (-1, 0, 2**63, 2**1000, 1.5, 1.0)
CORPUS: tuple[Value, ...] = (*WORDS, *NUMBERS, None, True, False, [], {"a": 1})
# Bytes in an address that no text stands for.
RAW = ("%", "%C0%80", "%FF", "%2e%2e%2f", "%0d%0aX-Evil:1", "+")


CATALOGUE = {"framework": "tiny", "version": "1.0"}
# A body that is taken, by the operation's name; "#" stands for another number each time.
BODIES: dict[str, dict[str, Any]] = {
    "register_cluster": {
        "name": "Ny #",
        "slug": "ny-#",
        "programme": "north",
        "level": "x",
        "region": "y",
        "sector": "z",
    },
    "change_cluster": {"name": "Ny", "level": "arena", "region": "Agder", "sector": "sea"},
    "start_assessment": {"title": "Ny", "reference_date": str(DAY), "round": "autumn-2026"} | CATALOGUE,
    "answer": {"level": 1, "note": "Ny"},
    "answer_several": {"answers": {"A.1": {"level": 1, "note": "Ny"}}},
}
# What null and nothing stand for where they are not simply empty text.
EMPTY: dict[str, str | None] = dict.fromkeys(("register_cluster programme", "answer level", "answer_several level"))
EMPTY |= {"start_assessment reference_date": str(DAY), "start_assessment round": "autumn-2026"}
EMPTY |= {"register_cluster slug": "ny-#"}
# Whatever revision a thing is at that was only just made.
TAGS = '"0", "1", "2", "3"'
FILTERS = {"programme", "round", "level", "region", "sector"}


@dataclass(frozen=True)
class Operation:
    """One operation of the description."""

    name: str
    method: str
    path: str
    described: Mapping[str, Any]

    def parameters(self, place: str) -> dict[str, dict[str, Any]]:
        """Return its parameters in the path or in the query, by name."""
        return {each["name"]: each["schema"] for each in self.described.get("parameters", ()) if each["in"] == place}


def leaves(schemas: Mapping[str, Any], schema: Mapping[str, Any], path: Place = ()) -> Iterator[tuple[Place, str]]:
    """Yield where each scalar field of a body is, and what it takes; for names of the sender's own, an indicator's."""
    kinds = [schema, *schema.get("anyOf", ())]
    for kind in (schemas[kind["$ref"].rpartition("/")[2]] if "$ref" in kind else kind for kind in kinds):
        inner = dict(kind.get("properties", {}))
        if isinstance(kind.get("additionalProperties"), dict):
            inner["A.1"] = kind["additionalProperties"]
        for name, below in inner.items():
            takes = {key: value for key, value in below.items() if key != "title"}
            yield from list(leaves(schemas, below, (*path, name))) or [((*path, name), str(takes))]


class Caller:
    """Somebody who may do everything to kyst, and sends requests to operations."""

    def __init__(self, world: ApiWorld) -> None:
        operators.add_member(world.store, "administrator@example.org", Role.MANAGER, cluster="kyst", programme=None)
        autumn = {"name": "Autumn 2026", "reference_date": str(DAY)}
        clusters.open_round(world.store, operators.OPERATOR, "north", autumn)
        self.world, self.client = world, world.as_("administrator")
        self.numbers = itertools.count(1)
        self.operations = [
            Operation(described["operationId"], method.upper(), path.removeprefix(PREFIX), described)
            for path, methods in world.app.openapi()["paths"].items()
            for method, described in methods.items()
        ]

    def words(self, operation: Operation) -> dict[str, str]:
        """Return what stands in an operation's path, an assessment of its own where there is one."""
        prepare = {"submit_assessment": self.world.complete, "withdraw_assessment": self.world.submit}
        found = {"cluster": "kyst", "indicator": "A.1"} | CATALOGUE
        if "id" in operation.parameters("path"):
            found["id"] = prepare.get(operation.name, self.world.start)().id
        return found

    def send(
        self, operation: Operation, words: Mapping[str, str], query: str = "", body: Value = None, tag: str = TAGS
    ) -> Response:
        """Send a request."""
        path = re.sub(r"{(\w+)}", lambda gap: words[gap[1]], operation.path) + (f"?{query}" if query else "")
        headers = {} if operation.method == "GET" else {"If-Match": tag}
        if body is None:
            return self.client.request(operation.method, path, headers=headers)
        headers["Content-Type"] = "application/json"
        return self.client.request(operation.method, path, content=json.dumps(body), headers=headers)

    def parameters(self, place: str) -> Iterator[tuple[Operation, str, dict[str, Any], list[str]]]:
        """Yield each parameter with the values to try: all where it is met first, then a few each time."""
        texts = [quote(str(value), safe="", errors="surrogatepass") for value in (*WORDS, *NUMBERS)] + list(RAW)
        met: Counter[str] = Counter()
        for operation in self.operations:
            for name, schema in operation.parameters(place).items():
                key = f"{name} {schema}"
                yield operation, name, schema, texts[met[key] % 8 :: 8] if met[key] else texts
                met[key] += 1

    def fields(self) -> dict[str, dict[Place, tuple[Value, ...]]]:
        """Return by operation the fields of its body, each with the values to try, as for parameters."""
        described = self.world.app.openapi()["components"]["schemas"]
        met: Counter[str] = Counter()
        found: dict[str, dict[Place, tuple[Value, ...]]] = {}
        for operation in self.operations:
            body = operation.described.get("requestBody", {}).get("content", {}).get("application/json", {})
            found[operation.name] = {}
            for path, takes in leaves(described, body.get("schema", {})):
                found[operation.name][path] = CORPUS[met[takes] % 4 :: 4] if met[takes] else CORPUS
                met[takes] += 1
        return found


@pytest.fixture
def caller(world: ApiWorld) -> Iterator[Caller]:
    """A caller whose requests share one event loop, which is twice as fast as one for each."""
    found = Caller(world)
    with start_blocking_portal() as portal:
        found.client.portal = portal
        yield found
        found.client.portal = None


def is_proper(response: Response, sent: Value, status: int | None = None) -> None:
    """Fail unless a refusal is a problem that repeats nothing."""
    problem = refused(response, status or response.status_code)
    assert 400 <= response.status_code < 500
    assert not isinstance(sent, str) or len(sent) < 8 or sent not in json.dumps(problem)


def can_be(schema: Mapping[str, Any], text: str) -> bool:
    """Whether the description of a parameter leaves room for a text; what is left is the service's to judge."""
    if "enum" in schema or "$ref" in schema:
        return text in schema.get("enum", ["claimed", "verified"])
    if schema["type"] == "integer":
        whole = re.fullmatch(r"[0-9]{1,9}(\.0)?", text, re.ASCII)
        return bool(whole) and schema["minimum"] <= float(text) <= schema["maximum"]
    if schema.get("format") == "date-time":
        return bool(re.match(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])", text)) and text != "2024-02-30"
    return len(text) <= schema["maxLength"] and bool(re.search(schema.get("pattern", ""), text))


def test_a_nasty_path_leads_nowhere(caller: Caller) -> None:
    tried = 0
    for operation, name, _schema, texts in caller.parameters("path"):
        words, body = caller.words(operation), BODIES.get(operation.name)
        with caller.world.nothing_changed():
            for text in texts:
                if text != words[name]:
                    with telling(operation, name, text):
                        is_proper(caller.send(operation, {**words, name: text}, body=numbered(body, 0)), text, 404)
                        tried += 1
        # The rest of the request was as it should be.
        assert caller.send(operation, words, body=numbered(body, next(caller.numbers))).status_code < 300, (
            operation.name
        )
    assert tried > 200


def test_a_nasty_query_is_refused_or_narrows(caller: Caller) -> None:
    caller.world.submit()
    tried = 0
    for operation, name, schema, texts in caller.parameters("query"):
        words = caller.words(operation)
        with caller.world.nothing_changed():
            for text in texts:
                with telling(operation, name, text):
                    # A write is based on what never was, so that none is made.
                    response = caller.send(operation, words, f"{name}={text}", tag='"999999"')
                    judge_query(operation, name, schema, text, response)
                    tried += 1
    assert tried > 600


def judge_query(operation: Operation, name: str, schema: Mapping[str, Any], text: str, response: Response) -> None:
    """Fail unless the answer to a request with this query parameter is as it should be."""
    given = unquote_plus(text)
    named = {fault["field"] for fault in response.json().get("problems", ())} if response.status_code == 422 else set()
    if not can_be(schema, given):
        assert (response.status_code, name in named) == (422, True)
    if response.status_code != 200:
        is_proper(response, given)
        assert named == {name} or operation.method != "GET"
        return
    assert operation.method == "GET"
    assert response.headers["content-type"] in {"application/json", "application/x-ndjson"}
    assert response.headers.get("content-language", "en") in {"en", "nb"}
    if name in FILTERS and "counted" in response.json():
        assert response.json()["counted"] == (0 if given else 1)


@pytest.mark.parametrize("name", BODIES)
def test_a_nasty_field_is_refused_or_kept_as_it_is(caller: Caller, name: str) -> None:
    operation = next(each for each in caller.operations if each.name == name)
    words, tag = caller.words(operation), TAGS
    for path, values in caller.fields()[name].items():
        refusals = []
        for value in (functools.reduce(getitem, path, BODIES[name]), *values):
            number = next(caller.numbers)
            body = numbered(with_field(BODIES[name], path, value), number)
            with telling(operation, path, value):
                response = caller.send(operation, words, body=body, tag=tag)
                if response.status_code >= 300:
                    is_proper(response, value, 422)
                    refusals.append(body)
                    continue
                tag = response.headers["etag"]
                expected = numbered(expectation(name, path[-1], value), number)
                # As text, 1 and 1.0 and true are three things.
                assert json.dumps(kept(caller, operation, words, response)[path[-1]]) == json.dumps(expected)
        assert 0 < len(refusals) <= len(values), (name, path)
        with caller.world.nothing_changed():
            assert {caller.send(operation, words, body=body, tag=tag).status_code for body in refusals} == {422}


def test_every_body_with_fields_is_here(caller: Caller) -> None:
    found = {name: list(fields) for name, fields in caller.fields().items() if fields}
    assert set(found) == set(BODIES)
    assert found["answer_several"] == [("answers", "A.1", "level"), ("answers", "A.1", "note")]


def expectation(name: str, field: str, value: Value) -> Value:
    """Return how a value is kept: text in form C, with line feeds, and trimmed where it is one line."""
    if value is None or value == "":
        return EMPTY.get(f"{name} {field}", "")
    if not isinstance(value, str):
        return value
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
    return text if field == "note" else text.strip()


def kept(caller: Caller, operation: Operation, words: Mapping[str, str], response: Response) -> Any:
    """Read again what a write has just answered."""
    path = re.sub(r"{(\w+)}", lambda gap: words[gap[1]], operation.path)
    address = response.headers.get("location", path).removeprefix(PREFIX).partition("/answers")[0]
    shown = caller.client.get(address).json()
    return {each["indicator"]: each for each in shown["answers"]}["A.1"] if "/answers" in path else shown


def numbered(value: Value, number: int) -> Value:
    """Put a number into a value's gaps."""
    return json.loads(json.dumps(value).replace("#", str(number)))


def with_field(body: Any, path: tuple[str, ...], value: Value) -> Any:
    """Return a body with a value in this place."""
    return {**body, path[0]: with_field(body.get(path[0]), path[1:], value)} if path else value


@contextmanager
def telling(operation: Operation, where: object, value: Value) -> Iterator[None]:
    """Name the operation, the place and the value in whatever fails inside."""
    try:
        yield
    except Exception as fault:
        fault.add_note(f"{operation.name}, {where}: {ascii(value)[:200]}")
        raise
