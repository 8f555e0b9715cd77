"""Submit, withdraw, delete: each page says first what happens, and nothing happens on what one has not seen."""

import datetime as dt

import pytest

from app.domain.lifecycle import State
from app.domain.roles import Role
from app.usecases import assessments
from tests.frameworks import catalogues
from tests.pages.desk import Desk
from tests.pages.forms import fields
from tests.pages.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def complete(desk: Desk, level: int = 1) -> None:
    for indicator in catalogues.tiny().indicators:
        desk.answers(desk.kari, indicator.number, level)


def path(desk: Desk, step: str) -> str:
    return f"/assessments/{desk.key}/{step}"


def form(desk: Desk, step: str) -> dict[str, str]:
    """The form on the page of a step."""
    return fields(desk.browser.open(path(desk, step)).one("form", action=path(desk, step)))


def test_while_something_is_missing_the_submit_page_lists_it_and_has_no_button(desk: Desk) -> None:
    desk.answers(desk.kari, "A.2", 1)
    page = desk.browser.open(path(desk, "submit"))
    assert "2 indicators are not answered yet." in page.text
    missing = [(link.text, link["href"]) for link in page.one("main").one("ul").all("a")]
    assert missing == [
        ("A.1 Seaworthy boats", f"/assessments/{desk.key}/dimensions/boats#i-A-1"),
        ("B.1 Berths", f"/assessments/{desk.key}/dimensions/harbour#i-B-1"),
    ]
    assert not page.all("form", action=path(desk, "submit"))


def test_sending_the_form_all_the_same_changes_nothing(desk: Desk) -> None:
    page = desk.browser.refused(path(desk, "submit"), {"revision": "1"}, 409)
    assert "0 of 3 indicators are answered; all must be before you can submit." in page.text
    assert desk.kept().state is State.DRAFT


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (2, "12 of 12 points: this meets the Gold figures (indicative)."),
        (1, "6 of 12 points: 2 short of the Gold line at 8."),
        (0, "Below the minimum on A.2 Life jackets, which alone prevents Gold."),
    ],
)
def test_the_submit_page_says_what_the_answers_come_to(desk: Desk, level: int, words: str) -> None:
    complete(desk, level)
    page = desk.browser.open(path(desk, "submit"))
    assert words in page.text
    assert "The answers are locked" in page.text


def test_a_complete_assessment_is_submitted(desk: Desk) -> None:
    complete(desk)
    assert desk.browser.send(path(desk, "submit"), form(desk, "submit")) == f"/assessments/{desk.key}"
    assert desk.kept().state is State.SUBMITTED


def test_what_was_changed_after_the_page_was_opened_is_shown_first(desk: Desk) -> None:
    complete(desk)
    opened = form(desk, "submit")
    desk.world.clock.now += dt.timedelta(minutes=5)
    desk.answers(desk.ola, "B.1", 2)
    page = desk.browser.refused(path(desk, "submit"), opened, 412)
    assert "Nothing was done: somebody changed this assessment" in page.text
    assert "B.1 Berths: Level 2: Under sail (Ola, 13:05)" in page.text
    assert "A.1 Seaworthy boats: Level" not in page.text
    assert desk.kept().state is State.DRAFT
    again = fields(page.one("form", action=path(desk, "submit")))
    desk.browser.send(path(desk, "submit"), again)
    assert desk.kept().state is State.SUBMITTED


@pytest.mark.parametrize("opened", ["", "yesterday", "2026-11-23T12:00:00"])
def test_a_form_without_its_revision_or_moment_is_asked_again(desk: Desk, opened: str) -> None:
    complete(desk)
    page = desk.browser.refused(path(desk, "submit"), {"opened": opened}, 412)
    assert "Nothing was done" in page.text
    assert desk.kept().state is State.DRAFT


def test_the_button_pressed_twice_submits_once(desk: Desk) -> None:
    complete(desk)
    sent = form(desk, "submit")
    for _ in range(2):
        assert desk.browser.send(path(desk, "submit"), sent) == f"/assessments/{desk.key}"
    assert desk.kept().state is State.SUBMITTED


def test_what_was_submitted_is_withdrawn(desk: Desk) -> None:
    desk.hand_in()
    page = desk.browser.open(path(desk, "withdraw"))
    assert "It no longer counts in the portfolio" in page.text
    desk.browser.send(path(desk, "withdraw"), form(desk, "withdraw"))
    assert desk.kept().state is State.WITHDRAWN


def test_a_draft_is_deleted_for_good(desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 1)
    assert "gone for good (one indicator is answered)" in desk.browser.open(path(desk, "delete")).text
    assert desk.browser.send(path(desk, "delete"), form(desk, "delete")) == "/clusters/havbruk"
    desk.browser.open(f"/assessments/{desk.key}", 404)


def test_a_draft_that_somebody_worked_on_meanwhile_is_not_deleted_unseen(desk: Desk) -> None:
    opened = form(desk, "delete")
    desk.world.clock.now += dt.timedelta(minutes=5)
    desk.answers(desk.ola, "A.1", 1, "Just written")
    page = desk.browser.refused(path(desk, "delete"), opened, 412)
    assert "A.1 Seaworthy boats: Level 1: Afloat (Ola, 13:05)" in page.text
    assert desk.content("A.1") == (1, "Just written")


def test_a_step_that_is_not_open_now_is_refused_before_its_button(desk: Desk) -> None:
    desk.browser.open(path(desk, "withdraw"), 409)
    desk.hand_in()
    for step in ("submit", "delete"):
        desk.browser.open(path(desk, step), 409)


@pytest.mark.parametrize("step", ["submit", "withdraw", "delete"])
@pytest.mark.parametrize("role", [Role.CONTRIBUTOR, Role.OBSERVER])
def test_only_a_manager_takes_these_steps(desk: Desk, role: Role, step: str) -> None:
    if step == "withdraw":
        desk.hand_in()
    before = desk.kept()
    browser = desk.world.signed_in(role, cluster="havbruk")
    browser.open(path(desk, step), 403)
    browser.refused(path(desk, step), {"revision": str(before.revision)}, 403)
    assert desk.kept() == before


@pytest.mark.parametrize("step", ["submit", "withdraw", "delete"])
def test_the_pages_are_there_in_every_language(desk: Desk, step: str) -> None:
    complete(desk)
    if step == "withdraw":
        desk.hand_in()
    for language in desk.world.app.state.languages.codes:
        desk.world.browser(desk.kari, language).open(path(desk, step))


def test_moving_goes_through_the_use_case_and_nothing_else(desk: Desk) -> None:
    complete(desk)
    desk.browser.send(path(desk, "submit"), form(desk, "submit"))
    report = assessments.report(desk.world.store, desk.world.frameworks, desk.kari, desk.key)
    assert report.actions == ("withdraw",)
