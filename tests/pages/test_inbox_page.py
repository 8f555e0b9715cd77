"""The inbox, the choice of mail and the way out of it, as a person meets them."""

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.domain.messages import Kind
from app.domain.permissions import Actor
from app.domain.roles import Role
from app.store import messages, notices
from app.store.database import Transaction
from app.usecases import inbox
from tests.mails import way_out
from tests.pages.client import ORIGIN, PageClient
from tests.pages.world import World


@pytest.fixture
def manager(world: World) -> Actor:
    world.programme(name="Nordlys")
    world.cluster("havbruk", name="Havbruk Sør")
    return world.person(Role.MANAGER, cluster="havbruk", name="Kari Nygård")


def tell(world: World, person: Actor, count: int = 1) -> None:
    with world.store.writing() as tx:
        for _ in range(count):
            about = {"role": "manager", "place": "<b>Havbruk</b>"}
            messages.tell(tx, Kind.GAVE_ROLE, [person.user_id or ""], "/clusters/havbruk", about)


def messages_of(tx: Transaction, person: Actor) -> list[notices.Notice]:
    return notices.listed(tx, person.user_id or "", skip=0, limit=20)


def menu(client: PageClient) -> str:
    return client.open("/").named("account-menu").text


def test_what_is_new_is_counted_beside_ones_name(world: World, manager: Actor) -> None:
    client = world.browser(manager)
    assert menu(client).startswith("Kari Nygård Unread: 1 Inbox 1 unread Your account")
    tell(world, manager, 120)
    assert "Unread: 99+" in menu(client)
    client.send("/inbox/read", {})
    assert menu(client).startswith("Kari Nygård Inbox Your account")


def test_a_notice_says_what_happened_when_and_leads_there(world: World, manager: Actor) -> None:
    client = world.browser(manager)
    (line,) = client.open("/inbox").all("article")
    assert line.text == (
        "New You are now a cluster manager for Havbruk Sør The role counts from now on. 23 Nov 2026, 13:00 "
        "Go to Havbruk Sør Mark as read"
    )
    way, mark = line.all("form")
    assert client.send(way["action"], {}) == "/clusters/havbruk"
    (line,) = client.open("/inbox").all("article")
    assert not line.text.startswith("New")
    assert len(line.all("form")) == 1
    assert client.send(mark["action"], {"page": "1"}) == "/inbox"


def test_the_inbox_speaks_norwegian_too(world: World, manager: Actor) -> None:
    client = world.browser(manager, "nb")
    assert client.open("/inbox").one("article").text.startswith("Ny Du er nå klyngeleder for Havbruk Sør")


def test_a_notice_whose_title_is_not_for_its_reader_speaks_of_an_assessment(world: World, manager: Actor) -> None:
    with world.store.writing() as tx:
        about = {"who": "Kari", "by": "", "cluster": "Kyst", "assessment": "Secret"}
        messages.tell(tx, Kind.SUBMITTED, [manager.user_id or ""], "/assessments/gone", about)
        del about["assessment"]
        messages.tell(tx, Kind.WITHDREW, [manager.user_id or ""], "/clusters/kyst", about)
    text = world.browser(manager).open("/inbox").text
    assert "Kyst has submitted an assessment" in text
    assert "Kyst has withdrawn an assessment" in text
    assert "Secret" not in text


NOT_SHOWN = {
    "en": "What the notice is about is no longer shown to you.",
    "nb": "Det varselet handler om, vises ikke lenger for deg.",
}


