"""Starting an assessment: what is suggested, what a round gives, and what a refusal leaves in the fields."""

import datetime as dt

import pytest

from app.domain.lifecycle import Move
from app.domain.roles import Role
from app.usecases import assessments
from tests.frameworks import catalogues
from tests.pages.client import PageClient
from tests.pages.forms import fields
from tests.pages.world import World

NEW = "/clusters/havbruk/assessments/new"
START = "/clusters/havbruk/assessments"


@pytest.fixture
def browser(world: World) -> PageClient:
    world.programme()
    world.cluster("havbruk")
    return world.signed_in(Role.MANAGER, cluster="havbruk")


def form(browser: PageClient) -> dict[str, str]:
    return fields(browser.open(NEW).one("form", action=START))


def started(world: World, location: str) -> assessments.Report:
    """The assessment that the browser was led to."""
    manager = world.person(Role.MANAGER, cluster="havbruk")
    return assessments.report(world.store, world.frameworks, manager, location.rpartition("/")[2])


def test_without_rounds_a_title_and_todays_date_are_suggested(world: World, browser: PageClient) -> None:
    suggested = form(browser)
    assert suggested["title"] == "Self-assessment 2026"
    assert suggested["reference_date"] == "2026-11-23"
    assert "round" not in suggested
    report = started(world, browser.send(START, suggested))
    assert report.assessment.reference_date == dt.date(2026, 11, 23)


def test_the_nearest_round_is_suggested_and_gives_its_reference_date(world: World, browser: PageClient) -> None:
    world.round("Autumn 2025", day=dt.date(2025, 9, 30))
    world.round("Autumn 2026", day=dt.date(2026, 9, 30))
    world.round("Autumn 2031", day=dt.date(2031, 9, 30))
    suggested = form(browser)
    assert (suggested["title"], suggested["round"]) == ("Autumn 2026", "autumn-2026")
    report = started(world, browser.send(START, suggested))
    assert report.assessment.round_name == "Autumn 2026"
    assert report.assessment.reference_date == dt.date(2026, 9, 30)


def test_a_round_in_which_there_is_one_already_says_so_and_is_not_suggested(world: World, browser: PageClient) -> None:
    days = {"Autumn 2025": dt.date(2025, 9, 30), "Autumn 2026": dt.date(2026, 9, 30), "Spring": dt.date(2026, 3, 31)}
    for name, day in days.items():
        world.round(name, day=day)
    levels = {indicator.number: 1 for indicator in catalogues.tiny().indicators}
    world.assessment("havbruk", {}, framework=catalogues.tiny(), submit=False)
    again = world.assessment("havbruk", levels, framework=catalogues.tiny(), day=days["Spring"])
    assert form(browser)["round"] == "autumn-2025"
    options = {each["value"]: each.text for each in browser.open(NEW).named("round").all("option")}
    assert options == {
        "": "In no round",
        "autumn-2026": "Autumn 2026 (30 September 2026): there is a draft already",
        "spring": "Spring (31 March 2026): one is submitted already",
        "autumn-2025": "Autumn 2025 (30 September 2025)",
    }
    assessments.move(
        world.store, world.frameworks, world.person(Role.MANAGER, cluster="havbruk"), again.id, Move.WITHDRAW
    )
    assert form(browser)["round"] == "spring"


def test_where_every_round_has_one_none_is_suggested(world: World, browser: PageClient) -> None:
    world.round("Autumn 2026")
    world.assessment("havbruk", {}, framework=catalogues.tiny(), submit=False)
    suggested = form(browser)
    assert (suggested["round"], suggested["reference_date"]) == ("", "2026-11-23")
    assert suggested["title"] == "Self-assessment 2026"


def test_another_date_than_the_rounds_is_refused_beside_its_field(world: World, browser: PageClient) -> None:
    world.round("Autumn 2026")
    page = browser.refused(START, {**form(browser), "reference_date": "2026-06-30"})
    words = "The round has the reference date 2026-09-30. Give that one, or none."
    assert page.named("reference-date-error").text == words


def test_a_catalogue_is_chosen_where_several_are_offered(world: World, browser: PageClient) -> None:
    assert form(browser)["catalogue"] == "ecei 2026.1"
    report = started(world, browser.send(START, {**form(browser), "catalogue": "tiny 1.0"}))
    assert (report.framework.name, report.framework.version) == ("tiny", "1.0")


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"title": " "}, "title", "Please fill this in."),
        ({"title": "x" * 201}, "title", "This is longer than 200 characters."),
        ({"reference_date": "31.12.2026"}, "reference-date", "Give a date such as 2026-09-30."),
        ({"reference_date": "", "round": ""}, "reference-date", "Give a date such as 2026-09-30."),
        ({"catalogue": "nobody 1.0"}, "catalogue", "There is no such catalogue to start on."),
    ],
)
def test_a_refusal_stands_beside_its_field_and_leaves_what_was_typed(
    browser: PageClient, changed: dict[str, str], field: str, words: str
) -> None:
    sent = {**form(browser), "title": "A title of our own", **changed}
    page = browser.refused(START, sent)
    assert page.named(f"{field}-error").text == words
    again = fields(page.one("form", action=START))
    assert again["title"] == sent["title"]
    assert again["reference_date"] == sent["reference_date"]


def test_a_round_of_another_programme_is_refused(world: World, browser: PageClient) -> None:
    world.round("Autumn 2026")
    page = browser.refused(START, {**form(browser), "round": "elsewhere", "reference_date": "2026-09-30"})
    assert page.named("round-error").text == "The programme has no such round."


@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.OBSERVER, Role.EVALUATOR])
def test_only_a_manager_starts_one(world: World, browser: PageClient, role: Role) -> None:
    other = world.signed_in(role, cluster="havbruk")
    other.open(NEW, 403)
    other.refused(START, form(browser), 403)


def test_what_was_typed_is_carried_through_a_sign_in(world: World, browser: PageClient) -> None:
    page = world.browser().refused(START, {**form(browser), "title": "Typed in vain?"}, 401)
    assert "Typed in vain?" in fields(page.one("form", action="/sign-in"))["carry"]
