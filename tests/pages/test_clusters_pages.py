"""The pages of clusters: who sees which, what stands on one, and how it is changed."""

import datetime as dt

import pytest

from app.domain.roles import Role
from app.usecases import clusters, operators
from tests.pages.client import PageClient
from tests.pages.harbour import fill, leave_out
from tests.pages.html import Element
from tests.pages.world import World

DASH = "\N{EN DASH}"


def names(page: Element) -> list[str]:
    return [row[0] for row in page.named("clusters").rows()]


def lines(page: Element) -> list[list[str]]:
    return page.named("assessment-table").rows()


@pytest.mark.parametrize("role", [Role.OWNER, Role.READER, Role.EVALUATOR, Role.ADMINISTRATOR])
def test_the_list_holds_what_is_within_reach(world: World, role: Role) -> None:
    fill(world)
    world.programme("south")
    world.cluster("krill", programme="south")
    everybody = role is Role.ADMINISTRATOR
    found = names(world.signed_in(role, programme=None if everybody else "north").open("/clusters"))
    assert found == ["Anker", "Baug", "Dokk", "Ekko", "Fjord", *(["Krill"] if everybody else [])]


def test_the_list_is_paged_by_name(world: World) -> None:
    world.programme()
    with world.store.writing():
        for number in range(52):
            world.cluster(f"c-{number}", name=f"C{51 - number:02}")
    owner = world.signed_in(Role.OWNER, programme="north")
    first = owner.open("/clusters")
    assert (names(first)[0], len(names(first))) == ("C00", 50)
    assert names(owner.open(first.one("a", rel="next")["href"])) == ["C50", "C51"]


def test_who_has_no_role_sees_an_empty_list(world: World) -> None:
    fill(world)
    somebody = operators.create_user(world.store, {"email": "a@b.no", "name": "A"}, password_hash=None)
    page = world.browser(operators.acting_as(world.store, somebody.email)).open("/clusters")
    assert "No clusters yet" in page.text


def test_a_visitor_signs_in_first(world: World) -> None:
    fill(world)
    for path in ("/clusters", "/clusters/anker", "/clusters/anker/edit"):
        assert world.browser().http.get(path).headers["location"] == f"/sign-in?next={path}"


def test_a_cluster_shows_what_it_is_and_its_assessments(world: World) -> None:
    fill(world)
    page = world.signed_in(Role.OWNER, programme="north").open("/clusters/baug")
    facts = [each.text for each in page.one("dl").all("dd")]
    assert facts == ["Programme north", "Arena", "Agder", "not given"]
    assert page.one("dl").one("a")["href"] == "/programmes/north"
    assert lines(page) == [
        [
            "Self-assessment Reference date 30 September 2026 · Round: Autumn 2026",
            "Submitted",
            "3 of 3",
            "9 of 12 75.0 %",
            "Meets the Gold figures indicative",
            "Gap to Gold: Self-assessment",
        ]
    ]
    assert "Start a new assessment" not in page.text
    assert "Only the cluster itself sees the answers of a draft. Its programme sees how many there are." in page.text


def test_a_draft_is_on_the_page_for_its_own_cluster_alone(world: World) -> None:
    fill(world)
    leave_out(world)
    page = world.signed_in(Role.OWNER, programme="north").open("/clusters/graad")
    assert "Nothing submitted yet" in page.text
    assert not page.all("table")
    own = world.signed_in(Role.MANAGER, cluster="graad").open("/clusters/graad")
    assert lines(own)[0][1:4] == ["Draft", "3 of 3", "12 of 12 100.0 %"]
    assert own.all("a", href="/clusters/graad/assessments/new")
    assert "the answers of a draft" not in own.text


def test_a_cluster_without_assessments_says_so_to_each(world: World) -> None:
    world.programme()
    world.cluster("graad")
    for role, scope, words in (
        (Role.OWNER, {"programme": "north"}, "The cluster has not submitted an assessment."),
        (Role.EVALUATOR, {"cluster": "graad"}, "The cluster has not submitted an assessment."),
        (Role.OBSERVER, {"cluster": "graad"}, "Nobody has started one. A cluster manager does."),
    ):
        assert words in world.signed_in(role, **scope).open("/clusters/graad").text


def test_a_replaced_assessment_is_marked(world: World) -> None:
    fill(world)
    tiny = world.frameworks.of("tiny", "1.0")
    world.clock.now += dt.timedelta(hours=1)
    world.assessment("anker", {"A.1": 1, "A.2": 1, "B.1": 1}, framework=tiny, title="Once more")
    mark = "Does not count: another one does instead"
    for role, scope in ((Role.MANAGER, {"cluster": "anker"}), (Role.EVALUATOR, {"programme": "north"})):
        browser = world.signed_in(role, **scope)
        assert {row[0].split(" Ref")[0]: row[1] for row in lines(browser.open("/clusters/anker"))} == {
            "Once more": "Submitted",
            "Self-assessment": f"Submitted {mark}",
        }
        assert browser.open("/").text.count(mark) == 1


def test_only_who_sees_clusters_and_no_portfolio_finds_them_in_the_main_menu(world: World) -> None:
    fill(world)
    for role, scope, is_there in (
        (Role.EVALUATOR, {"programme": "north"}, True),
        (Role.OWNER, {"programme": "north"}, False),
        (Role.MANAGER, {"cluster": "anker"}, False),
    ):
        page = world.signed_in(role, **scope).open("/")
        assert bool(page.one("nav", aria_label="Main menu").all("a", href="/clusters")) is is_there
    page = world.signed_in(Role.EVALUATOR, programme="north").open("/clusters/anker")
    assert page.one("nav", aria_label="Main menu").one("a", href="/clusters")["aria-current"] == "page"


