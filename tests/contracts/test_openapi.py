"""The description of the API at /openapi.json: what programs build on, so no change of it goes unseen.

    GOLDGAP_UPDATE=1 .venv/bin/python -m pytest tests/contracts/test_openapi.py

writes `openapi.json` beside this file, and the examples in `app/api/schemas/examples.json`, anew. Read the difference:
a field renamed or taken away is a promise broken.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from app.api.schemas.examples import FILE as EXAMPLES
from app.domain.roles import TokenScope
from app.frameworks.reader import Frameworks
from app.main import create_app
from app.settings import Settings
from app.web.security import MAX_BODY_BYTES
from tests.api.conftest import app, built, clock, databases, shared, store, template, url, world
from tests.api.world import PREFIX, ApiWorld, answered
from tests.frameworks import catalogues
from tests.frameworks.by_hand import INDICATORS
from tests.make import make_framework

__all__ = ["app", "built", "clock", "databases", "shared", "store", "template", "url", "world"]

SNAPSHOT = Path(__file__).with_name("openapi.json")
UPDATE = os.environ.get("GOLDGAP_UPDATE") == "1"
PRINT = "import json, app.main, app.settings; print(json.dumps(app.main.create_app(app.settings.Settings()).openapi()))"
DESCRIBED = create_app(Settings()).openapi()
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path.removeprefix(PREFIX)}": operation
    for path, methods in DESCRIBED["paths"].items()
    for method, operation in methods.items()
}
PROBLEM = {"$ref": "#/components/schemas/ProblemOut"}
on_sqlite = pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
every_operation = pytest.mark.parametrize("label", OPERATIONS)


def pretty(value: object) -> str:
    """Write JSON so that a difference can be read."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


@pytest.fixture
def frameworks() -> Frameworks:
    """ECEI alone, which is what the examples are about."""
    return Frameworks((catalogues.ecei(),))


def real_answers(world: ApiWorld) -> dict[str, Any]:
    """Ask for one of each model, of a small world; long lists are cut after what shows their shape."""
    levels = dict.fromkeys(INDICATORS, 3) | {"2.5": 0}
    submitted = world.submit(levels=levels)
    since = world.clock.move(hours=1).isoformat()
    draft = world.start()
    manager, owner = world.as_("manager"), world.as_("owner")
    sent = {"level": 3, "note": "Register of 1 September"}
    saved = manager.put(f"/assessments/{draft.id}/answers/1.1.0", json=sent, headers={"If-Match": '"0"'})
    gap = answered(manager.get(f"/assessments/{submitted.id}/gap"))
    framework = answered(manager.get("/frameworks/ecei/2026.1"))
    dimension = framework["dimensions"][0]
    return {
        "answer": answered(saved),
        "assessment": answered(manager.get(f"/assessments/{draft.id}")),
        "assessment_lines": answered(manager.get("/clusters/kyst/assessments")),
        "assessments": answered(manager.get("/assessments", params={"updated_since": since})),
        "cluster": answered(manager.get("/clusters/kyst")),
        "clusters": answered(owner.get("/clusters?limit=1")),
        "framework": framework | {"dimensions": [dimension | {"indicators": dimension["indicators"][:1]}]},
        "frameworks": answered(manager.get("/frameworks")),
        "gap": gap | {"dimensions": gap["dimensions"][:1], "indicators": gap["indicators"][:2]},
        "history": answered(manager.get(f"/assessments/{draft.id}/history")),
        "portfolio": answered(owner.get("/portfolio")),
        "spreads": answered(owner.get("/portfolio/indicators?limit=2")),
        "heatmap": answered(owner.get("/portfolio/heatmap")),
    }


@on_sqlite
def test_the_examples_are_what_is_really_answered(world: ApiWorld) -> None:
    found = pretty(real_answers(world))
    if UPDATE:
        EXAMPLES.write_text(found, encoding="utf-8")
    assert EXAMPLES.read_text(encoding="utf-8") == found


def test_the_description_is_the_one_that_was_looked_at() -> None:
    if UPDATE:
        # Another process, which has read the new examples.
        printed = subprocess.run([sys.executable, "-c", PRINT], check=True, capture_output=True, text=True).stdout
        SNAPSHOT.write_text(pretty(json.loads(printed)), encoding="utf-8")
        return
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == DESCRIBED
    assert SNAPSHOT.read_text(encoding="utf-8") == pretty(DESCRIBED)


@on_sqlite
def test_what_is_served_is_that_description(world: ApiWorld) -> None:
    assert answered(world.visitor.get("http://testserver/openapi.json")) == DESCRIBED


@every_operation
def test_every_operation_says_what_it_does_and_takes(label: str) -> None:
    operation = OPERATIONS[label]
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert all(parameter["description"] for parameter in operation.get("parameters", ()))


