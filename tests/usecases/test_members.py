"""Who is who on a cluster and in a programme: what each may see of it, changing and taking roles, handing over."""

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.domain.errors import Conflict, Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.invitations import Standing
from app.domain.messages import Kind
from app.domain.permissions import VISITOR, Membership
from app.domain.roles import Role
from app.store import tables
from app.usecases import invitations, members, operators
from tests.make import NOW
from tests.store.kept import keep_person
from tests.usecases.people import accept, give, invite, mails, membership_id, roles
from tests.usecases.world import World

KYST = "cluster-kyst"
NORTH = "programme-north"
UNTIL = dt.datetime(2026, 10, 20, 22, tzinfo=dt.UTC)


def on_kyst(role: Role, until: dt.datetime | None = None) -> Membership:
    return Membership(role, cluster_id=KYST, until=until)


def seen(world: World, person: str, **place: str) -> dict[str, str | None]:
    """Return the people whom somebody sees, with the addresses that they are shown."""
    found = members.people(world.store, world.actor(person), **(place or {"cluster": "kyst"}))
    return {each.member.name: each.email for each in found.people}


def test_a_clusters_people_see_each_other_and_the_address_of_whom_they_may_invite_or_ask(world: World) -> None:
    everybody = {"Contributor", "Evaluator", "Manager", "Observer"}
    addresses = {name: f"{name.lower()}@example.org" for name in everybody}
    shown = {
        "manager": {"Manager", "Contributor", "Observer"},
        "contributor": {"Manager", "Contributor"},
        "observer": {"Manager", "Observer"},
        "reader": {"Manager"},
        "owner": {"Manager", "Evaluator"},
        "administrator": {"Manager", "Evaluator"},
    }
    for person, names in shown.items():
        found = seen(world, person)
        assert found == {name: addresses[name] if name in names else None for name in everybody}, person


def test_a_programmes_people_see_each_other_and_who_manages_its_clusters(world: World) -> None:
    give(world, "nobody", Membership(Role.MANAGER, cluster_id=world.fjord.id, until=UNTIL))
    expected = {"Owner": "owner@example.org", "Programme-evaluator": None, "Reader": "reader@example.org"}
    assert seen(world, "reader", programme="north") == expected
    found = members.people(world.store, world.actor("owner"), programme="north")
    assert all(each.email for each in found.people)
    managed = {each.cluster.slug: [(m.name, m.is_deputy) for m in each.managers] for each in found.managed}
    assert managed == {"fjord": [("Neighbour", False), ("Nobody", True)], "kyst": [("Manager", False)]}


@pytest.mark.parametrize(
    ("person", "place", "refusal"),
    [
        *(("evaluator", "cluster", NotPermitted), ("programme-evaluator", "cluster", NotPermitted)),
        *((each, "cluster", NotFound) for each in ("neighbour", "stranger", "nobody")),
        ("programme-evaluator", "programme", NotPermitted),
        *((each, "programme", NotFound) for each in ("manager", "observer", "evaluator", "stranger", "nobody")),
    ],
)
def test_others_see_nobody(world: World, person: str, place: str, refusal: type[Exception]) -> None:
    where = {"cluster": "kyst"} if place == "cluster" else {"programme": "north"}
    with pytest.raises(refusal):
        seen(world, person, **where)
    with pytest.raises(NotSignedIn):
        members.people(world.store, VISITOR, **where)


def test_open_invitations_are_shown_to_those_who_may_give_their_role_with_how_they_stand(world: World) -> None:
    give(world, "nobody", on_kyst(Role.MANAGER))
    invite(world, email="a@example.org", role="observer")
    world.clock.move(hours=73)
    invite(world, email="b@example.org", role="observer")
    invite(world, by="nobody", email="c@example.org", role="observer")
    invite(world, by="owner", email="d@example.org", role="evaluator")
    accept(world, invite(world, email="e@example.org"))
    members.remove(world.store, world.manager, membership_id(world, "nobody", Role.MANAGER))

    def shown(person: str) -> dict[str, Standing]:
        found = members.people(world.store, world.actor(person), cluster="kyst").invitations
        return {each.invitation.email[0]: each.standing for each in found}

    assert shown("manager") == {
        "a": Standing.EXPIRED,
        "b": Standing.WAITING,
        "c": Standing.LAPSED,
    }
    assert shown("owner") == {"d": Standing.WAITING}
    assert shown("contributor") == shown("observer") == shown("reader") == {}


