"""Which language is chosen, and that sentences come out in it with their gaps filled."""

from pathlib import Path

import pytest

from app.web.language import Languages

PO = """
msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "%(n)s of %(total)s"
msgstr "{words}"
"""


@pytest.fixture
def languages(tmp_path: Path) -> Languages:
    (tmp_path / "nb.po").write_text(PO.format(code="nb", words="%(n)s av %(total)s"), encoding="utf-8")
    return Languages(tmp_path)


@pytest.mark.parametrize(
    ("asked", "chosen", "header", "expected"),
    [
        ("nb", "en", "en", "nb"),
        (None, "nb", "en", "nb"),
        (None, None, "nb-NO,nb;q=0.9,en;q=0.8", "nb"),
        (None, None, "en;q=0.5, no;q=0.7", "nb"),
        (None, None, "nn", "nb"),
        (None, None, "de, fr", "en"),
        (None, None, "nb;q=0, en", "en"),
        (None, None, "nb;q=x, de", "en"),
        (None, None, "", "en"),
        ("xx", None, "nb", "nb"),
        ("../../etc", None, "*", "en"),
    ],
)
def test_the_language_asked_for_wins_then_the_chosen_then_the_browsers(
    languages: Languages, asked: str | None, chosen: str | None, header: str, expected: str
) -> None:
    assert languages.choose(asked=asked, chosen=chosen, header=header) == expected


def test_a_sentence_fills_its_gaps_in_each_language(languages: Languages) -> None:
    params = {"n": 3, "total": 31}
    assert languages.say("nb", "%(n)s of %(total)s", params) == "3 av 31"
    assert languages.say("en", "%(n)s of %(total)s", params) == "3 of 31"
    assert languages.say("nb", "100 % sure", {}) == "100 % sure"


def test_a_third_language_is_a_file_and_no_code(languages: Languages, tmp_path: Path) -> None:
    (tmp_path / "nn.po").write_text(PO.format(code="nn", words="%(n)s av dei %(total)s"), encoding="utf-8")
    more = Languages(tmp_path)
    assert more.named == (("en", "English"), ("nb", "Norsk bokmål"), ("nn", "Norsk nynorsk"))
    assert more.choose(asked=None, chosen=None, header="nn-NO") == "nn"
    assert languages.codes == ("en", "nb")
