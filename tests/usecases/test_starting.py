"""Starting an assessment: what it is pinned to, in which round it is, and what is refused."""

import dataclasses
import datetime as dt
from typing import Any

import pytest

from app.domain.errors import Conflict, Invalid, NotFound
from app.domain.lifecycle import Assessment, State
from app.store import clusters as kept
from app.usecases import assessments
from tests.make import DAY, NOW, Clock, make_framework, make_frameworks, make_round
from tests.usecases.world import World

NO_VERSIONS: list[object] = ["0.9", "1", "", None, 1.0, "9.9", [], "\x00"]
NO_STANDARDS: list[object] = ["ecei", "", None, "TINY", {}, "\ud800"]
NO_ROUNDS: list[object] = ["autumn", 5, True, [], "\x00"]
SENT = {"title": " Høst 2026 ", "reference_date": "2026-09-30"}


def start(world: World, slug: str = "kyst", **raw: object) -> assessments.Report:
    return assessments.start(world.store, world.frameworks, world.manager, slug, SENT | raw)


def test_an_assessment_begins_as_a_draft_pinned_to_the_newest_standard_offered(world: World, clock: Clock) -> None:
    now = clock.move(hours=1)
    with world.one_line("started"):
        report = start(world)
    started = report.assessment
    assert started == Assessment(
        id=started.id,
        cluster=world.kyst,
        title="Høst 2026",
        reference_date=DAY,
        framework="tiny",
        version="1.0",
        digest=make_framework().digest,
        round_id=None,
        round=None,
        round_name=None,
        state=State.DRAFT,
        revision=1,
        created_at=now,
        updated_at=now,
        submitted_at=None,
        answers={},
    )
    assert (report.framework, report.previous, report.actions) == (make_framework(), None, ("answer", "delete"))
    assert world.read(started) == started
    line = world.journal()[-1]
    assert (line.subject, line.by, line.cluster) == (started.id, "manager", world.kyst.id)
    assert line.after == {"title": "Høst 2026"}


@pytest.mark.parametrize(
    "raw",
    [
        {"framework": "tiny", "version": "1.0"},
        {"framework": "tiny"},
        {"version": "1.0"},
    ],
)
def test_a_standard_that_is_offered_can_be_named(world: World, raw: dict[str, Any]) -> None:
    assert start(world, **raw).framework == make_framework()


@pytest.mark.parametrize(
    ("raw", "field", "code"),
    [
        *(({"version": version}, "version", "framework") for version in NO_VERSIONS),
        *(({"framework": name}, "version", "framework") for name in NO_STANDARDS),
        *(({"title": title}, "title", "required") for title in (None, "", "  ")),
        ({"title": 5}, "title", "text"),
        ({"title": "x" * 201}, "title", "too-long"),
        ({"title": "a\x00"}, "title", "characters"),
        ({"title": "a\nb"}, "title", "line"),
        *(({"reference_date": day}, "reference_date", "date") for day in (None, "", "soon", "1999-12-31", 20260930)),
        *(({"round": name}, "round", "round") for name in NO_ROUNDS),
    ],
    ids=ascii,
)
def test_what_cannot_be_started_is_refused(world: World, raw: dict[str, Any], field: str, code: str) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        start(world, **raw)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [(field, code)]


@pytest.mark.parametrize("slug", ["fjell", "alene", "fjord", "missing", "", "KYST", "kyst "])
def test_a_cluster_out_of_reach_or_missing_is_not_found(world: World, slug: str) -> None:
    with world.unchanged(), pytest.raises(NotFound):
        start(world, slug)


@pytest.fixture
def rounds(world: World) -> None:
    """Two rounds in the programme of kyst, on different days, and one in another programme."""
    spring = dt.date(2026, 3, 31)
    with world.store.writing() as tx:
        for opened in (make_round("autumn"), make_round("spring", day=spring), make_round("south-autumn", "south")):
            kept.keep_round(tx, opened)


