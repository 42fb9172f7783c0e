"""What the disc carried in a set that the coach led: the peak, load × time, and the stops beyond the limit.

Load × time is told as minutes of quiet standing: 2 × standing for a minute comes to two minutes.
"""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from openlumbar.coaching.watch import LOAD_OVER_LIMIT
from openlumbar.kinematics.signals import FloatArray, Signals
from openlumbar.mechanics import LoadSeries, has_loads, movement_loads
from openlumbar.physique import Physique
from openlumbar.pipeline.care_entries import SetLoad
from openlumbar.records.replay import REPETITION
from openlumbar.records.store import EventRow

LONGEST_BRIDGED_S = 1.0
"""Nothing is added up across a longer gap between recorded moments, s (product: the person was not seen)."""

_DECIMALS = 2


def session_series(signals: Signals, slug: str, physique: Physique) -> LoadSeries | None:
    """Return the loads along a session; None where nothing was recorded or no model tells them."""
    return movement_loads(signals, slug, physique) if len(signals) and has_loads(slug) else None


def set_load(events: Sequence[EventRow], series: LoadSeries | None) -> SetLoad | None:
    """Return what the disc L4–L5 carried in a set; None: nothing is known of it.

    Only the time in which the coach counted adds to `standing_minutes`.

    Args:
        events: of the set, in their order, the one that ended it too.
        series: the loads along the session.
    """
    parts = [] if series is None else [_within(series, start_s, end_s) for start_s, end_s in _counted(events)]
    peaks = [*_told(events), *(top for part in parts for top in _top(part))]
    minutes = sum(map(_standing_minutes, parts))
    stops = sum(event.kind == "stop" and event.data.get("code") == LOAD_OVER_LIMIT for event in events)
    if not peaks:
        return SetLoad(stops=stops) if stops else None
    return SetLoad(*max(peaks), standing_minutes=round(minutes, _DECIMALS) if minutes else None, stops=stops)


def _counted(events: Iterable[EventRow]) -> Iterator[tuple[float, float]]:
    """Yield from when to when the coach counted, s; what nothing ended lasted as long as the record."""
    since_s: float | None = None
    for event in events:
        if event.kind != "stage":
            continue
        if since_s is not None:
            yield since_s, event.time_s
        since_s = event.time_s if event.data.get("stage") == "exercise" else None
    if since_s is not None:
        yield since_s, float("inf")


def _told(events: Iterable[EventRow]) -> Iterator[tuple[float, float, float]]:
    """Yield the peaks of the repetitions, which the coach saw at the camera's full rate."""
    for event in events:
        if event.kind == REPETITION and event.data.get("load") is not None:
            yield (event.data["load"], *event.data["load_interval90"])


def _within(series: LoadSeries, start_s: float, end_s: float) -> FloatArray:
    """Return the seen moments of a time, (T, 4): s, load, the ends of its interval as multiples of quiet standing."""
    seen = (series.time_s >= start_s) & (series.time_s <= end_s) & np.isfinite(series.relative)
    load = series.relative
    return np.column_stack((series.time_s, load, load * series.low, load * series.high))[seen]


def _top(part: FloatArray) -> Iterator[tuple[float, float, float]]:
    if len(part):
        load, low, high = (round(float(value), _DECIMALS) for value in part[np.argmax(part[:, 1]), 1:])
        yield load, low, high


def _standing_minutes(part: FloatArray) -> float:
    step_s = np.diff(part[:, 0])
    step_s[step_s > LONGEST_BRIDGED_S] = 0.0
    return float(np.sum(step_s * (part[1:, 1] + part[:-1, 1]) / 2)) / 60
