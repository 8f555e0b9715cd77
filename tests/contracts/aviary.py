"""Sets the canaries of `canaries.py` free on the stage: what was done there before, and a word in every text of it."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from app.domain.roles import Role
from app.store.tables import metadata
from app.usecases import assessments, clusters, interests, invitations, members, operators
from tests.contracts.canaries import RULES, Canary, Deed, kind
from tests.contracts.cast import PLACES, Stage

LATER = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
MANAGERS = {"own": "manager", "same": "neighbour", "other": "stranger", "withheld": "keeper"}
# Who is offered a role in another programme, and by whose place.
INVITED, INVITING = "idle", "other"
_ADDED = ("receipts", "totps", "passkeys", "identities", "carried")
# In the JSON of journal, notices and mail: what people wrote, and what they did not. Whatever else there is fails.
_WRITTEN = frozenset({"name", "title", "note", "reason", "level", "region", "sector"})
_SAID = frozenset({"place", "who", "cluster", "assessment", "programme", "round"})
_CODES = frozenset(
    {
        *("role", "audience", "until", "state", "sharing", "slug", "indicator", "invitation", "path", "person"),
        *(
            "cluster_id",
            "programme_id",
            "user",
            "to",
            "by",
            "becomes",
            "hands_over",
            "reference_date",
            "day",
            "expires_at",
        ),
    }
)
_SPECIAL = {"kind": "submitted", "language": "en", "path": "/"}


def live(stage: Stage) -> None:
    """Do what leaves texts behind: rounds, changes to clusters, notes, drafts, roles, an invitation, a conflict."""
    for programme in ("north", "south", "empty"):
        raw = {"name": f"Round of {programme}", "reference_date": "2026-09-30"}
        clusters.open_round(stage.store, operators.OPERATOR, programme, raw)
    for place in PLACES:
        _write(stage, place)
        _change_roles(stage, place)
    inviting = operators.acting_as(stage.store, stage.emails[MANAGERS[INVITING]])
    raw = {"email": stage.emails[INVITED], "role": str(Role.OBSERVER)}
    invitations.invite(stage.store, inviting, raw, cluster=f"cluster-{INVITING}")
    owner = operators.acting_as(stage.store, stage.emails["owner"])
    lifted = stage.things["same", "draft"].words["interest_id"]
    interests.lift(stage.store, owner, "north", lifted, {"reason": "Sold"})


def _write(stage: Stage, place: str) -> None:
    """Change what is said about a cluster, answer with notes, start a draft and delete it."""
    store, frameworks = stage.store, stage.app.state.frameworks
    manager = operators.acting_as(store, stage.emails[MANAGERS[place]])
    words, slug = stage.things[place, "draft"].words, f"cluster-{place}"
    said = {name: f"Another {name}" for name in ("name", "level", "region", "sector")}
    clusters.update(store, manager, slug, said, int(words["cluster_revision"]))
    note = {"level": 1, "note": "What we base it on"}
    assessments.answer(store, frameworks, manager, words["id"], words["indicator"], note, 1)
    chosen = {"framework": words["framework"], "version": words["version"]}
    raw = {**chosen, "reference_date": "2024-09-30", "title": "A mistake"}
    mistaken = assessments.start(store, frameworks, manager, slug, raw).assessment
    assessments.delete(store, manager, mistaken.id)


def _change_roles(stage: Stage, place: str) -> None:
    """Give somebody new a role, change it, and take it away, so that the past alone knows them."""
    slug, email = f"cluster-{place}", f"passing-{place}@example.org"
    manager = operators.acting_as(stage.store, stage.emails[MANAGERS[place]])
    operators.create_user(
        stage.store, {"email": email, "name": "In passing"}, password_hash=None, is_administrator=False
    )
    operators.add_member(stage.store, email, Role.CONTRIBUTOR, cluster=slug, programme=None)

    def membership() -> str:
        found = members.people(stage.store, manager, cluster=slug).people
        return next(each.member.id for each in found if each.member.email == email)

    members.change_role(stage.store, manager, membership(), {"role": str(Role.OBSERVER)})
    members.remove(stage.store, manager, membership())


class Aviary:
    """Every canary that was set free, by its word."""

    def __init__(self, stage: Stage) -> None:
        live(stage)
        self.canaries: dict[str, Canary] = {}
        self._names = {user_id: name for name, user_id in stage.people.items()}
        with stage.store.writing() as tx:
            self._tx = tx
            self._know()
            for table in metadata.sorted_tables:
                if any(field.startswith(f"{table.name}.") for field in RULES):
                    self._fill_in(table)
            for name in _ADDED:
                self._add(metadata.tables[name], stage)
            # Everybody was here before all that was done, so that all of it is news to them.
            tx.connection.execute(sa.update(metadata.tables["users"]).values(visited_at=LONG_AGO))

    def word(self, canary: Canary) -> str:
        """Set a canary free, and return its word."""
        found = f"kanari{len(self.canaries):05}x"
        self.canaries[found] = canary
        return found

    def _know(self) -> None:
        def rows(statement: str) -> list[Any]:
            return list(self._tx.connection.execute(sa.text(statement)))

        def pairs(statement: str) -> dict[str, str]:
            return {row[0]: row[1] for row in rows(statement)}

        self._places = {
            key: slug.removeprefix("cluster-") for key, slug in pairs("SELECT id, slug FROM clusters").items()
        }
        self._programmes = pairs("SELECT id, slug FROM programmes")
        self._states = pairs("SELECT id, state FROM assessments")
        self._of_assessment = pairs("SELECT id, cluster_id FROM assessments")
        self._people_by_email = pairs("SELECT email, id FROM users")
        self._emails: dict[str, str] = {}
        self._roles: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for user, cluster, programme, role in rows("SELECT user_id, cluster_id, programme_id, role FROM memberships"):
            self._roles[user].add((self._places.get(cluster) or self._programmes[programme], role))
        self._inviting: dict[str, set[str]] = defaultdict(set)
        self.inviters = pairs("SELECT id, invited_by FROM invitations")
        for email, user, cluster in rows("SELECT email, invited_by, cluster_id FROM invitations"):
            if invited := self._people_by_email.get(email):
                self._roles[invited].add((self._places[cluster], "invited"))
                self._inviting[user].add(self._names[invited])
                self._inviting[cluster].add(self._names[invited])
        self._know_deeds(rows)

    def _know_deeds(self, rows: Any) -> None:
        """Note beside which deeds each person's name may stand, and each name in the journal."""
        self._deeds: dict[str, set[Deed]] = defaultdict(set)
        self._lines: dict[str, Deed] = {}
        for assessment, user in rows("SELECT assessment_id, updated_by FROM answers"):
            place = self._places[self._of_assessment[assessment]]
            self._deeds[user].add(Deed("has-answered", place, self._states[assessment]))
        for user, cluster in rows("SELECT user_id, cluster_id FROM interests WHERE withdrawn_at IS NULL"):
            self._deeds[user].add(Deed("has-a-conflict", self._places[cluster]))
        for given, revoked, cluster in rows("SELECT given_by, revoked_by, cluster_id FROM consents"):
            for user in filter(None, (given, revoked)):
                self._deeds[user].add(Deed("has-decided", self._places[cluster]))
        lines = "SELECT id, name_digest, verb, cluster_id, subject FROM journal WHERE cluster_id IS NOT NULL"
        for line, digest, verb, cluster, subject in rows(lines):
            deed = Deed(verb, self._places[cluster], self._states.get(subject))
            self._lines[line] = deed
            self._deeds[digest].add(deed)
            self._deeds[subject].add(deed)

    def _about(self, field: str, row: Mapping[str, Any]) -> Canary:
        """Return whose and about what a row is."""
        table = field.split(".", maxsplit=1)[0]
        own_id = str(row.get("id", ""))
        assessment = own_id if table == "assessments" else str(row.get("assessment_id", ""))
        cluster = own_id if table == "clusters" else row.get("cluster_id") or self._of_assessment.get(assessment)
        user = own_id if table == "users" else str(row.get("user_id") or "")
        programme = own_id if table == "programmes" else str(row.get("programme_id") or "")
        named = {"users": user, "journal_names": row.get("digest")}.get(table)
        line = self._lines.get(str(row.get("line_id")))
        return Canary(
            field,
            place=self._places.get(str(cluster or "")),
            person=self._names.get(user, user) if user else None,
            programme=self._programmes.get(programme),
            state=self._states.get(assessment),
            roles=frozenset(self._roles[user]) if table == "users" else frozenset(),
            deeds=frozenset({line} if line else self._deeds.get(str(named), ())),
            invited=frozenset(self._inviting[own_id]) if table in {"users", "clusters"} else frozenset(),
        )

    def _fill_in(self, table: sa.Table) -> None:
        """Put canaries into the rows that there are."""
        connection = self._tx.connection
        for row in connection.execute(sa.select(table)).mappings().all():
            values = self._texts(table, dict(row))
            same = [column == row[column.name] for column in table.primary_key]
            if table.name in {"journal_names", "journal_texts"}:  # the database lets nobody change these
                connection.execute(sa.delete(table).where(*same))
                connection.execute(sa.insert(table).values({**row, **values}))
            else:
                connection.execute(sa.update(table).where(*same).values(values))

    def _add(self, table: sa.Table, stage: Stage) -> None:
        """Add a row full of canaries for one manager in each place."""
        for number, name in enumerate(("manager", "neighbour", "stranger")):
            row = {column.name: _value(column, f"{table.name}-{number}") for column in table.c}
            row |= {"user_id": stage.people[name]} if "user_id" in row else {}
            self._tx.connection.execute(sa.insert(table).values({**row, **self._texts(table, row)}))

    def _texts(self, table: sa.Table, row: Mapping[str, Any]) -> dict[str, str]:
        """Return a row's texts with canaries in their place."""
        found = {}
        for column in table.c:
            field = f"{table.name}.{column.name}"
            if field in RULES:
                found[column.name] = self._text(field, row, self._about(field, row))
        return found

    def _text(self, field: str, row: Mapping[str, Any], canary: Canary) -> str:
        is_json = field.endswith((".about", ".before", ".after"))
        if is_json:
            return json.dumps(self._with_words(json.loads(row[field.split(".")[1]]), canary))
        if field == "invitations.email" and row["email"] in self._people_by_email:
            return self._emails[self._people_by_email[row["email"]]]  # an account's, or it would not be invited
        word = self.word(canary)
        if not field.endswith((".email", ".address")):
            return word
        if field == "users.email":
            self._emails[row["id"]] = f"{word}@example.org"
        return f"{word}@example.org"

    def _with_words(self, said: Mapping[str, Any], canary: Canary) -> dict[str, Any]:
        """Return JSON with a word in the place of what people wrote; what is a code stays, so that it can be told."""
        free = _WRITTEN | (_SAID if canary.field.endswith(".about") else frozenset())
        found = dict(said)
        if "note" in found and "level" in found:
            del found["level"]  # an answer's, which is a number
        for key in _strings(found, free):
            words = {**vars(canary), "key": key}
            found[key] = self.word(Canary(**words))
        return {**said, **found}


def _strings(said: Mapping[str, Any], free: Iterable[str]) -> list[str]:
    """Return the names of the texts that people wrote; a name that is not known fails."""
    names = [name for name, value in said.items() if isinstance(value, str)]
    strange = set(names) - set(free) - _CODES
    assert not strange, f"say in aviary.py whether people wrote this: {strange}"
    return [name for name in names if name in free]


def _value(column: sa.Column[Any], key: str) -> object:
    """Return what a column that holds no canary can hold."""
    kinds: dict[type, object] = {str: key, bool: False, int: 1, bytes: b"{}", dt.datetime: LATER}
    return _SPECIAL.get(column.name, kinds[kind(column)])
