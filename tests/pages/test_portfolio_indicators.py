"""The spread of each indicator against figures worked out on paper (harbour.py)."""

import pytest

from app.domain.roles import Role
from tests.pages.client import PageClient
from tests.pages.harbour import TINY, fill
from tests.pages.html import Element
from tests.pages.world import World

INDICATORS = f"/portfolio/indicators?{TINY}"


@pytest.fixture
def owner(world: World) -> PageClient:
    fill(world)
    return world.signed_in(Role.OWNER, programme="north")


def rows(page: Element) -> dict[str, list[str]]:
    return {row[0].split()[0]: row[2:] for row in page.named("spreads").rows()}


def test_each_indicator_has_its_spread_and_what_is_below(owner: PageClient) -> None:
    found = rows(owner.open(INDICATORS))
    assert found == {
        "A.1": ["5", "1", "1 to 2", "1.2", "2", "3 60.0 %", "no minimum"],
        "B.1": ["5", "2", "1 to 2", "1.4", "2", "2 40.0 %", "1 under the basic condition"],
        "A.2": ["5", "1", "1 to 2", "1.2", "1", "1 20.0 %", "1 20.0 %"],
    }


def test_who_fails_a_basic_condition_is_counted_where_there_is_no_minimum(world: World) -> None:
    world.programme()
    for place, level in enumerate([0, 0, 1]):
        world.cluster(f"c{place}", name=f"C{place}")
        levels = {indicator.number: 4 for indicator in world.frameworks.default.indicators}
        world.assessment(f"c{place}", levels | {"2.2.1": level})
    page = world.signed_in(Role.OWNER, programme="north").open("/portfolio/indicators")
    assert rows(page)["2.2.1"][-1] == "2 under the basic condition"
    assert rows(page)["2.2.3"][-1] == "no minimum"


def test_quartiles_between_levels_are_interpolated(owner: PageClient) -> None:
    # Baug and Ekko have 1 and 2 on A.1: quartiles a quarter of the way from either end.
    page = owner.open(f"{INDICATORS}&level=Arena")
    assert rows(page)["A.1"][:4] == ["2", "1.5", "1.25 to 1.75", "1.5"]


def test_the_picture_says_itself_in_words(owner: PageClient) -> None:
    page = owner.open(INDICATORS)
    assert page.named("spreads").all("svg")[1]["aria-label"] == (
        "From 0 to 2, middle half 1 to 2, median 2; benchmark 2"
    )


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        ("", ["A.1", "B.1", "A.2"]),
        ("-weak", ["A.1", "B.1", "A.2"]),
        ("weak", ["A.2", "B.1", "A.1"]),
        ("number", ["A.1", "A.2", "B.1"]),
        ("-median", ["B.1", "A.1", "A.2"]),
        ("mean", ["A.1", "A.2", "B.1"]),
        ("-minimum", ["A.2", "A.1", "B.1"]),
    ],
)
def test_weak_indicators_come_first_unless_asked_otherwise(owner: PageClient, sort: str, numbers: list[str]) -> None:
    assert list(rows(owner.open(f"{INDICATORS}&sort={sort}"))) == numbers


def test_few_clusters_are_said_to_be_few(owner: PageClient) -> None:
    assert "Few clusters" not in owner.open(INDICATORS).text
    page = owner.open(f"{INDICATORS}&region=Nordland")
    assert "Only 3 clusters are counted. From fewer than 5, each one moves these figures a lot" in page.text
    assert "Only 1 cluster is counted." in owner.open(f"{INDICATORS}&region=Agder&level=NCE").text


def test_without_a_counted_cluster_there_are_no_figures(world: World) -> None:
    world.programme()
    world.cluster("graad")
    page = world.signed_in(Role.READER, programme="north").open("/portfolio/indicators")
    assert "Nothing is counted yet" in page.text
    assert not page.all("table")


def test_an_indicator_leads_to_its_words_in_the_catalogue(owner: PageClient) -> None:
    link = owner.open(INDICATORS).named("spreads").all("tbody")[0].all("a")[0]
    assert link["href"] == "/frameworks/tiny/1.0#i-A-1"
    assert "Seaworthy boats" in owner.open(link["href"]).named("i-A-1").text
