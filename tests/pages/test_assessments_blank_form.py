"""The blank form for paper: the whole of any catalogue, in each of its languages, for everybody."""

import pytest

from app.domain.framework import Framework
from tests.frameworks import catalogues
from tests.pages.world import World


@pytest.mark.parametrize(
    "framework", [catalogues.ecei(), catalogues.tiny(), catalogues.preset()], ids=lambda each: each.version
)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_every_question_is_there_with_a_box_for_each_level_and_room_for_a_note(
    world: World, framework: Framework, language: str
) -> None:
    page = world.browser().open(f"/frameworks/{framework.name}/{framework.version}/form?lang={language}")
    wording = framework.wording(language)
    assert wording.name in page.one("h1").text
    sheets = [each for each in page.all("article") if each.has("blank-form__indicator")]
    assert len(sheets) == framework.total
    for sheet, indicator in zip(sheets, framework.indicators, strict=True):
        words = wording.indicators[indicator.number]
        assert sheet.one("h3").text == f"{indicator.number} {words.name}"
        assert words.question in sheet.text
        assert len([box for box in sheet.all("span") if box.has("blank-form__box")]) == len(framework.levels)
        assert all(level in sheet.text for level in words.levels.values())
        assert len([room for room in sheet.all("p") if room.has("blank-form__note")]) == 1


def test_there_is_no_form_of_an_unknown_catalogue(world: World) -> None:
    world.browser().open("/frameworks/ecei/1.0/form", 404)
