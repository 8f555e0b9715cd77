"""Who may do what: the table of roles and permissions, written by hand from the rules that every face follows."""

import dataclasses
import datetime as dt
import itertools

import pytest

from app.domain import permissions, roles
from app.domain.errors import ConfirmationDue, FactorDue, NotPermitted, NotSignedIn
from app.domain.permissions import VISITOR, Actor, Membership, Reach
from app.domain.roles import GRANTS, SCOPES, Permission, Role, TokenScope
from tests.make import NOW, make_actor, make_cluster

# One column per role: observer, contributor, manager, evaluator, reader, owner, administrator.
ROLES = ("observer", "contributor", "manager", "evaluator", "reader", "owner", "administrator")
TABLE = """
    cluster.read           o c m e r w a
    cluster.register       . . . . . w a
    cluster.update         . . m . . w a
    assessment.read        o c m e r w a
    assessment.read-draft  o c m . . . .
    assessment.start       . . m . . . .
    assessment.answer      . c m . . . .
    assessment.submit      . . m . . . .
    assessment.withdraw    . . m . . . .
    assessment.delete      . . m . . . .
    portfolio.read         o c m . r w a
    programme.read         . . . . r w a
    round.open             . . . . . w a
    mail.manage            . . . . . . a
    member.read            o c m . r w a
    member.invite          . . m . . w a
    member.remove          . . m . . w a
    consent.read           o c m . . . .
    consent.change         . . m . . . .
    interest.declare       . . . e . . .
    interest.lift          . . . . . w a
    account.manage-own     . . . . . . .
"""
CARRIED_BY = {
    "read": {"cluster.read", "assessment.read", "assessment.read-draft", "programme.read", "consent.read"},
    "write": {
        *("cluster.update", "assessment.start", "assessment.answer", "assessment.submit", "assessment.withdraw"),
        "assessment.delete",
    },
    "evaluate": set(),
    "portfolio": {"portfolio.read"},
    "admin": {"cluster.register", "round.open", "mail.manage"},
}
# What a person decides, and no program on their behalf.
NO_TOKEN = {
    *("account.manage-own", "member.read", "member.invite", "member.remove"),
    *("consent.change", "interest.declare", "interest.lift"),
}
GRANTED = {
    (role, permission): mark != "."
    for permission, *marks in (line.split() for line in TABLE.strip().splitlines())
    for role, mark in zip(ROLES, marks, strict=True)
}
KYST = make_cluster("kyst")
ELSEWHERE = make_cluster("fjell", "south")
CELLS = [(Role(role), Permission(permission), granted) for (role, permission), granted in GRANTED.items()]
CELL_IDS = [f"{role}-{permission}" for role, permission in GRANTED]


def test_the_table_by_hand_names_every_role_and_permission() -> None:
    assert set(GRANTED) == set(itertools.product(map(str, Role), map(str, Permission)))


def test_the_scopes_by_hand_are_all_there_are_and_name_every_permission_a_token_can_carry() -> None:
    assert set(CARRIED_BY) == {"read", "write", "evaluate", "portfolio", "admin"} == set(map(str, TokenScope))
    assert set().union(*CARRIED_BY.values()) == set(map(str, Permission)) - NO_TOKEN


@pytest.mark.parametrize(("role", "permission", "granted"), CELLS, ids=CELL_IDS)
def test_a_role_grants_what_the_table_says_there_and_nothing_elsewhere(
    role: Role, permission: Permission, *, granted: bool
) -> None:
    actor = make_actor(role)
    assert (permission in GRANTS[role]) is granted
    assert permissions.allows(actor, permission, KYST) is granted
    assert permissions.allows(actor, permission, ELSEWHERE) is (granted and role is Role.ADMINISTRATOR)
    if granted:
        permissions.require(actor, permission, KYST)
        return
    with pytest.raises(NotPermitted) as refused:
        permissions.require(actor, permission, KYST)
    assert refused.value.code == "role"


