"""The load of a set: its peak from either source, load × time while the coach counted, and its stops."""

from typing import Any

import numpy as np
import pytest

from openlumbar.kinematics.signals import Signals
from openlumbar.mechanics import LoadSeries
from openlumbar.physique import Physique
from openlumbar.pipeline.care_entries import SetLoad, load_data, load_of
from openlumbar.pipeline.set_loads import session_series, set_load
from openlumbar.records.store import EventRow

STOP = ("stop", {"code": "load_over_limit"})


def series(relative: float | list[float], lasts_s: int = 240) -> LoadSeries:
    """Return loads ten times a second, half and twice as much at the ends of the interval."""
    time_s = np.arange(10 * lasts_s + 1) / 10
    load = np.full(len(time_s), relative) if isinstance(relative, float) else np.resize(relative, len(time_s))
    half, twice = np.full(len(time_s), 0.5), np.full(len(time_s), 2.0)
    return LoadSeries(time_s, 600 * load, 0.5 * load, load, half, twice, half, twice)


def events(*happened: tuple[float, str, dict[str, Any]]) -> list[EventRow]:
    return [EventRow(number, *one) for number, one in enumerate(happened)]


def stage(time_s: float, name: str) -> tuple[float, str, dict[str, Any]]:
    return time_s, "stage", {"stage": name, "reason": None}


def repetition(time_s: float, load: float | None) -> tuple[float, str, dict[str, Any]]:
    told = {} if load is None else {"load": load, "load_interval90": [load - 0.5, load + 1]}
    return time_s, "repetition", {"counted": True} | told


def test_twice_standing_for_a_minute_is_two_minutes_of_standing() -> None:
    found = set_load(events(stage(0, "frame"), stage(30, "exercise"), stage(90, "rest")), series(2.0))
    assert found == SetLoad(peak=2.0, low=1.0, high=4.0, standing_minutes=2.0)


def test_only_the_time_in_which_the_coach_counted_adds_up() -> None:
    stopped = [stage(60, "stopped"), stage(120, "exercise"), stage(180, "done")]
    whole = set_load(events(stage(0, "exercise"), *stopped), series(1.0))
    assert whole is not None
    assert whole.standing_minutes == 2.0
    unended = set_load(events(stage(180, "exercise")), series(1.0))
    assert unended is not None
    assert unended.standing_minutes == 1.0
    assert set_load(events(stage(0, "frame"), stage(60, "rest")), series(1.0)) is None


def test_a_moment_that_tells_no_load_is_neither_peak_nor_time() -> None:
    load = series(1.0)
    load.relative[300:900] = np.nan
    found = set_load(events(stage(0, "exercise"), stage(120, "rest")), load)
    assert found is not None
    assert (found.peak, found.standing_minutes) == (1.0, 1.0)
    load.relative[:] = np.nan
    assert set_load(events(stage(0, "exercise"), stage(120, "rest")), load) is None


def test_the_higher_peak_of_the_two_sources_is_kept_with_its_interval() -> None:
    counting = [stage(0, "exercise"), repetition(20, 2.5), repetition(30, None), repetition(40, 1.5), stage(60, "rest")]
    assert set_load(events(*counting), None) == SetLoad(2.5, 2.0, 3.5)
    below, above = (set_load(events(*counting), series(load)) for load in (2.0, 3.0))
    assert below == SetLoad(2.5, 2.0, 3.5, standing_minutes=2.0)
    assert above == SetLoad(3.0, 1.5, 6.0, standing_minutes=3.0)


def test_stops_for_the_load_are_counted_and_others_are_not() -> None:
    happened = events((5, *STOP), (9, "stop", {"code": "too_high"}), (12, *STOP))
    assert set_load(happened, None) == SetLoad(stops=2)
    assert set_load(events((9, "stop", {"code": "too_high"})), None) is None


def test_nothing_recorded_or_no_model_gives_no_series() -> None:
    nothing = Signals.concatenate([])
    assert session_series(nothing, "bridge", Physique()) is None
    one = Signals(np.array([0.0]), {name: np.array([np.nan]) for name in nothing.values})
    assert session_series(one, "plank", Physique()) is None
    found = session_series(one, "bridge", Physique())
    assert found is not None
    assert np.isnan(found.relative).all()


@pytest.mark.parametrize("load", [None, SetLoad(), SetLoad(2.1, 1.7, 2.6, 3.5, 1)])
def test_what_is_written_is_read(load: SetLoad | None) -> None:
    assert load_of({"load": load_data(load)}) == load
    assert load_of({}) is None


def test_what_another_version_wrote_is_read() -> None:
    assert load_of({"load": {"stops": 2, "later": True}}) == SetLoad(stops=2)
