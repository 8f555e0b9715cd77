"""Separation of duty: nobody evaluates a cluster that they belong to, or about which they declared a conflict."""

from collections.abc import Callable

import pytest

from app.domain.errors import Conflict, GoldgapError, Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.lifecycle import Assessment
from app.domain.permissions import VISITOR, Actor, reach
from app.domain.roles import Permission, Role
from app.usecases import assessments, clusters, interests, operators
from tests.make import NOW, Clock
from tests.usecases.world import World

REASON = "I wrote the cluster's strategy last year."


def declare(
    world: World, person: str = "programme-evaluator", cluster: object = "kyst", reason: object = REASON
) -> str:
    interests.declare(world.store, world.actor(person), {"cluster": cluster, "reason": reason})
    return own(world, person).interests[0].id


def own(world: World, person: str = "programme-evaluator") -> interests.Declared:
    return interests.own(world.store, world.actor(person))


def sees(world: World, person: str, assessment: Assessment) -> bool:
    actor, slug = world.actor(person), assessment.cluster.slug
    found = {cluster.slug for cluster in clusters.listed(world.store, actor)}
    listed = {report.assessment.id for report in assessments.listed(world.store, world.frameworks, actor)}
    try:
        assessments.report(world.store, world.frameworks, actor, assessment.id)
        clusters.view(world.store, world.frameworks, actor, slug)
    except NotFound:
        assert slug not in found
        assert assessment.id not in listed
        return False
    assert slug in found
    assert assessment.id in listed
    return True


@pytest.mark.parametrize("person", ["evaluator", "programme-evaluator"])
def test_a_declared_conflict_takes_the_cluster_out_of_sight_and_no_other(world: World, person: str) -> None:
    submitted, other = world.submit(), world.submit(world.fjord)
    saw_other = person == "programme-evaluator"
    assert sees(world, person, submitted)
    with world.one_line("declared-conflict"):
        declare(world, person)
    assert not sees(world, person, submitted)
    assert sees(world, person, other) is saw_other
    (declared,) = own(world, person).interests
    assert (declared.user_id, declared.cluster, declared.reason) == (person, "Kyst", REASON)
    assert (declared.declared_at, declared.withdrawn_at, declared.is_open) == (NOW, None, True)
    assert [cluster.slug for cluster in own(world, person).clusters] == (["fjord"] if saw_other else [])
    line = world.journal()[-1]
    assert (line.subject, line.cluster, line.after) == (declared.id, "cluster-kyst", {"reason": REASON})
    everybody_else = {"evaluator", "programme-evaluator"} - {person}
    assert all(sees(world, each, submitted) for each in everybody_else)


def test_a_role_in_the_cluster_takes_the_evaluators_sight_of_it_away_at_once(world: World) -> None:
    submitted, other = world.submit(), world.submit(world.fjord)
    operators.add_member(world.store, "programme-evaluator@example.org", Role.OBSERVER, cluster="kyst", programme=None)
    within = reach(world.actor("programme-evaluator"), Permission.INTEREST_DECLARE)
    assert within.barred == {"cluster-kyst"}
    # What is left is the observer's own sight, which shows what is the cluster's own.
    assert sees(world, "programme-evaluator", submitted)
    assert sees(world, "programme-evaluator", other)
    assert [cluster.slug for cluster in own(world).clusters] == ["fjord"]
    operators.remove_member(
        world.store, "programme-evaluator@example.org", Role.OBSERVER, cluster="kyst", programme=None
    )
    assert {cluster.slug for cluster in own(world).clusters} == {"fjord", "kyst"}


@pytest.mark.parametrize("role", ["observer", "contributor", "manager"])
def test_nobody_is_made_evaluator_of_a_cluster_that_they_belong_to(world: World, role: str) -> None:
    email = f"{role}@example.org"
    with world.unchanged(), pytest.raises(Conflict) as refused:
        operators.add_member(world.store, email, Role.EVALUATOR, cluster="kyst", programme=None)
    assert refused.value.code == "own-cluster"
    assert str(refused.value) == "This person has a role in this cluster, so they cannot evaluate it."
    operators.add_member(world.store, email, Role.EVALUATOR, cluster="fjord", programme=None)
    operators.add_member(world.store, email, Role.EVALUATOR, cluster=None, programme="north")
    assert [cluster.slug for cluster in own(world, role).clusters] == ["fjord"]


def test_nobody_is_made_evaluator_of_a_cluster_about_which_they_declared_a_conflict(world: World) -> None:
    declare(world)
    email = "programme-evaluator@example.org"
    with world.unchanged(), pytest.raises(Conflict) as refused:
        operators.add_member(world.store, email, Role.EVALUATOR, cluster="kyst", programme=None)
    assert refused.value.code == "conflict-of-interest"
    assert "declared a conflict of interest" in str(refused.value)


