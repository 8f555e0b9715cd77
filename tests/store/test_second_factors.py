"""Second factors as they are kept: codes by time, recovery codes, passkeys, and the marks of known browsers."""

import datetime as dt
import json

import pyotp
import pytest
import sqlalchemy as sa

from app.domain.accounts import KNOWN_BROWSER_LIFE, RECOVERY_CODES
from app.store import keys, known_browsers, passkeys, recovery_codes, sessions, tables, totps
from app.store.database import Store, Transaction
from app.store.keys import Purpose, digest
from app.store.passkeys import Site
from app.store.sessions import KeptSession
from tests.authenticator import SITE, Authenticator
from tests.make import NOW, Clock
from tests.store.kept import keep_person
from tests.store.stores import content

KARI, OLA = "kari-nordmann", "ola-nordmann"
STEP = dt.timedelta(seconds=30)


@pytest.fixture
def app(store: Store) -> pyotp.TOTP:
    """The authenticator app of somebody who has put it to use with the code of half a minute ago."""
    keep_person(store)
    with store.writing() as tx:
        totps.begin(tx, KARI)
        secret = totps.pending(tx, KARI)
        assert secret is not None
        app = pyotp.TOTP(secret)
        assert not totps.accepts(tx, KARI, app.at(NOW - STEP))
        assert totps.accepts(tx, KARI, app.at(NOW - STEP), confirm=True)
    return app


def test_a_secret_counts_from_its_first_code_on_and_is_kept_sealed(store: Store, app: pyotp.TOTP) -> None:
    assert app.secret not in str(content(store))
    assert len(app.secret) == 32  # 160 bits
    with store.reading() as tx:
        assert (totps.is_on(tx, KARI), totps.pending(tx, KARI)) == (True, None)
        assert (totps.is_on(tx, OLA), totps.pending(tx, OLA)) == (False, None)


@pytest.mark.parametrize(("steps", "expected"), [(-2, False), (-1, False), (0, True), (1, True), (2, False)])
def test_a_code_is_good_for_half_a_minute_around_unless_it_was_taken(
    store: Store, app: pyotp.TOTP, steps: int, *, expected: bool
) -> None:
    with store.writing() as tx:
        assert totps.accepts(tx, KARI, app.at(NOW + steps * STEP)) == expected


def test_no_step_is_taken_twice_nor_an_earlier_one_after_it(store: Store, app: pyotp.TOTP, clock: Clock) -> None:
    with store.writing() as tx:
        assert totps.accepts(tx, KARI, app.at(NOW + STEP))
        assert not totps.accepts(tx, KARI, app.at(NOW + STEP))
        assert not totps.accepts(tx, KARI, app.at(NOW))
    clock.now += STEP
    with store.writing() as tx:
        assert not totps.accepts(tx, KARI, app.at(NOW + STEP))
        assert totps.accepts(tx, KARI, app.at(NOW + 2 * STEP))


@pytest.mark.parametrize(
    "code", ["", "12345", "1234567", "\uff11\uff12\uff13\uff14\uff15\uff16", "12345a", "\x00", "\ud800", " 123456"]
)
def test_what_is_no_code_is_refused(store: Store, app: pyotp.TOTP, code: str) -> None:
    assert app.secret
    with store.writing() as tx:
        assert not totps.accepts(tx, KARI, code)
        assert not totps.accepts(tx, OLA, code)


def test_a_secret_is_read_with_the_key_that_sealed_it(store: Store, app: pyotp.TOTP) -> None:
    with store.writing() as tx:
        keys.add(tx, Purpose.SECOND_FACTORS)
    with store.writing() as tx:
        assert totps.accepts(tx, KARI, app.at(NOW))
        tx.connection.execute(sa.update(tables.totps).values(secret="sealed by nobody"))
        assert not totps.accepts(tx, KARI, app.at(NOW + STEP))


@pytest.mark.parametrize("by", [dt.timedelta(days=-1), dt.timedelta(days=365)])
def test_a_clock_that_is_set_makes_no_error(store: Store, app: pyotp.TOTP, clock: Clock, by: dt.timedelta) -> None:
    clock.now = NOW + by
    with store.writing() as tx:
        # Codes of before stay refused, so that none is taken twice; recovery codes work meanwhile.
        assert totps.accepts(tx, KARI, app.at(clock.now)) == (by > dt.timedelta())
        assert recovery_codes.accepts(tx, KARI, recovery_codes.make(tx, KARI)[0])


