"""What the disc carried in a set that the coach led: the peak, load × time, and the stops beyond the limit."""

from collections.abc import Iterable, Iterator, Sequence

from openlumbar.assessment.loads import Ranged
from openlumbar.coaching.watch import LOAD_OVER_LIMIT
from openlumbar.kinematics.signals import Signals
from openlumbar.mechanics import LoadSeries, has_loads, movement_loads
from openlumbar.physique import Physique
from openlumbar.pipeline.care_entries import SetLoad
from openlumbar.pipeline.loads import loads_within
from openlumbar.records.replay import REPETITION
from openlumbar.records.store import EventRow

Peak = tuple[float, float, float]
"""A multiple of quiet standing and the ends of its 90 % interval."""

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
    spans = [] if series is None else [loads_within(series, *ends) for ends in _counted_s(events)]
    counted = [loads for loads in spans if loads is not None]
    peaks = [*_told(events), *(_rounded(loads.relative_to_standing) for loads in counted)]
    stops = sum(event.kind == "stop" and event.data.get("code") == LOAD_OVER_LIMIT for event in events)
    if not peaks:
        return SetLoad(stops=stops) if stops else None
    minutes = sum(loads.standing_minutes.value for loads in counted)
    return SetLoad(*max(peaks), standing_minutes=round(minutes, _DECIMALS) if minutes else None, stops=stops)


def _counted_s(events: Iterable[EventRow]) -> Iterator[tuple[float, float]]:
    """Yield from when to when the coach counted; what nothing ended lasted as long as the record."""
    since_s: float | None = None
    for event in events:
        if event.kind != "stage":
            continue
        if since_s is not None:
            yield since_s, event.time_s
        since_s = event.time_s if event.data.get("stage") == "exercise" else None
    if since_s is not None:
        yield since_s, float("inf")


def _told(events: Iterable[EventRow]) -> Iterator[Peak]:
    """Yield the peaks of the repetitions, which the coach saw at the camera's full rate."""
    for event in events:
        if event.kind == REPETITION and event.data.get("load") is not None:
            low, high = event.data["load_interval90"]
            yield event.data["load"], low, high


def _rounded(peak: Ranged) -> Peak:
    value, low, high = (round(number, _DECIMALS) for number in peak)
    return value, low, high
