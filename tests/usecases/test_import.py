"""Importing clusters: all rows or none, and a second run changes nothing."""

import dataclasses

import pytest

from app.domain.errors import Invalid, NotFound
from app.usecases import clusters, operators
from app.usecases.operators import Imported
from tests.make import Clock
from tests.usecases.world import World

ROWS = [
    {"name": "Havbruk Sør", "programme_level": "arena", "region": "Agder", "sector": "sea"},
    {"name": "GCE Node", "slug": "node", "programme_level": "gce"},
    {"name": "Kyst", "region": "Nordland"},
]


def import_clusters(world: World, rows: list[dict[str, str]], programme: str = "north") -> Imported:
    return operators.import_clusters(world.store, programme, rows)


def listed(world: World) -> dict[str, tuple[str, ...]]:
    found = clusters.listed(world.store, world.actor("owner"))
    return {each.slug: (each.name, each.level, each.region, each.sector) for each in found}


def problems(refused: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in refused.value.problems]


def test_clusters_are_made_or_changed_by_address(world: World, clock: Clock) -> None:
    now = clock.move(hours=1)
    assert import_clusters(world, ROWS) == Imported(("havbruk-sor", "node"), ("kyst",), ())
    assert listed(world) == {
        "fjord": ("Fjord", "arena", "Vestland", "sea"),
        "havbruk-sor": ("Havbruk Sør", "arena", "Agder", "sea"),
        "kyst": ("Kyst", "arena", "Nordland", "sea"),
        "node": ("GCE Node", "gce", "", ""),
    }
    kyst = clusters.view(world.store, world.frameworks, world.manager, "kyst").cluster
    assert kyst == dataclasses.replace(world.kyst, region="Nordland", revision=2, updated_at=now)
    assert [(line.verb, line.by) for line in world.journal()] == [
        ("registered", "operator"),
        ("registered", "operator"),
        ("updated", "operator"),
    ]


def test_a_second_run_changes_nothing(world: World, clock: Clock) -> None:
    import_clusters(world, ROWS)
    clock.move(hours=1)
    with world.unchanged():
        assert import_clusters(world, ROWS) == Imported((), (), ("havbruk-sor", "node", "kyst"))


def test_what_a_row_leaves_empty_stays_as_it_was(world: World) -> None:
    with world.unchanged():
        assert import_clusters(world, [{"name": "Kyst", "region": "", "sector": ""}]).unchanged == ("kyst",)


def test_a_name_is_changed_under_the_address_that_it_had(world: World) -> None:
    assert import_clusters(world, [{"name": "Ny kyst", "slug": "kyst"}]).updated == ("kyst",)
    assert listed(world)["kyst"][0] == "Ny kyst"


def test_one_bad_row_keeps_all_out_and_every_bad_row_is_named_by_its_line(world: World) -> None:
    rows = [
        {"name": "Good"},
        {"name": ""},
        {},
        {"name": "Bad", "slug": "Not A Slug"},
        {"name": "日本"},
        {"name": "Elsewhere", "slug": "fjell"},
        {"name": "Alone", "slug": "alene"},
        {"name": "Bad region", "region": "a\x00"},
        {"name": "Also good", "slug": "kyst"},
    ]
    with world.unchanged(), pytest.raises(Invalid) as refused:
        import_clusters(world, rows)
    assert problems(refused) == [
        ("line 3: name", "required"),
        ("line 4: name", "required"),
        ("line 5: slug", "slug"),
        ("line 6: slug", "required"),
        ("line 7: slug", "taken"),
        ("line 8: slug", "taken"),
        ("line 9: region", "characters"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        [{"name": "Ny & fin"}, {"name": "Ny og fin"}],
        [{"name": "One", "slug": "same"}, {"name": "Two", "slug": "same"}],
        [{"name": "Kyst"}, {"name": "Other kyst", "slug": "kyst"}],
    ],
)
def test_two_rows_with_one_address_are_refused_for_the_second_would_undo_the_first(
    world: World, rows: list[dict[str, str]]
) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        import_clusters(world, rows)
    assert problems(refused) == [("line 3: slug", "taken")]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param({"name": "Taken over", "slug": "fjell"}, id="another programme's, ciso-assistant #1400"),
        pytest.param({"name": "Taken over", "slug": "alene"}, id="no programme's, ciso-assistant #1400"),
    ],
)
def test_an_import_changes_nothing_outside_of_its_programme(world: World, row: dict[str, str]) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        import_clusters(world, [*ROWS, row])
    assert problems(refused) == [("line 5: slug", "taken")]


def test_a_programme_that_there_is_not_is_not_found(world: World) -> None:
    with world.unchanged(), pytest.raises(NotFound):
        import_clusters(world, ROWS, "missing")


def test_no_rows_change_nothing(world: World) -> None:
    with world.unchanged():
        assert import_clusters(world, []) == Imported((), (), ())