@pytest.mark.parametrize("language", ["en", "nb"])
@pytest.mark.parametrize(
    "path", ["/assessments/{draft}", "/assessments/gone", "/clusters/tang", "/clusters/gone/members"]
)
def test_a_notice_of_what_is_not_shown_says_so_whether_it_is_there_or_not(
    world: World, manager: Actor, path: str, language: str
) -> None:
    world.programme("south")
    world.cluster("tang", programme="south")
    path = path.format(draft=world.assessment("tang", {}, submit=False).id)
    with world.store.writing() as tx:
        about = {"who": "Kari", "by": "", "cluster": "Tang", "assessment": "Secret"}
        kind = Kind.SUBMITTED if "assessments" in path else Kind.WITHDREW
        messages.tell(tx, kind, [manager.user_id or ""], path, about)
        notice = messages_of(tx, manager)[0].id
    client = world.browser(manager, language)
    line = next(each for each in client.open("/inbox").all("article") if "Tang" in each.text)
    assert NOT_SHOWN[language] in line.text
    assert [form["action"] for form in line.all("form")] == [f"/inbox/{notice}/read"]
    # A page that was open meanwhile still has the button.
    assert client.send(f"/inbox/{notice}/open", {}) == "/inbox"
    page = client.open("/inbox")
    assert page.one("main").one(role="status").text == NOT_SHOWN[language]


def test_a_name_in_a_notice_is_text(world: World, manager: Actor) -> None:
    tell(world, manager)
    lines = world.browser(manager).open("/inbox").all("article")
    assert any("<b>Havbruk</b>" in line.text for line in lines)


def test_a_long_inbox_has_pages_and_marking_stays_on_ones_page(world: World, manager: Actor) -> None:
    tell(world, manager, inbox.PAGE)
    client = world.browser(manager)
    assert len(client.open("/inbox").all("article")) == inbox.PAGE
    second = client.open("/inbox?page=2")
    (line,) = second.all("article")
    assert client.send(line.all("form")[1]["action"], {"page": "2"}) == "/inbox?page=2"
    assert client.send(line.all("form")[1]["action"], {"page": "//evil.example"}) == "/inbox"
    assert len(client.open("/inbox?page=999").all("article")) == 1


def test_an_empty_inbox_says_what_it_is_for(world: World) -> None:
    page = world.browser(world.person(Role.ADMINISTRATOR)).open("/inbox")
    assert "What happens to your clusters and programmes is told here" in page.text


def test_a_notice_never_leads_elsewhere(world: World, manager: Actor) -> None:
    with world.store.writing() as tx:
        about = {"role": "manager", "place": "x"}
        messages.tell(tx, Kind.GAVE_ROLE, [manager.user_id or ""], "https://evil.example", about)
    client = world.browser(manager)
    ways = [form["action"] for form in client.open("/inbox").all("form") if form["action"].endswith("/open")]
    assert {client.send(way, {}) for way in ways} == {"/", "/clusters/havbruk"}


def test_which_mail_comes_is_chosen_box_by_box(world: World, manager: Actor) -> None:
    client = world.browser(manager)
    page = client.open("/account/messages")
    boxes = page.all("input", type="checkbox")
    assert len(boxes) == 6
    assert all("checked" in box.attributes for box in boxes)
    assert client.send("/account/messages", {"kinds": ["submitted", "withdrew"]}) == "/account/messages"
    page = client.open("/account/messages")
    assert "Your choice is saved." in page.text
    chosen = {box["value"] for box in page.all("input", type="checkbox") if "checked" in box.attributes}
    assert chosen == {"submitted", "withdrew"}
    client.send("/account/messages", {})
    assert not [box for box in client.open("/account/messages").all("input") if "checked" in box.attributes]
    client.refused("/account/messages", {"kinds": "reset-password"})


def test_mail_comes_in_the_language_of_the_account(world: World, manager: Actor) -> None:
    client = world.browser(manager)
    assert "in every language, until you choose one" in client.open("/account/messages").text
    client.send("/language", {"language": "nb", "next": "/"})
    assert "på språket du har valgt for kontoen: Norsk bokmål" in client.open("/account/messages").text


def test_the_link_in_a_mail_shows_a_button_and_changes_nothing_by_itself(world: World, manager: Actor) -> None:
    address = world.app.url_path_for("unsubscribe_page", **way_out(world.store, manager))
    visitor = world.browser()
    page = visitor.open(str(address))
    assert "An assessment that you follow is submitted" in page.text
    assert inbox.choices(world.store, manager).muted == frozenset()
    (form,) = [form for form in page.all("form") if form["action"] == address]
    done = visitor.refused(form["action"], {}, status=200)
    assert "You get no more mail of this kind." in done.text
    assert inbox.choices(world.store, manager).muted == {"submitted"}
    assert "You get no more mail of this kind." in visitor.open(str(address)).text


