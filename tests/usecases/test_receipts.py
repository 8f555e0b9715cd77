"""Doing a thing once, however often it is asked for with the same key."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.errors import Conflict, Invalid, Unavailable
from app.domain.permissions import VISITOR, Actor
from app.store.receipts import Receipt
from app.usecases import clusters, receipts
from tests.make import Clock
from tests.store.stores import content
from tests.usecases.world import World


class Sentence:
    """Registers a cluster each time it is said, and counts how often it is."""

    def __init__(self, world: World, actor: Actor, name: str = "Ny klynge") -> None:
        self.world, self.actor, self.name, self.said = world, actor, name, 0

    def __call__(self) -> Receipt:
        self.said += 1
        cluster = clusters.register(self.world.store, self.actor, {"name": self.name, "programme": "north"})
        return Receipt("asked", 201, {"Location": f"/clusters/{cluster.slug}"}, cluster.id.encode())


@pytest.fixture
def sentence(world: World) -> Sentence:
    return Sentence(world, world.actor("owner"))


def once(
    world: World, do: Callable[[], Receipt], key: str = "key", digest: str = "asked", by: str = "owner"
) -> Receipt:
    return receipts.once(world.store, world.actor(by), key, digest, do)


def test_the_same_request_with_the_same_key_has_one_effect_and_one_answer(world: World, sentence: Sentence) -> None:
    first = once(world, sentence)
    with world.unchanged():
        for _ in range(3):
            assert once(world, sentence) == first
    assert sentence.said == 1
    assert first == Receipt("asked", 201, {"Location": "/clusters/ny-klynge"}, first.body)
    assert world.verbs() == ["registered"]


def test_another_request_with_the_same_key_is_refused_and_not_done(world: World, sentence: Sentence) -> None:
    once(world, sentence)
    with world.unchanged(), pytest.raises(Invalid) as refused:
        once(world, sentence, digest="something else")
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("Idempotency-Key", "reused")]
    assert sentence.said == 1


def test_another_key_or_another_person_is_another_effect(world: World, sentence: Sentence) -> None:
    once(world, sentence)
    once(world, Sentence(world, sentence.actor, "Another"), key="key2")
    theirs = Sentence(world, world.actor("administrator"), "Third")
    once(world, theirs, by="administrator")
    assert theirs.said == 1
    assert world.verbs() == ["registered"] * 3


def test_a_failure_leaves_no_effect_and_no_receipt_so_that_it_can_be_tried_again(
    world: World, sentence: Sentence
) -> None:
    def fail_at_the_end() -> Receipt:
        sentence()
        raise Conflict("state", "Too late.")

    with world.unchanged(), pytest.raises(Conflict):
        once(world, fail_at_the_end)
    assert content(world.store)["receipts"] == []
    receipt = once(world, sentence)
    assert sentence.said == 2
    assert world.verbs() == ["registered"]
    assert once(world, sentence) == receipt


def test_a_refusal_is_not_kept_and_says_the_same_the_next_time(world: World) -> None:
    taken = Sentence(world, world.actor("owner"), "Kyst")
    for _ in range(2):
        with world.unchanged(), pytest.raises(Invalid) as refused:
            once(world, taken)
        assert [problem.code for problem in refused.value.problems] == ["taken"]
    assert taken.said == 2


def test_a_key_can_be_used_anew_after_a_day(world: World, sentence: Sentence, clock: Clock) -> None:
    first = once(world, sentence)
    clock.move(hours=24)
    assert once(world, sentence) == first
    clock.move(seconds=1)
    sentence.name = "A day later"
    assert once(world, sentence) != first
    assert sentence.said == 2


def test_a_visitors_request_is_simply_done(world: World) -> None:
    said = []

    def do() -> Receipt:
        said.append("done")
        return Receipt("asked", 200, {}, b"")

    for _ in range(2):
        receipts.once(world.store, VISITOR, "key", "asked", do)
    assert said == ["done", "done"]
    assert content(world.store)["receipts"] == []


@pytest.mark.parametrize("key", ["a", "!", "~", "x" * 200, "0f1e-2d3c", '"quoted"', "';--"])
def test_a_key_is_any_visible_ascii(world: World, sentence: Sentence, key: str) -> None:
    assert once(world, sentence, key) == once(world, sentence, key)
    assert sentence.said == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "a\n", "\n", "\x00", "\x7f", "å", "x" * 201, "\ud800"], ids=ascii)
def test_any_other_key_is_refused_before_anything_is_done(world: World, sentence: Sentence, key: str) -> None:
    for actor in (sentence.actor, VISITOR):
        with world.unchanged(), pytest.raises(Invalid) as refused:
            receipts.once(world.store, actor, key, "asked", sentence)
        assert [(problem.field, problem.code) for problem in refused.value.problems] == [("Idempotency-Key", "key")]
    assert sentence.said == 0


@pytest.mark.parametrize("threads", [2, 12])
def test_threads_with_the_same_key_at_the_same_moment_have_one_effect_and_one_answer(
    world: World, sentence: Sentence, threads: int
) -> None:
    for turn in range(5):
        sentence.said, sentence.name = 0, f"Cluster {turn}"
        together = threading.Barrier(threads)

        def ask(turn: int = turn, together: threading.Barrier = together) -> Receipt:
            together.wait()
            return receipts.once(world.store, sentence.actor, f"key-{turn}", "asked", sentence)

        with ThreadPoolExecutor(threads) as pool:
            found = [asked.result() for asked in [pool.submit(ask) for _ in range(threads)]]
        assert sentence.said == 1
        assert len({(each.status, each.body) for each in found}) == 1
    assert world.verbs() == ["registered"] * 5


def test_threads_with_keys_of_their_own_all_have_their_effect(world: World, sentence: Sentence) -> None:
    def ask(number: int) -> Receipt:
        each = Sentence(world, sentence.actor, f"Cluster {number}")
        return receipts.once(world.store, sentence.actor, f"key-{number}", "asked", each)

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(40)))
    assert len({each.body for each in found}) == 40
    assert world.verbs() == ["registered"] * 40


def test_answers_are_remembered_up_to_a_size_for_each_person_and_day(
    world: World, sentence: Sentence, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipts, "MOST_BYTES", 3)
    first = once(world, sentence)
    other = Sentence(world, world.actor("owner"), "En til")
    with world.unchanged(), pytest.raises(Unavailable, match="Idempotency-Key"):
        once(world, other, key="second")
    assert other.said == 0
    assert once(world, sentence) == first
    by_somebody_else = Sentence(world, world.actor("administrator"), "En tredje")
    once(world, by_somebody_else, by="administrator")
    clock.move(hours=25)
    once(world, other, key="second")
    assert other.said == 1
