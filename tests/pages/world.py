"""What a test of pages sets up in one line: programmes, clusters, people with their browsers, assessments."""

import datetime as dt
import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import FastAPI

from app.domain.clusters import Cluster, Programme, Round
from app.domain.framework import Framework
from app.domain.lifecycle import Assessment, Move
from app.domain.permissions import Actor
from app.domain.roles import Role
from app.frameworks.reader import Frameworks
from app.store import passwords
from app.store import sessions as kept_sessions
from app.store.database import Store
from app.usecases import assessments, clusters, operators
from tests.pages.client import PageClient

DAY = dt.date(2026, 9, 30)


@dataclass
class Clock:
    """The time, which stands still until a test moves it."""

    now: dt.datetime = dt.datetime(2026, 11, 23, 12, 0, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass
class World:
    """An application with its database, and short words to fill it."""

    app: FastAPI
    store: Store
    frameworks: Frameworks
    clock: Clock
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def programme(self, slug: str = "north", name: str | None = None) -> Programme:
        """Create a programme."""
        return operators.create_programme(self.store, {"slug": slug, "name": name or f"Programme {slug}"})

    def round(self, name: str, programme: str = "north", day: dt.date = DAY) -> Round:
        """Open a round."""
        return clusters.open_round(
            self.store, operators.OPERATOR, programme, {"name": name, "reference_date": day.isoformat()}
        )

    def cluster(self, slug: str, programme: str | None = "north", name: str | None = None, **place: str) -> Cluster:
        """Register a cluster."""
        raw = {"slug": slug, "name": name or slug.title(), "programme": programme, **place}
        return clusters.register(self.store, operators.OPERATOR, raw)

    def person(self, role: Role, *, cluster: str | None = None, programme: str | None = None, name: str = "") -> Actor:
        """Make a person with a role on a cluster or a programme, or an administrator."""
        email = f"{role}-{next(self._numbers)}@example.org"
        raw = {"email": email, "name": name or f"Some {role}"}
        is_administrator = role is Role.ADMINISTRATOR
        operators.create_user(self.store, raw, password_hash=None, is_administrator=is_administrator)
        if not is_administrator:
            operators.add_member(self.store, email, role, cluster=cluster, programme=programme)
        return operators.acting_as(self.store, email)

    def with_password(self, password: str, *, email: str = "kari@example.org", name: str = "Kari") -> Actor:
        """Make somebody who manages the cluster havbruk and signs in with a password."""
        self.programme()
        self.cluster("havbruk")
        operators.create_user(self.store, {"email": email, "name": name}, password_hash=passwords.hashed(password))
        operators.add_member(self.store, email, Role.MANAGER, cluster="havbruk", programme=None)
        return operators.acting_as(self.store, email)

    def browser(self, actor: Actor | None = None, language: str = "en") -> PageClient:
        """Return the browser of a person who is signed in, or of a visitor."""
        if actor is None or actor.user_id is None:
            return PageClient(self.app, language=language)
        secret = f"secret-{next(self._numbers)}"
        with self.store.writing() as tx:
            # The second step, where there is one, was taken.
            kept_sessions.add(tx, hashlib.sha256(secret.encode()).hexdigest(), actor.user_id, factor_at=tx.now)
        return PageClient(self.app, secret, language)

    def signed_in(
        self, role: Role, *, cluster: str | None = None, programme: str | None = None, language: str = "en"
    ) -> PageClient:
        """Return the browser of a new person in this role."""
        return self.browser(self.person(role, cluster=cluster, programme=programme), language)

    def assessment(
        self,
        cluster: str,
        levels: Mapping[str, int],
        *,
        framework: Framework | None = None,
        day: dt.date = DAY,
        title: str = "Self-assessment",
        submit: bool = True,
    ) -> Assessment:
        """Start an assessment of a cluster, answer these levels, and submit it."""
        standard = framework or self.frameworks.default
        manager = self.person(Role.MANAGER, cluster=cluster)
        raw = {
            "framework": standard.name,
            "version": standard.version,
            "reference_date": day.isoformat(),
            "title": title,
        }
        store, frameworks = self.store, self.frameworks
        report = assessments.start(store, frameworks, manager, cluster, raw)
        sent = {number: {"level": level} for number, level in levels.items()}
        report = assessments.answer_all(store, frameworks, manager, report.assessment.id, sent, 1)
        if submit:
            report = assessments.move(store, frameworks, manager, report.assessment.id, Move.SUBMIT)
        return report.assessment
