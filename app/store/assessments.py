"""Assessments, their answers and frozen scorecards: rows to domain values and back."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app.domain.answers import Answer
from app.domain.clusters import Cluster
from app.domain.errors import NotFound
from app.domain.lifecycle import COUNTING, PRIVATE, Assessment, State
from app.domain.permissions import Reach
from app.domain.portfolio import Figures, Standing
from app.domain.scoring import Outcome
from app.store.clusters import COLUMNS as CLUSTER_COLUMNS
from app.store.clusters import JOINED as CLUSTERS_JOINED
from app.store.clusters import by_own_role, by_programme, reaches
from app.store.consent import shares
from app.store.database import Transaction
from app.store.tables import answers, assessments, clusters, rounds, scorecards, users

_JOINED = assessments.join(CLUSTERS_JOINED, assessments.c.cluster_id == clusters.c.id).outerjoin(
    rounds, assessments.c.round_id == rounds.c.id
)
_OWN = (
    "id",
    "title",
    "reference_date",
    "framework",
    "version",
    "digest",
    "round_id",
    "state",
    "revision",
    "created_at",
    "updated_at",
    "submitted_at",
)
_COLUMNS = (
    *(assessments.c[name] for name in _OWN),
    rounds.c.slug.label("round"),
    rounds.c.name.label("round_name"),
    *(column.label(f"cluster__{column.name}") for column in CLUSTER_COLUMNS),
)


def opens(within: Reach) -> sa.ColumnElement[bool]:
    """Return the condition that keeps a statement over assessments within reach, and to what their clusters share."""
    return sa.or_(by_own_role(within), sa.and_(by_programme(within), shares(assessments.c.state.in_(PRIVATE))))


def load(tx: Transaction, assessment_id: str, *, within: Reach, to_change: bool = False) -> Assessment:
    """Return one assessment within reach with its answers, locked where it is to be changed; raises NotFound."""
    statement = sa.select(*_COLUMNS).select_from(_JOINED).where(assessments.c.id == assessment_id, opens(within))
    found = tx.connection.execute(statement.with_for_update(of=assessments) if to_change else statement)
    row = found.mappings().one_or_none()
    if row is None:
        raise NotFound
    return _assessment(row, _answers(tx, [assessment_id]).get(assessment_id, {}))


def listed(
    tx: Transaction,
    *,
    within: Reach,
    drafts_within: Reach,
    after: str = "",
    limit: int | None = None,
    updated_since: dt.datetime | None = None,
) -> list[Assessment]:
    """Return the readable assessments by id: drafts and withdrawn ones only where `drafts_within` reaches."""
    readable = sa.or_(assessments.c.state.not_in(PRIVATE), reaches(drafts_within))
    statement = sa.select(*_COLUMNS).select_from(_JOINED).where(opens(within), readable, assessments.c.id > after)
    if updated_since is not None:
        statement = statement.where(assessments.c.updated_at >= updated_since)
    return _with_answers(tx, statement.order_by(assessments.c.id).limit(limit))


def readable(tx: Transaction, ids: Collection[str], *, within: Reach, drafts_within: Reach) -> set[str]:
    """Return which of these can be read: drafts and withdrawn ones only where `drafts_within` reaches."""
    may_read = sa.or_(assessments.c.state.not_in(PRIVATE), reaches(drafts_within))
    statement = sa.select(assessments.c.id).select_from(_JOINED).where(opens(within), may_read)
    return set(tx.connection.execute(statement.where(assessments.c.id.in_(ids))).scalars())


def of_cluster(tx: Transaction, cluster: Cluster, *, within: Reach) -> list[Assessment]:
    """Return a cluster's assessments within reach, the latest reference date first."""
    statement = sa.select(*_COLUMNS).select_from(_JOINED).where(assessments.c.cluster_id == cluster.id, opens(within))
    return _with_answers(tx, statement.order_by(assessments.c.reference_date.desc(), assessments.c.created_at.desc()))


def newest_submitted(tx: Transaction, *, within: Reach, but: Collection[str], limit: int) -> list[Assessment]:
    """Return what was last submitted within reach, the newest first; clusters with the ids `but` are left out."""
    chosen = (assessments.c.state.in_(COUNTING), assessments.c.cluster_id.not_in(but), opens(within))
    statement = sa.select(*_COLUMNS).select_from(_JOINED).where(*chosen)
    newest = statement.order_by(assessments.c.submitted_at.desc(), assessments.c.id.desc())
    return _with_answers(tx, newest.limit(limit))


def previous(tx: Transaction, assessment: Assessment, states: Collection[State] = COUNTING) -> Assessment | None:
    """Return what the cluster last submitted against the same framework before this, None where there is nothing.

    Only what is now in one of the `states` is found.
    """
    same_day = assessments.c.reference_date == assessment.reference_date
    if assessment.submitted_at is not None:
        # Of two on one day, only the one submitted first comes before the other.
        same_day &= assessments.c.submitted_at < assessment.submitted_at
    statement = (
        sa.select(*_COLUMNS)
        .select_from(_JOINED)
        .where(
            assessments.c.cluster_id == assessment.cluster.id,
            assessments.c.id != assessment.id,
            assessments.c.framework == assessment.framework,
            assessments.c.version == assessment.version,
            assessments.c.state.in_(states),
            (assessments.c.reference_date < assessment.reference_date) | same_day,
        )
        .order_by(assessments.c.reference_date.desc(), assessments.c.submitted_at.desc())
        .limit(1)
    )
    return next(iter(_with_answers(tx, statement)), None)