def test_a_conflict_is_declared_once_and_only_about_what_one_evaluates(world: World) -> None:
    declare(world)
    for person, cluster in (
        *(("programme-evaluator", each) for each in ("kyst", "fjell", "missing", "\x00", None, "")),
        ("evaluator", "fjord"),
        *((each, "kyst") for each in ("manager", "owner", "administrator", "nobody")),
    ):
        with world.unchanged(), pytest.raises(Invalid) as refused:
            declare(world, person, cluster)
        assert [problem.field for problem in refused.value.problems] == ["cluster"]


@pytest.mark.parametrize("reason", [None, "", "  ", "x" * 1_001, "two\nlines", 5])
def test_a_conflict_needs_a_reason_in_a_line(world: World, reason: object) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        declare(world, reason=reason)
    assert [problem.field for problem in refused.value.problems] == ["reason"]


def test_who_declared_a_conflict_cannot_take_it_back_and_the_programmes_owner_can(world: World, clock: Clock) -> None:
    submitted = world.submit()
    interest_id = declare(world)
    lifted = clock.move(hours=1)
    for person, refusal in (
        ("programme-evaluator", NotFound),
        ("stranger", NotFound),
        ("manager", NotPermitted),
        ("evaluator", NotPermitted),
        ("reader", NotPermitted),
    ):
        with world.unchanged(), pytest.raises(refusal):
            interests.lift(world.store, world.actor(person), "north", interest_id, {"reason": "No longer so"})
    with world.unchanged(), pytest.raises(Invalid):
        interests.lift(world.store, world.actor("owner"), "north", interest_id, {"reason": ""})
    assert not sees(world, "programme-evaluator", submitted)
    with world.one_line("lifted-conflict"):
        interests.lift(world.store, world.actor("owner"), "north", interest_id, {"reason": "Three years ago"})
    assert sees(world, "programme-evaluator", submitted)
    assert [each.withdrawn_at for each in own(world).interests] == [lifted]
    line = world.journal()[-1]
    assert (line.by, line.before["reason"], line.after["reason"]) == ("owner", REASON, "Three years ago")
    with world.unchanged():
        interests.lift(world.store, world.actor("owner"), "north", interest_id, {"reason": "Again"})
    declare(world)
    assert not sees(world, "programme-evaluator", submitted)


@pytest.mark.parametrize("person", ["owner", "administrator"])
def test_who_could_lift_a_conflict_cannot_lift_their_own(world: World, person: str) -> None:
    email = f"{person}@example.org"
    operators.add_member(world.store, email, Role.EVALUATOR, cluster=None, programme="north")
    interest_id = declare(world, person)
    with world.unchanged(), pytest.raises(NotPermitted) as refused:
        interests.lift(world.store, world.actor(person), "north", interest_id, {"reason": "No longer so"})
    assert refused.value.code == "own-conflict"
    other = {"owner": "administrator", "administrator": "owner"}[person]
    interests.lift(world.store, world.actor(other), "north", interest_id, {"reason": "No longer so"})
    assert not own(world, person).interests[0].is_open


def test_the_programmes_owner_is_shown_the_conflicts_that_hold_about_its_clusters(world: World) -> None:
    def shown(person: str, programme: str = "north") -> list[tuple[str, str]]:
        found = clusters.view_programme(world.store, world.actor(person), programme).conflicts
        return [(each.person, each.cluster) for each in found]

    declare(world)
    second = declare(world, cluster="fjord")
    expected = [("Programme-evaluator", "Fjord"), ("Programme-evaluator", "Kyst")]
    assert sorted(shown("owner")) == sorted(shown("administrator")) == expected
    assert shown("reader") == []
    assert shown("administrator", "south") == []
    interests.lift(world.store, world.actor("administrator"), "north", second, {"reason": "A mistake"})
    assert shown("owner") == expected[1:]


CALLS: dict[str, Callable[[World, Actor], object]] = {
    "own": lambda world, actor: interests.own(world.store, actor),
    "declare": lambda world, actor: interests.declare(world.store, actor, {"cluster": "kyst", "reason": "r"}),
    "lift": lambda world, actor: interests.lift(world.store, actor, "north", "missing", {"reason": "r"}),
}


@pytest.mark.parametrize("call", CALLS)
def test_no_visitor_and_no_token_speaks_of_conflicts(world: World, call: str) -> None:
    with world.unchanged(), pytest.raises(NotSignedIn):
        CALLS[call](world, VISITOR)
    person = "owner" if call == "lift" else "programme-evaluator"
    with world.unchanged(), pytest.raises(GoldgapError) as refused:
        CALLS[call](world, world.token(person, "read", "write", "evaluate", "portfolio", "admin"))
    assert type(refused.value) in {NotPermitted, NotFound}
