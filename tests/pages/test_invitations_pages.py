"""The page that an invitation's link leads to: what each reader sees and can do there, and what nobody learns."""

import datetime as dt
import statistics
import time

import pytest
import sqlalchemy as sa

from app.domain.messages import Kind
from app.domain.roles import Role
from app.store import tables
from app.usecases import operators
from tests.pages.client import ORIGIN, PageClient
from tests.pages.forms import fields
from tests.pages.html import Element
from tests.pages.invited import KYST, invite
from tests.pages.world import World

PASSWORD = "four words in a row"
GONE = "This invitation is no longer valid. Ask the person who invited you for a new one."


@pytest.fixture
def manager(world: World) -> PageClient:
    world.programme()
    world.cluster("kyst", name="Kyst", region="Hemmelig region")
    return world.browser(world.person(Role.MANAGER, cluster="kyst", name="Kari Nygård"))


def account(world: World, email: str = "ase@example.org", name: str = "Åse Berg") -> PageClient:
    """Return the browser of somebody with an account and no role."""
    operators.create_user(world.store, {"email": email, "name": name}, password_hash=None)
    return world.browser(operators.acting_as(world.store, email))


def facts(page: Element) -> list[str]:
    return [each.text for each in page.one("dl").all("dd")]


def test_a_visitor_sees_who_invites_to_what_and_nothing_else_about_the_cluster(
    world: World, manager: PageClient
) -> None:
    page = world.browser().open(invite(manager))
    assert facts(page) == ["Kari Nygård", "Kyst", "Observer", "26 Nov 2026, 13:00"]
    assert "Reads everything about the cluster, drafts too" in page.text
    assert "Hemmelig" not in page.text
    assert page.all("a", href="/clusters/kyst") == []


def test_a_new_person_makes_an_account_and_signs_in_with_it(world: World, manager: PageClient) -> None:
    browser = world.browser(language="nb")
    address = invite(manager, role="contributor")
    form = browser.open(address).one("form", action=f"{address}/accept")
    sent = {**fields(form), "name": "Åse Berg", "password": PASSWORD}
    following = browser.send(form["action"], sent)
    assert following == "/sign-in?next=%2Fclusters%2Fkyst"
    page = browser.open(following)
    assert page.one(role="status").text.startswith("Kontoen din er klar.")
    sent = {**fields(page.one("form", action="/sign-in")), "email": "ase@example.org", "password": PASSWORD}
    assert browser.send("/sign-in", sent) == KYST
    assert browser.open(KYST).one("html")["lang"] == "nb"
    assert browser.open(f"{KYST}/members").named("people-table").rows()[-1][1] == "Bidragsyter"
    browser.open("/portfolio")
    assert browser.http.get("/programmes/north").status_code == 404


def test_what_is_wrong_with_a_new_account_is_said_beside_its_field_and_the_password_is_not_repeated(
    world: World, manager: PageClient
) -> None:
    address = invite(manager)
    page = world.browser().refused(f"{address}/accept", {"name": "", "password": "short"})
    assert page.named("new-name-error").text == "Please fill this in."
    assert page.named("new-password-error").text == "Use between 12 and 256 characters."
    page = world.browser().refused(f"{address}/accept", {"name": "Åse Berg", "password": "short"})
    assert (page.named("new-name")["value"], page.named("new-password")["value"]) == ("Åse Berg", "")


def test_a_person_with_an_account_signs_in_first_and_finds_the_invitation_again(
    world: World, manager: PageClient
) -> None:
    address, own = invite(manager), account(world)
    page = world.browser().open(address)
    (sign_in,) = [each["href"] for each in page.one("main").all("a")]
    key, secret = address.split("/")[2:]
    assert sign_in == f"/sign-in?next=%2Finvitations%2F{key}"
    assert secret not in sign_in
    page = own.open(f"/invitations/{key}")
    assert facts(page)[:2] == ["Kari Nygård", "Kyst"]
    assert own.send(page.one("form", action=f"/invitations/{key}/accept")["action"], {}) == KYST
    assert "You have accepted the invitation." in own.open(KYST).text
    assert own.send(f"/invitations/{key}/accept", {}) == KYST


def test_another_account_is_told_to_sign_in_as_the_right_one_without_its_whole_address(
    world: World, manager: PageClient
) -> None:
    address = invite(manager, email="hemmelig.person@example.org")
    other = account(world)
    page = other.open(address)
    assert "You are signed in as Åse Berg, and the invitation went to h…@example.org." in page.text
    assert "hemmelig" not in page.text
    assert page.all("form", action=f"{address}/accept") == []
    assert other.http.post(f"{address}/accept").status_code == 403
    key = address.split("/")[2]
    assert GONE in other.open(f"/invitations/{key}", status=404).text


