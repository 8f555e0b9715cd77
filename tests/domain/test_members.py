"""The rules about people: ladders of roles, deputies and their days, who must not be missing."""

import datetime as dt

import pytest

from app.domain import days, members
from app.domain.errors import Conflict, Invalid
from app.domain.members import DEPUTY, Member, Place, given_up, is_more, offered, require_keeper
from app.domain.permissions import Membership
from app.domain.roles import Role
from tests.make import NOW, make_actor, make_cluster, make_programme

CLUSTER = Place(cluster=make_cluster("kyst"))
PROGRAMME = Place(programme=make_programme())
LATER = NOW + dt.timedelta(days=10)
EVERY_ROLE = frozenset(Role)


def role(which: Role, until: dt.datetime | None = None) -> Membership:
    return CLUSTER.membership(which, until) if which in CLUSTER.roles else PROGRAMME.membership(which, until)


def member(
    key: str, which: Role = Role.MANAGER, *, until: dt.datetime | None = None, is_disabled: bool = False
) -> Member:
    return Member(key, f"user-{key}", key, f"{key}@example.org", which, NOW, until, is_disabled)


@pytest.mark.parametrize(
    ("held", "gained", "goes"),
    [
        ((Role.OBSERVER,), Role.CONTRIBUTOR, [Role.OBSERVER]),
        ((Role.OBSERVER, Role.EVALUATOR), Role.MANAGER, [Role.OBSERVER]),
        ((Role.MANAGER,), Role.OBSERVER, []),
        ((Role.EVALUATOR,), Role.MANAGER, []),
        ((Role.MANAGER,), Role.EVALUATOR, []),
        ((Role.READER,), Role.OWNER, [Role.READER]),
        ((), Role.MANAGER, []),
    ],
)
def test_a_higher_role_takes_the_place_of_a_lower_one_and_evaluators_stand_apart(
    held: tuple[Role, ...], gained: Role, goes: list[Role]
) -> None:
    assert [each.role for each in given_up(map(role, held), role(gained))] == goes


def test_a_deputy_keeps_what_they_are_for_the_time_after() -> None:
    assert given_up([role(Role.CONTRIBUTOR)], role(Role.MANAGER, LATER)) == []


MORE = [
    ((), role(Role.OBSERVER), True),
    ((role(Role.OBSERVER),), role(Role.OBSERVER), False),
    ((role(Role.MANAGER),), role(Role.OBSERVER), False),
    ((role(Role.MANAGER),), role(Role.MANAGER, LATER), False),
    ((role(Role.MANAGER),), role(Role.EVALUATOR), True),
    ((role(Role.EVALUATOR),), role(Role.EVALUATOR), False),
    ((role(Role.OBSERVER),), role(Role.MANAGER, LATER), True),
    ((role(Role.MANAGER, LATER),), role(Role.MANAGER), True),
    ((role(Role.MANAGER, LATER),), role(Role.MANAGER, LATER), False),
    ((role(Role.MANAGER, LATER),), role(Role.MANAGER, NOW), True),
    ((role(Role.MANAGER, LATER),), role(Role.CONTRIBUTOR), True),
]


@pytest.mark.parametrize(("held", "wanted", "expected"), MORE)
def test_a_role_is_more_unless_as_high_a_one_is_held_for_as_long(
    held: tuple[Membership, ...], wanted: Membership, *, expected: bool
) -> None:
    assert is_more(held, wanted) is expected


@pytest.mark.parametrize(
    ("people", "going", "code"),
    [
        ([member("a")], {"a"}, "last-manager"),
        ([member("a"), member("b")], {"a", "b"}, "last-manager"),
        ([member("a"), member("b", until=LATER)], {"a"}, "last-manager"),
        ([member("a"), member("b", is_disabled=True)], {"a"}, "last-manager"),
        ([member("a"), member("b", Role.CONTRIBUTOR)], {"a"}, "last-manager"),
        ([member("a"), member("b")], {"a"}, None),
        ([member("a"), member("b", until=LATER)], {"b"}, None),
        ([member("a", is_disabled=True)], {"a"}, None),
        ([member("a", Role.CONTRIBUTOR)], {"a"}, None),
        ([member("a")], set(), None),
        ([], set(), None),
    ],
)
def test_a_cluster_that_has_a_manager_never_loses_its_last_one(
    people: list[Member], going: set[str], code: str | None
) -> None:
    if code is None:
        require_keeper(CLUSTER, people, going)
        return
    with pytest.raises(Conflict) as refused:
        require_keeper(CLUSTER, people, going)
    assert refused.value.code == code


