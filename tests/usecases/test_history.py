"""Who is told what of a cluster's past: its own people everything, others what concerns submission and registration."""

import pytest

from app.domain.errors import Invalid, NotFound, NotPermitted, NotSignedIn
from app.domain.lifecycle import Move
from app.domain.permissions import VISITOR
from app.store import journal, sessions
from app.store.history import PastLine, Place
from app.store.journal import Verb
from app.usecases import assessments, clusters, consent, history, interests
from app.usecases.history import SHOWN, TOLD_OUTSIDE, History
from tests.usecases.world import World

INSIDE = ("observer", "contributor", "manager")
OUTSIDE = ("evaluator", "programme-evaluator", "reader", "owner", "administrator")


def of_cluster(world: World, who: str, behind: Place | None = None, limit: int = 100) -> History:
    return history.of_cluster(world.store, world.actor(who), "kyst", behind=behind, limit=limit)


def of_assessment(world: World, who: str, assessment_id: str, indicator: str | None = None) -> History:
    return history.of_assessment(
        world.store,
        world.frameworks,
        world.actor(who),
        assessment_id,
        indicator=indicator,
        behind=None,
        limit=100,
    )


def verbs(found: History) -> list[str]:
    return [line.verb for line in found.lines]


@pytest.fixture
def past(world: World) -> str:
    """A year of kyst: changed, one assessment submitted and withdrawn, a draft deleted, another begun."""
    clusters.update(world.store, world.manager, "kyst", {"region": "Agder"}, 1)
    world.clock.move(days=1)
    first = world.complete()
    world.clock.move(days=1)
    world.withdraw(world.move(first, Move.SUBMIT))
    world.clock.move(days=1)
    mistake = world.start(title="Mistake")
    assessments.delete(world.store, world.manager, mistake.id)
    world.clock.move(days=1)
    second = world.answer(world.start(title="Spring"), {"A.1": 1})
    world.clock.move(days=1)
    world.answer(second, {"A.1": 2})
    return first.id


EVERYTHING = [
    *("answered", "answered", "started", "deleted", "started", "withdrew", "submitted"),
    *("answered", "answered", "answered", "started", "updated"),
]


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("who", INSIDE)
def test_its_own_people_see_everything_the_newest_first(world: World, who: str) -> None:
    found = of_cluster(world, who)
    assert (found.is_whole, verbs(found)) == (True, EVERYTHING)
    assert [line.at for line in found.lines] == sorted((line.at for line in found.lines), reverse=True)
    newest = found.lines[0]
    assert (newest.actor, newest.indicator, newest.cluster, newest.assessment) == ("Manager", "A.1", "kyst", "Spring")
    assert (newest.before, newest.after) == ({"level": 1, "note": ""}, {"level": 2, "note": ""})
    deleted = next(line for line in found.lines if line.verb == "deleted")
    assert (deleted.assessment_id, deleted.before["title"]) == (None, "Mistake")


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("who", OUTSIDE)
def test_others_see_nothing_of_a_draft(world: World, who: str) -> None:
    found = of_cluster(world, who)
    assert (found.is_whole, verbs(found)) == (False, ["withdrew", "submitted", "updated"])
    assert "Mistake" not in repr(found)
    assert "Spring" not in repr(found)
    assert "'note'" not in repr(found.lines)


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("who", [*INSIDE, *OUTSIDE])
def test_what_was_withdrawn_is_called_by_its_title_inside_alone(world: World, who: str) -> None:
    lines = [line for line in of_cluster(world, who).lines if line.verb in {"submitted", "withdrew"}]
    assert [line.assessment for line in lines] == (["Autumn"] * 2 if who in INSIDE else [None] * 2)
    assert all((line.assessment_id is None) == (who in OUTSIDE) for line in lines)
    world.submit()
    assert of_cluster(world, who).lines[0].assessment == "Autumn"


