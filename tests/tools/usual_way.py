"""The usual way to do the same: FastAPI with SQLModel entities, a session for each request, and a response model.

It reads the same database with the same checks as the service, through the same rules: whose token or session it is,
what the person may see, and for a save the journal and the revision. Only the way to the data and back differs.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterator
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel
from sqlmodel import Session, select

from app.api.schemas.gaps import DimensionGapOut, GapOut, IndicatorGapOut, ReasonOut, VerdictOut
from app.domain import gaps, lifecycle
from app.domain.accounts import SESSION_IDLE, SESSION_LIFE
from app.domain.framework import Framework
from app.domain.gaps import GapAnalysis
from app.domain.lifecycle import COUNTING, State
from app.domain.portfolio import Basis
from app.domain.roles import GRANTS, Permission, Role
from app.domain.scoring import percent
from app.frameworks import reader
from app.main import make_store
from app.settings import Settings
from app.store import keys
from app.store.database import make_engine
from app.store.tables.of_assessments import AnswerRow, AssessmentRow
from app.store.tables.of_clusters import ClusterRow, MembershipRow
from app.store.tables.of_journal import JournalRow, JournalTextRow
from app.store.tables.of_people import SessionRow, TokenRow, UserRow
from app.web import identity, words
from app.web.language import Languages


class SavedOut(BaseModel):
    """What became of one answer."""

    indicator: str
    level: int | None
    revision: int


def create_app(url: str) -> FastAPI:
    """Return the application over a database."""
    app = FastAPI()
    app.state.engine = make_engine(url)
    with make_store(Settings(database_url=url)).reading() as tx:
        app.state.token_key = keys.newest(tx, keys.Purpose.TOKENS)
    app.state.framework = reader.read().default
    app.state.languages = Languages()
    app.get("/api/v1/assessments/{assessment_id}/gap", response_model=GapOut)(read_gap)
    app.post("/assessments/{assessment_id}/dimensions/{dimension_id}", response_model=SavedOut)(save)
    return app


def reading(request: Request) -> Iterator[Session]:
    """Give a session that reads."""
    with Session(request.app.state.engine) as session:
        yield session


def by_token(
    request: Request, session: Annotated[Session, Depends(reading)], authorization: Annotated[str, Header()]
) -> UserRow:
    """Return whose token it is."""
    secret = authorization.removeprefix("Bearer ")
    token = session.get(TokenRow, secret.split("_")[1])
    now = dt.datetime.now(dt.UTC)
    signed: str = request.app.state.token_key.sign(secret)
    if token is None or not hmac.compare_digest(token.digest, signed) or token.expires_at <= now:
        raise HTTPException(HTTPStatus.UNAUTHORIZED)
    user = session.get(UserRow, token.user_id)
    if user is None or user.is_disabled or "read" not in token.scopes.split():
        raise HTTPException(HTTPStatus.UNAUTHORIZED)
    return user


def by_session(request: Request) -> UserRow:
    """Return who is signed in; the session ends at once, since a reader left open would keep SQLite from writing."""
    with Session(request.app.state.engine) as session:
        found = session.get(SessionRow, _digest(request.cookies.get(identity.PLAIN_COOKIE, "")))
        now = dt.datetime.now(dt.UTC)
        if found is None or found.created_at + SESSION_LIFE <= now or found.seen_at + SESSION_IDLE <= now:
            raise HTTPException(HTTPStatus.UNAUTHORIZED)
        user = session.get(UserRow, found.user_id)
        if user is None or user.is_disabled:
            raise HTTPException(HTTPStatus.UNAUTHORIZED)
        return user


def read_gap(
    request: Request,
    session: Annotated[Session, Depends(reading)],
    user: Annotated[UserRow, Depends(by_token)],
    assessment_id: str,
) -> GapOut:
    """Read the gap of one assessment."""
    assessment = _within_reach(session, user, assessment_id, Permission.ASSESSMENT_READ_DRAFT)
    levels = _levels(session, assessment)
    previous = session.exec(
        select(AssessmentRow)
        .where(
            AssessmentRow.cluster_id == assessment.cluster_id,
            AssessmentRow.id != assessment.id,
            AssessmentRow.framework == assessment.framework,
            AssessmentRow.version == assessment.version,
            AssessmentRow.reference_date <= assessment.reference_date,
        )
        .where(*(AssessmentRow.state != state for state in set(State) - COUNTING))
    ).first()
    framework: Framework = request.app.state.framework
    analysis = gaps.analyse(framework, levels, _levels(session, previous) if previous else None)
    return _gap_out(request.app.state.languages, framework, assessment, analysis)


async def first_card(request: Request) -> dict[str, str]:
    """Read the fields of the one answer that the page sends."""
    form = await request.form()
    number = next(name for name in form if name.startswith("level-")).removeprefix("level-")
    return {"number": number, **{name: str(form[f"{name}-{number}"]) for name in ("level", "note", "revision")}}


def save(
    request: Request,
    user: Annotated[UserRow, Depends(by_session)],
    assessment_id: str,
    card: Annotated[dict[str, str], Depends(first_card)],
) -> SavedOut:
    """Save one answer, in a session with the same BEGIN as the service's."""
    with Session(request.app.state.engine.execution_options(goldgap_writing=True)) as session:
        assessment = _within_reach(session, user, assessment_id, Permission.ASSESSMENT_ANSWER)
        answer = session.get(AnswerRow, (assessment.id, card["number"]))
        is_open = State(assessment.state) in lifecycle.EDITABLE
        if not is_open or answer is None or answer.revision != int(card["revision"]):
            raise HTTPException(HTTPStatus.CONFLICT)
        now, before = dt.datetime.now(dt.UTC), answer.model_dump_json()
        answer.level, answer.note, answer.revision = int(card["level"]), card["note"], answer.revision + 1
        answer.updated_at, answer.updated_by = now, user.id
        assessment.revision, assessment.updated_at = assessment.revision + 1, now
        # The usual journal has no seals: each line is the only one of a chain of its own.
        line = secrets.token_hex(8)
        who = {"actor_id": user.id, "name_digest": user.name, "verb": "answered", "subject": assessment.id}
        where = {"chain": line, "text_digest": "", "key_id": "", "seal": ""}
        session.add(JournalRow(id=line, position=1, at=now, **who, **where))
        session.add(JournalTextRow(line_id=line, salt="", before=before, after=answer.model_dump_json()))
        saved = SavedOut(indicator=answer.indicator, level=answer.level, revision=answer.revision)
        session.commit()
        return saved


