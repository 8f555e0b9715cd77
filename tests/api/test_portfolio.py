"""The portfolio through the API: what is counted, what is left out, and what is nobody else's business."""

import datetime as dt
from typing import Any

import pytest

from app.domain.lifecycle import Move
from app.domain.roles import TokenScope
from app.usecases import clusters, operators
from tests.api.world import ApiWorld, answered, faults, refused
from tests.make import make_framework

COUNTED = {"counted", "left_out", "basis", "framework", "as_of"}
CLUSTER = {"cluster", "name", "state", "answered", "points", "percent", "outcome"}
SPREAD = {"number", "n", "mean", "q1", "median", "q3", "below_benchmark", "below_minimum"}
LISTS = ("/portfolio", "/portfolio/indicators", "/portfolio/heatmap")


@pytest.fixture
def filled(world: ApiWorld) -> ApiWorld:
    """Kyst has gold, fjord a draft of its own, fjell, of another programme, no gold."""
    world.submit(world.kyst, {"A.1": 2, "A.2": 1, "B.1": 2})
    world.answer(world.start(world.fjord), {"A.1": 1, "A.2": 2})
    world.submit(world.fjell, {"A.1": 0, "A.2": 0, "B.1": 0})
    return world


def rows(found: dict[str, Any]) -> dict[str, tuple[object, ...]]:
    """Return each cluster's row without its name."""
    return {
        each["cluster"]: tuple(each[key] for key in sorted(CLUSTER - {"cluster", "name"})) for each in found["clusters"]
    }


def test_the_owner_sees_points_and_verdicts_but_no_draft(filled: ApiWorld) -> None:
    found = answered(filled.as_("owner").get("/portfolio"))
    assert set(found) == COUNTED | {"clusters", "next"}
    assert all(set(each) == CLUSTER for each in found["clusters"])
    assert (found["counted"], found["next"]) == (1, None)
    assert found["left_out"] == [{"cluster": "fjord", "reason": "draft"}]
    assert found["framework"] == {"framework": "tiny", "version": "1.0", "digest": make_framework().digest}
    assert (found["as_of"], found["basis"]) == ("2026-10-01T08:00:00Z", "claimed")
    assert rows(found) == {
        "fjord": (2, None, None, None, "draft"),
        "kyst": (3, "gold", 83.3, 10, "submitted"),
    }


def test_a_clusters_own_people_see_their_drafts_figures(filled: ApiWorld) -> None:
    found = answered(filled.as_("neighbour").get("/portfolio"))
    assert rows(found) == {"fjord": (2, "incomplete", 41.7, 5, "draft")}
    (row,) = answered(filled.as_("neighbour").get("/portfolio/heatmap"))["rows"]
    assert row["levels"] == [1, 2, None]


def test_a_cluster_without_an_assessment_is_listed(filled: ApiWorld) -> None:
    found = answered(filled.as_("administrator").get("/portfolio"))
    assert rows(found)["alene"] == (0, None, None, None, None)
    assert {"cluster": "alene", "reason": "none"} in found["left_out"]
    assert [each["cluster"] for each in found["clusters"]] == ["alene", "fjell", "fjord", "kyst"]


def test_the_spread_of_each_indicator(filled: ApiWorld) -> None:
    found = answered(filled.as_("administrator").get("/portfolio/indicators"))
    assert set(found) == COUNTED | {"items", "next"}
    assert all(set(each) == SPREAD for each in found["items"])
    assert found["items"] == [
        {**dict(zip(("number", "n", "mean", "q1", "median", "q3"), values, strict=True)), **below}
        for values, below in (
            (("A.1", 2, 1.0, 0.5, 1.0, 1.5), {"below_benchmark": 1, "below_minimum": 0}),
            (("A.2", 2, 0.5, 0.25, 0.5, 0.75), {"below_benchmark": 1, "below_minimum": 1}),
            (("B.1", 2, 1.0, 0.5, 1.0, 1.5), {"below_benchmark": 1, "below_minimum": 0}),
        )
    ]


def test_the_heat_map_hides_the_cells_of_a_draft(filled: ApiWorld) -> None:
    found = answered(filled.as_("owner").get("/portfolio/heatmap"))
    assert set(found) == COUNTED | {"indicators", "rows", "next"}
    assert found["indicators"] == ["A.1", "A.2", "B.1"]
    assert found["rows"] == [
        {"cluster": "fjord", "name": "Fjord", "levels": [None, None, None]},
        {"cluster": "kyst", "name": "Kyst", "levels": [2, 1, 2]},
    ]


