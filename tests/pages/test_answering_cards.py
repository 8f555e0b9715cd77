"""What the answering pages show: one dimension, all that is unanswered, and the way from one card to the next."""

import datetime as dt

import pytest

from app.domain.framework import Framework
from app.domain.lifecycle import Move
from app.domain.roles import Role
from app.frameworks import reader
from app.frameworks.reader import Frameworks
from app.usecases import assessments
from tests.frameworks import catalogues
from tests.pages.desk import Desk
from tests.pages.html import Element
from tests.pages.world import World

CATALOGUES = pytest.mark.parametrize(
    "framework", [catalogues.ecei(), catalogues.tiny(), catalogues.preset()], ids=lambda each: each.version
)


@pytest.fixture
def frameworks() -> Frameworks:
    """Every catalogue, the one of numbers alone offered too."""
    offered = reader.read(also_offer=frozenset({"ecei/2013-150"}))
    return Frameworks((*offered.all, catalogues.tiny()))


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


@CATALOGUES
@pytest.mark.parametrize("language", ["en", "nb"])
def test_each_dimension_shows_its_indicators_with_every_level_in_words(
    world: World, framework: Framework, language: str
) -> None:
    world.programme()
    world.cluster("havbruk")
    key = world.assessment("havbruk", {}, framework=framework, submit=False).id
    browser = world.signed_in(Role.MANAGER, cluster="havbruk", language=language)
    wording = framework.wording(language)
    for dimension in framework.dimensions:
        page = browser.open(f"/assessments/{key}/dimensions/{dimension.id}")
        assert page.one("h1").text == f"{dimension.number} {wording.dimensions[dimension.id].name}"
        for indicator in dimension.indicators:
            card = page.one("article", data_card=indicator.number)
            words = wording.indicators[indicator.number]
            assert words.question in card.text
            assert all(level in card.text for level in (*words.levels.values(), *wording.levels.values()))
            levels = [radio["value"] for radio in card.all("input", type="radio")]
            assert levels == [*map(str, framework.levels), ""]


def test_a_card_says_how_sure_each_part_of_it_is_and_where_that_comes_from(world: World, desk: Desk) -> None:
    key = world.assessment("havbruk", {}, framework=catalogues.ecei(), submit=False).id
    guidance = desk.browser.open(f"/assessments/{key}/dimensions/structure").named("i-1-1-2-guidance").text
    for words in (
        "Name official",
        "What each level asks for ours",
        "Gold benchmark: level 3 ours",
        "Minimum for Gold: level 1 inferred",
        "Needed for any label: level 1 official",
        "The figure in level 0 official",
    ):
        assert words in guidance
    assert "ECCP, Register your profile (clustercollaboration.eu)" in guidance


def test_last_times_answer_is_a_hint_and_is_never_filled_in(world: World, desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 2, "What we wrote last time")
    desk.hand_in()
    later = dt.date(2026, 12, 31)
    key = world.assessment("havbruk", {}, framework=catalogues.tiny(), day=later, submit=False).id
    card = desk.browser.open(f"/assessments/{key}/dimensions/boats").named("i-A-1")
    assert "Last time (30 September 2026): Level 2: Under sail What we wrote last time" in card.text
    assert card.named("i-A-1-note").text == ""
    assert "checked" in card.named("i-A-1-level-none").attributes


def test_a_long_note_of_last_time_is_folded(world: World, desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 2, "Long " * 100)
    desk.hand_in()
    later = dt.date(2026, 12, 31)
    key = world.assessment("havbruk", {}, framework=catalogues.tiny(), day=later, submit=False).id
    card = desk.browser.open(f"/assessments/{key}/dimensions/boats").named("i-A-1")
    assert [each.one("summary").text for each in card.all("details") if "Long Long" in each.text] == [
        "Note from last time A.1"
    ]


@pytest.mark.parametrize("role", [Role.OBSERVER, Role.EVALUATOR, Role.OWNER])
def test_who_may_not_answer_reads(world: World, desk: Desk, role: Role) -> None:
    desk.answers(desk.kari, "A.1", 2, "Inspection book")
    desk.hand_in()
    scope = {"programme": "north"} if role is Role.OWNER else {"cluster": "havbruk"}
    page = world.signed_in(role, **scope).open(desk.path)
    assert not page.all("textarea")
    assert not page.all("form", id="answers")
    assert all("disabled" in picker.attributes for picker in page.all("fieldset"))
    assert "Inspection book" in page.named("i-A-1").text
    assert "This assessment has been submitted" in page.text


def test_an_observer_of_a_draft_is_told_that_the_role_is_the_reason(world: World, desk: Desk) -> None:
    page = world.signed_in(Role.OBSERVER, cluster="havbruk").open(desk.path)
    assert "Your role does not let you change them." in page.text
    assert not page.all("textarea")


def test_the_unanswered_page_lists_what_is_left_by_dimension(desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 2)
    page = desk.browser.open(f"/assessments/{desk.key}/unanswered")
    assert [card["data-card"] for card in page.all("article")] == ["A.2", "B.1"]
    assert [heading.text for heading in page.all("h2")] == ["A Boats", "B Harbour"]


def test_a_dimension_can_be_narrowed_to_what_is_unanswered_and_widened_again(desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 2)
    narrow = desk.browser.open(desk.path).one("a", href=f"{desk.path}?show=unanswered")
    page = desk.browser.open(narrow["href"])
    assert [card["data-card"] for card in page.all("article")] == ["A.2"]
    assert page.one("form", id="answers")["action"] == narrow["href"]
    assert page.all("a", href=desk.path)


