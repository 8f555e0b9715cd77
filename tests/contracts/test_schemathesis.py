"""Schemathesis sends what the OpenAPI description allows, and what it forbids, and holds every answer against it.

All its checks are on, in all its phases: the examples, the limits of each schema, made-up requests, and chains of them.
`object_level_authorization` alone has nothing to compare without a second identity; `access.toml` is played for that.
"""

import ipaddress
import itertools
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
import sqlalchemy as sa
from schemathesis import Case, HookContext, Response
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.engine import events, from_schema
from schemathesis.openapi.checks import RejectedPositiveData
from starlette.types import Receive, Scope, Send

from app.frameworks.reader import Frameworks
from app.store import tables
from tests.api.conftest import app, built, clock, databases, shared, store, template, url, world
from tests.api.world import PREFIX, ApiWorld
from tests.frameworks import catalogues
from tests.make import make_framework, make_old_framework

__all__ = ["app", "built", "clock", "databases", "shared", "store", "template", "url", "world"]

TEXTS = ("name", "level", "region", "sector", "title", "note", "programme")
DONE = (200, 201, 204)
TINY: dict[str, Any] = {"framework": "tiny", "version": "1.0"}
_NETWORK = ipaddress.ip_network("10.0.0.0/8")
_KEY = re.compile(rb"[!-~]{1,200}")
# Bare, 0 is what Schemathesis 4.32 takes for the simplest text of the ETag's pattern, wherever it needs just any.
_TAG = re.compile(rb'"[0-9]{1,9}"|0')
# What no schema can say, as it depends on what there is: such a request is well formed, and still refused with 422.
BEYOND_A_SCHEMA = {
    ("cursor", "cursor"): "a cursor is what a page ended with, and is not to be made up",
    ("format", "not-paged"): "two parameters that exclude each other",
    ("framework", "framework"): "there is no such catalogue",
    ("version", "framework"): "there is no such catalogue, or it is not offered",
    ("round", "round"): "the programme has no such round",
    ("programme", "programme"): "there is no such programme",
    ("slug", "taken"): "another cluster has this address",
    ("slug", "required"): "the name has no letter that an address could be made of",
    ("reference_date", "date"): "a day, but none between 2000 and 2099; or none, and no round that has one",
    ("reference_date", "round-date"): "the round has another day",
    ("level", "level"): "the framework has no such level",
    ("level", "number"): "3.0, which is an integer to a schema, and not to us: the description says so in words",
    ("indicator", "unknown"): "the framework has no such indicator",
    ("answers", "unknown"): "the framework has no such indicator",
    **{(name, "characters"): "a character that Unicode has not assigned" for name in TEXTS},
}
CONFIG: dict[str, Any] = {
    "seed": 1,
    "workers": 1,
    "output": {"sanitization": {"enabled": False}},
    "generation": {"mode": "all", "max-examples": 4, "deterministic": True, "database": "none"},
    # Nothing learnt from runs before, from our own code, or from our sentences: each run is the same.
    "cache": {"enabled": False},
    "analysis": {"constants": {"enabled": False}},
    "phases": {"fuzzing": {"error-feedback": {"enabled": False}}, "stateful": {"max-steps": 6}},
    "checks": {
        # A change that is based on nothing is told so (428), unless there is more to say: nothing there, not yours to
        # change, not in this state.
        "missing_required_header": {"expected-statuses": ["401", "403", "404", "409", "422", "428"]},
        # What cannot be read is 400; an ETag that is not one of ours is outdated by definition, 412.
        "negative_data_rejection": {
            "expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428"]
        },
        "positive_data_acceptance": {"expected-statuses": ["2xx", "304", "401", "403", "404", "409"]},
    },
}


@pytest.fixture
def frameworks() -> Frameworks:
    """The tiny standard, its earlier version, and ECEI, of which the examples in the description speak."""
    return Frameworks((make_framework(), make_old_framework(), catalogues.ecei()))


@dataclass
class Run:
    """What one run of Schemathesis found."""

    failures: dict[tuple[str, str], str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    phases: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    answers: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def see(self, event: events.EngineEvent) -> None:
        """Keep what an event says."""
        if isinstance(event, events.NonFatalError):
            self.errors.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.FatalError):
            self.errors.append(repr(event.exception))
        elif isinstance(event, events.ScenarioFinished):
            self._see_scenario(event)

    def _see_scenario(self, event: events.ScenarioFinished) -> None:
        recorder = event.recorder
        self.phases[event.phase.value] += len(recorder.cases)
        for case_id, node in recorder.cases.items():
            response, operation = recorder.find_response(case_id=case_id), node.value.operation
            # It also tries other methods than the operation's own.
            if response and response.request.method == operation.method.upper():
                self.answers[operation.label.replace(PREFIX, "")][response.status_code] += 1
        for check in itertools.chain.from_iterable(recorder.checks.values()):
            self.checks[check.name] += 1
            if check.failure_info:
                failure, sample = check.failure_info.failure, check.failure_info.code_sample
                self.failures.setdefault((str(failure.operation), failure.title), f"{failure.message}\n{sample}")

    def answered(self, *statuses: int) -> set[str]:
        """Return the operations that gave an answer with one of these statuses."""
        return {label for label, given in self.answers.items() if any(given[status] for status in statuses)}


