"""Lists a page at a time: every item once, in order, whatever the size of the page."""

import base64
import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.usecases import clusters, operators
from tests.api.world import ApiWorld, answered, faults

# Each list, the name of its items, and what tells one item from another.
LISTS = {
    "/clusters": ("items", "slug"),
    "/assessments": ("items", "id"),
    "/clusters/kyst/assessments": ("items", "id"),
    "/frameworks": ("items", "version"),
    "/portfolio": ("clusters", "cluster"),
    "/portfolio/heatmap": ("rows", "cluster"),
    "/portfolio/indicators": ("items", "number"),
}
# Names that sort otherwise than their slugs, two of them equal but for capitals.
NAMES = ("Ålesund", "åsane", "zink", "Bergen", "bergen", "É", "ß", "\u00ad-", "😀", "2.0", "\U0010fffd")


@pytest.fixture
def filled(world: ApiWorld) -> ApiWorld:
    """A dozen clusters and assessments."""
    for at, name in enumerate(NAMES):
        raw = {"name": name, "slug": f"c{at}", "programme": "north"}
        clusters.register(world.store, operators.OPERATOR, raw)
    for _ in range(5):
        world.submit()
        world.start()
    return world


def walk(client: TestClient, path: str, limit: int) -> list[Any]:
    """Return every item of a list, page by page."""
    name = LISTS[path][0]
    found, cursor = [], None
    while True:
        page = answered(client.get(path, params={"limit": limit} | ({"cursor": cursor} if cursor else {})))
        assert len(page[name]) == limit or page["next"] is None
        found += page[name]
        cursor = page["next"]
        if cursor is None:
            return found
        assert page[name], "a page with nothing on it"


@pytest.mark.parametrize("path", LISTS)
def test_every_item_is_on_one_page(filled: ApiWorld, path: str) -> None:
    client, key = filled.as_("administrator" if "kyst" not in path else "manager"), LISTS[path][1]
    whole = walk(client, path, 200)
    assert len({each[key] for each in whole}) == len(whole) > 1
    for limit in (1, 2, 3, 7, len(whole) - 1, len(whole), len(whole) + 1):
        assert walk(client, path, limit) == whole


def test_without_a_limit_there_are_fifty(world: ApiWorld) -> None:
    for at in range(60):
        raw = {"name": f"C{at}", "programme": "north"}
        clusters.register(world.store, operators.OPERATOR, raw)
    first = answered(world.as_("owner").get("/clusters"))
    assert len(first["items"]) == 50
    second = answered(world.as_("owner").get("/clusters", params={"cursor": first["next"]}))
    assert (len(second["items"]), second["next"]) == (12, None)


def test_what_comes_and_goes_between_pages_moves_nothing_else(filled: ApiWorld) -> None:
    owner = filled.as_("owner")
    first = answered(owner.get("/clusters?limit=5"))
    clusters.register(filled.store, operators.OPERATOR, {"name": "A", "slug": "a", "programme": "north"})
    clusters.register(filled.store, operators.OPERATOR, {"name": "Z", "slug": "zz", "programme": "north"})
    second = answered(owner.get("/clusters", params={"cursor": first["next"]}))
    slugs = [each["slug"] for each in first["items"] + second["items"]]
    assert slugs == sorted({*slugs})
    assert ("a" in slugs, "zz" in slugs) == (False, True)


def test_a_cursor_reaches_no_further_than_its_bearer(filled: ApiWorld) -> None:
    cursor = answered(filled.as_("administrator").get("/clusters?limit=1"))["next"]
    listed = answered(filled.as_("manager").get("/clusters", params={"cursor": cursor}))
    assert [each["slug"] for each in listed["items"]] == ["kyst"]


def encoded(key: object) -> str:
    """Return anything in the clothes of a cursor."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


HOSTILE = [
    *("", "x", "====", "%", "a" * 2_001, "'; DROP TABLE clusters", "\u0000", "😀", "_-_-"),
    *map(encoded, ([], "kyst", {}, None, 1, [1], [None], [["kyst"]], [""], ["\u0000"], ["\ud800"], {"a": 1}, ["a", 1])),
    base64.urlsafe_b64encode(b"[" * 1_400).decode(),
    base64.urlsafe_b64encode(b"\xff\xfe").decode(),
]


@pytest.mark.parametrize("path", LISTS)
def test_what_is_no_cursor_is_refused(world: ApiWorld, path: str) -> None:
    manager = world.as_("manager")
    for cursor in HOSTILE:
        (fault,) = faults(manager.get(path, params={"cursor": cursor}))
        assert fault in {("cursor", "cursor"), ("cursor", "too-long")}, cursor


@pytest.mark.parametrize("limit", ["0", "201", "-1", "+5", "5.0", "1_0", " 5", "5e0", "٣", "x", "", "9" * 5_000])
def test_a_limit_is_a_plain_number_from_1_to_200(world: ApiWorld, limit: str) -> None:
    ((field, _code),) = faults(world.as_("manager").get("/clusters", params={"limit": limit}))
    assert field == "limit"


@pytest.mark.parametrize("path", LISTS)
def test_a_cursor_of_another_list_is_harmless(world: ApiWorld, path: str) -> None:
    manager = world.as_("manager")
    for key in (["kyst"], ["a", "b"], ["a", "b", "c"], ["\U0010ffff"], ["% _ ' \" \\ ;"], ["\ue000" * 200]):
        answered(manager.get(path, params={"cursor": encoded(key)}))
