"""Two people on the same card: both texts are shown, and neither is lost, whoever decides and whenever."""

from dataclasses import dataclass

import pytest
from playwright.sync_api import Locator, Page, expect

from app.domain.permissions import Actor
from app.domain.roles import Role
from app.usecases import assessments
from tests.frameworks import catalogues
from tests.journeys.conftest import OpenAs
from tests.pages.world import World

CARD = "A.1"


@dataclass
class Together:
    """Kari, in her browser, and Ola, who writes from elsewhere, on the same assessment."""

    world: World
    kari: Actor
    ola: Actor
    key: str

    @property
    def path(self) -> str:
        return f"/assessments/{self.key}/dimensions/boats"

    def ola_writes(self, note: str, level: int | None = 2, card: str = CARD) -> None:
        """Keep an answer of Ola's, on top of whatever is there."""
        store, frameworks = self.world.store, self.world.frameworks
        report = assessments.report(store, frameworks, self.ola, self.key)
        revision = report.assessment.answer(card).revision
        assessments.answer(store, frameworks, self.ola, self.key, card, {"level": level, "note": note}, revision)

    def kept(self, card: str = CARD) -> tuple[int | None, str]:
        """The answer as it is kept."""
        report = assessments.report(self.world.store, self.world.frameworks, self.kari, self.key)
        answer = report.assessment.answer(card)
        return answer.level, answer.note


@pytest.fixture
def together(world: World) -> Together:
    world.programme()
    world.cluster("havbruk")
    key = world.assessment("havbruk", {}, framework=catalogues.tiny(), submit=False).id
    kari = world.person(Role.MANAGER, cluster="havbruk", name="Kari")
    return Together(world, kari, world.person(Role.CONTRIBUTOR, cluster="havbruk", name="Ola"), key)


def card_of(page: Page, number: str = CARD) -> Locator:
    return page.locator(f'[data-card="{number}"]')


def save(page: Page, number: str = CARD) -> None:
    """Press Save where there is a button for it; with scripts the card saves itself."""
    button = card_of(page, number).get_by_role("button", name="Save", exact=False).last
    if button.is_visible():
        button.click()


@pytest.fixture(params=[True, False], ids=["scripts", "no-scripts"])
def page(request: pytest.FixtureRequest, together: Together, open_as: OpenAs) -> Page:
    return open_as(together.kari, together.path, java_script_enabled=request.param)


def clash(page: Page, together: Together) -> Locator:
    """Let Ola save while Kari writes."""
    together.ola_writes("Ola's words")
    card_of(page).get_by_label("Note and evidence").fill("Kari's words")
    save(page)
    conflict = card_of(page).locator(".conflict")
    expect(conflict).to_contain_text("Ola changed this answer")
    expect(conflict).to_contain_text("Ola's words")
    expect(conflict).to_contain_text("Kari's words")
    expect(card_of(page).get_by_label("Note and evidence")).to_have_value("Kari's words")
    return conflict


def test_my_text_can_be_kept(page: Page, together: Together) -> None:
    clash(page, together).get_by_role("button", name="Keep yours").click()
    expect(card_of(page).locator(".conflict")).to_have_count(0)
    expect(card_of(page).get_by_role("status").last).to_contain_text("Saved")
    assert together.kept() == (None, "Kari's words")


def test_their_text_can_be_kept(page: Page, together: Together) -> None:
    clash(page, together).get_by_role("button", name="Keep the saved one").click()
    expect(card_of(page).locator(".conflict")).to_have_count(0)
    expect(card_of(page).get_by_label("Note and evidence")).to_have_value("Ola's words")
    expect(card_of(page).get_by_role("radio", name="Level 2")).to_be_checked()
    assert together.kept() == (2, "Ola's words")


@pytest.mark.parametrize("choice", ["Keep yours", "Keep the saved one"])
def test_a_third_save_in_between_is_shown_before_anything_is_decided(
    page: Page, together: Together, choice: str
) -> None:
    conflict = clash(page, together)
    together.ola_writes("Ola's second thoughts", level=1)
    conflict.get_by_role("button", name=choice).click()
    expect(card_of(page).locator(".conflict")).to_contain_text("Ola's second thoughts")
    expect(card_of(page).locator(".conflict")).to_contain_text("Kari's words")
    assert together.kept() == (1, "Ola's second thoughts")
    card_of(page).get_by_role("button", name="Keep yours").click()
    expect(card_of(page).locator(".conflict")).to_have_count(0)
    assert together.kept() == (None, "Kari's words")


def test_a_card_that_i_never_touched_is_no_conflict(page: Page, together: Together) -> None:
    together.ola_writes("Ola's words", card="A.2")
    card_of(page).get_by_label("Note and evidence").fill("Kari's words")
    save(page)
    expect(card_of(page).get_by_role("status").last).to_contain_text("Saved")
    expect(page.locator(".conflict")).to_have_count(0)
    assert together.kept() == (None, "Kari's words")
    assert together.kept("A.2") == (2, "Ola's words")


def test_other_cards_are_saved_while_a_conflict_is_open(page: Page, together: Together) -> None:
    clash(page, together)
    card_of(page, "A.2").get_by_label("Note and evidence").fill("Another card")
    save(page, "A.2")
    expect(card_of(page, "A.2").get_by_role("status").last).to_contain_text("Saved")
    expect(card_of(page).locator(".conflict")).to_contain_text("Kari's words")
    expect(card_of(page).get_by_label("Note and evidence")).to_have_value("Kari's words")
    assert together.kept("A.2") == (None, "Another card")


def test_what_is_written_on_during_a_conflict_is_what_is_kept(together: Together, open_as: OpenAs) -> None:
    page = open_as(together.kari, together.path)
    conflict = clash(page, together)
    note = card_of(page).get_by_label("Note and evidence")
    note.press("End")
    note.press_sequentially(", and more")
    expect(conflict).to_contain_text("Kari's words, and more")
    conflict.get_by_role("button", name="Keep yours").click()
    expect(card_of(page).get_by_role("status")).to_contain_text("Saved")
    assert together.kept() == (None, "Kari's words, and more")


@pytest.mark.parametrize("who", ["kari", "ola"])
def test_the_last_answer_of_all_leads_on_to_submitting(together: Together, open_as: OpenAs, who: str) -> None:
    for card in ("A.2", "B.1"):
        together.ola_writes("Ola's words", level=1, card=card)
    page = open_as(getattr(together, who), together.path)
    done, following = page.locator("#done"), page.get_by_role("link", name="Go to the next unanswered")
    expect(following).to_be_visible()
    expect(done).to_be_hidden()
    card_of(page).get_by_role("radio", name="Level 1").check()
    expect(done).to_contain_text("Everything is answered")
    expect(page.get_by_role("link", name="next unanswered")).to_have_count(0)
    submit = done.get_by_role("link", name="Check and submit")
    expect(submit).to_have_count(1 if who == "kari" else 0)
    if who == "ola":
        expect(done).to_contain_text("once the cluster manager has submitted it")
        return
    submit.click()
    page.get_by_role("button", name="Submit").click()
    expect(page.get_by_role("status").first).to_contain_text("The assessment is submitted.")
    page.reload()
    expect(page.get_by_text("The assessment is submitted.")).to_have_count(0)
