"""Where one is signed in, and the means to end that."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.pages.contexts import Context, Crumb
from app.pages.notices import Notice
from app.pages.templating import PageDep
from app.usecases import sessions
from app.usecases.sessions import OwnSession
from app.web import identity
from app.web.deps import StoreDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class OwnSessionsContext(Context):
    """Every browser that one is signed in on; `has_others` says whether there are more than this one."""

    template: ClassVar[str] = "account/sessions.html"
    sessions: tuple[OwnSession, ...]
    has_others: bool


@router.get("/account/sessions", name="own_sessions")
def own_sessions(page: PageDep, store: StoreDep) -> Response:
    """Show where one is signed in."""
    found = sessions.own(store, page.actor, identity.session_secret(page.request) or "")
    title = page.say("Where you are signed in")
    return page.show(
        OwnSessionsContext(
            title=title,
            crumbs=(Crumb(page.say("Your account"), page.url("account")), Crumb(title)),
            sessions=found,
            has_others=any(not each.is_this for each in found),
        )
    )


@router.post("/account/sessions/{session_id}/end", name="end_session")
def end_session(page: PageDep, store: StoreDep, session_id: str) -> Response:
    """Sign one browser out."""
    sessions.end(store, page.actor, session_id)
    return page.go("own_sessions", notice=Notice.SESSION_ENDED)


@router.post("/account/sessions/end-others", name="end_other_sessions")
def end_other_sessions(page: PageDep, store: StoreDep) -> Response:
    """Sign every browser out but this one."""
    sessions.end_others(store, page.actor, identity.session_secret(page.request) or "")
    return page.go("own_sessions", notice=Notice.SESSIONS_ENDED)
