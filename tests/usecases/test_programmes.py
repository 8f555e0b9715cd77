"""Looking at a programme, and opening rounds in it."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from app.domain.clusters import Round
from app.domain.errors import Invalid
from app.domain.permissions import Membership
from app.domain.roles import Role, TokenScope
from app.usecases import clusters
from tests.make import make_programme
from tests.store.kept import keep_person
from tests.usecases.world import World

SENT = {"name": "Høst 2026", "reference_date": "2026-09-30"}


def open_round(world: World, programme: str = "north", person: str = "owner", **raw: object) -> Round:
    return clusters.open_round(world.store, world.actor(person), programme, SENT | raw)


def test_a_round_is_opened_with_an_address_made_from_its_name(world: World) -> None:
    with world.one_line("opened-round"):
        opened = open_round(world)
    assert opened == Round(opened.id, "programme-north", "host-2026", "Høst 2026", dt.date(2026, 9, 30))
    line = world.journal()[-1]
    assert (line.subject, line.by, line.cluster, line.programme) == (opened.id, "owner", None, "programme-north")
    assert line.after == {"name": "Høst 2026", "reference_date": "2026-09-30"}
    assert clusters.view_programme(world.store, world.actor("reader"), "north").rounds == (opened,)


@pytest.mark.parametrize(
    ("raw", "field", "code"),
    [
        ({"name": None}, "name", "required"),
        ({"name": "\x00"}, "name", "characters"),
        ({"name": "!"}, "slug", "required"),
        ({"name": "HØST  2026!"}, "name", "taken"),
        ({"reference_date": None}, "reference_date", "date"),
        ({"reference_date": "2026-02-30"}, "reference_date", "date"),
    ],
    ids=ascii,
)
def test_what_cannot_be_opened_is_refused(world: World, raw: dict[str, Any], field: str, code: str) -> None:
    open_round(world)
    with world.unchanged(), pytest.raises(Invalid) as refused:
        open_round(world, **raw)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [(field, code)]


def test_a_rounds_name_may_be_used_in_another_programme(world: World) -> None:
    open_round(world)
    assert open_round(world, "south", "administrator").programme_id == "programme-south"


@pytest.mark.parametrize(
    ("person", "may_register", "may_open"),
    [("reader", False, False), ("owner", True, True), ("administrator", True, True)],
)
def test_a_programme_is_viewed_with_its_rounds_its_clusters_and_what_one_may_do(
    world: World, person: str, *, may_register: bool, may_open: bool
) -> None:
    autumn = open_round(world)
    spring = open_round(world, name="Vår", reference_date="2026-03-31")
    open_round(world, "south", "administrator")
    view = clusters.view_programme(world.store, world.actor(person), "north")
    assert view == clusters.ProgrammeView(
        programme=make_programme("north"),
        rounds=(autumn, spring),
        clusters=(world.fjord, world.kyst),
        conflicts=(),
        may_register=may_register,
        may_open_round=may_open,
        may_lift=may_open,
    )


def test_somebody_with_a_cluster_elsewhere_sees_only_the_programmes_own(world: World) -> None:
    roles = (
        Membership(Role.READER, programme_id="programme-north"),
        Membership(Role.MANAGER, cluster_id=world.fjell.id),
    )
    keep_person(world.store, "Both", *roles)
    view = clusters.view_programme(world.store, world.actor("both"), "north")
    assert view.clusters == (world.fjord, world.kyst)


@pytest.mark.parametrize(
    ("scopes", "may"),
    [({TokenScope.READ}, False), ({TokenScope.READ, TokenScope.ADMIN}, True)],
)
def test_a_token_that_reads_views_a_programme_and_offers_only_what_it_carries(
    world: World, scopes: set[TokenScope], *, may: bool
) -> None:
    actor = dataclasses.replace(world.actor("owner"), token_scopes=frozenset(scopes))
    view = clusters.view_programme(world.store, actor, "north")
    assert (view.may_register, view.may_open_round) == (may, may)
