"""The service's keys: made when first needed, wrapped by the secret, rotated without losing what was made with them."""

import base64
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.store import keys
from app.store.database import Store
from app.store.keys import Key, Purpose, WrongSecret, digest
from app.store.tables import keys as table
from tests.make import SECRET, Clock
from tests.store.stores import content

OTHER = "another secret, which opens nothing else"
A_KEY = Key("key", b"k" * 32)


def current(store: Store, purpose: Purpose = Purpose.LINKS) -> Key:
    with store.writing() as tx:
        return keys.current(tx, purpose)


def known(store: Store, purpose: Purpose = Purpose.LINKS) -> list[Key]:
    with store.reading() as tx:
        return keys.known(tx, purpose)


def rotate(store: Store, purpose: Purpose = Purpose.LINKS) -> Key:
    with store.writing() as tx:
        return keys.add(tx, purpose)


def with_secret(store: Store, secret: str) -> Store:
    """The same database, opened with another secret, as by a process that was started with it."""
    return Store(store.engine, store.clock, store.new_id, secret)


def test_a_key_is_made_when_it_is_first_needed_and_is_the_same_from_then_on(store: Store) -> None:
    assert known(store) == []
    with store.reading() as tx:
        assert keys.newest(tx, Purpose.LINKS) is None
    first = current(store)
    assert len(first.secret) == 32
    assert current(store) == first
    assert known(store) == [first]
    assert current(with_secret(store, SECRET)) == first


def test_each_purpose_has_keys_of_its_own(store: Store) -> None:
    made = {purpose: current(store, purpose) for purpose in Purpose}
    assert len({key.secret for key in made.values()}) == len({key.id for key in made.values()}) == len(Purpose)
    assert {purpose: current(store, purpose) for purpose in Purpose} == made


def test_who_needs_the_first_key_at_the_same_moment_gets_the_same_one(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: current(store), range(16)))
    assert len({key.id for key in found}) == len(known(store)) == 1


def test_the_newest_is_in_use_and_earlier_ones_stay_known(store: Store, clock: Clock) -> None:
    first = current(store)
    clock.move(days=1)
    second = rotate(store)
    assert current(store) == second != first
    third = rotate(store)
    assert known(store) == [third, second, first]


def test_the_newest_is_in_use_whatever_the_clock_says(store: Store, clock: Clock) -> None:
    current(store)
    clock.move(days=-400)
    made = [rotate(store) for _ in range(5)]
    assert current(store) == made[-1]
    assert known(store)[:5] == made[::-1]


def test_another_process_sees_a_new_key_at_once(store: Store) -> None:
    other = with_secret(store, SECRET)
    assert current(other) == current(store)
    made = rotate(store)
    assert current(other) == made


def test_what_may_be_told_about_keys_holds_none(store: Store, clock: Clock) -> None:
    first = current(store)
    clock.move(days=1)
    second, other = rotate(store), current(store, Purpose.COOKIES)
    with store.reading() as tx:
        listed = keys.listed(tx)
    assert [(line.purpose, line.id, line.in_use) for line in listed] == [
        ("cookies", other.id, True),
        ("links", second.id, True),
        ("links", first.id, False),
    ]
    assert not any(key.secret.hex() in repr(listed) for key in (first, second, other))


def test_a_key_is_kept_wrapped_and_shows_itself_nowhere(store: Store) -> None:
    key = current(store)
    forms = {repr(key.secret)[2:-1], key.secret.hex(), base64.b64encode(key.secret).decode()}
    kept = "".join(content(store)["keys"])
    assert not any(form in kept or form in repr(key) for form in forms)
    assert SECRET not in repr(store.__dict__.get("engine")) + kept
    with store.reading() as tx:
        assert SECRET not in repr(tx)


def test_a_wrapped_key_opens_with_the_secret_as_is_documented(store: Store) -> None:
    key = current(store)
    with store.reading() as tx:
        wrapped = tx.connection.execute(sa.select(table.c.wrapped)).scalar_one()
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"goldgap wrapping").derive(SECRET.encode())
    assert Fernet(base64.urlsafe_b64encode(derived)).decrypt(wrapped) == key.secret