def _within_reach(session: Session, user: UserRow, assessment_id: str, permission: Permission) -> AssessmentRow:
    assessment = session.get(AssessmentRow, assessment_id)
    cluster = session.get(ClusterRow, assessment.cluster_id) if assessment else None
    roles = session.exec(select(MembershipRow).where(MembershipRow.user_id == user.id)).all()
    if assessment is None or cluster is None or cluster.id not in {role.cluster_id for role in roles}:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    if not any(permission in GRANTS[Role(role.role)] for role in roles if role.cluster_id == cluster.id):
        raise HTTPException(HTTPStatus.FORBIDDEN)
    return assessment


def _levels(session: Session, assessment: AssessmentRow) -> dict[str, int | None]:
    found = session.exec(select(AnswerRow).where(AnswerRow.assessment_id == assessment.id)).all()
    return {answer.indicator: answer.level for answer in found}


def _gap_out(languages: Languages, framework: Framework, assessment: AssessmentRow, analysis: GapAnalysis) -> GapOut:
    card, wording = analysis.scorecard, framework.wording("en")
    reasons = [
        ReasonOut(
            code=reason.code,
            indicators=list(reason.indicators),
            message=words.reason(languages, "en", framework, card, reason),
        )
        for reason in card.reasons
    ]
    return GapOut(
        assessment=assessment.id,
        framework=assessment.framework,
        version=assessment.version,
        basis=Basis.CLAIMED,
        indicative=True,
        answered=card.answered,
        total=card.total,
        points=card.points,
        max_points=card.max_points,
        percent=percent(card.points, card.max_points),
        points_to_gold=card.points_to_gold,
        verdict=VerdictOut(outcome=card.outcome, reasons=reasons),
        dimensions=[DimensionGapOut.of(s, wording.dimensions[s.dimension.id]) for s in card.dimensions],
        indicators=[IndicatorGapOut.of(r, wording.indicators[r.indicator.number]) for r in analysis.indicators],
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