CHANGES = [
    ("contributor", Role.CONTRIBUTOR, {"role": "manager"}, Role.MANAGER),
    ("contributor", Role.CONTRIBUTOR, {"role": "observer"}, Role.OBSERVER),
    ("observer", Role.OBSERVER, {"role": "contributor"}, Role.CONTRIBUTOR),
    ("observer", Role.OBSERVER, {"role": "deputy", "until": "2026-10-20"}, {Role.OBSERVER, Role.MANAGER}),
]


@pytest.mark.parametrize(("person", "held", "raw", "then"), CHANGES)
def test_a_manager_changes_roles_and_the_person_is_told(
    world: World, person: str, held: Role, raw: dict[str, str], then: object
) -> None:
    key = membership_id(world, person, held)
    with world.one_line("changed-role"):
        members.change_role(world.store, world.manager, key, raw)
    assert roles(world, person) == {KYST: then}
    line = world.journal()[-1]
    assert (line.subject, line.by, line.cluster, line.before["role"]) == (person, "manager", KYST, held)
    ((to, about),) = mails(world, Kind.GAVE_ROLE)
    assert (to, about["place"]) == (f"{person}@example.org", "Kyst")


def test_the_same_role_again_changes_nothing(world: World) -> None:
    with world.unchanged():
        key = membership_id(world, "contributor", Role.CONTRIBUTOR)
        members.change_role(world.store, world.manager, key, {"role": "contributor"})


def test_a_deputys_time_is_made_longer_made_for_good_or_ended_early(world: World) -> None:
    give(world, "contributor", on_kyst(Role.MANAGER, UNTIL))
    for raw, then in (
        ({"role": "deputy", "until": "2026-12-01"}, on_kyst(Role.MANAGER, dt.datetime(2026, 12, 1, 23, tzinfo=dt.UTC))),
        ({"role": "manager"}, on_kyst(Role.MANAGER)),
        ({"role": "deputy", "until": "2026-10-20"}, on_kyst(Role.MANAGER, UNTIL)),
    ):
        members.change_role(world.store, world.manager, membership_id(world, "contributor", Role.MANAGER), raw)
        assert then in world.actor("contributor").memberships
    members.remove(world.store, world.manager, membership_id(world, "contributor", Role.MANAGER))
    assert world.actor("contributor").memberships == ()


def test_a_deputy_made_more_or_less_loses_the_last_day_that_still_stands_in_the_form(world: World) -> None:
    for role in (Role.MANAGER, Role.OBSERVER):
        give(world, "nobody", on_kyst(Role.MANAGER, UNTIL))
        key = membership_id(world, "nobody", Role.MANAGER)
        # Another day was typed there, and so was meant.
        with world.unchanged(), pytest.raises(Invalid) as refused:
            members.change_role(world.store, world.manager, key, {"role": role, "until": "2026-10-21"})
        assert [problem.code for problem in refused.value.problems] == ["no-deputy"]
        with world.one_line("changed-role"):
            members.change_role(world.store, world.manager, key, {"role": role, "until": "2026-10-20"})
        assert world.actor("nobody").memberships == (on_kyst(role),)
        members.remove(world.store, world.manager, membership_id(world, "nobody", role))
    key = membership_id(world, "contributor", Role.CONTRIBUTOR)
    with world.unchanged(), pytest.raises(Invalid):
        members.change_role(world.store, world.manager, key, {"role": "manager", "until": "2026-10-20"})