def test_another_secret_opens_nothing_and_makes_nothing(store: Store) -> None:
    current(store)
    before, wrong = content(store), with_secret(store, OTHER)
    for fail in (
        lambda: known(wrong),
        lambda: current(wrong),
        lambda: rotate(wrong),
        # Without a key of this purpose there is none to open, and one made now could never be opened again.
        lambda: current(wrong, Purpose.COOKIES),
        lambda: wrap(wrong, SECRET),
    ):
        with pytest.raises(WrongSecret, match="GOLDGAP_SECRET_KEY is not the one"):
            fail()
    assert content(store) == before


def test_people_are_told_only_that_it_is_not_available() -> None:
    assert "GOLDGAP" not in WrongSecret().message
    assert WrongSecret().code == "unavailable"


def test_whether_the_secret_is_the_right_one_can_be_asked(store: Store) -> None:
    for each in (store, with_secret(store, OTHER)):
        with each.reading() as tx:
            keys.require_secret(tx)
    current(store)
    with store.reading() as tx:
        keys.require_secret(tx)
    with with_secret(store, OTHER).reading() as tx, pytest.raises(WrongSecret):
        keys.require_secret(tx)


def wrap(store: Store, secret: str) -> int:
    with store.writing() as tx:
        return keys.wrap_anew(tx, secret)


def test_wrapping_anew_keeps_every_key_and_changes_the_secret(store: Store) -> None:
    made = [current(store), rotate(store), current(store, Purpose.TOKENS)]
    assert wrap(store, OTHER) == 3
    after = with_secret(store, OTHER)
    assert known(after) == [made[1], made[0]]
    assert known(after, Purpose.TOKENS) == [made[2]]
    for fail in (known, rotate, lambda each: current(each, Purpose.ATTEMPTS)):
        with pytest.raises(WrongSecret):
            fail(store)
    assert wrap(after, SECRET) == 3
    assert known(store) == [made[1], made[0]]


def test_wrapping_anew_is_done_for_all_or_for_none(store: Store) -> None:
    current(store)
    with store.writing() as tx:
        tx.connection.execute(sa.insert(table).values(id="zz", purpose="x", wrapped="broken", created_at=tx.now))
    before = content(store)
    with pytest.raises(WrongSecret):
        wrap(store, OTHER)
    assert content(store) == before


def test_a_key_is_not_made_while_all_are_wrapped_anew(store: Store) -> None:
    current(store)
    late = threading.Thread(target=lambda: _swallow(store))
    with store.writing() as tx:
        keys.wrap_anew(tx, OTHER)
        late.start()
        late.join(timeout=0.3)
        assert late.is_alive()
    late.join()
    assert len(known(with_secret(store, OTHER))) == 1
    assert known(with_secret(store, OTHER), Purpose.COOKIES) == []


def _swallow(store: Store) -> None:
    with pytest.raises(WrongSecret):
        current(store, Purpose.COOKIES)


def test_no_two_lists_of_parts_have_the_same_signature() -> None:
    lists = [(), ("",), ("", ""), ("a",), ("a", ""), ("", "a"), ("ab",), ("a", "b"), ("a\0b",), ("Å",), ("A\u030a",)]
    assert len({A_KEY.sign(*parts) for parts in lists}) == len(lists)
    assert A_KEY.sign("a", "b") == A_KEY.sign("a", "b") != Key("key", b"l" * 32).sign("a", "b")
    assert len(A_KEY.sign("\ud800")) == 64


def test_what_is_sealed_is_read_with_this_key_alone() -> None:
    sealed = A_KEY.seal("hemmelig ☂")
    assert "hemmelig" not in sealed
    assert A_KEY.open(sealed) == "hemmelig ☂"
    assert Key("key", b"l" * 32).open(sealed) is None
    for broken in ("", "x", sealed[:-2], sealed.swapcase(), "☂"):
        assert A_KEY.open(broken) is None


def test_what_is_sealed_can_grow_too_old() -> None:
    sealed = A_KEY.seal("a")
    assert A_KEY.open(sealed, within=60) == "a"
    old = Fernet(_sealing_key()).encrypt_at_time(b"a", 1_000_000_000).decode()
    assert A_KEY.open(old) == "a"
    assert A_KEY.open(old, within=60) is None


def _sealing_key() -> bytes:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"goldgap sealing").derive(A_KEY.secret)
    return base64.urlsafe_b64encode(derived)


def test_a_digest_is_a_plain_sha_256() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digest("\ud800") != digest("\ud801")
