"""History in plain words: of a cluster, an assessment, an indicator; and what is new on the start page."""

import datetime as dt

import pytest

from app.domain.lifecycle import Move
from app.domain.members import DEPUTY
from app.domain.messages import Kind
from app.domain.permissions import VISITOR
from app.domain.roles import Role
from app.pages import history as history_pages
from app.pages.past import _TELLERS
from app.store import journal, links
from app.store.journal import Verb
from app.usecases import assessments, clusters, consent, departures, invitations, members
from app.usecases.history import TOLD_INSIDE
from tests.pages.client import PageClient
from tests.pages.desk import Desk
from tests.pages.html import Element
from tests.pages.world import World

# What is done to no cluster, and so is in no cluster's history.
NOT_IN_A_CLUSTER = {
    *(Verb.SIGNED_IN, Verb.SIGNED_OUT, Verb.ISSUED_TOKEN, Verb.REVOKED_TOKEN, Verb.CHANGED_LANGUAGE),
    *(Verb.CREATED_USER, Verb.DISABLED_USER, Verb.CREATED_PROGRAMME, Verb.ADDED_MEMBER),
    *(Verb.OPENED_ROUND, Verb.REFUSED, Verb.EXPORTED, Verb.ROTATED_KEY, Verb.ROTATED_SECRET, Verb.SEALED),
    *(Verb.CONNECTED_IDENTITY, Verb.DISCONNECTED_IDENTITY, Verb.MARKED_READ, Verb.CHANGED_MESSAGES, Verb.UNSUBSCRIBED),
    *(Verb.TESTED_MAIL, Verb.RETRIED_MAIL, Verb.RENAMED, Verb.ERASED, Verb.GAVE_PASSWORD, Verb.CONFIRMED),
    *(Verb.ENDED_SESSION, Verb.ENDED_SESSIONS, Verb.CHANGED_PASSWORD, Verb.ASKED_FOR_PASSWORD, Verb.RESET_PASSWORD),
    *(Verb.BEGAN_SECOND_FACTOR, Verb.ADDED_SECOND_FACTOR, Verb.REMOVED_SECOND_FACTOR, Verb.MADE_RECOVERY_CODES),
    *(Verb.RESET_SECOND_FACTOR, Verb.UNLOCKED, Verb.CLOSED_ACCOUNT, Verb.ENABLED_USER),
    # An evaluator's: told to those who follow the programme, on its page.
    *(Verb.DECLARED_CONFLICT, Verb.LIFTED_CONFLICT),
}


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def told(page: Element) -> list[str]:
    """The sentences of a history, with the clock before each."""
    lines = [line for line in page.all("li") if line.has("history-list__line")]
    return [line.text for line in lines]


def open_history(desk: Desk, query: str = "", browser: PageClient | None = None) -> Element:
    return (browser or desk.browser).open(f"/assessments/{desk.key}/history{query}")


def test_every_verb_of_a_cluster_has_a_sentence() -> None:
    assert set(_TELLERS) == TOLD_INSIDE == set(Verb) - NOT_IN_A_CLUSTER


def test_each_change_of_an_answer_is_said_in_a_sentence(desk: Desk) -> None:
    for level, note in ((2, ""), (3 - 2, ""), (1, "Hei"), (1, "Hei igjen"), (1, ""), (None, ""), (2, "Ny")):
        desk.answers(desk.kari, "A.1", level, note)
    desk.answers(desk.ola, "B.1", 0)
    assert told(open_history(desk)) == [
        "13:00 Ola answered B.1 with level 0",
        "13:00 Kari answered A.1 with level 2 Note Ny",
        "13:00 Kari took back the answer to A.1, which was level 1",
        "13:00 Kari took away the note to A.1 Note Before Hei igjen After nothing",
        "13:00 Kari changed the note to A.1 Note Before Hei After Hei igjen",
        "13:00 Kari wrote a note to A.1 Note Hei",
        "13:00 Kari changed A.1 from level 2 to level 1",
        "13:00 Kari answered A.1 with level 2",
        "13:00 Some manager started the assessment “Self-assessment”",
    ]
    assert len(told(open_history(desk, "?indicator=A.1"))) == 7
    assert open_history(desk, "?indicator=A.1").one("h1").text == "History of A.1"
    nothing = open_history(desk, "?indicator=A.2")
    assert (told(nothing), "Nobody has changed this answer yet." in nothing.text) == ([], True)