@pytest.mark.usefixtures("rounds")
@pytest.mark.parametrize(
    ("raw", "found"),
    [
        ({}, "autumn"),
        ({"round": ""}, "autumn"),
        ({"round": None}, "autumn"),
        ({"round": "autumn"}, "autumn"),
        ({"round": "spring", "reference_date": "2026-03-31"}, "spring"),
        ({"round": "spring", "reference_date": None}, "spring"),
        ({"reference_date": "2026-03-31"}, "spring"),
        ({"reference_date": "2026-10-01"}, None),
    ],
)
def test_an_assessment_is_in_the_round_it_names_or_else_in_that_of_its_day(
    world: World, raw: dict[str, Any], found: str | None
) -> None:
    started = start(world, **raw).assessment
    assert started.round == found
    assert started.round_id == (f"round-{found}" if found else None)
    assert started.round_name == (found.capitalize() if found else None)
    if found:
        assert started.reference_date == {"autumn": DAY, "spring": dt.date(2026, 3, 31)}[found]
    assert world.read(started) == started


@pytest.mark.usefixtures("rounds")
def test_a_round_can_be_named_without_a_date(world: World) -> None:
    raw = {"title": "Spring", "round": "spring"}
    started = assessments.start(world.store, world.frameworks, world.manager, "kyst", raw).assessment
    assert (started.round, started.reference_date) == ("spring", dt.date(2026, 3, 31))


@pytest.mark.usefixtures("rounds")
@pytest.mark.parametrize(
    ("day", "code"),
    [
        *(("2026-10-01", "round-date"), ("2026-03-31", "round-date")),
        *(("soon", "date"), ("", "date"), ([], "date"), (0, "date")),
    ],
)
def test_another_date_than_the_rounds_is_refused(world: World, day: object, code: str) -> None:
    with world.unchanged(), pytest.raises(Invalid) as refused:
        start(world, round="autumn", reference_date=day)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("reference_date", code)]


@pytest.mark.usefixtures("rounds")
@pytest.mark.parametrize("slug", ["kyst", "alene"])
def test_a_round_of_another_programme_cannot_be_named_and_is_not_taken_for_its_day(world: World, slug: str) -> None:
    cluster = {"kyst": world.kyst, "alene": world.alene}[slug]
    manager = world.manager_of(cluster)
    with world.unchanged(), pytest.raises(Invalid):
        assessments.start(world.store, world.frameworks, manager, slug, SENT | {"round": "south-autumn"})
    if slug == "alene":
        report = assessments.start(world.store, world.frameworks, manager, slug, SENT)
        assert report.assessment.round is None


def test_an_assessment_stays_on_the_version_it_was_started_on(world: World) -> None:
    started = world.start()
    newer = make_framework(version="2.0", digest="digest-of-2.0", released="2027-01-01")
    world.frameworks = make_frameworks(make_framework(), newer)
    assert world.frameworks.default == newer
    report = assessments.report(world.store, world.frameworks, world.manager, started.id)
    assert report.framework == make_framework()
    assert start(world).framework == newer


def test_an_assessment_whose_standard_is_not_the_same_any_more_is_not_read_as_if_it_were(world: World) -> None:
    started = world.start()
    tampered = make_frameworks(make_framework(digest="other"))
    with world.unchanged(), pytest.raises(Conflict) as refused:
        assessments.report(world.store, tampered, world.manager, started.id)
    assert refused.value.code == "catalogue-changed"
    with pytest.raises(NotFound):
        assessments.report(world.store, make_frameworks(make_framework(version="3")), world.manager, started.id)


def test_the_assessment_before_this_one_is_a_hint_and_answers_nothing(world: World) -> None:
    before = world.submit(day=DAY - dt.timedelta(days=180))
    world.start(day=DAY - dt.timedelta(days=90), title="A draft is no hint")
    world.submit(world.fjord, day=DAY - dt.timedelta(days=1))
    report = start(world)
    assert report.previous == before
    assert report.assessment.answered == 0
    assert report.assessment.answers == {}
    again = assessments.report(world.store, world.frameworks, world.manager, report.assessment.id)
    assert again.previous == before


def test_several_drafts_may_be_under_way_at_once(world: World) -> None:
    first, second = start(world).assessment, start(world).assessment
    assert first.id != second.id
    assert dataclasses.replace(first, id=second.id) == second
    assert first.created_at == NOW
