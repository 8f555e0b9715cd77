"""Reading assessments one by one and as a list: drafts are their own cluster's business."""

import dataclasses
import datetime as dt

import pytest

from app.domain.errors import NotFound, NotPermitted, NotSignedIn
from app.domain.lifecycle import Assessment, Move
from app.domain.permissions import VISITOR
from app.domain.roles import TokenScope
from app.usecases import assessments
from tests.make import NOW, Clock, make_framework
from tests.usecases.world import World


@pytest.fixture
def several(world: World) -> dict[str, Assessment]:
    """A draft, a submitted and a withdrawn assessment of kyst; a draft and a submitted one of fjord and fjell."""
    found = {"kyst draft": world.start(), "kyst submitted": world.submit(), "kyst withdrawn": world.submit()}
    found["kyst withdrawn"] = world.move(found["kyst withdrawn"], Move.WITHDRAW)
    for cluster in (world.fjord, world.fjell):
        found[f"{cluster.slug} draft"] = world.start(cluster)
        found[f"{cluster.slug} submitted"] = world.submit(cluster)
    return found


KYST = ("kyst draft", "kyst submitted", "kyst withdrawn")
NORTH = ("kyst submitted", "fjord submitted")


@pytest.mark.parametrize(
    ("person", "seen"),
    [
        ("observer", KYST),
        ("contributor", KYST),
        ("manager", KYST),
        ("evaluator", ("kyst submitted",)),
        ("programme-evaluator", NORTH),
        ("reader", NORTH),
        ("owner", NORTH),
        ("administrator", (*NORTH, "fjell submitted")),
        ("neighbour", ("fjord draft", "fjord submitted")),
        ("stranger", ("fjell draft", "fjell submitted")),
        ("nobody", ()),
    ],
)
def test_each_person_lists_what_they_may_read_and_reads_what_they_list(
    world: World, several: dict[str, Assessment], person: str, seen: tuple[str, ...]
) -> None:
    actor = world.actor(person)
    listed = assessments.listed(world.store, world.frameworks, actor)
    now = (world.read(several[name]) for name in seen)
    assert [report.assessment for report in listed] == sorted(now, key=lambda a: a.id)
    for report in listed:
        alone = assessments.report(world.store, world.frameworks, actor, report.assessment.id)
        assert dataclasses.replace(alone, previous=None, instead=None, replaced=None) == report
    for name in set(several) - set(seen):
        with pytest.raises((NotFound, NotPermitted)):
            assessments.report(world.store, world.frameworks, actor, several[name].id)


def test_a_list_says_what_each_person_can_do(world: World, several: dict[str, Assessment]) -> None:
    def actions(person: str) -> dict[str, tuple[str, ...]]:
        names = {assessment.id: name for name, assessment in several.items()}
        found = assessments.listed(world.store, world.frameworks, world.actor(person))
        return {names[report.assessment.id]: report.actions for report in found}

    nothing = {"kyst draft": (), "kyst submitted": (), "kyst withdrawn": ()}
    assert actions("manager") == nothing | {"kyst draft": ("answer", "delete"), "kyst submitted": ("withdraw",)}
    assert actions("contributor") == nothing | {"kyst draft": ("answer",)}
    assert actions("observer") == nothing
    assert actions("owner") == {"kyst submitted": (), "fjord submitted": ()}


@pytest.mark.usefixtures("several")
def test_what_a_token_lists_needs_its_scope(world: World) -> None:
    for scopes, refused in (
        (frozenset({TokenScope.READ}), False),
        (frozenset(TokenScope) - {TokenScope.READ}, True),
        (frozenset(), True),
    ):
        actor = dataclasses.replace(world.manager, token_scopes=scopes)
        if refused:
            with pytest.raises(NotPermitted):
                assessments.listed(world.store, world.frameworks, actor)
            continue
        assert all(report.actions == () for report in assessments.listed(world.store, world.frameworks, actor))
    with pytest.raises(NotSignedIn):
        assessments.listed(world.store, world.frameworks, VISITOR)


def test_a_list_is_read_page_by_page_from_behind_the_last_id(world: World, several: dict[str, Assessment]) -> None:
    expected = sorted(several[name].id for name in KYST)
    found, after = [], ""
    for _ in range(4):
        page = assessments.listed(world.store, world.frameworks, world.manager, after=after, limit=1)
        if page:
            after = page[-1].assessment.id
            found.append(after)
    assert found == expected


def test_a_list_can_be_of_what_was_changed_since(world: World, several: dict[str, Assessment], clock: Clock) -> None:
    now = clock.move(hours=1)
    changed = world.answer(several["kyst draft"], {"A.1": 1})
    for since, expected in ((now, [changed.id]), (now + dt.timedelta(seconds=1), [])):
        found = assessments.listed(world.store, world.frameworks, world.manager, updated_since=since)
        assert [report.assessment.id for report in found] == expected
    assert len(assessments.listed(world.store, world.frameworks, world.manager, updated_since=NOW)) == 3


def test_a_report_brings_framework_actions_and_the_one_before(world: World) -> None:
    before = world.submit(day=dt.date(2026, 3, 31))
    draft = world.complete()
    for person, actions in (
        ("manager", ("answer", "submit", "delete")),
        ("contributor", ("answer",)),
        ("observer", ()),
    ):
        report = assessments.report(world.store, world.frameworks, world.actor(person), draft.id)
        expected = assessments.Report(draft, make_framework(), before, actions)
        assert dataclasses.replace(report, replaced=None) == expected


def test_a_token_reads_but_offers_only_what_it_carries(world: World) -> None:
    draft = world.complete()
    reading = dataclasses.replace(world.manager, token_scopes=frozenset({TokenScope.READ}))
    assert assessments.report(world.store, world.frameworks, reading, draft.id).actions == ()
    both = dataclasses.replace(world.manager, token_scopes=frozenset({TokenScope.READ, TokenScope.WRITE}))
    assert assessments.report(world.store, world.frameworks, both, draft.id).actions == ("answer", "submit", "delete")


@pytest.mark.parametrize("key", ["missing", "", "%", "' OR 1=1 --", "x" * 10_000, "A" * 16])
def test_no_assessment_is_found_by_another_id(world: World, key: str) -> None:
    world.submit()
    for person in ("manager", "administrator"):
        with pytest.raises(NotFound):
            assessments.report(world.store, world.frameworks, world.actor(person), key)
