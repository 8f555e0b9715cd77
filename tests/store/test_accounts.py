"""People, roles, sessions and tokens in the database: each value comes back as it was."""

import dataclasses
import datetime as dt

import pytest

from app.domain.accounts import Token
from app.domain.errors import Invalid, NotFound
from app.domain.permissions import Membership
from app.domain.roles import Role, TokenScope
from app.store import accounts
from app.store.database import Store
from tests.make import NOW, Clock, make_cluster
from tests.store.kept import keep_cluster, keep_person
from tests.store.stores import content

MANAGER = Membership(Role.MANAGER, cluster_id="cluster-kyst")
OWNER = Membership(Role.OWNER, programme_id="programme-north")
PROOF, PLAIN = accounts.TokenProof("digest", "key"), accounts.TokenProof("other")
TOKEN = Token(
    id="token-1",
    user_id="kari-nordmann",
    name="Min bærbare",
    scopes=frozenset({TokenScope.WRITE, TokenScope.READ}),
    created_at=NOW,
    expires_at=NOW + dt.timedelta(days=90),
    last_used_at=None,
    revoked_at=None,
)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"language": "nb", "is_administrator": True},
        {"is_disabled": True, "is_demo": True},
        {"name": "Åse 'Ø' \"Æ\" %s :x \\ 👩\u200d🚀", "email": "åse@blåskjell.no"},
    ],
)
def test_a_person_comes_back_as_they_were(store: Store, changes: dict[str, object]) -> None:
    user = keep_person(store, **changes)  # type: ignore[arg-type]
    with store.reading() as tx:
        assert accounts.by_id(tx, user.id) == user
        assert accounts.by_email(tx, user.email) == (user, None)
        assert accounts.users_listed(tx) == [user]


def test_a_passwords_digest_comes_with_the_person(store: Store) -> None:
    user = keep_person(store, password_hash="digest")
    with store.reading() as tx:
        assert accounts.by_email(tx, user.email) == (user, "digest")


def test_nobody_is_found_by_what_is_not_exactly_theirs(store: Store) -> None:
    user = keep_person(store)
    with store.reading() as tx:
        for email in ("", "ola@example.org", user.email.upper(), f"{user.email} ", "kari%", "%", "_" * len(user.email)):
            assert accounts.by_email(tx, email) is None
        for key in ("", "ola", "KARI-NORDMANN", "%"):
            with pytest.raises(NotFound):
                accounts.by_id(tx, key)


def test_an_address_that_is_taken_is_refused(store: Store) -> None:
    user = keep_person(store)
    before = content(store)
    with pytest.raises(Invalid) as refused:
        keep_person(store, "Ola Nordmann", email=user.email)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("email", "taken")]
    assert content(store) == before


def test_people_are_listed_by_address(store: Store) -> None:
    people = [keep_person(store, name) for name in ("Berit", "Åse", "Anne")]
    with store.reading() as tx:
        assert accounts.users_listed(tx) == [people[2], people[0], people[1]]


def test_only_the_columns_that_are_named_change(store: Store) -> None:
    kari, ola = keep_person(store, password_hash="digest"), keep_person(store, "Ola Nordmann")
    with store.writing() as tx:
        accounts.update(tx, kari.id, language="nb", is_disabled=True)
    with store.reading() as tx:
        changed = dataclasses.replace(kari, language="nb", is_disabled=True)
        assert accounts.by_email(tx, kari.email) == (changed, "digest")
        assert accounts.by_id(tx, ola.id) == ola


def test_demo_people_are_those_marked_so_and_not_disabled_in_the_order_they_were_made(
    store: Store, clock: Clock
) -> None:
    keep_person(store, "Real")
    second = keep_person(store, "B Demo", is_demo=True)
    first = keep_person(store, "A Demo", is_demo=True)
    keep_person(store, "Gone", is_demo=True, is_disabled=True)
    clock.move(seconds=1)
    third = keep_person(store, "0 Demo", is_demo=True)
    with store.reading() as tx:
        assert accounts.demo_users(tx) == [first, second, third]


def test_roles_come_back_as_they_were_given(store: Store) -> None:
    keep_cluster(store)
    both = (MANAGER, OWNER, Membership(Role.EVALUATOR, programme_id="programme-north"))
    keep_person(store, "Kari Nordmann", *both)
    keep_person(store, "Ola Nordmann")
    with store.reading() as tx:
        assert set(accounts.memberships_of(tx, "kari-nordmann")) == set(both)
        assert accounts.memberships_of(tx, "ola-nordmann") == ()


