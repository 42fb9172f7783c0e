"""The report's section on the disc load: in words, and as a figure; `templates/load.svg` draws it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.loads import SessionLoads
from openlumbar.reports.axes import Scale, Tick, curve_path, nice_steps
from openlumbar.reports.curve import FloatArray, thin_out
from openlumbar.reports.load_words import dose_text, peak_text, ranged_text
from openlumbar.reports.timeline import Band, Canvas, Timeline
from openlumbar.reports.words import Words

_CURVE_COLUMNS, _RANGE_COLUMNS = 200, 80
"""Pixel columns of the curve and of its interval: a load changes slowly, and the page stays light."""
_LEAST_HIGHEST = 1.5
"""The axis reaches at least so far, × quiet standing: the line at 1 lies within."""


@dataclass(frozen=True, slots=True)
class LoadFigure:
    """Everything to draw, in pixels from the top left; `range` is the area of the 90 % interval."""

    id: str
    canvas: Canvas
    width: float
    height: float
    left: float
    right: float
    bottom: float
    axis: str
    time_axis: str
    description: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    zero_y: float
    standing_y: float
    standing: str
    bands: tuple[Band, ...]
    curve: str
    range: str


@dataclass(frozen=True, slots=True)
class LoadSection:
    """The load in words, and drawn in two sizes."""

    peak: str
    dose: str
    compression: str
    pressure: str
    figures: tuple[LoadFigure, ...]


def load_section(analysis: Analysis, timelines: Sequence[Timeline], words: Words) -> LoadSection | None:
    """Tell the load, and draw it on the axis of time of each timeline; None when it is not known."""
    loads = analysis.loads
    if loads is None:
        return None
    return LoadSection(
        peak=peak_text(analysis, loads, words),
        dose=dose_text(loads, words),
        compression=ranged_text(loads.whole.l4l5_compression_n, "n", words),
        pressure=ranged_text(loads.whole.l4l5_idp_mpa, "mpa", words),
        figures=tuple(_lay_out(analysis, loads, timeline, words) for timeline in timelines),
    )


def _lay_out(analysis: Analysis, loads: SessionLoads, timeline: Timeline, words: Words) -> LoadFigure:
    course, t = loads.course, timeline
    time_s = course.time_s
    x = Scale(float(time_s[0]), t.left, (t.right - t.left) / float(time_s[-1] - time_s[0]))
    highest = 1.06 * max(float(np.nanmax(course.relative_high)), _LEAST_HIGHEST)
    y = Scale(0.0, t.bottom, -t.canvas.plot_px / highest)
    low, high = (thin_out(time_s, end, _RANGE_COLUMNS) for end in (course.relative_low, course.relative_high))
    return LoadFigure(
        id=f"load-{words.language}-{t.canvas.name}",
        canvas=t.canvas,
        width=t.width,
        height=t.bottom + 48,
        left=t.left,
        right=t.right,
        bottom=t.bottom,
        axis=words("load.axis"),
        time_axis=t.time_axis,
        description=_description(analysis, loads, words),
        x_ticks=t.x_ticks,
        y_ticks=tuple(Tick(y(value), f"{value:g}") for value in nice_steps(0.0, highest, 5)),
        zero_y=y(0.0),
        standing_y=y(1.0),
        standing=words("load.standing"),
        bands=t.bands,
        curve=curve_path(thin_out(time_s, course.relative_to_standing, _CURVE_COLUMNS), x, y),
        range=_area(low, high, x, y),
    )


def _description(analysis: Analysis, loads: SessionLoads, words: Words) -> str:
    duration = words.amount(analysis.source.duration_s, "s")
    return words("load.description", duration=duration, peak=peak_text(analysis, loads, words))


Runs = Sequence[tuple[FloatArray, FloatArray]]


def _area(low: Runs, high: Runs, x: Scale, y: Scale) -> str:
    """Write the area between two curves, which break at the same places: there along one, back along the other."""
    around = [
        (np.concatenate((above_s, below_s[::-1])), np.concatenate((above, below[::-1])))
        for (below_s, below), (above_s, above) in zip(low, high, strict=True)
    ]
    return "".join(f"{curve_path([run], x, y)}z" for run in around)
