"""Conflicts of interest on the pages: an evaluator declares one, the programme's owner reads and lifts it."""

import pytest

from app.domain.roles import Role
from app.usecases import interests, operators
from tests.pages.harbour import fill
from tests.pages.world import World

REASON = "I wrote the strategy of <b>Anker</b>."
RAW = {"cluster": "anker", "reason": REASON}


def test_an_evaluator_declares_a_conflict_and_sees_the_cluster_no_more(world: World) -> None:
    fill(world)
    browser = world.signed_in(Role.EVALUATOR, programme="north")
    assert browser.open("/").all("a", href="/conflicts")
    page = browser.open("/conflicts")
    assert page.named("conflict-cluster").all("option")[1].text == "Anker"
    browser.open("/clusters/anker")
    assert browser.send("/conflicts", {"cluster": "anker", "reason": REASON}) == "/conflicts"
    page = browser.open("/conflicts")
    assert "Your conflict of interest is declared." in page.text
    (row,) = page.named("declared").rows()
    assert row == ["Anker", REASON, "23 Nov 2026, 13:00", "yes"]
    assert "Anker" not in [option.text for option in page.named("conflict-cluster").all("option")]
    browser.open("/clusters/anker", 404)
    assert "Anker" not in browser.open("/clusters").text


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"cluster": "anker", "reason": " "}, "conflict-reason-error", "Please fill this in."),
        ({"cluster": "", "reason": REASON}, "conflict-cluster-error", "Please fill this in."),
        ({"cluster": "no-such", "reason": REASON}, "conflict-cluster-error", "Choose one of the clusters"),
        ({}, "conflict-cluster-error", "Please fill this in."),
    ],
)
def test_what_is_missing_is_said_beside_its_field(world: World, sent: dict[str, str], field: str, words: str) -> None:
    fill(world)
    page = world.signed_in(Role.EVALUATOR, programme="north").refused("/conflicts", sent)
    assert words in page.named(field).text
    assert page.named("conflict-reason")["value"] == sent.get("reason", "")


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.MANAGER])
def test_who_evaluates_nothing_has_nothing_to_declare(world: World, role: Role) -> None:
    fill(world)
    browser = world.signed_in(role, cluster="anker")
    page = browser.open("/conflicts")
    assert "There is no cluster that you evaluate" in page.text
    assert not page.one("main").all("form")
    assert not browser.open("/").all("a", href="/conflicts")


def test_the_owner_reads_a_conflict_on_the_programmes_page_and_lifts_it(world: World) -> None:
    fill(world)
    evaluator = world.signed_in(Role.EVALUATOR, programme="north")
    evaluator.send("/conflicts", {"cluster": "anker", "reason": REASON})
    owner = world.signed_in(Role.OWNER, programme="north")
    section = owner.open("/programmes/north").named("conflicts")
    assert section.one("h3").text == "Some evaluator · Anker"
    assert REASON in section.text
    form = section.one("form")
    page = owner.refused(form["action"], {"reason": ""})
    assert "Please fill this in." in page.named("conflicts").text
    assert owner.send(form["action"], {"reason": "Years ago"}) == "/programmes/north#conflicts"
    page = owner.open("/programmes/north")
    assert "The conflict of interest no longer holds." in page.text
    assert "None declared." in page.named("conflicts").text
    evaluator.open("/clusters/anker")
    assert "lifted 23 Nov 2026, 13:00" in evaluator.open("/conflicts").named("declared").text


def test_who_declared_a_conflict_and_owns_the_programme_is_offered_no_way_to_lift_it(world: World) -> None:
    fill(world)
    person = world.person(Role.OWNER, programme="north")
    email = next(user.email for user in operators.users(world.store) if user.id == person.user_id)
    operators.add_member(world.store, email, Role.EVALUATOR, cluster=None, programme="north")
    interests.declare(world.store, operators.acting_as(world.store, email), RAW)
    section = world.browser(person).open("/programmes/north").named("conflicts")
    assert section.one("h3").text.endswith("Anker")
    assert not section.all("form")
    assert "Somebody else has to lift" in section.text


def test_a_reader_of_the_programme_is_shown_no_conflicts(world: World) -> None:
    fill(world)
    world.signed_in(Role.EVALUATOR, programme="north").send("/conflicts", {"cluster": "anker", "reason": REASON})
    page = world.signed_in(Role.READER, programme="north").open("/programmes/north")
    assert not page.all(id="conflicts")
    assert "strategy" not in page.text
