"""Setting up second factors, taking them away, and who may do nothing before there is one."""

import dataclasses
import datetime as dt
from collections.abc import Callable

import pyotp
import pytest

from app.domain.accounts import RECOVERY_CODES
from app.domain.errors import Conflict, FactorDue, Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.permissions import VISITOR, Actor, Membership
from app.domain.roles import Role, TokenScope
from app.store.database import Store
from app.usecases import accounts, assessments, clusters, portfolio, second_factors, second_steps, sessions, tokens
from app.usecases.portfolio import Query
from tests.authenticator import SITE, Authenticator
from tests.usecases.signing import ELSEWHERE, STEP, Person, mails, make_person, pending
from tests.usecases.world import World

TOKEN = {"name": "t", "scopes": ["read"], "days": 1}


@pytest.fixture
def kari(world: World) -> Person:
    return make_person(world)


def overview(kari: Person) -> second_factors.SecondFactors:
    return second_factors.overview(kari.world.store, kari.actor)


def test_an_app_is_begun_with_shown_and_put_to_use_by_its_first_code(world: World, kari: Person) -> None:
    assert (overview(kari).any, overview(kari).has_password) == (False, True)
    with pytest.raises(NotFound):
        second_factors.new_secret(world.store, kari.actor)
    with world.one_line("began-second-factor"):
        second_factors.begin_app(world.store, kari.actor)
    new = second_factors.new_secret(world.store, kari.actor)
    assert new.secret == pending(world, kari.id)
    parsed = pyotp.parse_uri(new.address)
    assert (parsed.secret, parsed.issuer, parsed.name) == (new.secret, "Goldgap", kari.email)
    assert not overview(kari).any, "it counts from its first code on"
    elsewhere = kari.give_password(ELSEWHERE).secret
    for code in ("000000", "", None, 5):
        with world.unchanged(but_counted=True), pytest.raises(Invalid):
            second_factors.add_app(world.store, kari.actor, kari.secret, {"code": code})
    world.clock.now += dt.timedelta(minutes=6)
    kari.app, old = pyotp.TOTP(new.secret), kari.secret
    with world.one_line("added-second-factor"):
        changed = second_factors.add_app(world.store, kari.actor, old, {"code": kari.code()})
    assert len(changed.codes) == RECOVERY_CODES
    kari.secret = changed.secret
    assert (kari.of(old), kari.of(elsewhere)) == (VISITOR, VISITOR)
    assert (overview(kari).app, overview(kari).codes_left) == (True, RECOVERY_CODES)
    assert '"change": "added-app"' in mails(world, "changed-sign-in")[-1]
    with world.unchanged(), pytest.raises(Conflict):
        second_factors.begin_app(world.store, kari.actor)
    with pytest.raises(NotFound):
        second_factors.new_secret(world.store, kari.actor)


def test_beginning_anew_makes_another_secret(world: World, kari: Person) -> None:
    second_factors.begin_app(world.store, kari.actor)
    first = pending(world, kari.id)
    second_factors.begin_app(world.store, kari.actor)
    assert pending(world, kari.id) != first


def test_a_passkey_is_added_beside_an_app_and_leaves_the_recovery_codes(world: World, kari: Person) -> None:
    codes = kari.use_app().codes
    with world.one_line("added-second-factor"):
        changed = kari.use_passkey()
    assert (changed.codes, kari.codes) == ((), codes)
    assert [passkey.name for passkey in overview(kari).passkeys] == ["My phone"]
    assert world.journal()[-1].after == {"factor": "passkey"}


def test_a_passkey_that_is_not_right_is_refused_and_its_question_used_up(world: World, kari: Person) -> None:
    asked = second_factors.ask_for_passkey(world.store, kari.actor, kari.secret, SITE)
    key = Authenticator()
    raw = {"name": "x", "passkey": key.make(asked, origin="https://evil.example")}
    with pytest.raises(Invalid):
        second_factors.add_passkey(world.store, kari.actor, kari.secret, raw, SITE)
    raw = {"name": "x", "passkey": key.make(asked)}
    with pytest.raises(Invalid):
        second_factors.add_passkey(world.store, kari.actor, kari.secret, raw, SITE)
    with pytest.raises(Invalid):
        second_factors.add_passkey(world.store, kari.actor, kari.secret, {"name": " ", "passkey": "x"}, SITE)
    assert not overview(kari).any


