"""The start page: for a visitor what this is, for somebody signed in what they work with."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.clusters import Programme
from app.domain.roles import Role
from app.pages.contexts import Context
from app.pages.demo import DemoAccount, demo_accounts
from app.pages.history import HistoryDay, news
from app.pages.own_roles import OfferLine, offers
from app.pages.templating import PageDep
from app.usecases import clusters, history
from app.usecases.clusters import AssessmentLine, ClusterView
from app.web.deps import FrameworksDep, StoreDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, kw_only=True)
class WelcomeContext(Context):
    """The start page of a visitor."""

    template: ClassVar[str] = "account/welcome.html"
    demo: tuple[DemoAccount, ...]


@dataclass(frozen=True, kw_only=True)
class HomeContext(Context):
    """The start page of somebody signed in."""

    template: ClassVar[str] = "account/home.html"
    clusters: tuple[ClusterView, ...]
    programmes: tuple[Programme, ...]
    submitted: tuple[AssessmentLine, ...]
    offers: tuple[OfferLine, ...]
    email: str
    sees_clusters: bool
    news: tuple[HistoryDay, ...]
    evaluates: bool


@router.get("/", name="home")
def home(page: PageDep, store: StoreDep, frameworks: FrameworksDep) -> Response:
    """Show what the person works with, or to a visitor what this is."""
    if not page.actor.is_signed_in:
        title = page.say("How far is your cluster from Gold?")
        return page.show(WelcomeContext(title=title, demo=demo_accounts(page, store)))
    found = clusters.home(store, frameworks, page.actor)
    sees = page.actor.is_administrator or any(m.programme_id for m in page.actor.memberships)
    title = page.say("My work")
    return page.show(
        HomeContext(
            title=title,
            clusters=found.clusters,
            programmes=found.programmes,
            submitted=found.submitted,
            offers=offers(page, found.offers),
            email=found.email,
            sees_clusters=sees,
            news=news(page, history.news(store, page.actor)),
            evaluates=any(membership.role is Role.EVALUATOR for membership in page.actor.memberships),
        )
    )
