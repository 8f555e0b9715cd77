"""What an operator does from the command line: people, programmes, roles."""

import dataclasses
from typing import Any

import pytest

from app.domain.accounts import User
from app.domain.errors import Invalid, NotFound
from app.domain.permissions import Actor, Membership
from app.domain.roles import CLUSTER_ROLES, PROGRAMME_ROLES, Role
from app.usecases import operators
from tests.usecases.world import PEOPLE, World

SENT = {"email": " Kari@Example.org", "name": " Kari Nordmann "}


def create(world: World, *, password_hash: str | None = None, is_administrator: bool = False, **raw: object) -> User:
    sent = SENT | raw
    return operators.create_user(world.store, sent, password_hash=password_hash, is_administrator=is_administrator)


def test_a_person_is_created_and_listed_by_address(world: World) -> None:
    with world.one_line("created-user"):
        kari = create(world)
    assert kari == User(
        id=kari.id,
        email="kari@example.org",
        name="Kari Nordmann",
        language=None,
        is_administrator=False,
        is_disabled=False,
        is_demo=False,
    )
    listed = operators.users(world.store)
    assert kari in listed
    assert [user.email for user in listed] == sorted(user.email for user in listed)
    assert len(listed) == len(PEOPLE) + 1
    line = world.journal()[-1]
    assert (line.subject, line.by, line.after) == (kari.id, "operator", {"is_administrator": False})


def test_an_administrator_or_a_demo_person_is_created_as_such(world: World) -> None:
    admin = create(world, is_administrator=True)
    assert admin.is_administrator
    assert world.journal()[-1].after == {"is_administrator": True}
    assert operators.acting_as(world.store, admin.email).is_administrator
    demo = create(world, email="demo@example.org", is_demo=True)
    assert (demo.is_demo, demo.is_administrator) == (True, False)


@pytest.mark.parametrize(
    ("raw", "field", "code"),
    [
        ({"email": None}, "email", "required"),
        ({"email": "kari"}, "email", "email"),
        ({"email": "kari\x00@example.org"}, "email", "characters"),
        ({"email": "MANAGER@example.org"}, "email", "taken"),
        ({"name": ""}, "name", "required"),
        ({"name": "\u200b"}, "name", "required"),
        ({"name": 5}, "name", "text"),
    ],
    ids=ascii,
)
def test_a_person_who_cannot_be_created_is_refused(world: World, raw: dict[str, Any], field: str, code: str) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        create(world, **raw)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [(field, code)]


def test_a_person_is_disabled_and_stays_listed(world: World) -> None:
    with world.one_line("disabled-user"):
        user = operators.disable_user(world.store, "Manager@Example.org ")
    assert user.is_disabled
    assert user in operators.users(world.store)
    assert (world.journal()[-1].subject, world.journal()[-1].by) == ("manager", "operator")


@pytest.mark.parametrize("email", ["unknown@example.org", "manager@example.com"])
def test_nobody_is_found_by_an_address_that_nobody_has(world: World, email: str) -> None:
    with world.unchanged(), pytest.raises(NotFound):
        operators.disable_user(world.store, email)
    with pytest.raises(NotFound):
        operators.acting_as(world.store, email)
    with world.unchanged(), pytest.raises(NotFound):
        operators.add_member(world.store, email, Role.MANAGER, cluster="kyst", programme=None)
    with world.unchanged(), pytest.raises(NotFound):
        operators.remove_member(world.store, email, Role.MANAGER, cluster="kyst", programme=None)


@pytest.mark.parametrize("email", ["", "manager", "\x00@example.org", "\ud800@example.org"], ids=ascii)
def test_what_is_no_address_is_refused(world: World, email: str) -> None:
    with world.unchanged(), pytest.raises(Invalid):
        operators.disable_user(world.store, email)


def test_an_operator_acts_for_a_person_with_that_persons_roles(world: World) -> None:
    role = Membership(Role.MANAGER, cluster_id=world.kyst.id)
    actor = operators.acting_as(world.store, "MANAGER@example.org")
    assert actor == Actor("manager", "Manager", memberships=(role,))


