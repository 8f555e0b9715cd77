"""Registering, changing and looking at clusters."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from app.domain.clusters import Cluster
from app.domain.errors import Invalid, NotPermitted, Stale
from app.domain.lifecycle import Move
from app.domain.roles import TokenScope
from app.store import clusters as kept
from app.usecases import clusters
from tests.make import DAY, NOW, Clock, make_programme, make_round
from tests.usecases.world import World

SENT = {"name": "Havbruk Sør", "programme": "north"}


def register(world: World, person: str = "owner", **raw: object) -> Cluster:
    return clusters.register(world.store, world.actor(person), SENT | raw)


def update(world: World, revision: int, person: str = "manager", **raw: object) -> Cluster:
    return clusters.update(world.store, world.actor(person), "kyst", raw, revision)


def kyst(world: World) -> Cluster:
    return clusters.view(world.store, world.frameworks, world.manager, "kyst").cluster


def test_a_cluster_is_registered_in_a_programme_with_an_address_made_from_its_name(world: World, clock: Clock) -> None:
    now = clock.move(hours=1)
    with world.one_line("registered"):
        cluster = register(world, level="arena", region=" Agder ", sector="")
    assert cluster == Cluster(
        id=cluster.id,
        slug="havbruk-sor",
        name="Havbruk Sør",
        programme_id="programme-north",
        programme="north",
        level="arena",
        region="Agder",
        sector="",
        revision=1,
        updated_at=now,
    )
    assert clusters.view(world.store, world.frameworks, world.actor("owner"), "havbruk-sor").cluster == cluster
    line = world.journal()[-1]
    assert (line.subject, line.by, line.cluster, line.programme) == (cluster.id, "owner", cluster.id, "programme-north")
    assert line.after == {
        "slug": "havbruk-sor",
        "name": "Havbruk Sør",
        "level": "arena",
        "region": "Agder",
        "sector": "",
    }


def test_an_address_of_ones_own_is_kept(world: World) -> None:
    assert register(world, slug="gce-havbruk").slug == "gce-havbruk"
    for empty in (None, ""):
        assert register(world, name=f"Navn {empty}", slug=empty).slug == f"navn-{empty}".lower().strip("-")


@pytest.mark.parametrize("programme", [None, ""])
def test_an_administrator_registers_a_cluster_in_no_programme_and_in_any(world: World, programme: str | None) -> None:
    alone = register(world, "administrator", programme=programme)
    assert (alone.programme, alone.programme_id) == (None, None)
    assert register(world, "administrator", name="Other", programme="south").programme == "south"


@pytest.mark.parametrize(
    ("raw", "field", "code"),
    [
        ({"name": None}, "name", "required"),
        ({"name": ""}, "name", "required"),
        ({"name": 5}, "name", "text"),
        ({"name": "x" * 201}, "name", "too-long"),
        ({"name": "\u202ea"}, "name", "characters"),
        ({"name": "日本"}, "slug", "required"),
        ({"slug": "Havbruk"}, "slug", "slug"),
        ({"slug": "../etc"}, "slug", "slug"),
        ({"slug": "kyst"}, "slug", "taken"),
        ({"slug": "fjell"}, "slug", "taken"),
        ({"name": "Kyst"}, "slug", "taken"),
        ({"level": 5}, "level", "text"),
        ({"region": "a\nb"}, "region", "line"),
        ({"sector": "\x00"}, "sector", "characters"),
        ({"programme": "south"}, "programme", "programme"),
        ({"programme": "missing"}, "programme", "programme"),
        ({"programme": 5}, "programme", "text"),
        ({"programme": "\x00"}, "programme", "characters"),
        ({"programme": "\ud800"}, "programme", "characters"),
    ],
    ids=ascii,
)
def test_what_cannot_be_registered_is_refused(world: World, raw: dict[str, Any], field: str, code: str) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        register(world, **raw)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [(field, code)]


def test_a_cluster_is_changed_where_something_was_sent(world: World, clock: Clock) -> None:
    before = kyst(world)
    now = clock.move(hours=1)
    with world.one_line("updated"):
        changed = update(world, 1, name=" Ny kyst ", region="Møre", sector="")
    assert changed == dataclasses.replace(before, name="Ny kyst", region="Møre", sector="", revision=2, updated_at=now)
    assert kyst(world) == changed
    line = world.journal()[-1]
    assert (line.subject, line.by) == (before.id, "manager")
    assert (line.before["name"], line.after["name"], line.after["sector"]) == ("Kyst", "Ny kyst", "")
    assert (line.before["level"], line.after["level"]) == ("arena", "arena")


@pytest.mark.parametrize(
    "place",
    [
        pytest.param({"programme": "south"}, id="another programme, ciso-assistant #3154"),
        pytest.param({"programme_id": "programme-south"}, id="its id, ciso-assistant #3154"),
        {"slug": "ny", "id": "x", "updated_at": NOW},
    ],
)
def test_address_and_programme_of_a_cluster_never_change(world: World, place: dict[str, object]) -> None:
    changed = clusters.update(world.store, world.actor("manager"), "kyst", place, 1)
    assert changed == dataclasses.replace(world.kyst, revision=2)


@pytest.mark.parametrize("revision", [0, 2, -1])
def test_a_change_based_on_another_revision_is_stale(world: World, revision: int) -> None:
    with world.unchanged(), pytest.raises(Stale) as refused:
        update(world, revision, name="Ny kyst")
    assert refused.value.current == world.kyst


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"name": ""}, "required"),
        ({"name": None}, "required"),
        ({"region": 5}, "text"),
        ({"level": "\x00"}, "characters"),
    ],
    ids=ascii,
)
def test_a_bad_change_is_refused_whole(world: World, raw: dict[str, Any], code: str) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        update(world, 1, **({"sector": "new"} | raw))
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_cluster_is_viewed_with_what_one_may_read_and_do(world: World) -> None:
    with world.store.writing() as tx:
        kept.keep_round(tx, make_round("autumn"))
    withdrawn = world.move(world.submit(day=dt.date(2025, 9, 30)), Move.WITHDRAW)
    submitted = world.submit(day=dt.date(2026, 3, 31))
    draft = world.start()
    for person, seen, may_start, may_update in (
        ("manager", [draft, submitted, withdrawn], True, True),
        ("contributor", [draft, submitted, withdrawn], False, False),
        ("observer", [draft, submitted, withdrawn], False, False),
        ("owner", [submitted], False, True),
        ("reader", [submitted], False, False),
        ("evaluator", [submitted], False, False),
        ("administrator", [submitted], False, True),
    ):
        view = clusters.view(world.store, world.frameworks, world.actor(person), "kyst")
        assert view.cluster == world.kyst
        assert [line.assessment for line in view.assessments] == seen
        assert (view.may_start, view.may_update) == (may_start, may_update)
        assert view.rounds == (make_round("autumn"),)
        assert [line.may_answer for line in view.assessments if line.assessment == draft] == (
            [person != "observer"] if draft in seen else []
        )


def test_a_cluster_in_no_programme_has_no_rounds(world: World) -> None:
    view = clusters.view(world.store, world.frameworks, world.actor("administrator"), "alene")
    assert (view.cluster, view.rounds) == (world.alene, ())


def test_at_home_people_find_their_own_clusters_and_programmes(world: World) -> None:
    draft = world.start()
    north = make_programme("north")
    for person, slugs, programmes in (
        ("manager", ["kyst"], ()),
        ("observer", ["kyst"], ()),
        ("evaluator", ["kyst"], ()),
        ("programme-evaluator", [], ()),
        ("reader", [], (north,)),
        ("owner", [], (north,)),
        ("administrator", [], (north, make_programme("south"))),
        ("nobody", [], ()),
    ):
        home = clusters.home(world.store, world.frameworks, world.actor(person))
        assert [view.cluster.slug for view in home.clusters] == slugs
        assert home.programmes == programmes
    (own,) = clusters.home(world.store, world.frameworks, world.manager).clusters
    assert [line.assessment for line in own.assessments] == [draft]
    assert own.assessments[0].actions == ("answer", "delete")
    assert (own.may_start, own.may_update, own.rounds, own.programme) == (True, True, (), north)


def test_at_home_an_evaluator_of_a_programme_finds_what_was_submitted_and_nobody_else_does(
    world: World, clock: Clock
) -> None:
    first = world.submit(world.fjord)
    clock.move(minutes=1)
    second = world.submit()
    world.withdraw(world.submit(world.fjord, day=DAY + dt.timedelta(days=1)))
    world.start()
    world.submit(world.fjell)

    def found(person: str) -> list[str]:
        home = clusters.home(world.store, world.frameworks, world.actor(person))
        return [line.assessment.id for line in home.submitted]

    assert found("programme-evaluator") == [second.id, first.id]
    for person in ("manager", "evaluator", "observer", "owner", "reader", "administrator", "nobody"):
        assert found(person) == []


@pytest.mark.parametrize(
    ("person", "slugs"),
    [
        *((person, ["kyst"]) for person in ("observer", "contributor", "manager", "evaluator")),
        *((person, ["fjord", "kyst"]) for person in ("programme-evaluator", "reader", "owner")),
        ("administrator", ["alene", "fjell", "fjord", "kyst"]),
        ("stranger", ["fjell"]),
        ("nobody", []),
    ],
)
def test_each_person_lists_the_clusters_within_reach(world: World, person: str, slugs: list[str]) -> None:
    assert [cluster.slug for cluster in clusters.listed(world.store, world.actor(person))] == slugs


def test_the_list_of_clusters_is_paged_and_can_be_of_what_was_changed_since(world: World, clock: Clock) -> None:
    administrator = world.actor("administrator")
    found = clusters.listed(world.store, administrator, after="fjell", limit=1)
    assert [cluster.slug for cluster in found] == ["fjord"]
    now = clock.move(hours=1)
    update(world, 1, region="Møre")
    assert [cluster.slug for cluster in clusters.listed(world.store, administrator, updated_since=now)] == ["kyst"]
    assert len(clusters.listed(world.store, administrator, updated_since=NOW)) == 4


def test_a_token_without_the_scope_lists_nothing(world: World) -> None:
    actor = dataclasses.replace(world.manager, token_scopes=frozenset(TokenScope) - {TokenScope.READ})
    with pytest.raises(NotPermitted):
        clusters.listed(world.store, actor)
    with pytest.raises(NotPermitted):
        clusters.home(world.store, world.frameworks, actor)
