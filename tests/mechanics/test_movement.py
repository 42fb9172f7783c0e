import math

import numpy as np
import pytest
from tests.mechanics.people import PEOPLE, WILKE, signals_of

from openlumbar.kinematics.signals import Signals
from openlumbar.mechanics import LoadMeter, movement_loads, predicted_loads
from openlumbar.mechanics._spread import spread_of
from openlumbar.mechanics.exercises import at_start
from openlumbar.mechanics.loads import bodies_of, compute_loads, standing_compression_n
from openlumbar.mechanics.physique import possible_bodies
from openlumbar.mechanics.postures import lumbar_of_lift

FPS = 30
TIME_S = np.arange(20 * FPS) / FPS
SWING = (1 - np.cos(2 * np.pi * TIME_S / 4)) / 2
"""0 to 1 and back every four seconds."""

RECORDINGS = {
    "sit-up": signals_of(TIME_S, trunk_angle_deg=3 + 30 * SWING),
    "bridge": signals_of(TIME_S, hip_rise_cm=2 + 10 * SWING),
    "cross-twist": signals_of(TIME_S, trunk_yaw_deg=25 * np.maximum(SWING - 0.1, 0)),
}


@pytest.mark.parametrize("slug", RECORDINGS)
def test_live_and_offline_give_the_same(slug):
    series = movement_loads(RECORDINGS[slug], slug, WILKE)
    meter = LoadMeter(slug, WILKE)
    live = [meter.step(sample) for sample in RECORDINGS[slug].samples()]

    assert [found.relative for found in live if found] == pytest.approx(series.relative.tolist(), rel=1e-12)
    assert [found.pressure_mpa for found in live if found] == pytest.approx(series.pressure_mpa.tolist(), rel=1e-12)
    top = int(np.argmax(series.relative))
    interval = meter.interval(series.relative[top])
    assert interval.low == pytest.approx(series.low[top] * series.relative[top])
    assert interval.high == pytest.approx(series.high[top] * series.relative[top])


@pytest.mark.parametrize(("slug", "level"), [("sit-up", "L3"), ("bridge", "L2"), ("cross-twist", "L2")])
def test_a_movement_as_prescribed_peaks_where_it_was_predicted(slug, level):
    peak = np.max(movement_loads(RECORDINGS[slug], slug, WILKE).relative)

    assert peak == pytest.approx(predicted_loads(slug, level, WILKE).relative_to_standing.value, rel=0.1)


def test_an_offset_of_the_camera_changes_nothing():
    tilted = signals_of(TIME_S, trunk_angle_deg=13 + 30 * SWING)

    assert np.max(movement_loads(tilted, "sit-up", WILKE).relative) == pytest.approx(
        np.max(movement_loads(RECORDINGS["sit-up"], "sit-up", WILKE).relative), rel=0.02
    )


def test_what_is_not_seen_has_no_load_and_does_not_disturb_the_rest():
    angle = 3 + 30 * SWING
    angle[100:120] = math.nan
    series = movement_loads(signals_of(TIME_S, trunk_angle_deg=angle), "sit-up", WILKE)
    meter = LoadMeter("sit-up", WILKE)

    assert np.all(np.isnan(series.relative[100:120]))
    assert np.all(np.isfinite(np.delete(series.relative, range(100, 120))))
    found = [meter.step(sample) for sample in signals_of(TIME_S, trunk_angle_deg=angle).samples()]
    assert [at for at, loads in enumerate(found) if loads is None] == list(range(100, 120))


def test_turning_left_and_right_loads_alike():
    mirrored = signals_of(TIME_S, trunk_yaw_deg=-RECORDINGS["cross-twist"]["trunk_yaw_deg"])

    assert movement_loads(mirrored, "cross-twist", WILKE).relative == pytest.approx(
        movement_loads(RECORDINGS["cross-twist"], "cross-twist", WILKE).relative, rel=1e-4
    )


def test_leaning_back_is_no_forward_lean():
    lean = np.where(TIME_S > 3, 15.0, 0.0)
    forward = signals_of(TIME_S, trunk_angle_deg=90 - lean, ventral_elevation_deg=-lean)
    backward = signals_of(TIME_S, trunk_angle_deg=90 - lean, ventral_elevation_deg=lean)

    assert movement_loads(forward, "cross-twist", WILKE).relative[-1] > 1.4
    assert movement_loads(backward, "cross-twist", WILKE).relative[-1] < 1.4


def test_an_empty_recording_has_no_loads():
    assert len(movement_loads(Signals.concatenate([]), "bridge", WILKE).relative) == 0


@pytest.mark.parametrize("person", PEOPLE, ids=str)
def test_intervals_hold_nine_in_ten_of_bodies_that_were_not_drawn_for_them(person):
    lifts = np.linspace(5, 60, 12)
    postures = at_start("sit-up", len(lifts))
    postures["trunk_deg"], postures["lumbar_deg"] = lifts, [lumbar_of_lift(lift) for lift in lifts]
    others = compute_loads(postures, possible_bodies(person, 500, seed=77))["compression_n"][:, :, 0]
    central = compute_loads(postures, bodies_of(person)[0])["compression_n"][:, 0, 0]
    spread = spread_of("sit-up", person)
    relative = central / standing_compression_n(person)
    low, high = (factor * central for factor in spread.factors(relative)[:2])

    held = np.mean((others >= low[:, None]) & (others <= high[:, None]), axis=1)

    assert np.mean(held) > 0.88
    assert np.min(held) > 0.80


@pytest.mark.parametrize("slug", RECORDINGS)
def test_at_rest_the_interval_is_small_beside_that_of_the_movement(slug):
    series = movement_loads(RECORDINGS[slug], slug, WILKE)
    rest, top = int(np.argmin(series.relative)), int(np.argmax(series.relative))

    assert series.high[rest] * series.relative[rest] < series.high[top] * series.relative[top]


def test_speeding_up_takes_more_than_moving_slowly_where_the_frames_tell():
    fast_s = TIME_S / 4
    slow, fast = (signals_of(time_s, trunk_angle_deg=3 + 20 * SWING) for time_s in (TIME_S, fast_s))

    def gained(signals):
        plain, dynamic = (
            movement_loads(signals, "sit-up", WILKE, accelerations=wanted).compression_n for wanted in (False, True)
        )
        return float(np.max(np.abs(dynamic - plain)))

    assert gained(fast) > 4 * gained(slow) > 0
    few = signals_of(TIME_S[::3], trunk_angle_deg=3 + 20 * SWING[::3])
    assert gained(few) == 0


def test_a_bridge_is_the_same_with_accelerations():
    plain, dynamic = (
        movement_loads(RECORDINGS["bridge"], "bridge", WILKE, accelerations=wanted).relative for wanted in (False, True)
    )

    assert np.array_equal(plain, dynamic)
