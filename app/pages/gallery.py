"""Every component on one page with invented data, to be looked at; it is there in development only."""

from dataclasses import dataclass, replace
from typing import ClassVar

from fastapi import APIRouter, Request
from starlette.responses import Response

from app.domain.errors import NotFound
from app.domain.framework import Framework
from app.pages.cards import Card, Clash, LastAnswer, Side, Status, card_id, criterion
from app.pages.contexts import Context
from app.pages.progress import Rail, RailLink
from app.pages.templating import Page, PageDep
from app.web.deps import FrameworksDep

router = APIRouter(include_in_schema=False)
_HERE = "#main"


@dataclass(frozen=True, kw_only=True)
class GalleryContext(Context):
    """The samples that follow the catalogue; the gallery's template brings the others."""

    template: ClassVar[str] = "gallery/index.html"
    rail: Rail
    saved: Card
    clashing: Card
    locked: Card


@router.get("/components", name="components")
def components(page: PageDep, request: Request, frameworks: FrameworksDep) -> Response:
    """Show every component, on a developer's own machine: where the demo's people can be entered."""
    if not request.app.state.demo_sign_in:
        raise NotFound
    framework = frameworks.default
    saved, other, locked = (_card(page, framework, place) for place in (0, 1, 2))
    mine, theirs = (
        Side("Yours, not saved", "Level 2", "Decided on 3 March."),
        Side("Saved by Ola", "Level 3", "Measured."),
    )
    top = other.criterion.levels[-1].number
    clashing = replace(
        other,
        level=None,
        status=Status("conflict", "Not saved.", "Ola Hansen changed this answer."),
        marks=(
            (top, "benchmark", "Gold"),
            (1, "minimum", "Minimum"),
            (1, "last", "2024"),
        ),
        problems=("Choose a level, or say that it is not answered.",),
        clash=Clash("Ola Hansen changed this answer at 14:05, while you were writing", mine, theirs, 6),
    )
    rail = _rail(page, framework)
    context = GalleryContext(title="Components", rail=rail, saved=saved, clashing=clashing, locked=locked)
    return page.show(context)


def _card(page: Page, framework: Framework, place: int) -> Card:
    indicator = framework.indicators[place]
    return Card(
        id=card_id(indicator.number),
        criterion=criterion(page, framework, indicator),
        level=framework.levels[-1],
        note="Board minutes 14 March 2026.",
        revision=4,
        seen="",
        status=Status("saved", "Saved at 14:02", "by Kari Nordmann"),
        next_url=_HERE,
        history_url=_HERE,
        last=LastAnswer("Last time (30 September 2024): level 1", "Minutes of 2024.", is_long=False),
        marks=(),
        problems=(),
        clash=None,
        notice="",
        is_unsaved=False,
    )


def _rail(page: Page, framework: Framework) -> Rail:
    wording = framework.wording(page.language)
    totals = [(each, len(each.indicators)) for each in framework.dimensions]
    links = tuple(
        RailLink(each.number, wording.dimensions[each.id].name, _HERE, total - place % 2, total, current=place == 1)
        for place, (each, total) in enumerate(totals)
    )
    answered = sum(link.answered for link in links)
    return Rail(links, answered, framework.total, _HERE, _HERE, at_unanswered=False)
