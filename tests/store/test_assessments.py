"""Assessments and answers in the database: each value comes back as it was, and only within reach."""

import dataclasses
import datetime as dt

import pytest

from app.domain.answers import Answer
from app.domain.errors import NotFound
from app.domain.lifecycle import Assessment, State
from app.domain.permissions import Reach
from app.store import accounts, assessments, clusters
from app.store.database import Store
from tests.make import DAY, NOW, make_assessment, make_cluster, make_round
from tests.store.kept import EVERYWHERE, NOWHERE, keep_assessment, keep_cluster, keep_consent, keep_person
from tests.store.stores import content

KYST, FJORD, FJELL = make_cluster("kyst"), make_cluster("fjord"), make_cluster("fjell", "south")
MINE = Reach(clusters=frozenset({KYST.id}))


@pytest.fixture
def filled(store: Store) -> Store:
    """Three clusters and a person; no assessment."""
    for cluster in (KYST, FJORD, FJELL):
        keep_cluster(store, cluster)
    keep_person(store)
    return store


def named(key: str, state: State = State.DRAFT, **changes: object) -> Assessment:
    """Return an assessment with this id, complete where it counts."""
    return make_assessment(state, gold=None if state is State.DRAFT else True, id=key, **changes)  # type: ignore[arg-type]


def read(store: Store, key: str, within: Reach = EVERYWHERE) -> Assessment:
    with store.reading() as tx:
        return assessments.load(tx, key, within=within)


@pytest.mark.parametrize("state", State)
def test_an_assessment_comes_back_as_it_was_in_every_state(filled: Store, state: State) -> None:
    kept = keep_assessment(filled, named("a", state, title="Høst 'én' %s 👩\u200d🚀", revision=12))
    found = read(filled, "a")
    assert found == dataclasses.replace(kept, answers=found.answers)
    assert found.levels == kept.levels
    with filled.writing() as tx:
        assert assessments.load(tx, "a", within=EVERYWHERE, to_change=True) == found


def test_an_assessment_comes_with_its_round_and_a_cluster_without_a_programme(filled: Store) -> None:
    in_round = make_round()
    alone = keep_cluster(filled, make_cluster("alene", None))
    with filled.writing() as tx:
        clusters.keep_round(tx, in_round)
    kept = [
        keep_assessment(filled, make_assessment(id="a", in_round=in_round)),
        keep_assessment(filled, make_assessment(id="b", cluster=alone)),
    ]
    assert [read(filled, "a"), read(filled, "b")] == kept
    assert (kept[0].round, kept[0].round_name) == ("autumn-2026", "Autumn 2026")


@pytest.mark.parametrize("level", [None, 0, 1, 2, 255])
@pytest.mark.parametrize("note", ["", "line one\nline two\ttab", "Å" * 10_000, "'; DROP TABLE answers; -- %s :x \\"])
def test_an_answer_comes_back_as_it_was(filled: Store, level: int | None, note: str) -> None:
    moment = NOW + dt.timedelta(microseconds=1)
    kept = keep_assessment(filled, named("a"))
    answer = Answer("A.1", level, note, 3, moment, "Kari Nordmann")
    with filled.writing() as tx:
        assessments.keep_answer(tx, kept, answer, by="kari-nordmann")
    assert read(filled, "a").answers == {"A.1": answer}


def test_an_answer_names_its_person_as_they_are_called_now_and_nobody_who_is_gone(filled: Store) -> None:
    kept = keep_assessment(filled, named("a"))
    with filled.writing() as tx:
        assessments.keep_answer(tx, kept, Answer("A.1", 1, "", 1, NOW), by="kari-nordmann")
        assessments.keep_answer(tx, kept, Answer("A.2", 1, "", 1, NOW), by="somebody-gone")
        accounts.update(tx, "kari-nordmann", name="Kari Hansen")
    found = read(filled, "a")
    assert found.answer("A.1").updated_by == "Kari Hansen"
    assert found.answer("A.2").updated_by == ""


