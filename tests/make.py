"""Values for tests, made by plain functions with readable defaults. Nothing here is kept in a database."""

import dataclasses
import datetime as dt
import itertools
from collections.abc import Mapping

from app.domain.answers import Answer
from app.domain.clusters import Cluster, Programme, Round
from app.domain.framework import Framework
from app.domain.lifecycle import COUNTING, Assessment, State
from app.domain.permissions import Actor, Membership
from app.domain.roles import CLUSTER_ROLES, Role, TokenScope
from app.domain.scoring import benchmark_levels
from app.frameworks.reader import Frameworks
from tests.frameworks import catalogues

NOW = dt.datetime(2026, 10, 1, 8, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 9, 30)
SECRET = "a secret for tests, which opens nothing else"


class Clock:
    """The time, which stands still until a test moves it."""

    def __init__(self, now: dt.datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def move(self, **by: float) -> dt.datetime:
        """Move the time, such as `hours=2`, and return what it is now."""
        self.now += dt.timedelta(**by)
        return self.now


class Ids:
    """Ids that a person can read, in the order in which they are given out, also to several threads."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def __call__(self) -> str:
        return f"id-{next(self._numbers):05}"


def make_framework(**changes: object) -> Framework:
    """Return the tiny standard, changed where asked: A.1 (weight 1), A.2 (weight 2), B.1 (weight 3), Gold at 8 of 12.

    Levels 0 to 2; A.2 has minimum 1, B.1 eligibility 1; the benchmark is 2, 1, 2.
    """
    return dataclasses.replace(catalogues.tiny(), **changes) if changes else catalogues.tiny()  # type: ignore[arg-type]


def make_old_framework() -> Framework:
    """Return an earlier version of the tiny standard, which is no longer offered."""
    return make_framework(version="0.9", digest="digest-of-0.9", released="2025-01-15", offered=False)


def make_frameworks(*frameworks: Framework) -> Frameworks:
    """Return these standards, by default the tiny one, which is offered, and its earlier version, which is not."""
    return Frameworks(frameworks or (make_framework(), make_old_framework()))


def make_programme(slug: str = "north") -> Programme:
    """Return a programme with the id `programme-north`."""
    return Programme(f"programme-{slug}", slug, f"Programme {slug}")


def make_round(slug: str = "autumn-2026", programme: str = "north", day: dt.date = DAY) -> Round:
    """Return a round of a programme with the id `round-autumn-2026`."""
    return Round(f"round-{slug}", f"programme-{programme}", slug, slug.replace("-", " ").capitalize(), day)


def make_cluster(slug: str = "kyst", programme: str | None = "north", **changes: object) -> Cluster:
    """Return a cluster with the id `cluster-kyst` in a programme."""
    cluster = Cluster(
        id=f"cluster-{slug}",
        slug=slug,
        name=slug.capitalize(),
        programme_id=f"programme-{programme}" if programme else None,
        programme=programme,
        level="arena",
        region="Vestland",
        sector="sea",
        revision=1,
        updated_at=NOW,
    )
    return dataclasses.replace(cluster, **changes)  # type: ignore[arg-type]


def make_actor(
    *roles: Role,
    cluster: str = "kyst",
    programme: str = "north",
    scopes: frozenset[TokenScope] | None = None,
    name: str = "Some Body",
) -> Actor:
    """Return somebody in these roles: on the cluster where a role can be, otherwise on the programme."""
    return Actor(
        user_id="user-1",
        name=name,
        is_administrator=Role.ADMINISTRATOR in roles,
        memberships=tuple(
            Membership(role, cluster_id=f"cluster-{cluster}")
            if role in CLUSTER_ROLES
            else Membership(role, programme_id=f"programme-{programme}")
            for role in roles
            if role is not Role.ADMINISTRATOR
        ),
        token_scopes=scopes,
    )


def make_levels(framework: Framework | None = None, *, gold: bool = True) -> dict[str, int]:
    """Return a level for every indicator: the benchmark, which is Gold, or 0 everywhere, which is not."""
    benchmark = benchmark_levels(framework or make_framework())
    return {number: level if gold else 0 for number, level in benchmark.items()}


def make_answers(levels: Mapping[str, int | None]) -> dict[str, Answer]:
    """Return an answer for each of these levels, saved once."""
    return {number: Answer(number, level, "", 1, NOW, "Some Body") for number, level in levels.items()}


def make_assessment(
    state: State = State.DRAFT,
    *,
    gold: bool | None = None,
    levels: Mapping[str, int | None] | None = None,
    cluster: Cluster | None = None,
    framework: Framework | None = None,
    in_round: Round | None = None,
    **changes: object,
) -> Assessment:
    """Return an assessment: complete where `gold` is said, otherwise with these levels or none."""
    standard = framework or make_framework()
    if levels is None:
        levels = {} if gold is None else make_levels(standard, gold=gold)
    assessment = Assessment(
        id="assessment-1",
        cluster=cluster or make_cluster(),
        title="Autumn",
        reference_date=DAY,
        framework=standard.name,
        version=standard.version,
        digest=standard.digest,
        round_id=in_round.id if in_round else None,
        round=in_round.slug if in_round else None,
        round_name=in_round.name if in_round else None,
        state=state,
        revision=1,
        created_at=NOW,
        updated_at=NOW,
        submitted_at=NOW if state in COUNTING else None,
        answers=make_answers(levels),
    )
    return dataclasses.replace(assessment, **changes)  # type: ignore[arg-type]
