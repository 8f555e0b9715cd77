"""One's own data: what is kept, to take along; the own name; and the way to be forgotten."""

import dataclasses
import json
from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.accounts import User
from app.domain.errors import Conflict, Invalid
from app.pages.contexts import Context, Crumb
from app.pages.notices import Notice
from app.pages.own_roles import RoleLine, in_the_way
from app.pages.templating import Page, PageDep
from app.usecases import departures, persons
from app.web import identity
from app.web.deps import FormDep, StoreDep
from app.web.errors import status_of

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class YourDataContext(Context):
    """Name, everything that is kept, and the end of the account, or what stands in its way.

    `refusal` is why the account was not deleted just now.
    """

    template: ClassVar[str] = "account/your_data.html"
    user: User
    in_the_way: tuple[RoleLine, ...]
    refusal: str
    typed: dict[str, str]
    errors: dict[str, str]


@router.get("/account/data", name="your_data")
def your_data(page: PageDep, store: StoreDep) -> Response:
    """Show what one can do about one's own data."""
    return page.show(_context(page, store))


@router.post("/account/data/name", name="rename")
def rename(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Correct one's own name."""
    try:
        persons.rename(store, page.actor, form)
    except Invalid as invalid:
        return page.show(_context(page, store, invalid, name=str(form.get("name", ""))), status=422)
    return page.go("your_data", notice=Notice.NAME_CHANGED)


@router.post("/account/data/download", name="download_your_data")
def download(page: PageDep, store: StoreDep) -> Response:
    """Hand out everything that is kept about oneself, as a file."""
    found = persons.export_own(store, page.actor)
    data = {"person": dataclasses.asdict(found.user), "at": found.at, **found.rows}
    name = f"goldgap-your-data-{found.at.date().isoformat()}.json"
    content = json.dumps(data, ensure_ascii=False, indent=2, default=str).encode()
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/json", headers=headers)


@router.post("/account/data/erase", name="erase_yourself")
def erase(page: PageDep, store: StoreDep, form: FormDep) -> Response:
    """Be forgotten."""
    try:
        persons.erase_own(store, page.actor, form)
    except Invalid as invalid:
        return page.show(_context(page, store, invalid, email=str(form.get("email", ""))), status=422)
    except Conflict as conflict:
        return page.show(_context(page, store, conflict), status=status_of(conflict))
    response = page.go("home", notice=Notice.FORGOTTEN)
    identity.clear_session(response, https=page.request.app.state.https)
    return response


def _context(page: Page, store: StoreDep, refused: Invalid | Conflict | None = None, **typed: str) -> YourDataContext:
    found = departures.roles(store, page.actor)
    user = found.user
    problems = refused.problems if isinstance(refused, Invalid) else ()
    return YourDataContext(
        title=page.say("Your data"),
        crumbs=(Crumb(page.say("Your account"), page.url("account")), Crumb(page.say("Your data"))),
        user=user,
        in_the_way=in_the_way(page, found),
        refusal=page.say(refused.message, **refused.params) if isinstance(refused, Conflict) else "",
        typed={"name": user.name, "email": "", **typed},
        errors={problem.field: page.say(problem.message, **problem.params) for problem in problems},
    )