def test_ten_passkeys_are_the_most(world: World, kari: Person) -> None:
    for _ in range(10):
        kari.passkey = Authenticator()
        kari.use_passkey()
    with pytest.raises(Conflict):
        second_factors.prepare_passkey(world.store, kari.actor)
    with pytest.raises(Conflict):
        second_factors.ask_for_passkey(world.store, kari.actor, kari.secret, SITE)


def test_factors_are_taken_away_and_the_recovery_codes_go_with_the_last(world: World, kari: Person) -> None:
    kari.use_app()
    kari.use_passkey()
    (passkey,) = overview(kari).passkeys
    old = kari.secret
    with world.one_line("removed-second-factor"):
        kari.secret = second_factors.remove_app(world.store, kari.actor, kari.secret).secret
    assert kari.of(old) == VISITOR
    assert (overview(kari).app, overview(kari).codes_left) == (False, RECOVERY_CODES)
    with world.unchanged(), pytest.raises(NotFound):
        second_factors.remove_app(world.store, kari.actor, kari.secret)
    kari.secret = second_factors.remove_passkey(world.store, kari.actor, kari.secret, passkey.id).secret
    assert (overview(kari).any, overview(kari).codes_left) == (False, 0)
    assert world.journal()[-1].before == {"factor": "passkey"}
    *_, first, last = mails(world, "changed-sign-in")
    assert ('"removed-app"' in first, '"removed-passkey"' in last) == (True, True)
    assert not kari.give_password().needs_factor


def test_nobody_removes_another_persons_passkey(world: World, kari: Person) -> None:
    kari.use_passkey()
    (passkey,) = overview(kari).passkeys
    ola = make_person(world, name="Ola Nordmann")
    for passkey_id in (passkey.id, "missing", "", "%"):
        with world.unchanged(), pytest.raises(NotFound):
            second_factors.remove_passkey(world.store, ola.actor, ola.secret, passkey_id)
    with pytest.raises(NotSignedIn):
        second_factors.remove_passkey(world.store, kari.actor, ola.secret, passkey.id)


def test_new_recovery_codes_take_the_place_of_the_old_ones(world: World, kari: Person) -> None:
    with world.unchanged(), pytest.raises(Conflict):
        second_factors.make_codes(world.store, kari.actor)
    old = kari.use_app().codes
    with world.one_line("made-recovery-codes"):
        new = second_factors.make_codes(world.store, kari.actor)
    assert not set(old) & set(new)
    half = kari.give_password().secret
    with pytest.raises(Invalid):
        kari.take(half, code=old[0])
    kari.take(half, code=new[0])


OWN: dict[str, Callable[[Store, Actor], object]] = {
    "overview": second_factors.overview,
    "begin app": second_factors.begin_app,
    "new secret": second_factors.new_secret,
    "add app": lambda store, actor: second_factors.add_app(store, actor, "x", {"code": "123456"}),
    "remove app": lambda store, actor: second_factors.remove_app(store, actor, "x"),
    "prepare passkey": second_factors.prepare_passkey,
    "ask for passkey": lambda store, actor: second_factors.ask_for_passkey(store, actor, "x", SITE),
    "add passkey": lambda store, actor: second_factors.add_passkey(store, actor, "x", {"name": "x"}, SITE),
    "remove passkey": lambda store, actor: second_factors.remove_passkey(store, actor, "x", "x"),
    "make codes": second_factors.make_codes,
    "own sessions": lambda store, actor: sessions.own(store, actor, "x"),
    "end session": lambda store, actor: sessions.end(store, actor, "x"),
    "end others": lambda store, actor: sessions.end_others(store, actor, "x"),
    "ways to confirm": second_steps.ways,
    "tokens": tokens.listed,
    "issue token": lambda store, actor: tokens.issue(store, actor, {"name": "x", "days": 1, "scopes": ["read"]}),
    "revoke token": lambda store, actor: tokens.revoke(store, actor, "missing"),
    "account": accounts.account,
    "choose language": lambda store, actor: accounts.choose_language(store, actor, "nb"),
}


