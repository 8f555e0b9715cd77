"""The standard through the API: open to everybody, with the standing of each number."""

import pytest
from starlette.testclient import TestClient

from app.domain.framework import Framework
from app.frameworks.reader import Frameworks
from app.main import create_app
from app.settings import Settings
from app.store.database import Store
from tests.api.world import PREFIX, ApiWorld, answered, refused
from tests.frameworks import catalogues

FRAMEWORK = {
    *("framework", "version", "digest", "name", "language", "levels", "gold", "eligibility", "dimensions", "sources"),
}
INDICATOR = {
    *("number", "name", "question", "measures", "definitions", "levels", "benchmark", "minimum", "weight", "evidence"),
    *("why", "standing", "source"),
}
LINE = {"framework", "version", "name", "released", "digest", "offered", "total", "languages"}


@pytest.fixture
def visitor(store: Store) -> TestClient:
    """Somebody without a token, where ECEI and the tiny standard are both there."""
    return TestClient(create_app(Settings(), store, catalogues.both()), base_url=f"http://testserver{PREFIX}")


def test_every_standard_is_listed_offered_or_not(visitor: TestClient) -> None:
    listed = answered(visitor.get("/frameworks"))
    assert listed["next"] is None
    assert all(set(each) == LINE for each in listed["items"])
    found = [(each["framework"], each["version"], each["offered"], each["total"]) for each in listed["items"]]
    assert found == [("ecei", "2013-150", False, 31), ("ecei", "2026.1", True, 31), ("tiny", "1.0", True, 3)]


@pytest.mark.parametrize("framework", [catalogues.ecei(), catalogues.preset(), catalogues.tiny()], ids=str)
@pytest.mark.parametrize("language", ["en", "nb"])
def test_every_number_and_word_of_a_standard_is_shown(visitor: TestClient, framework: Framework, language: str) -> None:
    found = answered(visitor.get(f"/frameworks/{framework.name}/{framework.version}?lang={language}"))
    assert set(found) == FRAMEWORK
    assert (found["digest"], found["language"]) == (framework.digest, language)
    assert found["gold"] == {"numerator": framework.gold.numerator, "denominator": framework.gold.denominator}
    assert [level["level"] for level in found["levels"]] == list(framework.levels)
    words = framework.wording(language)
    shown = [indicator for dimension in found["dimensions"] for indicator in dimension["indicators"]]
    assert [indicator["number"] for indicator in shown] == [indicator.number for indicator in framework.indicators]
    for indicator, kept in zip(shown, framework.indicators, strict=True):
        assert set(indicator) == INDICATOR
        assert indicator["name"] == words.indicators[kept.number].name
        assert (indicator["benchmark"], indicator["minimum"], indicator["weight"]) == (
            kept.benchmark,
            kept.minimum,
            kept.weight,
        )
        assert {"name", "levels", "minimum", "benchmark", "weight"} <= set(indicator["standing"])
        assert set(indicator["standing"].values()) <= {"official", "inferred", "ours", "none"}
        assert [each["text"] for each in indicator["levels"]] == [
            text for _level, text in sorted(words.indicators[kept.number].levels.items())
        ]
    gates = {each["indicator"]: each["level"] for each in found["eligibility"]}
    assert gates == {each.number: each.eligibility for each in framework.indicators if each.eligibility is not None}


def test_ecei_has_the_shape_and_gates_that_are_promised(visitor: TestClient) -> None:
    found = answered(visitor.get("/frameworks/ecei/2026.1"))
    assert found["gold"] == {"numerator": 4, "denominator": 5}
    assert [len(dimension["indicators"]) for dimension in found["dimensions"]] == [4, 10, 2, 12, 3]
    assert {each["indicator"]: each["level"] for each in found["eligibility"]} == {"1.1.2": 1, "2.2.1": 1}
    first = found["dimensions"][0]["indicators"][0]
    assert first["number"] == "1.1.0"
    assert [level["level"] for level in first["levels"]] == [0, 1, 2, 3, 4]
    codes = {code.strip() for source in first["source"].values() for code in source.split(",")}
    assert {code for code in codes if code.startswith("S")} <= set(found["sources"])


def test_a_framework_in_the_language_of_the_browser(visitor: TestClient) -> None:
    response = visitor.get("/frameworks/tiny/1.0", headers={"Accept-Language": "nn-NO, en;q=0.5"})
    assert (answered(response)["language"], response.headers["content-language"]) == ("nb", "nb")
    both = visitor.get("/frameworks/tiny/1.0?lang=en", headers={"Accept-Language": "nb"})
    assert answered(both)["language"] == "en"


@pytest.mark.parametrize("path", ["ecei/9", "x/1.0", "tiny/%00", "tiny/" + "1" * 101, "%F0%9F%98%80/1.0"])
def test_a_standard_that_there_is_not_is_not_found(visitor: TestClient, path: str) -> None:
    refused(visitor.get(f"/frameworks/{path}"), 404)


def test_a_token_is_neither_needed_nor_looked_at(world: ApiWorld, frameworks: Frameworks) -> None:
    client, total = world.visitor, len(frameworks.all)
    for header in ("Bearer nonsense", "Basic eDp5", ""):
        assert len(answered(client.get("/frameworks", headers={"Authorization": header}))["items"]) == total
