"""What a cluster shares: given by its first submission or its manager, taken back at once, never given by silence."""

import datetime as dt
from collections.abc import Callable

import pytest

from app.domain.consent import Audience, Sharing
from app.domain.errors import Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.lifecycle import Assessment, Move
from app.domain.permissions import VISITOR, Actor, Membership
from app.domain.roles import Role
from app.store import accounts as kept_accounts
from app.usecases import assessments, clusters, consent, gaps, operators, portfolio
from app.usecases.portfolio import Query
from tests.make import NOW, Clock
from tests.usecases.world import World

OUTSIDE = ("programme-evaluator", "reader", "owner", "administrator")
INSIDE = ("observer", "contributor", "manager")


def share(world: World, audience: str = "programme", person: str = "manager", cluster: str = "kyst") -> None:
    consent.share(world.store, world.actor(person), cluster, audience)


def stop(world: World, audience: str = "programme", person: str = "manager", cluster: str = "kyst") -> None:
    consent.stop_sharing(world.store, world.actor(person), cluster, audience)


def view(world: World, person: str = "manager") -> consent.SharingView:
    return consent.view(world.store, world.actor(person), "kyst")


def sharing(world: World, audience: Audience = Audience.PROGRAMME) -> Sharing:
    return view(world).towards(audience)


def sees(world: World, person: str | Actor, assessment: Assessment) -> bool:
    actor = world.actor(person) if isinstance(person, str) else person
    try:
        assessments.report(world.store, world.frameworks, actor, assessment.id)
    except NotFound:
        with pytest.raises(NotFound):
            gaps.gap(world.store, world.frameworks, actor, assessment.id)
        found = assessments.listed(world.store, world.frameworks, actor)
        assert assessment.id not in {report.assessment.id for report in found}
        return False
    return True


def submit_again(world: World, day: dt.date, *, wanted: bool = False) -> Assessment:
    draft = world.complete(day=day)
    move = assessments.move(world.store, world.frameworks, world.manager, draft.id, Move.SUBMIT, share=wanted)
    return move.assessment


def test_the_first_submission_shares_with_the_programme_in_its_own_transaction(world: World, clock: Clock) -> None:
    draft = world.complete()
    assert sharing(world) is Sharing.UNDECIDED
    now = clock.move(hours=1)
    with world.one_line("submitted"):
        submitted = world.move(draft, Move.SUBMIT)
    assert submitted.cluster.sharing is Sharing.GIVEN
    (decision,) = view(world).decisions
    assert (decision.audience, decision.given_at, decision.given_by) == (Audience.PROGRAMME, now, "Manager")
    assert (decision.revoked_at, decision.revoked_by, decision.is_from_before) == (None, "", False)
    line = world.journal()[-1]
    assert (line.before["sharing"], line.after["sharing"]) == ("undecided", "given")
    for person in OUTSIDE:
        assert sees(world, person, submitted)


def test_a_submission_that_is_refused_shares_nothing(world: World) -> None:
    draft = world.answer(world.start(), {"A.1": 2})
    with world.unchanged(), pytest.raises(Exception, match="all must be"):
        world.move(draft, Move.SUBMIT)
    assert sharing(world) is Sharing.UNDECIDED


@pytest.mark.parametrize("person", OUTSIDE)
def test_what_is_taken_back_is_out_of_sight_with_the_next_request(world: World, person: str) -> None:
    submitted, draft = world.submit(), world.start(day=dt.date(2027, 3, 31))
    stop(world)
    assert not sees(world, person, submitted)
    assert not sees(world, person, draft)
    seen = clusters.view(world.store, world.frameworks, world.actor(person), "kyst")
    assert (seen.cluster.name, seen.assessments, seen.is_withheld) == ("Kyst", (), True)
    assert clusters.home(world.store, world.frameworks, world.actor(person)).submitted == ()
    share(world)
    assert sees(world, person, submitted)
    assert not clusters.view(world.store, world.frameworks, world.actor(person), "kyst").is_withheld