def test_recovery_codes_are_good_once_each_and_kept_as_digests(store: Store) -> None:
    keep_person(store)
    keep_person(store, "Ola Nordmann")
    with store.writing() as tx:
        codes = recovery_codes.make(tx, KARI)
        assert len(set(codes)) == RECOVERY_CODES == recovery_codes.left(tx, KARI)
        assert {len(code.replace("-", "")) for code in codes} == {24}
        assert not recovery_codes.accepts(tx, OLA, codes[0])
        assert recovery_codes.accepts(tx, KARI, codes[0])
        assert not recovery_codes.accepts(tx, KARI, codes[0])
        assert recovery_codes.accepts(tx, KARI, f"  {codes[1].upper().replace('-', ' ')}\n")
        assert recovery_codes.left(tx, KARI) == RECOVERY_CODES - 2
        for wrong in ("", "x", "\x00", "\ud800", codes[2][:-1]):
            assert not recovery_codes.accepts(tx, KARI, wrong)
    kept = str(content(store))
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]
    with store.writing() as tx:
        recovery_codes.make(tx, KARI)
        assert not recovery_codes.accepts(tx, KARI, codes[5])


def session_of(tx: Transaction, secret: str) -> KeptSession:
    found = sessions.alive(tx, secret)
    assert found is not None
    return found


@pytest.fixture
def secret(store: Store) -> str:
    """A session of Kari's."""
    keep_person(store)
    with store.writing() as tx:
        return sessions.begin(tx, KARI, "", with_factor=True)


def add(store: Store, secret: str, key: Authenticator, **lies: object) -> str | None:
    with store.writing() as tx:
        asked = passkeys.ask_for_new(tx, session_of(tx, secret), SITE)
        return passkeys.accepts_new(tx, session_of(tx, secret), SITE, key.make(asked, **lies), "Phone")


def show(store: Store, secret: str, key: Authenticator, **lies: object) -> bool:
    with store.writing() as tx:
        asked = passkeys.ask_for_known(tx, session_of(tx, secret), SITE)
        return passkeys.accepts_known(tx, session_of(tx, secret), SITE, key.show(asked, **lies))


def test_a_passkey_is_made_and_shown(store: Store, secret: str) -> None:
    key = Authenticator()
    assert add(store, secret, key)
    with store.reading() as tx:
        (kept,) = passkeys.of(tx, KARI)
        assert (kept.name, kept.created_at, kept.last_used_at) == ("Phone", NOW, None)
    assert show(store, secret, key)
    assert show(store, secret, key), "phones leave the counter at 0"
    with store.reading() as tx:
        assert passkeys.of(tx, KARI)[0].last_used_at == NOW


def test_what_a_browser_is_asked_names_the_person_and_their_passkeys(store: Store, secret: str) -> None:
    key = Authenticator()
    assert add(store, secret, key)
    with store.writing() as tx:
        new = json.loads(passkeys.ask_for_new(tx, session_of(tx, secret), SITE))
        known = json.loads(passkeys.ask_for_known(tx, session_of(tx, secret), SITE))
    assert (new["rp"]["id"], new["user"]["name"]) == (SITE.host, f"{KARI}@example.org")
    chosen = new["authenticatorSelection"]
    assert (chosen["userVerification"], chosen["residentKey"]) == ("preferred", "discouraged")
    assert [each["id"] for each in new["excludeCredentials"]] == [each["id"] for each in known["allowCredentials"]]
    assert (known["rpId"], known["userVerification"]) == (SITE.host, "preferred")
    assert new["challenge"] != known["challenge"]


LIES = {
    "another origin": {"origin": "https://evil.example"},
    "another kind": {"type": "payment.get"},
    "another question": {"challenge": "c29tZXRoaW5n"},
}


@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_is_not_right_is_refused(store: Store, secret: str, lie: str) -> None:
    key = Authenticator()
    assert add(store, secret, key, **LIES[lie]) is None
    assert add(store, secret, key)
    assert not show(store, secret, key, **LIES[lie])
    assert show(store, secret, key)


def test_a_passkey_of_another_host_or_with_another_key_is_refused(store: Store, secret: str) -> None:
    key = Authenticator()
    assert add(store, secret, Authenticator(Site(SITE.origin, "evil.example"))) is None
    assert add(store, secret, key)
    assert not show(store, secret, Authenticator(credential=key.credential))
    assert not show(store, secret, Authenticator(Site(SITE.origin, "evil.example"), 0, key.credential, key.key))
    assert not show(store, secret, Authenticator())


def test_a_counter_that_does_not_move_on_tells_of_a_copy(store: Store, secret: str) -> None:
    key = Authenticator(count=7)
    assert add(store, secret, key)
    assert not show(store, secret, key)
    key.count = 8
    assert show(store, secret, key)
    assert not show(store, secret, key)
    key.count = 0
    assert not show(store, secret, key)


