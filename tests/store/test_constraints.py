"""What the database itself refuses, on both kinds, whatever the program above it does."""

import datetime as dt

import pytest
import sqlalchemy as sa

from app.domain.roles import CLUSTER_ROLES, PROGRAMME_ROLES, Role
from app.store import tables
from app.store.database import Store
from tests.make import DAY, NOW, make_assessment, make_cluster
from tests.store.kept import keep_assessment, keep_cluster, keep_person
from tests.store.stores import content

Values = dict[str, object]
PERSON: Values = {
    "id": "new",
    "email": "new@example.org",
    "name": "New",
    "is_administrator": False,
    "is_disabled": False,
    "is_demo": False,
    "created_at": NOW,
    "muted": "",
}
CLUSTER: Values = {"id": "new", "slug": "new", "name": "New", "level": "", "region": "", "sector": "", "revision": 1}
CLUSTER |= {"updated_at": NOW}
ROUND: Values = {"id": "new", "programme_id": "programme-north", "slug": "new", "name": "New", "reference_date": DAY}
MEMBERSHIP: Values = {"id": "new", "user_id": "kari-nordmann", "role": "observer", "cluster_id": "cluster-kyst"}
ASSESSMENT: Values = {"id": "new", "cluster_id": "cluster-kyst", "title": "New", "reference_date": DAY}
ASSESSMENT |= {"framework": "tiny", "version": "1", "digest": "d", "state": "draft", "revision": 1}
ASSESSMENT |= {"created_at": NOW, "updated_at": NOW}
ANSWER: Values = {"assessment_id": "assessment-1", "indicator": "Z.9", "note": "", "revision": 1}
ANSWER |= {"updated_at": NOW, "updated_by": "kari-nordmann"}
SCORECARD: Values = {"assessment_id": "draft", "points": 1, "outcome": "gold", "levels": b"\x01", "frozen_at": NOW}
SESSION: Values = {"digest": "new", "id": "new", "user_id": "kari-nordmann", "client": ""}
SESSION |= {"created_at": NOW, "seen_at": NOW, "confirmed_at": NOW}
TOKEN: Values = {"id": "new", "user_id": "kari-nordmann", "digest": "d", "name": "n", "scopes": "read"}
TOKEN |= {"created_at": NOW, "expires_at": NOW + dt.timedelta(days=1)}
RECEIPT: Values = {"user_id": "kari-nordmann", "key": "new", "request_digest": "d", "status": 200, "headers": "{}"}
RECEIPT |= {"body": b"", "kept_at": NOW}
LATER = NOW + dt.timedelta(days=1)
RESET: Values = {"id": "new", "user_id": "kari-nordmann", "digest": "d", "created_at": NOW, "expires_at": LATER}
TOTP: Values = {"user_id": "ola", "secret": "s", "last_step": 0}
CODE: Values = {"user_id": "kari-nordmann", "digest": "new"}
PASSKEY: Values = {"id": "new", "user_id": "kari-nordmann", "credential": "new", "public_key": b"k", "sign_count": 0}
PASSKEY |= {"name": "n", "created_at": NOW}
IDENTITY: Values = {"issuer": "https://id", "subject": "new", "user_id": "kari-nordmann", "created_at": NOW}
INVITATION: Values = {"id": "new", "email": "new@example.org", "role": "observer", "cluster_id": "cluster-kyst"}
INVITATION |= {"invited_by": "kari-nordmann", "digest": "d", "created_at": NOW, "expires_at": LATER}
CONSENT: Values = {"id": "new", "cluster_id": "cluster-kyst", "audience": "peers", "given_at": NOW, "given_by": "x"}
INTEREST: Values = {"id": "new", "user_id": "kari-nordmann", "cluster_id": "cluster-kyst", "reason": "r"}
INTEREST |= {"declared_at": NOW}
KEY: Values = {"id": "new", "purpose": "links", "wrapped": "w", "created_at": NOW}
MAIL: Values = {"id": "new", "user_id": "kari-nordmann", "address": "a", "language": "en", "kind": "k", "about": "{}"}
MAIL |= {"created_at": NOW, "attempts": 0, "failure": ""}
NOTICE: Values = {"id": "new", "user_id": "kari-nordmann", "kind": "k", "about": "{}", "path": "/", "created_at": NOW}
ATTEMPTS: Values = {"key": "new", "window_start": NOW, "count": 1, "expires_at": LATER}
GOOD: dict[str, Values] = {
    "users": PERSON,
    "clusters": CLUSTER,
    "programmes": {"id": "new", "slug": "new", "name": "New"},
    "rounds": ROUND,
    "memberships": MEMBERSHIP,
    "assessments": ASSESSMENT,
    "answers": ANSWER,
    "scorecards": SCORECARD,
    "sessions": SESSION,
    "tokens": TOKEN,
    "receipts": RECEIPT,
    "resets": RESET,
    "totps": TOTP,
    "recovery_codes": CODE,
    "passkeys": PASSKEY,
    "identities": IDENTITY,
    "invitations": INVITATION,
    "consents": CONSENT,
    "interests": INTEREST,
    "keys": KEY,
    "outbox": MAIL,
    "notices": NOTICE,
    "attempts": ATTEMPTS,
}
TWICE: dict[str, tuple[Values, ...]] = {
    "users": ({"id": "kari-nordmann"}, {"email": "kari-nordmann@example.org"}),
    "clusters": ({"id": "cluster-kyst"}, {"slug": "kyst"}),
    "programmes": ({"id": "programme-north"}, {"slug": "north"}),
    "rounds": ({"id": "round-1"}, {"slug": "autumn"}),
    "memberships": (
        {"id": "member-1"},
        {"role": "manager"},
        {"role": "owner", "cluster_id": None, "programme_id": "programme-north"},
    ),
    "assessments": ({"id": "assessment-1"},),
    "answers": ({"indicator": "A.1"},),
    "scorecards": ({"assessment_id": "assessment-1"},),
    "sessions": ({"digest": "session-1"}, {"id": "session-1"}),
    "tokens": ({"id": "token-1"},),
    "receipts": ({"key": "key-1"},),
    "totps": ({"user_id": "kari-nordmann"},),
    "passkeys": ({"credential": "old"},),
    "identities": ({"subject": "old"},),
}
NOWHERE = {
    "clusters": ("programme_id",),
    "rounds": ("programme_id",),
    "memberships": ("user_id", "cluster_id"),
    "assessments": ("cluster_id", "round_id"),
    "answers": ("assessment_id",),
    "scorecards": ("assessment_id",),
    "sessions": ("user_id",),
    "tokens": ("user_id",),
    "receipts": ("user_id",),
    "resets": ("user_id",),
    "totps": ("user_id",),
    "recovery_codes": ("user_id",),
    "passkeys": ("user_id",),
    "identities": ("user_id",),
    "invitations": ("cluster_id", "invited_by"),
    "consents": ("cluster_id",),
    "interests": ("user_id", "cluster_id"),
    "outbox": ("user_id",),
    "notices": ("user_id",),
}
OUTSIDE: list[tuple[str, Values]] = [
    ("memberships", {"role": "administrator"}),
    ("memberships", {"role": ""}),
    ("memberships", {"role": "Manager"}),
    ("memberships", {"cluster_id": None}),
    ("memberships", {"programme_id": "programme-north"}),
    ("invitations", {"role": "lord"}),
    ("invitations", {"cluster_id": None}),
    ("invitations", {"programme_id": "programme-north"}),
    ("invitations", {"closed_as": "lost"}),
    ("consents", {"audience": "everybody"}),
    ("assessments", {"state": "lost"}),
    ("assessments", {"state": "Draft"}),
]


