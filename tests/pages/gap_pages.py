"""Levels that bring about each verdict, and the gap page opened on them."""

import datetime as dt
from collections.abc import Mapping

from app.domain.framework import Framework
from app.domain.roles import Role
from tests.domain.levels import everywhere
from tests.frameworks.catalogues import ecei
from tests.pages.html import Element
from tests.pages.world import World

BEFORE = dt.date(2024, 9, 30)
NUMBERS = tuple(indicator.number for indicator in ecei().indicators)
BENCHMARK = {indicator.number: indicator.benchmark for indicator in ecei().indicators}


def hundred(zero: str) -> dict[str, int]:
    """Return exactly the points of the Gold line: 20 at 3, 10 at 4, and this one at 0."""
    high = [number for number in NUMBERS if number != zero][:10]
    return {**everywhere(ecei(), 3), **dict.fromkeys(high, 4), zero: 0}


def first(answered: int, level: int = 4) -> dict[str, int]:
    """Return the first indicators answered, each at the same level."""
    return dict.fromkeys(NUMBERS[:answered], level)


def gap_path(
    world: World,
    levels: Mapping[str, int],
    *,
    last: Mapping[str, int] | None = None,
    framework: Framework | None = None,
    slug: str = "havbruk",
) -> str:
    """Register a cluster with this assessment, submitted where it is complete, and return its gap page's address."""
    standard = framework or ecei()
    world.cluster(slug, None, "Havbruk <i>Sør</i>")
    if last is not None:
        world.assessment(slug, last, framework=framework, title="Before", day=BEFORE)
    is_complete = len(levels) == standard.total
    found = world.assessment(slug, levels, framework=framework, submit=is_complete)
    return f"/assessments/{found.id}/gap"


def gap_page(
    world: World,
    levels: Mapping[str, int],
    query: str = "",
    *,
    last: Mapping[str, int] | None = None,
    framework: Framework | None = None,
) -> Element:
    """Open the gap page of a new cluster as its chair does, who can only read."""
    path = gap_path(world, levels, last=last, framework=framework)
    return world.signed_in(Role.OBSERVER, cluster="havbruk").open(path + query)


def by_class(element: Element, name: str) -> list[Element]:
    """Return the elements of a class."""
    return [each for each in element.all() if each.has(name)]


def checks(page: Element) -> list[tuple[str, str]]:
    """Return each condition's name with the word for its state."""
    return [
        (check.one("h3").text, by_class(check, "gap-check__state")[0].text) for check in by_class(page, "gap-check")
    ]


def words(page: Element, name: str) -> str:
    """Return what a condition says."""
    (found,) = (each for each in by_class(page, "gap-check") if each.one("h3").text == name)
    return found.text
