"""The demo's invented people, who may be entered with one click: in development, and from this very machine only."""

from dataclasses import dataclass

from fastapi import Request

from app.domain.roles import Role
from app.pages.templating import Page
from app.store.database import Store
from app.usecases import sessions
from app.usecases.sessions import DemoPerson

_LOOPBACK = frozenset({"127.0.0.1", "::1", "testclient"})


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One invented person to sign in as: who, in which role, and what one can try as them."""

    value: str
    name: str
    role: str
    organisation: str
    does: str


def demo_accounts(page: Page, store: Store) -> tuple[DemoAccount, ...]:
    """Return who can be entered from where this request comes from."""
    if not demo_is_open(page.request):
        return ()
    return tuple(_demo_account(page, person) for person in sessions.demo_people(store))


def demo_is_open(request: Request) -> bool:
    """Whether the demo's people can be entered from where this request comes from."""
    # The command line refuses to serve demo accounts anywhere else; this is the second lock on the same door.
    client = request.client.host if request.client else ""
    is_relayed = any(name == "forwarded" or name.startswith("x-forwarded-") for name in request.headers)
    return bool(request.app.state.demo_sign_in) and client in _LOOPBACK and not is_relayed


def _demo_account(page: Page, person: DemoPerson) -> DemoAccount:
    role = person.role
    words = {
        Role.MANAGER: (page.say("Cluster manager"), page.say("Answer the indicators, see the gap, submit.")),
        Role.CONTRIBUTOR: (page.say("Contributor"), page.say("Answer indicators together with the manager.")),
        Role.OBSERVER: (page.say("Chair of the board"), page.say("Read everything about the own cluster.")),
        Role.EVALUATOR: (page.say("Evaluator"), page.say("Read what has been submitted, on pages or as JSON.")),
        Role.OWNER: (page.say("Programme owner"), page.say("See all clusters side by side and open rounds.")),
        Role.READER: (page.say("Reader in the programme"), page.say("See the portfolio without changing anything.")),
        Role.ADMINISTRATOR: (page.say("Administrator"), page.say("See programmes and clusters everywhere.")),
    }
    name, does = words[role]
    return DemoAccount(person.user.id, person.user.name, name, person.organisation, does)
