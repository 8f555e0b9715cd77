"""The pages about the people of a cluster and a programme: who is on them, and every step that can be taken there."""

import pytest

from app.domain.roles import Role
from app.usecases import operators
from tests.pages.client import PageClient
from tests.pages.forms import fields
from tests.pages.html import Element
from tests.pages.invited import KYST, invite
from tests.pages.world import World

DASH = "\N{EN DASH}"


@pytest.fixture
def manager(world: World) -> PageClient:
    world.programme()
    world.cluster("kyst", name="Kyst")
    return world.browser(world.person(Role.MANAGER, cluster="kyst", name="Kari Nygård"))


def people(browser: PageClient, place: str = KYST) -> list[list[str]]:
    return browser.open(f"{place}/members").named("people-table").rows()


def change_url(browser: PageClient, name: str, place: str = KYST) -> str:
    table = browser.open(f"{place}/members").named("people-table")
    (row,) = [row for row in table.all("tr") if row.all("th")[0].text.startswith(name)]
    return row.one("a")["href"]


def test_a_clusters_people_stand_on_a_page_that_the_cluster_leads_to(world: World, manager: PageClient) -> None:
    world.person(Role.OBSERVER, cluster="kyst", name="Tor Vik")
    assert manager.open(KYST).one("a", href=f"{KYST}/members").text == "People"
    assert people(manager) == [
        ["Kari Nygård you manager-1@example.org", "Cluster manager", "23 November 2026", DASH, DASH],
        ["Tor Vik observer-3@example.org", "Observer", "23 November 2026", DASH, "Change: Tor Vik, Observer"],
    ]
    observer = world.signed_in(Role.OBSERVER, cluster="kyst")
    assert observer.open(KYST).all("a", href=f"{KYST}/members")
    page = observer.open(f"{KYST}/members")
    assert page.all(id="invite") == page.all(id="invitations") == []
    evaluator = world.signed_in(Role.EVALUATOR, cluster="kyst")
    assert evaluator.open(KYST).all("a", href=f"{KYST}/members") == []


def test_an_invitation_stands_there_until_it_is_withdrawn_or_answered(manager: PageClient) -> None:
    address = invite(manager, role="deputy", until="2026-12-24")
    page = manager.open(f"{KYST}/members")
    assert "The invitation is on its way." in page.text
    (row,) = page.named("invitation-table").rows()
    assert row[:2] == ["ase@example.org", "Deputy cluster manager until 24 December 2026"]
    assert row[2] == "Waits for an answer Sent by Kari Nygård, good until 26 Nov 2026, 13:00"
    key = address.split("/")[2]
    assert manager.send(f"/invitations/{key}/resend", {}) == f"{KYST}/members"
    action = manager.open(f"{KYST}/members").named("invitation-table").all("form")[1]["action"]
    assert action != f"/invitations/{key}/withdraw"
    manager.send(action, {})
    assert "The invitation is withdrawn." in manager.open(f"{KYST}/members").text
    assert manager.http.post(action).status_code == 409


def test_what_cannot_be_sent_stands_there_again_with_what_is_wrong(manager: PageClient) -> None:
    typed = {"email": "Åse", "role": "deputy", "until": ""}
    page = manager.refused(f"{KYST}/invitations", typed)
    form = page.named("invite")
    assert fields(form) == {"email": "Åse", "role": "deputy", "until": ""}
    assert "Last day of the deputy (optional)" not in form.text
    assert form.named("invite-until-error").text == "A deputy needs a last day."
    page = manager.refused(f"{KYST}/invitations", {**typed, "until": "2026-12-01"})
    assert page.named("invite-email-error").text == "Give an e-mail address such as name@example.org."
    page = manager.refused(f"{KYST}/invitations", {"email": "a@example.org", "role": "owner"})
    assert page.named("invite-role-error").text == "Choose one of the roles that you can give."


def test_a_role_is_changed_and_taken_on_a_page_of_its_own(world: World, manager: PageClient) -> None:
    world.person(Role.OBSERVER, cluster="kyst", name="Tor Vik")
    address = change_url(manager, "Tor Vik")
    page = manager.open(address)
    assert [each["value"] for each in page.all("input", type="radio")] == [
        "observer",
        "contributor",
        "manager",
        "deputy",
    ]
    assert fields(page.one("form", action=f"{address}/role")) == {"role": "observer", "until": ""}
    refused = manager.refused(f"{address}/role", {"role": "deputy", "until": "2020-01-01"})
    assert refused.named("change-until-error").text == "Choose a day between today and one year from now."
    manager.send(f"{address}/role", {"role": "observer"})
    assert "Nothing is changed: the person has this role already." in manager.open(f"{KYST}/members").text
    assert manager.send(f"{address}/role", {"role": "deputy", "until": "2026-12-24"}) == f"{KYST}/members"
    assert [row[1:4] for row in people(manager)][1:] == [
        ["Deputy cluster manager", "23 November 2026", "24 December 2026"],
        ["Observer", "23 November 2026", DASH],
    ]
    manager.send(f"{address}/remove", {})
    assert "The role is taken away, from now on." in manager.open(f"{KYST}/members").text
    assert len(people(manager)) == 2