@pytest.mark.parametrize("who", ["neighbour", "stranger", "nobody"])
def test_out_of_reach_there_is_no_history(world: World, who: str) -> None:
    draft = world.start()
    with pytest.raises(NotFound):
        of_cluster(world, who)
    with pytest.raises(NotFound):
        of_assessment(world, who, draft.id)
    with pytest.raises(NotSignedIn):
        history.of_cluster(world.store, VISITOR, "kyst", behind=None, limit=5)


def test_a_token_needs_the_scope_read(world: World) -> None:
    with pytest.raises(NotPermitted):
        history.of_cluster(world.store, world.token("manager", but="read"), "kyst", behind=None, limit=5)


@pytest.mark.parametrize("who", [*INSIDE, *OUTSIDE])
def test_an_assessment_has_a_history_for_whoever_may_read_it(world: World, past: str, who: str) -> None:
    submitted = world.submit()
    own = who in INSIDE
    whole = ["submitted", "answered", "answered", "answered", "started"]
    assert verbs(of_assessment(world, who, submitted.id)) == (whole if own else ["submitted"])
    if own:
        assert verbs(of_assessment(world, who, past)) == ["withdrew", *whole]
        return
    with pytest.raises(NotPermitted):
        of_assessment(world, who, past)


def test_an_indicator_has_a_history_of_its_own(world: World) -> None:
    draft = world.start()
    for level in (0, 1, 2):
        draft = world.answer(draft, {"A.1": level, "B.1": 1})
    found = of_assessment(world, "observer", draft.id, "A.1")
    told = [(line.before["level"], line.after["level"]) for line in found.lines]
    assert told == [(1, 2), (0, 1), (None, 0)]
    assert verbs(of_assessment(world, "owner", world.submit().id, "A.1")) == []
    for number in ("", "Z.9", "A"):
        with pytest.raises(Invalid):
            of_assessment(world, "observer", draft.id, number)


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize("limit", [1, 2, 5, 11, 12, 13])
def test_page_by_page_every_line_is_told_once(world: World, limit: int) -> None:
    found: list[PastLine] = []
    behind = None
    while True:
        page = of_cluster(world, "manager", behind, limit)
        assert len(page.lines) <= limit
        found += page.lines
        behind = page.following
        if behind is None:
            break
        assert Place.of(behind.parts) == behind
    assert [line.verb for line in found] == EVERYTHING
    assert len({line.place.id for line in found}) == len(EVERYTHING)


@pytest.mark.parametrize(
    "parts",
    [
        (),
        ("",),
        ("x", "1", "a"),
        ("2026-10-01T08:00:00", "1", "a"),
        ("2026-10-01T08:00:00+02:00", "1", "a"),
        ("2026-10-01T08:00:00+00:00", "-1", "a"),
        ("2026-10-01T08:00:00+00:00", "99999999999", "a"),
        ("2026-10-01T08:00:00+00:00", "\u0661", "a"),
        ("2026-10-01T08:00:00+00:00", "1", "a b"),
        ("2026-10-01T08:00:00+00:00", "1", "a", "b"),
    ],
)
def test_what_is_no_place_in_a_history_is_none(parts: tuple[str, ...]) -> None:
    assert Place.of(parts) is None


def test_an_erased_name_is_told_as_none_and_the_rest_stays(world: World) -> None:
    draft = world.answer(world.start(), {"A.1": 2})
    with world.store.writing() as tx:
        assert journal.forget(tx, "manager") == 1
    found = of_assessment(world, "observer", draft.id)
    assert [(line.actor, line.actor_id) for line in found.lines] == [(None, "manager")] * 2
    assert found.lines[0].after["level"] == 2


def test_what_has_no_words_for_it_is_told_to_nobody(world: World) -> None:
    with world.store.writing() as tx:
        after = {"email": "secret@example.org", "level": 3}
        journal.note(tx, world.manager, Verb.ADDED_MEMBER, "x", cluster=world.kyst, before=after, after=after)
    assert of_cluster(world, "observer").lines == ()


