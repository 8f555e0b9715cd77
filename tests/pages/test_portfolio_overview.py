"""The portfolio's overview against figures worked out on paper (harbour.py)."""

import pytest

from app.domain.roles import Role
from tests.pages.client import PageClient
from tests.pages.harbour import TINY, fill, leave_out
from tests.pages.html import Element
from tests.pages.world import World

DASH = "\N{EN DASH}"
PORTFOLIO = f"/portfolio?{TINY}"


@pytest.fixture
def owner(world: World) -> PageClient:
    fill(world)
    return world.signed_in(Role.OWNER, programme="north")


def rows(page: Element) -> dict[str, list[str]]:
    return {row[0].split()[0]: row[1:] for row in page.named("clusters").rows()}


def ranked(page: Element, heading: str) -> list[str]:
    section = next(each for each in page.all("section") if each.attributes.get("aria-labelledby") == heading)
    return [item.text for item in section.all("li")]


def stats(page: Element) -> dict[str, str]:
    return {each.all("p")[0].text: each.all("p")[1].text for each in page.all("div") if each.has("stat")}


def test_each_counted_cluster_has_points_percent_and_result(owner: PageClient) -> None:
    found = rows(owner.open(PORTFOLIO))
    day = "30 September 2026"
    assert found["Anker"] == [
        "Submitted",
        "3 of 3",
        day,
        "12: gap of Anker",
        "100.0 %",
        "Meets the Gold figures indicative",
    ]
    assert found["Baug"][3:5] == ["9: gap of Baug", "75.0 %"]
    assert found["Dokk"][3:] == ["6: gap of Dokk", "50.0 %", "Does not meet the Gold figures"]
    assert found["Ekko"][3:] == ["4: gap of Ekko", "33.3 %", "Does not meet the Gold figures"]
    assert found["Fjord"][3:] == ["8: gap of Fjord", "66.7 %", "Meets the Gold figures indicative"]


def test_the_summary_agrees_with_the_paper(owner: PageClient) -> None:
    page = owner.open(PORTFOLIO)
    assert stats(page) == {
        "Clusters counted": "5 of 5",
        "Meet the Gold figures": "3 of 5",
        "Do not meet the Gold figures": "2 of 5",
    }
    assert ranked(page, "knock-outs") == [
        "A.2 Life jackets 1 cluster of 5, 20.0 %",
        "B.1 Berths 1 cluster of 5, 20.0 %",
    ]
    assert ranked(page, "weakest") == [
        "A.1 Seaworthy boats 3 clusters of 5, 60.0 %",
        "B.1 Berths 2 clusters of 5, 40.0 %",
        "A.2 Life jackets 1 cluster of 5, 20.0 %",
    ]
    assert ranked(page, "dimensions") == ["Harbour 70.0 %, benchmark 100.0 %", "Boats 60.0 %, benchmark 66.7 %"]


def test_every_figure_says_what_was_counted_when_and_on_which_catalogue(world: World, owner: PageClient) -> None:
    leave_out(world)
    page = owner.open(f"{PORTFOLIO}&round=autumn-2026")
    notes = [each.text for each in page.all("p") if each.text.startswith("5 counted")]
    assert notes == ["5 counted, 4 left out · tiny 1.0 · 23 Nov 2026, 13:00"] * 6
    assert "5 of 9 clusters are counted." in page.named("counted").text
    assert "Catalogue: Tiny harbour standard, 1.0." in page.named("counted").text


def test_who_is_left_out_is_named_with_the_reason(world: World, owner: PageClient) -> None:
    leave_out(world)
    page = owner.open(f"{PORTFOLIO}&round=autumn-2026")
    assert (
        "5 of 9 clusters are counted. 4 left out: 1 still a draft, 1 without an assessment, "
        "1 submitted for another round only, 1 submitted on another catalogue only."
    ) in page.named("counted").text
    assert [item.text for item in page.named("counted-left-out").all("li")] == [
        "Graad Still a draft",
        "Hummer No assessment",
        "Isbre Submitted for another round only",
        "Jolle Submitted on another catalogue only",
    ]
    found = rows(page)
    assert found["Graad"] == ["Draft Left out: Still a draft", "3 of 3", "30 September 2026", DASH, DASH, DASH]
    assert found["Hummer"] == ["Left out: No assessment", *[DASH] * 5]


def test_a_draft_shows_its_figures_to_its_own_cluster_alone(world: World) -> None:
    fill(world)
    leave_out(world)
    own = rows(world.signed_in(Role.MANAGER, cluster="graad").open(PORTFOLIO))
    assert list(own) == ["Graad"]
    assert own["Graad"][3:] == ["12: gap of Graad", "100.0 %", "Meets the Gold figures indicative"]


@pytest.mark.parametrize("role", [Role.OWNER, Role.READER, Role.ADMINISTRATOR])
def test_whoever_follows_up_clusters_sees_the_portfolio(world: World, role: Role) -> None:
    fill(world)
    browser = world.signed_in(role, programme=None if role is Role.ADMINISTRATOR else "north")
    assert len(rows(browser.open(PORTFOLIO))) == 5


@pytest.mark.parametrize("path", ["/portfolio", "/portfolio/heatmap", "/portfolio/indicators"])
def test_visitors_sign_in_first_and_evaluators_are_told_that_it_is_not_for_them(world: World, path: str) -> None:
    fill(world)
    answer = world.browser().http.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")
    for language, title, way in (
        ("en", "The portfolio shows you nothing", "To My work"),
        ("nb", "Klyngeporteføljen viser deg ingenting", "Til Mitt arbeid"),
    ):
        for where in ({"cluster": "anker"}, {"programme": "north"}):
            page = world.browser(world.person(Role.EVALUATOR, **where), language).open(path)
            assert page.one("main").one("h2").text == title
            assert page.one("main").one("a", href="/").text == way
            assert page.one("main").all("form") == []
            assert " 0 " not in page.one("main").text
    # An owner without clusters has a portfolio, which is empty.
    world.programme("south")
    assert "No clusters yet" in world.signed_in(Role.OWNER, programme="south").open("/portfolio").text