@pytest.mark.parametrize("scope", TokenScope)
@pytest.mark.parametrize(("role", "permission", "granted"), CELLS, ids=CELL_IDS)
def test_a_token_needs_both_the_role_and_the_scope(
    role: Role, permission: Permission, scope: TokenScope, *, granted: bool
) -> None:
    actor = make_actor(role, scopes=frozenset({scope}))
    carried = permission in CARRIED_BY[scope]
    assert permissions.allows(actor, permission, KYST) is (granted and carried)
    if granted and carried:
        permissions.require(actor, permission, KYST)
        return
    with pytest.raises(NotPermitted) as refused:
        permissions.require(actor, permission, KYST)
    assert refused.value.code == ("role" if carried else "scope")


@pytest.mark.parametrize("permission", Permission)
def test_a_token_with_every_scope_is_worth_its_owners_roles_and_a_token_with_none_nothing(
    permission: Permission,
) -> None:
    for role in Role:
        everything, nothing = (make_actor(role, scopes=scopes) for scopes in (frozenset(TokenScope), frozenset()))
        worth = GRANTED[role, permission] and permission not in NO_TOKEN
        assert permissions.allows(everything, permission, KYST) is worth
        assert not permissions.allows(nothing, permission, KYST)


def test_no_token_can_manage_its_owners_account() -> None:
    assert SCOPES[Permission.ACCOUNT_MANAGE_OWN] is None
    with pytest.raises(NotPermitted) as refused:
        permissions.require_self(make_actor(Role.MANAGER, Role.ADMINISTRATOR, scopes=frozenset(TokenScope)))
    assert refused.value.code == "scope"


def test_everybody_who_is_signed_in_manages_their_own_account() -> None:
    assert permissions.require_self(make_actor()) == "user-1"
    with pytest.raises(NotSignedIn):
        permissions.require_self(VISITOR)


@pytest.mark.parametrize("permission", Permission)
def test_a_visitor_may_do_nothing_and_is_asked_to_sign_in(permission: Permission) -> None:
    # Roles and scopes that somehow came along with nobody are worth nothing.
    somebody = make_actor(Role.MANAGER, Role.OWNER, Role.ADMINISTRATOR)
    for visitor in (VISITOR, dataclasses.replace(somebody, user_id=None)):
        assert not visitor.is_signed_in
        assert not permissions.allows(visitor, permission, KYST)
        assert not permissions.allows_in_programme(visitor, permission, "programme-north")
        with pytest.raises(NotSignedIn):
            permissions.reach(visitor)
        with pytest.raises(NotSignedIn):
            permissions.reach(visitor, permission)
        with pytest.raises(NotSignedIn):
            permissions.require(visitor, permission, KYST)
        with pytest.raises(NotSignedIn):
            permissions.require_in_programme(visitor, permission, "programme-north")


@pytest.mark.parametrize("permission", Permission)
def test_somebody_without_a_role_may_do_nothing(permission: Permission) -> None:
    assert permissions.reach(make_actor()) == permissions.reach(make_actor(), permission) == Reach()
    assert not permissions.allows(make_actor(), permission, KYST)
    with pytest.raises(NotPermitted):
        permissions.require(make_actor(), permission, KYST)


@pytest.mark.parametrize(("role", "permission", "granted"), CELLS, ids=CELL_IDS)
def test_a_programme_is_acted_on_by_its_own_people_and_administrators(
    role: Role, permission: Permission, *, granted: bool
) -> None:
    actor = make_actor(role)
    here = granted and role in {Role.READER, Role.OWNER, Role.ADMINISTRATOR}
    for programme, allowed in (
        ("programme-north", here),
        ("programme-south", here and role is Role.ADMINISTRATOR),
        (None, here and role is Role.ADMINISTRATOR),
    ):
        assert permissions.allows_in_programme(actor, permission, programme) is allowed
        if allowed:
            permissions.require_in_programme(actor, permission, programme)
            continue
        with pytest.raises(NotPermitted):
            permissions.require_in_programme(actor, permission, programme)


def test_roles_that_add_up_never_lend_each_other_their_clusters() -> None:
    actor = Actor(
        "user-1",
        memberships=(Membership(Role.MANAGER, cluster_id=KYST.id), Membership(Role.EVALUATOR, cluster_id=ELSEWHERE.id)),
    )
    assert permissions.reach(actor) == Reach(clusters=frozenset({KYST.id, ELSEWHERE.id}))
    assert permissions.reach(actor, Permission.ASSESSMENT_ANSWER) == Reach(clusters=frozenset({KYST.id}))
    assert permissions.allows(actor, Permission.ASSESSMENT_ANSWER, KYST)
    assert not permissions.allows(actor, Permission.ASSESSMENT_ANSWER, ELSEWHERE)
    assert permissions.allows(actor, Permission.ASSESSMENT_READ, ELSEWHERE)


