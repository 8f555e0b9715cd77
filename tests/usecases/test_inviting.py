"""Who may invite whom to what, how many may be open and be sent, and who may send again or withdraw."""

import dataclasses

import pytest

from app.domain.errors import GoldgapError, Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.invitations import MOST_A_DAY, MOST_OPEN
from app.domain.permissions import VISITOR
from app.domain.roles import TokenScope
from app.usecases import invitations
from tests.usecases.people import invite, newest_link
from tests.usecases.world import World

ASE = "ase@example.org"
WHO_INVITES = {
    ("manager", "cluster"): {"observer", "contributor", "manager", "deputy"},
    ("owner", "cluster"): {"manager", "deputy", "evaluator"},
    ("administrator", "cluster"): {"manager", "deputy", "evaluator"},
    ("owner", "programme"): {"owner", "reader", "evaluator"},
    ("administrator", "programme"): {"owner", "reader", "evaluator"},
}
CHOICES = ("observer", "contributor", "manager", "deputy", "evaluator", "reader", "owner", "administrator", "", "root")
OUT_OF_REACH = {("neighbour", "cluster"), ("stranger", "cluster"), ("nobody", "cluster")} | {
    (person, "programme")
    for person in ("observer", "contributor", "manager", "evaluator", "neighbour", "stranger", "nobody")
}


@pytest.mark.parametrize("place", ["cluster", "programme"])
@pytest.mark.parametrize(
    "person",
    [
        *("observer", "contributor", "manager", "evaluator", "programme-evaluator", "reader", "owner"),
        *("administrator", "neighbour", "stranger", "nobody"),
    ],
)
def test_everybody_gives_what_the_table_says_and_nothing_more(world: World, person: str, place: str) -> None:
    for number, role in enumerate(CHOICES):
        raw = {"email": f"new-{number}@example.org", "role": role, "until": "2026-10-20" if role == "deputy" else ""}
        where = {"cluster": "kyst"} if place == "cluster" else {"programme": "north"}
        if role in WHO_INVITES.get((person, place), set()):
            with world.one_line("invited"):
                invitations.invite(world.store, world.actor(person), raw, **where)
            continue
        within = Invalid if (person, place) in WHO_INVITES else NotPermitted
        refusal: type[GoldgapError] = NotFound if (person, place) in OUT_OF_REACH else within
        with world.unchanged(), pytest.raises(refusal) as refused:
            invitations.invite(world.store, world.actor(person), raw, **where)
        assert type(refused.value) is refusal


def test_no_token_invites_whatever_its_scopes(world: World) -> None:
    for person in ("manager", "administrator"):
        actor = dataclasses.replace(world.actor(person), token_scopes=frozenset(TokenScope))
        with world.unchanged(), pytest.raises(NotPermitted) as refused:
            invitations.invite(world.store, actor, {"email": ASE, "role": "manager"}, cluster="kyst")
        assert refused.value.code == "scope"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"email": "manager@example.org"}, "own-address"),
        ({"email": " MANAGER@example.org"}, "own-address"),
        ({"email": "contributor@example.org"}, "has-role"),
        ({"email": "contributor@example.org", "role": "observer"}, "has-role"),
        ({"email": "nobody"}, "email"),
        ({"email": None}, "required"),
        ({"role": "deputy", "until": "2026-09-30"}, "deputy-day"),
        ({"role": "deputy", "until": ""}, "deputy-needs-day"),
        ({"role": "observer", "until": "2026-10-20"}, "no-deputy"),
    ],
)
def test_what_cannot_be_sent_is_refused(world: World, raw: dict[str, str], code: str) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        invitations.invite(world.store, world.manager, {"email": ASE, "role": "contributor", **raw}, cluster="kyst")
    assert [problem.code for problem in refused.value.problems] == [code]


def test_twenty_may_be_open_on_a_place_and_answered_ones_make_room(world: World) -> None:
    for number in range(MOST_OPEN):
        invite(world, email=f"person-{number}@example.org")
    with world.unchanged(), pytest.raises(Invalid) as refused:
        invite(world)
    assert [problem.code for problem in refused.value.problems] == ["too-many-open"]
    invite(world, email="person-3@example.org")
    with world.unchanged(), pytest.raises(Invalid):
        invitations.invite(world.store, world.actor("owner"), {"email": ASE, "role": "manager"}, cluster="kyst")
    invitations.invite(world.store, world.actor("owner"), {"email": ASE, "role": "manager"}, cluster="fjord")
    invitations.decline(world.store, VISITOR, *dataclasses.astuple(newest_link(world, "person-3@example.org")))
    invite(world)
    world.clock.move(hours=72)
    invite(world, email="later@example.org")


def test_a_person_sends_fifty_within_a_day_however_often_to_the_same_address(world: World) -> None:
    for _ in range(MOST_A_DAY):
        invite(world)
    with world.unchanged(), pytest.raises(Invalid) as refused:
        invite(world)
    assert [problem.code for problem in refused.value.problems] == ["too-many-today"]
    invitations.invite(world.store, world.actor("owner"), {"email": ASE, "role": "manager"}, cluster="kyst")
    world.clock.move(hours=24)
    invite(world)


def test_sending_again_and_withdrawing_are_for_whoever_may_give_the_role(world: World) -> None:
    link = invite(world)
    for sentence in (invitations.send_again, invitations.withdraw):
        for person in ("observer", "contributor", "evaluator", "reader", "owner", "administrator"):
            with world.unchanged(), pytest.raises(NotPermitted):
                sentence(world.store, world.actor(person), link.id)
        for person in ("neighbour", "stranger", "nobody"):
            for key in (link.id, "missing"):
                with world.unchanged(), pytest.raises(NotFound):
                    sentence(world.store, world.actor(person), key)
        with pytest.raises(NotSignedIn):
            sentence(world.store, VISITOR, link.id)
