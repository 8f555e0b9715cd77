"""Saving a form of cards without scripts: what was touched is kept; what cannot be kept is still in its field."""

import datetime as dt

import pytest

from app.domain.roles import Role
from tests.pages.desk import Desk
from tests.pages.forms import fields
from tests.pages.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_what_was_touched_is_kept_and_the_browser_goes_back_to_its_card(desk: Desk) -> None:
    sent = {**desk.fields(), "level-A.1": "2", "note-A.1": "Inspection book\r\npage 4", "save": "A.1"}
    assert desk.save(sent) == f"{desk.path}?saved=A.1#i-A-1"
    assert desk.content("A.1") == (2, "Inspection book\npage 4")
    assert desk.kept().answer("A.2").revision == 0


def test_the_card_says_that_it_was_saved_and_when_in_norwegian_time(desk: Desk) -> None:
    address = desk.save({**desk.fields(), "level-A.1": "2", "save": "A.1"})
    card = desk.browser.open(address.partition("#")[0]).named("i-A-1")
    assert "Saved: A.1 Seaworthy boats." in card.text
    assert desk.browser.open(desk.path).named("i-A-1-status").text == "Saved at 13:00 by Kari"


def test_an_answer_of_another_day_says_which(desk: Desk) -> None:
    desk.answers(desk.ola, "A.1", 1)
    desk.world.clock.now += dt.timedelta(hours=11)
    desk.browser = desk.world.browser(desk.kari)
    status = desk.browser.open(desk.path).named("i-A-1-status").text
    assert status == "Saved 23 Nov 2026, 13:00 by Ola"


def test_only_a_time_of_today_is_said_as_a_time(desk: Desk) -> None:
    desk.answers(desk.ola, "A.1", 1)
    browser = desk.world.browser(desk.kari, "nb")
    assert browser.open(desk.path).named("i-A-1-status").text == "Lagret kl. 13:00 av Ola"
    desk.world.clock.now += dt.timedelta(hours=11)
    browser = desk.world.browser(desk.kari, "nb")
    assert browser.open(desk.path).named("i-A-1-status").text == "Lagret 23. nov. 2026, 13:00 av Ola"


def test_a_form_sent_untouched_changes_nothing(desk: Desk) -> None:
    desk.answers(desk.ola, "A.1", 1, "Two lines\nof Ola's")
    before = desk.kept()
    assert desk.save({**desk.fields(), "save": "A.2"}) == f"{desk.path}#i-A-2"
    assert desk.kept() == before


def test_a_level_can_be_taken_back_to_not_answered(desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 1, "Kept")
    desk.save({**desk.fields(), "level-A.1": ""})
    assert desk.content("A.1") == (None, "Kept")


def test_every_touched_card_is_kept_with_one_save(desk: Desk) -> None:
    location = desk.save({**desk.fields(), "level-A.1": "0", "level-A.2": "1", "save": "A.2"})
    assert location == f"{desk.path}?saved=A.2%2CA.1#i-A-2"
    assert desk.kept().levels == {"A.1": 0, "A.2": 1}


def test_a_change_of_somebody_else_to_a_card_that_i_left_alone_is_no_conflict(desk: Desk) -> None:
    opened = desk.fields()
    desk.answers(desk.ola, "A.2", 2, "Ola's")
    desk.save({**opened, "level-A.1": "1"})
    assert (desk.content("A.1"), desk.content("A.2")) == ((1, ""), (2, "Ola's"))


def test_a_conflict_shows_both_answers_and_keeps_mine_in_the_fields(desk: Desk) -> None:
    opened = desk.fields()
    desk.answers(desk.ola, "A.1", 2, "Ola's")
    page = desk.refused({**opened, "level-A.1": "1", "note-A.1": "Kari's"}, 409)
    conflict = page.named("i-A-1-conflict").text
    assert "Ola changed this answer at 13:00" in conflict
    assert all(words in conflict for words in ("Level 1: Afloat", "Kari's", "Level 2: Under sail", "Ola's"))
    assert "Choose which of the two to keep." in page.named("i-A-1-status").text
    still = fields(page.named("answers"))
    assert (still["level-A.1"], still["note-A.1"]) == ("1", "Kari's")
    assert desk.content("A.1") == (2, "Ola's")


@pytest.mark.parametrize(("keep", "kept"), [("mine", (1, "Kari's")), ("theirs", (2, "Ola's"))])
def test_the_choice_between_two_answers_is_kept(desk: Desk, keep: str, kept: tuple[int, str]) -> None:
    opened = desk.fields()
    desk.answers(desk.ola, "A.1", 2, "Ola's")
    page = desk.refused({**opened, "level-A.1": "1", "note-A.1": "Kari's"}, 409)
    assert desk.save({**fields(page.named("answers")), "keep-A.1": keep}).endswith("#i-A-1")
    assert desk.content("A.1") == kept


@pytest.mark.parametrize("keep", ["mine", "theirs"])
def test_a_choice_that_a_third_save_made_stale_is_asked_again(desk: Desk, keep: str) -> None:
    opened = desk.fields()
    desk.answers(desk.ola, "A.1", 2, "Ola's")
    page = desk.refused({**opened, "level-A.1": "1", "note-A.1": "Kari's"}, 409)
    desk.answers(desk.ola, "A.1", 0, "Ola's second thoughts")
    page = desk.refused({**fields(page.named("answers")), "keep-A.1": keep}, 409)
    assert "Ola's second thoughts" in page.named("i-A-1-conflict").text
    assert fields(page.named("answers"))["note-A.1"] == "Kari's"
    assert desk.content("A.1") == (0, "Ola's second thoughts")


