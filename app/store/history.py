"""What the journal tells people: the lines about one cluster or assessment, the newest first, a page at a time."""

import datetime as dt
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.domain.lifecycle import PRIVATE
from app.domain.permissions import Reach
from app.store.assessments import opens
from app.store.clusters import reaches
from app.store.database import Transaction
from app.store.journal import NOTHING
from app.store.tables import assessments, clusters, journal, journal_names, journal_texts, users

_POSITION = re.compile(r"[0-9]{1,9}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_COLUMNS = (
    *(journal.c[name] for name in ("id", "at", "position", "actor_id", "verb", "subject", "indicator", "cluster_id")),
    journal_names.c.name.label("actor"),
    journal_texts.c.before,
    journal_texts.c.after,
    clusters.c.slug.label("cluster"),
    clusters.c.name.label("cluster_name"),
    users.c.name.label("person"),
)
_JOINED = (
    journal.outerjoin(journal_names, journal_names.c.digest == journal.c.name_digest)
    .outerjoin(journal_texts, journal_texts.c.line_id == journal.c.id)
    .outerjoin(clusters, clusters.c.id == journal.c.cluster_id)
    .outerjoin(assessments, assessments.c.id == journal.c.subject)
    .outerjoin(users, users.c.id == journal.c.subject)
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a history a line stands; a page goes on behind the last one of the page before."""

    at: dt.datetime
    position: int
    id: str

    @property
    def parts(self) -> tuple[str, str, str]:
        """The place as words, from which `of` makes it again."""
        return self.at.isoformat(), str(self.position), self.id

    @classmethod
    def of(cls, parts: Sequence[str]) -> "Place | None":
        """Return the place that was put into these words, None for what is none."""
        try:
            moment, position, line_id = parts
            at = dt.datetime.fromisoformat(moment)
        except ValueError:
            return None
        is_whole = at.utcoffset() == dt.timedelta(0) and _POSITION.fullmatch(position) and _ID.fullmatch(line_id)
        return cls(at.astimezone(dt.UTC), int(position), line_id) if is_whole else None


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line of the journal as people are told it.

    `actor` is None where the name was erased. `assessment` is the title of the assessment that it is about, `person`
    the name of the person; None where it is about none, or one that is no longer there or not for the reader.
    """

    place: Place
    actor_id: str
    actor: str | None
    verb: str
    subject: str
    indicator: str | None
    cluster: str | None
    cluster_name: str | None
    assessment: str | None
    person: str | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @property
    def at(self) -> dt.datetime:
        """When it was done."""
        return self.place.at

    @property
    def assessment_id(self) -> str | None:
        """The assessment that it is about, None where `assessment` is."""
        return None if self.assessment is None else self.subject


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who is told: of what lies within reach and is shared with them, the lines with these verbs.

    Only where it `is_whole`, what has not been submitted or was withdrawn is called by its title.
    """

    within: Reach
    verbs: Collection[str]
    is_whole: bool

    @property
    def told(self) -> sa.ColumnElement[bool]:
        """The condition that keeps lines to those that they are told."""
        # A line about no assessment, or about a draft that was deleted, has nothing that could be withheld.
        is_open = sa.or_(assessments.c.id.is_(None), opens(self.within))
        return sa.and_(reaches(self.within), journal.c.verb.in_(sorted(self.verbs)), is_open)

    @property
    def named(self) -> sa.ColumnElement[bool]:
        """The condition under which they may know an assessment's title."""
        return sa.or_(assessments.c.state.not_in(PRIVATE), reaches(self.within) if self.is_whole else sa.false())


def of_cluster(
    tx: Transaction, cluster_id: str, hearing: Hearing, *, behind: Place | None, limit: int
) -> list[PastLine]:
    """Return a cluster's lines, the newest first from behind a place."""
    about = sa.and_(journal.c.cluster_id == cluster_id, hearing.told)
    return _read(tx, about, [hearing], behind=behind, limit=limit)


def of_assessment(
    tx: Transaction,
    assessment_id: str,
    hearing: Hearing,
    *,
    indicator: str | None,
    behind: Place | None,
    limit: int,
) -> list[PastLine]:
    """Return an assessment's lines, or those about one of its indicators, the newest first from behind a place."""
    about = sa.and_(journal.c.subject == assessment_id, hearing.told)
    if indicator is not None:
        about = sa.and_(about, journal.c.indicator == indicator)
    return _read(tx, about, [hearing], behind=behind, limit=limit)


def since(
    tx: Transaction, moment: dt.datetime, *, by_others_than: str, hearings: Sequence[Hearing], limit: int
) -> list[PastLine]:
    """Return what others did in clusters since a moment, of what is told in any of the ways."""
    about = sa.and_(
        journal.c.at > moment,
        journal.c.actor_id != by_others_than,
        journal.c.cluster_id.is_not(None),
        sa.or_(*(hearing.told for hearing in hearings)),
    )
    return _read(tx, about, hearings, behind=None, limit=limit)


def _read(
    tx: Transaction,
    about: sa.ColumnElement[bool],
    hearings: Sequence[Hearing],
    *,
    behind: Place | None,
    limit: int,
) -> list[PastLine]:
    title = sa.case((sa.or_(*(hearing.named for hearing in hearings)), assessments.c.title)).label("assessment")
    statement = sa.select(*_COLUMNS, title).select_from(_JOINED).where(about)
    if behind is not None:
        statement = statement.where(_before(behind))
    order = (journal.c.at.desc(), journal.c.position.desc(), journal.c.id.desc())
    found = tx.connection.execute(statement.order_by(*order).limit(limit)).mappings()
    return [_line(row) for row in found]


def _before(place: Place) -> sa.ColumnElement[bool]:
    same_moment = sa.and_(
        journal.c.at == place.at,
        sa.or_(
            journal.c.position < place.position,
            sa.and_(journal.c.position == place.position, journal.c.id < place.id),
        ),
    )
    return sa.or_(journal.c.at < place.at, same_moment)


def _line(row: sa.RowMapping) -> PastLine:
    values = {name: row[name] for name in ("actor_id", "actor", "verb", "subject", "indicator")}
    names = {name: row[name] for name in ("cluster", "cluster_name", "assessment", "person")}
    texts = {name: json.loads(row[name] or NOTHING) for name in ("before", "after")}
    return PastLine(Place(row["at"], row["position"], row["id"]), **values, **names, **texts)
