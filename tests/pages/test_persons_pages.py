"""One's own data on the pages: the name, the download, and the end of the account."""

import json

import pytest

from app.domain.roles import Role
from app.usecases import operators
from tests.pages.client import PageClient
from tests.pages.world import World


@pytest.fixture
def manager(world: World) -> PageClient:
    world.programme()
    world.cluster("kyst")
    return world.browser(world.person(Role.MANAGER, cluster="kyst", name="Kari Nygård"))


def test_the_account_leads_to_ones_data(manager: PageClient) -> None:
    assert [link for link in manager.open("/account").all("a") if link["href"] == "/account/data"]
    assert manager.open("/account/data").one(id="person-name")["value"] == "Kari Nygård"


def test_a_name_is_corrected_and_the_next_page_says_so(manager: PageClient) -> None:
    page = manager.open(manager.send("/account/data/name", {"name": "Kari Ny"}))
    assert "Your name is changed." in page.text
    assert page.one(id="person-name")["value"] == "Kari Ny"


def test_a_name_that_cannot_be_kept_stays_in_the_field_with_what_is_wrong(manager: PageClient) -> None:
    page = manager.refused("/account/data/name", {"name": " "})
    assert "Please fill this in." in page.text


def test_the_download_is_a_file_with_everything(manager: PageClient) -> None:
    answer = manager.http.post("/account/data/download")
    assert answer.headers["content-disposition"].startswith('attachment; filename="goldgap-your-data-2026-11-23.json"')
    data = json.loads(answer.content)
    assert data["person"]["name"] == "Kari Nygård"
    assert [role["role"] for role in data["memberships"]] == ["manager"]


def test_a_wrong_address_deletes_nothing(world: World, manager: PageClient) -> None:
    world.person(Role.MANAGER, cluster="kyst")
    page = manager.refused("/account/data/erase", {"email": "per@example.org"})
    assert "This is not the e-mail address of your account." in page.text
    assert page.one(id="erase-email")["value"] == "per@example.org"
    assert any(user.name == "Kari Nygård" for user in operators.users(world.store))


def test_deleting_the_account_signs_out_and_says_so(world: World, manager: PageClient) -> None:
    email = next(user.email for user in operators.users(world.store) if user.name == "Kari Nygård")
    world.person(Role.MANAGER, cluster="kyst")
    page = manager.open(manager.send("/account/data/erase", {"email": email}))
    assert "Your account is deleted." in page.text
    assert "Sign in" in page.text
    assert not [user for user in operators.users(world.store) if user.email == email]
    assert manager.http.get("/account").status_code == 303


def test_the_people_of_the_demo_stay_as_they_are(world: World) -> None:
    operators.create_user(world.store, {"email": "d@example.org", "name": "Demo", "is_demo": True}, password_hash=None)
    browser = world.browser(operators.acting_as(world.store, "d@example.org"))
    for address in ("/account/data", "/account/close"):
        page = browser.open(address)
        assert "invented" in page.text
        assert [form["action"] for form in page.one("main").all("form")] in ([], ["/account/data/download"])
    assert browser.http.post("/account/close", data={"email": "d@example.org"}).status_code == 403
    assert browser.http.post("/account/data/erase", data={"email": "d@example.org"}).status_code == 403
    assert browser.http.post("/account/data/name", data={"name": "Other"}).status_code == 403
