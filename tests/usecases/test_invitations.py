"""Invitations: who may invite whom to what, how a link is used up, and what each answer does."""

import datetime as dt
import itertools

import pytest
import sqlalchemy as sa

from app.domain.accounts import Browser
from app.domain.errors import Conflict, Invalid, NotPermitted, NotSignedIn
from app.domain.invitations import NoLongerValid
from app.domain.messages import Kind
from app.domain.permissions import VISITOR, Membership
from app.domain.roles import Role
from app.store import keys, tables
from app.store.keys import digest
from app.usecases import clusters, departures, invitations, members, operators, sessions
from app.usecases.invitations import Reader
from tests.make import NOW
from tests.store.kept import keep_person
from tests.usecases.people import NEW, PASSWORD, Link, accept, give, invite, mails, membership_id, newest_link, roles
from tests.usecases.world import World

ASE = "ase@example.org"


def look(world: World, link: Link, person: str = "") -> Reader:
    actor = world.actor(person) if person else VISITOR
    return invitations.look(world.store, actor, link.id, link.secret).reader


def gone(world: World, link: Link, secret: str | None = "") -> None:
    """Fail unless the link reads as one that never was, whoever opens it and whatever they want."""
    own, store = link.secret if secret == "" else secret, world.store
    people = (VISITOR, world.actor("nobody"))
    with world.unchanged():
        for actor, key in itertools.product(people, (link.id, "0" * 16)):
            with pytest.raises(NoLongerValid) as refused:
                invitations.look(store, actor, key, own)
            assert str(refused.value) == (
                "This invitation is no longer valid. Ask the person who invited you for a new one."
            )
            with pytest.raises(NoLongerValid):
                invitations.accept(store, actor, key, own, NEW, "nb")
            with pytest.raises(NoLongerValid):
                invitations.decline(store, actor, key, own)


def test_a_new_person_gets_an_account_with_this_one_role_and_no_other_right(world: World) -> None:
    link = invite(world)
    assert look(world, link) is Reader.NEW
    accepted = accept(world, link)
    assert (accepted.place.about.name, accepted.is_new) == ("Kyst", True)
    (ase,) = [user for user in operators.users(world.store) if user.email == ASE]
    assert (ase.name, ase.language, ase.is_administrator, ase.is_disabled) == ("Åse Berg", "nb", False, False)
    actor = operators.acting_as(world.store, ASE)
    assert actor.memberships == (Membership(Role.CONTRIBUTOR, cluster_id=world.kyst.id),)
    assert [cluster.slug for cluster in clusters.listed(world.store, actor)] == ["kyst"]
    assert sessions.sign_in(world.store, {"email": ASE, "password": PASSWORD}, Browser("192.0.2.1")).user.id == ase.id
    assert world.verbs()[:3] == ["invited", "created-user", "accepted-invitation"]
    made, taken = world.journal()[1:3]
    assert (made.by, made.subject) == (ase.id, ase.id)
    assert (taken.by, taken.subject, taken.cluster) == (ase.id, link.id, world.kyst.id)
    assert taken.after == {"role": "contributor", "until": None, "user": ase.id}
    gone(world, link)


def test_an_account_made_by_an_operator_has_no_right_at_all(world: World) -> None:
    operators.create_user(world.store, {"email": ASE, "name": "Åse"}, password_hash=None)
    actor = operators.acting_as(world.store, ASE)
    assert actor.memberships == ()
    assert clusters.listed(world.store, actor) == []


def test_a_person_with_an_account_accepts_as_that_account_and_as_no_other(world: World) -> None:
    link = invite(world, email="nobody@example.org")
    assert look(world, link) is Reader.TO_SIGN_IN
    assert look(world, link, "neighbour") is Reader.ANOTHER
    assert look(world, link, "nobody") is Reader.INVITED
    with world.unchanged(), pytest.raises(NotSignedIn):
        accept(world, link)
    with world.unchanged(), pytest.raises(NotPermitted) as refused:
        accept(world, link, world.actor("neighbour"))
    assert refused.value.code == "another-account"
    with world.one_line("accepted-invitation"):
        assert not accept(world, link, world.actor("nobody")).is_new
    assert roles(world, "nobody") == {"cluster-kyst": Role.CONTRIBUTOR}
    assert all(user.name != NEW["name"] for user in operators.users(world.store))


def test_pressed_twice_the_second_time_finds_it_done(world: World) -> None:
    link = invite(world, email="nobody@example.org")
    accept(world, link, world.actor("nobody"))
    with world.unchanged():
        assert accept(world, link, world.actor("nobody")).place.about.slug == "kyst"
    with world.unchanged(), pytest.raises(NoLongerValid):
        accept(world, link, world.actor("neighbour"))


