"""Mail is sent once, later, or given up; never while a transaction is open, and never to who should not get it."""

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from app.domain.errors import Invalid, NotFound, NotPermitted, NotSignedIn, Unavailable
from app.domain.messages import LEASE, MOST_ATTEMPTS, Kind, Letter, Mail, Undelivered
from app.domain.permissions import VISITOR
from app.store import keys, links, messages, outbox, tables
from app.store.database import Store, make_engine
from app.store.keys import Purpose
from app.usecases import mail, operators
from app.usecases.mail import Delivered
from app.usecases.operators import OPERATOR
from tests.make import NOW, SECRET, Clock, Ids
from tests.store.kept import keep_cluster, keep_person

INVITATION = {"id": "inv-1", "email": "ny@example.org", "role": "manager", "cluster_id": "cluster-kyst"}
INVITATION |= {"invited_by": "kari"}


@dataclass
class Post:
    """Writes letters out as little more than their path, and keeps what is sent, or refuses it."""

    sent: list[Mail] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    refusal: Exception | None = None
    meanwhile: Callable[[], None] = lambda: None

    def compose(self, letter: Letter) -> Mail:
        self.letters.append(letter)
        return Mail(letter.id, letter.address, str(letter.kind), letter.path, "", letter.created_at, letter.unsubscribe)

    def send(self, mail: Mail) -> None:
        self.meanwhile()
        if self.refusal is not None:
            raise self.refusal
        self.sent.append(mail)

    def round(self, store: Store, limit: int = 50, only: str | None = None) -> Delivered:
        return mail.deliver(store, self.compose, self.send, limit, only=only)


@pytest.fixture
def kari(store: Store) -> Store:
    """The store with a cluster and a person."""
    keep_cluster(store)
    keep_person(store, "Kari", language="nb")
    return store


def tell(store: Store, kind: Kind = Kind.TOOK_ROLE, **about: str) -> None:
    with store.writing() as tx:
        messages.tell(tx, kind, ["kari"], "/", {"role": "manager", "place": "Kyst", **about})


def trials(store: Store, count: int) -> list[str]:
    with store.writing() as tx:
        return [messages.post(tx, Kind.TRIAL, f"person-{number}@example.org") for number in range(count)]


def invite(store: Store, **changes: object) -> str:
    """Keep an invitation with its mail as the use case does, and return the link's secret."""
    with store.writing() as tx:
        secret = links.secret(tx, Kind.INVITED, "inv-1")
        row = {**INVITATION, "digest": keys.digest(secret), "created_at": tx.now, **changes}
        row.setdefault("expires_at", tx.now + dt.timedelta(hours=72))
        tx.connection.execute(sa.insert(tables.invitations).values(row))
        messages.post(tx, Kind.INVITED, "ny@example.org", about={"invitation": "inv-1"})
    return secret


def reset(store: Store) -> str:
    with store.writing() as tx:
        secret = links.secret(tx, Kind.RESET_PASSWORD, "reset-1")
        row = {"id": "reset-1", "user_id": "kari", "digest": keys.digest(secret), "created_at": tx.now}
        row["expires_at"] = tx.now + dt.timedelta(minutes=20)
        tx.connection.execute(sa.insert(tables.resets).values(row))
        messages.post(tx, Kind.RESET_PASSWORD, "kari@example.org", user_id="kari", about={"reset": "reset-1"})
    return secret


def waiting(store: Store) -> list[outbox.MailLine]:
    return mail.listed(store, OPERATOR, failed=False)


def test_what_waits_is_sent_and_nothing_is_sent_twice(kari: Store) -> None:
    tell(kari)
    trials(kari, 2)
    post = Post()
    assert post.round(kari) == Delivered(sent=3)
    assert sorted(each.address for each in post.sent) == [
        "kari@example.org",
        "person-0@example.org",
        "person-1@example.org",
    ]
    assert post.round(kari) == Delivered()
    assert all(line.sent_at == NOW for line in waiting(kari))


