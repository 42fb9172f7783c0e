"""The measured signal as it is drawn: counted from the person's own rest, thinned to what the eye can see."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from openlumbar.assessment.analysis import Analysis

FloatArray: TypeAlias = npt.NDArray[np.float64]

_LONGEST_BRIDGED_S = 1.0
"""No curve is drawn across a longer pause between samples, s (product: it would claim a measurement)."""
_SHORTEST_BREAK_S = 0.3
"""Shorter dips are not drawn as a break in a hold, s (product: the tracker's noise, not the person)."""
_LOW_REST_PERCENTILE = 10


def measured_from_rest(analysis: Analysis) -> FloatArray:
    """Return the measured signal minus its resting level, (T,), NaN where not valid.

    The card's limits are excursions from rest, so only this can be drawn beside them. The resting level is what
    is left of the signal at the repetitions' peaks after their measured size, else a low or middle percentile.
    """
    time_s, drive = analysis.signals.time_s, analysis.card.drive
    value = analysis.signals.values.get(drive.measured_as, np.full(len(time_s), np.nan))
    valid = np.isfinite(value)
    if not valid.any():
        return value
    sizes = [(item, getattr(item, drive.measured_as)) for item in analysis.repetitions]
    rests = [
        float(np.interp(item.peak_s, time_s[valid], value[valid])) - (-size if item.side == "right" else size)
        for item, size in sizes
        if size is not None
    ]
    percentile = _LOW_REST_PERCENTILE if drive.rest == "low" else 50
    rest = np.median(rests) if rests else np.percentile(value[valid], percentile)
    return np.asarray(value - rest, dtype=np.float64)


def thin_out(time_s: FloatArray, value: FloatArray, columns: int) -> list[tuple[FloatArray, FloatArray]]:
    """Cut a signal into its unbroken runs and keep the lowest and highest sample of each pixel column.

    No peak is lost, and an unbroken signal keeps at most 2 · `columns` samples.
    """
    kept = np.flatnonzero(np.isfinite(value))
    if len(kept) == 0:
        return []
    times, values = time_s[kept], value[kept]
    broken = (np.diff(kept) > 1) | (np.diff(times) > _LONGEST_BRIDGED_S)
    run = np.concatenate(([0], np.cumsum(broken)))
    span_s = max(float(time_s[-1] - time_s[0]), 1e-9)
    column = np.minimum((times - time_s[0]) / span_s * columns, columns - 1).astype(np.int64)
    cell = run * columns + column
    order = np.lexsort((values, cell))
    first = np.flatnonzero(np.diff(cell[order], prepend=-1))
    last = np.append(first[1:] - 1, len(order) - 1)
    chosen = np.unique(order[np.concatenate((first, last))])
    cuts = np.flatnonzero(np.diff(run[chosen])) + 1
    return list(zip(np.split(times[chosen], cuts), np.split(values[chosen], cuts), strict=True))


def hold_spans(analysis: Analysis, from_rest: FloatArray) -> list[list[tuple[float, float]]]:
    """Find for each repetition when it was held, as spans of (start_s, end_s).

    The assessment says how long a hold was; it lies where the signal was furthest out for that long.
    """
    time_s = analysis.signals.time_s
    spans: list[list[tuple[float, float]]] = []
    for repetition in analysis.repetitions:
        inside = (time_s >= repetition.start_s) & (time_s <= repetition.end_s) & np.isfinite(from_rest)
        if not repetition.hold_s or np.count_nonzero(inside) < 2:
            spans.append([])
            continue
        furthest_first = np.argsort(-np.abs(from_rest[inside]), kind="stable")
        total_s = np.cumsum(np.gradient(time_s[inside])[furthest_first])
        held = np.zeros(len(furthest_first), dtype=bool)
        held[furthest_first[total_s <= repetition.hold_s]] = True
        spans.append(_runs(time_s[inside], held))
    return spans


def _runs(time_s: FloatArray, held: npt.NDArray[np.bool_]) -> list[tuple[float, float]]:
    edges = np.flatnonzero(np.diff(held.astype(np.int8), prepend=0, append=0))
    spans: list[tuple[float, float]] = []
    for start_s, end_s in zip(time_s[edges[::2]].tolist(), time_s[edges[1::2] - 1].tolist(), strict=True):
        if spans and start_s - spans[-1][1] < _SHORTEST_BREAK_S:
            spans[-1] = (spans[-1][0], end_s)
        else:
            spans.append((start_s, end_s))
    return [span for span in spans if span[1] > span[0]]
