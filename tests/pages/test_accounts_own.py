"""One's own account: tokens and language; and the start page of each kind of person."""

import pytest

from app.domain.roles import Role
from app.usecases import tokens
from tests.pages.world import World


@pytest.fixture(autouse=True)
def _places(world: World) -> None:
    world.programme()
    world.cluster("havbruk", name="Havbruk Sør")


def test_a_token_is_shown_once_and_works_until_it_is_revoked(world: World) -> None:
    browser = world.signed_in(Role.MANAGER, cluster="havbruk")
    page = browser.refused("/account/tokens", {"name": "Skript", "days": "30", "scopes": "read"}, status=201)
    secret = page.one("code", class_="secret").text
    assert tokens.by_token(world.store, secret).is_signed_in
    page = browser.open("/account/tokens")
    assert secret not in page.text
    browser.send(page.one("section", id="tokens").one("form")["action"], {})
    assert "revoked" in browser.open("/account/tokens").text


def test_a_refused_token_keeps_what_was_typed(world: World) -> None:
    browser = world.signed_in(Role.MANAGER, cluster="havbruk")
    page = browser.refused("/account/tokens", {"name": "", "days": "9000", "scopes": ["write"]})
    assert page.one("input", name="days")["value"] == "9000"
    assert [box["value"] for box in page.all("input", name="scopes") if "checked" in box.attributes] == ["write"]
    assert page.all("p", class_="field-error")


@pytest.mark.parametrize(
    ("role", "place", "scopes"),
    [
        (Role.OBSERVER, "cluster", ["read", "portfolio"]),
        (Role.MANAGER, "cluster", ["read", "write", "portfolio"]),
        (Role.EVALUATOR, "programme", ["read"]),
        (Role.OWNER, "programme", ["read", "write", "portfolio", "admin"]),
    ],
)
def test_a_token_is_offered_what_its_person_may_do(world: World, role: Role, place: str, scopes: list[str]) -> None:
    where = {"cluster": "havbruk"} if place == "cluster" else {"programme": "north"}
    page = world.signed_in(role, **where).open("/account/tokens")
    assert [box["value"] for box in page.all("input", name="scopes")] == scopes


def test_nobody_revokes_another_persons_token(world: World) -> None:
    owner = world.person(Role.MANAGER, cluster="havbruk")
    issued = tokens.issue(world.store, owner, {"name": "x", "days": 1, "scopes": ["read"]})
    world.signed_in(Role.MANAGER, cluster="havbruk").send(f"/account/tokens/{issued.token.id}/revoke", {}, 404)
    assert tokens.by_token(world.store, issued.secret).is_signed_in


def test_the_account_leads_to_each_of_its_pages(world: World) -> None:
    browser = world.signed_in(Role.MANAGER, cluster="havbruk")
    links = [link["href"] for link in browser.open("/account").one("ul", class_="entry-list").all("a")]
    pages = ["/account/security", "/account/sessions", "/account/tokens", "/account/messages", "/account/data"]
    assert links == pages
    for link in links:
        assert browser.open(link).one("nav", class_="breadcrumbs").one("a")["href"] == "/account"


def test_the_language_is_kept_in_the_account_and_in_the_browser(world: World) -> None:
    person = world.person(Role.MANAGER, cluster="havbruk")
    browser = world.browser(person)
    assert browser.send("/language", {"language": "nb", "next": "/account"}) == "/account"
    assert browser.open("/account").one("html")["lang"] == "nb"
    assert world.browser(person).open("/account").one("html")["lang"] == "nb"
    visitor = world.browser()
    visitor.send("/language", {"language": "nb", "next": "//evil.example"})
    assert visitor.open("/").one("html")["lang"] == "nb"
    visitor.send("/language", {"language": "tlh"}, 422)


@pytest.mark.parametrize(
    ("asked", "given"), [("no", "nb"), ("nn-NO", "nb"), ("de", "en"), ("da;q=0.9, nb;q=0.8", "nb")]
)
def test_a_browsers_languages_are_met_as_well_as_can_be(world: World, asked: str, given: str) -> None:
    assert world.browser(language=asked).open("/").one("html")["lang"] == given


def test_the_start_page_shows_each_person_their_own_work(world: World) -> None:
    world.assessment("havbruk", {"1.1.0": 2}, title="Høst 2026", submit=False)
    manager = world.signed_in(Role.MANAGER, cluster="havbruk").open("/")
    assert "Høst 2026" in manager.text
    assert "Go on answering" in manager.text
    owner = world.signed_in(Role.OWNER, programme="north").open("/")
    assert "Høst 2026" not in owner.text
    assert "See the portfolio" in owner.text
    evaluator = world.signed_in(Role.EVALUATOR, programme="north")
    assert "No cluster has submitted anything yet." in evaluator.open("/").text
    submitted = world.assessment(
        "havbruk", {i.number: 3 for i in world.frameworks.default.indicators}, title="Vår 2026"
    )
    page = evaluator.open("/")
    assert "Havbruk Sør: Vår 2026" in page.text
    assert "Høst 2026" not in page.text
    addresses = [link["href"] for link in page.one("article").all("a")]
    assert addresses == [f"/assessments/{submitted.id}{end}" for end in ("", "/dimensions/structure", "/gap")]


def test_somebody_without_a_role_is_told_so(world: World) -> None:
    person = world.person(Role.MANAGER, cluster="havbruk")
    browser = world.browser(person)
    with world.store.writing() as tx:
        tx.connection.exec_driver_sql("DELETE FROM memberships")
    assert "You have no role yet" in browser.open("/").text
