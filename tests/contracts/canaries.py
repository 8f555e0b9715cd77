"""A canary in every text of every tenant: a word that stands nowhere else, with who may come upon it, by hand.

The fields are found from the tables. One that is not named here fails the run: whoever adds a text says here who may
see it. What somebody is to a place comes from `[standing]` in access.toml, which is written by hand too.
"""

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.store.database import Transaction
from app.store.tables import metadata
from tests.contracts.cast import PLACES, PROGRAMMES, Stage

WORD = re.compile(r"kanari\d{5}x", re.IGNORECASE)
LATER = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Canary:
    """A text of somebody's: the field that it stands in, the place or person or programme it is about, its state."""

    field: str
    place: str | None = None
    person: str | None = None
    programme: str | None = None
    state: str | None = None


# Who may come upon it: (what they are to each place, who they are, the canary).
Rule = Callable[[Mapping[str, str], str, Canary], bool]
_INSIDE = frozenset({"observer", "contributor", "manager", "observer-evaluator"})
_FOLLOWING = frozenset({"programme-evaluator", "reader", "owner", "administrator"})
_OWNING = frozenset({"owner", "administrator"})
_KNOWING = _INSIDE | _FOLLOWING | {"evaluator"}


def of_cluster(standing: Mapping[str, str], who: str, canary: Canary) -> bool:
    """What a cluster is: for whoever has a role on it, or on its programme, whether it shares or not."""
    is_named = canary.field == "clusters.name" and who == "conflicted"  # on the list of one's own declarations
    return standing[canary.place or ""] in _KNOWING or is_named


def of_assessment(standing: Mapping[str, str], _who: str, canary: Canary) -> bool:
    """What a cluster writes: its own people, and of what is submitted the evaluator and those it shares with."""
    place = canary.place or ""
    if standing[place] in _INSIDE:
        return True
    shared = standing[place] in _FOLLOWING and place != "withheld"
    return canary.state == "submitted" and (shared or standing[place] == "evaluator")


def of_programme(standing: Mapping[str, str], who: str, canary: Canary) -> bool:
    """A programme's and its rounds' names: for its own people and those of its clusters."""
    if canary.programme == "empty":
        return who in {"idle", "administrator"}
    places = [place for place in PLACES if PROGRAMMES[place] == canary.programme]
    return any(standing[place] in {*_KNOWING, "out-of-sight"} for place in places)


def of_person(standing: Mapping[str, str], who: str, canary: Canary) -> bool:
    """A person's name: their own; beside what they wrote or decided; beside a conflict that they declared."""
    if who == canary.person:
        return True
    if canary.person in {"conflicted", "abstainer"}:
        return bool(_OWNING & set(standing.values()))
    if not canary.place:
        return False
    written = Canary("", place=canary.place, state="submitted")
    return of_assessment(standing, who, written)


def of_declarer(standing: Mapping[str, str], who: str, canary: Canary) -> bool:
    """Why somebody declared a conflict: for themselves, and for who follows the programme up as its owner."""
    return who == canary.person or standing[canary.place or ""] in _OWNING


def own(_standing: Mapping[str, str], who: str, canary: Canary) -> bool:
    """One's own and nobody else's."""
    return who == canary.person


def nobody(_standing: Mapping[str, str], _who: str, _canary: Canary) -> bool:
    """No page and no answer has this."""
    return False


RULES: Mapping[str, Rule] = {
    "users.name": of_person,
    "users.email": own,
    "users.password_hash": nobody,
    "programmes.name": of_programme,
    "rounds.name": of_programme,
    **dict.fromkeys(("clusters.name", "clusters.level", "clusters.region", "clusters.sector"), of_cluster),
    "assessments.title": of_assessment,
    "answers.note": of_assessment,
    "interests.reason": of_declarer,
    "invitations.email": nobody,
    "tokens.name": own,
    "sessions.client": own,
    "sessions.challenge": nobody,
    "totps.secret": nobody,
    "passkeys.name": own,
    "passkeys.credential": nobody,
    "identities.issuer": own,
    "identities.subject": nobody,
    **dict.fromkeys(("outbox.address", "outbox.about", "outbox.failure"), nobody),
    "notices.about": own,
    **dict.fromkeys(("journal.actor_name", "journal.before", "journal.after"), nobody),
    **dict.fromkeys(("receipts.key", "receipts.headers"), nobody),
}
# Fields that hold no text of anybody's, and so no canary.
_ID, _CODE = "an id of ours", "one of our own words"
_DIGEST, _NAME = "a digest, made of what it must match", "part of an address, which whoever asks has typed"
NO_TEXT: Mapping[str, str] = {
    **{
        f"{table.name}.{column.name}": _ID
        for table in metadata.sorted_tables
        for column in table.c
        if column.name == "id" or column.name.endswith(("_id", "_by")) or column.foreign_keys
    },
    **dict.fromkeys(("programmes.slug", "rounds.slug", "clusters.slug", "notices.path"), _NAME),
    **dict.fromkeys(("memberships.role", "invitations.role", "invitations.closed_as", "consents.audience"), _CODE),
    **dict.fromkeys(("users.language", "users.muted", "tokens.scopes", "outbox.language", "outbox.kind"), _CODE),
    **dict.fromkeys(("notices.kind", "journal.verb", "keys.purpose", "scorecards.outcome", "assessments.state"), _CODE),
    **dict.fromkeys(("assessments.framework", "assessments.version", "assessments.digest", "answers.indicator"), _CODE),
    **dict.fromkeys(("sessions.digest", "tokens.digest", "resets.digest", "recovery_codes.digest"), _DIGEST),
    **dict.fromkeys(("invitations.digest", "receipts.request_digest", "attempts.key", "keys.wrapped"), _DIGEST),
    "journal.subject": _ID,
}
# Shown to its own manager on a page and, but for some, in an answer of the API: the crawl must come upon it there.
SHOWN = (
    *("clusters.name", "clusters.level", "clusters.region", "clusters.sector", "programmes.name", "rounds.name"),
    *("assessments.title", "answers.note", "users.name", "users.email", "tokens.name"),
)
ON_PAGES_ALONE = {"programmes.name", "rounds.name", "users.email", "tokens.name"}
_FILLED_IN = ("users", "programmes", "rounds", "clusters", "assessments", "answers", "interests", "tokens")
_ABOUT = ("cluster", "assessment", "programme", "round", "person", "role", "title", "when", "who")