@pytest.mark.parametrize("path", ["unanswered", "dimensions/boats?show=unanswered"])
def test_a_page_with_nothing_left_says_so(desk: Desk, path: str) -> None:
    for number in ("A.1", "A.2", "B.1"):
        desk.answers(desk.kari, number, 1)
    page = desk.browser.open(f"/assessments/{desk.key}/{path}")
    assert page.named("done").one("h2").text == "Everything is answered"
    assert not page.all("article")
    observer = desk.world.signed_in(Role.OBSERVER, cluster="havbruk")
    page = observer.open(f"/assessments/{desk.key}/{path}")
    assert "Nothing left to answer here" in page.text
    assert not page.all(id="done")


def test_a_dimension_with_nothing_left_is_not_all_there_is(desk: Desk) -> None:
    for number in ("A.1", "A.2"):
        desk.answers(desk.kari, number, 1)
    page = desk.browser.open(f"{desk.path}?show=unanswered")
    assert "Nothing left to answer here" in page.text
    assert not page.named("done").text
    assert page.named("ways").all("a", href=f"/assessments/{desk.key}/next-unanswered")


def links(page: Element) -> list[str]:
    return [link["href"] for link in page.one("main").all("a")]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.CONTRIBUTOR])
def test_when_everything_is_answered_the_page_leads_to_submitting_whoever_may(desk: Desk, role: Role) -> None:
    submit, following = (f"/assessments/{desk.key}/{step}" for step in ("submit", "next-unanswered"))
    browser = desk.world.signed_in(role, cluster="havbruk")
    for number in ("A.1", "A.2"):
        desk.answers(desk.kari, number, 1)
    page = browser.open(desk.path)
    assert not page.named("done").text
    assert following in links(page)
    desk.answers(desk.kari, "B.1", 1)
    page = browser.open(desk.path)
    assert not any(link.startswith(following) for link in links(page))
    assert not page.named("ways").text
    if role is Role.MANAGER:
        words = "Everything is answered The assessment counts once you have submitted it. Check and submit"
        assert [link["href"] for part in ("rail", "done") for link in page.named(part).all("a", href=submit)] == [
            submit,
            submit,
        ]
    else:
        words = "Everything is answered The assessment counts once the cluster manager has submitted it."
        assert submit not in links(page)
    assert page.named("done").text == words


def test_without_scripts_the_last_save_leads_to_the_same(desk: Desk) -> None:
    for number in ("A.2", "B.1"):
        desk.answers(desk.kari, number, 1)
    location = desk.save({**desk.fields(), "level-A.1": "2"})
    assert "Everything is answered" in desk.browser.open(location.partition("#")[0]).named("done").text


def test_what_was_withdrawn_is_a_hint_that_says_so(world: World, desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 2, "Not to be typed again")
    desk.hand_in()
    assessments.move(world.store, world.frameworks, desk.kari, desk.key, Move.WITHDRAW)
    key = world.assessment("havbruk", {}, framework=catalogues.tiny(), submit=False).id
    card = desk.browser.open(f"/assessments/{key}/dimensions/boats").named("i-A-1")
    words = "In the assessment that was withdrawn (30 September 2026): Level 2: Under sail Not to be typed again"
    assert words in card.text
    assert "Last time (" not in card.text


def test_nobody_else_learns_of_what_was_withdrawn(world: World, desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 2, "Our own business")
    desk.hand_in()
    assessments.move(world.store, world.frameworks, desk.kari, desk.key, Move.WITHDRAW)
    levels = {indicator.number: 1 for indicator in catalogues.tiny().indicators}
    world.clock.now += dt.timedelta(hours=1)
    key = world.assessment("havbruk", levels, framework=catalogues.tiny()).id
    for role in (Role.OWNER, Role.EVALUATOR):
        page = world.signed_in(role, programme="north").open(f"/assessments/{key}/dimensions/boats")
        assert "withdrawn" not in page.text
        assert "Our own business" not in page.text


def test_the_rail_says_how_far_each_dimension_is_and_where_one_is(desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 1)
    rail = desk.browser.open(desk.path).named("rail")
    assert "1 of 3 answered" in rail.text
    assert rail.one("a", aria_current="page").text == "A Boats 1 of 2"
    assert rail.one("a", href=f"/assessments/{desk.key}/dimensions/harbour").text == "B Harbour 0 of 1"


@pytest.mark.parametrize(
    ("answered", "after", "found"),
    [
        ((), "", "boats#i-A-1"),
        (("A.1",), "", "boats#i-A-2"),
        (("A.1",), "A.2", "harbour#i-B-1"),
        (("A.2",), "B.1", "boats#i-A-1"),
        ((), "no such number", "boats#i-A-1"),
    ],
)
def test_the_next_unanswered_follows_the_standards_order_and_wraps_round(
    desk: Desk, answered: tuple[str, ...], after: str, found: str
) -> None:
    for number in answered:
        desk.answers(desk.kari, number, 1)
    answer = desk.browser.http.get(f"/assessments/{desk.key}/next-unanswered", params={"after": after})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/assessments/{desk.key}/dimensions/{found}")


def test_when_nothing_is_unanswered_the_next_is_the_assessment_itself(desk: Desk) -> None:
    for number in ("A.1", "A.2", "B.1"):
        desk.answers(desk.kari, number, 1)
    answer = desk.browser.http.get(f"/assessments/{desk.key}/next-unanswered")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/assessments/{desk.key}")


def test_there_is_no_such_dimension(desk: Desk) -> None:
    desk.browser.open(f"/assessments/{desk.key}/dimensions/nowhere", 404)


def test_what_people_write_stays_text(desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 1, "\n</textarea><script>alert(1)</script>")
    page = desk.browser.open(desk.path)
    assert page.named("i-A-1-note").text == "</textarea><script>alert(1)</script>"
    assert desk.fields()["note-A.1"] == "\n</textarea><script>alert(1)</script>"