def test_an_administrator_reaches_everything_but_only_for_what_the_role_grants() -> None:
    actor = make_actor(Role.ADMINISTRATOR, Role.CONTRIBUTOR)
    assert permissions.reach(actor) == Reach(everything=True, clusters=frozenset({KYST.id}))
    assert permissions.reach(actor, Permission.ASSESSMENT_ANSWER) == Reach(clusters=frozenset({KYST.id}))
    assert not permissions.allows(actor, Permission.ASSESSMENT_ANSWER, ELSEWHERE)


def test_a_programmes_people_reach_its_clusters_and_no_cluster_without_a_programme() -> None:
    within = permissions.reach(make_actor(Role.READER))
    assert within == Reach(programmes=frozenset({"programme-north"}))
    assert permissions.covers(within, KYST.id, KYST.programme_id)
    assert not permissions.covers(within, ELSEWHERE.id, ELSEWHERE.programme_id)
    assert not permissions.covers(within, "cluster-alone", None)
    assert not permissions.covers(Reach(), None, None)


def test_every_role_is_on_a_cluster_on_a_programme_or_on_the_whole_service() -> None:
    assert {"observer", "contributor", "manager", "evaluator"} == roles.CLUSTER_ROLES
    assert {"evaluator", "reader", "owner"} == roles.PROGRAMME_ROLES
    assert set(Role) - roles.CLUSTER_ROLES - roles.PROGRAMME_ROLES == {"administrator"}


@pytest.mark.parametrize(
    ("actor", "scopes"),
    [
        (VISITOR, set()),
        (Actor("a"), set()),
        (Actor("a", memberships=(Membership(Role.OBSERVER, cluster_id="c"),)), {"read", "portfolio"}),
        (Actor("a", memberships=(Membership(Role.EVALUATOR, programme_id="p"),)), {"read"}),
        (
            Actor(
                "a",
                memberships=(Membership(Role.EVALUATOR, programme_id="p"), Membership(Role.MANAGER, cluster_id="c")),
            ),
            {"read", "write", "portfolio"},
        ),
        (Actor("a", is_administrator=True), {"read", "write", "portfolio", "admin"}),
    ],
)
def test_a_scope_is_of_use_where_a_role_has_a_permission_behind_it(actor: Actor, scopes: set[str]) -> None:
    assert permissions.scopes_of_use(actor) == scopes


# Who may give which roles, written by hand: on a cluster and on a programme, and nowhere else.
ON_CLUSTER: dict[str, set[str]] = {
    "manager": {"observer", "contributor", "manager"},
    "owner": {"manager", "evaluator"},
    "administrator": {"manager", "evaluator"},
}
ON_PROGRAMME: dict[str, set[str]] = {role: {"owner", "reader", "evaluator"} for role in ("owner", "administrator")}
NORTH = "programme-north"


@pytest.mark.parametrize("role", Role)
def test_a_role_gives_the_roles_that_the_table_says_there_and_none_elsewhere(role: Role) -> None:
    actor = make_actor(role)
    everywhere = role is Role.ADMINISTRATOR
    assert permissions.gives(actor, KYST.id, NORTH) == ON_CLUSTER.get(role, set())
    assert permissions.gives(actor, None, NORTH) == ON_PROGRAMME.get(role, set())
    assert permissions.gives(actor, ELSEWHERE.id, "programme-south") == (ON_CLUSTER[role] if everywhere else set())
    assert permissions.gives(actor, None, "programme-south") == (ON_PROGRAMME[role] if everywhere else set())


@pytest.mark.parametrize("role", Role)
def test_whoever_gives_a_role_may_also_invite_and_take_away_and_nobody_else_may(role: Role) -> None:
    for permission in (Permission.MEMBER_INVITE, Permission.MEMBER_REMOVE):
        assert (permission in GRANTS[role]) is (role in ON_CLUSTER)