def test_no_other_programme_is_seen(world: World) -> None:
    fill(world)
    world.programme("south")
    world.cluster("krill", programme="south", region="Secret")
    assert "Secret" not in world.signed_in(Role.OWNER, programme="north").open(PORTFOLIO).text
    assert list(rows(world.signed_in(Role.OWNER, programme="south").open(PORTFOLIO))) == ["Krill"]


def test_filters_narrow_and_can_be_cleared(owner: PageClient) -> None:
    page = owner.open(f"{PORTFOLIO}&region=Agder&sort=-points")
    assert list(rows(page)) == ["Anker", "Baug"]
    assert "2 of 2 clusters are counted." in page.text
    form = page.named("filters")
    chosen = {
        each["name"]: [o.text for o in each.all("option") if "selected" in o.attributes] for each in form.all("select")
    }
    assert chosen == {
        "round": ["All"],
        "level": ["All"],
        "region": ["Agder"],
        "framework": ["Tiny harbour standard, 1.0"],
    }
    assert form.one("input", name="sort")["value"] == "-points"
    assert len(rows(owner.open(form.one("a")["href"].replace("?", f"?{TINY}&")))) == 5


def test_a_filter_that_nobody_fits_stays_in_sight(owner: PageClient) -> None:
    page = owner.open(f"{PORTFOLIO}&sector=Space")
    assert "No cluster fits" in page.text
    assert page.one("select", name="sector").one("option", value="Space").attributes.get("selected") is not None
    assert owner.open(f"{PORTFOLIO}&sector=&round=&level=").all(id="clusters")


def test_the_programme_is_a_filter_for_whoever_sees_several(world: World, owner: PageClient) -> None:
    assert not owner.open(PORTFOLIO).all("select", name="programme")
    world.programme("south")
    world.cluster("krill", programme="south")
    administrator = world.signed_in(Role.ADMINISTRATOR)
    assert administrator.open(PORTFOLIO).all("select", name="programme")
    assert list(rows(administrator.open(f"{PORTFOLIO}&programme=south"))) == ["Krill"]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("name", ["Anker", "Baug", "Dokk", "Ekko", "Fjord", "Graad"]),
        ("-name", ["Graad", "Fjord", "Ekko", "Dokk", "Baug", "Anker"]),
        ("points", ["Ekko", "Dokk", "Fjord", "Baug", "Anker", "Graad"]),
        ("-points", ["Anker", "Baug", "Fjord", "Dokk", "Ekko", "Graad"]),
        ("status", ["Graad", "Anker", "Baug", "Dokk", "Ekko", "Fjord"]),
        ("-answered", ["Anker", "Baug", "Dokk", "Ekko", "Fjord", "Graad"]),
        ("nonsense", ["Anker", "Baug", "Dokk", "Ekko", "Fjord", "Graad"]),
    ],
)
def test_the_table_is_sorted_by_links(world: World, owner: PageClient, sort: str, names: list[str]) -> None:
    world.cluster("graad")
    world.assessment("graad", {"A.1": 2}, framework=world.frameworks.of("tiny", "1.0"), submit=False)
    page = owner.open(f"{PORTFOLIO}&sort={sort}")
    assert list(rows(page)) == names
    sorted_by = [
        each["aria-sort"] for each in page.named("clusters").all("th", scope="col") if "aria-sort" in each.attributes
    ]
    assert sorted_by == ["descending" if sort.startswith("-") else "ascending"]


def test_a_long_table_is_paged_and_the_summary_is_of_all(world: World) -> None:
    world.programme()
    with world.store.writing():
        for number in range(51):
            world.cluster(f"c-{number:02}", name=f"C{number:02}")
    owner = world.signed_in(Role.OWNER, programme="north")
    assert len(rows(owner.open("/portfolio"))) == 50
    page = owner.open("/portfolio?page=2")
    assert list(rows(page)) == ["C50"]
    assert "0 of 51 clusters are counted." in page.text
    assert list(rows(owner.open("/portfolio?page=999"))) == ["C50"]
    owner.open("/portfolio?page=0", 404)


def test_a_long_list_of_those_left_out_is_cut_short(world: World) -> None:
    world.programme()
    with world.store.writing():
        for number in range(103):
            world.cluster(f"c-{number:03}", name=f"C{number:03}")
    page = world.signed_in(Role.OWNER, programme="north").open("/portfolio/heatmap")
    left_out = page.named("counted-left-out")
    assert "103 left out: 103 without an assessment." in page.named("counted").text
    assert len(left_out.all("li")) == 100
    assert left_out.text.endswith("and 3 more, all in the table of clusters")


def test_an_empty_programme_says_what_will_be_here(world: World) -> None:
    world.programme()
    page = world.signed_in(Role.OWNER, programme="north").open("/portfolio")
    assert "No clusters yet" in page.text
    assert not page.all("table")


def test_an_unknown_catalogue_is_refused_in_words(owner: PageClient) -> None:
    assert "There is no such catalogue." in owner.open("/portfolio?framework=moon/1", 422).text


def test_nothing_is_verified_yet(owner: PageClient) -> None:
    page = owner.open(f"{PORTFOLIO}&basis=verified")
    assert "0 of 5 clusters are counted. 5 left out: 5 not verified yet. Levels as verified" in page.text
    assert page.one("form", id="filters").one("input", name="basis")["value"] == "verified"