@pytest.fixture
def filled(store: Store) -> Store:
    """One row in every table that has a constraint."""
    keep_cluster(store)
    keep_person(store)
    keep_person(store, "Ola")
    keep_assessment(store, make_assessment(gold=True))
    keep_assessment(store, make_assessment(id="draft"))
    rows: dict[str, list[Values]] = {
        "rounds": [ROUND | {"id": "round-1", "slug": "autumn"}],
        "memberships": [
            MEMBERSHIP | {"id": "member-1", "role": "manager"},
            MEMBERSHIP | {"id": "member-2", "role": "owner", "cluster_id": None, "programme_id": "programme-north"},
        ],
        "scorecards": [SCORECARD | {"assessment_id": "assessment-1"}],
        "sessions": [SESSION | {"digest": "session-1", "id": "session-1"}],
        "totps": [TOTP | {"user_id": "kari-nordmann"}],
        "passkeys": [PASSKEY | {"id": "old", "credential": "old"}],
        "identities": [IDENTITY | {"subject": "old"}],
        "tokens": [TOKEN | {"id": "token-1"}],
        "receipts": [RECEIPT | {"key": "key-1"}],
    }
    for table, each in rows.items():
        for row in each:
            insert(store, table, row)
    return store


def insert(store: Store, table: str, values: Values) -> None:
    with store.writing() as tx:
        tx.connection.execute(sa.insert(tables.metadata.tables[table]).values(values))


