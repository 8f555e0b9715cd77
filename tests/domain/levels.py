"""Answered levels for tests: made by hand, or by chance."""

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from app.domain.framework import Framework
from tests.frameworks.catalogues import ecei, preset, tiny

FRAMEWORKS = (ecei(), preset(), tiny())

Answered = dict[str, int]
Answers = dict[str, int | None]


def everywhere(framework: Framework, level: int) -> Answered:
    """Return the same level on every indicator."""
    return {indicator.number: level for indicator in framework.indicators}


def complete(framework: Framework) -> SearchStrategy[Answered]:
    """Draw any level for every indicator; high ones more often, so that both verdicts come up."""
    level = st.sampled_from([*framework.levels, *framework.levels[-2:] * 5])
    return st.fixed_dictionaries({indicator.number: level for indicator in framework.indicators})


def partial(framework: Framework) -> SearchStrategy[Answers]:
    """Draw a level or none for every indicator; some indicators may not be there at all."""
    level = st.none() | st.sampled_from(framework.levels)
    return st.fixed_dictionaries({}, optional={indicator.number: level for indicator in framework.indicators})


def complete_or_not(framework: Framework) -> SearchStrategy[Answers]:
    """Draw a complete assessment or one with gaps."""
    return st.one_of(complete(framework).map(lambda levels: {**levels}), partial(framework))


def frameworks() -> SearchStrategy[Framework]:
    """Draw ECEI, the preset or the tiny standard."""
    return st.sampled_from(FRAMEWORKS)
