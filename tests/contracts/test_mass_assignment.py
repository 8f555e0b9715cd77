"""No field that a request brings along reaches a column that it is not meant for (S21).

Every write route is sent every column name of the schema, and the words that frameworks fall for, beside what it takes.
The API refuses each of them. A form does what it does without them: browsers and their extensions send more than a form
has, and a person's work is not to be refused for that; what they send is as good as not sent.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from httpx2 import Response
from sqlmodel import SQLModel

from app.store.tables import metadata
from tests.contracts import cast
from tests.contracts.cast import Stage, Thing
from tests.contracts.test_access import MATRIX, STANDING, bearing, credentials, states

TEMPTING = (
    "role",
    "is_admin",
    "is_administrator",
    "owner_id",
    "state",
    "version",
    "id",
    "__class__",
    "admin",
    "scopes",
)
COLUMNS = sorted({column.name for table in metadata.sorted_tables for column in table.c} | set(TEMPTING))
WRITES = [key for key in MATRIX if not key.startswith("GET")]
API = [key for key in WRITES if " /api/" in key]
FORMS = [key for key in WRITES if " /api/" not in key]
# Takes no body: what one would say has no meaning in HTTP, and nothing reads it.
NO_BODY = {"DELETE /api/v1/assessments/{id}"}
# What is a matter of chance in a row: secrets, what is made of them, and what is salted.
BY_CHANCE = {"digest", "salt", "seal", "name_digest", "text_digest", "password_hash", "secret", "sealed", "challenge"}
_GAP = re.compile(r"\{(\w+)\}")


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Everybody and everything there is."""
    yield from cast.build(tmp_path_factory.mktemp("columns"))


def openrag(key: str) -> str:
    """Name a test after the fault of a peer that wrote whatever a body brought along into its row."""
    return f"{key}, openrag #474"


def somebody(key: str) -> tuple[str, str]:
    """Return who may do what a route does to the own cluster's things, and the state that these are in."""
    for state in states(key):
        line = MATRIX[key].get("always") or MATRIX[key][state]
        for status, names in line.items():
            allowed = [name for name in names.split() if name in {"everybody", *STANDING} - {"visitor"}]
            if int(status) < 400 and allowed:
                return ("manager" if "everybody" in allowed or "manager" in allowed else allowed[0]), state
    return "manager", states(key)[0]


def properties(stage: Stage, key: str) -> set[str]:
    """Return what the description says that a route takes in its body."""
    method, _, path = key.partition(" ")
    description: dict[str, Any] = stage.app.openapi()
    content = description["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
    found = content.get("application/json", {}).get("schema", {})
    for choice in (found, *found.get("anyOf", ())):
        name = choice.get("$ref", "").rpartition("/")[2]
        if name and description["components"]["schemas"][name].get("properties"):
            return set(description["components"]["schemas"][name]["properties"])
    return set()


def ask(stage: Stage, key: str, who: str, thing: Thing, extra: Mapping[str, object]) -> Response:
    """Make a route's request as the matrix has it, with more in its body."""
    method, _, path = key.partition(" ")
    send = MATRIX[key].get("send", {})
    headers = credentials(stage, key, who) if " /api/" not in key else bearing(stage, who)
    if "match" in send:
        headers["If-Match"] = f'"{thing.fill(send["match"])}"'
    if " /api/" in key:
        body = {**_filled(send.get("json", {}), thing), **extra}
        return stage.http.request(method, thing.fill(path), headers=headers, json=body)
    form = {**_filled(send.get("form", {}), thing), **extra}
    return stage.http.request(method, thing.fill(path), headers=headers, data=form)


def _filled(value: Any, thing: Thing) -> Any:
    if isinstance(value, dict):
        return {thing.fill(name): _filled(inner, thing) for name, inner in value.items()}
    return thing.fill(value) if isinstance(value, str) else value


def rows(stage: Stage) -> dict[str, list[str]]:
    """Return every row there is, without what is a matter of chance."""
    with stage.store.reading() as tx:
        return {
            table.name: sorted(
                map(repr, tx.connection.execute(sa.select(*(c for c in table.c if c.name not in BY_CHANCE))))
            )
            for table in metadata.sorted_tables
        }


@pytest.mark.parametrize("key", [key for key in API if key not in NO_BODY], ids=openrag)
def test_the_api_refuses_every_column_that_a_body_is_not_meant_to_have(stage: Stage, key: str) -> None:
    who, state = somebody(key)
    thing, meant = stage.things["own", state], properties(stage, key)
    assert ask(stage, key, who, thing, {}).status_code < 300, "without them it must be good"
    stage.reset()
    for name in (each for each in COLUMNS if each not in meant):
        for value in ("manager", 1, True, None):
            answer = ask(stage, key, who, thing, {name: value})
            assert answer.status_code == 422, (name, value)
            if value == "manager":
                assert {fault["code"] for fault in answer.json()["problems"]} == {"unknown"}, name
        assert stage.is_untouched(), name


def test_the_api_refuses_them_inside_of_a_body_too(stage: Stage) -> None:
    key = "PATCH /api/v1/assessments/{id}/answers"
    thing = stage.things["own", "draft"]
    for name in (each for each in COLUMNS if each not in {"level", "note"}):
        inner = {"answers": {thing.words["indicator"]: {"level": 2, name: "manager"}}}
        assert ask(stage, key, "manager", thing, inner).status_code == 422, name
        assert stage.is_untouched(), name


@pytest.mark.parametrize("key", FORMS, ids=openrag)
def test_a_form_does_nothing_else_for_the_columns_that_come_with_it(stage: Stage, key: str) -> None:
    who, state = somebody(key)
    thing = stage.things["own", state]
    meant = {_GAP.sub("", name) for name in MATRIX[key].get("send", {}).get("form", {})}
    answer = ask(stage, key, who, thing, {})
    due, expected = (answer.status_code, answer.headers.get("location")), rows(stage)
    stage.reset()
    strange = [name for name in COLUMNS if name not in meant]
    for extra in (dict.fromkeys(strange, "manager"), dict.fromkeys(strange, "1"), *({name: "1"} for name in TEMPTING)):
        answer = ask(stage, key, who, thing, {name: value for name, value in extra.items() if name not in meant})
        assert (answer.status_code, answer.headers.get("location")) == due
        assert rows(stage) == expected, sorted(extra)
        stage.reset()


def test_no_table_is_a_body_or_an_answer(stage: Stage) -> None:
    tables = {model.__name__ for model in SQLModel.__subclasses__()}
    assert {"UserRow", "ClusterRow"} <= tables
    assert not tables & set(stage.app.openapi()["components"]["schemas"])
