"""The radar's geometry, drawn for few and many axes."""

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages import radar
from app.pages.radar import RADIUS, WIDTH

Point = tuple[float, float]


def points(drawn: str) -> list[Point]:
    """Read "x,y x,y …"."""
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in drawn.split(" "))]


def shape(own: list[float], benchmark: list[float] | None = None, last: list[float] | None = None) -> radar.RadarShape:
    """Draw a radar that exists, its labels being letters."""
    drawn = radar.radar([chr(65 + place) for place in range(len(own))], own, benchmark, last)
    assert drawn is not None
    return drawn


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_axes_span_no_area_and_are_not_drawn(count: int) -> None:
    assert radar.radar(["A"] * count, [1.0] * count) is None


def test_the_first_axis_stands_upright_and_the_next_follows_clockwise() -> None:
    drawn = shape([1.0, 1.0, 1.0, 1.0])
    x, y = drawn.centre
    assert points(drawn.own) == [(x, y - RADIUS), (x + RADIUS, y), (x, y + RADIUS), (x - RADIUS, y)]


def test_nothing_lies_in_the_centre_and_everything_on_the_outermost_ring() -> None:
    drawn = shape([0.0, 1.0, 0.0])
    end = (drawn.axes[1].x, drawn.axes[1].y)
    assert points(drawn.own) == [drawn.centre, end, drawn.centre]
    assert points(drawn.rings[-1])[1] == end


def test_there_are_as_many_rings_as_asked_for_equally_far_apart() -> None:
    drawn = radar.radar(["A", "B", "C"], [1, 1, 1], rings=2)
    assert drawn is not None
    inner, outer = (points(ring)[0] for ring in drawn.rings)
    assert drawn.centre[1] - inner[1] == RADIUS / 2
    assert drawn.centre[1] - outer[1] == RADIUS


def test_what_is_not_given_is_not_drawn() -> None:
    alone = shape([0.5, 0.5, 0.5])
    assert (alone.benchmark, alone.last) == (None, None)
    beside = shape([0.5, 0.5, 0.5], benchmark=[0.8, 0.8, 0.8], last=[0.0, 0.0, 0.0])
    assert points(beside.benchmark or "")[0] == (beside.centre[0], beside.centre[1] - 0.8 * RADIUS)
    assert set(points(beside.last or "")) == {beside.centre}


@given(st.lists(st.floats(0, 1), min_size=3, max_size=12))
def test_each_point_lies_on_its_axis_at_its_share_of_the_radius(shares: list[float]) -> None:
    drawn = shape(shares)
    for share, axis, point in zip(shares, drawn.axes, points(drawn.own), strict=True):
        along = tuple(c + share * (end - c) for c, end in zip(drawn.centre, (axis.x, axis.y), strict=True))
        assert math.dist(point, along) < 0.2
        assert math.isclose(math.dist(point, drawn.centre), share * RADIUS, abs_tol=0.11)


@given(st.integers(3, 12))
def test_labels_of_several_lines_stay_in_the_picture_and_off_the_polygon(count: int) -> None:
    drawn = radar.radar(["Strategy, objectives, services and outcomes"] * count, [1.0] * count)
    assert drawn is not None
    assert (drawn.width, drawn.height) >= (WIDTH, 2 * RADIUS)
    for axis in drawn.axes:
        longest = 7 * max(len(line) for line in axis.lines)
        start = {"start": 0.0, "middle": -longest / 2, "end": -float(longest)}[axis.anchor] + axis.label_x
        assert start >= 0
        assert start + longest <= WIDTH
        assert axis.label_y > 12
        assert axis.label_y + 16 * (len(axis.lines) - 1) < drawn.height
        if axis.anchor != "middle":
            assert abs(axis.label_x - drawn.centre[0]) > abs(axis.x - drawn.centre[0])


def test_labels_turn_away_from_the_centre() -> None:
    assert [axis.anchor for axis in shape([1.0] * 5).axes] == ["middle", "start", "start", "end", "end"]
    assert [axis.anchor for axis in shape([1.0] * 4).axes] == ["middle", "start", "middle", "end"]


def test_lines_are_few_and_about_equally_long() -> None:
    drawn = radar.radar(["1 Structure", "2 Governance and cooperation", "3 Financing"], [1, 1, 1])
    assert drawn is not None
    assert [axis.lines for axis in drawn.axes] == [
        ["1 Structure"],
        ["2 Governance", "and cooperation"],
        ["3 Financing"],
    ]


def test_a_label_without_words_is_one_empty_line() -> None:
    drawn = radar.radar(["", "B", "C"], [1, 1, 1])
    assert drawn is not None
    assert drawn.axes[0].lines == [""]


def test_a_long_word_is_never_broken() -> None:
    drawn = radar.radar(["Saksbehandlingsopplysninger og mer", "B", "C"], [1, 1, 1])
    assert drawn is not None
    assert drawn.axes[0].lines == ["Saksbehandlingsopplysninger", "og mer"]


def test_neighbouring_axes_are_equally_far_apart() -> None:
    ends = [(axis.x, axis.y) for axis in shape([1.0] * 7).axes]
    sides = [math.dist(*pair) for pair in itertools.pairwise([*ends, ends[0]])]
    assert max(sides) - min(sides) < 0.3