def test_a_role_is_taken_from_the_next_request_on_and_the_person_is_told(world: World) -> None:
    key = membership_id(world, "contributor", Role.CONTRIBUTOR)
    with world.one_line("removed-member"):
        members.remove(world.store, world.manager, key)
    assert world.actor("contributor").memberships == ()
    assert [to for to, _ in mails(world, Kind.TOOK_ROLE)] == ["contributor@example.org"]
    with world.unchanged(), pytest.raises(NotFound):
        members.remove(world.store, world.manager, key)


TAKERS: dict[tuple[str, Role], set[str]] = {
    ("contributor", Role.CONTRIBUTOR): {"manager"},
    ("observer", Role.OBSERVER): {"manager"},
    ("nobody", Role.MANAGER): {"manager", "owner", "administrator"},
    ("evaluator", Role.EVALUATOR): {"owner", "administrator"},
    ("reader", Role.READER): {"owner", "administrator"},
    ("programme-evaluator", Role.EVALUATOR): {"owner", "administrator"},
}
WORDS: dict[str, Callable[[World, str, str], object]] = {
    "look": lambda world, person, key: members.change(world.store, world.actor(person), key),
    "change": lambda world, person, key: members.change_role(world.store, world.actor(person), key, {"role": "x"}),
    "remove": lambda world, person, key: members.remove(world.store, world.actor(person), key),
}


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize(("whose", "role"), TAKERS)
def test_a_role_is_changed_and_taken_by_those_who_may_give_it_alone(
    world: World, whose: str, role: Role, word: str
) -> None:
    give(world, "nobody", on_kyst(Role.MANAGER))
    give(world, "stranger", Membership(Role.OBSERVER, cluster_id=world.fjord.id))
    key, about_programme = membership_id(world, whose, role), role is Role.READER or whose == "programme-evaluator"
    outside = {"neighbour", "stranger"} | ({"manager", "observer", "contributor"} if about_programme else set())
    for person in ("manager", "contributor", "observer", "owner", "administrator", "reader", "neighbour", "stranger"):
        if person in TAKERS[whose, role] or person == whose:
            continue
        with world.unchanged(), pytest.raises((NotFound, NotPermitted)) as refused:
            WORDS[word](world, person, key)
        assert isinstance(refused.value, NotFound if person in outside else NotPermitted), person
    with world.unchanged(), pytest.raises(NotPermitted) as own:
        WORDS[word](world, whose, key)
    assert own.value.code in {"own-role", "role"}
    taker = min(TAKERS[whose, role])
    if word == "change":
        with world.unchanged(), pytest.raises(Invalid):
            WORDS[word](world, taker, key)
        return
    WORDS[word](world, taker, key)


def test_nobody_changes_or_removes_themselves(world: World) -> None:
    give(world, "nobody", on_kyst(Role.MANAGER))
    for person, role in (("manager", Role.MANAGER), ("owner", Role.OWNER)):
        for word in WORDS.values():
            with world.unchanged(), pytest.raises(NotPermitted) as refused:
                word(world, person, membership_id(world, person, role))
            assert refused.value.code == "own-role"


def test_the_last_manager_is_neither_removed_nor_made_less(world: World) -> None:
    key = membership_id(world, "manager", Role.MANAGER)
    give(world, "nobody", on_kyst(Role.MANAGER, UNTIL))
    keep_person(world.store, "Former", on_kyst(Role.MANAGER), is_disabled=True)
    owner = world.actor("owner")
    assert members.change(world.store, owner, key).is_last
    with world.unchanged(), pytest.raises(Conflict) as refused:
        members.remove(world.store, owner, key)
    assert refused.value.code == "last-manager"
    with world.unchanged(), pytest.raises(Conflict):
        members.change_role(world.store, owner, key, {"role": "deputy", "until": "2026-10-20"})
    give(world, "nobody", on_kyst(Role.MANAGER))
    members.remove(world.store, owner, key)
    assert roles(world, "manager") == {}