def test_each_thing_done_about_people_and_sharing_is_said_in_a_sentence(desk: Desk) -> None:
    store, until = desk.world.store, "2027-01-31"
    kari, ola = desk.kari, desk.ola
    invitations.invite(store, kari, {"email": "per@example.org", "role": DEPUTY, "until": until}, cluster="havbruk")
    invitations.invite(store, kari, {"email": "siv@example.org", "role": "observer"}, cluster="havbruk")
    open_ones = {each.invitation.email: each.invitation.id for each in _people(desk).invitations}
    invitations.withdraw(store, kari, sent_again(desk, open_ones["siv@example.org"]))
    per = open_ones["per@example.org"]
    with store.reading() as tx:
        secret = links.secret(tx, Kind.INVITED, per)
    invitations.accept(store, VISITOR, per, secret, {"name": "Per", "password": "en lang nok setning"}, "nb")
    roles = {person.member.name: person.member.id for person in _people(desk).people}
    members.change_role(store, kari, roles["Ola"], {"role": "observer"})
    members.remove(store, kari, roles["Per"])
    consent.share(store, kari, "havbruk", "peers")
    consent.stop_sharing(store, kari, "havbruk", "peers")
    departures.leave(store, ola, cluster="havbruk")
    assert told(desk.browser.open("/clusters/havbruk/history"))[:9] == [
        "13:00 Ola left the cluster",
        "13:00 Kari decided not to share with other clusters any longer",
        "13:00 Kari decided to share with other clusters",
        "13:00 Kari removed Per, who was a deputy cluster manager",
        "13:00 Kari made Ola an observer, who was a contributor",
        "13:00 Per accepted the invitation to be a deputy cluster manager",
        "13:00 Kari took back an invitation",
        "13:00 Kari sent an invitation again",
        "13:00 Kari invited somebody to be an observer",
    ]


def _people(desk: Desk) -> members.People:
    return members.people(desk.world.store, desk.kari, cluster="havbruk")


def sent_again(desk: Desk, invitation_id: str) -> str:
    """Send an invitation again; return the id of the new one."""
    before = {each.invitation.id for each in _people(desk).invitations}
    invitations.send_again(desk.world.store, desk.kari, invitation_id)
    (new,) = {each.invitation.id for each in _people(desk).invitations} - before
    return new


def test_days_are_those_of_norway(desk: Desk) -> None:
    desk.world.clock.now = dt.datetime(2026, 10, 14, 7, 12, tzinfo=dt.UTC)
    desk.answers(desk.kari, "A.1", 1)
    desk.world.clock.now = dt.datetime(2026, 10, 14, 22, 30, tzinfo=dt.UTC)
    desk.answers(desk.kari, "A.1", 2)
    page = open_history(desk, "?indicator=A.1")
    assert [heading.text for heading in page.one("main").all("h2")] == ["15 October 2026", "14 October 2026"]
    assert told(page) == ["00:30 Kari changed A.1 from level 1 to level 2", "09:12 Kari answered A.1 with level 1"]
    norwegian = open_history(desk, "?indicator=A.1", desk.world.browser(desk.kari, "nb"))
    assert told(norwegian)[0] == "00:30 Kari endret A.1 fra nivå 1 til nivå 2"


def test_a_clusters_history_leads_to_its_assessments_and_back(desk: Desk) -> None:
    desk.hand_in()
    clusters.update(
        desk.world.store, desk.kari, "havbruk", {"region": "Agder", "name": "Nytt navn"}, 2
    )  # as the first submission shares
    page = desk.browser.open("/clusters/havbruk/history")
    found = told(page)
    changed = "Kari changed what is said about the cluster Name Before Havbruk After Nytt navn Region Agder"
    assert found[0] == f"13:00 {changed}"
    assert found[1] == "13:00 Kari submitted the assessment “Self-assessment” · Self-assessment"
    assert found[-1] == "13:00 The operator registered the cluster"
    assert f"/assessments/{desk.key}" in {link["href"] for link in page.one("main").all("a")}
    for address in ("/clusters/havbruk", f"/assessments/{desk.key}"):
        way = f"{address}/history"
        assert way in {link["href"] for link in desk.browser.open(address).all("a")}


def test_each_card_leads_to_the_history_of_its_answer(desk: Desk) -> None:
    ways = {link["href"] for link in desk.browser.open(desk.path).all("a") if link.has("indicator-card__history")}
    assert ways == {f"/assessments/{desk.key}/history?indicator={number}" for number in ("A.1", "A.2")}
    back = open_history(desk, "?indicator=A.2").one("main").all("a")[-1]
    assert back["href"].startswith(f"{desk.path}#")
    desk.hand_in()
    evaluator = desk.world.signed_in(Role.EVALUATOR, programme="north")
    assert not [link for link in evaluator.open(desk.path).all("a") if link.has("indicator-card__history")]


