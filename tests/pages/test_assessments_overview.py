"""An assessment at a glance: where it stands, what each person can do next, and who changed what last."""

import datetime as dt

import pytest

from app.domain.lifecycle import Move
from app.domain.roles import Role
from app.usecases import assessments
from tests.frameworks import catalogues
from tests.pages.desk import Desk
from tests.pages.html import Element
from tests.pages.world import World


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def overview(desk: Desk) -> Element:
    return desk.browser.open(f"/assessments/{desk.key}")


def offered(page: Element) -> list[str]:
    """The words on the buttons and on the ways out."""
    main = page.one("main")
    return [link.text for link in main.all("a") if link.has("ds-button") or link.has("way-out")]


def test_a_new_assessment_says_how_to_begin(desk: Desk) -> None:
    page = overview(desk)
    assert offered(page) == ["Start answering", "See the gap to Gold", "Delete this draft"]
    assert "0 of 3 indicators are answered. All of them must be before it can be submitted." in page.text
    assert not page.all("table")


def test_one_that_is_begun_goes_on_with_the_next_unanswered(desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 1)
    assert offered(overview(desk))[0] == "Go on with the next unanswered"


def test_one_that_is_complete_can_be_submitted(desk: Desk) -> None:
    for number in ("A.1", "A.2", "B.1"):
        desk.answers(desk.kari, number, 1)
    page = overview(desk)
    assert offered(page)[:2] == ["Check and submit", "See the gap to Gold"]
    assert "All 3 indicators are answered." in page.text


def test_one_that_was_handed_in_can_be_read_and_withdrawn(desk: Desk) -> None:
    desk.hand_in()
    page = overview(desk)
    assert offered(page) == ["See the gap to Gold", "Read the answers", "Withdraw this assessment"]
    assert "The answers are locked, and count in the portfolio of the programme." in page.text


def test_one_that_was_withdrawn_says_that_it_does_not_count(desk: Desk) -> None:
    desk.hand_in()
    revision = str(desk.kept().revision)
    desk.browser.send(f"/assessments/{desk.key}/withdraw", {"revision": revision})
    assert "It was withdrawn: it does not count" in overview(desk).text


@pytest.mark.parametrize(
    ("role", "steps"),
    [
        (Role.CONTRIBUTOR, ["Start answering", "See the gap to Gold"]),
        (Role.OBSERVER, ["See the gap to Gold", "Read the answers"]),
    ],
)
def test_each_role_is_offered_what_it_may_do(desk: Desk, role: Role, steps: list[str]) -> None:
    desk.browser = desk.world.signed_in(role, cluster="havbruk")
    assert offered(overview(desk)) == steps


@pytest.mark.parametrize(("role", "scope"), [(Role.OWNER, "programme"), (Role.EVALUATOR, "cluster")])
def test_a_draft_is_the_clusters_own_business(desk: Desk, role: Role, scope: str) -> None:
    slug = "north" if scope == "programme" else "havbruk"
    browser = desk.world.signed_in(role, **{scope: slug})
    browser.open(f"/assessments/{desk.key}", 403)


def test_a_stranger_learns_nothing_and_a_visitor_is_asked_to_sign_in(desk: Desk) -> None:
    desk.world.cluster("elsewhere")
    desk.world.signed_in(Role.MANAGER, cluster="elsewhere").open(f"/assessments/{desk.key}", 404)
    answer = desk.world.browser().http.get(f"/assessments/{desk.key}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next=/assessments/{desk.key}")


def test_the_latest_changes_say_who_and_when(desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 1)
    desk.answers(desk.ola, "B.1", 2)
    rows = overview(desk).named("changes").rows()
    assert ["B.1 Berths", "Level 2: Under sail", "Ola", "13:00"] in rows
    assert ["A.1 Seaworthy boats", "Level 1: Afloat", "Kari", "13:00"] in rows


def test_only_the_latest_few_of_many_changes_are_listed(desk: Desk) -> None:
    levels = {indicator.number: 1 for indicator in catalogues.ecei().indicators}
    key = desk.world.assessment("havbruk", levels, submit=False).id
    assert len(desk.browser.open(f"/assessments/{key}").named("changes").rows()) == 5


def test_the_facts_name_cluster_day_and_catalogue(desk: Desk) -> None:
    facts = [fact.text for fact in overview(desk).one("dl").all("dd")]
    assert facts == ["Havbruk", "30 September 2026", "Tiny harbour standard, version 1.0"]


def test_one_that_was_replaced_leads_to_the_one_that_counts(world: World, desk: Desk) -> None:
    desk.hand_in()
    world.clock.now += dt.timedelta(minutes=5)
    levels = {indicator.number: 1 for indicator in catalogues.tiny().indicators}
    draft = world.assessment("havbruk", levels, framework=catalogues.tiny(), title="Once more", submit=False)
    assert "count in the portfolio of the programme." in overview(desk).text
    replaced = "It replaces “Self-assessment”, submitted 23 Nov 2026, 13:00, which then no longer counts."
    assert replaced in desk.browser.open(f"/assessments/{draft.id}/submit").text
    assessments.move(world.store, world.frameworks, desk.kari, draft.id, Move.SUBMIT)
    page = overview(desk)
    words = "“Once more” has been submitted since (23 Nov 2026, 13:05) and counts instead."
    assert words in page.text
    assert page.one("a", href=f"/assessments/{draft.id}").text == "See the one that counts"
    assert "count in the portfolio" not in page.text
    again = "“Self-assessment”, submitted 23 Nov 2026, 13:00, counts again in its place."
    assert again in desk.browser.open(f"/assessments/{draft.id}/withdraw").text
    nothing = "Nothing changes in the portfolio: “Once more” counts there."
    assert nothing in desk.browser.open(f"/assessments/{desk.key}/withdraw").text


def test_one_with_an_earlier_day_says_that_a_later_one_counts(world: World, desk: Desk) -> None:
    desk.hand_in()
    levels = {indicator.number: 1 for indicator in catalogues.tiny().indicators}
    day = dt.date(2026, 3, 31)
    draft = world.assessment("havbruk", levels, framework=catalogues.tiny(), day=day, submit=False)
    words = "“Self-assessment” has the later reference date 30 September 2026 and counts instead."
    assert words in desk.browser.open(f"/assessments/{draft.id}/submit").text
    world.clock.now += dt.timedelta(minutes=5)
    assessments.move(world.store, world.frameworks, desk.kari, draft.id, Move.SUBMIT)
    page = desk.browser.open(f"/assessments/{draft.id}")
    assert "“Self-assessment” has a later reference date (30 September 2026) and counts instead." in page.text


def test_one_in_a_round_counts_there(world: World, desk: Desk) -> None:
    world.round("Autumn 2026")
    levels = {indicator.number: 1 for indicator in catalogues.tiny().indicators}
    key = world.assessment("havbruk", levels, framework=catalogues.tiny()).id
    words = "count in the portfolio of the programme, in the round “Autumn 2026”."
    assert words in desk.browser.open(f"/assessments/{key}").text
