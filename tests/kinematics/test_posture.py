"""Signals of stick figures whose angles are known."""

import numpy as np
import pytest
from tests import skeletons
from tests.skeletons import Points, figure, film, lying, standing, turned, vector

from openlumbar.kinematics.signals import Signals
from openlumbar.kinematics.stream import compute_signals
from openlumbar.physique import Physique
from openlumbar.pose.landmarks import Landmark as L

PERSON = Physique(height_cm=170)


def signals_of(points: Points, roll_deg: float = 0.0) -> Signals:
    """Film ten equal frames."""
    return compute_signals(film([points] * 10, roll_deg=roll_deg), PERSON)


def value(points: Points, name: str, roll_deg: float = 0.0) -> float:
    return float(np.median(signals_of(points, roll_deg)[name]))


@pytest.mark.parametrize("head", ["left", "right"])
@pytest.mark.parametrize("trunk_deg", [0.0, 15.0, 30.0, 45.0, 60.0, 85.0])
def test_a_lifted_trunk(trunk_deg: float, head: str) -> None:
    assert value(lying(trunk_deg, head=head), "trunk_angle_deg") == pytest.approx(trunk_deg, abs=0.01)


@pytest.mark.parametrize("head", ["left", "right"])
@pytest.mark.parametrize("rise_m", [0.02, 0.1, 0.2])
def test_lifted_hips(rise_m: float, head: str) -> None:
    signals = signals_of(lying(rise_m=rise_m, head=head))
    cm_per_m = signals["cm_per_px"] * 300
    assert signals["hip_rise_cm"] / cm_per_m == pytest.approx(rise_m, abs=1e-4)
    assert signals["trunk_angle_deg"] == pytest.approx(-np.degrees(np.arcsin(rise_m / skeletons.TRUNK_M)), abs=0.01)


@pytest.mark.parametrize("head", ["left", "right"])
@pytest.mark.parametrize("knee_deg", [60.0, 90.0, 120.0, 170.0])
def test_bent_knees(knee_deg: float, head: str) -> None:
    assert value(lying(knee_deg=knee_deg, head=head), "knee_angle_deg") == pytest.approx(knee_deg, abs=0.01)


def test_when_one_leg_is_long_the_bent_knee_is_meant() -> None:
    points = lying(knee_deg=80.0)
    straight = lying(knee_deg=175.0)
    legs = [L.LEFT_KNEE, L.LEFT_ANKLE, L.LEFT_HEEL, L.LEFT_FOOT_INDEX]
    points[legs] = straight[legs]
    assert value(points, "knee_angle_deg") == pytest.approx(80.0, abs=0.01)


@pytest.mark.parametrize("hip_deg", [70.0, 120.0, 170.0, 180.0, 185.0, 195.0])
@pytest.mark.parametrize("away", [-1.0, 1.0])
def test_the_hip_opens_through_the_straight_line(hip_deg: float, away: float) -> None:
    angle = np.radians(hip_deg)
    thigh = vector(away * np.cos(angle), -np.sin(angle), 0.0)
    hip, shoulder = vector(0.0, -0.3, 0.0), vector(away * 0.5, -0.3, 0.0)
    knee = hip + 0.4 * thigh
    points = figure(shoulder, hip, knee, knee + vector(0.0, 0.3, 0.0), -away * skeletons.SIDEWAYS, skeletons.UP)
    assert value(points, "hip_angle_deg") == pytest.approx(hip_deg, abs=0.01)


@pytest.mark.parametrize("head", ["left", "right"])
def test_lying_on_the_back_the_belly_is_up_and_on_the_belly_it_is_down(head: str) -> None:
    assert value(lying(head=head), "ventral_elevation_deg") == pytest.approx(90.0, abs=0.01)
    away = -1.0 if head == "left" else 1.0
    prone = figure(
        vector(away * 0.5, 0, 0),
        vector(0, 0, 0),
        vector(-away * 0.4, 0.0, 0),
        vector(-away * 0.8, 0, 0),
        away * skeletons.SIDEWAYS,
        -skeletons.UP,
    )
    assert value(prone, "ventral_elevation_deg") == pytest.approx(-90.0, abs=0.01)


@pytest.mark.parametrize(("facing_deg", "view_deg"), [(0, 0), (30, 30), (89, 89), (150, 30), (180, 0), (271, 89)])
def test_the_view_is_told_from_front_or_back(facing_deg: float, view_deg: float) -> None:
    assert value(turned(standing(), facing_deg), "view_angle_deg") == pytest.approx(view_deg, abs=0.01)


@pytest.mark.parametrize("roll_deg", [-8.0, 8.0])
@pytest.mark.parametrize(
    "moved", [lying(25.0), lying(60.0), lying(rise_m=0.1), standing(20.0, 5.0), standing(0, 0, 10)]
)
def test_the_roll_of_the_camera_is_found_and_taken_out(moved: Points, roll_deg: float) -> None:
    """Rest for a second, move for two: the roll does not follow the movement."""
    upright = moved[L.NOSE, 1] < -1
    frames = [standing() if upright else lying()] * 30 + [moved] * 60
    level, tilted = (compute_signals(film(frames, roll_deg=roll), PERSON) for roll in (0.0, roll_deg))
    of_lying = {"hip_rise_cm", "knee_height_ratio"} if upright else set()  # heights above an upright line
    found = tilted["camera_roll_deg"] - level["camera_roll_deg"]
    assert found == pytest.approx(np.full(len(found), roll_deg), abs=0.05)
    for name in set(level.values) - of_lying - {"camera_roll_deg"}:
        assert tilted[name] == pytest.approx(level[name], abs=0.05, nan_ok=True), name


