"""A cluster's answers: what one is, how raw input becomes one, and which are missing."""

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from app.domain import text
from app.domain.errors import Invalid, Problem, Stale
from app.domain.framework import Framework, Indicator

Levels = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Answer:
    """One indicator's answer. `level` None means unanswered, which is never level 0; revision 0 was never saved."""

    indicator: str
    level: int | None = None
    note: str = ""
    revision: int = 0
    updated_at: dt.datetime | None = None
    updated_by: str = ""

    def same_content(self, other: "Answer") -> bool:
        """Whether both say the same, whoever wrote them and when."""
        return (self.level, self.note) == (other.level, other.note)


def parse(framework: Framework, indicator: Indicator, raw: Mapping[str, object], current: Answer) -> Answer:
    """Return `current` changed by what was sent: keys that are missing keep their value; raises Invalid."""
    problems: list[Problem] = []
    level, words = current.level, current.note
    try:
        level = _level(framework, raw["level"]) if "level" in raw else level
    except Invalid as invalid:
        problems += invalid.problems
    try:
        words = text.note("note", raw["note"]) if "note" in raw else words
    except Invalid as invalid:
        problems += invalid.problems
    if problems:
        raise Invalid(*problems)
    return Answer(indicator.number, level, words, current.revision, current.updated_at, current.updated_by)


def parse_all(
    framework: Framework, current: Mapping[str, Answer], raw: Mapping[str, Mapping[str, object]]
) -> tuple[dict[str, Answer], dict[str, tuple[Problem, ...]]]:
    """Return by official number what `parse` makes of each answer sent, and the problems of those it refuses."""
    parsed: dict[str, Answer] = {}
    problems: dict[str, tuple[Problem, ...]] = {}
    known = {indicator.number: indicator for indicator in framework.indicators}
    for number, sent in raw.items():
        if number not in known:
            # The number came from outside, so it is not repeated.
            problems[number] = (Problem("answers", "unknown", "There is no such indicator."),)
            continue
        try:
            parsed[number] = parse(framework, known[number], sent, current.get(number) or Answer(number))
        except Invalid as invalid:
            named = (dataclasses.replace(p, field=f"answers.{number}.{p.field}") for p in invalid.problems)
            problems[number] = tuple(named)
    return parsed, problems


def says_one_of(framework: Framework, current: Answer, tried: Iterable[Mapping[str, object]]) -> bool:
    """Whether an answer says what one of these would make of it; what cannot be parsed says nothing."""
    indicator = framework.indicator(current.indicator)
    for raw in tried:
        with suppress(Invalid):
            if parse(framework, indicator, raw, current).same_content(current):
                return True
    return False


def require_current(current: Answer, revision: int) -> None:
    """Pass when the change was based on the answer as it is now; raises Stale, so that nothing is overwritten."""
    if revision != current.revision:
        raise Stale(current)


def _level(framework: Framework, raw: object) -> int | None:
    if raw is None or raw == "":
        return None
    if isinstance(raw, str) and raw in {str(level) for level in framework.levels}:
        return int(raw)
    if isinstance(raw, int) and not isinstance(raw, bool) and raw in framework.levels:
        return raw
    lowest, highest = framework.levels[0], framework.top_level
    message = "Choose a level from %(lowest)s to %(highest)s, or none."
    raise Invalid(Problem("level", "level", message, {"lowest": lowest, "highest": highest}))


def unanswered(framework: Framework, levels: Levels) -> tuple[Indicator, ...]:
    """Return the indicators without a level, in the standard's order."""
    return tuple(indicator for indicator in framework.indicators if levels.get(indicator.number) is None)
