"""A problem document is of one language, its title and its detail alike."""

import pytest

from app.api.problems import TITLES
from app.usecases import accounts
from app.web.errors import STATUS
from app.web.language import Languages
from tests.api.world import ApiWorld

WORDS = {
    "en": ("Forbidden", "Your role does not allow this here."),
    "nb": ("Ikke tillatt", "Rollen din gir ikke rett til dette her."),
}


@pytest.mark.parametrize(
    ("account", "header", "query", "then"),
    [
        (None, "", "", "en"),
        ("nb", "", "", "nb"),
        ("nb", "en", "", "en"),
        ("en", "nb-NO, en;q=0.5", "", "nb"),
        ("en", "en", "?lang=nb", "nb"),
        ("nb", "nb", "?lang=en", "en"),
    ],
)
def test_title_and_detail_are_of_the_language_asked_for(
    world: ApiWorld, account: str | None, header: str, query: str, then: str
) -> None:
    if account:
        accounts.choose_language(world.store, world.actor("observer"), account)
    observer = world.as_("observer")
    headers = {"Accept-Language": header} if header else {}
    refused = observer.patch(f"/clusters/kyst{query}", json={"name": "X"}, headers={"If-Match": '"1"', **headers})
    assert (refused.status_code, refused.headers["content-language"]) == (403, then)
    problem = refused.json()
    assert (problem["title"], problem["detail"]) == WORDS[then]


def test_every_status_of_a_refusal_has_its_name_in_every_language() -> None:
    languages = Languages()
    assert set(STATUS.values()) <= set(TITLES)
    for title in TITLES.values():
        for language in languages.codes:
            assert (languages.say(language, title, {}) == title) == (language == "en")