def test_a_changed_answer_takes_the_place_of_its_earlier_one_and_of_no_other(filled: Store) -> None:
    for key in ("a", "b"):
        keep_assessment(filled, make_assessment(id=key, gold=False))
    changed = Answer("A.2", 2, "better", 2, NOW + dt.timedelta(hours=1), "Kari Nordmann")
    with filled.writing() as tx:
        assessments.keep_answer(tx, read(filled, "a"), changed, by="kari-nordmann")
    assert read(filled, "a").answer("A.2") == changed
    assert read(filled, "a").levels == {"A.1": 0, "A.2": 2, "B.1": 0}
    assert read(filled, "b").levels == {"A.1": 0, "A.2": 0, "B.1": 0}


def test_a_changed_assessment_takes_the_place_of_the_earlier_one_and_of_no_other(filled: Store) -> None:
    for key in ("a", "b"):
        keep_assessment(filled, named(key))
    changed = named(
        "a",
        State.SUBMITTED,
        revision=9,
        updated_at=NOW + dt.timedelta(1),
        title="Changed",
        answers={},
        submitted_at=NOW,
    )
    with filled.writing() as tx:
        assessments.keep(tx, changed)
    keep_consent(filled, changed.cluster)
    assert read(filled, "a") == changed
    assert read(filled, "b") == named("b")


@pytest.mark.parametrize("to_change", [False, True])
def test_an_assessment_out_of_reach_is_as_good_as_missing(filled: Store, *, to_change: bool) -> None:
    keep_assessment(filled, named("mine"))
    keep_assessment(filled, named("theirs", cluster=FJELL))
    keep_assessment(filled, named("ours", cluster=FJORD))
    north = Reach(programmes=frozenset({"programme-north"}))
    for within, seen in ((MINE, {"mine"}), (north, {"mine", "ours"}), (NOWHERE, set())):
        for key in ("mine", "theirs", "ours", "missing", ""):
            with filled.writing() as tx:
                if key in seen:
                    assert assessments.load(tx, key, within=within, to_change=to_change).id == key
                    continue
                with pytest.raises(NotFound):
                    assessments.load(tx, key, within=within, to_change=to_change)


def test_private_assessments_are_listed_only_where_drafts_are_within_reach(filled: Store) -> None:
    for number, state in enumerate(State):
        keep_assessment(filled, named(f"kyst-{number}-{state}", state))
        keep_assessment(filled, named(f"fjord-{number}-{state}", state, cluster=FJORD))
    everything = {f"{name}-{number}-{state}" for name in ("kyst", "fjord") for number, state in enumerate(State)}
    private = {key for key in everything if key.endswith(("draft", "withdrawn"))}
    mine = {key for key in everything if key.startswith("kyst")}
    north = Reach(programmes=frozenset({"programme-north"}))
    with filled.reading() as tx:
        for within, drafts_within, expected in (
            (north, NOWHERE, everything - private),
            (north, MINE, (everything - private) | mine),
            (MINE, MINE, mine),
            (MINE, EVERYWHERE, mine),
            (MINE, NOWHERE, mine - private),
            (NOWHERE, EVERYWHERE, set()),
            (EVERYWHERE, EVERYWHERE, everything),
        ):
            found = assessments.listed(tx, within=within, drafts_within=drafts_within)
            assert [each.id for each in found] == sorted(expected)


def test_a_list_is_read_page_by_page_with_answers(filled: Store) -> None:
    for key in "abcd":
        keep_assessment(filled, make_assessment(id=key, gold=True))
    with filled.reading() as tx:
        pages = [
            assessments.listed(tx, within=EVERYWHERE, drafts_within=EVERYWHERE, after=after, limit=3)
            for after in ("", "c")
        ]
        assert [[each.id for each in page] for page in pages] == [["a", "b", "c"], ["d"]]
        assert all(each.answered == 3 for page in pages for each in page)


def test_a_list_can_be_of_what_was_changed_since_a_moment(filled: Store) -> None:
    later = NOW + dt.timedelta(hours=1)
    keep_assessment(filled, named("a"))
    keep_assessment(filled, named("b", updated_at=later))
    with filled.reading() as tx:
        for since, expected in ((NOW, ["a", "b"]), (later, ["b"]), (later + dt.timedelta(microseconds=1), [])):
            found = assessments.listed(tx, within=EVERYWHERE, drafts_within=EVERYWHERE, updated_since=since)
            assert [each.id for each in found] == expected