def test_a_deputy_touches_no_manager_and_cannot_hand_over(world: World) -> None:
    deputy = give(world, "nobody", on_kyst(Role.MANAGER, UNTIL))
    with world.unchanged(), pytest.raises(NotPermitted):
        members.remove(world.store, deputy, membership_id(world, "manager", Role.MANAGER))
    for sentence in (
        lambda: members.hand_over(world.store, deputy, "kyst", {"to": "contributor", "becomes": "nothing"}),
        lambda: members.handing_over(world.store, deputy, "kyst"),
        lambda: invitations.hand_over(world.store, deputy, {"email": "a@b.no", "becomes": "nothing"}, cluster="kyst"),
    ):
        with world.unchanged(), pytest.raises(NotPermitted):
            sentence()
    for role in ("manager", "deputy"):
        with world.unchanged(), pytest.raises(Invalid):
            invite(world, by="nobody", role=role, until="2026-10-20")
    invite(world, by="nobody", role="observer")
    members.remove(world.store, deputy, membership_id(world, "contributor", Role.CONTRIBUTOR))


@pytest.mark.parametrize(("becomes", "then"), [("contributor", {KYST: Role.CONTRIBUTOR}), ("nothing", {})])
def test_a_manager_hands_over_to_a_colleague_both_at_once(world: World, becomes: str, then: object) -> None:
    _, heirs = members.handing_over(world.store, world.manager, "kyst")
    assert [heir.name for heir in heirs] == ["Contributor", "Observer"]
    with world.one_line("handed-over"):
        members.hand_over(world.store, world.manager, "kyst", {"to": "observer", "becomes": becomes})
    assert (roles(world, "observer"), roles(world, "manager")) == ({KYST: Role.MANAGER}, then)
    line = world.journal()[-1]
    assert (line.subject, line.before) == ("manager", {"role": "manager"})
    assert line.after == {"role": becomes, "to": "observer"}


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"to": "evaluator"}, "to"),
        ({"to": "neighbour"}, "to"),
        ({"to": "manager"}, "to"),
        ({"to": None}, "to"),
        ({"becomes": "manager"}, "becomes"),
        ({"becomes": "evaluator"}, "becomes"),
        ({"becomes": ""}, "becomes"),
        ({"to": "", "becomes": ""}, "to becomes"),
    ],
)
def test_a_cluster_is_handed_over_to_its_own_people_only(world: World, raw: dict[str, str], code: str) -> None:
    sent = {"to": "observer", "becomes": "nothing", **raw}
    with world.unchanged(), pytest.raises(Invalid) as refused:
        members.hand_over(world.store, world.manager, "kyst", sent)
    assert " ".join(problem.code for problem in refused.value.problems) == code


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        ({"email": "", "becomes": ""}, "required becomes"),
        ({"email": "Observer@example.org"}, "belongs"),
        ({"email": "manager@example.org"}, "own-address"),
    ],
)
def test_a_hand_over_by_mail_is_for_somebody_from_elsewhere(world: World, raw: dict[str, str], codes: str) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        invitations.hand_over(world.store, world.manager, {"becomes": "nothing", **raw}, cluster="kyst")
    assert " ".join(problem.code for problem in refused.value.problems) == codes
    # An evaluator is none of the cluster's own people, and not in the list.
    invitations.hand_over(
        world.store, world.manager, {"email": "evaluator@example.org", "becomes": "nothing"}, cluster="kyst"
    )


@pytest.mark.parametrize("person", ["observer", "contributor", "evaluator", "owner", "administrator", "reader"])
def test_nobody_but_the_manager_hands_over(world: World, person: str) -> None:
    with world.unchanged(), pytest.raises(NotPermitted):
        members.hand_over(world.store, world.actor(person), "kyst", {"to": "observer", "becomes": "nothing"})
    raw = {"email": "a@example.org", "becomes": "nothing"}
    with world.unchanged(), pytest.raises(NotPermitted):
        invitations.hand_over(world.store, world.actor(person), raw, cluster="kyst")