def test_the_account_it_is_for_needs_no_link_and_anybody_else_does(world: World) -> None:
    link = invite(world, email="nobody@example.org")
    without = Link(link.id, "")
    offer = invitations.look(world.store, world.actor("nobody"), without.id, None)
    assert (offer.reader, offer.invitation.inviter) == (Reader.INVITED, "Manager")
    with pytest.raises(NotSignedIn):
        invitations.look(world.store, VISITOR, link.id, None)
    for person in ("neighbour", "manager", "administrator"):
        with world.unchanged(), pytest.raises(NoLongerValid):
            invitations.accept(world.store, world.actor(person), link.id, None, NEW, "nb")
        with world.unchanged(), pytest.raises(NoLongerValid):
            invitations.decline(world.store, world.actor(person), link.id, None)
    invitations.accept(world.store, world.actor("nobody"), link.id, None, {}, "nb")
    assert roles(world, "nobody") == {"cluster-kyst": Role.CONTRIBUTOR}


@pytest.mark.parametrize("with_account", [False, True])
def test_declining_takes_no_account_and_the_inviter_is_told(world: World, *, with_account: bool) -> None:
    email = "nobody@example.org" if with_account else ASE
    link = invite(world, email=email)
    with world.one_line("declined-invitation"):
        invitations.decline(world.store, VISITOR, link.id, link.secret)
    gone(world, link)
    about = {
        "who": email,
        "by": "",
        "answer": "declined",
        "role": "contributor",
        "place": "Kyst",
        "path": "/clusters/kyst/members",
    }
    assert mails(world, Kind.ANSWERED_INVITATION) == [("manager@example.org", about)]
    assert world.actor("nobody").memberships == ()


def test_the_inviter_is_told_who_accepted(world: World) -> None:
    accept(world, invite(world))
    ((to, about),) = mails(world, Kind.ANSWERED_INVITATION)
    assert (to, about["who"], about["answer"]) == ("manager@example.org", "Åse Berg", "accepted")


def test_a_link_lives_for_72_hours_and_not_a_second_longer(world: World) -> None:
    link = invite(world)
    world.clock.move(hours=72, seconds=-1)
    assert look(world, link) is Reader.NEW
    world.clock.move(seconds=1)
    gone(world, link)


def test_only_the_newest_link_to_a_role_or_one_above_or_below_it_is_good(world: World) -> None:
    first, evaluating = invite(world), invite(world, by="owner", role="evaluator")
    lower = invite(world, role="observer")
    gone(world, first)
    second = invite(world)
    gone(world, lower)
    assert look(world, second) is look(world, evaluating) is Reader.NEW
    again = invitations.send_again(world.store, world.manager, second.id)
    assert again.about.slug == "kyst"
    third = newest_link(world, ASE)
    gone(world, second)
    assert look(world, third) is Reader.NEW
    accept(world, third)


def test_an_expired_invitation_is_sent_again_for_another_72_hours(world: World) -> None:
    link = invite(world)
    world.clock.move(hours=100)
    with world.one_line("invited-again"):
        invitations.send_again(world.store, world.manager, link.id)
    accept(world, newest_link(world, ASE))


def test_a_withdrawn_invitation_is_good_no_more_and_cannot_be_closed_twice(world: World) -> None:
    link = invite(world)
    with world.one_line("withdrew-invitation"):
        invitations.withdraw(world.store, world.manager, link.id)
    gone(world, link)
    for sentence in (invitations.withdraw, invitations.send_again):
        with world.unchanged(), pytest.raises(Conflict) as refused:
            sentence(world.store, world.manager, link.id)
        assert refused.value.code == "answered"


@pytest.mark.parametrize("secret", ["0" * 64, "x", "\ud800", "æ" * 64, "A" * 100_000], ids=range(5))
def test_a_guessed_secret_reads_as_an_invitation_that_never_was(world: World, secret: str) -> None:
    link = invite(world)
    gone(world, link, secret)
    other = invite(world, role="observer")
    gone(world, Link(link.id, other.secret))


def test_the_database_holds_no_secret_of_any_link(world: World) -> None:
    found = [invite(world, email=f"person-{number}@example.org") for number in range(10)]
    with world.store.reading() as tx:
        everything = repr([tx.connection.execute(sa.select(t)).all() for t in tables.metadata.sorted_tables])
        kept = set(tx.connection.execute(sa.select(tables.invitations.c.digest)).scalars())
    assert kept == {digest(link.secret) for link in found}
    assert not any(link.secret in everything for link in found)
    assert len({link.secret for link in found}) == 10


def test_a_link_outlives_a_new_key_for_links(world: World) -> None:
    link = invite(world)
    with world.store.writing() as tx:
        keys.add(tx, keys.Purpose.LINKS)
    assert look(world, link) is Reader.NEW


def test_a_higher_role_replaces_the_one_held_before(world: World) -> None:
    accept(world, invite(world, email="contributor@example.org", role="manager"), world.actor("contributor"))
    assert roles(world, "contributor") == {"cluster-kyst": Role.MANAGER}


def test_a_lower_role_that_was_offered_before_takes_nothing_away(world: World) -> None:
    link = invite(world, email="nobody@example.org", role="observer")
    give(world, "nobody", Membership(Role.MANAGER, cluster_id=world.kyst.id))
    accept(world, link, world.actor("nobody"))
    assert roles(world, "nobody") == {"cluster-kyst": Role.MANAGER}


