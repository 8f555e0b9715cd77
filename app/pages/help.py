"""Contact and help: how to begin in each role, whom to ask, how to report a fault, and the words one meets."""

from dataclasses import dataclass
from typing import ClassVar

from fastapi import APIRouter
from starlette.responses import Response

from app.domain.roles import Role
from app.pages import roles
from app.pages.contexts import Context
from app.pages.templating import Page, PageDep
from app.usecases import members
from app.web.deps import StoreDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Beginning:
    """How to begin in one role; `is_own` where it is the reader's."""

    key: str
    role: str
    steps: tuple[str, ...]
    is_own: bool


@dataclass(frozen=True, slots=True)
class Askable:
    """Who is to be asked about a cluster or a programme."""

    place: str
    role: str
    names: str


@dataclass(frozen=True, kw_only=True)
class HelpContext(Context):
    """The page; `contact` is empty where the operator has named nobody, `askable` for visitors."""

    template: ClassVar[str] = "help/help.html"
    beginnings: tuple[Beginning, ...]
    askable: tuple[Askable, ...]
    contact: str
    contact_url: str
    words: tuple[tuple[str, str], ...]


@router.get("/help", name="help")
def show_help(page: PageDep, store: StoreDep) -> Response:
    """Show how to begin, whom to ask, and what the words mean."""
    state = page.request.app.state
    return page.show(
        HelpContext(
            title=page.say("Help and contact"),
            beginnings=tuple(_beginnings(page)),
            askable=_askable(page, store) if page.actor.is_signed_in else (),
            contact=state.contact,
            contact_url=state.contact_url,
            words=_words(page),
        )
    )


def _askable(page: Page, store: StoreDep) -> tuple[Askable, ...]:
    return tuple(
        Askable(place.about.name, roles.name(page.say, place.keeper), ", ".join(each.name for each in found))
        for place, found in members.whom_to_ask(store, page.actor)
        if found
    )


def _beginnings(page: Page) -> list[Beginning]:
    own = {membership.role for membership in page.actor.memberships}
    steps = {
        Role.MANAGER: _for_managers(page),
        Role.CONTRIBUTOR: _for_contributors(page),
        Role.OBSERVER: _for_observers(page),
        Role.EVALUATOR: _for_evaluators(page),
        Role.OWNER: _for_owners(page),
        Role.READER: _for_readers(page),
    }
    return [Beginning(str(role), roles.name(page.say, role), lines, role in own) for role, lines in steps.items()]


def _for_managers(page: Page) -> tuple[str, ...]:
    return (
        page.say("Open your cluster under My work and start an assessment in the round that your programme opened."),
        page.say("Invite colleagues as contributors, and the chair as an observer, on the page People."),
        page.say("Answer one indicator at a time: choose a level, write what you base it on. It saves by itself."),
        page.say("Look at the gap to Gold as often as you like. Nobody outside the cluster sees a draft."),
        page.say("Submit when every indicator is answered. Print the gap page for the board."),
    )


def _for_contributors(page: Page) -> tuple[str, ...]:
    return (
        page.say("Open the cluster under My work and choose Go on answering."),
        page.say("Read what each level asks for, choose the one that holds today, and write why in the note."),
        page.say("Leave an indicator unanswered if you are not sure. That is not the same as level 0."),
        page.say("Several people can answer at once. If two change the same answer, both texts are shown."),
        page.say("Tell your cluster manager when you are done: the manager submits."),
    )


def _for_observers(page: Page) -> tuple[str, ...]:
    return (
        page.say("Open the cluster under My work. You see everything, drafts too, and change nothing."),
        page.say("Begin with the gap to Gold: what is met, what is missing, and how it was last time."),
        page.say("Open an indicator to read the answer and what it is based on."),
        page.say("Print the gap page, and take it to the meeting of the board or the steering group."),
        page.say("Ask the cluster manager about what you miss. A draft is not shown to the programme."),
    )


def _for_evaluators(page: Page) -> tuple[str, ...]:
    return (
        page.say("You see what clusters have submitted under My work, the newest first, and never a draft."),
        page.say("Read the answers with their notes, dimension by dimension."),
        page.say("The gap page shows points, minimum levels and the benchmark on one page."),
        page.say("Everything can be fetched as JSON: make a token on your account page, and see the API reference."),
        page.say("Every result here is indicative. Only ESCA and EUCLES award labels."),
    )


def _for_owners(page: Page) -> tuple[str, ...]:
    return (
        page.say("Register the programme's clusters on the programme's page, or have them imported."),
        page.say("Invite a first manager for each cluster, on the cluster's page People."),
        page.say("Open a round. The clusters start their assessments in it."),
        page.say("Follow in the portfolio who has submitted. You see of a draft only how many answers it has."),
        page.say("Take figures along as CSV or JSON. Each says which clusters were counted."),
    )


def _for_readers(page: Page) -> tuple[str, ...]:
    return (
        page.say("Open the portfolio: all clusters of the programme side by side."),
        page.say("Narrow it by round, region or sector. The address keeps your choice, so it can be shared."),
        page.say("The heat map and the indicators show where many clusters stand low."),
        page.say("Open a cluster to read what it has submitted."),
        page.say("You change nothing. Ask the programme's owner if something looks wrong."),
    )


def _words(page: Page) -> tuple[tuple[str, str], ...]:
    say = page.say
    return (
        (say("Indicator"), say("One of the questions of the European standard, with a number such as 2.2.1.")),
        (say("Level"), say("How far an indicator is in place: 0 is not begun.")),
        (say("Assessment"), say("One cluster's answers to all indicators, as things stand on one day.")),
        (say("Reference date"), say("That day: everything is counted as it was then.")),
        (say("Draft"), say("An assessment that is not submitted. Only the cluster's own people see its answers.")),
        (say("Round"), say("One time a programme asks all its clusters for an assessment.")),
        (say("Benchmark"), say("The level of an indicator in the Gold profile, against which the gap is measured.")),
        (say("Minimum"), say("A level below which one indicator alone prevents Gold, whatever the points.")),
        (say("Gap to Gold"), say("What is missing: points to the Gold line, levels to the benchmark, minima not met.")),
        (say("Portfolio"), say("All clusters that you can see, side by side.")),
    )
