"""Every page there is, found from the routes, with somebody who may see it and a world in which it has much to show."""

import datetime as dt
import itertools
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from typing_extensions import override

from app.domain.framework import Framework
from app.domain.permissions import Actor, Role
from tests.pages.world import World

# What is got and is no page.
NO_PAGES = frozenset({"healthz", "readyz", "openapi", "next_unanswered", "openid_answer"})


@dataclass(frozen=True)
class Visit:
    """A page, who opens it, and its address."""

    name: str
    who: str
    path: str

    @override
    def __str__(self) -> str:
        return f"{self.name}-{self.who}"


def pages(app: FastAPI) -> set[str]:
    """The name of every route that a browser gets a page from."""
    got = {
        str(route.name)
        for route in iter_route_contexts(app.routes)
        if "GET" in (route.methods or ()) and not str(route.path).startswith("/api/")
    }
    return {name for name in got - NO_PAGES if not name.startswith("export_")}


class Stage:
    """A world in which each page has something to show, and the people to open them as."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.framework: Framework = world.frameworks.default
        world.programme(name="Demo: Nordlys")
        world.round("Høst 2026")
        world.cluster("havbruk", name="Havbruk Sør", region="Agder", sector="Havbruk", level="Arena")
        self.previous = world.assessment("havbruk", self._levels(2), title="Høst 2025", day=dt.date(2025, 9, 30)).id
        self.draft = world.assessment("havbruk", self._levels(3, short=9), title="Høst 2026", submit=False).id
        self.submitted = world.assessment("havbruk", self._levels(4), title="Vår 2026", day=dt.date(2026, 3, 31)).id
        for number in range(7):
            slug = f"klynge-{number}"
            world.cluster(slug, name=f"Klynge {number}", region="Nordland", sector="Mineraler", level="NCE")
            world.assessment(slug, self._levels(number), title="Høst 2026")
        self.people: dict[str, Actor | None] = {
            "visitor": None,
            "manager": world.person(Role.MANAGER, cluster="havbruk", name="Kari Nygård"),
            "owner": world.person(Role.OWNER, programme="north", name="Per Moe"),
            "evaluator": world.person(Role.EVALUATOR, programme="north", name="Eva Lind"),
        }

    def visits(self, app: FastAPI) -> list[Visit]:
        """Every page for each person whom it is for; a page that nobody is named for is a KeyError."""
        found: list[Visit] = []
        for name in sorted(pages(app)):
            visits = self._plan()[name]
            found += [Visit(name, who, str(app.url_path_for(name, **params))) for who, params in visits]
        return found

    def _plan(self) -> dict[str, list[tuple[str, dict[str, str]]]]:
        standard = {"framework": self.framework.name, "version": self.framework.version}
        draft, submitted = {"assessment_id": self.draft}, {"assessment_id": self.submitted}
        dimension = {"dimension_id": self.framework.dimensions[1].id}
        cluster, programme = {"cluster": "havbruk"}, {"programme": "north"}
        return {
            "home": [("visitor", {}), ("manager", {}), ("owner", {}), ("evaluator", {})],
            "sign_in": [("visitor", {})],
            "signed_out": [("visitor", {})],
            "account": [("manager", {})],
            "about": [("visitor", {})],
            "frameworks": [("visitor", {})],
            "framework": [("visitor", standard), ("manager", standard)],
            "blank_form": [("visitor", standard)],
            "components": [("visitor", {})],
            "docs": [("visitor", {})],
            "assessment": [("manager", draft), ("manager", submitted), ("evaluator", submitted)],
            "dimension": [("manager", {**draft, **dimension}), ("evaluator", {**submitted, **dimension})],
            "unanswered": [("manager", draft)],
            "submit_page": [("manager", draft)],
            "withdraw_page": [("manager", submitted)],
            "delete_page": [("manager", draft)],
            "new_assessment": [("manager", cluster)],
            "gap": [("manager", draft), ("manager", submitted), ("owner", submitted)],
            "clusters": [("evaluator", {}), ("owner", {})],
            "cluster": [("manager", cluster), ("owner", cluster)],
            "edit_cluster": [("manager", cluster)],
            "programme": [("owner", programme)],
            "portfolio": [("owner", {})],
            "portfolio_heatmap": [("owner", {})],
            "portfolio_indicators": [("owner", {})],
        }

    def _levels(self, strength: int, short: int = 0) -> dict[str, int]:
        """Levels that differ from indicator to indicator, for all but the last `short` of them."""
        levels = itertools.cycle((strength, strength + 1, strength - 1, strength + 2))
        numbers = [indicator.number for indicator in self.framework.indicators]
        answered = numbers[: len(numbers) - short]
        return {
            number: min(max(level, 0), self.framework.top_level)
            for number, level in zip(answered, levels, strict=False)
        }
