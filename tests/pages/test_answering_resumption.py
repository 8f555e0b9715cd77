"""What was sent after a session had ended: carried through the sign-in, shown, and kept with one click."""

import json

import pytest

from app.store import accounts as kept
from app.store import passwords
from tests.pages.client import PageClient
from tests.pages.desk import Desk
from tests.pages.forms import fields
from tests.pages.html import Element
from tests.pages.world import World

PASSWORD = "en lang setning om torsk"


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def sign_in(desk: Desk, carried: dict[str, str]) -> tuple[PageClient, str]:
    """Sign Kari in by password, with what the sign-in form carries; return her browser and the answer."""
    with desk.world.store.writing() as tx:
        email = kept.by_id(tx, desk.kari.user_id or "").email
        kept.update(tx, desk.kari.user_id or "", password_hash=passwords.hashed(PASSWORD))
    browser = desk.world.browser()
    answer = browser.http.post("/sign-in", data={**carried, "email": email, "password": PASSWORD})
    return browser, answer.headers.get("location", "") or answer.text


def carried(desk: Desk, sent: dict[str, str]) -> dict[str, str]:
    """What the page carries that a form of a visitor is answered with."""
    page = desk.world.browser().refused(desk.path, sent, 401)
    return fields(page.one("form", action="/sign-in"))


def shown(page: Element) -> list[tuple[str, str]]:
    return [(each.one("dt").text, each.one("dd").text) for each in page.one("dl").all("div")]


def test_what_was_written_is_shown_after_signing_in_and_kept_with_one_click(desk: Desk) -> None:
    desk.answers(desk.ola, "A.2", 2, "Ola's, and long there")
    sent = {**desk.fields(), "level-A.1": "1", "note-A.1": "Written in vain?\nNo.", "save": "A.1"}
    browser, answer = sign_in(desk, carried(desk, sent))
    page = browser.linted(answer)
    assert shown(page) == [("A.1 Level", "1"), ("A.1 Note and evidence", "Written in vain? No.")]
    form = page.one("form", action=desk.path)
    assert browser.send(desk.path, fields(form)) == f"{desk.path}?saved=A.1#i-A-1"
    assert desk.content("A.1") == (1, "Written in vain?\nNo.")
    assert desk.content("A.2") == (2, "Ola's, and long there")


def test_what_somebody_else_wrote_meanwhile_is_a_conflict_and_not_overwritten(desk: Desk) -> None:
    sent = {**desk.fields(), "note-A.1": "Kari's"}
    held = carried(desk, sent)
    desk.answers(desk.ola, "A.1", 2, "Ola's")
    browser, answer = sign_in(desk, held)
    page = browser.refused(desk.path, fields(browser.linted(answer).one("form", action=desk.path)), 409)
    assert "Ola's" in page.named("i-A-1-conflict").text
    assert fields(page.named("answers"))["note-A.1"] == "Kari's"


@pytest.mark.parametrize("address", ["/nowhere", "/portfolio", "/assessments/1"])
def test_what_would_go_where_no_form_is_taken_leads_to_the_start_page(desk: Desk, address: str) -> None:
    _browser, answer = sign_in(desk, {"carry": json.dumps([["note-A.1", "x"]]), "carry_to": address})
    assert answer == "/"


def test_a_button_that_was_pressed_when_the_session_had_ended_can_be_pressed_again(desk: Desk) -> None:
    to = "/account/sessions/end-others"
    browser, answer = sign_in(desk, fields(desk.world.browser().refused(to, {}, 401).one("form", action="/sign-in")))
    form = browser.linted(answer).one("form", action=to)
    assert browser.send(to, fields(form)) == "/account/sessions"