def faults(schema: object, example: object) -> list[str]:
    """Return what is wrong with an example of a schema."""
    whole = {"allOf": [schema], "components": DESCRIBED["components"]}
    return [
        error.message for error in jsonschema_rs.Draft202012Validator(whole, validate_formats=True).iter_errors(example)
    ]


def contents(operation: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the body and every answer that has one, each with its media type."""
    for body in (operation.get("requestBody", {}), *operation["responses"].values()):
        yield from body.get("content", {}).items()


@every_operation
def test_every_body_and_every_answer_has_an_example_that_fits_it(label: str) -> None:
    operation = OPERATIONS[label]
    for media_type, content in contents(operation):
        assert content.get("example") is not None, media_type
        assert faults(content["schema"], content["example"]) == [], media_type


@every_operation
def test_every_parameter_that_shows_an_example_fits_it(label: str) -> None:
    for parameter in OPERATIONS[label]["parameters"]:
        given = [*parameter["schema"].get("examples", ()), *([parameter["example"]] if "example" in parameter else [])]
        for example in given:
            assert faults(parameter["schema"], example) == [], parameter["name"]


def test_an_example_that_does_not_fit_would_be_seen() -> None:
    assert faults({"$ref": "#/components/schemas/GapOut"}, {}) != []
    assert faults({"type": "string", "format": "date"}, "2026-02-30") != []


@every_operation
def test_every_refusal_is_described_as_a_problem(label: str) -> None:
    for status, answer in OPERATIONS[label]["responses"].items():
        if int(status) >= 400:
            (content,) = [answer["content"]["application/problem+json"]]
            assert list(answer["content"]) == ["application/problem+json"]
            assert content["schema"] == PROBLEM
            assert content["example"]["status"] == int(status)
            assert content["example"]["title"] == HTTPStatus(int(status)).phrase
            assert ("problems" in content["example"]) == (status == "422")


class Mischief:
    """Asks for one operation in every way that we know to be refused, and remembers with which status it was."""

    def __init__(self, world: ApiWorld, label: str) -> None:
        self.world, self.operation = world, OPERATIONS[label]
        self.method, _, self.path = label.partition(" ")
        self.locked, self.draft = world.submit(levels=dict.fromkeys(INDICATORS, 3)), world.start()
        self.body = self.operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        self.found: set[int] = set()

    def ask(self, person: TestClient, assessment: str = "", query: str = "", **sent: Any) -> None:
        """Make one request that is right but for what is said here."""
        names = {"cluster": "kyst", "id": assessment or self.draft.id, "indicator": "1.1.0"}
        address = self.path.format(**{**names, "framework": "ecei", "version": "2026.1", **sent.pop("names", {})})
        headers = {"If-Match": '"999"', "Content-Type": "application/json"} | sent.pop("headers", {})
        content = sent.pop("content", None if self.body is None else json.dumps(self.body).encode())
        said = {name: value for name, value in headers.items() if value is not None}
        response = person.request(self.method, address + query, content=content, headers=said)
        if response.status_code >= 400:
            assert response.headers["content-type"] == "application/problem+json"
            self.found.add(response.status_code)

    def everything(self) -> set[int]:
        """Return every status that a request was refused with."""
        manager, owner = self.world.as_("manager"), self.world.as_("owner")
        self.ask(self.world.visitor)
        self.ask(owner, query="?canary=1")
        if "503" not in self.operation["responses"]:
            self.ask(owner, names={"framework": "none"})
            return self.found
        for scope in TokenScope:
            self.ask(self.world.as_("manager", scope))
            self.ask(self.world.as_("owner", scope))
        self.ask(manager, names={"cluster": "none", "id": "none"})
        for assessment in (self.locked.id, self.draft.id):
            self.ask(manager, assessment)
            self.ask(manager, assessment, headers={"If-Match": "x"})
            self.ask(manager, assessment, headers={"If-Match": None})
        self.ask(manager, self.locked.id, headers={"If-Match": f'"{self.locked.revision}"'})
        self.ask(manager, headers={"Content-Type": "text/plain"})
        self.ask(manager, content=b" " * (MAX_BODY_BYTES + 1))
        self.world.app.state.frameworks = Frameworks((make_framework(name="ecei", version="2026.1"),))
        self.ask(manager)
        self.world.app.state.needs_factors = True
        self.ask(owner)
        for _ in range(31):
            self.ask(self.world.visitor, headers={"Authorization": "Bearer made-up"})
        with self.world.store.writing() as tx:
            tx.connection.exec_driver_sql("ALTER TABLE tokens RENAME TO elsewhere")
        self.ask(manager)
        return self.found


@on_sqlite
@every_operation
def test_the_refusals_that_are_described_are_those_that_are_given(world: ApiWorld, label: str) -> None:
    described = {int(status) for status in OPERATIONS[label]["responses"] if int(status) >= 400}
    assert Mischief(world, label).everything() == described
