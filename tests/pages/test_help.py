"""Help and contact, for everybody: how to begin, whom to ask, the words one meets."""

import pytest
from starlette.testclient import TestClient

from app.domain.roles import Role
from app.main import create_app
from app.settings import Settings
from app.store.database import Store
from tests.pages.html import read
from tests.pages.world import World

LINES = 5
WORDS = 10


def test_the_help_is_open_to_everybody_and_linked_from_every_page(world: World) -> None:
    page = world.browser().open("/help")
    assert page.one("footer").one("a", href="/help").text == "Help and contact"
    begin = page.named("begin").all("details")
    assert [each.one("summary").text for each in begin] == [
        *("Cluster manager", "Contributor", "Observer", "Evaluator", "Programme owner", "Reader")
    ]
    assert [len(each.all("li")) for each in begin] == [LINES] * len(begin)
    assert len(page.named("words").all("dt")) == WORDS
    assert world.browser().open("/sign-in").one("footer").all("a", href="/help")


def test_whoever_is_signed_in_is_told_whom_to_ask_by_name_and_finds_the_own_role_open(world: World) -> None:
    world.programme(name="Nordlys")
    world.cluster("kyst", name="Kyst")
    world.person(Role.OWNER, programme="north", name="Per Moe")
    world.person(Role.MANAGER, cluster="kyst", name="Kari Nygård")
    observer = world.signed_in(Role.OBSERVER, cluster="kyst")
    page = observer.open("/help")
    asked = [each.text for each in page.named("contact").all("div")]
    assert asked == ["Kyst: Cluster managerKari Nygård", "Nordlys: Programme ownerPer Moe"]
    assert [each.one("summary").text for each in page.all("details") if "open" in each.attributes] == ["Observer"]
    assert "Per Moe" not in world.browser().open("/help").text


@pytest.mark.parametrize(
    ("contact", "url"),
    [
        ("hjelp@example.org", "mailto:hjelp@example.org"),
        ("https://example.org/help?from=goldgap", "https://example.org/help?from=goldgap"),
        ("", None),
    ],
)
def test_the_contact_of_the_settings_is_shown(store: Store, contact: str, url: str | None) -> None:
    http = TestClient(create_app(Settings(contact=contact), store))
    page = read(http.get("/help").text)
    links = [each["href"] for each in page.named("contact").all("a")]
    assert links == ([url] if url else [])
    for language, words in (
        ("en", "Those who run this service have given no address here. Ask the cluster manager of your cluster"),
        ("nb", "De som driver tjenesten, har ikke oppgitt noen adresse her. Be klyngelederen i klyngen din"),
    ):
        said = read(http.get(f"/help?lang={language}").text).named("contact").text
        assert (words in said) == (url is None)