def test_the_last_manager_is_told_what_to_do_before_leaving(world: World, manager: PageClient) -> None:
    page = manager.open(f"{KYST}/leave")
    assert "A cluster needs a manager, and you are the only one." in page.text
    assert page.one("main").all("form") == []
    assert page.all("a", href=f"{KYST}/hand-over")
    answer = manager.http.post(f"{KYST}/leave")
    assert answer.status_code == 409
    assert "A cluster needs a manager. Hand it over, or invite another manager first." in answer.text
    owner = world.signed_in(Role.OWNER, programme="north")
    page = owner.open(change_url(owner, "Kari"))
    assert "Nobody else manages this place for good" in page.text
    assert page.one("main").all("form") == []


def test_a_cluster_is_handed_over_to_a_colleague(world: World, manager: PageClient) -> None:
    tor = world.person(Role.OBSERVER, cluster="kyst", name="Tor Vik")
    page = manager.open(f"{KYST}/hand-over")
    sent = {**fields(page.one("form", action=f"{KYST}/hand-over")), "to": tor.user_id, "becomes": "observer"}
    assert manager.send(f"{KYST}/hand-over", sent) == f"{KYST}/members"
    assert [row[1] for row in people(manager)] == ["Observer", "Cluster manager"]
    assert manager.http.get(f"{KYST}/hand-over").status_code == 403


def test_what_is_missing_in_a_hand_over_is_said_beside_it(world: World, manager: PageClient) -> None:
    world.person(Role.OBSERVER, cluster="kyst", name="Tor Vik")
    page = manager.refused(f"{KYST}/hand-over", {"to": "", "becomes": "nothing"})
    assert page.named("hand-over-to-error").text == "Choose the person who takes over."
    page = manager.refused(f"{KYST}/hand-over", {"to": "by-mail", "email": "", "becomes": "nothing"})
    assert page.named("hand-over-email-error").text == "Please fill this in."
    page = manager.refused(f"{KYST}/hand-over", {"to": "by-mail", "email": "a@example.org", "becomes": "manager"})
    assert page.named("hand-over-becomes-error").text == "Choose what you want to be afterwards."
    assert fields(page.one("form", action=f"{KYST}/hand-over"))["email"] == "a@example.org"
    page = manager.refused(f"{KYST}/hand-over", {"to": "by-mail", "email": "", "becomes": ""})
    assert page.named("hand-over-email-error").text == "Please fill this in."
    assert page.named("hand-over-becomes-error").text == "Choose what you want to be afterwards."
    (address,) = [each.text for each in page.all("label") if each["for"] == "hand-over-email"]
    assert address == "E-mail address"
    page = manager.refused(f"{KYST}/hand-over", {"to": "by-mail", "email": "observer-3@example.org", "becomes": ""})
    told = "This person belongs to the cluster already. Choose them in the list above."
    assert page.named("hand-over-email-error").text == told


@pytest.mark.parametrize(
    ("language", "reason", "way"),
    [
        ("en", "A cluster needs a manager. Hand it over, or invite another manager first.", "Hand over the cluster"),
        ("nb", "En klynge må ha en klyngeleder.", "Overlat klyngen til noen andre"),
    ],
)
@pytest.mark.usefixtures("manager")
def test_deleting_ones_account_says_first_which_clusters_have_nobody_else(
    world: World, language: str, reason: str, way: str
) -> None:
    own = world.browser(operators.acting_as(world.store, "manager-1@example.org"), language)
    page = own.open("/account/data")
    assert page.all("form", action="/account/data/erase") == []
    assert page.named("in-the-way").one("a", href=f"{KYST}/hand-over").text == f"{way}: Kyst"
    for address in ("/account/data/erase", "/account/close"):
        page = own.refused(address, {"email": "manager-1@example.org"}, status=409)
        assert reason in page.named("in-the-way").text
        assert page.named("in-the-way").one("a")["href"] == f"{KYST}/hand-over"