def refuse(store: Store, table: str, values: Values) -> None:
    before = content(store)
    with pytest.raises(sa.exc.IntegrityError):
        insert(store, table, values)
    assert content(store) == before


@pytest.mark.parametrize("table", GOOD)
def test_a_good_row_is_taken_so_that_the_refusals_below_mean_something(filled: Store, table: str) -> None:
    insert(filled, table, GOOD[table])


@pytest.mark.parametrize(("table", "clash"), [(table, clash) for table, clashes in TWICE.items() for clash in clashes])
def test_what_must_be_there_once_cannot_be_there_twice(filled: Store, table: str, clash: Values) -> None:
    refuse(filled, table, GOOD[table] | clash)


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, columns in NOWHERE.items() for column in columns]
)
def test_a_reference_to_nothing_is_refused(filled: Store, table: str, column: str) -> None:
    refuse(filled, table, GOOD[table] | {column: "nothing"})


def test_every_reference_is_tried_above() -> None:
    declared = {
        (table.name, column.name)
        for table in tables.metadata.tables.values()
        for column in table.columns
        if column.foreign_keys
    }
    tried = {(table, column) for table, columns in NOWHERE.items() for column in columns}
    # These two are tried with the check of exactly one place.
    assert declared - tried == {("memberships", "programme_id"), ("invitations", "programme_id")}


@pytest.mark.parametrize(("table", "changes"), OUTSIDE)
def test_a_value_outside_its_few_is_refused(filled: Store, table: str, changes: Values) -> None:
    refuse(filled, table, GOOD[table] | changes)


def test_the_roles_that_the_database_takes_are_those_that_can_be_given(filled: Store) -> None:
    assert set(Role) - {Role.ADMINISTRATOR} == CLUSTER_ROLES | PROGRAMME_ROLES
    with filled.writing() as tx:
        tx.connection.execute(sa.delete(tables.memberships))
        for role in sorted(CLUSTER_ROLES | PROGRAMME_ROLES):
            tx.connection.execute(sa.insert(tables.memberships).values({**MEMBERSHIP, "id": role, "role": role}))


@pytest.mark.parametrize("table", GOOD)
def test_a_value_that_must_be_there_is_asked_for(filled: Store, table: str) -> None:
    needed = [
        column.name
        for column in tables.metadata.tables[table].columns
        if not column.nullable and column.name in GOOD[table]
    ]
    assert needed
    for column in needed:
        refuse(filled, table, GOOD[table] | {column: None})


def test_a_person_who_goes_takes_sessions_tokens_roles_and_receipts_along(filled: Store) -> None:
    with filled.writing() as tx:
        tx.connection.execute(sa.delete(tables.users))
    found = content(filled)
    assert [found[table] for table in ("sessions", "tokens", "memberships", "receipts")] == [[], [], [], []]
    assert len(found["answers"]) == 3


@pytest.mark.parametrize("table", ["programmes", "clusters", "rounds"])
def test_what_others_refer_to_cannot_be_deleted(filled: Store, table: str) -> None:
    insert(filled, "assessments", ASSESSMENT | {"round_id": "round-1"})
    before = content(filled)
    with pytest.raises(sa.exc.IntegrityError), filled.writing() as tx:
        tx.connection.execute(sa.delete(tables.metadata.tables[table]))
    assert content(filled) == before


def test_an_invented_cluster_of_the_tests_is_one_the_database_takes(store: Store) -> None:
    keep_cluster(store, make_cluster("alene", None))
