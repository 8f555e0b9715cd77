"""Many people at the same moment, on both databases: nothing is lost, nothing is done twice, nobody meets a fault."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.domain.answers import Answer
from app.domain.errors import Conflict, Invalid, Stale
from app.domain.lifecycle import Assessment, Move, State
from app.domain.roles import Role
from app.usecases import assessments, clusters, operators, portfolio
from app.usecases.portfolio import Query
from tests.usecases.world import Line, World

THREADS, TURNS = 16, 6


def at_once(say: Callable[[int], object], threads: int = THREADS) -> list[object]:
    """Say a sentence in many threads at the same moment; return each answer, or the refusal it met."""
    together = threading.Barrier(threads)

    def each(number: int) -> object:
        together.wait()
        try:
            return say(number)
        except (Conflict, Invalid) as refusal:
            return refusal

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(each, range(threads)))


def answered(world: World, assessment: Assessment) -> list[Line]:
    return [line for line in world.journal() if line.verb == "answered" and line.subject == assessment.id]


def content_of(line: dict[str, object]) -> tuple[object, object]:
    return line["level"], line["note"]


def test_threads_that_save_one_cell_form_one_chain_of_revisions_with_a_line_for_each(world: World) -> None:
    draft = world.start()
    contributor = world.actor("contributor")
    accepted: list[tuple[int, int | None, str]] = []
    refused: list[Stale] = []

    def save(number: int) -> None:
        seen = 0
        for turn in range(TURNS):
            raw = {"level": (number + turn) % 3, "note": f"{number}/{turn}"}
            try:
                saved = assessments.answer(world.store, world.frameworks, contributor, draft.id, "A.1", raw, seen)
            except Stale as stale:
                refused.append(stale)
                seen = _revision(stale.current)
            else:
                seen = saved.answer.revision
                accepted.append((seen, saved.answer.level, saved.answer.note))

    at_once(save)
    assert len(accepted) + len(refused) == THREADS * TURNS
    assert refused
    accepted.sort()
    assert [revision for revision, _, _ in accepted] == list(range(1, len(accepted) + 1))
    kept = world.read(draft)
    assert (kept.answer("A.1").revision, kept.answer("A.1").level, kept.answer("A.1").note) == accepted[-1]
    assert kept.revision == 1 + len(accepted)
    lines = answered(world, draft)
    by_content = {content_of(line.after): content_of(line.before) for line in lines}
    assert len(lines) == len(by_content) == len(accepted)
    before: tuple[object, object] = (None, "")
    for _, level, note in accepted:
        assert by_content[level, note] == before
        before = (level, note)


def test_threads_that_save_different_cells_all_get_through(world: World) -> None:
    draft = world.start()
    numbers = ("A.1", "A.2", "B.1")

    def save(number: int) -> None:
        for turn in range(TURNS * 3):
            raw = {"level": turn % 3, "note": str(turn)}
            assessments.answer(world.store, world.frameworks, world.manager, draft.id, numbers[number], raw, turn)

    assert at_once(save, threads=3) == [None] * 3
    kept = world.read(draft)
    assert {number: kept.answer(number).revision for number in numbers} == dict.fromkeys(numbers, TURNS * 3)
    assert kept.revision == 1 + 3 * TURNS * 3
    assert len(answered(world, draft)) == 3 * TURNS * 3


def test_browsers_that_save_each_answer_never_overwrite_one_another(world: World) -> None:
    draft = world.start()
    manager = world.manager
    accepted: Counter[str] = Counter()

    def save(number: int) -> None:
        chance = random.Random(number)
        seen = {"A.1": 0, "A.2": 0, "B.1": 0}
        for turn in range(TURNS):
            sent = {key: {"note": f"{number}/{turn}"} for key in seen if chance.random() < 0.7}
            saved = assessments.answer_each(world.store, world.frameworks, manager, draft.id, sent, seen)
            accepted.update(set(sent) - set(saved.stale))
            seen = {key: saved.assessment.answer(key).revision for key in seen}

    assert at_once(save) == [None] * THREADS
    kept = world.read(draft)
    assert {key: kept.answer(key).revision for key in accepted} == dict(accepted)
    assert len(answered(world, draft)) == accepted.total()


def test_of_many_who_save_against_one_revision_of_the_assessment_one_gets_through(world: World) -> None:
    draft = world.start()

    def save(number: int) -> object:
        sent = {"A.1": {"level": 1, "note": str(number)}, "B.1": {"level": 1, "note": str(number)}}
        return assessments.answer_all(world.store, world.frameworks, world.manager, draft.id, sent, 1)

    found = at_once(save)
    assert Counter(map(type, found)) == {assessments.Report: 1, Stale: THREADS - 1}
    kept = world.read(draft)
    assert kept.answer("A.1").note == kept.answer("B.1").note
    assert (kept.revision, len(answered(world, draft))) == (2, 2)


def test_of_many_who_hand_in_at_once_one_does(world: World) -> None:
    draft = world.complete()
    found = at_once(
        lambda _: assessments.move(world.store, world.frameworks, world.manager, draft.id, Move.SUBMIT).assessment.state
    )
    assert [each for each in found if each is State.SUBMITTED] == [State.SUBMITTED]
    assert {each.code for each in found if isinstance(each, Conflict)} == {"state"}
    assert world.verbs().count("submitted") == 1


def test_handing_in_freezes_what_was_answered_until_then_and_nothing_after(world: World) -> None:
    for turn in range(4):
        draft = world.complete(day=world.kyst.updated_at.date())

        def say(number: int, draft: Assessment = draft, turn: int = turn) -> object:
            if number == 0:
                return assessments.move(world.store, world.frameworks, world.manager, draft.id, Move.SUBMIT)
            raw = {"level": number % 3, "note": f"{turn}/{number}"}
            key = ("A.1", "A.2", "B.1")[number % 3]
            return assessments.answer(world.store, world.frameworks, world.manager, draft.id, key, raw, 1)

        found = at_once(say, threads=8)
        assert {each.code for each in found if isinstance(each, Conflict)} <= {"stale", "locked"}
        kept = world.read(draft)
        assert kept.state is State.SUBMITTED
        row = portfolio.overview(world.store, world.frameworks, world.manager, Query()).counted[0]
        assert row.standing is not None
        assert row.standing.figures is not None
        assert row.standing.figures.levels == tuple(kept.levels[key] for key in ("A.1", "A.2", "B.1"))
        assert row.standing.assessment_id == draft.id
        world.withdraw(kept)


SAME: dict[str, Callable[[World], object]] = {
    "cluster": lambda world: clusters.register(world.store, world.actor("owner"), {"name": "Ny", "programme": "north"}),
    "round": lambda world: clusters.open_round(
        world.store, world.actor("owner"), "north", {"name": "Autumn", "reference_date": "2026-09-30"}
    ),
    "person": lambda world: operators.create_user(
        world.store, {"email": "kari@example.org", "name": "Kari"}, password_hash=None
    ),
    "programme": lambda world: operators.create_programme(world.store, {"name": "Nordic", "slug": "nordic"}),
}


@pytest.mark.parametrize("what", SAME)
def test_of_many_who_take_one_name_at_once_one_gets_it_and_the_others_hear_that_it_is_taken(
    world: World, what: str
) -> None:
    found = at_once(lambda _: SAME[what](world))
    refused = [each for each in found if isinstance(each, Invalid)]
    assert len(refused) == THREADS - 1
    assert {problem.code for each in refused for problem in each.problems} == {"taken"}
    assert len(world.journal()) == 1


def test_a_role_given_by_many_at_once_is_there_once(world: World) -> None:
    def give(_: int) -> object:
        return operators.add_member(world.store, "nobody@example.org", Role.OBSERVER, cluster="kyst", programme=None)

    assert len(set(at_once(give))) == 1
    assert len(world.actor("nobody").memberships) == 1
    assert world.verbs() == ["added-member"]


def test_of_many_who_change_a_cluster_at_once_one_does(world: World) -> None:
    found = at_once(lambda number: clusters.update(world.store, world.manager, "kyst", {"region": str(number)}, 1))
    assert sum(isinstance(each, Stale) for each in found) == THREADS - 1
    assert world.verbs() == ["updated"]


def test_an_import_that_runs_many_times_at_once_makes_each_cluster_once(world: World) -> None:
    rows = [{"name": f"Cluster {number}"} for number in range(5)]
    found = at_once(lambda _: operators.import_clusters(world.store, "north", rows), threads=6)
    made = [each for each in found if isinstance(each, operators.Imported) and each.created]
    assert len(made) == 1
    assert world.verbs() == ["registered"] * 5
    refused = [each for each in found if isinstance(each, Invalid)]
    assert all(problem.code == "taken" for each in refused for problem in each.problems)
    assert len(refused) + sum(isinstance(each, operators.Imported) for each in found) == len(found)


def _revision(current: object) -> int:
    assert isinstance(current, Answer)
    return current.revision