@pytest.mark.parametrize("person", [*INSIDE, "evaluator"])
def test_who_has_a_role_on_the_cluster_itself_sees_it_as_before(world: World, person: str) -> None:
    submitted = world.submit()
    stop(world)
    assert sees(world, person, submitted)
    assert not clusters.view(world.store, world.frameworks, world.actor(person), "kyst").is_withheld


@pytest.mark.parametrize("person", ["reader", "owner", "administrator"])
@pytest.mark.parametrize("drafts", [False, True])
def test_the_portfolio_leaves_a_withholding_cluster_out_and_says_no_more(
    world: World, person: str, *, drafts: bool
) -> None:
    world.submit()
    world.submit(world.fjord)
    if drafts:
        world.answer(world.start(day=dt.date(2027, 3, 31)), {"A.1": 1})
    stop(world)
    found = portfolio.overview(world.store, world.frameworks, world.actor(person), Query())
    (row,) = (row for row in found.rows if row.cluster.slug == "kyst")
    assert (row.reason, row.standing) == ("no-consent", None)
    assert [each.cluster.slug for each in found.counted] == ["fjord"]
    assert {spread.n for spread in found.spreads} == {1}
    own = portfolio.overview(world.store, world.frameworks, world.manager, Query())
    assert [each.cluster.slug for each in own.counted] == ["kyst"]


def test_of_a_draft_the_programme_knows_how_far_it_is_until_the_cluster_says_no(world: World) -> None:
    world.answer(world.start(), {"A.1": 1})
    (row,) = portfolio.overview(world.store, world.frameworks, world.actor("owner"), Query()).rows[1:]
    assert (row.reason, row.standing and (row.standing.answered, row.standing.figures)) == ("draft", (1, None))
    with world.one_line("stopped-sharing"):
        stop(world)
    (row,) = portfolio.overview(world.store, world.frameworks, world.actor("owner"), Query()).rows[1:]
    assert (row.reason, row.standing) == ("no-consent", None)
    (decision,) = view(world).decisions
    assert (decision.given_at, decision.given_by, decision.revoked_at) == (None, "", NOW)


def test_a_later_submission_does_not_give_again_what_was_taken_back(world: World) -> None:
    first = world.submit(day=dt.date(2025, 9, 30))
    stop(world)
    second = submit_again(world, dt.date(2026, 3, 31))
    assert sharing(world) is Sharing.WITHHELD
    assert not sees(world, "owner", second)
    assert world.journal()[-1].after == {"state": "submitted"}
    third = submit_again(world, dt.date(2026, 9, 30), wanted=True)
    assert sharing(world) is Sharing.GIVEN
    assert all(sees(world, "owner", each) for each in (first, second, third))
    assert world.journal()[-1].after == {"state": "submitted", "sharing": "given"}


def test_withdrawing_shares_nothing_and_what_is_shared_stays_one_decision(world: World) -> None:
    world.withdraw(world.submit(day=dt.date(2025, 9, 30)))
    submit_again(world, dt.date(2026, 3, 31), wanted=True)
    assert len(view(world).decisions) == 1


def test_a_cluster_in_no_programme_shares_with_the_administrators_alike(world: World) -> None:
    submitted = world.submit(world.alene)
    assert sees(world, "administrator", submitted)
    consent.stop_sharing(world.store, world.manager_of(world.alene), "alene", "programme")
    assert not sees(world, "administrator", submitted)


@pytest.mark.parametrize("audience", Audience)
def test_each_audience_is_decided_for_itself_and_every_decision_kept(
    world: World, audience: Audience, clock: Clock
) -> None:
    with world.one_line("shared"):
        share(world, audience)
    with world.unchanged():
        share(world, audience)
    later = clock.move(hours=1)
    with world.one_line("stopped-sharing"):
        stop(world, audience)
    with world.unchanged():
        stop(world, audience)
    last = clock.move(hours=1)
    share(world, audience)
    newer, older = view(world).decisions
    assert (older.given_at, older.revoked_at, older.revoked_by) == (NOW, later, "Manager")
    assert (newer.given_at, newer.revoked_at) == (last, None)
    for each in Audience:
        assert sharing(world, each) is (Sharing.GIVEN if each is audience else Sharing.UNDECIDED)
    line = world.journal()[-1]
    assert (line.subject, line.cluster) == ("cluster-kyst", "cluster-kyst")
    assert line.before == {"audience": audience, "sharing": "withheld"}
    assert line.after == {"audience": audience, "sharing": "given"}


