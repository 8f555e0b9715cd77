"""The radar's geometry, as plain arithmetic: shares of a whole become points on a plane, ready for an SVG."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from textwrap import wrap
from typing import Final, NamedTuple

WIDTH: Final = 460
MIDDLE: Final = WIDTH // 2
RADIUS: Final = 100
FEWEST: Final = 3
_LABEL_RADIUS = 1.13 * RADIUS
_LETTER_WIDTH = 7
_LONGEST_LINE = 170
_LINE_HEIGHT = 16
_BASELINE = 4
_MARGIN = 16
_UPRIGHT = 0.2


class Axis(NamedTuple):
    """One spoke: where it ends, and where and how its label stands."""

    x: float
    y: float
    label_x: float
    label_y: float
    anchor: str
    lines: list[str]


@dataclass(frozen=True, slots=True)
class RadarShape:
    """A radar with all its numbers ready; a string of points is "x,y x,y …", clockwise from the top."""

    width: int
    height: int
    centre: tuple[int, int]
    rings: list[str]
    axes: list[Axis]
    own: str
    benchmark: str | None
    last: str | None


def radar(
    labels: Sequence[str],
    own: Sequence[float],
    benchmark: Sequence[float] | None = None,
    last: Sequence[float] | None = None,
    rings: int = 4,
) -> RadarShape | None:
    """Draw shares from 0 to 1, one a label; None for fewer than three labels, which span no area."""
    places = len(labels)
    if places < FEWEST:
        return None
    flat = [_axis(label, place, places) for place, label in enumerate(labels)]
    # The picture is as high as its labels need; everything is drawn around the centre, then moved down into it.
    centre_y = math.ceil(_MARGIN - min(axis.label_y for axis in flat))
    lowest = max(axis.label_y + _LINE_HEIGHT * (len(axis.lines) - 1) for axis in flat)

    def polygon(shares: Sequence[float]) -> str:
        points = (_point(place, places, RADIUS * share) for place, share in enumerate(shares))
        return " ".join(f"{x:.1f},{y + centre_y:.1f}" for x, y in points)

    return RadarShape(
        width=WIDTH,
        height=math.ceil(centre_y + lowest + _MARGIN / 2),
        centre=(MIDDLE, centre_y),
        rings=[polygon([ring / rings] * places) for ring in range(1, rings + 1)],
        axes=[a._replace(y=round(a.y + centre_y, 1), label_y=round(a.label_y + centre_y, 1)) for a in flat],
        own=polygon(own),
        benchmark=polygon(benchmark) if benchmark is not None else None,
        last=polygon(last) if last is not None else None,
    )


def _point(place: int, places: int, distance: float) -> tuple[float, float]:
    angle = math.tau * place / places
    return MIDDLE + distance * math.sin(angle), -distance * math.cos(angle)


def _axis(label: str, place: int, places: int) -> Axis:
    """Place a spoke around a centre at height 0."""
    upwards, sideways = math.cos(math.tau * place / places), math.sin(math.tau * place / places)
    x, y = _point(place, places, RADIUS)
    label_x, label_y = _point(place, places, _LABEL_RADIUS)
    room = min(_LONGEST_LINE, MIDDLE - abs(label_x - MIDDLE))
    lines = list(_lines(label, int(room / _LETTER_WIDTH)))
    # Above the centre a label grows upwards from its place, below it downwards, and beside it both ways.
    label_y += _BASELINE - 2 * _BASELINE * upwards - _LINE_HEIGHT * (len(lines) - 1) * (1 + upwards) / 2
    return Axis(round(x, 1), y, round(label_x, 1), label_y, _anchor(sideways), lines)


@lru_cache(maxsize=256)
def _lines(label: str, letters: int) -> tuple[str, ...]:
    """Break a label into as few lines as fit, and those as equally long as can be; a word is never broken."""
    break_at = partial(wrap, label, break_long_words=False, break_on_hyphens=False)
    fewest = len(break_at(letters))
    return tuple(next(lines for width in range(1, letters + 1) if len(lines := break_at(width)) == fewest)) or ("",)


def _anchor(sideways: float) -> str:
    if abs(sideways) < _UPRIGHT:
        return "middle"
    return "start" if sideways > 0 else "end"