def test_outside_the_cluster_only_what_was_handed_in_is_told(desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 1, "Only for us")
    desk.hand_in()
    for role in (Role.OWNER, Role.READER, Role.EVALUATOR):
        browser = desk.world.signed_in(role, programme="north")
        page = browser.open("/clusters/havbruk/history")
        assert [line.split(" ", 2)[2].split(" ")[0] for line in told(page)] == ["submitted", "operator"]
        assert "What happens in a draft is known to the cluster alone." in page.text
        assert "Only for us" not in page.text
        assert told(open_history(desk, browser=browser)) == ["13:00 Kari submitted the assessment “Self-assessment”"]


def test_outside_the_cluster_what_was_withdrawn_has_no_title(desk: Desk) -> None:
    desk.hand_in()
    assessments.move(desk.world.store, desk.world.frameworks, desk.kari, desk.key, Move.WITHDRAW)
    owner = desk.world.signed_in(Role.OWNER, programme="north")
    page = owner.open("/clusters/havbruk/history")
    assert told(page)[:2] == ["13:00 Kari withdrew an assessment", "13:00 Kari submitted an assessment"]
    assert "Self-assessment" not in page.text
    own = desk.browser.open("/clusters/havbruk/history")
    assert told(own)[0] == "13:00 Kari withdrew the assessment “Self-assessment” · Self-assessment"


def test_a_name_that_was_erased_is_said_to_be(desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 1)
    with desk.world.store.writing() as tx:
        journal.forget(tx, str(desk.kari.user_id))
    assert told(open_history(desk))[0] == "13:00 A person whose name was erased answered A.1 with level 1"


def test_a_text_that_was_erased_leaves_a_sentence(desk: Desk) -> None:
    desk.answers(desk.kari, "A.1", 1)
    with desk.world.store.writing() as tx:
        tx.connection.exec_driver_sql("DELETE FROM journal_texts")
    assert told(open_history(desk))[0] == "13:00 Kari changed the answer to A.1"


def test_a_long_history_has_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_pages, "PAGE_LENGTH", 4)
    for level in (0, 1, 2, 0, 1, 2):
        desk.answers(desk.kari, "A.1", level)
    found, address, seen = [], f"/assessments/{desk.key}/history?indicator=A.1", 0
    while address:
        page = desk.browser.open(address)
        found += told(page)
        links = {link.text: link["href"] for link in page.one("main").all("a")}
        assert ("To the newest" in links) == (seen > 0)
        address, seen = links.get("Older", ""), seen + 1
    assert (seen, len(found), len(set(found))) == (2, 6, 4)


@pytest.mark.parametrize("behind", ["x", "~~", "2026-10-01~1~a", "%00", "2026-13-01T00:00:00%2B00:00~1~a", "é"])
def test_a_place_that_is_none_is_the_beginning(desk: Desk, behind: str) -> None:
    answer = desk.browser.http.get(f"/assessments/{desk.key}/history?behind={behind}")
    assert answer.status_code == (404 if behind == "%00" else 200)


def test_what_people_wrote_is_text_and_nothing_else(desk: Desk) -> None:
    evil = '<img src=x onerror=alert(1)> <a hx-get="/">x</a>'
    desk.answers(desk.kari, "A.1", 1, evil)
    page = open_history(desk)
    assert evil in page.text
    ignored = [element for element in page.all() if "hx-ignore" in element.attributes]
    assert any(evil in element.text for element in ignored)


def test_what_others_changed_since_the_last_visit_is_on_the_start_page(desk: Desk) -> None:
    assert "Changed since your last visit" not in desk.browser.open("/").text
    store = desk.world.store
    with store.writing() as tx:
        tx.connection.exec_driver_sql("UPDATE users SET visited_at = '2026-11-20 08:00:00.000000'")
    desk.answers(desk.ola, "A.1", 1)
    desk.answers(desk.kari, "A.1", 2)
    page = desk.browser.open("/")
    assert "Changed since your last visit" in page.text
    assert "13:00 Ola answered A.1 with level 1 · Havbruk" in told(page)
    assert not any("Kari" in line for line in told(page))
    assert "/clusters/havbruk/history" in {link["href"] for link in page.all("a")}
    visitor = desk.world.browser()
    assert "Changed since" not in visitor.open("/").text


def test_a_draft_that_was_deleted_is_still_told_of(desk: Desk) -> None:
    draft = desk.world.assessment("havbruk", {}, title="A mistake", submit=False)
    assessments.delete(desk.world.store, desk.kari, draft.id)
    page = desk.browser.open("/clusters/havbruk/history")
    assert "13:00 Kari deleted the draft “A mistake”" in told(page)
    assert "13:00 Some manager started the assessment “A mistake”" in told(page)