def test_the_way_out_speaks_the_language_of_who_leaves(world: World, manager: Actor) -> None:
    inbox_address = str(world.app.url_path_for("unsubscribe_page", **way_out(world.store, manager)))
    world.browser(manager).send("/language", {"language": "nb", "next": "/"})
    assert world.browser(language="en").open(inbox_address).one("h1").text == "Mindre e-post"
    assert world.browser(language="nb").open(f"{inbox_address}?lang=en").one("h1").text == "Less mail"


def one_click(app: FastAPI, address: str, **headers: str) -> int:
    """Post as a mail program does: from anywhere, without a cookie, with the words of RFC 8058."""
    http = TestClient(app, base_url=ORIGIN, follow_redirects=False)
    return http.post(address, data={"List-Unsubscribe": "One-Click"}, headers=headers).status_code


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "https://mail.example.com"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Origin": "https://mail.example.com"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_one_click_in_a_mail_program_is_enough(world: World, manager: Actor, headers: dict[str, str]) -> None:
    address = str(world.app.url_path_for("unsubscribe", **way_out(world.store, manager)))
    assert one_click(world.app, address, **headers) == 200
    assert inbox.choices(world.store, manager).muted == {"submitted"}


def test_a_multipart_click_counts_too(world: World, manager: Actor) -> None:
    address = str(world.app.url_path_for("unsubscribe", **way_out(world.store, manager)))
    http = TestClient(world.app, base_url=ORIGIN)
    assert http.post(address, files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
    assert inbox.choices(world.store, manager).muted == {"submitted"}


def test_what_is_let_through_from_elsewhere_acts_for_nobody_who_is_signed_in(world: World, manager: Actor) -> None:
    other = world.person(Role.OWNER, programme="north")
    address = str(world.app.url_path_for("unsubscribe", **way_out(world.store, manager)))
    client = world.browser(other)
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    answer = client.http.post(address, headers=foreign)
    assert answer.status_code == 200
    # Its cookie was not looked at: the page is a visitor's.
    assert 'id="account-menu"' not in answer.text
    assert inbox.choices(world.store, other).muted == frozenset()
    assert inbox.choices(world.store, manager).muted == {"submitted"}


@pytest.mark.parametrize(
    "path",
    [
        *("/inbox/read", "/account/messages", "/language", "/unsubscribe/x/submitted/short", "/unsubscribe"),
        f"/unsubscribe/x/submitted/{'ab' * 32}/more",
        f"/x/unsubscribe/x/submitted/{'ab' * 32}",
        f"/unsubscribe/x/submitted/{'ab' * 32}\n",
        f"/unsubscribe/x/y/z/{'ab' * 32}",
        f"/unsubscribe//submitted/{'ab' * 32}",
    ],
)
def test_nothing_else_is_let_through_from_elsewhere(world: World, manager: Actor, path: str) -> None:
    client = world.browser(manager)
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert client.http.post(path.replace("\n", "%0A"), data={"kinds": "submitted"}, headers=foreign).status_code == 403
    assert inbox.choices(world.store, manager).muted == frozenset()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_only_a_post_is_let_through(world: World, manager: Actor, method: str) -> None:
    address = str(world.app.url_path_for("unsubscribe", **way_out(world.store, manager)))
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert TestClient(world.app, base_url=ORIGIN).request(method, address, headers=foreign).status_code == 403


@pytest.mark.parametrize("change", [{"proof": "ab" * 32}, {"kind": "withdrew"}, {"user_id": "0" * 16}, {"kind": "x"}])
def test_a_link_that_is_not_ours_leads_to_nothing(world: World, manager: Actor, change: dict[str, str]) -> None:
    parts = {**way_out(world.store, manager), **change}
    address = str(world.app.url_path_for("unsubscribe", **parts))
    assert one_click(world.app, address) == 404
    world.browser().open(address, status=404)
