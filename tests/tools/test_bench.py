"""The benchmark does what it says: it measures everything, fairly, and judges by the targets."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.tools import bench, bench_data, usual_way
from tests.tools.bench import POSTGRESQL, SQLITE, TARGETS, Target
from tests.tools.bench_data import Desk
from tests.tools.load import Tally
from tests.tools.measures import Measured

Faces = tuple[TestClient, TestClient, list[Desk]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faces]:
    """The service and the usual way over one database, and two people at work in it."""
    url = f"sqlite:///{tmp_path_factory.mktemp('bench') / 'bench.db'}"
    desks = bench_data.seed(url, 2)
    apps: list[FastAPI] = [create_app(Settings(database_url=url)), usual_way.create_app(url)]
    ours, usual = (TestClient(app, base_url="http://127.0.0.1") for app in apps)
    with ours, usual:
        yield ours, usual, desks
    apps[1].state.engine.dispose()


def test_the_usual_way_answers_with_the_very_same_gap(both: Faces) -> None:
    ours, usual, (desk, _other) = both
    answers = [face.get(desk.gap_json, headers=desk.program) for face in (ours, usual)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()


def test_the_usual_way_checks_what_the_service_checks(both: Faces) -> None:
    ours, usual, (desk, other) = both
    for face in (ours, usual):
        assert face.get(desk.gap_json, headers=other.program).status_code == 404
        assert face.post(desk.save, headers=other.browser, data=desk.form()).status_code == 404
        stale = {**desk.form(), f"revision-{desk.number}": "0"}
        assert face.post(desk.save, headers=desk.browser, data=stale).status_code == 409


def test_a_save_by_either_is_the_base_of_the_next(both: Faces) -> None:
    ours, usual, (desk, _other) = both
    for face in (ours, usual, ours, usual):
        assert face.post(desk.save, headers=desk.browser, data=desk.form()).status_code == 200
        desk.revision += 1


@pytest.mark.parametrize(
    ("target", "rates", "failed", "met"),
    [
        (Target(0.10), {"yardstick": 1000, "goldgap": 100}, 0, True),
        (Target(0.10), {"yardstick": 1000, "goldgap": 99}, 0, False),
        (Target(0.10), {"yardstick": 1000, "goldgap": 500}, 1, False),
        (Target(0.10, multiple=3), {"yardstick": 1000, "goldgap": 90, "usual": 30}, 0, True),
        (Target(0.10, multiple=3), {"yardstick": 1000, "goldgap": 110, "usual": 40}, 0, False),
        (Target(0.10, p99=0.4), {"yardstick": 1000, "goldgap": 110}, 0, False),
    ],
)
def test_a_target_is_met_by_its_share_or_by_its_multiple_and_never_while_answers_fail(
    target: Target, rates: dict[str, int], failed: int, *, met: bool
) -> None:
    tallies = {name: [Tally(1.0, rate, failed, [0.5] * rate)] for name, rate in rates.items()}
    assert target.is_met(Measured("gap-json", "-", tallies)) is met


def test_everything_is_measured_against_a_target() -> None:
    assert all(targets.keys() == {SQLITE, POSTGRESQL} for targets in TARGETS.values())
    lines = [cells[0] for cells in bench.lines(bench.QUICK)]
    named = [f"{bench.NAMES[what]}, {SQLITE}" for what in TARGETS]
    assert lines == ["what", *named, "start to first answer", "demo loaded", "memory at rest"]


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    bench_data.seed(f"sqlite:///{tmp_path / 'bench.db'}", 1)
    assert [path.name for path in tmp_path.iterdir() if path.stat().st_size] == ["bench.db"]