def test_a_deputy_is_manager_up_to_the_end_of_the_last_day(world: World) -> None:
    accept(
        world,
        invite(world, email="contributor@example.org", role="deputy", until="2026-10-02"),
        world.actor("contributor"),
    )
    assert roles(world, "contributor") == {"cluster-kyst": {Role.MANAGER, Role.CONTRIBUTOR}}
    world.clock.now = dt.datetime(2026, 10, 2, 21, 59, 59, tzinfo=dt.UTC)
    assert roles(world, "contributor") == {"cluster-kyst": {Role.MANAGER, Role.CONTRIBUTOR}}
    world.clock.move(seconds=1)
    assert roles(world, "contributor") == {"cluster-kyst": Role.CONTRIBUTOR}


def test_a_deputy_is_invited_as_one_and_until_when(world: World) -> None:
    invite(world, email="contributor@example.org", role="deputy", until="2026-10-02")
    ((_, about),) = mails(world)
    assert (about["role"], about["day"]) == ("deputy", "2026-10-02")
    assert "hands_over" not in about


def test_a_deputy_whose_day_has_passed_before_the_answer_is_too_late(world: World) -> None:
    link = invite(world, role="deputy", until="2026-10-01")
    world.clock.now = dt.datetime(2026, 10, 1, 22, tzinfo=dt.UTC)
    gone(world, link)
    with world.unchanged(), pytest.raises(Conflict) as refused:
        invitations.send_again(world.store, world.manager, link.id)
    assert refused.value.code == "deputy-day"


def test_an_account_that_was_closed_cannot_accept(world: World) -> None:
    keep_person(world.store, "Former", is_disabled=True)
    link = invite(world, email="former@example.org")
    assert look(world, link) is Reader.DISABLED
    with world.unchanged(), pytest.raises(NotPermitted) as refused:
        accept(world, link)
    assert refused.value.code == "disabled"
    invitations.decline(world.store, VISITOR, link.id, link.secret)


@pytest.mark.parametrize("how", ["removed", "disabled", "closed", "demoted", "deputy"])
def test_an_invitation_lapses_when_who_sent_it_may_send_it_no_more(world: World, how: str) -> None:
    second = give(world, "nobody", Membership(Role.MANAGER, cluster_id=world.kyst.id))
    link = invite(world, by="nobody", role="manager")
    key = membership_id(world, "nobody", Role.MANAGER)
    match how:
        case "removed":
            members.remove(world.store, world.manager, key)
        case "disabled":
            operators.disable_user(world.store, "nobody@example.org")
        case "closed":
            departures.close_account(world.store, second, {"email": "nobody@example.org"})
        case "demoted":
            members.change_role(world.store, world.manager, key, {"role": "contributor"})
        case "deputy":
            members.change_role(world.store, world.manager, key, {"role": "deputy", "until": "2026-10-20"})
    gone(world, link)
    invitations.send_again(world.store, world.manager, link.id)
    accept(world, newest_link(world, ASE))


@pytest.mark.parametrize(
    ("raw", "codes"),
    [
        ({"name": "", "password": "short"}, ["required", "password"]),
        ({"name": "Åse", "password": "x" * 11}, ["password"]),
        ({"name": "\u200b", "password": PASSWORD}, ["required"]),
        ({}, ["required", "password"]),
        ({"name": "Åse", "password": "password1234"}, ["common"]),
        ({"name": "", "password": "password1234"}, ["required", "common"]),
        ({"name": "Åse Berg", "password": "aase-berg-åse-berg"}, ["personal"]),
        ({"name": "Tor", "password": "ase@example.org"}, ["personal"]),
    ],
)
def test_a_new_person_gives_a_name_and_a_password_of_some_length(
    world: World, raw: dict[str, str], codes: list[str]
) -> None:
    link = invite(world)
    with world.unchanged(), pytest.raises(Invalid) as refused:
        accept(world, link, raw=raw)
    assert [problem.code for problem in refused.value.problems] == codes


def test_an_account_gets_a_notice_that_leads_to_the_invitation_and_holds_no_secret(world: World) -> None:
    link = invite(world, email="nobody@example.org")
    with world.store.reading() as tx:
        (notice,) = tx.connection.execute(sa.select(tables.notices)).mappings()
    assert (notice["user_id"], notice["path"]) == ("nobody", f"/invitations/{link.id}")
    assert link.secret not in notice["about"]


def test_a_demo_person_is_told_in_the_service_and_by_no_mail(world: World) -> None:
    keep_person(world.store, "Invented", is_demo=True)
    invitations.invite(
        world.store, world.manager, {"email": "invented@example.org", "role": "observer"}, cluster="kyst"
    )
    assert mails(world) == []
    (offer,) = departures.roles(world.store, world.actor("invented")).offers
    assert offer[0].created_at == NOW
