"""Who changed a cluster or an assessment, from what, and when."""

from typing import Annotated

from fastapi import Query, Request
from starlette.responses import Response

from app.api.caller import CallerDep
from app.api.conditions import shown
from app.api.description import reads
from app.api.paging import Paging, PagingDep, cursor
from app.api.parameters import NAME, AssessmentPath, ClusterPath
from app.api.routing import router as new_router
from app.api.schemas.history import HistoryLineOut, HistoryPage
from app.domain.errors import Invalid, Problem
from app.store.history import Place
from app.usecases import history
from app.usecases.history import History
from app.web.deps import FrameworksDep, StoreDep

router = new_router("history")
_INDICATOR = Query(
    max_length=100, pattern=NAME, description="Only this indicator's answers, by official number.", examples=["1.1.0"]
)


@router.get(
    "/clusters/{cluster}/history",
    operation_id="get_history_of_cluster",
    response_model=HistoryPage,
    **reads("Show a cluster's history", 403, 404),
)
def of_cluster(
    request: Request, store: StoreDep, caller: CallerDep, paging: PagingDep, cluster: ClusterPath
) -> Response:
    """Show who changed a cluster and its assessments, from what, and when; the newest first."""
    found = history.of_cluster(store, caller, cluster, behind=_place(paging), limit=paging.limit)
    return shown(request, _page(found))


@router.get(
    "/assessments/{id}/history",
    operation_id="get_history_of_assessment",
    response_model=HistoryPage,
    **reads("Show an assessment's history", 403, 404),
)
def of_assessment(
    request: Request,
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    paging: PagingDep,
    assessment: AssessmentPath,
    indicator: Annotated[str | None, _INDICATOR] = None,
) -> Response:
    """Show who changed an assessment, from what, and when; the newest first."""
    found = history.of_assessment(
        store, frameworks, caller, assessment, indicator=indicator, behind=_place(paging), limit=paging.limit
    )
    return shown(request, _page(found))


def _place(paging: Paging) -> Place | None:
    if not paging.after:
        return None
    place = Place.of(paging.after)
    if place is None:
        raise Invalid(Problem("cursor", "cursor", "This is no cursor that a page of this list ended with."))
    return place


def _page(found: History) -> HistoryPage:
    following = cursor(found.following.parts) if found.following else None
    return HistoryPage(items=[HistoryLineOut.of(line) for line in found.lines], next=following)