def test_a_question_is_answered_once_for_its_own_purpose_and_soon(store: Store, secret: str, clock: Clock) -> None:
    key = Authenticator()
    assert add(store, secret, key)
    with store.writing() as tx:
        answer = key.show(passkeys.ask_for_known(tx, session_of(tx, secret), SITE))
        assert passkeys.accepts_known(tx, session_of(tx, secret), SITE, answer)
        assert not passkeys.accepts_known(tx, session_of(tx, secret), SITE, answer)
        new = passkeys.ask_for_new(tx, session_of(tx, secret), SITE)
        assert not passkeys.accepts_known(tx, session_of(tx, secret), SITE, key.show(new))
        asked = passkeys.ask_for_known(tx, session_of(tx, secret), SITE)
    clock.move(minutes=5)
    with store.writing() as tx:
        assert not passkeys.accepts_known(tx, session_of(tx, secret), SITE, key.show(asked))


def test_nobody_uses_or_removes_another_persons_passkey(store: Store, secret: str) -> None:
    key = Authenticator()
    passkey_id = add(store, secret, key)
    keep_person(store, "Ola Nordmann")
    with store.writing() as tx:
        theirs = sessions.begin(tx, OLA, "")
        assert passkeys.end(tx, OLA, passkey_id) == passkeys.end(tx, OLA) == 0
    assert not show(store, theirs, key)
    assert add(store, theirs, key) is None, "a passkey is one person's"
    with store.writing() as tx:
        assert passkeys.end(tx, KARI, passkey_id) == 1
    assert not show(store, secret, key)


NONSENSE = [
    "",
    "{",
    "[]",
    "null",
    "5",
    '"id"',
    "{}",
    '{"id": 5}',
    '{"id": "\\u0000"}',
    '{"id": "\\ud800"}',
    "[" * 9_000,
]


@pytest.mark.parametrize("answer", [*NONSENSE, "x" * 30_000], ids=lambda answer: ascii(answer)[:20])
def test_nonsense_is_refused_and_makes_no_error(store: Store, secret: str, answer: str) -> None:
    key = Authenticator()
    assert add(store, secret, key)
    with store.writing() as tx:
        passkeys.ask_for_known(tx, session_of(tx, secret), SITE)
        assert not passkeys.accepts_known(tx, session_of(tx, secret), SITE, answer)
        passkeys.ask_for_new(tx, session_of(tx, secret), SITE)
        assert passkeys.accepts_new(tx, session_of(tx, secret), SITE, answer, "Phone") is None


def test_a_made_answer_with_any_byte_changed_makes_no_error(store: Store, secret: str) -> None:
    key = Authenticator()
    with store.writing() as tx:
        made = json.loads(key.make(passkeys.ask_for_new(tx, session_of(tx, secret), SITE)))
        attestation = made["response"]["attestationObject"]
        for at in range(0, len(attestation), 7):
            changed = attestation[:at] + ("A" if attestation[at] != "A" else "_") + attestation[at + 1 :]
            answer = json.dumps({**made, "response": {**made["response"], "attestationObject": changed}})
            asked = session_of(tx, secret).challenge or ""
            passkeys.accepts_new(tx, session_of(tx, secret), SITE, answer, "Phone")
            passkeys.end(tx, KARI)
            sessions.keep_challenge(tx, digest(secret), asked)


def test_a_browser_is_known_to_the_person_who_signed_in_on_it(store: Store, clock: Clock) -> None:
    with store.writing() as tx:
        mark = known_browsers.mark(tx, KARI, None)
        name = known_browsers.name_of(tx, KARI, mark)
        assert name
        assert known_browsers.name_of(tx, KARI, known_browsers.mark(tx, KARI, mark)) == name
        assert known_browsers.name_of(tx, KARI, known_browsers.mark(tx, KARI, None)) != name
        assert known_browsers.name_of(tx, OLA, mark) is None
        assert known_browsers.name_of(tx, "", mark) is None
        for wrong in (None, "", "x", "\x00", "é", "x" * 2_000, mark[:-2]):
            assert known_browsers.name_of(tx, KARI, wrong) is None
            assert known_browsers.name_of(tx, "", wrong) is None
        keys.add(tx, Purpose.COOKIES)
        assert known_browsers.name_of(tx, KARI, mark) == name
    clock.now = NOW + KNOWN_BROWSER_LIFE
    with store.reading() as tx:
        assert known_browsers.name_of(tx, KARI, mark) is None
