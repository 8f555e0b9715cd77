"""The people of the access matrix and the things they ask for, in a database that goes back to how it was."""

import dataclasses
import datetime as dt
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from fastapi import FastAPI
from sqlalchemy import make_url
from starlette.testclient import TestClient

from app.domain.errors import NotSignedIn
from app.domain.lifecycle import Move
from app.domain.messages import Kind
from app.domain.permissions import Actor
from app.domain.roles import Role, TokenScope
from app.frameworks.reader import Frameworks
from app.main import create_app
from app.settings import Settings
from app.store import keys, letters, links, schema, sessions
from app.store import members as kept_members
from app.store.database import Store, make_engine
from app.store.tables import metadata
from app.usecases import assessments, consent, inbox, interests, invitations, members, operators, tokens
from app.web import identity
from tests.frameworks import catalogues
from tests.mails import keep_failed_mail
from tests.make import SECRET
from tests.pages.client import ORIGIN
from tests.pages.world import Clock, World
from tests.store.lines import TABLES

PLACES = ("own", "same", "other", "withheld")
STATES = ("draft", "submitted", "withdrawn")
# A first submission and each decision to share or not make a cluster another one.
CLUSTER_REVISIONS = {"own": "2", "same": "2", "other": "2", "withheld": "3"}
SCOPES = tuple(TokenScope)
# Whose tokens are also tried with one scope each.
HOLDERS = ("manager", "owner")
PROGRAMMES = {"own": "north", "same": "north", "other": "south", "withheld": "north"}
_CLUSTER_ROLES = (Role.OBSERVER, Role.CONTRIBUTOR, Role.MANAGER, Role.EVALUATOR)


@dataclass(frozen=True, slots=True)
class Thing:
    """What a route's parameters stand for, in one place and state."""

    words: Mapping[str, str]

    def fill(self, text: str) -> str:
        """Put the words into a text's gaps."""
        for name, value in self.words.items():
            text = text.replace(f"{{{name}}}", value)
        return text


@dataclass
class Ids:
    """Ids in the order in which they are given out; put back with the database, the same come again."""

    number: int = 0

    def __call__(self) -> str:
        self.number += 1
        return f"{self.number:016x}"


@dataclass
class Stage:
    """The application with everybody and everything there is, which can be put back to how it was."""

    app: FastAPI
    store: Store
    file: Path
    http: TestClient
    ids: "Ids"
    sessions: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    things: dict[tuple[str, str], Thing] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    pristine: bytes = b""
    first_id: int = 0
    _rest: dict[str, list[tuple[object, ...]]] = field(default_factory=dict)
    _verbs: list[str] = field(default_factory=list)

    def missing(self) -> Thing:
        """Return words for what is not there at all."""
        known = self.things["other", "draft"].words
        ids = {"id": "0" * 16, "assessment_id": "0" * 16, "token_id": "f" * 16, "session_id": "f" * 16}
        ids |= {"membership_id": "e" * 16, "invitation_id": "d" * 16, "interest_id": "e" * 16}
        return Thing({**known, **ids, "cluster": "no-such-cluster", "programme": "no-such-programme"})

    def is_untouched(self) -> bool:
        """Whether every byte of the database is as it was."""
        log = Path(f"{self.file}-wal")
        return self.file.read_bytes() == self.pristine and not (log.exists() and log.stat().st_size)

    def noted(self) -> list[str] | None:
        """Return the verbs of the lines that the journal has got, None where anything else was changed as well."""
        if self.is_untouched():
            return []
        rest, verbs = self._contents()
        return verbs[len(self._verbs) :] if rest == self._rest else None

    def keep(self) -> None:
        """Remember the database as it is now."""
        self._rest, self._verbs = self._contents()
        self.store.dispose()
        self.pristine, self.first_id = self.file.read_bytes(), self.ids.number

    def _contents(self) -> tuple[dict[str, list[tuple[object, ...]]], list[str]]:
        """Return every row that is not the journal's, and the verbs of the journal in the order of its lines."""
        with closing(sqlite3.connect(self.file)) as connection:
            tables = [name for name in metadata.tables if name not in TABLES]
            rest = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608
            return rest, [verb for (verb,) in connection.execute("SELECT verb FROM journal ORDER BY rowid")]

    def reset(self) -> None:
        """Put the database back."""
        self.store.dispose()
        for beside in self.file.parent.glob(f"{self.file.name}-*"):
            beside.unlink()
        self.file.write_bytes(self.pristine)
        self.ids.number = self.first_id