def test_a_round_has_its_limit_and_leaves_the_rest_for_the_next(store: Store) -> None:
    trials(store, 5)
    post = Post()
    assert [post.round(store, limit=2).sent for _ in range(4)] == [2, 2, 1, 0]


def test_between_two_mails_it_can_be_told_to_stop(store: Store) -> None:
    trials(store, 5)
    post = Post()
    done = mail.deliver(store, post.compose, post.send, 50, goes_on=lambda: len(post.sent) < 2)
    assert done == Delivered(sent=2)


def test_no_transaction_is_open_while_the_server_is_spoken_to(store: Store) -> None:
    trials(store, 1)
    wrote = threading.Event()

    def write() -> None:
        trials(store, 1)
        wrote.set()

    def meanwhile() -> None:
        if not wrote.is_set():
            other = threading.Thread(target=write)
            other.start()
            other.join(5)
            assert wrote.is_set(), "another writer was kept waiting"

    assert Post(meanwhile=meanwhile).round(store).sent == 2


def test_a_person_gets_mail_in_the_language_they_have_now(kari: Store) -> None:
    tell(kari)
    with kari.writing() as tx:
        messages.post(tx, Kind.TRIAL, "stranger@example.org")
        messages.post(tx, Kind.TRIAL, "guest@example.org", language="en")
        tx.connection.execute(sa.update(tables.users).values(language="en"))
    post = Post()
    post.round(kari)
    assert {letter.address: letter.language for letter in post.letters} == {
        "kari@example.org": "en",
        "stranger@example.org": None,
        "guest@example.org": "en",
    }


@pytest.mark.parametrize(
    ("refusal", "due"),
    [
        (Undelivered("busy"), Delivered(later=1)),
        (Undelivered("no such mailbox", for_good=True), Delivered(failed=1)),
        (ZeroDivisionError("a fault of ours"), Delivered(later=1)),
    ],
)
def test_what_is_not_taken_is_tried_later_or_given_up_and_holds_up_nobody(
    store: Store, refusal: Exception, due: Delivered
) -> None:
    (first,) = trials(store, 1)
    post = Post(refusal=refusal)
    assert post.round(store) == due
    post.refusal = None
    trials(store, 1)
    assert post.round(store) == Delivered(sent=1)
    (line,) = [line for line in waiting(store) if line.id == first]
    assert (line.sent_at, line.failed_at is not None) == (None, bool(due.failed))
    expected = refusal.why if isinstance(refusal, Undelivered) else "It could not be written. The service's log has"
    assert line.failure.startswith(expected)


def test_what_became_of_it_is_seen_by_who_runs_the_service(store: Store) -> None:
    (mail_id,) = trials(store, 1)
    Post(refusal=Undelivered("no such mailbox", for_good=True)).round(store)
    trials(store, 2)
    found = mail.overview(store, OPERATOR)
    assert [line.id for line in found.failures] == [mail_id]
    assert (len(found.newest), found.waiting, found.tried, found.failed) == (3, 2, 0, 1)
    assert [line.id for line in mail.listed(store, OPERATOR, failed=True)] == [mail_id]


def test_a_mail_that_has_failed_is_tried_again_when_somebody_says_so(store: Store) -> None:
    (mail_id,) = trials(store, 1)
    Post(refusal=Undelivered("no such mailbox", for_good=True)).round(store)
    assert mail.retry(store, OPERATOR, mail_id).failed_at is None
    with pytest.raises(NotFound):
        mail.retry(store, OPERATOR, mail_id)
    assert Post().round(store) == Delivered(sent=1)
    with store.reading() as tx:
        verbs = tx.connection.execute(sa.select(tables.journal.c.verb)).scalars().all()
    assert verbs == ["retried-mail"]


