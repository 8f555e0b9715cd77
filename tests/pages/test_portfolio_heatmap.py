"""The heat map: the counted clusters' levels as a table of numbers on colours."""

import pytest

from app.domain.roles import Role
from tests.pages.client import PageClient
from tests.pages.harbour import LEVELS, TINY, fill, leave_out
from tests.pages.html import Element
from tests.pages.world import World

HEATMAP = f"/portfolio/heatmap?{TINY}"


@pytest.fixture
def owner(world: World) -> PageClient:
    fill(world)
    return world.signed_in(Role.OWNER, programme="north")


def rows(page: Element) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in page.named("heat").rows()}


def test_each_counted_cluster_has_a_row_of_points_and_levels(owner: PageClient) -> None:
    assert rows(owner.open(HEATMAP)) == {
        "Anker": ["12", "2", "2", "2"],
        "Baug": ["9", "1", "1", "2"],
        "Dokk": ["6", "0", "0, below the minimum", "2"],
        "Ekko": ["4", "2", "1", "0, not eligible for a label"],
        "Fjord": ["8", "1", "2", "1"],
    }


def test_whoever_is_left_out_has_no_row(world: World, owner: PageClient) -> None:
    leave_out(world)
    page = owner.open(f"{HEATMAP}&round=autumn-2026")
    assert [name.lower() for name in rows(page)] == list(LEVELS)
    assert "4 left out: 1 still a draft, 1 without an assessment" in page.named("counted").text


def test_the_colour_follows_the_share_of_the_highest_level(owner: PageClient) -> None:
    heat = owner.open(HEATMAP).named("heat")
    shades = {
        cell.text[0]: cell["class"].split()[0] for cell in heat.all("td") if not cell.has("heat-plain") and cell.text
    }
    assert shades == {"0": "heat-0", "1": "heat-5", "2": "heat-10"}


def test_columns_are_headed_by_number_name_and_dimension(owner: PageClient) -> None:
    heat = owner.open(HEATMAP).named("heat")
    assert [each.text for each in heat.all("th", scope="col")] == [
        *("Cluster", "Points of 12", "A.1 Seaworthy boats", "A.2 Life jackets", "B.1 Berths"),
    ]
    assert [(each.text, each["colspan"]) for each in heat.all("th", scope="colgroup")] == [
        ("Boats", "2"),
        ("Harbour", "1"),
    ]


def test_the_legend_names_every_level(owner: PageClient) -> None:
    page = owner.open(HEATMAP)
    legend = next(each for each in page.all("ul") if each.has("heat-legend"))
    assert [item.text for item in legend.all("li")][:3] == ["0 Ashore", "1 Afloat", "2 Under sail"]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("-points", ["Anker", "Baug", "Fjord", "Dokk", "Ekko"]),
        ("B.1", ["Ekko", "Fjord", "Anker", "Baug", "Dokk"]),
        ("-B.1", ["Anker", "Baug", "Dokk", "Fjord", "Ekko"]),
        ("-name", ["Fjord", "Ekko", "Dokk", "Baug", "Anker"]),
    ],
)
def test_the_map_is_sorted_by_name_points_or_an_indicator(owner: PageClient, sort: str, names: list[str]) -> None:
    assert list(rows(owner.open(f"{HEATMAP}&sort={sort}"))) == names


def test_sorting_keeps_the_filters(owner: PageClient) -> None:
    page = owner.open(f"{HEATMAP}&region=Agder")
    link = next(each for each in page.named("heat").all("a") if each.text.startswith("Points"))
    assert link["href"] == "/portfolio/heatmap?region=Agder&framework=tiny%2F1.0&sort=-points"


def test_without_a_counted_cluster_there_is_no_map(world: World) -> None:
    world.programme()
    page = world.signed_in(Role.OWNER, programme="north").open("/portfolio/heatmap")
    assert "Nothing to show yet" in page.text
    assert not page.all("table")


def test_ecei_has_its_own_columns(world: World) -> None:
    world.programme()
    world.cluster("anker")
    ecei = world.frameworks.default
    world.assessment("anker", {indicator.number: 3 for indicator in ecei.indicators})
    page = world.signed_in(Role.OWNER, programme="north").open("/portfolio/heatmap")
    assert rows(page) == {"Anker": ["93", *["3"] * ecei.total]}
