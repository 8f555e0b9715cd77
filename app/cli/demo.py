"""The demo programme: invented clusters and people, brought in by the same sentences that real ones say."""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import typer
from typing_extensions import override

from app.cli.console import AsJson, Refused, columns, opened, show
from app.cli.demo_file import Demo, DemoCluster, DemoRound, answers_in, days, email, read_demo
from app.domain.framework import Framework
from app.domain.lifecycle import Move
from app.domain.permissions import Actor, Reach
from app.domain.roles import Role
from app.frameworks.reader import Frameworks
from app.main import read_frameworks
from app.settings import Settings
from app.store import accounts as kept_accounts
from app.store import clusters as kept_clusters
from app.store.database import Store, Transaction
from app.usecases import assessments, clusters, inbox, operators

commands = typer.Typer()
_BEFORE_ALL = dt.timedelta(days=14)
_WORKDAY = dt.time(8, 30)


class RewoundStore(Store):
    """A store at moments of one's choosing, all in one transaction: a year's work that is kept whole or not at all."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.engine, lambda: self.moment, store.new_id, store.secret)
        self.latest = self.moment = store.clock()

    def go_to(self, day: dt.date, minutes: float = 0) -> None:
        """Let it be so many minutes into a day's work, or now where that lies ahead."""
        morning = dt.datetime.combine(day, _WORKDAY, tzinfo=dt.UTC)
        self.moment = min(morning + dt.timedelta(minutes=minutes), self.latest)

    @override
    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Write in the transaction that is open, at a moment of its own."""
        with super().writing() as tx:
            yield dataclasses.replace(tx, now=self.moment)


@commands.command("demo")
def load_demo(
    *,
    if_empty: Annotated[bool, typer.Option("--if-empty", help="Do nothing where there is data already.")] = False,
    as_json: AsJson = False,
) -> None:
    """Load the demo programme into an empty database. Everything in it is invented, and anybody may enter it."""
    settings = Settings()
    if settings.is_production:
        raise Refused("Demo accounts can be entered by anybody, so production takes none.")
    demo, frameworks = read_demo(), read_frameworks(settings)
    with opened(settings) as kept:
        store = RewoundStore(kept)
        with store.writing() as tx:
            if _is_empty(tx):
                _load(store, frameworks, demo)
            elif if_empty:
                return
            else:
                raise Refused("The database is not empty, so the demo programme is not loaded.")
    people = [{"email": email(p.name), "name": p.name, "role": p.role, "does": p.does} for p in demo.people]
    lines = [f"Loaded “{demo.programme.name}” with {len(demo.clusters)} invented clusters. One can be:"]
    lines += columns([(f"  {p.name}", p.does) for p in demo.people])
    data = {"programme": demo.programme.slug, "clusters": len(demo.clusters), "people": people}
    show(data, lines, as_json=as_json)


def _is_empty(tx: Transaction) -> bool:
    everything = Reach(everything=True)
    return not (
        kept_accounts.users_listed(tx)
        or kept_clusters.programmes_listed(tx, within=everything)
        or kept_clusters.listed(tx, within=everything, limit=1)
    )


def _load(store: RewoundStore, frameworks: Frameworks, demo: Demo) -> None:
    beginning = demo.rounds[0].opens - _BEFORE_ALL
    store.go_to(beginning)
    operators.create_programme(store, demo.programme.model_dump())
    _make_people(store, demo, beginning)
    owner = _acting_as(store, next(person.name for person in demo.people if person.role is Role.OWNER))
    for cluster in demo.clusters:
        about = {"name": cluster.name, "programme": demo.programme.slug, **cluster.place.model_dump()}
        clusters.register(store, owner, about)
    _give_roles_on_clusters(store, demo)
    for nth, round_ in enumerate(demo.rounds):
        store.go_to(round_.opens)
        for person in demo.people:
            # What they were told about the rounds before is no news any more.
            inbox.read_all(store, _acting_as(store, person.name))
        clusters.open_round(store, owner, demo.programme.slug, round_.model_dump(exclude={"opens"}))
        for cluster in demo.clusters:
            _assess(store, frameworks, demo, cluster, nth)


def _make_people(store: RewoundStore, demo: Demo, day: dt.date) -> None:
    """Make everybody's account, in the order in which they are to be offered, with the roles on the programme."""
    for minute, person in enumerate(demo.people, start=1):
        store.go_to(day, minute)
        is_administrator = person.role is Role.ADMINISTRATOR
        _make_account(store, person.name, is_administrator=is_administrator)
        if not person.cluster and not is_administrator:
            operators.add_member(store, email(person.name), person.role, cluster=None, programme=demo.programme.slug)
    for cluster in demo.clusters:
        if cluster.manager not in {person.name for person in demo.people}:
            # The other clusters' managers only sign what they wrote: closed, they are not offered to be entered.
            _make_account(store, cluster.manager)
            operators.disable_user(store, email(cluster.manager))


def _make_account(store: Store, name: str, *, is_administrator: bool = False) -> None:
    raw = {"email": email(name), "name": name, "is_demo": True}
    operators.create_user(store, raw, password_hash=None, is_administrator=is_administrator)


def _give_roles_on_clusters(store: Store, demo: Demo) -> None:
    for person in demo.people:
        if person.cluster:
            operators.add_member(store, email(person.name), person.role, cluster=person.cluster, programme=None)
    for cluster in demo.clusters:
        operators.add_member(store, email(cluster.manager), Role.MANAGER, cluster=cluster.slug, programme=None)


def _acting_as(store: Store, name: str) -> Actor:
    return operators.acting_as(store, email(name))


def _assess(store: RewoundStore, frameworks: Frameworks, demo: Demo, cluster: DemoCluster, nth: int) -> None:
    """Start a cluster's assessment in a round, answer it over some weeks, and submit it where it was submitted."""
    entry, round_ = cluster.rounds[nth], demo.rounds[nth]
    if entry is None:
        return
    framework, manager = frameworks.default, _acting_as(store, cluster.manager)
    day = round_.opens + dt.timedelta(days=days(cluster, nth, 2, 20, "start"))
    store.go_to(day)
    started = assessments.start(store, frameworks, manager, cluster.slug, _about(round_, framework)).assessment
    for dimension, given in answers_in(demo, framework, cluster, nth):
        day += dt.timedelta(days=days(cluster, nth, 1, 5, dimension.id))
        store.go_to(day, days(cluster, nth, 0, 400, f"{dimension.id} minute"))
        who = _acting_as(store, cluster.helpers.get(dimension.id, cluster.manager))
        revision = assessments.report(store, frameworks, who, started.id).assessment.revision
        assessments.answer_all(store, frameworks, who, started.id, given, revision)
    moves = {"draft": (), "submitted": (Move.SUBMIT,), "withdrawn": (Move.SUBMIT, Move.WITHDRAW)}
    for move in moves[entry.state]:
        day += dt.timedelta(days=days(cluster, nth, 1, 4, move))
        store.go_to(day, days(cluster, nth, 0, 400, f"{move} minute"))
        assessments.move(store, frameworks, manager, started.id, move)


def _about(round_: DemoRound, framework: Framework) -> Mapping[str, object]:
    return {
        "framework": framework.name,
        "version": framework.version,
        "reference_date": round_.reference_date,
        "title": f"Egenvurdering {round_.name.lower()}",
    }