def test_a_programme_is_created(world: World) -> None:
    with world.one_line("created-programme"):
        programme = operators.create_programme(world.store, {"name": " Nordisk ", "slug": "nordic"})
    assert (programme.name, programme.slug) == ("Nordisk", "nordic")
    line = world.journal()[-1]
    assert (line.subject, line.programme, line.by) == (programme.id, programme.id, "operator")


@pytest.mark.parametrize(
    ("raw", "field", "code"),
    [
        ({"name": None}, "name", "required"),
        ({"slug": None}, "slug", "required"),
        ({"slug": "Nordic"}, "slug", "slug"),
        ({"slug": "north"}, "slug", "taken"),
    ],
)
def test_a_programme_that_cannot_be_created_is_refused(
    world: World, raw: dict[str, object], field: str, code: str
) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        operators.create_programme(world.store, {"name": "Nordic", "slug": "nordic"} | raw)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [(field, code)]


@pytest.mark.parametrize("role", sorted(CLUSTER_ROLES))
def test_a_role_on_a_cluster_is_given_and_taken(world: World, role: Role) -> None:
    given = Membership(role, cluster_id=world.kyst.id)
    with world.one_line("added-member"):
        assert operators.add_member(world.store, "nobody@example.org", role, cluster="kyst", programme=None) == given
    assert world.actor("nobody").memberships == (given,)
    assert world.journal()[-1].after == dataclasses.asdict(given)
    with world.one_line("removed-member"):
        assert operators.remove_member(world.store, "nobody@example.org", role, cluster="kyst", programme=None) == given
    assert world.actor("nobody").memberships == ()
    assert world.journal()[-1].before == dataclasses.asdict(given)


@pytest.mark.parametrize("role", sorted(PROGRAMME_ROLES))
def test_a_role_on_a_programme_is_given_and_taken(world: World, role: Role) -> None:
    given = Membership(role, programme_id="programme-north")
    operators.add_member(world.store, "nobody@example.org", role, cluster=None, programme="north")
    assert world.actor("nobody").memberships == (given,)
    operators.remove_member(world.store, "nobody@example.org", role, cluster=None, programme="north")
    assert world.actor("nobody").memberships == ()


def test_a_role_given_again_is_no_fault_and_changes_nothing(world: World) -> None:
    with world.unchanged():
        operators.add_member(world.store, "manager@example.org", Role.MANAGER, cluster="kyst", programme=None)
    assert len(world.manager.memberships) == 1


def test_a_role_that_somebody_does_not_have_cannot_be_taken(world: World) -> None:
    for role, cluster, programme in (
        (Role.OBSERVER, "kyst", None),
        (Role.MANAGER, "fjord", None),
        (Role.OWNER, None, "north"),
    ):
        with world.unchanged(), pytest.raises(NotFound):
            operators.remove_member(world.store, "manager@example.org", role, cluster=cluster, programme=programme)


@pytest.mark.parametrize(
    ("role", "cluster", "programme"),
    [
        (Role.MANAGER, None, None),
        (Role.MANAGER, "", ""),
        (Role.MANAGER, "kyst", "north"),
        (Role.MANAGER, None, "north"),
        (Role.OBSERVER, None, "north"),
        (Role.CONTRIBUTOR, None, "north"),
        (Role.OWNER, "kyst", None),
        (Role.READER, "kyst", None),
        (Role.ADMINISTRATOR, "kyst", None),
        (Role.ADMINISTRATOR, None, "north"),
        (Role.ADMINISTRATOR, None, None),
    ],
)
def test_a_role_that_does_not_fit_its_place_is_refused(
    world: World, role: Role, cluster: str | None, programme: str | None
) -> None:
    for say in (operators.add_member, operators.remove_member):
        with world.unchanged(), pytest.raises(Invalid) as refused:
            say(world.store, "nobody@example.org", role, cluster=cluster, programme=programme)
        assert [(problem.field, problem.code) for problem in refused.value.problems] == [("role", "scope")]


@pytest.mark.parametrize(("cluster", "programme"), [("missing", None), (None, "missing")])
def test_a_place_that_there_is_not_is_not_found(world: World, cluster: str | None, programme: str | None) -> None:
    with world.unchanged(), pytest.raises(NotFound):
        operators.add_member(world.store, "nobody@example.org", Role.EVALUATOR, cluster=cluster, programme=programme)