def build(folder: Path) -> Iterator[Stage]:
    """Fill a new database with everybody, and give the stage."""
    url = f"sqlite:///{folder / 'access.db'}"
    schema.upgrade(url)
    clock, ids = Clock(), Ids()
    store = Store(make_engine(url), clock=clock, new_id=ids, secret=SECRET)
    # The tiny standard: who may see a page does not hang on how long it is.
    frameworks = Frameworks((catalogues.tiny(),))
    # With a host of its own, so that passkeys are possible.
    app = create_app(Settings(base_url=ORIGIN), store, frameworks)
    world = World(app, store, frameworks, clock)
    headers = {"Origin": ORIGIN, "Accept-Language": "en", "Accept-Encoding": "identity"}
    with TestClient(app, base_url=ORIGIN, headers=headers, follow_redirects=False) as http:
        stage = Stage(app, store, Path(str(make_url(url).database)), http, ids)
        with store.writing():
            people = _people(world)
        known = {user.id: user.email for user in operators.users(store)}
        stage.people = {name: actor.user_id or "" for name, actor in people.items()}
        stage.emails = {name: known[actor.user_id or ""] for name, actor in people.items()}
        _things(world, stage)
        _decide(world, stage, people)
        for name, actor in people.items():
            stage.sessions[name] = _session(world, actor)
        _tokens(world, stage, people)
        _messages(world, stage, people)
        with store.writing() as tx:
            for purpose in keys.Purpose:
                keys.current(tx, purpose)
        stage.keep()
        yield stage
    store.dispose()


def _people(world: World) -> dict[str, Actor]:
    for programme in ("north", "south", "empty"):
        world.programme(programme)
    for slug, programme in PROGRAMMES.items():
        world.cluster(f"cluster-{slug}", programme, name=f"The cluster called {slug}")
    people = {str(role): world.person(role, cluster="cluster-own") for role in _CLUSTER_ROLES}
    people |= {str(role): world.person(role, programme="north") for role in (Role.READER, Role.OWNER)}
    people["administrator"] = world.person(Role.ADMINISTRATOR)
    people["surveyor"] = world.person(Role.EVALUATOR, programme="north")
    people["idle"] = world.person(Role.EVALUATOR, programme="empty")
    people["conflicted"] = world.person(Role.EVALUATOR, programme="north")
    people["abstainer"] = world.person(Role.EVALUATOR, programme="north")
    people["insider"] = world.person(Role.EVALUATOR, programme="north")
    people["both"] = world.person(Role.MANAGER, cluster="cluster-same")
    people["keeper"] = world.person(Role.MANAGER, cluster="cluster-withheld")
    people["stranger"] = world.person(Role.MANAGER, cluster="cluster-other")
    people["demoted"] = world.person(Role.OWNER, programme="north")
    people["neighbour"] = world.person(Role.MANAGER, cluster="cluster-same")
    people["outsider"] = world.person(Role.OWNER, programme="south")
    people["former"] = world.person(Role.MANAGER, cluster="cluster-own")
    people["disabled"] = world.person(Role.MANAGER, cluster="cluster-own")
    return people


def _things(world: World, stage: Stage) -> None:
    framework = world.frameworks.default
    first = framework.indicators[0]
    levels = {indicator.number: 1 for indicator in framework.indicators}
    for place in PLACES:
        member, invited = _colleague(world, place), _invited(world, place)
        draft = world.assessment(f"cluster-{place}", levels, day=dt.date(2026, 9, 30), submit=False)
        submitted = world.assessment(f"cluster-{place}", levels, day=dt.date(2025, 9, 30))
        taken_back = world.assessment(f"cluster-{place}", levels, day=dt.date(2025, 3, 31))
        manager = world.person(Role.MANAGER, cluster=f"cluster-{place}")
        withdrawn = assessments.move(world.store, world.frameworks, manager, taken_back.id, Move.WITHDRAW).assessment
        for state, assessment in {"draft": draft, "submitted": submitted, "withdrawn": withdrawn}.items():
            stage.things[place, state] = Thing(
                {
                    "id": assessment.id,
                    "assessment_id": assessment.id,
                    "revision": str(assessment.revision),
                    "cluster_revision": CLUSTER_REVISIONS[place],
                    "cluster": assessment.cluster.slug,
                    "programme": str(assessment.cluster.programme),
                    "dimension_id": first.dimension,
                    "indicator": first.number,
                    "framework": framework.name,
                    "version": framework.version,
                    "sheet": "clusters",
                    **member,
                    **invited,
                }
            )


def _colleague(world: World, place: str) -> dict[str, str]:
    """Return somebody who contributes to a cluster, whose role can be changed or who can take it over."""
    person = world.person(Role.CONTRIBUTOR, cluster=f"cluster-{place}")
    with world.store.reading() as tx:
        ((_, membership),) = kept_members.roles_of(tx, person.user_id or "")
    return {"member": membership.user_id, "membership_id": membership.id}