def test_an_open_conflict_stays_open_until_a_choice_is_made(desk: Desk) -> None:
    opened = desk.fields()
    desk.answers(desk.ola, "A.1", 2, "Ola's")
    page = desk.refused({**opened, "note-A.1": "Kari's"}, 409)
    page = desk.refused({**fields(page.named("answers")), "level-A.2": "1"}, 409)
    assert "Ola changed this answer" in page.named("i-A-1-conflict").text
    assert desk.content("A.1") == (2, "Ola's")
    assert desk.content("A.2") == (1, "")


def test_the_same_change_by_two_is_no_conflict(desk: Desk) -> None:
    opened = desk.fields()
    desk.answers(desk.ola, "A.1", 2, "The same")
    desk.save({**opened, "level-A.1": "2", "note-A.1": "The same"})
    assert desk.kept().answer("A.1").revision == 1


def test_what_cannot_be_kept_stays_in_its_field_beside_the_reason_and_the_rest_is_kept(desk: Desk) -> None:
    long = "x" * 10_001
    page = desk.refused({**desk.fields(), "note-A.1": long, "level-A.2": "1"}, 422)
    assert "This is longer than 10000 characters." in page.named("i-A-1-problems").text
    note = page.named("i-A-1-note")
    assert note["aria-invalid"] == "true"
    assert "i-A-1-problems" in note["aria-describedby"].split()
    assert fields(page.named("answers"))["note-A.1"] == long
    assert desk.content("A.2") == (1, "")
    desk.save({**fields(page.named("answers")), "note-A.1": "Shorter"})
    assert desk.content("A.1") == (None, "Shorter")


@pytest.mark.parametrize("level", ["3", "-1", "x", "1.0"])
def test_a_level_that_the_catalogue_does_not_have_is_refused(desk: Desk, level: str) -> None:
    page = desk.refused({**desk.fields(), "level-A.1": level, "note-A.1": "Kept here"}, 422)
    assert "Choose a level from 0 to 2, or none." in page.named("i-A-1-problems").text
    assert fields(page.named("answers"))["note-A.1"] == "Kept here"


def test_what_was_typed_is_still_there_when_the_assessment_was_handed_in_meanwhile(desk: Desk) -> None:
    opened = desk.fields()
    desk.hand_in()
    page = desk.refused({**opened, "note-A.1": "Too late"}, 409)
    assert "Not saved. This assessment has been submitted" in page.text
    assert "Too late" in page.named("i-A-1").text
    assert "submitted" in page.named("i-A-1-status").text


def test_somebody_who_may_only_read_keeps_the_text_and_changes_nothing(desk: Desk) -> None:
    opened = desk.fields()
    desk.browser = desk.world.signed_in(Role.OBSERVER, cluster="havbruk")
    page = desk.refused({**opened, "note-A.1": "Not mine to write"}, 403)
    assert "Not mine to write" in page.named("i-A-1").text
    assert desk.kept().answer("A.1").revision == 0


@pytest.mark.parametrize("revision", ["", "x", "-1", "99999999999", "7"])
def test_a_revision_that_was_never_given_out_overwrites_nothing(desk: Desk, revision: str) -> None:
    desk.answers(desk.ola, "A.1", 2, "Ola's")
    desk.refused({**desk.fields(), "note-A.1": "Kari's", "revision-A.1": revision}, 409)
    assert desk.content("A.1") == (2, "Ola's")


def test_only_the_cards_of_the_page_are_read(desk: Desk) -> None:
    desk.save({**desk.fields(), "level-B.1": "1", "note-B.1": "", "note-nonsense": "x"})
    assert desk.kept().answers == {}


def test_what_is_sent_after_the_session_ended_is_carried_into_the_sign_in(desk: Desk) -> None:
    opened = {**desk.fields(), "note-A.1": "Written in vain?", "save": "A.1"}
    page = desk.world.browser().refused(desk.path, opened, 401)
    carried = fields(page.one("form", action="/sign-in"))
    assert carried["carry_to"] == desk.path
    assert "Written in vain?" in carried["carry"]
    assert desk.kept().answers == {}


def test_the_unanswered_page_saves_cards_of_any_dimension(desk: Desk) -> None:
    path = f"/assessments/{desk.key}/unanswered"
    sent = {**desk.fields(path), "level-A.2": "1", "level-B.1": "2", "save": "A.2"}
    assert desk.save(sent, path=path) == f"{path}?saved=A.2%2CB.1"
    assert desk.kept().levels == {"A.2": 1, "B.1": 2}


def test_after_a_save_the_unanswered_page_goes_on_to_the_card_that_comes_next(desk: Desk) -> None:
    path = f"/assessments/{desk.key}/unanswered"
    address = desk.save({**desk.fields(path), "level-A.1": "1", "save": "A.1"}, path=path)
    assert address == f"{path}?saved=A.1#i-A-2"
    assert "Saved: A.1 Seaworthy boats." in desk.browser.open(address.partition("#")[0]).named("i-A-2").text


def test_the_narrowed_page_of_a_dimension_stays_narrowed(desk: Desk) -> None:
    path = f"{desk.path}?show=unanswered"
    address = desk.save({**desk.fields(path), "level-A.1": "1", "save": "A.1"}, path=path)
    assert address == f"{path}&saved=A.1#i-A-2"