def test_a_clusters_assessments_are_listed_the_latest_first(filled: Store) -> None:
    keep_assessment(filled, named("spring", State.CLOSED, reference_date=dt.date(2026, 3, 31)))
    keep_assessment(filled, named("autumn"))
    keep_assessment(filled, named("again", created_at=NOW + dt.timedelta(hours=1)))
    keep_assessment(filled, named("theirs", cluster=FJORD))
    with filled.reading() as tx:
        found = assessments.of_cluster(tx, KYST, within=EVERYWHERE)
        assert [each.id for each in found] == ["again", "autumn", "spring"]
        assert [each.answered for each in found] == [0, 0, 3]
        assert assessments.of_cluster(tx, FJELL, within=EVERYWHERE) == []
        assert assessments.of_cluster(tx, KYST, within=NOWHERE) == []


BEFORE = DAY - dt.timedelta(days=180)


@pytest.mark.parametrize(
    ("other", "is_previous"),
    [
        ({"state": State.SUBMITTED}, True),
        ({"state": State.CLOSED}, True),
        ({"state": State.CHANGES_REQUESTED}, True),
        ({"state": State.DRAFT}, False),
        ({"state": State.WITHDRAWN}, False),
        ({"state": State.SUBMITTED, "cluster": FJORD}, False),
        ({"state": State.SUBMITTED, "framework": "ecei"}, False),
        ({"state": State.SUBMITTED, "version": "0.9"}, False),
        ({"state": State.SUBMITTED, "reference_date": DAY + dt.timedelta(days=1)}, False),
        ({"state": State.SUBMITTED, "reference_date": DAY}, True),
    ],
)
def test_the_previous_assessment_was_handed_in_before_against_the_same_version(
    filled: Store, other: dict[str, object], *, is_previous: bool
) -> None:
    made = make_assessment(gold=True, id="other")
    made = dataclasses.replace(made, **{"reference_date": BEFORE, **other})  # type: ignore[arg-type]
    keep_assessment(filled, made)
    this = keep_assessment(filled, named("this"))
    with filled.reading() as tx:
        found = assessments.previous(tx, this)
    assert (found is not None and found.id == "other" and found.levels == made.levels) is is_previous
    assert found is None or is_previous


def test_of_two_assessments_of_one_day_one_is_the_others_previous_and_not_the_other_way_round(filled: Store) -> None:
    first = keep_assessment(filled, named("z", State.SUBMITTED))
    later = NOW + dt.timedelta(hours=1)
    second = keep_assessment(filled, named("a", State.SUBMITTED, submitted_at=later))
    draft = keep_assessment(filled, named("draft"))
    with filled.reading() as tx:
        previous = [assessments.previous(tx, each) for each in (first, second, draft)]
    assert [each and each.id for each in previous] == [None, "z", "a"]


def test_the_previous_assessment_is_the_latest_of_them(filled: Store) -> None:
    keep_assessment(filled, named("old", State.CLOSED, reference_date=BEFORE - dt.timedelta(days=180)))
    earlier = NOW - dt.timedelta(days=2)
    keep_assessment(
        filled, named("twin", State.CLOSED, reference_date=BEFORE, created_at=earlier, submitted_at=earlier)
    )
    keep_assessment(filled, named("last", State.CLOSED, reference_date=BEFORE))
    this = keep_assessment(filled, named("this"))
    with filled.reading() as tx:
        found = assessments.previous(tx, this)
    assert found is not None
    assert found.id == "last"


def test_deleting_takes_answers_and_scorecard_along_and_nothing_else(filled: Store) -> None:
    keep_assessment(filled, named("stays", State.SUBMITTED))
    before = content(filled)
    keep_assessment(filled, named("goes", State.SUBMITTED))
    with filled.writing() as tx:
        assessments.delete(tx, assessments.load(tx, "goes", within=EVERYWHERE))
    assert content(filled) == before
