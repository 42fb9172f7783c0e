"""The loads of an analysis: what they come to, in a session and in each repetition."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses import load_series, make_analysis
from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Verdict
from openlumbar.assessment.loads import SessionLoads
from openlumbar.kinematics.signals import Signals
from openlumbar.physique import Physique
from openlumbar.pipeline.loads import LONGEST_BRIDGED_S, session_loads, standing_minutes, with_loads
from openlumbar.pipeline.session import Session, tasks_for
from openlumbar.pose.simulation import DEMO, simulate

PHYSIQUE = Physique(height_cm=174, weight_kg=72, sex="male", age=45)


def loads_of(analysis: Analysis) -> SessionLoads:
    assert analysis.loads is not None
    return analysis.loads


def test_the_sessions_peak_is_that_of_its_highest_repetition() -> None:
    loads = loads_of(make_analysis(peaks=(10.0, 4.0, 12.0)))
    peaks = [(each.relative_to_standing.value, each.peak_s) for each in loads.repetitions if each]
    assert len(peaks) == 3
    assert (loads.whole.relative_to_standing.value, loads.whole.peak_s) == max(peaks) == peaks[2]


def test_a_peak_outside_the_repetitions_is_the_sessions() -> None:
    analysis = make_analysis(peaks=(10.0, 12.0))
    alone = analysis.repetitions[:1]
    loads = session_loads(load_series(analysis.signals, "hip_rise_cm"), alone)
    assert loads is not None
    assert loads.repetitions[0] is not None
    assert loads.whole.relative_to_standing.value > loads.repetitions[0].relative_to_standing.value


def test_intervals_hold_their_values_and_newtons_follow_the_relative_load() -> None:
    whole = loads_of(make_analysis()).whole
    for ranged in (whole.l4l5_compression_n, whole.l4l5_idp_mpa, whole.relative_to_standing, whole.standing_minutes):
        assert ranged.low == pytest.approx(0.8 * ranged.value)
        assert ranged.high == pytest.approx(1.3 * ranged.value)
    assert whole.l4l5_compression_n.value == pytest.approx(600 * whole.relative_to_standing.value)


def test_a_minute_of_standing_is_a_minute_of_standing() -> None:
    time_s = np.arange(0.0, 60.05, 0.1)
    assert standing_minutes(time_s, np.ones_like(time_s), 0.0, 60.0) == pytest.approx(1.0)
    assert standing_minutes(time_s, np.full_like(time_s, 2.5), -np.inf, np.inf) == pytest.approx(2.5)


@given(
    st.lists(st.tuples(st.floats(0.02, 2.0), st.floats(0.0, 6.0)), min_size=1, max_size=60),
    st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).map(sorted),
)
def test_the_dose_of_parts_adds_up(moments: list[tuple[float, float]], shares: list[float]) -> None:
    steps_s, heights = zip(*moments, strict=True)
    time_s, relative = np.cumsum(steps_s), np.array(heights)
    relative[::7] = np.nan
    start_s, middle_s, end_s = (share * float(time_s[-1]) for share in shares)
    parts = standing_minutes(time_s, relative, start_s, middle_s) + standing_minutes(time_s, relative, middle_s, end_s)
    assert parts == pytest.approx(standing_minutes(time_s, relative, start_s, end_s), abs=1e-9)


@given(st.lists(st.floats(0.0, 6.0), min_size=2, max_size=60), st.floats(0.05, 0.45))
def test_twice_the_time_is_twice_the_dose(heights: list[float], every_s: float) -> None:
    time_s, relative = np.arange(len(heights)) * every_s, np.array(heights)
    once = standing_minutes(time_s, relative, 0.0, np.inf)
    assert standing_minutes(2 * time_s, relative, 0.0, np.inf) == pytest.approx(2 * once)


def test_nothing_is_added_up_across_a_long_gap() -> None:
    times_s, relative = np.array([0.0, 0.5, 0.5 + 2 * LONGEST_BRIDGED_S, 1.0 + 2 * LONGEST_BRIDGED_S]), np.ones(4)
    assert standing_minutes(times_s, relative, -np.inf, np.inf) == pytest.approx(1.0 / 60)


def test_what_was_not_seen_tells_no_load() -> None:
    analysis = make_analysis(peaks=(10.0, 9.0))
    series = load_series(analysis.signals, "hip_rise_cm")
    second = analysis.repetitions[1]
    series.relative[series.time_s >= second.start_s] = np.nan
    loads = session_loads(series, analysis.repetitions)
    assert loads is not None
    assert [each is not None for each in loads.repetitions] == [True, False]
    series.relative[:] = np.nan
    assert session_loads(series, analysis.repetitions) is None


def test_the_result_tells_the_loads_of_the_contract() -> None:
    result = make_analysis(peaks=(10.0, 9.0)).to_json()
    for loads in (result["loads"], *(each["loads"] for each in result["repetitions"])):
        assert list(loads) == ["l4l5_compression_n", "l4l5_idp_mpa", "relative_to_standing", "dose"]
        for name in ("l4l5_compression_n", "l4l5_idp_mpa", "relative_to_standing"):
            low, high = loads[name]["interval90"]
            assert low < loads[name]["peak"] < high
        low, high = loads["dose"]["interval90"]
        assert low < loads["dose"]["standing_minutes"] < high


def test_a_refused_recording_has_no_loads() -> None:
    analysis = replace(make_analysis(), verdict=Verdict(False, ("wrong_view",)), loads=None)
    assert with_loads(analysis, PHYSIQUE) is analysis
    result = analysis.to_json()
    assert "loads" not in result
    assert not any("loads" in each for each in result["repetitions"])


def test_a_session_without_a_frame_has_no_loads() -> None:
    empty = replace(make_analysis(), signals=Signals(np.empty(0), {}), loads=None)
    assert with_loads(empty, PHYSIQUE).loads is None


@pytest.mark.parametrize("slug", DEMO)
def test_every_exercise_tells_its_loads(slug: str) -> None:
    scenario = DEMO[slug]
    session = Session(tasks_for(slug, scenario.level), scenario.physique)
    session.push(simulate(scenario, 1).track)
    session.finish()
    analysis = session.analysis(make_analysis().source)
    loads = loads_of(analysis)
    assert all(loads.repetitions)
    assert len(loads.course.time_s) == len(analysis.signals)
    peaks = [each.relative_to_standing.value for each in loads.repetitions if each]
    assert loads.whole.relative_to_standing.value >= max(peaks)
    doses = [each.standing_minutes.value for each in loads.repetitions if each]
    assert 0 < sum(doses) <= loads.whole.standing_minutes.value
