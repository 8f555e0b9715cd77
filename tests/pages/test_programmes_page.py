"""A programme's page: rounds and clusters, and the two forms for new ones."""

import pytest

from app.domain.roles import Role
from tests.pages.client import PageClient
from tests.pages.harbour import fill
from tests.pages.world import World


@pytest.fixture
def owner(world: World) -> PageClient:
    fill(world)
    return world.signed_in(Role.OWNER, programme="north")


def test_it_lists_rounds_and_clusters_and_leads_to_their_portfolio(owner: PageClient) -> None:
    page = owner.open("/programmes/north")
    assert [row[:2] for row in page.named("round-table").rows()] == [
        ["Autumn 2026", "30 September 2026"],
        ["Autumn 2025", "30 September 2025"],
    ]
    assert [row[0] for row in page.named("cluster-table").rows()] == ["Anker", "Baug", "Dokk", "Ekko", "Fjord"]
    assert page.one("a", href="/portfolio?programme=north").text == "See the portfolio"
    assert page.all("a", href="/portfolio?programme=north&round=autumn-2025")


def test_a_round_is_opened(owner: PageClient) -> None:
    typed = {"name": "Spring 2027", "reference_date": "2027-03-31"}
    assert owner.send("/programmes/north/rounds", typed) == "/programmes/north"
    assert owner.open("/programmes/north").named("round-table").rows()[0][:2] == ["Spring 2027", "31 March 2027"]


@pytest.mark.parametrize(
    ("typed", "field", "words"),
    [
        ({"name": "", "reference_date": "2027-03-31"}, "round-name", "Please fill this in."),
        ({"name": "Spring", "reference_date": "soon"}, "round-date", "Give a date such as 2026-09-30."),
        ({"name": "Autumn 2026", "reference_date": "2027-03-31"}, "round-name", "The programme already has a round"),
        ({"name": "春", "reference_date": "2027-03-31"}, "round-name", "Please fill this in."),
    ],
)
def test_a_round_that_cannot_be_opened_keeps_what_was_typed(
    owner: PageClient, typed: dict[str, str], field: str, words: str
) -> None:
    page = owner.refused("/programmes/north/rounds", typed)
    assert page.named(f"{field}-error").text.startswith(words)
    assert page.named("round-name")["value"] == typed["name"]
    assert page.named("round-date")["value"] == typed["reference_date"]
    assert len(page.named("round-table").rows()) == 2


def test_a_cluster_is_registered(owner: PageClient) -> None:
    typed = {"name": "Ærlig Energi", "slug": "", "level": "NCE", "region": "Vestland", "sector": "Energi"}
    assert owner.send("/programmes/north/clusters", typed) == "/programmes/north"
    rows = owner.open("/programmes/north").named("cluster-table").rows()
    assert ["Ærlig Energi", "NCE", "Vestland", "Energi"] in rows
    assert owner.open("/clusters/aerlig-energi").one("h1").text == "Ærlig Energi"


def test_the_form_for_a_cluster_says_how_it_gets_a_manager(owner: PageClient) -> None:
    assert "Invite one on the cluster's page People" in owner.open("/programmes/north").named("new-cluster").text


@pytest.mark.parametrize(
    ("name", "slug", "field", "words"),
    [
        ("", "", "cluster-name", "Please fill this in."),
        ("Anker", "", "cluster-slug", "Another cluster already has this address."),
        ("Anker", "Not an address", "cluster-slug", "Use small letters a to z"),
    ],
)
def test_a_cluster_that_cannot_be_registered_keeps_what_was_typed(
    owner: PageClient, name: str, slug: str, field: str, words: str
) -> None:
    typed = {"name": name, "slug": slug, "level": "NCE", "region": '"><b>', "sector": ""}
    page = owner.refused("/programmes/north/clusters", typed)
    assert page.named(f"{field}-error").text.startswith(words)
    assert (page.named("cluster-region")["value"], page.named("cluster-slug")["value"]) == ('"><b>', slug)
    assert len(page.named("cluster-table").rows()) == 5


def test_a_reader_reads_and_changes_nothing(world: World, owner: PageClient) -> None:
    assert owner.open("/programmes/north").all("form", id="new-round")
    reader = world.signed_in(Role.READER, programme="north")
    assert not [form for form in reader.open("/programmes/north").all("form") if "programmes" in form["action"]]
    reader.refused("/programmes/north/rounds", {"name": "X", "reference_date": "2027-03-31"}, 403)
    reader.refused("/programmes/north/clusters", {"name": "X"}, 403)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.EVALUATOR])
def test_a_programme_is_not_there_for_its_clusters_people(world: World, role: Role) -> None:
    fill(world)
    browser = world.signed_in(role, cluster="anker")
    browser.open("/programmes/north", 404)
    browser.refused("/programmes/north/rounds", {"name": "X", "reference_date": "2027-03-31"}, 404)
    browser.refused("/programmes/north/clusters", {"name": "X"}, 404)


def test_another_programme_is_not_there(world: World, owner: PageClient) -> None:
    world.programme("south")
    owner.open("/programmes/south", 404)
    owner.refused("/programmes/south/clusters", {"name": "X"}, 404)
    owner.refused("/programmes/south/rounds", {"name": "X", "reference_date": "2027-03-31"}, 404)


def test_a_visitor_signs_in_first(world: World) -> None:
    fill(world)
    assert world.browser().http.get("/programmes/north").headers["location"] == "/sign-in?next=/programmes/north"
    world.browser().refused("/programmes/north/rounds", {"name": "X"}, 401)


def test_an_empty_programme_says_so(world: World) -> None:
    world.programme()
    page = world.signed_in(Role.OWNER, programme="north").open("/programmes/north")
    assert "No round yet." in page.text
    assert "No cluster yet." in page.text


def test_many_clusters_are_paged(world: World) -> None:
    world.programme()
    with world.store.writing():
        for number in range(51):
            world.cluster(f"c-{number}", name=f"C{number:02}")
    owner = world.signed_in(Role.OWNER, programme="north")
    page = owner.open("/programmes/north")
    assert page.named("cluster-table").one("caption").text == "51 clusters"
    link = page.one("a", rel="next")["href"]
    assert link == "/programmes/north?page=2#clusters"
    assert [row[0] for row in owner.open(link).named("cluster-table").rows()] == ["C50"]