@pytest.mark.parametrize("sentence", OWN)
def test_an_account_is_protected_by_its_person_and_by_no_token_or_visitor(world: World, sentence: str) -> None:
    everything = dataclasses.replace(world.manager, token_scopes=frozenset(TokenScope))
    with world.unchanged(), pytest.raises(NotPermitted) as refused:
        OWN[sentence](world.store, everything)
    assert refused.value.code == "scope"
    with world.unchanged(), pytest.raises(NotSignedIn):
        OWN[sentence](world.store, VISITOR)


DECIDERS = {
    "evaluator": Membership(Role.EVALUATOR, cluster_id="cluster-kyst"),
    "programme evaluator": Membership(Role.EVALUATOR, programme_id="programme-north"),
    "owner": Membership(Role.OWNER, programme_id="programme-north"),
    "administrator": None,
}
OTHERS = {
    "observer": Membership(Role.OBSERVER, cluster_id="cluster-kyst"),
    "contributor": Membership(Role.CONTRIBUTOR, cluster_id="cluster-kyst"),
    "manager": Membership(Role.MANAGER, cluster_id="cluster-kyst"),
    "reader": Membership(Role.READER, programme_id="programme-north"),
}


def in_role(world: World, role: str) -> Person:
    """Keep somebody in a role who is signed in."""
    membership = (DECIDERS | OTHERS)[role]
    return make_person(world, *([membership] if membership else []), is_administrator=role == "administrator")


def in_production(person: Person) -> Actor:
    return sessions.by_session(person.world.store, person.secret, needs_factors=True)


@pytest.mark.parametrize("role", DECIDERS)
def test_who_decides_may_do_nothing_in_production_but_set_up_a_second_factor(world: World, role: str) -> None:
    person = in_role(world, role)
    issued = tokens.issue(world.store, person.actor, TOKEN)
    actor = in_production(person)
    assert actor.lacks_factor
    acts: list[Callable[[], object]] = [
        lambda: clusters.home(world.store, world.frameworks, actor),
        lambda: portfolio.overview(world.store, world.frameworks, actor, Query()),
        lambda: assessments.report(world.store, world.frameworks, actor, "missing"),
        lambda: accounts.account(world.store, actor),
        lambda: sessions.own(world.store, actor, person.secret),
        lambda: tokens.listed(world.store, actor),
        lambda: tokens.issue(world.store, actor, TOKEN),
        lambda: tokens.by_token(world.store, issued.secret),
    ]
    for act in acts:
        with world.unchanged(), pytest.raises(FactorDue) as refused:
            act()
        assert refused.value.code == "second-factor"
    accounts.choose_language(world.store, actor, "nb")
    second_factors.begin_app(world.store, actor)
    secret = second_factors.new_secret(world.store, actor).secret
    world.clock.now += STEP
    code = pyotp.TOTP(secret).at(world.clock.now)
    person.secret = second_factors.add_app(world.store, actor, person.secret, {"code": code}).secret
    assert not in_production(person).lacks_factor
    clusters.home(world.store, world.frameworks, in_production(person))
    assert tokens.by_token(world.store, issued.secret).is_signed_in
    person.secret = second_factors.remove_app(world.store, in_production(person), person.secret).secret
    assert in_production(person).lacks_factor


@pytest.mark.parametrize("role", OTHERS)
def test_other_roles_may_do_without(world: World, role: str) -> None:
    person = in_role(world, role)
    issued = tokens.issue(world.store, person.actor, TOKEN)
    assert not in_production(person).lacks_factor
    assert tokens.by_token(world.store, issued.secret).is_signed_in
    clusters.home(world.store, world.frameworks, in_production(person))


@pytest.mark.parametrize("role", DECIDERS)
def test_in_development_nobody_needs_one(world: World, role: str) -> None:
    person = in_role(world, role)
    issued = tokens.issue(world.store, person.actor, TOKEN)
    assert not person.actor.lacks_factor
    assert tokens.by_token(world.store, issued.secret, needs_factors=False).is_signed_in