def test_a_programme_that_has_an_owner_never_loses_its_last_one() -> None:
    with pytest.raises(Conflict) as refused:
        require_keeper(PROGRAMME, [member("a", Role.OWNER), member("b", Role.READER)], {"a"})
    assert refused.value.code == "last-owner"
    require_keeper(PROGRAMME, [member("a", Role.OWNER), member("b", Role.OWNER)], {"a"})


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (dt.datetime(2026, 10, 1, 21, 59, tzinfo=dt.UTC), dt.date(2026, 10, 1)),
        (dt.datetime(2026, 10, 1, 22, 0, tzinfo=dt.UTC), dt.date(2026, 10, 2)),
        (dt.datetime(2026, 12, 1, 23, 0, tzinfo=dt.UTC), dt.date(2026, 12, 2)),
    ],
)
def test_a_day_begins_and_ends_in_norway(moment: dt.datetime, day: dt.date) -> None:
    assert days.day_of(moment) == day


@pytest.mark.parametrize("day", [dt.date(2026, 10, 25), dt.date(2027, 3, 28), dt.date(2026, 12, 31)])
def test_the_last_day_is_over_at_midnight_also_where_the_clock_is_changed(day: dt.date) -> None:
    until = days.end_of(day)
    assert days.day_of(until - dt.timedelta(seconds=1)) == day == days.last_before(until)
    assert days.day_of(until) == day + dt.timedelta(days=1)


@pytest.mark.parametrize("raw", ["2026-10-01", "2026-12-24", "2027-10-02"])
def test_a_deputys_last_day_is_today_or_within_a_year(raw: str) -> None:
    assert days.last_before(members.deputy_until("until", raw, NOW)) == dt.date.fromisoformat(raw)


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("2026-09-30", "deputy-day"),
        ("2027-10-03", "deputy-day"),
        ("", "deputy-needs-day"),
        (" ", "deputy-needs-day"),
        (None, "deputy-needs-day"),
        ("soon", "date"),
    ],
)
def test_another_last_day_is_refused(raw: object, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        members.deputy_until("until", raw, NOW)
    assert [problem.code for problem in refused.value.problems] == [code]


def test_a_form_chooses_a_role_out_of_those_that_may_be_given() -> None:
    assert offered("observer", "", CLUSTER, {Role.OBSERVER, Role.MANAGER}, NOW) == role(Role.OBSERVER)
    assert offered("manager", None, CLUSTER, {Role.MANAGER}, NOW) == role(Role.MANAGER)
    deputy = offered(DEPUTY, "2026-10-05", CLUSTER, {Role.MANAGER}, NOW)
    assert deputy == role(Role.MANAGER, days.end_of(dt.date(2026, 10, 5)))


@pytest.mark.parametrize("last_day", ["2026-10-05", "soon", 5])
def test_a_last_day_for_any_role_but_the_deputys_is_refused_rather_than_dropped(last_day: object) -> None:
    with pytest.raises(Invalid) as refused:
        offered("manager", last_day, CLUSTER, {Role.MANAGER}, NOW)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("until", "no-deputy")]


@pytest.mark.parametrize("raw", ["owner", "administrator", "", None, "Manager", "deputy", 5, ["observer"], "\ud800"])
def test_every_other_choice_is_refused(raw: object) -> None:
    with pytest.raises(Invalid) as refused:
        offered(raw, "2026-10-05", CLUSTER, {Role.OBSERVER, Role.CONTRIBUTOR}, NOW)
    assert [problem.code for problem in refused.value.problems] == ["role"]


def test_only_the_manager_for_good_of_this_very_cluster_hands_it_over() -> None:
    assert members.may_hand_over(make_actor(Role.MANAGER), CLUSTER)
    assert not members.may_hand_over(make_actor(Role.MANAGER, cluster="fjord"), CLUSTER)
    assert not any(members.may_hand_over(make_actor(each), CLUSTER) for each in EVERY_ROLE - {Role.MANAGER})
    deputy = make_actor()
    assert not members.may_hand_over(type(deputy)("a", memberships=(role(Role.MANAGER, LATER),)), CLUSTER)
    assert not members.may_hand_over(make_actor(Role.OWNER), PROGRAMME)


def test_a_place_is_a_cluster_or_a_programme() -> None:
    assert (CLUSTER.path, PROGRAMME.path) == ("/clusters/kyst/members", "/programmes/north/members")
    assert (CLUSTER.around, PROGRAMME.around) == ("programme-north", "programme-north")
    with pytest.raises(ValueError, match="a cluster or a programme"):
        _ = Place().about