def run(world: ApiWorld, who: str) -> Run:
    """Run everything as a person, or as nobody, in a world with assessments in each state."""
    world.answer(world.start(**TINY), {"A.1": 2, "A.2": 2, "B.1": 2})
    for cluster in (world.kyst, world.fjord):
        world.submit(cluster, **TINY)
        world.start(cluster)
    headers = {"Authorization": f"Bearer {world.bearer(who)}"} if who != "visitor" else {}
    config = SchemathesisConfig.from_dict({**CONFIG, "headers": headers})
    schema = schemathesis.openapi.from_asgi("/openapi.json", UpToDate(world), config=config)
    schema.hook(filter_failure)
    found = Run()
    for event in from_schema(schema).execute():
        found.see(event)
    return found


class UpToDate:
    """Gives each request a place of its own to come from, and a key and the revision there is, where it has such.

    A key that was used for another request, or a made-up revision, is refused before anything else is looked at.
    """

    def __init__(self, world: ApiWorld) -> None:
        self.world = world
        self.numbers = itertools.count(1)
        self.clients = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request with better conditions."""
        # No lifespan: the store is the test's own, and outlives the run.
        if scope["type"] == "http":
            headers = [(name, self._better(name, value, scope["path"])) for name, value in scope["headers"]]
            # Whoever sends bad tokens from one place is told to wait in the end, whatever else there is to say.
            client = (str(_NETWORK[next(self.clients)]), 50_000)
            await self.world.app({**scope, "headers": headers, "client": client}, receive, send)

    def _better(self, name: bytes, value: bytes, path: str) -> bytes:
        if name == b"idempotency-key" and _KEY.fullmatch(value):
            return b"key-%d" % next(self.numbers)
        if name == b"if-match" and _TAG.fullmatch(value):
            return b'"%d"' % self._revision(path)
        return value

    def _revision(self, path: str) -> int:
        noun, thing, *rest = path.removeprefix(PREFIX).strip("/").split("/")
        table: sa.Table = tables.assessments if noun == "assessments" else tables.clusters
        ours = [table.c.id == thing if noun == "assessments" else table.c.slug == thing]
        if len(rest) == 2:  # answers/A.1
            table = tables.answers
            ours = [table.c.assessment_id == thing, table.c.indicator == rest[1]]
        with self.world.store.reading() as tx:
            return tx.connection.execute(sa.select(table.c.revision).where(*ours)).scalar() or 0


def filter_failure(_context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Pass over a refusal for what no schema can say, and an `If-Match` that we put right ourselves."""
    if isinstance(failure, RejectedPositiveData) and response.status_code == 422:
        faults = {(each["field"].rpartition(".")[2], each["code"]) for each in response.json()["problems"]}
        return not faults <= set(BEYOND_A_SCHEMA)
    if isinstance(failure, AcceptedNegativeData) and case.meta:
        headers: dict[str, Any] = dict(case.headers or {})
        return (case.meta.phase.data.parameter, headers.get("If-Match")) != ("If-Match", "0")
    return True


@pytest.mark.parametrize(
    ("who", "databases"),
    [("manager", "sqlite"), ("manager", "postgresql"), ("owner", "sqlite"), ("visitor", "sqlite")],
    indirect=["databases"],
)
def test_every_answer_is_one_that_the_description_promises(world: ApiWorld, who: str) -> None:
    found = run(world, who)
    assert found.errors == []
    assert "\n".join(f"{key} {value}" for key, value in found.failures.items()) == ""
    assert set(found.checks) == set(CHECKS.get_all_names())
    assert set(found.phases) == {"examples", "coverage", "fuzzing", "stateful"}
    # Who never gets in has tested the doors alone.
    every = set(found.answers)
    assert (
        found.answered(*DONE)
        == {
            "manager": every - {"POST /clusters"},
            "owner": {label for label in every if label.startswith("GET ")}
            | {"POST /clusters", "PATCH /clusters/{cluster}"},
            "visitor": {"GET /frameworks", "GET /frameworks/{framework}/{version}"},
        }[who]
    )