def test_a_deputy_names_no_manager_and_may_otherwise_do_what_a_manager_may() -> None:
    deputy = Actor("a", memberships=(Membership(Role.MANAGER, cluster_id=KYST.id, until=NOW),))
    assert permissions.gives(deputy, KYST.id, NORTH) == {"observer", "contributor"}
    both = (*deputy.memberships, Membership(Role.OWNER, programme_id=NORTH))
    assert permissions.gives(Actor("a", memberships=both), KYST.id, NORTH) == {*ON_CLUSTER["manager"], "evaluator"}
    assert permissions.allows(deputy, Permission.ASSESSMENT_SUBMIT, KYST)


def test_a_token_and_a_visitor_give_no_role() -> None:
    somebody = make_actor(Role.MANAGER, Role.OWNER, Role.ADMINISTRATOR)
    with_token = dataclasses.replace(somebody, token_scopes=frozenset(TokenScope))
    for actor in (with_token, dataclasses.replace(somebody, user_id=None), VISITOR):
        assert permissions.gives(actor, KYST.id, NORTH) == permissions.gives(actor, None, NORTH) == set()


def test_a_manager_of_a_cluster_in_no_programme_gives_roles_there_and_on_nothing_else() -> None:
    alone = Actor("a", memberships=(Membership(Role.MANAGER, cluster_id="alone"),))
    assert permissions.gives(alone, "alone", None) == ON_CLUSTER["manager"]
    assert permissions.gives(alone, None, None) == permissions.gives(alone, "other", None) == set()


LACKING = dataclasses.replace(make_actor(Role.MANAGER, Role.OWNER), lacks_factor=True)


def test_who_lacks_a_second_factor_may_do_nothing_but_what_leads_to_one() -> None:
    cluster = make_cluster()
    for refused in (
        lambda: permissions.reach(LACKING),
        lambda: permissions.reach(LACKING, Permission.CLUSTER_READ),
        lambda: permissions.require(LACKING, Permission.CLUSTER_READ, cluster),
        lambda: permissions.require_in_programme(LACKING, Permission.ROUND_OPEN, "programme-north"),
        lambda: permissions.require_self(LACKING),
    ):
        with pytest.raises(FactorDue):
            refused()
    assert not permissions.allows(LACKING, Permission.CLUSTER_READ, cluster)
    assert not permissions.allows_in_programme(LACKING, Permission.ROUND_OPEN, "programme-north")
    assert permissions.require_self(LACKING, before_factor=True) == "user-1"
    with pytest.raises(NotSignedIn):
        permissions.require_self(VISITOR, before_factor=True)
    with pytest.raises(NotPermitted):
        permissions.require_self(dataclasses.replace(LACKING, token_scopes=frozenset(TokenScope)), before_factor=True)


def test_who_decides_about_others_needs_a_second_factor() -> None:
    needing = {role for role in Role if permissions.needs_second_factor(make_actor(role))}
    assert needing == {Role.EVALUATOR, Role.OWNER, Role.ADMINISTRATOR}
    assert not permissions.needs_second_factor(VISITOR)


QUARTER, MOMENT = dt.timedelta(minutes=15), dt.timedelta(microseconds=1)


@pytest.mark.parametrize("ago", [dt.timedelta(), QUARTER - MOMENT, MOMENT - QUARTER])
def test_a_quarter_of_an_hour_is_recent(ago: dt.timedelta) -> None:
    permissions.require_recent(dataclasses.replace(make_actor(), confirmed_at=NOW - ago), NOW)


@pytest.mark.parametrize("ago", [QUARTER, -QUARTER, dt.timedelta(days=1), -dt.timedelta(days=365), None])
def test_whatever_is_longer_ago_or_not_known_is_to_be_confirmed(ago: dt.timedelta | None) -> None:
    confirmed_at = None if ago is None else NOW - ago
    with pytest.raises(ConfirmationDue):
        permissions.require_recent(dataclasses.replace(make_actor(), confirmed_at=confirmed_at), NOW)


def test_a_token_cannot_be_asked() -> None:
    permissions.require_recent(make_actor(scopes=frozenset({TokenScope.ADMIN})), NOW)