def test_where_nothing_is_counted_there_is_no_spread(world: ApiWorld) -> None:
    found = answered(world.as_("owner").get("/portfolio/indicators"))
    assert (found["counted"], found["items"]) == (0, [])
    assert [each["reason"] for each in found["left_out"]] == ["none", "none"]


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("programme=north", ["fjord", "kyst"]),
        ("programme=south", ["fjell"]),
        ("programme=west", []),
        ("programme=", ["alene", "fjell", "fjord", "kyst"]),
        ("region=Agder", ["fjord"]),
        ("sector=fish", ["fjord"]),
        ("level=gce", ["fjord"]),
        ("level=gce&region=Vestland", []),
        ("region=Agder&programme=north&sector=fish&basis=claimed&framework=tiny/1.0", ["fjord"]),
    ],
)
def test_a_portfolio_can_be_narrowed(filled: ApiWorld, query: str, listed: list[str]) -> None:
    changes = {"region": "Agder", "sector": "fish", "level": "gce"}
    answered(filled.as_("neighbour").patch("/clusters/fjord", json=changes, headers={"If-Match": '"1"'}))
    administrator = filled.as_("administrator")
    assert [each["cluster"] for each in answered(administrator.get(f"/portfolio?{query}"))["clusters"]] == listed
    assert [each["cluster"] for each in answered(administrator.get(f"/portfolio/heatmap?{query}"))["rows"]] == listed
    spread = answered(administrator.get(f"/portfolio/indicators?{query}"))
    assert spread["counted"] == sum(cluster in {"kyst", "fjell"} for cluster in listed)


def test_what_belongs_to_another_round_basis_or_framework_is_left_out(filled: ApiWorld) -> None:
    raw = {"name": "Spring 2027", "reference_date": "2027-03-31"}
    clusters.open_round(filled.store, operators.OPERATOR, "north", raw)
    reader = filled.as_("reader")
    for query, reason in (
        ("round=spring-2027", "other-round"),
        ("basis=verified", "not-verified"),
        ("framework=tiny/0.9", "other-framework"),
    ):
        found = answered(reader.get(f"/portfolio?{query}"))
        assert {"cluster": "kyst", "reason": reason} in found["left_out"]
        assert (found["counted"], rows(found)["kyst"][1:4]) == (0, (None, None, None))
    filled.submit(filled.kyst, day=dt.date(2027, 3, 31))
    assert answered(reader.get("/portfolio?round=spring-2027"))["counted"] == 1


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("basis=both", ("basis", "choice")),
        ("basis=", ("basis", "choice")),
        ("framework=x", ("framework", "framework")),
        ("framework=tiny/9", ("framework", "framework")),
        ("framework=a/b/c", ("framework", "framework")),
        ("region=%00", ("region", "characters")),
        (f"sector={'a' * 201}", ("sector", "too-long")),
        ("limit=0", ("limit", "too-small")),
        ("limit=201", ("limit", "too-large")),
        ("limit=ten", ("limit", "number")),
        ("cursor=x", ("cursor", "cursor")),
        ("programm=north", ("query", "unknown")),
        ("region=a&region=b", ("query", "twice")),
    ],
)
def test_what_cannot_narrow_is_refused(world: ApiWorld, path: str, query: str, expected: tuple[str, str]) -> None:
    assert faults(world.as_("owner").get(f"{path}?{query}")) == [expected]


@pytest.mark.parametrize("path", LISTS)
def test_a_portfolio_takes_its_own_scope(world: ApiWorld, path: str) -> None:
    answered(world.as_("owner", TokenScope.PORTFOLIO).get(path))
    for scope in set(TokenScope) - {TokenScope.PORTFOLIO}:
        refused(world.as_("owner", scope).get(path), 403, "scope")
    refused(world.visitor.get(path), 401)


def test_who_only_evaluates_has_an_empty_portfolio(filled: ApiWorld) -> None:
    found = answered(filled.as_("evaluator").get("/portfolio"))
    assert (found["counted"], found["left_out"], found["clusters"]) == (0, [], [])


def test_what_was_taken_back_is_counted_no_more(filled: ApiWorld) -> None:
    handed_in = filled.submit(filled.kyst, day=dt.date(2026, 12, 31))
    assert answered(filled.as_("owner").get("/portfolio"))["counted"] == 1
    filled.move(handed_in, Move.WITHDRAW)
    found = answered(filled.as_("owner").get("/portfolio"))
    assert (found["counted"], rows(found)["kyst"][4]) == (1, "submitted")
