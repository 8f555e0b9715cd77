"""What was done is said once, on the next page, whatever a browser sends of its own."""

import pytest
from starlette.testclient import TestClient

from app.domain.roles import Role
from app.pages.notices import COOKIE, Notice
from tests.pages.client import PageClient
from tests.pages.desk import Desk
from tests.pages.forms import fields
from tests.pages.html import Element
from tests.pages.world import World


def said(page: Element) -> list[str]:
    """What the page says was done, which is read aloud."""
    return [each.one(role="status").text for each in page.one("main").all("div") if each.has("page-notice")]


def test_each_step_is_confirmed_once(world: World) -> None:
    desk = Desk(world)
    owner = world.signed_in(Role.OWNER, programme="north")
    typed = {"name": "Spring 2027", "reference_date": "2027-03-31"}
    confirmed(owner, "/programmes/north/rounds", typed, "The round is open. The clusters can now start")
    confirmed(owner, "/programmes/north/clusters", {"name": "Tang"}, "The cluster is registered.")
    edit = fields(owner.open("/clusters/tang/edit").one("form", action="/clusters/tang/edit"))
    confirmed(owner, "/clusters/tang/edit", edit, "The change is saved.")
    for number in ("A.1", "A.2", "B.1"):
        desk.answers(desk.kari, number, 1)
    for step, words in (("submit", "The assessment is submitted."), ("withdraw", "The assessment is withdrawn.")):
        revision = {"revision": str(desk.kept().revision)}
        confirmed(desk.browser, f"/assessments/{desk.key}/{step}", revision, words)
    desk.key = world.assessment("havbruk", {}, submit=False).id
    revision = {"revision": str(desk.kept().revision)}
    confirmed(desk.browser, f"/assessments/{desk.key}/delete", revision, "The draft is deleted.")


def confirmed(browser: PageClient, path: str, sent: dict[str, str], words: str) -> None:
    """Send a form, and find it confirmed on the page that it leads to, and not on the one after."""
    location = browser.send(path, sent)
    (sentence,) = said(browser.open(location))
    assert sentence.startswith(words)
    assert said(browser.open(location)) == []


def test_the_cookie_holds_a_code_out_of_reach_of_scripts_and_other_sites(world: World) -> None:
    world.programme()
    owner = world.signed_in(Role.OWNER, programme="north")
    answer = owner.http.post("/programmes/north/clusters", data={"name": "Tang"})
    set_, *parts = answer.headers["set-cookie"].split("; ")
    assert set_ == f"{COOKIE}=cluster-registered"
    assert set(parts) == {"HttpOnly", "Max-Age=60", "Path=/", "SameSite=lax"}


@pytest.mark.parametrize("forged", ["<b>x</b>", "The round is open.", "", "SUBMITTED", "round-opened ", "%22"])
def test_a_forged_cookie_says_nothing_and_is_forgotten(world: World, forged: str) -> None:
    world.programme()
    http: TestClient = world.signed_in(Role.OWNER, programme="north").http
    session = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    answer = http.get("/programmes/north", headers={"Cookie": f'{session}; {COOKIE}="{forged}"'})
    assert answer.status_code == 200
    assert "page-notice" not in answer.text
    assert f'{COOKIE}=""' in answer.headers["set-cookie"]


def test_a_page_without_a_notice_sets_no_cookie(world: World) -> None:
    assert "set-cookie" not in world.browser().http.get("/").headers


@pytest.mark.parametrize("notice", list(Notice))
def test_every_notice_has_words_in_each_language(world: World, notice: Notice) -> None:
    found = set()
    for language in world.app.state.languages.codes:
        browser = world.browser(language=language)
        browser.http.cookies.set(COOKIE, notice)
        (words,) = said(browser.open("/"))
        found.add(words)
    assert len(found) == len(world.app.state.languages.codes)
