"""The names of roles in the language of a page, and what each may do, for whoever gives or gets one."""

from collections.abc import Callable

from app.domain.members import DEPUTY
from app.domain.roles import Role

Say = Callable[[str], str]


def name(say: Say, role: Role, *, is_deputy: bool = False) -> str:
    """Return what a role is called."""
    if is_deputy:
        return say("Deputy cluster manager")
    return {
        Role.OBSERVER: say("Observer"),
        Role.CONTRIBUTOR: say("Contributor"),
        Role.MANAGER: say("Cluster manager"),
        Role.EVALUATOR: say("Evaluator"),
        Role.READER: say("Reader"),
        Role.OWNER: say("Programme owner"),
        Role.ADMINISTRATOR: say("Administrator"),
    }[role]


def may(say: Say, role: Role, *, on_programme: bool = False, is_deputy: bool = False) -> str:
    """Return in a sentence what somebody in this role may do."""
    if is_deputy:
        return say(
            "May do what a cluster manager may, except hand over the cluster or name managers. The role ends after a "
            "set day."
        )
    if role is Role.EVALUATOR and on_programme:
        return say("Reads what every cluster in the programme has submitted.")
    return {
        Role.OBSERVER: say("Reads everything about the cluster, drafts too: for the chair and the steering group."),
        Role.CONTRIBUTOR: say("Answers indicators, and reads everything about the cluster."),
        Role.MANAGER: say("Answers indicators, starts and submits assessments, and invites people."),
        Role.EVALUATOR: say("Reads what the cluster has submitted."),
        Role.READER: say("Sees the programme's clusters and portfolio, and changes nothing."),
        Role.OWNER: say("Sees what a reader sees, registers clusters, opens rounds, and invites people."),
        Role.ADMINISTRATOR: say("See programmes and clusters everywhere."),
    }[role]


def choices(say: Say, given: frozenset[Role], *, on_programme: bool) -> list[tuple[str, str, str]]:
    """Return the roles to choose from, each with its name and what it allows; where managers are, deputies too."""
    found = [(str(role), name(say, role), may(say, role, on_programme=on_programme)) for role in Role if role in given]
    if Role.MANAGER in given:
        found.insert(
            next(place for place, choice in enumerate(found, start=1) if choice[0] == Role.MANAGER),
            (DEPUTY, name(say, Role.MANAGER, is_deputy=True), may(say, Role.MANAGER, is_deputy=True)),
        )
    return found
