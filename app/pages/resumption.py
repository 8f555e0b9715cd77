"""What was typed when a session had already ended: carried through the sign-in, shown again, saved with one click."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from starlette.responses import Response

from app.pages.contexts import Context
from app.pages.templating import Page
from app.web.addresses import local_path


@dataclass(frozen=True, slots=True)
class Carried:
    """A form's fields by name, and the address that they were sent to."""

    fields: tuple[tuple[str, str], ...]
    to: str

    @property
    def packed(self) -> str:
        """The fields as the text of one hidden field."""
        return json.dumps(self.fields)


@dataclass(frozen=True, kw_only=True)
class ResumeContext(Context):
    """What was typed, on its way to where it was sent before."""

    template: ClassVar[str] = "account/resume.html"
    carried: Carried


def unpack(form: Mapping[str, object]) -> Carried | None:
    """Return what a sign-in form carries, None where it carries nothing that can be used."""
    to = local_path(form.get("carry_to"), otherwise="")
    try:
        fields = json.loads(str(form.get("carry", "")))
        pairs = tuple((name, value) for name, value in fields if isinstance(name, str) and isinstance(value, str))
    except (ValueError, TypeError):
        return None
    return Carried(pairs, to) if to else None


def resume(page: Page, carried: Carried) -> Response:
    """Show what was typed, to be saved with one click."""
    return page.show(ResumeContext(title=page.say("What you wrote is still here"), carried=carried))
