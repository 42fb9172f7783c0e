"""Pictures of how it has gone, on one axis of days: pain with its zones, form, sets, levels. Lines of SVG, no script.

The shapes differ as well as the colours: a round mark for the back, a square one for the leg; a day's zone is a shape
below the axis. What a picture shows stands in a table beside it, for those who do not see it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, LEFT, RIGHT, TOP, BOTTOM = 360, 42, 8, 10, 36
"""Units of the picture: as wide as a small phone, so that it is never made smaller than it is written."""

Series = Sequence[float | None]
"""A value for each day; None where nothing is known."""


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of the scale that means something, drawn behind the lines; `kind` is its class."""

    low: float
    high: float
    kind: str


@dataclass(frozen=True, slots=True)
class Axis:
    """The days along and the scale upwards; `ticks` are values with their words."""

    days: Sequence[date]
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    day_words: Sequence[tuple[int, str]]
    height: int = 150

    def x(self, number: float) -> float:
        """Return where a day is, by its number."""
        span = max(len(self.days) - 1, 1)
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (number + 0.5) / (span + 1), 1)

    def y(self, value: float) -> float:
        """Return where a value is."""
        share = (value - self.low) / (self.high - self.low)
        return round(TOP + (self.height - TOP - BOTTOM) * (1 - share), 1)

    @property
    def step(self) -> float:
        """Return the width of a day."""
        return (WIDTH - LEFT - RIGHT) / max(len(self.days), 1)


def line_chart(
    title: str,
    axis: Axis,
    lines: Sequence[tuple[str, Series]],
    bands: Iterable[Band] = (),
    marks: Sequence[str | None] = (),
) -> str:
    """Draw lines, each with the class that it is told; `marks` are the zones of the days."""
    parts = [_band(axis, band) for band in bands]
    parts += [_frame(axis), *(_line(axis, kind, values) for kind, values in lines)]
    parts += [_zone(axis, number, zone) for number, zone in enumerate(marks) if zone]
    return _svg(title, axis.height, parts)


def bar_chart(title: str, axis: Axis, asked: Series, done: Series) -> str:
    """Draw what was asked as an outline and what was done as a filled bar in it."""
    parts = [_frame(axis)]
    for kind, values in (("asked", asked), ("done", done)):
        parts += [_bar(axis, number, value, kind) for number, value in enumerate(values) if value]
    return _svg(title, axis.height, parts)


def step_chart(title: str, axis: Axis, changes: Sequence[tuple[int, float]]) -> str:
    """Draw a line that stays until it changes; `changes` are the number of the day and the value from it on."""
    points: list[tuple[float, float]] = []
    for number, value in changes:
        x, y = axis.x(max(number, 0)) - axis.step / 2, axis.y(value)
        if points:
            points.append((x, points[-1][1]))
        points.append((x, y))
    if points:
        points.append((axis.x(len(axis.days) - 1) + axis.step / 2, points[-1][1]))
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    return _svg(title, axis.height, [_frame(axis), f'<polyline class="line level" points="{path}"/>'])


def _svg(title: str, height: int, parts: Iterable[str]) -> str:
    inside = "".join(parts)
    return f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{_escaped(title)}">{inside}</svg>'


def _frame(axis: Axis) -> str:
    lines = [
        f'<line class="rule" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{axis.y(value):g}" y2="{axis.y(value):g}"/>'
        f'<text class="tick" x="{LEFT - 5}" y="{axis.y(value) + 4:g}" text-anchor="end">{_escaped(words)}</text>'
        for value, words in axis.ticks
    ]
    days = [
        f'<text class="tick" x="{_within(axis.x(number)):g}" y="{axis.height - 4}" text-anchor="middle">'
        f"{_escaped(words)}</text>"
        for number, words in axis.day_words
    ]
    return "".join([*lines, *days])


def _within(x: float) -> float:
    return min(max(x, LEFT + 14), WIDTH - RIGHT - 16)


def _band(axis: Axis, band: Band) -> str:
    y = axis.y(min(band.high, axis.high))
    height = axis.y(max(band.low, axis.low)) - y
    return f'<rect class="band {band.kind}" x="{LEFT}" y="{y:g}" width="{WIDTH - LEFT - RIGHT}" height="{height:g}"/>'


def _line(axis: Axis, kind: str, values: Series) -> str:
    known = [(axis.x(number), axis.y(value)) for number, value in enumerate(values) if value is not None]
    path = " ".join(f"{x:g},{y:g}" for x, y in known)
    half = 2.6 if len(values) <= 31 else 1.6
    shape = _square if kind == "leg" else _round
    return f'<polyline class="line {kind}" points="{path}"/>' + "".join(shape(x, y, half, kind) for x, y in known)


def _round(x: float, y: float, half: float, kind: str) -> str:
    return f'<circle class="dot {kind}" cx="{x:g}" cy="{y:g}" r="{half:g}"/>'


def _square(x: float, y: float, half: float, kind: str) -> str:
    return f'<rect class="dot {kind}" x="{x - half:g}" y="{y - half:g}" width="{2 * half:g}" height="{2 * half:g}"/>'


def _bar(axis: Axis, number: int, value: float, kind: str) -> str:
    width = max(axis.step * 0.7, 1.2)
    y = axis.y(value)
    x = axis.x(number) - width / 2
    return f'<rect class="bar {kind}" x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{axis.y(axis.low) - y:.1f}"/>'


_ZONE_PATHS = {
    "green": "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
    "amber": "M0-3.6L3.8 3H-3.8z",
    "red": "M-1.5-3.6h3L3.6-1.5v3L1.5 3.6h-3L-3.6 1.5v-3z",
}
"""A circle, a triangle, an octagon: the shapes that the zones have everywhere."""


def _zone(axis: Axis, number: int, zone: str) -> str:
    path = _ZONE_PATHS.get(zone)
    if path is None:
        return ""
    size = 1 if len(axis.days) <= 31 else 0.55
    place = f"translate({axis.x(number):g} {axis.height - BOTTOM + 10:g}) scale({size:g})"
    return f'<path class="zone-mark {zone}" transform="{place}" d="{path}"/>'


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
