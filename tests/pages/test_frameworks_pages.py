"""The catalogue's pages, which are open to everybody: everything in it is there, with how sure it is."""

import pytest

from app.domain.framework import Framework
from tests.pages.html import Element
from tests.pages.world import World

CATALOGUES = [("ecei", "2026.1"), ("ecei", "2013-150"), ("tiny", "1.0")]


def address(framework: Framework) -> str:
    return f"/frameworks/{framework.name}/{framework.version}"


def entries(page: Element) -> list[Element]:
    return [each for each in page.all("article") if each.has("catalogue-entry")]


def test_every_catalogue_is_listed_with_its_size(world: World) -> None:
    page = world.browser().open("/frameworks")
    found = {each.one("h2").text: each.all("p")[1].text for each in page.all("article")}
    assert found == {
        "European cluster excellence indicators (ECEI), 2026.1": (
            "31 indicators in 5 dimensions · Gold at 100 of 124 points · released 23 November 2026"
        ),
        "2013 point model (unconfirmed), 2013-150": (
            "31 indicators in 5 dimensions · Gold at 120 of 150 points · released 23 November 2026"
            " · not offered for new assessments"
        ),
        "Tiny harbour standard, 1.0": (
            "3 indicators in 2 dimensions · Gold at 8 of 12 points · released 15 January 2026"
        ),
    }


@pytest.mark.parametrize(("name", "version"), CATALOGUES)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_every_word_of_every_indicator_is_there(world: World, name: str, version: str, language: str) -> None:
    framework = world.frameworks.of(name, version)
    page = world.browser(language=language).open(address(framework))
    wording = framework.wording(language)
    found = entries(page)
    assert len(found) == framework.total
    for entry, indicator in zip(found, framework.indicators, strict=True):
        words = wording.indicators[indicator.number]
        assert entry.one("h3").text == f"{indicator.number} {words.name}"
        texts = (words.question, words.measures, words.definitions, words.why, *words.evidence, *words.levels.values())
        assert not [text for text in texts if " ".join(text.split()) not in entry.text]
    assert not [each for each in wording.dimensions.values() if each.about not in page.text]


@pytest.mark.parametrize(("name", "version"), CATALOGUES)
def test_every_number_says_how_sure_it_is_and_where_it_comes_from(world: World, name: str, version: str) -> None:
    framework = world.frameworks.of(name, version)
    page = world.browser().open(address(framework))
    for entry, indicator in zip(entries(page), framework.indicators, strict=True):
        numbers = next(each for each in entry.all("ul") if each.has("catalogue-entry__numbers"))
        kinds = ("weight", "benchmark", "minimum", "eligibility")
        expected = [indicator.standing[kind] for kind in kinds if indicator.standing.get(kind, "none") != "none"]
        assert [mark["data-standing"] for mark in numbers.all("span") if mark.has("standing-mark")] == expected
        assert f"Gold benchmark: level {indicator.benchmark}" in numbers.text
        assert ("Minimum for Gold" in numbers.text) == (indicator.minimum is not None)
    listed = {row.one("dt").text: row.one("dd").text for row in page.named("sources").all("div")}
    assert listed == dict(framework.sources)


def test_the_gold_rule_is_said_in_words(world: World) -> None:
    rule = world.browser().open("/frameworks/ecei/2026.1").named("gold")
    first, second, *gates = [item.text for item in rule.all("ol")[0].all("li")]
    assert first.startswith("At least 80 % of the points: 100 of 124. official")
    assert second == (
        "No answer below its minimum. 19 indicators have one; a level below it prevents Gold whatever the points."
    )
    assert [gate.split(":")[0] for gate in gates] == [
        "At least level 1 on 1.1.2 Number of committed cluster participants in total",
        "At least level 1 on 2.2.1 Human resources available for the cluster management",
    ]
    tiny = world.browser().open("/frameworks/tiny/1.0").named("gold").all("ol")[0]
    assert [item.text.split(".")[0] for item in tiny.all("li")][:2] == [
        "At least 66",
        "No answer below its minimum",
    ]


def test_how_sure_each_kind_of_number_is_is_counted(world: World) -> None:
    rows = world.browser().open("/frameworks/ecei/2026.1").named("sure-table").rows()
    dash = "\N{EN DASH}"
    assert rows == [
        ["Share of the points that Gold asks for", "1", dash, dash],
        ["Names", "29", "2", dash],
        ["Order and numbering", "29", "2", dash],
        ["Minimums for Gold", dash, "19", dash],
        ["Basic conditions of every label", "2", dash, dash],
        ["What each level asks for", dash, dash, "31"],
        ["Gold benchmark for each indicator", dash, dash, "31"],
        ["Weights", dash, dash, "31"],
    ]


def test_levels_without_words_are_not_made_up(world: World) -> None:
    page = world.browser().open("/frameworks/ecei/2013-150")
    assert not [each for each in page.all("ol") if each.has("catalogue-entry__levels")]
    assert "This catalogue is not offered for new assessments." in page.text
    assert "is not offered" not in world.browser().open("/frameworks/tiny/1.0").text


def test_it_leads_to_the_blank_form_and_to_the_json(world: World) -> None:
    browser = world.browser()
    page = browser.open("/frameworks/tiny/1.0")
    browser.open(page.one("a", href="/frameworks/tiny/1.0/form")["href"])
    answer = browser.http.get(page.one("a", href="/api/v1/frameworks/tiny/1.0")["href"])
    assert answer.json()["framework"] == "tiny"


def test_every_indicator_can_be_jumped_to(world: World) -> None:
    page = world.browser().open("/frameworks/ecei/2026.1")
    links = [each["href"] for each in page.named("glance").all("a")]
    assert links == [f"#{entry['id']}" for entry in entries(page)]
    assert links[0] == "#i-1-1-0"


def test_an_unknown_catalogue_is_not_there(world: World) -> None:
    world.browser().open("/frameworks/ecei/1999", 404)
    world.browser().open("/frameworks/moon/1.0", 404)


def test_about_says_what_is_official_and_what_is_not(world: World) -> None:
    page = world.browser().open("/about")
    for words in (
        "Only EUCLES and ESCA award labels",
        "It therefore shows no label, logo or certificate of theirs.",
        "The scale of levels, what each level asks for, the weights and the benchmark are ours.",
        "No invented profile is given to a real cluster's name.",
        "Młodzianowski 2023",
    ):
        assert words in page.text
    assert not page.all("img")
    footer = page.one("footer")
    assert [link["href"] for link in footer.all("a")] == [
        *("/help", "/about", "/privacy", "/accessibility"),
        "/docs",
    ]


def test_official_means_the_same_beside_a_number_and_on_the_page_about_goldgap(world: World) -> None:
    browser = world.browser()
    about = browser.open("/about")
    at_length = about.all("dl")[0].text
    beside = next(
        mark.text for mark in browser.open("/frameworks/ecei/2026.1").all("span") if mark.has("standing-mark")
    )
    for words in ("official", "Said by ESCA, EUCLES", "ECCP", "a labelled cluster", "in the literature"):
        assert words in at_length, words
        assert words in beside, words
    assert "most names and numbers of the indicators" in about.text


def test_the_gallery_is_there_in_development_alone(world: World) -> None:
    assert world.browser().open("/components").all(id="part-card")
    world.app.state.demo_sign_in = False
    world.browser().open("/components", 404)