def test_what_a_cluster_withholds_is_told_to_its_own_people_alone(world: World) -> None:
    outside = ("owner", "reader", "programme-evaluator")
    for who in (*outside, "observer"):
        visit(world, who)
    world.clock.move(days=1)
    world.submit()
    assert [verbs(of_cluster(world, who)) for who in outside] == [["submitted"]] * 3
    consent.stop_sharing(world.store, world.manager, "kyst", "programme")
    for who in outside:
        assert (verbs(of_cluster(world, who)), history.news(world.store, world.actor(who))) == ([], ()), who
    assert verbs(of_cluster(world, "observer"))[:2] == ["stopped-sharing", "submitted"]
    assert {"submitted", "stopped-sharing"} <= {
        each.verb for each in history.news(world.store, world.actor("observer"))
    }


def test_a_conflict_of_interest_is_told_to_none_of_the_cluster_and_ends_what_the_evaluator_hears(world: World) -> None:
    who = "programme-evaluator"
    visit(world, who)
    world.clock.move(days=1)
    world.submit()
    assert [each.verb for each in history.news(world.store, world.actor(who))] == ["submitted"]
    interests.declare(world.store, world.actor(who), {"cluster": "kyst", "reason": "A stake"})
    assert history.news(world.store, world.actor(who)) == ()
    assert "declared-conflict" not in verbs(of_cluster(world, "manager")) + verbs(of_cluster(world, "owner"))


def test_what_others_are_told_holds_nothing_of_a_draft() -> None:
    assert {Verb.ANSWERED, Verb.STARTED, Verb.DELETED}.isdisjoint(TOLD_OUTSIDE)
    assert all({"level", "note", "title"}.isdisjoint(SHOWN[verb]) for verb in (Verb.SUBMITTED, Verb.WITHDREW))


def test_what_others_did_since_the_last_visit_is_news(world: World) -> None:
    draft = world.start()
    visit(world, "manager")
    world.clock.move(days=1)
    answer_as(world, "contributor", draft.id, 1)
    world.answer(world.start(), {"A.1": 2})  # one's own
    world.submit(world.fjord)  # another cluster's
    found = history.news(world.store, world.actor("manager"))
    assert [(line.verb, line.actor, line.cluster_name) for line in found] == [("answered", "Contributor", "Kyst")]


def test_who_follows_a_programme_hears_of_submissions_and_not_of_drafts(world: World) -> None:
    for who in ("owner", "reader", "programme-evaluator", "evaluator", "administrator", "stranger", "nobody"):
        visit(world, who)
    world.clock.move(days=1)
    world.submit()
    world.submit(world.fjord)
    world.start(world.fjord)
    expected = {"owner": 2, "reader": 2, "programme-evaluator": 2, "evaluator": 1}
    for who in ("owner", "reader", "programme-evaluator", "evaluator", "administrator", "stranger", "nobody"):
        found = history.news(world.store, world.actor(who))
        assert [line.verb for line in found] == ["submitted"] * expected.get(who, 0), who


def test_at_most_ten_things_are_news_and_nothing_is_on_a_first_visit(world: World) -> None:
    draft = world.start()
    assert history.news(world.store, world.actor("observer")) == ()
    assert history.news(world.store, VISITOR) == ()
    visit(world, "observer")
    world.clock.move(days=1)
    for level in (0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2):
        draft = world.answer(draft, {"A.1": level})
    found = history.news(world.store, world.actor("observer"))
    assert [line.after["level"] for line in found] == [2, 1, 0, 2, 1, 0, 2, 1, 0, 2]


def visit(world: World, who: str) -> None:
    """Let somebody have been here until now."""
    with world.store.writing() as tx:
        sessions.add(tx, f"session of {who}", who)
        sessions.end(tx, f"session of {who}")


def answer_as(world: World, who: str, assessment_id: str, level: int) -> None:
    raw, revision = {"level": level}, 0
    assessments.answer(world.store, world.frameworks, world.actor(who), assessment_id, "A.2", raw, revision)
