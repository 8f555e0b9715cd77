"""The second step of signing in, and the confirmation before an act that could do harm."""

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.domain.errors import ConfirmationDue, Invalid, NotPermitted, NotSignedIn, Problem, TooMany
from app.domain.permissions import VISITOR, Membership
from app.domain.roles import Role, TokenScope
from app.store import limits, tables
from app.store import sessions as kept_sessions
from app.usecases import operators, second_factors, second_steps, sessions, tokens
from tests.authenticator import Authenticator
from tests.make import NOW, Clock
from tests.usecases.signing import ELSEWHERE, PASSWORD, Person, mails, make_person
from tests.usecases.world import World

TOKEN = {"name": "t", "scopes": ["read"], "days": 1}
QUARTER = dt.timedelta(minutes=15)


@pytest.fixture
def kari(world: World) -> Person:
    return make_person(world)


def test_a_password_alone_is_half_a_session_for_whoever_uses_an_app(world: World, kari: Person) -> None:
    kari.use_app()
    with world.one_line("gave-password"):
        begun = kari.give_password()
    assert (begun.needs_factor, begun.mark) == (True, None)
    assert kari.of(begun.secret) == VISITOR
    waiting = second_steps.waiting(world.store, begun.secret)
    assert waiting is not None
    assert (waiting.by_app, waiting.by_passkey, waiting.by_code, waiting.by_password) == (True, False, True, True)
    code = kari.code()
    with world.one_line("signed-in"):
        shown = kari.take(begun.secret, code=f" {code[:3]} {code[3:]} ")
    assert world.journal()[-1].after == {"by": "app"}
    assert shown.mark
    assert kari.of(shown.secret).user_id == kari.id
    assert kari.of(begun.secret) == VISITOR, "the secret of before is refused"
    assert second_steps.waiting(world.store, shown.secret) is None
    with pytest.raises(NotSignedIn):
        kari.take(shown.secret, code=kari.code())


def test_a_passkey_is_a_second_step(world: World, kari: Person) -> None:
    kari.use_passkey()
    begun = kari.give_password()
    answer = kari.answer(begun.secret)
    shown = kari.take(begun.secret, passkey=answer)
    assert world.journal()[-1].after == {"by": "passkey"}
    assert kari.of(shown.secret).user_id == kari.id
    again = kari.give_password()
    with pytest.raises(Invalid):
        kari.take(again.secret, passkey=answer)
    answer = kari.answer(again.secret)
    with pytest.raises(Invalid):
        kari.take(again.secret, passkey=Authenticator().show('{"challenge": "eA"}'))
    with pytest.raises(Invalid):
        kari.take(again.secret, passkey=answer)


def test_a_recovery_code_stands_in_once_and_its_owner_is_told(world: World, kari: Person) -> None:
    kari.use_app()
    assert kari.of(kari.take(kari.give_password().secret, code=kari.codes[0].upper()).secret).is_signed_in
    assert world.journal()[-1].after == {"by": "recovery-code"}
    assert '"change": "used-recovery-code", "left": "9"' in mails(world, "changed-sign-in")[-1]
    with pytest.raises(Invalid):
        kari.take(kari.give_password().secret, code=kari.codes[0])


def test_half_a_session_opens_nothing_and_ends_after_ten_minutes(world: World, kari: Person, clock: Clock) -> None:
    kari.use_app()
    secret = kari.give_password().secret
    assert [session.client for session in sessions.own(world.store, kari.actor, kari.secret)] == ["Firefox, Linux"] * 2
    with pytest.raises(NotSignedIn):
        second_factors.remove_app(world.store, kari.actor, secret)
    with pytest.raises(NotSignedIn):
        second_steps.confirm(world.store, kari.actor, secret, {"password": PASSWORD}, ELSEWHERE, None)
    clock.now += dt.timedelta(minutes=10)
    assert second_steps.waiting(world.store, secret) is None
    with world.unchanged(), pytest.raises(NotSignedIn):
        kari.take(secret, code=kari.codes[0])


@pytest.mark.parametrize("factor", ["app", "passkey"], ids=lambda factor: f"{factor}, ciso-assistant #3074")
def test_sessions_of_before_are_half_once_a_factor_is_there(world: World, kari: Person, factor: str) -> None:
    elsewhere, here = kari.give_password(ELSEWHERE).secret, kari.secret
    assert kari.of(elsewhere).user_id == kari.id
    kari.use_app() if factor == "app" else kari.use_passkey()
    assert (kari.of(elsewhere), kari.of(here)) == (VISITOR, VISITOR)
    assert kari.actor.user_id == kari.id, "under a new secret"
    assert second_steps.waiting(world.store, elsewhere) is None, "it has ended"


