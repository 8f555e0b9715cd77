"""Clusters through the API: list, register, show, change."""

import pytest

from tests.api.world import ApiWorld, answered, faults, refused

CLUSTER = {"slug", "name", "programme", "level", "region", "sector", "sharing", "revision", "updated_at"}
KYST = {
    "slug": "kyst",
    "name": "Kyst",
    "programme": "north",
    "level": "arena",
    "region": "Vestland",
    "sector": "sea",
    "sharing": "undecided",
    "revision": 1,
    "updated_at": "2026-10-01T08:00:00Z",
}


def test_a_cluster_is_shown_with_its_revision(world: ApiWorld) -> None:
    response = world.as_("observer").get("/clusters/kyst")
    assert answered(response) == KYST
    assert response.headers["etag"] == '"1"'


def test_an_owner_registers_a_cluster(world: ApiWorld) -> None:
    sent = {"name": "Havbruk Sør", "programme": "north", "region": "Agder"}
    response = world.as_("owner").post("/clusters", json=sent)
    made = answered(response, 201)
    assert set(made) == CLUSTER
    assert (made["slug"], made["region"], made["level"]) == ("havbruk-sor", "Agder", "")
    assert response.headers["location"] == "/api/v1/clusters/havbruk-sor"
    shown = world.as_("owner").get("/clusters/havbruk-sor")
    assert (answered(shown), shown.headers["etag"]) == (made, response.headers["etag"])


def test_an_administrator_registers_a_cluster_of_no_programme(world: ApiWorld) -> None:
    sent = {"name": "Fri", "slug": "helt-fri", "programme": None, "sector": None}
    made = answered(world.as_("administrator").post("/clusters", json=sent), 201)
    assert (made["slug"], made["programme"], made["sector"]) == ("helt-fri", None, "")


@pytest.mark.parametrize("name", ["manager", "observer", "contributor", "evaluator", "reader", "nobody"])
def test_nobody_else_registers_a_cluster(world: ApiWorld, name: str) -> None:
    client = world.as_(name)
    with world.nothing_changed():
        response = client.post("/clusters", json={"name": "Ny", "programme": "north"})
        # A programme that somebody cannot see is none to them.
        assert response.status_code == (403 if name == "reader" or response.status_code == 403 else 422)
        refused(client.post("/clusters", json={"name": "Ny"}), 403, "role")


def test_an_owner_registers_in_no_other_programme_and_in_none(world: ApiWorld) -> None:
    owner = world.as_("owner")
    with world.nothing_changed():
        for programme in ("south", "west"):
            assert faults(owner.post("/clusters", json={"name": "Ny", "programme": programme})) == [
                ("programme", "programme")
            ]
        refused(owner.post("/clusters", json={"name": "Ny"}), 403, "role")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": ""}, [("name", "required")]),
        ({"name": "  "}, [("name", "required")]),
        ({"name": "\u200b"}, [("name", "required")]),
        ({"name": "東京"}, [("slug", "required")]),
        ({"name": None}, [("name", "text")]),
        ({"name": ["Ny"]}, [("name", "text")]),
        ({"slug": "Ny"}, [("slug", "slug")]),
        ({"slug": "../x"}, [("slug", "slug")]),
        ({"slug": "kyst"}, [("slug", "taken")]),
        ({"slug": "fjell"}, [("slug", "taken")]),
        ({"slug": "a" * 61}, [("slug", "too-long")]),
        ({"region": "a\u0000"}, [("region", "characters")]),
        ({"sector": "a\nb"}, [("sector", "line")]),
        ({"id": "x"}, [("body", "unknown")]),
        ({"revision": 7}, [("body", "unknown")]),
    ],
)
def test_what_cannot_be_registered_is_told_by_field(
    world: ApiWorld, changes: dict[str, object], expected: list[tuple[str, str]]
) -> None:
    owner = world.as_("owner")
    with world.nothing_changed():
        assert faults(owner.post("/clusters", json={"name": "Ny", "programme": "north", **changes})) == expected


def test_a_change_leaves_the_rest_as_it_was(world: ApiWorld) -> None:
    world.clock.move(hours=1)
    response = world.as_("manager").patch(
        "/clusters/kyst", json={"name": " Kyst og hav ", "region": None}, headers={"If-Match": '"1"'}
    )
    changed = {"name": "Kyst og hav", "region": "", "revision": 2, "updated_at": "2026-10-01T09:00:00Z"}
    assert answered(response) == KYST | changed
    assert response.headers["etag"] == '"2"'


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"name": ""}, [("name", "required")]),
        ({"name": None}, [("name", "text")]),
        ({"region": 1, "sector": True}, [("region", "text"), ("sector", "text")]),
        ({"slug": "other"}, [("body", "unknown")]),
        ({"programme": "south"}, [("body", "unknown")]),
        ({"updated_at": "2026-01-01T00:00:00Z"}, [("body", "unknown")]),
        ([], [("body", "object")]),
    ],
)
def test_what_cannot_be_changed_is_told_by_field(
    world: ApiWorld, sent: object, expected: list[tuple[str, str]]
) -> None:
    manager = world.as_("manager")
    with world.nothing_changed():
        assert faults(manager.patch("/clusters/kyst", json=sent, headers={"If-Match": '"1"'})) == expected


@pytest.mark.parametrize(
    ("name", "slugs"),
    [
        ("manager", ["kyst"]),
        ("evaluator", ["kyst"]),
        ("owner", ["fjord", "kyst"]),
        ("stranger", ["fjell"]),
        ("administrator", ["alene", "fjell", "fjord", "kyst"]),
        ("nobody", []),
    ],
)
def test_the_list_has_what_is_within_reach_by_slug(world: ApiWorld, name: str, slugs: list[str]) -> None:
    listed = answered(world.as_(name).get("/clusters"))
    assert ([each["slug"] for each in listed["items"]], listed["next"]) == (slugs, None)
    assert all(set(each) == CLUSTER for each in listed["items"])


def test_the_list_can_be_had_from_a_moment_on(world: ApiWorld) -> None:
    moment = world.clock.move(hours=1).isoformat()
    owner = world.as_("owner")
    assert answered(owner.get("/clusters", params={"updated_since": moment}))["items"] == []
    answered(owner.patch("/clusters/fjord", json={"sector": "fish"}, headers={"If-Match": '"1"'}))
    found = answered(owner.get("/clusters", params={"updated_since": moment}))["items"]
    assert [each["slug"] for each in found] == ["fjord"]
