"""The same small world for every test of a use case: four clusters, two programmes, and one person in each role."""

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from app.domain.clusters import Cluster
from app.domain.lifecycle import Assessment, Move
from app.domain.permissions import Actor, Membership
from app.domain.roles import Role, TokenScope
from app.frameworks.reader import Frameworks
from app.store.database import Store
from app.usecases import assessments, clusters, operators
from tests.make import DAY, Clock, make_cluster, make_levels
from tests.store.kept import keep_cluster, keep_person
from tests.store.lines import lines
from tests.store.stores import content

_ON_CLUSTER = {"observer": Role.OBSERVER, "contributor": Role.CONTRIBUTOR, "manager": Role.MANAGER}
_ON_PROGRAMME = {"reader": Role.READER, "owner": Role.OWNER}
PEOPLE = (
    *("observer", "contributor", "manager", "evaluator", "programme-evaluator", "reader", "owner", "administrator"),
    *("neighbour", "stranger", "nobody"),
)


@dataclass(frozen=True)
class Line:
    """A line of the journal."""

    verb: str
    subject: str
    by: str
    cluster: str | None
    programme: str | None
    before: dict[str, object]
    after: dict[str, object]


class World:
    """Clusters kyst and fjord in the programme north, fjell in south, alene in none; people by what they are to kyst.

    `neighbour` manages fjord, `stranger` manages fjell, `nobody` has no role.
    """

    def __init__(self, store: Store, frameworks: Frameworks, clock: Clock) -> None:
        self.store, self.frameworks, self.clock = store, frameworks, clock
        with store.writing():
            self.kyst, self.fjord = (
                keep_cluster(store, make_cluster("kyst")),
                keep_cluster(store, make_cluster("fjord")),
            )
            self.fjell = keep_cluster(store, make_cluster("fjell", "south"))
            self.alene = keep_cluster(store, make_cluster("alene", None))
            for name in PEOPLE:
                keep_person(store, name.capitalize(), *self._roles(name), is_administrator=name == "administrator")

    def _roles(self, name: str) -> tuple[Membership, ...]:
        if name in _ON_CLUSTER:
            return (Membership(_ON_CLUSTER[name], cluster_id=self.kyst.id),)
        if name in _ON_PROGRAMME:
            return (Membership(_ON_PROGRAMME[name], programme_id="programme-north"),)
        return {
            "evaluator": (Membership(Role.EVALUATOR, cluster_id=self.kyst.id),),
            "programme-evaluator": (Membership(Role.EVALUATOR, programme_id="programme-north"),),
            "neighbour": (Membership(Role.MANAGER, cluster_id=self.fjord.id),),
            "stranger": (Membership(Role.MANAGER, cluster_id=self.fjell.id),),
        }.get(name, ())

    def actor(self, name: str) -> Actor:
        """Return a person as an actor, with the roles they have now."""
        return operators.acting_as(self.store, f"{name}@example.org")

    def token(self, name: str, *scopes: str, but: str = "") -> Actor:
        """Return a person who came with a token of these scopes, or of all but one."""
        chosen = frozenset(map(TokenScope, scopes)) if scopes else frozenset(TokenScope) - {TokenScope(but)}
        return dataclasses.replace(self.actor(name), token_scopes=chosen)

    def register(self, name: str) -> Cluster:
        """Register a cluster in no programme."""
        return clusters.register(self.store, self.actor("administrator"), {"name": name})

    @property
    def manager(self) -> Actor:
        """The manager of kyst."""
        return self.actor("manager")

    def manager_of(self, cluster: Cluster) -> Actor:
        """Return a manager of any cluster, made where there is none yet."""
        names = {"kyst": "manager", "fjord": "neighbour", "fjell": "stranger"}
        name = names.get(cluster.slug, f"manager-of-{cluster.slug}")
        if name not in PEOPLE and not any(user.id == name for user in operators.users(self.store)):
            keep_person(self.store, name.capitalize(), Membership(Role.MANAGER, cluster_id=cluster.id))
        return self.actor(name)

    def start(self, cluster: Cluster | None = None, day: dt.date = DAY, **raw: object) -> Assessment:
        """Start an assessment of kyst, or of another cluster, through its manager."""
        cluster = cluster or self.kyst
        sent = {"title": "Autumn", "reference_date": day.isoformat(), **raw}
        manager = self.manager_of(cluster)
        return assessments.start(self.store, self.frameworks, manager, cluster.slug, sent).assessment

    def answer(self, assessment: Assessment, levels: Mapping[str, int | None]) -> Assessment:
        """Answer several indicators at once through the cluster's manager."""
        sent = {number: {"level": level} for number, level in levels.items()}
        manager = self.manager_of(assessment.cluster)
        revision = self.read(assessment).revision
        report = assessments.answer_all(self.store, self.frameworks, manager, assessment.id, sent, revision)
        return report.assessment

    def complete(self, cluster: Cluster | None = None, *, gold: bool = True, day: dt.date = DAY) -> Assessment:
        """Start an assessment and answer everything."""
        return self.answer(self.start(cluster, day), make_levels(gold=gold))

    def submit(
        self, cluster: Cluster | None = None, levels: Mapping[str, int] | None = None, day: dt.date = DAY, **raw: object
    ) -> Assessment:
        """Start an assessment, answer everything, at the benchmark if nothing else is said, and submit it."""
        assessment = self.answer(self.start(cluster, day, **raw), levels or make_levels())
        return self.move(assessment, Move.SUBMIT)

    def move(self, assessment: Assessment, wanted: Move) -> Assessment:
        """Make a move through the cluster's manager."""
        manager = self.manager_of(assessment.cluster)
        moved = assessments.move(self.store, self.frameworks, manager, assessment.id, wanted).assessment
        # A first submission changes the cluster too: from then on it shares with its programme.
        for name in ("kyst", "fjord", "fjell", "alene"):
            if getattr(self, name).id == moved.cluster.id:
                setattr(self, name, moved.cluster)
        return moved

    def withdraw(self, assessment: Assessment) -> Assessment:
        """Take an assessment back."""
        return self.move(assessment, Move.WITHDRAW)

    def read(self, assessment: Assessment) -> Assessment:
        """Return an assessment as it is kept now."""
        manager = self.manager_of(assessment.cluster)
        return assessments.report(self.store, self.frameworks, manager, assessment.id).assessment

    def journal(self) -> list[Line]:
        """Return every line of the journal in the order in which it was written."""
        return [
            Line(
                verb=row["verb"],
                subject=row["subject"],
                by=row["actor_id"],
                cluster=row["cluster_id"],
                programme=row["programme_id"],
                before=json.loads(row["before"] or "{}"),
                after=json.loads(row["after"] or "{}"),
            )
            for row in lines(self.store)
        ]

    def verbs(self) -> list[str]:
        """Return the verbs of the journal in the order in which they were written."""
        return [line.verb for line in self.journal()]

    @contextmanager
    def unchanged(self, *, but_counted: bool = False) -> Iterator[None]:
        """Fail where what is done inside changes any row, the journal's lines among them.

        Tries that are refused are counted where they are limited: `but_counted` fails where they are not.
        """
        before = content(self.store)
        yield
        after = content(self.store)
        if but_counted:
            assert after["attempts"] != before["attempts"]
            # The counters are named with a key that the first of them makes.
            before |= {name: after[name] for name in ("attempts", "keys")}
        assert after == before

    @contextmanager
    def one_line(self, verb: str) -> Iterator[None]:
        """Fail unless what is done inside writes exactly one line, with this verb."""
        before = self.verbs()
        yield
        assert self.verbs() == [*before, verb]
