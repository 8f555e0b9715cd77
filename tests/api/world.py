"""The small world of the use cases' tests, reached through the JSON face: a client for each person, by their token."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from fastapi import FastAPI
from httpx2 import Response
from starlette.testclient import TestClient

from app.domain.lifecycle import Assessment
from app.domain.roles import TokenScope
from app.frameworks.reader import Frameworks
from app.store import keys
from app.store.database import Store
from app.usecases import tokens
from tests.make import Clock
from tests.store.lines import TABLES
from tests.store.stores import content
from tests.usecases.world import World

PREFIX = "/api/v1"
EVERY_SCOPE = frozenset(TokenScope)


class ApiWorld(World):
    """Clusters, people, and what each of them gets to see: `world.as_("manager").get("/clusters")`."""

    def __init__(self, store: Store, frameworks: Frameworks, clock: Clock, app: FastAPI) -> None:
        super().__init__(store, frameworks, clock)
        with store.writing() as tx:
            # Made before anything is compared: the first token would make it.
            keys.current(tx, keys.Purpose.TOKENS)
        self.app = app
        self._clients: dict[tuple[str, frozenset[TokenScope]], TestClient] = {}

    def bearer(self, name: str, scopes: frozenset[TokenScope] = EVERY_SCOPE) -> str:
        """Return a new token of a person."""
        raw = {"name": "test", "scopes": sorted(scopes), "days": 90}
        return tokens.issue(self.store, self.actor(name), raw).secret

    def as_(self, name: str, *scopes: TokenScope) -> TestClient:
        """Return the client of a person, whose token has these scopes, or all."""
        wanted = frozenset(scopes) or EVERY_SCOPE
        if (name, wanted) not in self._clients:
            self._clients[name, wanted] = self._client({"Authorization": f"Bearer {self.bearer(name, wanted)}"})
        return self._clients[name, wanted]

    @property
    def visitor(self) -> TestClient:
        """A client without a token."""
        return self._client({})

    def _client(self, headers: Mapping[str, str]) -> TestClient:
        client = TestClient(self.app, base_url=f"http://testserver{PREFIX}", headers=dict(headers))
        # What fills the headers of a program that says nothing about languages and encodings.
        client.headers["Accept-Encoding"] = "identity"
        return client

    def draft(self, **raw: object) -> str:
        """Start an assessment of kyst and return its id."""
        return self.start(**raw).id  # type: ignore[arg-type]

    def revision(self, assessment: Assessment | str) -> int:
        """Return the revision that an assessment is at."""
        found = self.as_("manager").get(f"/assessments/{assessment if isinstance(assessment, str) else assessment.id}")
        revision: int = found.json()["revision"]
        return revision

    @contextmanager
    def nothing_changed(self) -> Iterator[None]:
        """Fail where what is done inside changes any row, other than tokens made and used, and lines about refusals."""
        before = self._rows()
        yield
        assert self._rows() == before

    def _rows(self) -> dict[str, list[str]]:
        rows = content(self.store)
        accepted = [row for row in rows["journal"] if not {"'issued-token'", "'refused'"} & set(row.split(", "))]
        return {table: found for table, found in rows.items() if table not in {"tokens", *TABLES}} | {
            "journal": accepted
        }


def answered(response: Response, status: int = 200) -> Any:
    """Return the JSON of an answer with this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


def refused(response: Response, status: int, code: str | None = None) -> dict[str, Any]:
    """Return the problem of a refusal with this status, which has the shape that is promised."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert set(problem) - {"problems"} == {"type", "title", "status", "detail", "request_id"}
    assert ("problems" in problem) == (status == 422)
    assert problem["status"] == status
    assert problem["request_id"] == response.headers["x-request-id"]
    if code:
        assert problem["type"].rpartition(":")[2] == code
    return problem


def faults(response: Response) -> list[tuple[str, str]]:
    """Return where and what the faults of a request were."""
    return [(fault["field"], fault["code"]) for fault in refused(response, 422, "invalid")["problems"]]