def test_a_decision_is_part_of_what_has_changed_about_the_cluster(world: World, clock: Clock) -> None:
    before = world.kyst.revision
    now = clock.move(hours=1)
    share(world)
    found = clusters.listed(world.store, world.manager, updated_since=now)
    assert [(cluster.slug, cluster.revision, cluster.sharing) for cluster in found] == [("kyst", before + 1, "given")]


CALLS: dict[str, Callable[[World, Actor], object]] = {
    "share": lambda world, actor: consent.share(world.store, actor, "kyst", "public"),
    "stop": lambda world, actor: consent.stop_sharing(world.store, actor, "kyst", "programme"),
    "view": lambda world, actor: consent.view(world.store, actor, "kyst"),
}


@pytest.mark.parametrize("call", CALLS)
def test_only_a_manager_decides_and_only_the_clusters_own_people_read_who_did(world: World, call: str) -> None:
    world.submit()
    allowed = {"manager"} if call != "view" else set(INSIDE)
    for person in (*INSIDE, "evaluator", *OUTSIDE):
        if person in allowed:
            continue
        with world.unchanged(), pytest.raises(NotPermitted):
            CALLS[call](world, world.actor(person))
    for person in ("neighbour", "stranger", "nobody"):
        with world.unchanged(), pytest.raises(NotFound):
            CALLS[call](world, world.actor(person))
    with world.unchanged(), pytest.raises(NotSignedIn):
        CALLS[call](world, VISITOR)
    for person in sorted(allowed):
        CALLS[call](world, world.actor(person))


def test_a_deputy_does_all_that_a_manager_does_but_decide_what_is_shared(world: World, clock: Clock) -> None:
    until = NOW + dt.timedelta(days=14)
    with world.store.writing() as tx:
        kept_accounts.add_membership(tx, "nobody", Membership(Role.MANAGER, "cluster-kyst", until=until))
    deputy = world.actor("nobody")
    raw = {"title": "By a deputy", "reference_date": "2026-09-30"}
    assessments.start(world.store, world.frameworks, deputy, "kyst", raw)
    assert not consent.view(world.store, deputy, "kyst").may_change
    for call in ("share", "stop"):
        with world.unchanged(), pytest.raises(NotPermitted):
            CALLS[call](world, deputy)
    clock.now = until
    assert world.actor("nobody").memberships == ()


def test_a_token_reads_what_is_shared_and_changes_nothing_of_it(world: World) -> None:
    for scope in ("read", "write", "admin", "evaluate", "portfolio"):
        actor = world.token("manager", scope)
        for call in ("share", "stop"):
            with world.unchanged(), pytest.raises(NotPermitted):
                CALLS[call](world, actor)
    assert consent.view(world.store, world.token("manager", "read"), "kyst").may_change is False


@pytest.mark.parametrize("audience", ["", "everybody", None, 7, "Programme", "peers "])
def test_there_are_three_audiences_and_no_other(world: World, audience: object) -> None:
    for call in (consent.share, consent.stop_sharing):
        with world.unchanged(), pytest.raises(Invalid) as refused:
            call(world.store, world.manager, "kyst", audience)
        assert [problem.code for problem in refused.value.problems] == ["audience"]


def test_who_has_no_account_any_more_is_no_name_in_the_history(world: World) -> None:
    operators.create_user(world.store, {"email": "new@example.org", "name": "New"}, password_hash=None)
    operators.add_member(world.store, "new@example.org", Role.MANAGER, cluster="kyst", programme=None)
    share(world, person="new")
    assert view(world).decisions[0].given_by == "New"
