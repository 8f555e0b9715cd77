"""A catalogue as a blank form for paper and workshops: every question with its levels to tick, and room for a note."""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

from fastapi import APIRouter
from starlette.responses import Response

from app.pages.cards import Criterion, criterion
from app.pages.contexts import Context
from app.pages.templating import PageDep
from app.web.deps import FrameworksDep

router = APIRouter(include_in_schema=False)


class FormPart(NamedTuple):
    """A dimension on the form."""

    id: str
    title: str
    about: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, kw_only=True)
class BlankFormContext(Context):
    """The whole catalogue on paper."""

    template: ClassVar[str] = "assessments/blank_form.html"
    version: str
    about: str
    parts: tuple[FormPart, ...]
    framework_url: str


@router.get("/frameworks/{framework}/{version}/form", name="blank_form")
def blank_form(page: PageDep, frameworks: FrameworksDep, framework: str, version: str) -> Response:
    """Show a catalogue as a form to print."""
    found = frameworks.of(framework, version)
    wording = found.wording(page.language)
    parts = (
        FormPart(
            each.id,
            f"{each.number} {wording.dimensions[each.id].name}",
            wording.dimensions[each.id].about,
            tuple(criterion(page, found, indicator) for indicator in each.indicators),
        )
        for each in found.dimensions
    )
    return page.show(
        BlankFormContext(
            title=page.say("Blank form: %(name)s", name=wording.name),
            version=found.version,
            about=wording.about,
            parts=tuple(parts),
            framework_url=page.url("framework", framework=found.name, version=found.version),
        )
    )