def test_guesses_at_codes_are_counted_for_the_person_in_every_session(world: World, kari: Person, clock: Clock) -> None:
    kari.use_app()
    clock.now += dt.timedelta(days=2)
    secret = kari.give_password().secret
    for _ in range(5):
        with world.unchanged(but_counted=True), pytest.raises(Invalid):
            kari.take(secret, code="000000")
    for code in (kari.code(), kari.codes[0], "000000"):
        with pytest.raises(TooMany) as refused:
            kari.take(kari.give_password().secret, ELSEWHERE, code=code)
        assert refused.value.seconds == 300
    clock.now += dt.timedelta(minutes=6)
    kari.take(kari.give_password().secret, code=kari.code())


def test_twenty_codes_an_hour_and_fifty_a_day_are_the_most(world: World, kari: Person, clock: Clock) -> None:
    kari.use_app()
    clock.now += dt.timedelta(days=2)

    def guesses(minutes: int) -> int:
        """Guess every twelve minutes as often as can be, and return how often that was."""
        made = 0
        for _ in range(minutes // 12):
            with world.store.writing() as tx:
                secret = kept_sessions.begin(tx, kari.id, "")
            for _ in range(5):
                try:
                    kari.take(secret, code="000000")
                except Invalid:
                    made += 1
                except TooMany:
                    break
            clock.now += dt.timedelta(minutes=12)
        return made

    assert guesses(60) == 20
    assert guesses(20 * 60) == 30
    clock.now += dt.timedelta(days=2)
    kari.take(kari.give_password().secret, code=kari.code())


def test_an_act_that_could_do_harm_asks_after_a_quarter_of_an_hour_who_is_there(
    world: World, kari: Person, clock: Clock
) -> None:
    clock.now = NOW + QUARTER - dt.timedelta(microseconds=1)
    tokens.issue(world.store, kari.actor, TOKEN)
    clock.now = NOW + QUARTER
    acts: list[Callable[[], object]] = [
        lambda: tokens.issue(world.store, kari.actor, TOKEN),
        lambda: second_factors.begin_app(world.store, kari.actor),
        lambda: second_factors.new_secret(world.store, kari.actor),
        lambda: second_factors.remove_app(world.store, kari.actor, kari.secret),
        lambda: second_factors.prepare_passkey(world.store, kari.actor),
        lambda: second_factors.make_codes(world.store, kari.actor),
    ]
    for act in acts:
        with world.unchanged(), pytest.raises(ConfirmationDue):
            act()
    old = kari.secret
    with world.one_line("confirmed"):
        kari.confirm(password=PASSWORD)
    assert world.journal()[-1].after == {"by": "password"}
    assert kari.of(old) == VISITOR
    tokens.issue(world.store, kari.actor, TOKEN)


@pytest.mark.parametrize("by", [dt.timedelta(days=-1), dt.timedelta(days=365), dt.timedelta(hours=1)])
def test_a_clock_that_is_set_asks_once_more_and_makes_no_error(
    world: World, kari: Person, clock: Clock, by: dt.timedelta
) -> None:
    actor = kari.actor
    clock.now += by
    with pytest.raises(ConfirmationDue):
        tokens.issue(world.store, actor, TOKEN)


def test_one_confirms_by_code_or_passkey_too(world: World, kari: Person, clock: Clock) -> None:
    kari.use_app()
    kari.use_passkey()
    clock.now += dt.timedelta(hours=1)
    for way, raw in (("app", {"code": kari.code()}), ("recovery-code", {"code": kari.codes[1]})):
        kari.confirm(**raw)
        assert world.journal()[-1].after == {"by": way}
    kari.confirm(passkey=kari.answer(kari.secret))
    assert world.journal()[-1].after == {"by": "passkey"}
    assert kari.actor.confirmed_at == clock.now


def test_a_wrong_confirmation_is_refused_counted_and_changes_nothing(world: World, kari: Person) -> None:
    for number in range(10):
        with world.unchanged(but_counted=True), pytest.raises(Invalid):
            kari.confirm(password=f"wrong {number}")
    with world.unchanged(), pytest.raises(TooMany):
        kari.confirm(password=PASSWORD)
    with world.unchanged(but_counted=True), pytest.raises(Invalid):
        kari.confirm(code="123456")
    with pytest.raises(Invalid):
        kari.confirm()


def test_a_wrong_confirmation_is_said_beside_its_field(kari: Person) -> None:
    problems: list[Problem] = []
    for raw in ({"password": "wrong"}, {"code": "123456"}, {}):
        with pytest.raises(Invalid) as refused:
            kari.confirm(**raw)
        problems += refused.value.problems
    assert [(problem.field, problem.code) for problem in problems] == [
        ("password", "password"),
        ("code", "code"),
        ("code", "code"),
    ]
    assert problems[0].message == "This is not your password."


def test_a_password_that_is_changed_while_it_is_compared_confirms_nothing(
    world: World, kari: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    compare = second_steps._is_password

    def compare_slowly(typed: object, kept: str | None) -> bool:
        with world.store.writing() as tx:
            tx.connection.execute(sa.update(tables.users).where(tables.users.c.id == kari.id).values(password_hash="x"))
        return compare(typed, kept)

    monkeypatch.setattr(second_steps, "_is_password", compare_slowly)
    with pytest.raises(Invalid) as refused:
        kari.confirm(password=PASSWORD)
    assert refused.value.problems[0].message == "This is not your password."
    assert "confirmed" not in world.verbs()


def test_confirming_by_password_is_no_second_factor_and_by_code_is_one(world: World, kari: Person) -> None:
    def has_factor() -> bool:
        with world.store.reading() as tx:
            session = kept_sessions.alive(tx, kari.secret)
            return session is not None and session.has_factor

    kari.confirm(password=PASSWORD)
    assert not has_factor()
    kari.use_app()
    kari.confirm(code=kari.code())
    assert has_factor()


def test_what_was_confirmed_takes_the_wrong_tries_back(kari: Person) -> None:
    kari.use_app()
    for _ in range(2):
        for _ in range(9):
            with pytest.raises(Invalid):
                kari.confirm(password="wrong")
        kari.confirm(password=PASSWORD)
    for _ in range(2):
        for _ in range(3):
            with pytest.raises(Invalid):
                kari.confirm(code="123456")
        kari.confirm(code=kari.code())


def test_nobody_confirms_in_another_persons_session(world: World, kari: Person) -> None:
    ola = make_person(world, name="Ola Nordmann")
    with pytest.raises(NotSignedIn):
        second_steps.confirm(world.store, kari.actor, ola.secret, {"password": PASSWORD}, ELSEWHERE, None)
    by_token = dataclasses.replace(kari.actor, token_scopes=frozenset(TokenScope))
    with pytest.raises(NotPermitted):
        second_steps.confirm(world.store, by_token, kari.secret, {"password": PASSWORD}, ELSEWHERE, None)
    with pytest.raises(NotSignedIn):
        second_steps.ask_for_passkey(world.store, "no session", Authenticator().site)


def test_the_demos_people_are_asked_in_production_only(world: World, clock: Clock) -> None:
    make_person(world, Membership(Role.MANAGER, cluster_id=world.kyst.id), name="Demo Manager", is_demo=True)
    begun = sessions.sign_in_to_demo(world.store, "demo-manager", ELSEWHERE)
    clock.now += dt.timedelta(hours=1)
    for needs_factors in (False, True):
        actor = sessions.by_session(world.store, begun.secret, needs_factors=needs_factors)
        assert actor.confirmed_at == (NOW if needs_factors else clock.now)


def test_the_demos_people_enter_with_one_click_even_where_somebody_has_set_up_a_factor(world: World) -> None:
    demo = make_person(world, Membership(Role.MANAGER, cluster_id=world.kyst.id), name="Demo Manager", is_demo=True)
    demo.use_app()
    begun = sessions.sign_in_to_demo(world.store, "demo-manager", ELSEWHERE)
    assert (begun.needs_factor, demo.of(begun.secret).is_signed_in) == (False, True)


def test_whoever_is_disabled_between_the_steps_does_not_get_in(world: World, kari: Person) -> None:
    kari.use_app()
    secret = kari.give_password().secret
    operators.disable_user(world.store, kari.email)
    with pytest.raises(NotSignedIn):
        kari.take(secret, code=kari.codes[0])
    with world.store.reading() as tx:
        assert tx.connection.execute(tables.sessions.select()).all() == []


def test_an_operator_lets_somebody_try_again_at_once(world: World, kari: Person) -> None:
    kari.use_app()
    for _ in range(10):
        with pytest.raises((Invalid, TooMany)):
            kari.give_password(password="wrong")
    with pytest.raises(TooMany):
        kari.give_password()
    with world.one_line("unlocked"):
        operators.unlock_user(world.store, kari.email)
    secret = kari.give_password().secret
    for limit in limits.CODES:
        for _ in range(limit.most):
            with pytest.raises((Invalid, TooMany)):
                kari.take(secret, code="000000")
    operators.unlock_user(world.store, kari.email)
    kari.take(secret, code=kari.code())


def test_an_operator_takes_lost_factors_away_and_the_person_is_told(world: World, kari: Person) -> None:
    kari.use_app()
    kari.use_passkey()
    with world.one_line("reset-second-factor"):
        operators.reset_second_factor(world.store, kari.email)
    assert world.journal()[-1].before == {"app": True, "passkeys": 1}
    assert '"change": "reset-by-operator"' in mails(world, "changed-sign-in")[-1]
    assert kari.actor == VISITOR
    begun = kari.give_password()
    assert not begun.needs_factor
    assert second_factors.overview(world.store, kari.of(begun.secret)).codes_left == 0
