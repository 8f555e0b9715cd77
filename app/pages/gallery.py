"""Every component on one page with invented data, to be looked at; it is there in development only."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.errors import NotFound
from app.pages.contexts import Context
from app.pages.templating import PageDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class GalleryContext(Context):
    """The gallery brings its own samples."""

    template: ClassVar[str] = "gallery/index.html"


@router.get("/components", name="components")
def components(page: PageDep, request: Request) -> Response:
    """Show every component, on a developer's own machine: where the demo's people can be entered."""
    if not request.app.state.demo_sign_in:
        raise NotFound
    return page.show(GalleryContext(title="Components"))