def test_a_closed_account_is_told_so_and_cannot_accept(world: World, manager: PageClient) -> None:
    account(world)
    operators.disable_user(world.store, "ase@example.org")
    address = invite(manager)
    page = world.browser().open(address)
    assert "The account with this e-mail address has been closed" in page.text
    assert world.browser().http.post(f"{address}/accept", data={"name": "A", "password": PASSWORD}).status_code == 403


def test_declining_takes_no_account(world: World, manager: PageClient) -> None:
    visitor, address = world.browser(), invite(manager)
    action = visitor.open(address).one("form", action=f"{address}/decline")["action"]
    assert visitor.send(action, {}) == "/"
    assert "You have declined the invitation." in visitor.open("/").text
    assert "No invitation is open." in manager.open(f"{KYST}/members").text


def test_a_link_that_is_good_no_more_reads_like_one_that_never_was(world: World, manager: PageClient) -> None:
    used, declined, withdrawn, replaced = (invite(manager, email=f"{name}@example.org") for name in "abcd")
    world.browser().send(f"{used}/accept", {"name": "A", "password": PASSWORD})
    world.browser().send(f"{declined}/decline", {})
    manager.send(f"/invitations/{withdrawn.split('/')[2]}/withdraw", {})
    manager.send(f"/invitations/{replaced.split('/')[2]}/resend", {})
    expired = invite(manager, email="e@example.org")
    world.clock.now += dt.timedelta(hours=72)
    key = replaced.split("/")[2]
    never = [f"/invitations/{'0' * 16}/{'0' * 64}", f"/invitations/{key}/{'0' * 64}", f"/invitations/{key}/x"]
    seen = set()
    for address in (used, declined, withdrawn, replaced, expired, *never):
        for answer in (world.browser().http.get(address), world.browser().http.post(f"{address}/accept")):
            assert answer.status_code == 404
            text = answer.text.replace(answer.headers["x-request-id"], "")
            seen.add(text.replace(f"{address}/accept", "").replace(address, ""))
    (page,) = seen
    assert GONE in page


PAST = {
    "en": {
        "accepted": "Accepted already You accepted it earlier, so there is nothing more to do. Go to Kyst Your",
        "ended": "Accepted already You accepted it earlier. The role that it gave you has ended since. Your roles",
        "declined": "Declined already You declined it. If you have changed your mind",
        "over": "This invitation is no longer valid It has expired, was taken back, or a newer one took its place.",
    },
    "nb": {
        "accepted": "Du har alt takket ja Rollen har du allerede, så du trenger ikke gjøre mer. Gå til Kyst Rollene",
        "ended": "Du har alt takket ja Rollen du fikk den gangen, er avsluttet siden. Rollene dine",
        "declined": "Du har alt takket nei Har du ombestemt deg",
        "over": "Denne invitasjonen gjelder ikke lenger Den er utløpt, trukket tilbake eller erstattet av en nyere.",
    },
}


def past(world: World, own: PageClient, address: str) -> str:
    """Return what the account that it was for reads, by the link and without it alike."""
    texts = {own.open(each).one("main").text for each in (address, address.rpartition("/")[0])}
    (text,) = texts
    # It is nobody else's to know, by the link or without it.
    other = world.browser(world.person(Role.READER, programme="north", name=f"Other {world.clock.now.timestamp()}"))
    for reader in (world.browser(), other):
        assert GONE in reader.open(address, status=404).text
    assert GONE in other.open(address.rpartition("/")[0], status=404).text
    return text


@pytest.mark.parametrize("language", ["en", "nb"])
def test_whoever_was_invited_reads_what_became_of_it(world: World, manager: PageClient, language: str) -> None:
    account(world)
    own = world.browser(operators.acting_as(world.store, "ase@example.org"), language)
    said = PAST[language]
    accepted = invite(manager)
    assert own.send(f"{accepted}/accept", {}) == KYST
    own = world.browser(operators.acting_as(world.store, "ase@example.org"), language)
    assert past(world, own, accepted).startswith(said["accepted"])
    assert own.open(accepted).one("main").one("a", href=KYST).text.endswith("Kyst")
    operators.remove_member(world.store, "ase@example.org", Role.OBSERVER, cluster="kyst", programme=None)
    own = world.browser(operators.acting_as(world.store, "ase@example.org"), language)
    assert past(world, own, accepted) == said["ended"]
    assert own.send(f"{accepted}/accept", {}) == accepted.rpartition("/")[0]
    replaced, withdrawn = invite(manager), invite(manager, role="contributor")
    manager.send(f"{withdrawn.rpartition('/')[0]}/withdraw", {})
    assert past(world, own, withdrawn).startswith(said["over"])
    late = invite(manager, role="contributor")
    world.clock.now += dt.timedelta(minutes=1)
    own.open(own.send(f"{late}/decline", {}))
    assert past(world, own, late).startswith(said["declined"])
    assert past(world, own, replaced).startswith(said["over"])
    assert own.open(f"/invitations/{'0' * 16}", status=404).one("h1").text != own.open(late).one("h1").text