def test_handing_over_to_somebody_by_mail_takes_effect_when_they_accept(world: World) -> None:
    raw = {"email": "nobody@example.org", "becomes": "observer"}
    with world.one_line("invited"):
        invitations.hand_over(world.store, world.manager, raw, cluster="kyst")
    assert roles(world, "manager") == {KYST: Role.MANAGER}
    (sent,) = members.people(world.store, world.manager, cluster="kyst").invitations
    invitations.accept(world.store, world.actor("nobody"), sent.invitation.id, None, {}, "en")
    assert (roles(world, "nobody"), roles(world, "manager")) == ({KYST: Role.MANAGER}, {KYST: Role.OBSERVER})
    assert world.verbs()[-2:] == ["accepted-invitation", "handed-over"]


@pytest.mark.parametrize("becomes", ["observer", "nothing"])
def test_a_hand_over_says_so_and_whoever_gave_is_told_what_they_are_now(world: World, becomes: str) -> None:
    raw = {"email": "evaluator@example.org", "becomes": becomes}
    invitations.hand_over(world.store, world.manager, raw, cluster="kyst")
    ((_, about),) = mails(world)
    assert (about["role"], about["hands_over"]) == ("manager", "yes")
    invitations.accept(world.store, world.actor("evaluator"), about["invitation"], None, {}, "nb")
    ((to, told),) = mails(world, Kind.ANSWERED_INVITATION)
    assert (to, told["becomes"]) == ("manager@example.org", becomes)
    assert told["path"] == ("/" if becomes == "nothing" else "/clusters/kyst/members")


def test_a_hand_over_that_another_manager_sends_again_is_an_invitation_and_no_more(world: World) -> None:
    give(world, "nobody", on_kyst(Role.MANAGER))
    raw = {"email": "a@example.org", "becomes": "nothing"}
    invitations.hand_over(world.store, world.manager, raw, cluster="kyst")
    (sent,) = members.people(world.store, world.manager, cluster="kyst").invitations
    invitations.send_again(world.store, world.actor("nobody"), sent.invitation.id)
    (again,) = members.people(world.store, world.manager, cluster="kyst").invitations
    assert (again.invitation.giver_becomes, again.invitation.invited_by) == (None, "nobody")


def test_a_mail_that_did_not_get_through_is_shown(world: World) -> None:
    link = invite(world)
    invite(world, email="b@example.org")
    with world.store.writing() as tx:
        about_it = tables.outbox.c.about_id == link.id
        tx.connection.execute(sa.update(tables.outbox).where(about_it).values(failed_at=tx.now, failure="no such box"))
    found = members.people(world.store, world.manager, cluster="kyst").invitations
    assert {each.invitation.email: each.has_failed for each in found} == {
        "ase@example.org": True,
        "b@example.org": False,
    }


def test_those_to_be_asked_are_the_managers_and_owners_of_what_is_ones_own(world: World) -> None:
    def asked(person: str) -> dict[str, list[str]]:
        found = members.whom_to_ask(world.store, world.actor(person))
        return {place.about.name: [each.name for each in people] for place, people in found}

    assert asked("observer") == {"Kyst": ["Manager"], "Programme north": ["Owner"]}
    assert asked("reader") == {"Programme north": ["Owner"]}
    assert asked("nobody") == asked("administrator") == {}
    assert asked("evaluator") == asked("programme-evaluator") == {}


def test_a_role_remembers_since_when_it_is_held(world: World) -> None:
    world.clock.move(days=3)
    accept(world, invite(world))
    (since,) = [
        each.member.since
        for each in members.people(world.store, world.manager, cluster="kyst").people
        if each.member.email == "ase@example.org"
    ]
    assert since == NOW + dt.timedelta(days=3)
    with world.store.writing() as tx:
        tx.connection.execute(sa.update(tables.memberships).values(since=None))
    assert {each.member.since for each in members.people(world.store, world.manager, cluster="kyst").people} == {None}
    assert operators.users(world.store)