def _invited(world: World, place: str) -> dict[str, str]:
    """Return an open invitation to a cluster, with the secret of its link."""
    slug, manager = f"cluster-{place}", world.person(Role.MANAGER, cluster=f"cluster-{place}")
    raw = {"email": f"guest-{place}@example.org", "role": str(Role.OBSERVER)}
    invitations.invite(world.store, manager, raw, cluster=slug)
    (sent,) = members.people(world.store, manager, cluster=slug).invitations
    with world.store.reading() as tx:
        secret = links.secret(tx, Kind.INVITED, sent.invitation.id)
    return {"invitation_id": sent.invitation.id, "secret": secret}


def _decide(world: World, stage: Stage, people: dict[str, Actor]) -> None:
    """Let a cluster withhold what it shared, evaluators declare conflicts, and roles come and go."""
    mail = stage.emails.__getitem__
    consent.stop_sharing(world.store, people["keeper"], "cluster-withheld", "programme")
    interests.declare(world.store, people["conflicted"], {"cluster": "cluster-own", "reason": "A stake"})
    operators.add_member(world.store, mail("abstainer"), Role.EVALUATOR, cluster=None, programme="south")
    for place in PLACES:
        abstainer = operators.acting_as(world.store, mail("abstainer"))
        interests.declare(world.store, abstainer, {"cluster": f"cluster-{place}", "reason": "A stake"})
        newest = interests.own(world.store, abstainer).interests[0].id
        for state in STATES:
            words = stage.things[place, state].words
            stage.things[place, state] = Thing({**words, "interest_id": newest})
    del people["abstainer"]
    for name, role in (("insider", Role.OBSERVER), ("both", Role.EVALUATOR)):
        operators.add_member(world.store, mail(name), role, cluster="cluster-own", programme=None)


def _session(world: World, actor: Actor) -> str:
    secret = world.browser(actor).http.cookies.get(identity.PLAIN_COOKIE)
    return f"{identity.PLAIN_COOKIE}={secret}"


def _tokens(world: World, stage: Stage, people: Mapping[str, Actor]) -> None:
    """Give everybody a token with every scope, some one with each alone, and make those that are good no more."""

    def issue(name: str, *scopes: str) -> str:
        raw = {"name": name, "days": 30, "scopes": list(scopes or SCOPES)}
        person = dataclasses.replace(people[name], confirmed_at=world.clock.now)
        issued = tokens.issue(world.store, person, raw)
        # Used once, so that using it again writes nothing.
        tokens.by_token(world.store, issued.secret, needs_factors=False)
        stage.tokens[":".join((name, *scopes))] = issued.secret
        return issued.token.id

    now = world.clock.now
    world.clock.now = now - dt.timedelta(days=60)
    issue("manager")
    stage.tokens["expired"] = stage.tokens["manager"]
    world.clock.now = now
    tokens.revoke(world.store, people["manager"], issue("manager"))
    stage.tokens["revoked"] = stage.tokens["manager"]
    for name in people:
        token_id = issue(name)
        person = people[name].user_id or ""
        with world.store.reading() as tx:
            session_id = next((session.id for session in sessions.of(tx, person)), "")
        for place, state in stage.things if name == "manager" else ():
            words = stage.things[place, state].words
            stage.things[place, state] = Thing(
                {**words, "token_id": token_id, "session_id": session_id, "person": person}
            )
    for name in HOLDERS:
        for scope in SCOPES:
            issue(name, scope)
    stage.tokens["misspelt"] = stage.tokens["manager"][:-1] + "!"
    mail = stage.emails
    operators.add_member(world.store, mail["demoted"], Role.READER, cluster=None, programme="north")
    operators.remove_member(world.store, mail["demoted"], Role.OWNER, cluster=None, programme="north")
    operators.remove_member(world.store, mail["former"], Role.MANAGER, cluster="cluster-own", programme=None)
    operators.disable_user(world.store, mail["disabled"])
    for name in ("expired", "revoked", "misspelt", "disabled"):
        _require_useless(world.store, stage.tokens[name])


def _messages(world: World, stage: Stage, people: Mapping[str, Actor]) -> None:
    """Take up the manager's notice of the role, the way out of one kind of mail to them, and a mail that failed."""
    manager = people["manager"].user_id or ""
    notice = inbox.inbox(world.store, people["manager"]).notices[0].id
    with world.store.writing() as tx:
        proof = letters.unsubscribing(tx, manager, Kind.SUBMITTED)
    failed = keep_failed_mail(world.store)
    more = {"notice_id": notice, "user_id": manager, "kind": str(Kind.SUBMITTED), "proof": proof, "mail_id": failed}
    for place, state in stage.things:
        stage.things[place, state] = Thing({**stage.things[place, state].words, **more})


def _require_useless(store: Store, token: str) -> None:
    try:
        tokens.by_token(store, token, needs_factors=False)
    except NotSignedIn:
        return
    raise AssertionError(token)