def test_a_trial_goes_through_the_outbox(store: Store) -> None:
    with pytest.raises(Invalid):
        mail.post_trial(store, OPERATOR, {"to": "nobody"})
    trials(store, 1)
    mail_id = mail.post_trial(store, OPERATOR, {"to": "Kari@Example.org"})
    assert mail.one(store, OPERATOR, mail_id).sent_at is None
    post = Post()
    assert post.round(store, only=mail_id) == Delivered(sent=1)
    assert [each.address for each in post.sent] == ["kari@example.org"]
    assert mail.one(store, OPERATOR, mail_id).sent_at == NOW


def test_mail_is_for_administrators_alone(kari: Store) -> None:
    (mail_id,) = trials(kari, 1)
    keep_person(kari, "Admin", is_administrator=True)
    admin, nobody = (operators.acting_as(kari, f"{name}@example.org") for name in ("admin", "kari"))
    assert mail.overview(kari, admin).waiting == 1
    says: list[Callable[[], object]] = [
        lambda: mail.overview(kari, nobody),
        lambda: mail.listed(kari, nobody, failed=False),
        lambda: mail.one(kari, nobody, mail_id),
        lambda: mail.overdue(kari, nobody),
        lambda: mail.retry(kari, nobody, mail_id),
        lambda: mail.post_trial(kari, nobody, {"to": "a@example.org"}),
    ]
    for say in says:
        with pytest.raises(NotPermitted):
            say()
    with pytest.raises(NotSignedIn):
        mail.overview(kari, VISITOR)


def test_an_invitation_says_who_invites_to_what_and_carries_the_link_whose_digest_is_kept(kari: Store) -> None:
    secret = invite(kari)
    with kari.writing() as tx:
        keys.add(tx, Purpose.LINKS)
    post = Post()
    assert post.round(kari) == Delivered(sent=1)
    (letter,) = post.letters
    assert letter.path == f"/invitations/inv-1/{secret}"
    assert letter.about == {"invitation": "inv-1", "who": "Kari", "role": "manager", "place": "Kyst"}
    assert letter.unsubscribe is None


def test_an_invitation_says_what_is_special_about_it_as_it_is_kept(kari: Store) -> None:
    invite(kari, until=dt.datetime(2026, 12, 1, 23, tzinfo=dt.UTC), giver_becomes="observer")
    post = Post()
    post.round(kari)
    about = post.letters[0].about
    assert (about["role"], about["day"], about["hands_over"]) == ("deputy", "2026-12-01", "yes")


def test_an_invitation_to_a_programme_names_the_programme(kari: Store) -> None:
    invite(kari, role="owner", cluster_id=None, programme_id="programme-north")
    post = Post()
    post.round(kari)
    assert post.letters[0].about["place"] == "Programme north"


def test_a_link_to_a_new_password_is_the_one_whose_digest_is_kept(kari: Store) -> None:
    secret = reset(kari)
    post = Post()
    assert post.round(kari) == Delivered(sent=1)
    assert post.letters[0].path == f"/reset/reset-1/{secret}"
    assert post.letters[0].language == "nb"


def test_what_rests_in_the_database_holds_no_link(kari: Store) -> None:
    secrets = [invite(kari), reset(kari)]
    Post().round(kari)
    with kari.reading() as tx:
        for table in tables.metadata.sorted_tables:
            rows = repr(tx.connection.execute(sa.select(table)).all())
            assert not any(secret in rows for secret in secrets), table.name


def test_a_link_that_has_expired_before_it_could_be_sent_is_not_sent(kari: Store, clock: Clock) -> None:
    invite(kari)
    reset(kari)
    clock.move(minutes=20)
    post = Post()
    assert post.round(kari) == Delivered(sent=1, failed=1)
    assert [each.kind for each in post.letters] == [Kind.INVITED]
    (late,) = mail.listed(kari, OPERATOR, failed=True)
    assert "that while was over before it could be sent" in late.failure


