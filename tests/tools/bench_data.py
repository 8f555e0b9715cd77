"""The database that is measured: clusters with a manager each, and a complete assessment to read or to answer on."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from app.domain.permissions import Actor
from app.domain.roles import Role
from app.frameworks import reader
from app.frameworks.reader import Frameworks
from app.settings import DEVELOPMENT_SECRET
from app.store import schema
from app.store import sessions as kept_sessions
from app.store.database import Store, make_engine
from app.usecases import assessments, clusters, operators, tokens
from app.web import identity
from tests.tools.load import Client, request

_NOTE = "Minutes of the steering group, 12 March 2026; the list of members is in the shared folder."
_HERE = {"Origin": "http://127.0.0.1", "Sec-Fetch-Site": "same-origin", "HX-Request": "true"}


@dataclass(slots=True)
class Desk:
    """One manager at work: an assessment, a session, a token, and the answer that is changed, with its revision."""

    assessment: str
    dimension: str
    number: str
    cookie: str
    token: str
    revision: int = 1

    @property
    def browser(self) -> dict[str, str]:
        """What this person's browser sends along."""
        return {"Cookie": f"{identity.PLAIN_COOKIE}={self.cookie}", **_HERE}

    @property
    def program(self) -> dict[str, str]:
        """What this person's program sends along."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def gap_json(self) -> str:
        """Where the gap is to be had as JSON."""
        return f"/api/v1/assessments/{self.assessment}/gap"

    @property
    def gap_page(self) -> str:
        """Where the gap is to be seen."""
        return f"/assessments/{self.assessment}/gap"

    @property
    def save(self) -> str:
        """Where an answer is saved."""
        return f"/assessments/{self.assessment}/dimensions/{self.dimension}"

    def form(self) -> dict[str, object]:
        """Return what the page sends by itself after a level was chosen, each time another one."""
        number = self.number
        chosen = {f"revision-{number}": self.revision, f"level-{number}": self.revision % 5}
        return {**chosen, f"note-{number}": _NOTE}

    def saving(self) -> Client:
        """Save one level after another, each on the revision before."""
        while True:
            status = yield request("POST", self.save, self.browser, self.form())
            self.revision += status == HTTPStatus.OK

    def saving_nothing(self) -> Client:
        """Send the same, to somebody who keeps nothing."""
        sent = request("POST", self.save, self.browser, self.form())
        while True:
            yield sent


def seed(url: str, desks: int) -> list[Desk]:
    """Fill an empty database and return the people at work in it."""
    schema.upgrade(url)
    frameworks = reader.read()
    store = Store(
        make_engine(url),
        clock=lambda: dt.datetime.now(dt.UTC),
        new_id=lambda: secrets.token_hex(8),
        secret=DEVELOPMENT_SECRET,
    )
    with store.writing():  # one commit for all
        operators.create_programme(store, {"slug": "bench", "name": "Bench"})
        made = list(_desks(store, frameworks, desks))
    store.dispose()
    return made


def _desks(store: Store, frameworks: Frameworks, count: int) -> Iterator[Desk]:
    indicators = frameworks.default.indicators
    for each in range(count):
        slug = f"cluster-{each:03}"
        raw = {"slug": slug, "name": f"Cluster number {each}", "programme": "bench"}
        clusters.register(store, operators.OPERATOR, raw)
        manager = _manager(store, slug)
        about = {"title": "Self-assessment 2026", "reference_date": "2026-09-30"}
        begun = assessments.start(store, frameworks, manager, slug, about).assessment
        answers = {i.number: {"level": (each + i.order) % 5, "note": f"{_NOTE} To be checked."} for i in indicators}
        assessments.answer_all(store, frameworks, manager, begun.id, answers, begun.revision)
        first = indicators[each % len(indicators)]
        yield Desk(begun.id, first.dimension, first.number, _session(store, manager), _token(store, manager))


def _manager(store: Store, cluster: str) -> Actor:
    email = f"{cluster}@example.org"
    operators.create_user(store, {"email": email, "name": f"Manager of {cluster}"}, password_hash=None)
    operators.add_member(store, email, Role.MANAGER, cluster=cluster, programme=None)
    return operators.acting_as(store, email)


def _session(store: Store, actor: Actor) -> str:
    secret = secrets.token_urlsafe(32)
    with store.writing() as tx:
        kept_sessions.add(tx, hashlib.sha256(secret.encode()).hexdigest(), actor.user_id or "")
    return secret


def _token(store: Store, actor: Actor) -> str:
    return tokens.issue(store, actor, {"name": "bench", "days": 1, "scopes": ["read"]}).secret
