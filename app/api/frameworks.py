"""The catalogues, open to everybody: they are no cluster's business but everybody's."""

from fastapi import Request
from starlette.responses import Response

from app.api.conditions import shown
from app.api.description import reads
from app.api.language import language_of
from app.api.paging import PagingDep
from app.api.parameters import FrameworkPath, VersionPath
from app.api.routing import router as new_router
from app.api.schemas.frameworks import FrameworkLine, FrameworkOut, FrameworkPage
from app.web.deps import FrameworksDep

router = new_router("frameworks")


@router.get(
    "/frameworks",
    operation_id="list_frameworks",
    response_model=FrameworkPage,
    **reads("List the standards", is_public=True),
)
def listed(request: Request, frameworks: FrameworksDep, paging: PagingDep) -> Response:
    """List every version of every standard, by name and version; an assessment stays with the one it was started on."""
    language = language_of(request)
    by_name = sorted(frameworks.all, key=lambda each: (each.name, each.version))
    page, following = paging.page_of(by_name, lambda each: (each.name, each.version))
    lines = [FrameworkLine.of(framework, language) for framework in page]
    return shown(request, FrameworkPage(items=lines, next=following), language=language, is_public=True)


@router.get(
    "/frameworks/{framework}/{version}",
    operation_id="get_framework",
    response_model=FrameworkOut,
    **reads("Show one version of a standard", 404, is_public=True),
)
def one(request: Request, frameworks: FrameworksDep, framework: FrameworkPath, version: VersionPath) -> Response:
    """Show one version of a standard: its numbers, each with its standing, and its words in one language."""
    found = FrameworkOut.of(frameworks.of(framework, version), language_of(request))
    return shown(request, found, language=found.language, is_public=True)
