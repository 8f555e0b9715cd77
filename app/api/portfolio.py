"""All clusters within reach side by side: list, spread per indicator, heat map."""

from fastapi import Request
from starlette.responses import Response

from app.api.caller import CallerDep
from app.api.conditions import shown
from app.api.description import reads
from app.api.paging import Key, PagingDep
from app.api.parameters import SelectionDep
from app.api.routing import router as new_router
from app.api.schemas.portfolio import Counted, HeatmapOut, PortfolioOut, SpreadsOut
from app.domain.portfolio import PortfolioRow
from app.usecases import portfolio
from app.web.deps import FrameworksDep, StoreDep

router = new_router("portfolio")


@router.get("/portfolio", operation_id="get_portfolio", response_model=PortfolioOut, **reads("Show the portfolio", 403))
def overview(
    request: Request,
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    paging: PagingDep,
    selection: SelectionDep,
) -> Response:
    """List every cluster within reach by name with points and verdict; of another's draft only that it is there."""
    found = portfolio.overview(store, frameworks, caller, selection)
    return _shown(request, PortfolioOut.of(found, *paging.page_of(found.rows, _by_name)))


@router.get(
    "/portfolio/indicators",
    operation_id="get_portfolio_indicators",
    response_model=SpreadsOut,
    **reads("Show the spread of each indicator", 403),
)
def indicators(
    request: Request,
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    paging: PagingDep,
    selection: SelectionDep,
) -> Response:
    """Show how the counted levels of each indicator are spread, in the standard's order."""
    found = portfolio.overview(store, frameworks, caller, selection)
    page = paging.page_of(found.spreads, lambda spread: (f"{spread.indicator.order:05}",))
    return _shown(request, SpreadsOut.of(found, *page))


@router.get(
    "/portfolio/heatmap",
    operation_id="get_portfolio_heatmap",
    response_model=HeatmapOut,
    **reads("Show the heat map", 403),
)
def heatmap(
    request: Request,
    store: StoreDep,
    frameworks: FrameworksDep,
    caller: CallerDep,
    paging: PagingDep,
    selection: SelectionDep,
) -> Response:
    """Show the level of every cluster within reach on every indicator."""
    found = portfolio.overview(store, frameworks, caller, selection)
    return _shown(request, HeatmapOut.of(found, *paging.page_of(found.rows, _by_name)))


def _by_name(row: PortfolioRow) -> Key:
    return row.cluster.name.casefold(), row.cluster.slug


def _shown(request: Request, body: Counted) -> Response:
    # The moment of asking is part of the answer, and no change of it.
    return shown(request, body, apart_from=body.model_dump_json(include={"as_of"}).encode()[1:-1])
