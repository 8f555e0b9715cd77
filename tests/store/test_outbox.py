"""The outbox in the database: who may send what when, and what is written down about it."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.domain.errors import NotFound
from app.domain.messages import LEASE, MOST_ATTEMPTS, Kind
from app.store import messages, outbox, tables
from app.store.database import Store
from app.store.outbox import Claimed
from tests.make import NOW, Clock


def post(store: Store, address: str = "kari@example.org") -> str:
    with store.writing() as tx:
        return messages.post(tx, Kind.TRIAL, address)


def claim(store: Store, only: str | None = None) -> Claimed | None:
    with store.writing() as tx:
        return outbox.claim(tx, only)


def claimed(store: Store) -> Claimed:
    found = claim(store)
    assert found is not None
    return found


def line(store: Store, mail_id: str) -> outbox.MailLine:
    with store.reading() as tx:
        return outbox.load(tx, mail_id)


def test_a_mail_is_due_at_once_and_taken_once(store: Store) -> None:
    mail_id = post(store)
    with store.reading() as tx:
        assert outbox.is_due(tx)
    found = claimed(store)
    assert (found.id, found.kind, found.address, found.attempts) == (mail_id, Kind.TRIAL, "kari@example.org", 1)
    assert claim(store) is None
    with store.reading() as tx:
        assert not outbox.is_due(tx)


def test_the_one_that_has_been_due_longest_comes_first_unless_one_is_named(store: Store, clock: Clock) -> None:
    first = post(store)
    clock.move(minutes=1)
    second, third = post(store), post(store)
    assert claim(store, third) is not None
    assert claimed(store).id == first
    assert claimed(store).id == second


def test_what_a_dead_worker_had_is_taken_by_another_when_its_time_is_over(store: Store, clock: Clock) -> None:
    post(store)
    first = claimed(store)
    clock.move(seconds=LEASE.total_seconds() - 1)
    assert claim(store) is None
    clock.move(seconds=1)
    assert claimed(store).attempts == first.attempts + 1


def test_what_was_sent_is_never_due_again(store: Store, clock: Clock) -> None:
    post(store)
    with store.writing() as tx:
        outbox.mark_sent(tx, claimed(store))
    clock.move(days=1)
    assert claim(store) is None


def test_a_failure_that_passes_is_tried_again_later(store: Store, clock: Clock) -> None:
    mail_id = post(store)
    with store.writing() as tx:
        assert not outbox.put_off(tx, claimed(store), "busy", for_good=False)
    kept = line(store, mail_id)
    assert (kept.attempts, kept.failure, kept.failed_at) == (1, "busy", None)
    assert kept.next_at is not None
    assert NOW < kept.next_at < NOW + dt.timedelta(minutes=2)
    assert claim(store) is None
    clock.move(minutes=2)
    assert claimed(store).attempts == 2


def test_a_failure_for_good_is_not_tried_again(store: Store, clock: Clock) -> None:
    mail_id = post(store)
    with store.writing() as tx:
        assert outbox.put_off(tx, claimed(store), "no such mailbox", for_good=True)
    clock.move(days=2)
    assert claim(store) is None
    assert (line(store, mail_id).failed_at, line(store, mail_id).failure) == (NOW, "no such mailbox")


def test_after_ten_attempts_it_is_given_up(store: Store, clock: Clock) -> None:
    mail_id = post(store)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with store.writing() as tx:
            assert outbox.put_off(tx, claimed(store), "busy", for_good=False) is (attempt == MOST_ATTEMPTS)
        clock.move(hours=13)
    assert claim(store) is None
    assert line(store, mail_id).attempts == MOST_ATTEMPTS


def test_who_overran_the_time_takes_nothing_from_who_came_after(store: Store, clock: Clock) -> None:
    mail_id = post(store)
    slow = claimed(store)
    clock.move(seconds=LEASE.total_seconds())
    quick = claimed(store)
    with store.writing() as tx:
        outbox.put_off(tx, slow, "too slow", for_good=True)
    assert line(store, mail_id).failed_at is None
    with store.writing() as tx:
        outbox.mark_sent(tx, quick)
        outbox.put_off(tx, slow, "too slow", for_good=True)
    assert (line(store, mail_id).failed_at, line(store, mail_id).sent_at is None) == (None, False)


def test_what_was_sent_after_all_is_sent_whatever_somebody_else_wrote_down(store: Store, clock: Clock) -> None:
    mail_id = post(store)
    slow = claimed(store)
    clock.move(seconds=LEASE.total_seconds())
    with store.writing() as tx:
        outbox.put_off(tx, claimed(store), "busy", for_good=True)
        outbox.mark_sent(tx, slow)
    assert (line(store, mail_id).failed_at, line(store, mail_id).failure) == (None, "")


def test_a_kind_of_a_newer_version_waits_and_holds_up_no_other(store: Store) -> None:
    strange, known = post(store), post(store)
    with store.writing() as tx:
        tx.connection.execute(sa.update(tables.outbox).where(tables.outbox.c.id == strange).values(kind="of-tomorrow"))
    assert claimed(store).id == known
    assert claim(store) is None
    assert line(store, strange).kind == "of-tomorrow"


def test_only_what_has_failed_can_be_tried_again_by_hand(store: Store) -> None:
    mail_id = post(store)
    for wrong in (mail_id, "nothing"):
        with store.writing() as tx, pytest.raises(NotFound):
            outbox.revive(tx, wrong)
    with store.writing() as tx:
        outbox.put_off(tx, claimed(store), "no", for_good=True)
    with store.writing() as tx:
        outbox.revive(tx, mail_id)
    assert (claimed(store).attempts, line(store, mail_id).failed_at) == (1, None)


def test_what_is_done_with_is_forgotten_after_a_while_and_what_waits_is_not(store: Store, clock: Clock) -> None:
    sent, failed, waiting = post(store), post(store), post(store)
    with store.writing() as tx:
        done, lost = outbox.claim(tx, sent), outbox.claim(tx, failed)
        assert done is not None
        assert lost is not None
        outbox.mark_sent(tx, done)
        outbox.put_off(tx, lost, "no", for_good=True)
    now = clock.move(days=30)
    with store.writing() as tx:
        assert outbox.forget(tx, now - dt.timedelta(days=30)) == 0
    now = clock.move(seconds=1)
    with store.writing() as tx:
        assert outbox.forget(tx, now - dt.timedelta(days=30)) == 2
    with store.reading() as tx:
        assert [each.id for each in outbox.listed(tx, failed=False, limit=9)] == [waiting]
        assert outbox.count(tx) == (1, 0, 0)
        assert outbox.overdue(tx, dt.timedelta(hours=1)) == 1


def test_an_inviter_learns_what_became_of_the_newest_mail_about_an_invitation(store: Store, clock: Clock) -> None:
    def state() -> messages.MailState | None:
        with store.reading() as tx:
            return messages.state(tx, Kind.INVITED, "invitation-1")

    def invite() -> None:
        with store.writing() as tx:
            messages.post(tx, Kind.INVITED, "ola@example.org", about={"invitation": "invitation-1"})
            messages.post(tx, Kind.INVITED, "ola@example.org", about={"invitation": "invitation-2"})

    assert state() is None
    invite()
    found = state()
    assert found is not None
    assert (found.sent_at, found.failed_at, found.created_at) == (None, None, NOW)
    with store.writing() as tx:
        outbox.put_off(tx, claimed(store), "no such mailbox", for_good=True)
    found = state()
    assert found is not None
    assert (found.failed_at, found.failure) == (NOW, "no such mailbox")
    again = clock.move(minutes=1)
    invite()
    found = state()
    assert found is not None
    assert (found.created_at, found.failed_at) == (again, None)


@pytest.mark.parametrize(
    ("kind", "about"), [(Kind.INVITED, {}), (Kind.INVITED, None), (Kind.GAVE_ROLE, {"role": "manager"})]
)
def test_a_message_that_lacks_what_it_needs_to_know_is_not_left(
    store: Store, kind: Kind, about: dict[str, str] | None
) -> None:
    with store.writing() as tx, pytest.raises(ValueError, match="needs to know"):
        messages.post(tx, kind, "ola@example.org", about=about)
    with store.writing() as tx, pytest.raises(ValueError, match="needs to know"):
        messages.tell(tx, kind, [], "/", about or {})
