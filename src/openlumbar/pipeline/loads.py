"""Analyses and loads: what the disc carried while a recording was made, and in each repetition.

Load × time is told as minutes of quiet standing: 2 × standing for a minute comes to two minutes. Most of the error of a
load is shared by all moments (the body, the model), so the ends of the interval are added up as the values are.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Repetition
from openlumbar.assessment.loads import LoadCourse, Loads, Ranged, SessionLoads
from openlumbar.kinematics.signals import FloatArray
from openlumbar.mechanics import LoadSeries, has_loads, movement_loads
from openlumbar.physique import Physique

LONGEST_BRIDGED_S = 1.0
"""Nothing is added up across a longer gap between seen moments, s (product: as no curve is drawn across one)."""


def with_loads(analysis: Analysis, physique: Physique) -> Analysis:
    """Add the loads to an analysis; one that was not judged, or of which no moment tells the load, stays without."""
    if not (analysis.judged and len(analysis.signals) and has_loads(analysis.card.slug)):
        return analysis
    series = movement_loads(analysis.signals, analysis.card.slug, physique)
    return replace(analysis, loads=session_loads(series, analysis.repetitions))


def session_loads(series: LoadSeries, repetitions: Sequence[Repetition]) -> SessionLoads | None:
    """Sum up the loads along a recording, and in each repetition; None when no moment tells the load."""
    whole = loads_within(series, float("-inf"), float("inf"))
    if whole is None:
        return None
    course = LoadCourse(
        series.time_s,
        series.compression_n,
        series.pressure_mpa,
        series.relative,
        series.relative * series.low,
        series.relative * series.high,
    )
    return SessionLoads(whole, tuple(loads_within(series, each.start_s, each.end_s) for each in repetitions), course)


def loads_within(series: LoadSeries, start_s: float, end_s: float) -> Loads | None:
    """Return peak and dose of a span of time, s; None when no moment of it tells the load."""
    inside = (series.time_s >= start_s) & (series.time_s <= end_s) & np.isfinite(series.relative)
    if not inside.any():
        return None
    peak = int(np.argmax(np.where(inside, series.relative, -np.inf)))

    def at_peak(value: FloatArray, low: FloatArray, high: FloatArray) -> Ranged:
        height = float(value[peak])
        return Ranged(height, height * float(low[peak]), height * float(high[peak]))

    doses = (
        standing_minutes(series.time_s, series.relative * factor, start_s, end_s)
        for factor in (1.0, series.low, series.high)
    )
    return Loads(
        peak_s=float(series.time_s[peak]),
        l4l5_compression_n=at_peak(series.compression_n, series.low, series.high),
        l4l5_idp_mpa=at_peak(series.pressure_mpa, series.pressure_low, series.pressure_high),
        relative_to_standing=at_peak(series.relative, series.low, series.high),
        standing_minutes=Ranged(*doses),
    )


def standing_minutes(time_s: FloatArray, relative: FloatArray, start_s: float, end_s: float) -> float:
    """Add up load × time from `start_s` to `end_s`, in minutes of quiet standing.

    The load is taken as a straight line from one seen moment to the next, so parts add up to the whole.

    Args:
        time_s: (T,) seconds.
        relative: (T,) load as a multiple of that in quiet standing, NaN where it is not known.
        start_s: where to begin.
        end_s: where to stop.
    """
    seen = np.isfinite(relative)
    time_s, relative = time_s[seen], relative[seen]
    first, last = np.searchsorted(time_s, (start_s, end_s))
    around = slice(max(first - 1, 0), last + 1)
    time_s, relative = time_s[around], relative[around]
    if not len(time_s):
        return 0.0
    step_s = np.diff(time_s)
    step_s[step_s > LONGEST_BRIDGED_S] = 0.0
    until = np.concatenate(([0.0], np.cumsum(step_s * (relative[1:] + relative[:-1]) / 2)))
    before, after = np.interp((start_s, end_s), time_s, until)
    return float(after - before) / 60