def test_an_unfinished_assessment_has_no_result(world: World) -> None:
    fill(world)
    world.cluster("graad")
    tiny = world.frameworks.of("tiny", "1.0")
    world.assessment("graad", {"A.1": 2}, framework=tiny, submit=False)
    own = world.signed_in(Role.MANAGER, cluster="graad").open("/clusters/graad")
    assert lines(own)[0][2:5] == ["1 of 3", "2 of 12 16.7 %", "No result yet"]


def test_a_cluster_without_assessments_offers_to_start_one(world: World) -> None:
    world.programme()
    world.cluster("graad")
    page = world.signed_in(Role.MANAGER, cluster="graad").open("/clusters/graad")
    assert "No assessment yet" in page.text
    assert page.one("a", href="/clusters/graad/assessments/new").text == "Start a new assessment"
    assert not page.one("dl").all("a")


def test_a_cluster_out_of_reach_is_not_there(world: World) -> None:
    fill(world)
    stranger = world.signed_in(Role.MANAGER, cluster="anker")
    for slug in ("baug", "nobody"):
        assert "There is nothing here that you can see." in stranger.open(f"/clusters/{slug}", 404).text


def test_a_cluster_is_changed(world: World) -> None:
    fill(world)
    owner = world.signed_in(Role.OWNER, programme="north")
    form = owner.open("/clusters/anker/edit")
    assert form.named("cluster-name")["value"] == "Anker"
    revision = form.one("input", name="revision")["value"]
    typed = {"name": "Anker Øst", "level": "GCE", "region": "Agder", "sector": "Hav", "revision": revision}
    assert owner.send("/clusters/anker/edit", typed) == "/clusters/anker"
    page = owner.open("/clusters/anker")
    assert page.one("h1").text == "Anker Øst"
    assert [each.text for each in page.one("dl").all("dd")][1:] == ["GCE", "Agder", "Hav"]


def opened_at(browser: PageClient) -> str:
    """Return the revision that the form of anker is opened at."""
    return browser.open("/clusters/anker/edit").one("input", name="revision")["value"]


def test_what_was_typed_survives_a_refusal(world: World) -> None:
    fill(world)
    owner = world.signed_in(Role.OWNER, programme="north")
    revision = opened_at(owner)
    typed = {"name": "", "level": "GCE", "region": "A & <b>", "sector": "", "revision": revision}
    page = owner.refused("/clusters/anker/edit", typed)
    assert page.named("cluster-name-error").text == "Please fill this in."
    assert page.named("cluster-region")["value"] == "A & <b>"
    assert page.one("input", name="revision")["value"] == revision


def test_both_versions_are_shown_where_somebody_else_was_quicker(world: World) -> None:
    fill(world)
    owner = world.signed_in(Role.OWNER, programme="north")
    revision = opened_at(owner)
    clusters.update(world.store, operators.OPERATOR, "anker", {"name": "Anker Vest", "sector": "Hav"}, int(revision))
    typed = {"name": "Anker Øst", "level": "NCE", "region": "Agder", "sector": "", "revision": revision}
    page = owner.refused("/clusters/anker/edit", typed, 412)
    assert page.named("differences").rows() == [["Name", "Anker Øst", "Anker Vest"], ["Sector", DASH, "Hav"]]
    assert page.named("cluster-name")["value"] == "Anker Øst"
    typed["revision"] = page.one("input", name="revision")["value"]
    assert owner.send("/clusters/anker/edit", typed) == "/clusters/anker"
    assert owner.open("/clusters/anker").one("h1").text == "Anker Øst"


def test_the_same_change_twice_is_no_conflict(world: World) -> None:
    fill(world)
    owner = world.signed_in(Role.OWNER, programme="north")
    typed = {"name": "Anker Øst", "level": "NCE", "region": "Agder", "sector": "", "revision": opened_at(owner)}
    for _once_more in range(2):
        assert owner.send("/clusters/anker/edit", typed) == "/clusters/anker"
    typed |= {"name": "Other", "revision": "not a number"}
    assert owner.refused("/clusters/anker/edit", typed, 412).all(id="changed")


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.CONTRIBUTOR, Role.EVALUATOR])
def test_who_may_not_change_a_cluster_is_offered_no_way_to(world: World, role: Role) -> None:
    fill(world)
    browser = world.signed_in(role, cluster="anker")
    assert not browser.open("/clusters/anker").all("a", href="/clusters/anker/edit")
    browser.open("/clusters/anker/edit", 403)
    browser.refused("/clusters/anker/edit", {"name": "X", "revision": "1"}, 403)


def test_an_assessment_on_another_catalogue_stands_beside(world: World) -> None:
    fill(world)
    ecei = world.frameworks.default
    world.assessment("anker", {indicator.number: 3 for indicator in ecei.indicators}, title="By ECEI")
    found = {
        row[0].split(" Reference")[0]: row[3]
        for row in lines(world.signed_in(Role.OWNER, programme="north").open("/clusters/anker"))
    }
    assert found == {"Self-assessment": "12 of 12 100.0 %", "By ECEI": "93 of 124 75.0 %"}