def test_a_link_to_what_is_over_is_not_sent_and_is_no_failure(kari: Store) -> None:
    invite(kari, closed_at=NOW, closed_as="withdrawn")
    reset(kari)
    with kari.writing() as tx:
        tx.connection.execute(sa.update(tables.resets).values(used_at=NOW))
    post = Post()
    assert post.round(kari) == Delivered(dropped=2)
    assert (post.letters, waiting(kari)) == ([], [])


@pytest.mark.parametrize("change", [{"is_disabled": True}, {"is_demo": True}, {"muted": "took-role gave-role"}])
def test_who_is_gone_invented_or_has_turned_it_off_in_the_meantime_gets_nothing(
    kari: Store, change: dict[str, object]
) -> None:
    tell(kari)
    with kari.writing() as tx:
        tx.connection.execute(sa.update(tables.users).values(change))
    assert Post().round(kari) == Delivered(dropped=1)


@pytest.mark.parametrize("change", [{"is_disabled": True}, {"is_demo": True}, {"muted": "took-role"}])
def test_who_is_gone_invented_or_has_turned_it_off_is_left_no_mail(kari: Store, change: dict[str, object]) -> None:
    with kari.writing() as tx:
        tx.connection.execute(sa.update(tables.users).values(change))
    tell(kari)
    with kari.reading() as tx:
        found = tx.connection.execute(sa.select(tables.notices.c.id)).all()
    assert waiting(kari) == []
    assert len(found) == (0 if "is_disabled" in change else 1)


def test_who_has_no_address_is_told_in_the_service_alone(kari: Store) -> None:
    with kari.writing() as tx:
        tx.connection.execute(sa.update(tables.users).values(email="kari@no-address.invalid"))
    tell(kari, Kind.CHANGED_PASSWORD)
    with kari.reading() as tx:
        assert len(tx.connection.execute(sa.select(tables.notices.c.id)).all()) == 1
    assert waiting(kari) == []


def test_what_is_about_safety_comes_however_much_is_turned_off(kari: Store) -> None:
    with kari.writing() as tx:
        tx.connection.execute(sa.update(tables.users).values(muted=" ".join(Kind)))
    tell(kari, Kind.CHANGED_PASSWORD)
    post = Post()
    assert post.round(kari) == Delivered(sent=1)
    assert post.letters[0].unsubscribe is None


def test_a_database_that_is_gone_is_not_the_mails_fault(store: Store) -> None:
    trials(store, 1)
    with pytest.raises(Unavailable):
        Post(refusal=Unavailable()).round(store)
    assert waiting(store)[0].failure == ""


def test_a_mail_that_brings_every_worker_down_is_given_up(store: Store, clock: Clock) -> None:
    class Down(BaseException):
        """A worker's sudden end."""

    trials(store, 1)

    def end() -> None:
        raise Down

    for _ in range(MOST_ATTEMPTS):
        with pytest.raises(Down):
            Post(meanwhile=end).round(store)
        clock.move(seconds=LEASE.total_seconds())
    assert Post(meanwhile=end).round(store) == Delivered(failed=1)
    assert waiting(store)[0].failure == "Sending it was begun ten times and never ended."


@pytest.mark.parametrize("workers", [2, 4])
def test_several_workers_send_each_mail_once(store: Store, url: str, clock: Clock, workers: int) -> None:
    ids = trials(store, 40)
    post = Post()
    together = threading.Barrier(workers)

    def work(own: Store) -> Delivered:
        together.wait()
        return post.round(own, limit=100)

    # On PostgreSQL each has an engine of its own, as a process has; on SQLite one store serves all threads of it.
    own = [Store(make_engine(url), clock, Ids(), SECRET) for _ in range(workers)]
    stores = own if url.startswith("postgresql") else [store] * workers
    with ThreadPoolExecutor(workers) as pool:
        done = list(pool.map(work, stores))
    for each in own:
        each.dispose()
    assert Counter(each.id for each in post.sent) == Counter(ids)
    assert sum(each.sent for each in done) == len(ids)
    assert sum(1 for each in done if each.sent) > 1
