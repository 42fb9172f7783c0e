from dataclasses import replace

import numpy as np
import pytest

from analyses import HOLD_S, make_analysis
from openlumbar.assessment.events import Verdict
from openlumbar.kinematics.signals import Signals
from openlumbar.reports.curve import hold_spans, measured_from_rest, thin_out
from openlumbar.reports.stretches import unjudged_stretches
from openlumbar.reports.timeline import COMPACT, WIDE, Timeline, lay_out_timeline
from openlumbar.reports.words import Words

EN = Words("en")


def lay_out(analysis: object, canvas: object = WIDE) -> Timeline:
    timeline = lay_out_timeline(analysis, EN, canvas)  # type: ignore[arg-type]
    assert timeline is not None
    return timeline


def test_the_curve_starts_at_the_persons_own_rest() -> None:
    from_rest = measured_from_rest(make_analysis(peaks=(10.0, 8.0)))
    assert from_rest[0] == pytest.approx(0.0, abs=1e-6)
    assert from_rest.max() == pytest.approx(10.0, abs=1e-6)


def test_swings_to_either_side_leave_rest_in_the_middle() -> None:
    from_rest = measured_from_rest(make_analysis(peaks=(25.0, -20.0), slug="cross-twist"))
    assert (from_rest.min(), from_rest[0], from_rest.max()) == pytest.approx((-20.0, 0.0, 25.0), abs=1e-6)


def test_rest_is_found_without_repetitions_too() -> None:
    from_rest = measured_from_rest(replace(make_analysis(peaks=(10.0,)), repetitions=(), loads=None))
    assert from_rest[0] == pytest.approx(0.0, abs=0.1)


def test_thinning_keeps_every_peak_and_bounds_the_points() -> None:
    time_s = np.arange(0.0, 3600.0, 1 / 30)
    value = np.sin(time_s)
    value[54321] = 9.0
    value[77777] = -9.0
    (run,) = thin_out(time_s, value, 640)
    assert len(run[0]) <= 2 * 640
    assert run[1].max() == 9.0
    assert run[1].min() == -9.0
    assert np.all(np.diff(run[0]) > 0)


def test_thinning_breaks_the_curve_where_nothing_was_measured() -> None:
    time_s = np.concatenate((np.arange(0.0, 10.0, 0.1), np.arange(15.0, 20.0, 0.1)))
    value = np.ones_like(time_s)
    value[40:50] = np.nan
    runs = thin_out(time_s, value, 100)
    assert [(round(t[0], 1), round(t[-1], 1)) for t, _ in runs] == [(0.0, 3.9), (5.0, 9.9), (15.0, 19.9)]


def test_a_hold_is_drawn_as_long_as_it_was() -> None:
    analysis = make_analysis(peaks=(10.0, 8.0))
    spans = hold_spans(analysis, measured_from_rest(analysis))
    assert [len(span) for span in spans] == [1, 1]
    start_s, end_s = spans[0][0]
    assert end_s - start_s == pytest.approx(HOLD_S, abs=0.1)


def test_repetitions_faults_and_limits_are_told_apart_by_more_than_colour() -> None:
    timeline = lay_out(make_analysis(faults={2: ("low_rise",), 4: ("low_rise", "short_hold")}))
    assert [(band.number, band.counted) for band in timeline.bands] == [
        ("1", True), ("2", True), ("3", False), ("4", True),
    ]  # fmt: skip
    faults = {lane.label: len(lane.marks) for lane in timeline.lanes if lane.kind == "fault"}
    assert sorted(faults.values()) == [1, 2]
    assert [limit.label for limit in timeline.limits] == ["5 cm", "7 cm"]
    assert len({limit.style for limit in timeline.limits}) == 2


def test_a_swing_has_its_limits_on_both_sides() -> None:
    timeline = lay_out(make_analysis(peaks=(25.0, -28.0), slug="cross-twist"))
    assert [limit.label for limit in timeline.limits] == ["45°", "10°", "10°", "45°"]
    middle = (timeline.top + timeline.bottom) / 2
    assert timeline.zero_y == pytest.approx(middle, abs=1)


@pytest.mark.parametrize("canvas", [WIDE, COMPACT])
@pytest.mark.parametrize("count", [1, 2, 10, 100])
def test_everything_lies_within_the_figure(canvas: object, count: int) -> None:
    timeline = lay_out(make_analysis(peaks=[10.0] * count), canvas)
    for band in timeline.bands:
        assert timeline.left <= band.x
        assert band.x + band.width <= timeline.right + 0.2
    numbered = [band.x + band.width / 2 for band in timeline.bands if band.number]
    assert np.all(np.diff(numbered) >= 21.9)
    assert all(timeline.top <= tick.at <= timeline.bottom for tick in timeline.y_ticks)
    assert 3 <= len(timeline.y_ticks) <= 8
    gaps = -np.diff([limit.label_y for limit in timeline.limits])
    assert np.all(gaps >= 17.9)


def test_stretches_carry_the_reason_of_the_card() -> None:
    analysis = make_analysis()
    values = analysis.signals.values
    values["legs_in_frame"][30:90] = 0.0
    values["hip_rise_cm"][120:180] = np.nan
    values["hip_rise_cm"][240:300] = values["visibility"][240:300] = np.nan
    values["hip_rise_cm"][400:405] = np.nan
    stretches = unjudged_stretches(analysis)
    assert [(stretch.code, round(stretch.start_s, 2), round(stretch.end_s, 2)) for stretch in stretches] == [
        ("legs_out_of_frame", 1.0, 3.0),
        ("low_visibility", 4.0, 6.0),
        ("no_person", 8.0, 10.0),
    ]
    lanes = [lane.label for lane in lay_out(analysis).lanes if lane.kind == "unjudged"]
    assert len(lanes) == 3


def test_a_refused_recording_is_one_stretch() -> None:
    analysis = make_analysis(verdict=Verdict(False, ("wrong_view", "low_visibility")))
    (stretch,) = unjudged_stretches(analysis)
    assert (stretch.code, stretch.start_s) == ("wrong_view", 0.0)
    assert unjudged_stretches(replace(analysis, verdict=Verdict(False, ("no_repetitions",)))) == ()


def test_nothing_to_draw_is_said_by_none() -> None:
    empty = replace(make_analysis(), signals=Signals(np.empty(0), {}), repetitions=(), loads=None)
    assert lay_out_timeline(empty, EN, WIDE) is None
    assert unjudged_stretches(empty) == ()


def test_a_recording_without_any_measurement_has_no_curve() -> None:
    analysis = make_analysis(verdict=Verdict(False, ("no_person",)))
    nothing = {name: np.full(len(analysis.signals), np.nan) for name in analysis.signals.values}
    blank = replace(analysis, signals=Signals(analysis.signals.time_s, nothing), repetitions=(), loads=None)
    timeline = lay_out(blank)
    assert timeline.curve == ""
    assert [lane.kind for lane in timeline.lanes] == ["unjudged"]


def test_long_recordings_are_labelled_in_minutes() -> None:
    timeline = lay_out(make_analysis(peaks=[10.0] * 30))
    assert timeline.time_axis == EN("timeline.time_axis_minutes")
    assert timeline.x_ticks[0].label == "0:00"
