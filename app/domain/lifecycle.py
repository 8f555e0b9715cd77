"""An assessment's life: its states, the one table of allowed moves, and what must hold before a move."""

import dataclasses
import datetime as dt
import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.answers import Answer, unanswered
from app.domain.clusters import Cluster
from app.domain.errors import Conflict
from app.domain.framework import Framework
from app.domain.roles import Permission


class State(enum.StrEnum):
    """Where an assessment stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_REVIEW = "in-review"
    CHANGES_REQUESTED = "changes-requested"
    REPLYING = "replying"
    VERIFIED = "verified"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Move(enum.StrEnum):
    """A step from one state to another."""

    SUBMIT = "submit"
    WITHDRAW = "withdraw"


EDITABLE = frozenset({State.DRAFT, State.CHANGES_REQUESTED})
# A draft is its own cluster's business, and so is one that was taken back.
PRIVATE = frozenset({State.DRAFT, State.WITHDRAWN})
COUNTING = frozenset(State) - PRIVATE


@dataclass(frozen=True, slots=True)
class MoveRule:
    """From which states a move may be made, where it leads, and the permission that it takes."""

    origins: frozenset[State]
    target: State
    permission: Permission


MOVES: Mapping[Move, MoveRule] = {
    Move.SUBMIT: MoveRule(frozenset({State.DRAFT}), State.SUBMITTED, Permission.ASSESSMENT_SUBMIT),
    Move.WITHDRAW: MoveRule(frozenset({State.SUBMITTED}), State.WITHDRAWN, Permission.ASSESSMENT_WITHDRAW),
}


@dataclass(frozen=True, slots=True)
class Assessment:
    """One cluster's assessment against one version of a framework. `answers` holds only those ever saved."""

    id: str
    cluster: Cluster
    title: str
    reference_date: dt.date
    framework: str
    version: str
    digest: str
    round_id: str | None
    round: str | None
    round_name: str | None
    state: State
    revision: int
    created_at: dt.datetime
    updated_at: dt.datetime
    submitted_at: dt.datetime | None
    answers: Mapping[str, Answer]

    @property
    def levels(self) -> dict[str, int | None]:
        """The answered and unanswered levels by official number, as far as they were ever saved."""
        return {number: answer.level for number, answer in self.answers.items()}

    @property
    def answered(self) -> int:
        """How many indicators have a level."""
        return sum(answer.level is not None for answer in self.answers.values())

    @property
    def is_private(self) -> bool:
        """Whether only its own cluster may read it."""
        return self.state in PRIVATE

    def answer(self, number: str) -> Answer:
        """Return the answer to an indicator, an empty one at revision 0 where none was ever saved."""
        return self.answers.get(number) or Answer(number)

    def with_answer(self, answer: Answer) -> "Assessment":
        """Return the assessment with this answer in place of the earlier one."""
        return dataclasses.replace(self, answers={**self.answers, answer.indicator: answer})


def require_editable(assessment: Assessment) -> None:
    """Pass while answers can be changed; raises Conflict."""
    if assessment.state not in EDITABLE:
        raise Conflict("locked", "This assessment has been submitted, so its answers can no longer be changed.")


def require_deletable(assessment: Assessment) -> None:
    """Pass for a draft; raises Conflict."""
    if assessment.state is not State.DRAFT:
        raise Conflict("locked", "Only a draft can be deleted.")


def target(framework: Framework, assessment: Assessment, move: Move) -> State:
    """Return the state that a move leads to; raises Conflict where it cannot be made now."""
    rule = MOVES[move]
    if assessment.state not in rule.origins:
        raise Conflict("state", "This cannot be done while the assessment is in this state.")
    missing = unanswered(framework, assessment.levels) if move is Move.SUBMIT else ()
    if missing:
        message = "%(answered)s of %(total)s indicators are answered; all must be before you can submit."
        answered = framework.total - len(missing)
        raise Conflict("incomplete", message, answered=answered, total=framework.total)
    return rule.target


def actions(framework: Framework, assessment: Assessment, may: Callable[[Permission], bool]) -> tuple[str, ...]:
    """Return what can be done now by somebody who `may`: the page's buttons and the API's `actions`."""
    found = []
    if assessment.state in EDITABLE and may(Permission.ASSESSMENT_ANSWER):
        found.append("answer")
    moves = [move for move, rule in MOVES.items() if may(rule.permission)]
    found += [move.value for move in moves if _is_open(framework, assessment, move)]
    if assessment.state is State.DRAFT and may(Permission.ASSESSMENT_DELETE):
        found.append("delete")
    return tuple(found)


def _is_open(framework: Framework, assessment: Assessment, move: Move) -> bool:
    try:
        target(framework, assessment, move)
    except Conflict:
        return False
    return True


def to_read(assessment: Assessment) -> Permission:
    """Return the permission that reading an assessment takes in its present state."""
    return Permission.ASSESSMENT_READ_DRAFT if assessment.is_private else Permission.ASSESSMENT_READ
