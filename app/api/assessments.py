"""Assessments: list, start, show, submit, withdraw, delete, and the gap to Gold."""

from functools import partial
from typing import Annotated, Literal

from fastapi import Query, Request
from starlette.responses import Response

from app.api.caller import CallerDep
from app.api.conditions import Write, WriteDep, done, etag, shown
from app.api.description import BASED, BASED_IF_STATED, reads, writes
from app.api.language import language_of
from app.api.paging import PagingDep
from app.api.parameters import AssessmentPath, ClusterPath, UpdatedSince
from app.api.routing import PREFIX
from app.api.routing import router as new_router
from app.api.schemas.assessments import (
    AssessmentIn,
    AssessmentLine,
    AssessmentLinePage,
    AssessmentOut,
    AssessmentPage,
    NothingIn,
)
from app.api.schemas.gaps import GapOut
from app.domain.errors import Invalid, Problem
from app.domain.lifecycle import Move
from app.domain.permissions import Actor
from app.domain.portfolio import Basis
from app.frameworks.reader import Frameworks
from app.store.database import Store
from app.store.receipts import Receipt
from app.usecases import assessments, clusters, gaps
from app.usecases.assessments import Report
from app.web import words
from app.web.deps import FrameworksDep, StoreDep

NDJSON = "application/x-ndjson"
_FORMAT = Query(
    alias="format",
    description="`ndjson` sends everything within reach, one assessment a line and no pages.",
    examples=["json"],
)
router = new_router("assessments")


@router.get(
    "/clusters/{cluster}/assessments",
    operation_id="list_assessments_of_cluster",
    response_model=AssessmentLinePage,
    **reads("List a cluster's assessments", 403, 404, 409),
)
def of_cluster(
    request: Request,
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    paging: PagingDep,
    cluster: ClusterPath,
    updated_since: UpdatedSince = None,
) -> Response:
    """List a cluster's assessments by id, those that the caller may read."""
    found = clusters.view(store, frameworks, caller, cluster).assessments
    recent = [each for each in found if updated_since is None or each.assessment.updated_at >= updated_since]
    by_id = sorted(recent, key=lambda each: each.assessment.id)
    page, following = paging.page_of(by_id, lambda each: (each.assessment.id,))
    lines = [AssessmentLine.of(each.assessment, each.framework) for each in page]
    return shown(request, AssessmentLinePage(items=lines, next=following))


@router.post(
    "/clusters/{cluster}/assessments",
    operation_id="start_assessment",
    response_model=AssessmentOut,
    **writes("Start an assessment", 404, status=201),
)
def start(
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    write: WriteDep,
    cluster: ClusterPath,
    body: AssessmentIn,
) -> Response:
    """Start an assessment of a cluster: a draft, whose answers only the cluster's own people see."""

    def do() -> Receipt:
        report = assessments.start(store, frameworks, caller, cluster, body.given())
        return done_with(report, 201, location=f"{PREFIX}/assessments/{report.assessment.id}")

    return write.once(store, caller, do)


@router.get(
    "/assessments",
    operation_id="list_assessments",
    response_model=AssessmentPage,
    **reads("List assessments", 403, 409, ndjson=True),
)
def listed(
    request: Request,
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    paging: PagingDep,
    updated_since: UpdatedSince = None,
    form: Annotated[Literal["json", "ndjson"], _FORMAT] = "json",
) -> Response:
    """List every assessment within reach by id, whole."""
    ask = partial(assessments.listed, store, frameworks, caller, updated_since=updated_since)
    if form == "ndjson":
        if paging.is_stated:
            raise Invalid(Problem("format", "not-paged", "In this format there are no pages."))
        # Read to the end before a byte is sent: an open cursor would hold up every writer.
        lines = [AssessmentOut.whole(report).model_dump_json().encode() + b"\n" for report in ask(exported_as=form)]
        return shown(request, b"".join(lines), media_type=NDJSON)
    found = ask(after=paging.after_key, limit=paging.limit + 1)
    page, following = paging.cut(found, lambda report: (report.assessment.id,))
    return shown(request, AssessmentPage(items=[AssessmentOut.whole(report) for report in page], next=following))


@router.get(
    "/assessments/{id}",
    operation_id="get_assessment",
    response_model=AssessmentOut,
    **reads("Show an assessment", 403, 404, 409, has_revision=True),
)
def one(
    request: Request, store: StoreDep, frameworks: FrameworksDep, caller: CallerDep, assessment: AssessmentPath
) -> Response:
    """Show the whole of an assessment, and what the caller can do with it now."""
    report = assessments.report(store, frameworks, caller, assessment)
    return shown(request, AssessmentOut.whole(report), tag=etag(report.assessment.revision))


@router.delete(
    "/assessments/{id}", operation_id="delete_assessment", **writes("Delete a draft", 404, 409, status=204, based=BASED)
)
def delete(store: StoreDep, caller: CallerDep, write: WriteDep, assessment: AssessmentPath) -> Response:
    """Delete a mistaken draft with its answers."""

    def do() -> Receipt:
        write.based(lambda revision: assessments.delete(store, caller, assessment, revision))
        return done(204, None)

    return write.once(store, caller, do)


@router.get(
    "/assessments/{id}/gap",
    operation_id="get_gap",
    response_model=GapOut,
    **reads("Show the gap to Gold", 403, 404, 409),
)
def gap(
    request: Request,
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    assessment: AssessmentPath,
    basis: Annotated[Basis, Query(description="Whose levels; `verified` once there are such.")] = Basis.CLAIMED,
) -> Response:
    """Show how far an assessment is from Gold: points, verdict with reasons, each dimension and indicator."""
    report, language = gaps.gap(store, frameworks, caller, assessment, basis), language_of(request)
    languages, card = request.app.state.languages, report.analysis.scorecard
    worded = partial(words.reason, languages, language, report.framework, card)
    return shown(request, GapOut.of(report, language, worded), language=language)


@router.post(
    "/assessments/{id}/submit",
    operation_id="submit_assessment",
    response_model=AssessmentOut,
    **writes("Submit an assessment", 404, 409, based=BASED_IF_STATED),
)
def submit(
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    write: WriteDep,
    assessment: AssessmentPath,
    _body: NothingIn | None = None,
) -> Response:
    """Hand a complete assessment in; its answers are locked, and it counts from now on."""
    return _move(store, frameworks, caller, write, assessment, Move.SUBMIT)


@router.post(
    "/assessments/{id}/withdraw",
    operation_id="withdraw_assessment",
    response_model=AssessmentOut,
    **writes("Take an assessment back", 404, 409, based=BASED_IF_STATED),
)
def withdraw(
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    write: WriteDep,
    assessment: AssessmentPath,
    _body: NothingIn | None = None,
) -> Response:
    """Take an assessment back; it no longer counts, and only its own cluster sees it."""
    return _move(store, frameworks, caller, write, assessment, Move.WITHDRAW)


def _move(
    store: Store, frameworks: Frameworks, caller: Actor, write: Write, assessment_id: str, move: Move
) -> Response:
    def do() -> Receipt:
        ask = partial(assessments.move, store, frameworks, caller, assessment_id, move)
        return done_with(write.based_if_stated(ask), 200)

    return write.once(store, caller, do)


def done_with(report: Report, status: int, location: str | None = None) -> Receipt:
    """Return a finished write's answer: the assessment as it is now."""
    return done(status, AssessmentOut.whole(report), tag=etag(report.assessment.revision), location=location)