def test_a_hand_over_by_mail_is_shown_as_one(manager: PageClient) -> None:
    sent = {"to": "by-mail", "email": "a@example.org", "becomes": "nothing"}
    assert manager.send(f"{KYST}/hand-over", sent) == f"{KYST}/members"
    (row,) = manager.open(f"{KYST}/members").named("invitation-table").rows()
    assert row[0] == "a@example.org takes over the cluster from Kari Nygård"


def test_an_owner_gives_a_new_cluster_its_first_manager(world: World, manager: PageClient) -> None:
    world.cluster("fjord", name="Fjord")
    owner = world.signed_in(Role.OWNER, programme="north")
    assert owner.open("/programmes/north").one("a", href="/programmes/north/members").text == "People"
    page = owner.open("/programmes/north/members")
    managed = [row[:2] for row in page.named("managed-table").rows()]
    assert managed == [["Fjord", "Nobody yet"], ["Kyst", "Kari Nygård"]]
    page = owner.open("/clusters/fjord/members")
    assert "Nobody has a role here yet." in page.text
    assert [each["value"] for each in page.all("input", type="radio")] == ["manager", "deputy", "evaluator"]
    invite(owner, role="manager", place="/clusters/fjord")
    invite(owner, role="evaluator", place="/programmes/north")
    assert manager.http.get("/clusters/fjord/members").status_code == 404


def test_an_owner_who_is_the_last_is_led_to_the_invitation_of_another(world: World) -> None:
    world.programme()
    owner = world.signed_in(Role.OWNER, programme="north")
    page = owner.open("/programmes/north/leave")
    assert page.one("main").one("a", href="/programmes/north/members").text == "Invite another owner"
    reader = world.signed_in(Role.READER, programme="north")
    assert reader.send("/programmes/north/leave", {}) == "/"
    assert "You have left." in reader.open("/").text
    assert reader.http.get("/programmes/north").status_code == 404


def test_ones_own_roles_lead_to_people_and_out(world: World, manager: PageClient) -> None:
    menu = manager.open("/").named("account-menu")
    assert menu.one("a", href="/account/roles").text == "Your roles"
    links = [each["href"] for each in manager.open("/account/roles").one("article").all("a")]
    assert links == [KYST, f"{KYST}/members", f"{KYST}/leave"]
    evaluator = world.signed_in(Role.EVALUATOR, programme="north")
    links = [each["href"] for each in evaluator.open("/account/roles").one("article").all("a")]
    assert links == ["/clusters", "/programmes/north/leave"]
    assert evaluator.send("/programmes/north/leave", {}) == "/"


def test_an_account_is_closed_by_typing_its_address_and_the_browser_is_signed_out(
    world: World, manager: PageClient
) -> None:
    page = manager.open("/account/close")
    assert "Your account cannot be closed yet" in page.text
    assert page.one("main").all("form") == []
    assert page.named("in-the-way").one("a", href=f"{KYST}/hand-over").text == "Hand over the cluster: Kyst"
    page = manager.refused("/account/close", {"email": "manager-1@example.org"}, status=409)
    assert "A cluster needs a manager. Hand it over" in page.named("in-the-way").text
    second = world.browser(world.person(Role.MANAGER, cluster="kyst", name="Tor Vik"))
    page = second.open("/account/close")
    assert "You give up every role: Kyst (Cluster manager)" in page.text
    refused = second.refused("/account/close", {"email": "tor@example.org"})
    assert refused.named("close-email-error").text == "Type your own e-mail address, to be sure."
    assert second.send("/account/close", {"email": "manager-3@example.org"}) == "/"
    assert "Your account is closed." in second.open("/").text
    assert second.http.get("/account").headers["location"].startswith("/sign-in")
    (closed,) = [user for user in operators.users(world.store) if user.email == "manager-3@example.org"]
    assert closed.is_disabled


def test_a_person_whose_account_an_operator_closed_is_shown_as_such(world: World, manager: PageClient) -> None:
    world.person(Role.OBSERVER, cluster="kyst", name="Tor Vik")
    operators.disable_user(world.store, "observer-3@example.org")
    assert people(manager)[1][0] == "Tor Vik observer-3@example.org The account is closed"


def test_a_name_is_text_wherever_it_stands(world: World, manager: PageClient) -> None:
    name = '<b hx-post="/x" hx-trigger="load">'
    world.person(Role.OBSERVER, cluster="kyst", name=name)
    for path in (f"{KYST}/members", f"{KYST}/hand-over", change_url(manager, name)):
        page: Element = manager.open(path)
        assert page.one("main").all("b") == []
        assert name in page.text
