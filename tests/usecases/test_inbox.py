"""The inbox and the choice of mail: one's own and nobody else's."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.errors import Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.messages import Kind
from app.domain.permissions import VISITOR, Actor
from app.domain.roles import Role
from app.store import letters, messages
from app.usecases import inbox
from tests.make import NOW, Clock, make_actor
from tests.usecases.world import World


def tell(world: World, person: str, count: int = 1) -> None:
    with world.store.writing() as tx:
        for number in range(count):
            about = {"role": "manager", "place": f"Place {number}"}
            messages.tell(tx, Kind.GAVE_ROLE, [person], f"/clusters/{number}", about)


def secret(world: World, person: str, kind: str = "gave-role") -> str:
    with world.store.writing() as tx:
        return letters.unsubscribing(tx, person, kind)


def muted(world: World, person: str) -> set[str]:
    return set(inbox.choices(world.store, world.actor(person)).muted)


def test_what_one_is_told_stands_there_the_newest_first(world: World, clock: Clock) -> None:
    tell(world, "manager")
    clock.move(minutes=1)
    tell(world, "manager")
    found = inbox.inbox(world.store, world.actor("manager"))
    assert [notice.created_at for notice in found.notices] == [clock(), NOW]
    assert (found.unread, found.number, found.pages) == (2, 1, 1)
    assert found.notices[0].about == {"role": "manager", "place": "Place 0"}


def test_an_inbox_is_read_page_by_page(world: World) -> None:
    tell(world, "manager", inbox.PAGE * 2 + 1)
    manager = world.actor("manager")
    pages = [inbox.inbox(world.store, manager, number) for number in (1, 2, 3, 4)]
    assert [(len(page.notices), page.number, page.pages) for page in pages] == [
        (20, 1, 3),
        (20, 2, 3),
        (1, 3, 3),
        (1, 3, 3),
    ]
    assert len({notice.id for page in pages for notice in page.notices}) == 41


def test_one_notice_is_marked_as_read_once(world: World) -> None:
    tell(world, "manager", 2)
    manager = world.actor("manager")
    wanted = inbox.inbox(world.store, manager).notices[1]
    with world.one_line("marked-read"):
        assert inbox.read(world.store, manager, wanted.id).path == wanted.path
    assert inbox.unread(world.store, manager) == 1
    with world.unchanged():
        inbox.read(world.store, manager, wanted.id)


def test_all_are_marked_as_read_with_one_line(world: World) -> None:
    tell(world, "manager", 3)
    tell(world, "owner")
    manager = world.actor("manager")
    with world.one_line("marked-read"):
        assert inbox.read_all(world.store, manager) == 3
    with world.unchanged():
        assert inbox.read_all(world.store, manager) == 0
    assert (inbox.unread(world.store, manager), inbox.unread(world.store, world.actor("owner"))) == (0, 1)


def test_nobody_reads_what_somebody_else_is_told(world: World) -> None:
    tell(world, "manager")
    (notice,) = inbox.inbox(world.store, world.actor("manager")).notices
    for other in ("owner", "administrator"):
        with world.unchanged(), pytest.raises(NotFound):
            inbox.read(world.store, world.actor(other), notice.id)
        assert inbox.inbox(world.store, world.actor(other)).notices == ()


def test_neither_a_visitor_nor_a_token_has_an_inbox(world: World) -> None:
    says: list[Callable[[Actor], object]] = [
        lambda actor: inbox.inbox(world.store, actor),
        lambda actor: inbox.unread(world.store, actor),
        lambda actor: inbox.read(world.store, actor, "x"),
        lambda actor: inbox.read_all(world.store, actor),
        lambda actor: inbox.choices(world.store, actor),
        lambda actor: inbox.choose(world.store, actor, []),
    ]
    for say in says:
        with pytest.raises(NotSignedIn):
            say(VISITOR)
        with pytest.raises(NotPermitted):
            say(make_actor(Role.MANAGER, scopes=frozenset()))


def test_what_one_does_not_choose_is_turned_off(world: World) -> None:
    manager = world.actor("manager")
    assert muted(world, "manager") == set()
    with world.one_line("changed-messages"):
        inbox.choose(world.store, manager, ["submitted", "opened-round"])
    assert muted(world, "manager") == {"gave-role", "took-role", "withdrew", "answered-invitation"}
    with world.unchanged():
        inbox.choose(world.store, manager, ["opened-round", "submitted"])
    inbox.choose(world.store, manager, [kind for kind in Kind if kind in muted(world, "manager") | {"submitted"}])
    assert muted(world, "manager") == {"opened-round"}


@pytest.mark.parametrize("wrong", ["invited", "reset-password", "x", "", "submitted withdrew"])
def test_only_what_can_be_turned_off_can_be_chosen(world: World, wrong: str) -> None:
    with world.unchanged(), pytest.raises(Invalid):
        inbox.choose(world.store, world.actor("manager"), ["submitted", wrong])


def test_a_link_turns_off_one_kind_for_one_person_without_signing_in(world: World) -> None:
    proof = secret(world, "manager")
    with world.unchanged():
        found = inbox.unsubscribing(world.store, "manager", "gave-role", proof)
    assert (found.kind, found.is_off) == (Kind.GAVE_ROLE, False)
    with world.one_line("unsubscribed"):
        assert inbox.unsubscribe(world.store, "manager", "gave-role", proof).is_off
    assert world.journal()[-1].by == "manager"
    assert world.journal()[-1].after == {"muted": ["gave-role"]}
    with world.unchanged():
        assert inbox.unsubscribe(world.store, "manager", "gave-role", proof).is_off
    assert inbox.unsubscribing(world.store, "manager", "gave-role", proof).is_off
    assert (muted(world, "manager"), muted(world, "owner")) == ({"gave-role"}, set())


@pytest.mark.parametrize(
    ("person", "kind"),
    [("owner", "gave-role"), ("manager", "took-role"), ("manager", "reset-password"), ("nothing", "gave-role")],
)
def test_a_link_turns_off_nothing_else(world: World, person: str, kind: str) -> None:
    proof = secret(world, "manager")
    for say in (inbox.unsubscribing, inbox.unsubscribe):
        with world.unchanged(), pytest.raises(NotFound):
            say(world.store, person, kind, proof)
        with world.unchanged(), pytest.raises(NotFound):
            say(world.store, "manager", "gave-role", "0" * 64)


def test_not_even_a_link_made_for_it_turns_off_what_is_about_safety(world: World) -> None:
    proof = secret(world, "manager", "reset-password")
    with world.unchanged(), pytest.raises(NotFound):
        inbox.unsubscribe(world.store, "manager", "reset-password", proof)


def test_links_that_are_followed_at_the_same_moment_all_count(world: World) -> None:
    kinds = ["gave-role", "took-role", "submitted", "withdrew"]
    proofs = {kind: secret(world, "manager", kind) for kind in kinds}
    with ThreadPoolExecutor(len(kinds)) as pool:
        list(pool.map(lambda kind: inbox.unsubscribe(world.store, "manager", kind, proofs[kind]), kinds))
    assert muted(world, "manager") == set(kinds)