def swing(yaw_deg: float, pelvis_deg: float, facing_deg: float = 0.0) -> Signals:
    """Stand in the neutral for two seconds, then turned for one."""
    frames = [standing()] * 60 + [standing(yaw_deg, pelvis_deg)] * 30
    return compute_signals(film([turned(frame, facing_deg) for frame in frames]), PERSON)


@pytest.mark.parametrize("facing_deg", [0.0, 180.0])
@pytest.mark.parametrize("yaw_deg", [-60.0, -25.0, -10.0, 15.0, 30.0, 50.0])
def test_a_turned_shoulder_line(yaw_deg: float, facing_deg: float) -> None:
    """Positive is the person's own left, seen from the front or from behind."""
    signals = swing(yaw_deg, yaw_deg / 3, facing_deg)
    assert signals["trunk_yaw_deg"][:58] == pytest.approx(0.0, abs=0.1)
    assert signals["trunk_yaw_deg"][64:] == pytest.approx(yaw_deg * 2 / 3, abs=0.5)
    assert np.mod(signals["shoulder_yaw_deg"][64:] - facing_deg, 360) == pytest.approx(yaw_deg % 360, abs=0.5)
    assert np.mod(signals["pelvis_yaw_deg"][64:] - facing_deg, 360) == pytest.approx(yaw_deg / 3 % 360, abs=0.5)


def test_width_corrects_what_depth_under_reads() -> None:
    """A tracker that reads 30 % too little depth would turn 50° into 40°; the width says better."""
    frames = np.array([standing()] * 60 + [standing(50.0)] * 30)
    frames[..., 2] *= 0.7
    signals = compute_signals(film(frames), PERSON)
    assert signals["shoulder_turn_deg"][70] == pytest.approx(39.8, abs=0.2)
    assert signals["shoulder_yaw_deg"][70] == pytest.approx(50.0, abs=2.0)


@pytest.mark.parametrize("facing_deg", [0.0, 180.0])
@pytest.mark.parametrize("lean_deg", [-25.0, -10.0, 12.0, 30.0])
def test_a_lean_is_positive_to_the_persons_left(lean_deg: float, facing_deg: float) -> None:
    frames = [turned(standing(), facing_deg)] * 60 + [turned(standing(lean_deg=lean_deg), facing_deg)] * 10
    signals = compute_signals(film(frames), PERSON)
    assert signals["side_bend_deg"][66:] == pytest.approx(lean_deg, abs=0.1)


@pytest.mark.parametrize("shoulder_widths", [0.5, 0.8, 1.2])
def test_stance_in_shoulder_widths(shoulder_widths: float) -> None:
    points = standing(stance_m=shoulder_widths * skeletons.SHOULDER_WIDTH_M)
    assert value(points, "stance_ratio") == pytest.approx(shoulder_widths, abs=1e-3)


@pytest.mark.parametrize(
    ("left_m", "right_m", "hand", "above_m"),
    [(0.2, None, 1, 0.2), (None, 0.15, -1, 0.15), (0.2, 0.1, 2, 0.1), (None, None, 0, np.nan), (-0.1, None, 1, -0.1)],
)
def test_the_raised_hand(left_m: float | None, right_m: float | None, hand: int, above_m: float) -> None:
    """Heights above the nose; None hangs at the side."""
    points = standing()
    for wrist, height_m in ((L.LEFT_WRIST, left_m), (L.RIGHT_WRIST, right_m)):
        if height_m is not None:
            points[wrist] = points[L.NOSE] + vector(0.2, -height_m, 0.0)
    signals = signals_of(points)
    assert signals["raised_hand"] == pytest.approx(hand)
    above_cm = above_m * 300 * signals["cm_per_px"]
    assert signals["raised_wrist_above_head_cm"] == pytest.approx(above_cm, abs=0.05, nan_ok=True)


@pytest.mark.parametrize("roll_deg", [0.0, 8.0])
@pytest.mark.parametrize("height_m", [-0.6, 0.0, 0.35])
def test_the_height_of_each_hand_is_above_the_shoulders_along_the_vertical(height_m: float, roll_deg: float) -> None:
    points = standing(lean_deg=10.0)
    shoulder = (points[L.LEFT_SHOULDER] + points[L.RIGHT_SHOULDER]) / 2
    points[L.LEFT_WRIST] = shoulder + vector(0.3, -height_m, 0.1)
    points[L.RIGHT_WRIST] = shoulder + vector(-0.3, 0.1, 0.1)
    frames = [standing()] * 30 + [points] * 20
    track = film(frames, roll_deg=roll_deg)
    signals = compute_signals(track, PERSON)
    assert signals["left_hand_height_ratio"][40] == pytest.approx(height_m / skeletons.TRUNK_M, abs=5e-3)
    assert signals["right_hand_height_ratio"][40] == pytest.approx(-0.1 / skeletons.TRUNK_M, abs=5e-3)


def test_a_hand_that_is_not_seen_has_no_height() -> None:
    track = film([standing()] * 10)
    track.visibility[:, L.LEFT_WRIST] = 0.49
    track.visibility[:, L.RIGHT_WRIST] = 0.51
    signals = compute_signals(track, PERSON)
    assert not signals.valid("left_hand_height_ratio").any()
    assert signals.valid("right_hand_height_ratio").all()


def test_heights_of_a_standing_and_a_lying_person() -> None:
    trunks = {"hip_height_ratio": 1.6, "shoulder_height_ratio": 2.6, "knee_height_ratio": 0.0}
    for name, expected in trunks.items():
        assert value(standing(), name) == pytest.approx(expected, abs=1e-3)
    assert value(lying(knee_deg=90.0), "knee_height_ratio") == pytest.approx(0.4 * np.sqrt(0.5) / 0.5, abs=1e-3)
    assert value(lying(), "hip_height_ratio") == pytest.approx(0.0, abs=1e-3)
