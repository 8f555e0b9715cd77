"""The JSON files: records under stable names, and what they were made from."""

from typing import Any

import pytest

from app.domain.roles import Role
from tests.pages.client import PageClient
from tests.pages.harbour import TINY, fill, leave_out
from tests.pages.world import World


@pytest.fixture
def owner(world: World) -> PageClient:
    fill(world)
    leave_out(world)
    return world.signed_in(Role.OWNER, programme="north")


def fetched(browser: PageClient, sheet: str, query: str = f"{TINY}&round=autumn-2026") -> dict[str, Any]:
    answer = browser.http.get(f"/portfolio/{sheet}.json?{query}")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-disposition"] == (
        f'attachment; filename="goldgap-portfolio-{sheet}-2026-11-23.json"'
    )
    found: dict[str, Any] = answer.json()
    assert list(found) == ["meta", "records"]
    return found


@pytest.mark.parametrize("sheet", ["clusters", "heatmap", "indicators"])
def test_it_says_what_it_was_made_from(world: World, owner: PageClient, sheet: str) -> None:
    tiny = world.frameworks.of("tiny", "1.0")
    assert fetched(owner, sheet)["meta"] == {
        "as_of": "2026-11-23T12:00:00Z",
        "framework": "tiny",
        "version": "1.0",
        "digest": tiny.digest,
        "basis": "claimed",
        "indicative": True,
        "filters": {"round": "autumn-2026"},
        "counted": 5,
        "left_out": [
            {"cluster": "graad", "name": "Graad", "reason": "draft"},
            {"cluster": "hummer", "name": "Hummer", "reason": "none"},
            {"cluster": "isbre", "name": "Isbre", "reason": "other-round"},
            {"cluster": "jolle", "name": "Jolle", "reason": "other-framework"},
        ],
    }


def test_each_cluster_is_a_record(owner: PageClient) -> None:
    records = {record["cluster"]: record for record in fetched(owner, "clusters")["records"]}
    assert records["ekko"] == {
        "cluster": "ekko",
        "name": "Ekko",
        "programme": "north",
        "level": "Arena",
        "region": "Nordland",
        "sector": "",
        "counted": True,
        "reason": None,
        "state": "submitted",
        "reference_date": "2026-09-30",
        "answered": 3,
        "total": 3,
        "points": 4,
        "max_points": 12,
        "percent": 33.3,
        "outcome": "not-gold",
    }
    draft = records["graad"]
    assert (draft["counted"], draft["reason"], draft["state"], draft["answered"]) == (False, "draft", "draft", 3)
    assert {draft[key] for key in ("points", "max_points", "percent", "outcome")} == {None}


def test_each_row_of_the_heat_map_is_a_record(owner: PageClient) -> None:
    records = fetched(owner, "heatmap")["records"]
    assert [record["cluster"] for record in records] == ["anker", "baug", "dokk", "ekko", "fjord"]
    assert records[2] == {"cluster": "dokk", "name": "Dokk", "A.1": 0, "A.2": 0, "B.1": 2}


def test_each_indicator_is_a_record(owner: PageClient) -> None:
    records = fetched(owner, "indicators")["records"]
    assert records[1] == {
        "number": "A.2",
        "name": "Life jackets",
        "n": 5,
        "mean": 1.2,
        "lowest": 0,
        "q1": 1.0,
        "median": 1.0,
        "q3": 2.0,
        "highest": 2,
        "benchmark": 1,
        "below_benchmark": 1,
        "below_benchmark_percent": 20.0,
        "minimum": 1,
        "below_minimum": 1,
        "below_minimum_percent": 20.0,
    }
    assert (records[0]["minimum"], records[0]["below_minimum"]) == (None, None)


def test_nothing_of_a_draft_leaves_with_any_file(owner: PageClient) -> None:
    drafts = [fetched(owner, sheet)["records"] for sheet in ("heatmap", "indicators")]
    assert "graad" not in str(drafts)
    assert {record["n"] for record in drafts[1]} == {5}