def test_a_link_that_is_over_leads_a_visitor_to_their_roles(world: World, manager: PageClient) -> None:
    address = invite(manager)
    manager.send(f"{address.rpartition('/')[0]}/withdraw", {})
    page = world.browser().open(address, status=404)
    assert page.one("h1").text == "No longer valid"
    assert page.one("main").one("a", href="/account/roles").text == "Your roles, if you have accepted it already"


@pytest.mark.parametrize("step", ["", "/accept", "/decline"])
def test_the_link_is_told_to_no_other_address(world: World, manager: PageClient, step: str) -> None:
    address = invite(manager)
    http = world.browser().http
    answer = http.post(address + step) if step else http.get(address)
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert world.browser().http.get(f"/invitations/{'0' * 16}/{'0' * 64}").headers["referrer-policy"] == "no-referrer"
    assert manager.http.get(f"{KYST}/members").headers["referrer-policy"] == "same-origin"


def test_a_sign_in_carries_no_password_of_a_new_account(world: World, manager: PageClient) -> None:
    address = invite(manager)
    account(world)
    answer = world.browser().http.post(f"{address}/accept", data={"name": "Åse", "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in")
    assert PASSWORD not in answer.text


def test_whoever_has_no_role_is_told_kindly_what_to_do(world: World, manager: PageClient) -> None:
    own = account(world)
    page = own.open("/")
    assert "Welcome. You have no role yet" in page.text
    assert "an invitation to your e-mail address: ase@example.org." in page.text
    assert page.one("main").one("a", href="/help").text == "Help and contact"
    address = invite(manager)
    panel = own.open("/").one("section", aria_labelledby="offers-title")
    assert "Kyst: Observer. Invited by Kari Nygård" in panel.text
    assert panel.one("a")["href"] == f"/invitations/{address.split('/')[2]}"


def test_the_answer_to_who_invites_is_the_same_with_an_account_and_without(world: World, manager: PageClient) -> None:
    account(world, "known@example.org")
    account(world, "closed@example.org")
    operators.disable_user(world.store, "closed@example.org")
    seen = []
    for email in ("known@example.org", "nobody@example.org", "closed@example.org"):
        answer = manager.http.post(f"{KYST}/invitations", data={"email": email, "role": "observer", "until": ""})
        headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
        manager.open(f"{KYST}/members")
        rows = manager.open(f"{KYST}/members").named("invitation-table").rows()
        seen.append((answer.status_code, headers, answer.text, rows[0][1:]))
        manager.send(f"{_key(manager, email)}/withdraw", {})
    assert seen[0] == seen[1] == seen[2]


def _key(manager: PageClient, email: str) -> str:
    (row,) = [row for row in manager.open(f"{KYST}/members").named("invitation-table").all("tr") if email in row.text]
    return next(form["action"].removesuffix("/withdraw") for form in row.all("form") if "withdraw" in form["action"])


def test_to_invite_takes_as_long_with_an_account_and_without(world: World, manager: PageClient) -> None:
    spent: dict[str, list[float]] = {"known": [], "other": []}
    with world.store.writing():
        for number in range(200):
            operators.create_user(
                world.store, {"email": f"known-{number}@example.org", "name": "K"}, password_hash=None
            )
    for number in range(200):
        for kind in sorted(spent, reverse=bool(number % 2)):
            sent = {"email": f"{kind}-{number}@example.org", "role": "observer", "until": ""}
            # The processor's time, which is the same however much else the machine has to do.
            begun = time.process_time()
            assert manager.http.post(f"{KYST}/invitations", data=sent).status_code == 303
            spent[kind].append(time.process_time() - begun)
            _forget(world)
    ratio = statistics.median(spent["known"]) / statistics.median(spent["other"])
    assert 0.9 < ratio < 1.1


def _forget(world: World) -> None:
    """Make the invitations old, so that no limit is met."""
    with world.store.writing() as tx:
        tx.connection.execute(sa.delete(tables.invitations))


def test_a_link_leads_to_the_host_of_the_settings_whatever_host_the_request_names(manager: PageClient) -> None:
    forged, sent = {"Host": "evil.example", "Origin": ORIGIN}, {"email": "a@example.org", "role": "observer"}
    answer = manager.http.post(f"{KYST}/invitations", data=sent, headers=forged)
    assert answer.status_code == 400
    with manager.app.state.store.reading() as tx:
        kinds = tx.connection.execute(sa.select(tables.outbox.c.kind)).scalars().all()
    assert Kind.INVITED not in kinds
