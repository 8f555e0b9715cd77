"""The catalogues' words: complete in every language, each worded for its own place, every number the structure's."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from app.domain.framework import Framework, IndicatorWording
from tests.frameworks.catalogues import ecei, raw_indicators, tiny

WORDED = (ecei(), tiny())
PLACES = [(framework, indicator.number) for framework in WORDED for indicator in framework.indicators]
NAMES = [f"{framework.name} {number}" for framework, number in PLACES]
SPELLED_OUT = {
    "en": "zero two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty sixty "
    "hundred dozen half double twice percent",
    "nb": "null to tre fire fem seks sju syv åtte ni ti elleve tolv femten tjue tretti førti femti seksti "
    "hundre dusin halvparten halvannet dobbelt",
}
DIRECTIONS = {
    "_below": {"en": "less than|fewer than|under", "nb": "under|færre enn|mindre enn"},
    "_above": {"en": "more than", "nb": "mer enn|flere enn"},
    "_at_most": {"en": "at most", "nb": "høyst"},
}


def numbers(text: str) -> set[float]:
    """Return the numbers written in digits, with a decimal point or a decimal comma."""
    return {float(found.replace(",", ".")) for found in re.findall(r"\d+(?:[.,]\d+)?", text)}


def around(words: IndicatorWording) -> Iterator[tuple[str, str]]:
    """Yield every text of an indicator that is not a level's, with its place."""
    yield from (("name", words.name), ("question", words.question), ("measures", words.measures))
    yield from (("definitions", words.definitions), ("why", words.why))
    yield from ((f"evidence {place}", item) for place, item in enumerate(words.evidence))


def every_text(framework: Framework, language: str) -> Iterator[str]:
    """Yield every text of a catalogue in one language."""
    wording = framework.wording(language)
    yield from (wording.name, wording.about, *wording.levels.values())
    for dimension in wording.dimensions.values():
        yield from (dimension.name, dimension.about)
    for words in wording.indicators.values():
        yield from (text for _place, text in around(words))
        yield from words.levels.values()


@pytest.mark.parametrize(("framework", "number"), PLACES, ids=NAMES)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_every_id_is_worded_in_every_language(framework: Framework, number: str, language: str) -> None:
    wording = framework.wordings[language]
    words = wording.indicators[number]
    assert all(text.strip() for _place, text in around(words))
    assert list(words.levels) == list(framework.levels) == list(wording.levels)
    assert list(wording.dimensions) == [dimension.id for dimension in framework.dimensions]
    assert 1 <= len(words.evidence) <= 4


@pytest.mark.parametrize(("framework", "number"), PLACES, ids=NAMES)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_a_levels_text_has_exactly_the_numbers_of_its_figures(framework: Framework, number: str, language: str) -> None:
    figures = raw_indicators(framework)[number]["levels"]
    for level, text in framework.wordings[language].indicators[number].levels.items():
        assert numbers(text) == set(figures[level].values()), f"level {level}: {text}"


@pytest.mark.parametrize(("framework", "number"), PLACES, ids=NAMES)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_a_levels_text_says_in_words_which_way_each_figure_counts(
    framework: Framework, number: str, language: str
) -> None:
    for level, figures in raw_indicators(framework)[number]["levels"].items():
        text = framework.wordings[language].indicators[number].levels[level].lower()
        for figure in figures:
            for ending, words in DIRECTIONS.items():
                assert not figure.endswith(ending) or re.search(words[language], text), f"{figure}: {text}"


@pytest.mark.parametrize(("framework", "number"), PLACES, ids=NAMES)
def test_numbers_around_the_levels_are_figures_too_and_the_same_in_both_languages(
    framework: Framework, number: str
) -> None:
    raw = raw_indicators(framework)[number]
    known = set(raw.get("figures", {}).values()).union(*(figures.values() for figures in raw["levels"].values()))
    english, bokmal = (dict(around(framework.wordings[code].indicators[number])) for code in ("en", "nb"))
    assert english.keys() == bokmal.keys()
    for place, text in english.items():
        assert numbers(text) <= known, f"{place}: {text}"
        assert numbers(text) == numbers(bokmal[place]), f"{place}: {text} / {bokmal[place]}"


@pytest.mark.parametrize("number", [indicator.number for indicator in ecei().indicators])
def test_every_figure_of_an_indicator_is_used_in_its_texts(number: str) -> None:
    words = ecei().wordings["en"].indicators[number]
    used = set().union(*(numbers(text) for _place, text in around(words)))
    assert set(raw_indicators(ecei())[number].get("figures", {}).values()) <= used


@pytest.mark.parametrize("framework", WORDED, ids=lambda framework: framework.name)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_no_two_texts_are_alike(framework: Framework, language: str) -> None:
    texts = Counter(re.sub(r"\W+", " ", text).strip().lower() for text in every_text(framework, language))
    assert [text for text, count in texts.items() if count > 1] == []


@pytest.mark.parametrize("framework", WORDED, ids=lambda framework: framework.name)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_small_numbers_are_digits_and_not_words(framework: Framework, language: str) -> None:
    forbidden = set(SPELLED_OUT[language].split())
    for text in every_text(framework, language):
        assert not forbidden & set(re.findall(r"[^\W\d_]+", text.lower())), text


@pytest.mark.parametrize("framework", WORDED, ids=lambda framework: framework.name)
def test_each_language_writes_percent_and_decimals_its_own_way(framework: Framework) -> None:
    for text in every_text(framework, "en"):
        assert not re.search(r"\d\s+%|\d,\d", text), text
    for text in every_text(framework, "nb"):
        assert "%" not in text, text
        assert not re.search(r"\d\.\d", re.sub(r"WCAG 2\.1|1\.1\.0", "", text)), text


@pytest.mark.parametrize("number", [indicator.number for indicator in ecei().indicators])
@pytest.mark.parametrize("language", ["en", "nb"])
def test_a_descriptor_of_ecei_is_complete_in_itself_and_short_enough_to_compare(number: str, language: str) -> None:
    for text in ecei().wordings[language].indicators[number].levels.values():
        assert 8 <= len(text.split()) <= 34, text
        assert text[0].isupper() or text[0].isdigit()
        assert text.endswith(".")
        assert not re.search(r"\b(level|nivå|nivået)\b", text.lower()), text


@pytest.mark.parametrize("number", [indicator.number for indicator in ecei().indicators])
def test_british_spelling_is_kept(number: str) -> None:
    american = r"\b(organiz|programs?\b|center|catalog\b|labor\b|color|behavior|fulfill|specializ|analyz|prioritiz)"
    for _place, text in around(ecei().wordings["en"].indicators[number]):
        assert not re.search(american, text.lower()), text


@pytest.mark.parametrize("number", [indicator.number for indicator in ecei().indicators])
@pytest.mark.parametrize("language", ["en", "nb"])
def test_names_are_one_line_and_questions_end_in_a_question_mark(number: str, language: str) -> None:
    words = ecei().wordings[language].indicators[number]
    assert len(words.name) <= 75
    assert words.question.endswith("?")
    assert all(not item.endswith(".") for item in words.evidence)
    assert words.measures.endswith(".")
    assert words.definitions.endswith(".")
    assert words.why.endswith(".")
