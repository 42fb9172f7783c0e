"""The timeline figure: where everything lies, in pixels; `templates/timeline.svg` draws it.

The figure is a hand-made SVG and not a plot from a library because it must be small (two languages and two
sizes in one file), take its colours from the page's light or dark tokens, and be readable by a screen reader.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from openlumbar.assessment.analysis import Analysis
from openlumbar.reports.axes import Scale, Tick, curve_path, nice_steps
from openlumbar.reports.curve import FloatArray, hold_spans, measured_from_rest, thin_out
from openlumbar.reports.stretches import Stretch, unjudged_stretches
from openlumbar.reports.summary import fault_name, limit_of, unit_of
from openlumbar.reports.words import Words

_MOST_COLUMNS = 560
"""More pixel columns than this make the file larger and the curve no clearer."""
_LABEL_PX = 18
"""The least room between two lines of text."""
_LANE_PX = {"hold": 62, "fault": 48, "unjudged": 48}
"""Heights of the rows below the curve: a name, a bar, and for holds the seconds."""
_NUMBER_PX = 22
"""The least room for a repetition's number."""


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size of a figure: `px_per_repetition` widens it for many repetitions, up to `widest_px`."""

    name: Literal["wide", "compact"]
    width_px: int
    widest_px: int
    plot_px: int
    px_per_repetition: int


WIDE = Canvas("wide", 912, 2400, 240, 32)
COMPACT = Canvas("compact", 328, 1120, 184, 18)


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold line: its value stands at its right end (at `label_y`, clear of others), its name in the key.

    `style` numbers the dash patterns; the two sides of a swing share one.
    """

    y: float
    label_y: float
    label: str
    name: str
    style: int


@dataclass(frozen=True, slots=True)
class Band:
    """A repetition: its span, its number (empty where there is no room) and whether it counted."""

    x: float
    width: float
    number: str
    counted: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """Something in a lane: a span (hold, stretch) or a point (fault, width 0) with words beside it."""

    x: float
    width: float = 0.0
    label: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A row below the curve with its own name."""

    kind: Literal["hold", "fault", "unjudged"]
    y: float
    label: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything to draw, in pixels from the top left."""

    id: str
    canvas: Canvas
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    axis: str
    time_axis: str
    description: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    zero_y: float
    limits: tuple[Limit, ...]
    bands: tuple[Band, ...]
    curve: str
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class _Threshold:
    """A limit before it has its place."""

    value: float
    label: str
    name: str
    style: int


def lay_out_timeline(analysis: Analysis, words: Words, canvas: Canvas) -> Timeline | None:
    """Lay the figure out, or return None when there is nothing at all to draw."""
    time_s = analysis.signals.time_s
    if len(time_s) < 2:
        return None
    from_rest = measured_from_rest(analysis)
    width = _width_px(analysis, canvas)
    left, right, top = 44.0, width - 60.0, 76.0 if analysis.repetitions else 16.0
    bottom = top + canvas.plot_px
    x = Scale(float(time_s[0]), left, (right - left) / float(time_s[-1] - time_s[0]))
    wanted = _limits(analysis, words)
    low, high = _value_range(
        from_rest, [limit.value for limit in wanted], two_sided=analysis.card.drive.rest == "middle"
    )
    y = Scale(low, bottom, -canvas.plot_px / (high - low))
    lanes = _lanes(analysis, words, from_rest, x, bottom + 64)
    return Timeline(
        id=f"timeline-{words.language}-{canvas.name}",
        canvas=canvas,
        width=width,
        height=lanes[-1].y + _LANE_PX[lanes[-1].kind] if lanes else bottom + 48,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        axis=words(f"timeline.axis_{analysis.card.drive.measured_as}"),
        time_axis=words("timeline.time_axis_minutes" if _in_minutes(time_s) else "timeline.time_axis"),
        description=_description(analysis, words),
        x_ticks=_time_ticks(time_s, x, right - left),
        y_ticks=tuple(
            Tick(y(value), f"{value:g}".replace("-", "\N{MINUS SIGN}")) for value in nice_steps(low, high, 5)
        ),
        zero_y=y(0.0),
        limits=_placed(wanted, y),
        bands=_bands(analysis, x),
        curve=curve_path(thin_out(time_s, from_rest, min(round(right - left), _MOST_COLUMNS)), x, y),
        lanes=lanes,
    )


def _width_px(analysis: Analysis, canvas: Canvas) -> float:
    wanted = 56 + canvas.px_per_repetition * len(analysis.repetitions)
    return float(min(max(canvas.width_px, wanted), canvas.widest_px))


def _description(analysis: Analysis, words: Words) -> str:
    return words(
        "timeline.description",
        measure=words(f"measure.{analysis.card.drive.measured_as}"),
        duration=words.amount(analysis.source.duration_s, "s"),
        total=len(analysis.repetitions),
        counted=analysis.counts["repetitions"],
    )