def keep(tx: Transaction, assessment: Assessment) -> None:
    """Write a new assessment or the changed one, without its answers."""
    values = {name: getattr(assessment, name) for name in _OWN if name != "id"}
    values["cluster_id"] = assessment.cluster.id
    changed = tx.connection.execute(sa.update(assessments).where(assessments.c.id == assessment.id).values(values))
    if not changed.rowcount:
        tx.connection.execute(sa.insert(assessments).values(id=assessment.id, **values))


def keep_answer(tx: Transaction, assessment: Assessment, answer: Answer, *, by: str) -> None:
    """Write one answer, given by the person with the id `by`, of an assessment that was loaded to be changed."""
    key = {"assessment_id": assessment.id, "indicator": answer.indicator}
    values = {
        "level": answer.level,
        "note": answer.note,
        "revision": answer.revision,
        "updated_at": answer.updated_at,
        "updated_by": by,
    }
    statement = sa.update(answers).where(*(answers.c[name] == value for name, value in key.items())).values(values)
    if not tx.connection.execute(statement).rowcount:
        tx.connection.execute(sa.insert(answers).values(**key, **values))


def keep_scorecard(tx: Transaction, assessment: Assessment, figures: Figures | None) -> None:
    """Freeze what an assessment scored as it begins to count; None as it ceases to."""
    tx.connection.execute(sa.delete(scorecards).where(scorecards.c.assessment_id == assessment.id))
    if figures is None:
        return
    # Bytes in catalogue order: a whole portfolio is read and counted without touching the answers.
    packed = bytes(level for level in figures.levels if level is not None)
    values = {"points": figures.points, "outcome": figures.outcome, "frozen_at": tx.now}
    tx.connection.execute(sa.insert(scorecards).values(assessment_id=assessment.id, levels=packed, **values))


def delete(tx: Transaction, assessment: Assessment) -> None:
    """Delete an assessment with its answers."""
    tx.connection.execute(sa.delete(assessments).where(assessments.c.id == assessment.id))


def standings(tx: Transaction, *, within: Reach) -> dict[str, list[Standing]]:
    """Return by cluster id where each assessment within reach stands, with the figures frozen in its scorecard."""
    # What is frozen is complete, so only the answers of the others are counted.
    counted = sa.select(sa.func.count(answers.c.level)).where(answers.c.assessment_id == assessments.c.id)
    answered = sa.func.coalesce(sa.func.length(scorecards.c.levels), counted.scalar_subquery())
    statement = (
        sa.select(
            assessments.c.cluster_id,
            assessments.c.id.label("assessment_id"),
            assessments.c.title,
            assessments.c.framework,
            assessments.c.version,
            rounds.c.slug.label("round"),
            assessments.c.reference_date,
            assessments.c.state,
            assessments.c.submitted_at,
            answered.label("answered"),
            scorecards.c.points,
            scorecards.c.outcome,
            scorecards.c.levels,
        )
        .select_from(
            assessments.join(clusters, assessments.c.cluster_id == clusters.c.id)
            .outerjoin(rounds, assessments.c.round_id == rounds.c.id)
            .outerjoin(scorecards, scorecards.c.assessment_id == assessments.c.id)
        )
        .where(opens(within))
    )
    found: dict[str, list[Standing]] = {}
    for row in tx.connection.execute(statement).mappings():
        values: dict[str, Any] = dict(row)
        values["state"] = State(values["state"])
        points, outcome, levels = (values.pop(name) for name in ("points", "outcome", "levels"))
        values["figures"] = None if levels is None else Figures(points, Outcome(outcome), tuple(levels))
        found.setdefault(values.pop("cluster_id"), []).append(Standing(**values))
    return found


def levels_of(tx: Transaction, assessment_ids: Sequence[str]) -> dict[str, dict[str, int | None]]:
    """Return the levels saved so far in each of these assessments, by official number."""
    found = _answers(tx, assessment_ids)
    return {key: {number: answer.level for number, answer in kept.items()} for key, kept in found.items()}


def _with_answers(tx: Transaction, statement: sa.Select[Any]) -> list[Assessment]:
    rows = tx.connection.execute(statement).mappings().all()
    kept = _answers(tx, [row["id"] for row in rows])
    return [_assessment(row, kept.get(row["id"], {})) for row in rows]


def _answers(tx: Transaction, assessment_ids: Sequence[str]) -> dict[str, dict[str, Answer]]:
    # The person is kept by id and read by name, so that an erased person leaves no name behind.
    columns = [column for column in answers.c if column is not answers.c.updated_by]
    person = sa.func.coalesce(users.c.name, "").label("updated_by")
    joined = answers.outerjoin(users, answers.c.updated_by == users.c.id)
    statement = sa.select(*columns, person).select_from(joined).where(answers.c.assessment_id.in_(assessment_ids))
    found: dict[str, dict[str, Answer]] = {}
    for row in tx.connection.execute(statement).mappings():
        values: dict[str, Any] = dict(row)
        of_assessment = found.setdefault(values.pop("assessment_id"), {})
        of_assessment[values["indicator"]] = Answer(**values)
    return found


def _assessment(row: sa.RowMapping, kept: Mapping[str, Answer]) -> Assessment:
    values = {name: row[name] for name in _OWN}
    values["state"] = State(row["state"])
    cluster = Cluster(**{column.name: row[f"cluster__{column.name}"] for column in CLUSTER_COLUMNS})
    return Assessment(**values, round=row["round"], round_name=row["round_name"], cluster=cluster, answers=kept)