def texts() -> set[str]:
    """Return every field of every table that holds text."""
    return {
        f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.c if _kind(column) is str
    }


def _kind(column: sa.Column[Any]) -> type:
    """Return the kind of value that a column holds, below the types of our own and of SQLModel."""
    below: sa.types.TypeEngine[Any] = getattr(column.type, "impl", column.type)
    return below.python_type


class Aviary:
    """Every canary that was set free, by its word."""

    def __init__(self, stage: Stage) -> None:
        self.canaries: dict[str, Canary] = {}
        self._names = {user_id: name for name, user_id in stage.people.items()}
        self._places = {f"cluster-{place}": place for place in PLACES}
        with stage.store.writing() as tx:
            self._know(tx)
            for name in _FILLED_IN:
                self._fill_in(tx, metadata.tables[name])
            for name in sorted({field.split(".")[0] for field in RULES} - set(_FILLED_IN)):
                self._add(tx, metadata.tables[name], stage)

    def word(self, canary: Canary) -> str:
        """Set a canary free, and return its word."""
        found = f"kanari{len(self.canaries):05}x"
        self.canaries[found] = canary
        return found

    def _know(self, tx: Transaction) -> None:
        def pairs(statement: str) -> dict[str, str]:
            return {row[0]: row[1] for row in tx.connection.execute(sa.text(statement))}

        clusters = pairs("SELECT id, slug FROM clusters")
        self._of_cluster = {key: self._places[slug] for key, slug in clusters.items()}
        self._programmes = pairs("SELECT id, slug FROM programmes")
        self._states = pairs("SELECT id, state FROM assessments")
        self._of_assessment = pairs("SELECT id, cluster_id FROM assessments")
        self._of_member = pairs("SELECT user_id, cluster_id FROM memberships WHERE cluster_id IS NOT NULL")

    def _about(self, field: str, row: Mapping[Any, Any]) -> Canary:
        """Return whose and about what a row is."""
        table = field.split(".", maxsplit=1)[0]
        own_id = str(row.get("id", ""))
        assessment = own_id if table == "assessments" else str(row.get("assessment_id", ""))
        cluster = own_id if table == "clusters" else row.get("cluster_id") or self._of_assessment.get(assessment)
        user = own_id if table == "users" else str(row.get("user_id") or row.get("invited_by") or "")
        programme = own_id if table == "programmes" else str(row.get("programme_id") or "")
        return Canary(
            field,
            place=self._of_cluster.get(str(cluster or self._of_member.get(user, ""))),
            person=self._names.get(user, user) if user else None,
            programme=self._programmes.get(programme),
            state=self._states.get(assessment),
        )

    def _fill_in(self, tx: Transaction, table: sa.Table) -> None:
        """Put canaries into the rows that there are."""
        fields = [column for column in table.c if f"{table.name}.{column.name}" in RULES]
        for row in tx.connection.execute(sa.select(table)).mappings().all():
            values = {
                column.name: self._text(column, self._about(f"{table.name}.{column.name}", row)) for column in fields
            }
            same = [column == row[column.name] for column in table.primary_key]
            tx.connection.execute(sa.update(table).where(*same).values(values))

    def _add(self, tx: Transaction, table: sa.Table, stage: Stage) -> None:
        """Add a row full of canaries for one manager in each place."""
        for number, (name, place) in enumerate({"manager": "own", "neighbour": "same", "stranger": "other"}.items()):
            row = {column.name: _value(column, f"{table.name}-{number}") for column in table.c}
            ids = {"user_id": stage.people[name], "cluster_id": self._cluster_id(place), "programme_id": None}
            row |= {key: value for key, value in ids.items() if key in row}
            row |= {key: stage.people[name] for key in ("invited_by", "actor_id") if key in row}
            about = dict(row)
            row |= {
                column.name: self._text(column, self._about(f"{table.name}.{column.name}", about))
                for column in table.c
                if f"{table.name}.{column.name}" in RULES
            }
            tx.connection.execute(sa.insert(table).values(row))

    def _cluster_id(self, place: str) -> str:
        return next(key for key, found in self._of_cluster.items() if found == place)

    def _text(self, column: sa.Column[Any], canary: Canary) -> str:
        word = self.word(canary)
        if column.name in {"about", "before", "after", "headers"}:
            return json.dumps(dict.fromkeys(_ABOUT, word))
        return f"{word}@example.org" if column.name in {"email", "address"} else word


def _value(column: sa.Column[Any], key: str) -> object:
    """Return what a column that holds no canary can hold."""
    special = {
        "role": "manager",
        "closed_as": None,
        "kind": "submitted",
        "language": "en",
        "path": "/",
        "verb": "updated",
    }
    kinds: dict[type, object] = {str: key, bool: False, int: 1, bytes: b"{}", dt.datetime: LATER}
    return special[column.name] if column.name in special else kinds[_kind(column)]


def found_in(*said: str) -> Iterator[str]:
    """Yield every canary's word in what was said."""
    for text in said:
        yield from (word.lower() for word in WORD.findall(text))
