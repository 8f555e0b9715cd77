"""The gap to Gold through the API, of the tiny standard: points 1, 2 and 3 a level, Gold at 8 of 12."""

from collections.abc import Mapping

import pytest

from tests.api.world import ApiWorld, answered, faults, refused

GAP = {
    *("assessment", "framework", "version", "basis", "indicative", "answered", "total", "points", "max_points"),
    *("percent", "points_to_gold", "verdict", "dimensions", "indicators"),
}


SHAPE = {
    "assessment": "id",
    "framework": "tiny",
    "version": "1.0",
    "basis": "claimed",
    "indicative": True,
    "answered": 2,
    "total": 3,
    "points": 1,
    "max_points": 12,
    "percent": 8.3,
    "points_to_gold": 7,
    "verdict": {
        "outcome": "incomplete",
        "reasons": [
            {
                "code": "incomplete",
                "indicators": ["B.1"],
                "message": "2 of 3 indicators are answered; a verdict needs all of them.",
            }
        ],
    },
    "dimensions": [
        {
            "id": "boats",
            "name": "Boats",
            "points": 1,
            "max_points": 6,
            "percent": 16.7,
            "benchmark_points": 4,
        },
        {
            "id": "harbour",
            "name": "Harbour",
            "points": 0,
            "max_points": 6,
            "percent": 0.0,
            "benchmark_points": 6,
        },
    ],
    "indicators": [
        {
            "number": "A.1",
            "name": "Seaworthy boats",
            "level": 1,
            "benchmark": 2,
            "gap": 1,
            "minimum": None,
            "below_minimum": False,
            "points": 1,
            "max_points": 2,
        },
        {
            "number": "A.2",
            "name": "Life jackets",
            "level": 0,
            "benchmark": 1,
            "gap": 1,
            "minimum": 1,
            "below_minimum": True,
            "points": 0,
            "max_points": 4,
        },
        {
            "number": "B.1",
            "name": "Berths",
            "level": None,
            "benchmark": 2,
            "gap": None,
            "minimum": None,
            "below_minimum": False,
            "points": 0,
            "max_points": 6,
        },
    ],
}


def gap(world: ApiWorld, levels: Mapping[str, int | None], query: str = "") -> dict[str, object]:
    """Answer these levels and return the gap."""
    draft = world.answer(world.start(), levels)
    found: dict[str, object] = answered(world.as_("manager").get(f"/assessments/{draft.id}/gap{query}"))
    return found | {"assessment": "id"}


def test_the_whole_shape_of_a_gap(world: ApiWorld) -> None:
    found = gap(world, {"A.1": 1, "A.2": 0})
    assert set(found) == GAP
    assert found == SHAPE


@pytest.mark.parametrize(
    ("levels", "outcome", "reasons"),
    [
        ((2, 1, 2), "gold", []),
        ((0, 1, 2), "gold", []),
        ((1, 1, 1), "not-gold", [("points", [])]),
        ((2, 0, 2), "not-gold", [("minimum", ["A.2"])]),
        ((0, 0, 0), "not-gold", [("points", []), ("minimum", ["A.2"]), ("eligibility", ["B.1"])]),
    ],
)
def test_a_verdict_has_every_reason(
    world: ApiWorld, levels: tuple[int, ...], outcome: str, reasons: list[tuple[str, list[str]]]
) -> None:
    verdict = gap(world, dict(zip(("A.1", "A.2", "B.1"), levels, strict=True)))["verdict"]
    assert isinstance(verdict, dict)
    assert verdict["outcome"] == outcome
    assert [(reason["code"], reason["indicators"]) for reason in verdict["reasons"]] == reasons


def test_names_and_reasons_are_in_the_language_asked_for(world: ApiWorld) -> None:
    draft = world.answer(world.start(), {"A.1": 0, "A.2": 0, "B.1": 0})
    manager, address = world.as_("manager"), f"/assessments/{draft.id}/gap"
    english, norwegian = (answered(manager.get(f"{address}?lang={language}")) for language in ("en", "nb"))
    assert [each["name"] for each in norwegian["indicators"]] == ["Sjødyktige båter", "Redningsvester", "Båtplasser"]
    assert [each["name"] for each in norwegian["dimensions"]] == ["Båter", "Havn"]
    said = [[reason["message"] for reason in each["verdict"]["reasons"]] for each in (english, norwegian)]
    assert said[0][1] == "Below the minimum on A.2 Life jackets, which alone prevents Gold."
    assert "A.2 Redningsvester" in said[1][1]
    assert not set(said[0]) & set(said[1])


def test_nothing_is_verified_yet(world: ApiWorld) -> None:
    manager, handed_in = world.as_("manager"), world.submit()
    refused(manager.get(f"/assessments/{handed_in.id}/gap?basis=verified"), 409, "not-verified")
    assert faults(manager.get(f"/assessments/{handed_in.id}/gap?basis=Claimed")) == [("basis", "choice")]
    answered(manager.get(f"/assessments/{handed_in.id}/gap?basis=claimed"))


def test_a_drafts_gap_is_its_own_clusters_business(world: ApiWorld) -> None:
    draft, handed_in = world.complete(), world.submit()
    for name in ("evaluator", "reader", "owner", "administrator"):
        refused(world.as_(name).get(f"/assessments/{draft.id}/gap"), 403, "role")
        answered(world.as_(name).get(f"/assessments/{handed_in.id}/gap"))
    refused(world.as_("neighbour").get(f"/assessments/{handed_in.id}/gap"), 404)