def _limits(analysis: Analysis, words: Words) -> list[_Threshold]:
    """List the thresholds that are heights on this axis; a swing has them on both sides."""
    card, level = analysis.card, analysis.level
    applying = [rule for rule in card.faults if not rule.levels or level.id in rule.levels]
    names = {"counted": words("timeline.counted_from")}
    names |= {rule.code: fault_name(card, rule.code, words) for rule in applying if rule.measure == "peak"}
    found = []
    for style, (code, name) in enumerate(names.items()):
        limit = limit_of(card, level, code)
        if limit is not None:
            label = words.exact(limit.value, unit_of(card.drive.measured_as))
            sides = (1, -1) if card.drive.rest == "middle" else (1,)
            found += [_Threshold(side * limit.value, label, name, style) for side in sides]
    return found


def _value_range(from_rest: FloatArray, limits: Sequence[float], two_sided: bool) -> tuple[float, float]:
    """Return the lowest and highest value of the axis, zero and the limits within, with some air."""
    seen = from_rest[np.isfinite(from_rest)]
    low, high = (float(seen.min()), float(seen.max())) if len(seen) else (0.0, 1.0)
    low, high = min(low, 0.0, *limits), max(high, 1.0, *limits)
    if two_sided:
        high = max(high, -low)
        low = -high
    air = 0.06 * (high - low)
    return low - (air if low < 0 else 0.0), high + air


def _in_minutes(time_s: FloatArray) -> bool:
    return bool(time_s[-1] - time_s[0] > 180)


def _time_ticks(time_s: FloatArray, x: Callable[[float], float], width_px: float) -> tuple[Tick, ...]:
    start_s, end_s = float(time_s[0]), float(time_s[-1])
    steps_s = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)
    most = width_px / 56
    step_s = next((step for step in steps_s if (end_s - start_s) / step <= most), steps_s[-1])
    times_s = np.arange(math.ceil(start_s / step_s), math.floor(end_s / step_s) + 1) * step_s
    minutes = _in_minutes(time_s)
    return tuple(Tick(x(float(t)), f"{int(t // 60)}:{int(t % 60):02d}" if minutes else f"{t:g}") for t in times_s)


def _placed(limits: Sequence[_Threshold], y: Callable[[float], float]) -> tuple[Limit, ...]:
    """Stand each label at its line, further up where another one is in the way."""
    placed: list[Limit] = []
    for limit in sorted(limits, key=lambda limit: limit.value):
        at = label_y = y(limit.value)
        if placed:
            label_y = min(at, placed[-1].label_y - _LABEL_PX)
        placed.append(Limit(at, label_y, limit.label, limit.name, limit.style))
    return tuple(placed)


def _bands(analysis: Analysis, x: Callable[[float], float]) -> tuple[Band, ...]:
    """Place the repetitions, leaving out numbers that would touch the one before."""
    bands: list[Band] = []
    last_px = -math.inf
    for number, repetition in enumerate(analysis.repetitions, 1):
        start, end = x(repetition.start_s), x(repetition.end_s)
        middle = (start + end) / 2
        room = middle - last_px >= _NUMBER_PX
        last_px = middle if room else last_px
        bands.append(Band(start, round(end - start, 1), str(number) if room else "", repetition.counted))
    return tuple(bands)


def _lanes(analysis: Analysis, words: Words, from_rest: FloatArray, x: Scale, first_y: float) -> tuple[Lane, ...]:
    rows: list[tuple[Literal["hold", "fault", "unjudged"], str, tuple[Mark, ...]]] = []
    if analysis.level.dose.hold_s > 0 and analysis.repetitions:
        rows.append(("hold", words("timeline.lane_hold"), _hold_marks(analysis, words, from_rest, x)))
    for fault in analysis.faults:
        peaks_s = [item.peak_s for item in analysis.repetitions if fault.code in item.faults]
        marks = tuple(Mark(x(peak_s)) for peak_s in peaks_s)
        rows.append(("fault", fault_name(analysis.card, fault.code, words), marks))
    stretches = unjudged_stretches(analysis)
    for code in dict.fromkeys(stretch.code for stretch in stretches):
        label = words("timeline.lane_unjudged", reason=words(f"unjudged.{code}"))
        rows.append(("unjudged", label, _stretch_marks(stretches, code, x)))
    lanes: list[Lane] = []
    y = first_y
    for kind, label, marks in rows:
        lanes.append(Lane(kind, y, label, marks))
        y += _LANE_PX[kind]
    return tuple(lanes)


def _stretch_marks(stretches: Sequence[Stretch], code: str, x: Scale) -> tuple[Mark, ...]:
    return tuple(
        Mark(x(stretch.start_s), round(x(stretch.end_s) - x(stretch.start_s), 1))
        for stretch in stretches
        if stretch.code == code
    )


def _hold_marks(analysis: Analysis, words: Words, from_rest: FloatArray, x: Scale) -> tuple[Mark, ...]:
    """Place the holds; their seconds stand where they do not touch the ones before."""
    marks: list[Mark] = []
    last_px = -math.inf
    for repetition, spans in zip(analysis.repetitions, hold_spans(analysis, from_rest), strict=True):
        for index, (start_s, end_s) in enumerate(spans):
            start, end = x(start_s), x(end_s)
            room = index == 0 and repetition.hold_s is not None and start - last_px >= 8
            label = words.figure(repetition.hold_s or 0.0, "s") if room else ""
            if room:
                last_px = start + 8 * len(label)
            marks.append(Mark(start, round(end - start, 1), label))
    return tuple(marks)