def test_a_role_given_twice_is_there_once(store: Store) -> None:
    keep_cluster(store)
    keep_person(store, "Kari Nordmann", MANAGER, MANAGER, OWNER, OWNER)
    with store.reading() as tx:
        assert len(accounts.memberships_of(tx, "kari-nordmann")) == 2


def test_only_the_very_role_is_taken_away(store: Store) -> None:
    keep_cluster(store)
    keep_cluster(store, make_cluster("fjord"))
    elsewhere = Membership(Role.MANAGER, cluster_id="cluster-fjord")
    keep_person(store, "Kari Nordmann", MANAGER, OWNER, elsewhere)
    keep_person(store, "Ola Nordmann", MANAGER)
    with store.writing() as tx:
        assert not accounts.remove_membership(tx, "kari-nordmann", Membership(Role.OBSERVER, cluster_id="cluster-kyst"))
        assert not accounts.remove_membership(tx, "nobody", MANAGER)
        assert accounts.remove_membership(tx, "kari-nordmann", MANAGER)
        assert not accounts.remove_membership(tx, "kari-nordmann", MANAGER)
        assert set(accounts.memberships_of(tx, "kari-nordmann")) == {OWNER, elsewhere}
        assert accounts.remove_membership(tx, "kari-nordmann", OWNER)
        assert accounts.memberships_of(tx, "kari-nordmann") == (elsewhere,)
        assert accounts.memberships_of(tx, "ola-nordmann") == (MANAGER,)


def test_the_first_role_names_its_organisation(store: Store) -> None:
    keep_cluster(store)
    keep_cluster(store, make_cluster("fjord"))
    keep_person(store, "Kari Nordmann", MANAGER, Membership(Role.MANAGER, cluster_id="cluster-fjord"))
    keep_person(store, "Ola Nordmann", OWNER)
    keep_person(store, "Nobody")
    with store.reading() as tx:
        assert accounts.first_role(tx, "kari-nordmann") == (Role.MANAGER, "Fjord")
        assert accounts.first_role(tx, "ola-nordmann") == (Role.OWNER, "Programme north")
        assert accounts.first_role(tx, "nobody") is None


def test_a_token_comes_back_with_the_digest_of_its_secret(store: Store) -> None:
    keep_person(store)
    everything = dataclasses.replace(TOKEN, id="token-2", scopes=frozenset(TokenScope))
    with store.writing() as tx:
        accounts.add_token(tx, TOKEN, PROOF)
        accounts.add_token(tx, everything, PLAIN)
    with store.reading() as tx:
        assert accounts.token(tx, "token-1") == (TOKEN, PROOF)
        assert accounts.token(tx, "token-2") == (everything, PLAIN)
        assert accounts.token(tx, "token-3") is None


def test_a_tokens_use_and_revocation_are_written_down_on_it_alone(store: Store) -> None:
    keep_person(store)
    used = NOW + dt.timedelta(hours=1)
    with store.writing() as tx:
        accounts.add_token(tx, TOKEN, PROOF)
        accounts.add_token(tx, dataclasses.replace(TOKEN, id="token-2"), PLAIN)
        accounts.mark_token(tx, "token-1", last_used_at=used)
        assert [accounts.revoke_token(tx, "token-1") for _ in range(2)] == [True, False]
        found = accounts.token(tx, "token-1")
        assert found == (dataclasses.replace(TOKEN, last_used_at=used, revoked_at=NOW), PROOF)
        assert accounts.token(tx, "token-2") == (dataclasses.replace(TOKEN, id="token-2"), PLAIN)


def test_a_persons_tokens_are_listed_the_newest_first(store: Store) -> None:
    keep_person(store)
    keep_person(store, "Ola Nordmann")
    later = NOW + dt.timedelta(seconds=1)
    tokens = [
        dataclasses.replace(TOKEN, id="b", created_at=later),
        dataclasses.replace(TOKEN, id="c", created_at=later),
        dataclasses.replace(TOKEN, id="a"),
    ]
    with store.writing() as tx:
        for token in reversed(tokens):
            accounts.add_token(tx, token, PROOF)
        accounts.add_token(tx, dataclasses.replace(TOKEN, id="x", user_id="ola-nordmann"), PROOF)
        assert accounts.tokens_of(tx, "kari-nordmann") == tokens
        assert accounts.tokens_of(tx, "nobody") == []
