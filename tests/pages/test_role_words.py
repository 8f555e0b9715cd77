"""What somebody is, put into the sentences that say it."""

import datetime as dt

import pytest

from app.domain.members import DEPUTY
from app.domain.messages import ABOUT, Kind
from app.domain.roles import Role
from app.pages import messages
from app.web.language import Languages

LANGUAGES = Languages()
AT = dt.datetime(2026, 10, 1, 8, 0, tzinfo=dt.UTC)
TELLING = [kind for kind in Kind if "role" in ABOUT[kind] or kind is Kind.INVITED]


@pytest.mark.parametrize("language", LANGUAGES.codes)
@pytest.mark.parametrize("kind", TELLING)
@pytest.mark.parametrize("role", [*Role, DEPUTY])
def test_no_sentence_says_for_whom_twice(language: str, kind: Kind, role: str) -> None:
    def say(message: str, **params: object) -> str:
        return LANGUAGES.say(language, message, params)

    for answer in ("accepted", "declined"):
        about = {"who": "Åse", "role": role, "place": "Kyst", "invitation": "x", "answer": answer}
        told = messages.told(kind, about, AT, language, say)
        sentences = [each for text in (told.title, *told.lines) for each in text.split(". ")]
        assert [each for each in sentences if each.split().count("for") > 1] == []
