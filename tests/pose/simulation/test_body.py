import numpy as np
import pytest

from openlumbar.physique import Physique
from openlumbar.pose.landmarks import Landmark as L
from openlumbar.pose.simulation.body import Body, body_of, landmarks_of
from openlumbar.pose.simulation.exercises import BridgeSet, Motion, SitUpSet, TwistSet, alternated, repeated
from openlumbar.pose.simulation.geometry import Array
from openlumbar.pose.simulation.negatives import NEGATIVE_KINDS, Negative
from openlumbar.pose.simulation.timing import PlannedRepetition

BODY = body_of(Physique(172.0, 70.0), np.random.default_rng(5))
MOTIONS: list[Motion] = [
    BridgeSet(repeated(PlannedRepetition(10.0), 2)),
    BridgeSet((PlannedRepetition(0.0, line_deg=192.0),)),
    SitUpSet((PlannedRepetition(30.0), PlannedRepetition(85.0)), hands="behind_head"),
    TwistSet(alternated(PlannedRepetition(40.0, rest_s=0.0), 4), raised="left", switch_after=2),
    *(Negative(kind, 12.0) for kind in NEGATIVE_KINDS),
]
BONES_M = {
    (L.LEFT_HIP, L.RIGHT_HIP): BODY.hip_width_m,
    (L.LEFT_SHOULDER, L.LEFT_ELBOW): BODY.upper_arm_m,
    (L.RIGHT_ELBOW, L.RIGHT_WRIST): BODY.forearm_m,
    (L.LEFT_HIP, L.LEFT_KNEE): BODY.thigh_m,
    (L.RIGHT_HIP, L.RIGHT_KNEE): BODY.thigh_m,
    (L.LEFT_KNEE, L.LEFT_ANKLE): BODY.shank_m,
    (L.RIGHT_KNEE, L.RIGHT_ANKLE): BODY.shank_m,
}


def performed(motion: Motion, body: Body = BODY) -> Array:
    time_s = np.arange(0.0, motion.duration_s + 3.0, 0.02)
    return landmarks_of(body, motion.perform(body, time_s, 1.5, np.random.default_rng(2)).posture)


def named(motion: Motion) -> str:
    return motion.kind if isinstance(motion, Negative) else type(motion).__name__


@pytest.mark.parametrize("motion", MOTIONS, ids=named)
def test_bones_keep_their_lengths(motion: Motion) -> None:
    points = performed(motion)
    for (first, second), length_m in BONES_M.items():
        measured_m = np.linalg.norm(points[:, first] - points[:, second], axis=1)
        np.testing.assert_allclose(measured_m, length_m, atol=1e-9, err_msg=f"{first.name}–{second.name}")


@pytest.mark.parametrize("motion", MOTIONS, ids=named)
def test_head_hands_and_feet_hold_together_and_nothing_sinks_into_the_floor(motion: Motion) -> None:
    points = performed(motion)
    assert np.isfinite(points).all()
    for pair in ((L.LEFT_EAR, L.NOSE), (L.LEFT_WRIST, L.LEFT_INDEX), (L.RIGHT_HEEL, L.RIGHT_FOOT_INDEX)):
        assert np.ptp(np.linalg.norm(points[:, pair[0]] - points[:, pair[1]], axis=1)) < 0.02
    joints = points[:, [L.LEFT_SHOULDER, L.RIGHT_SHOULDER, L.LEFT_HIP, L.RIGHT_HIP, L.LEFT_KNEE, L.RIGHT_KNEE]]
    assert joints[:, :, 2].min() > -0.01


@pytest.mark.parametrize("motion", MOTIONS, ids=named)
def test_nobody_jumps(motion: Motion) -> None:
    speed_m_s = np.abs(np.diff(performed(motion), axis=0)).max() / 0.02
    assert speed_m_s < 8.0


def test_feet_and_shoulders_stay_on_the_floor_in_a_bridge() -> None:
    points = performed(MOTIONS[0])
    assert np.ptp(points[:, L.LEFT_ANKLE], axis=0).max() < 1e-9
    shoulder = points[:, [L.LEFT_SHOULDER, L.RIGHT_SHOULDER]].mean(axis=1)
    assert np.ptp(shoulder, axis=0).max() < 0.015
    assert np.ptp(points[:, [L.LEFT_HIP, L.RIGHT_HIP], 2].mean(axis=1)) == pytest.approx(0.10, abs=0.01)


def test_own_proportions_keep_the_stature() -> None:
    plain, own = body_of(Physique(172.0)), BODY
    upright = [body.thigh_m + body.shank_m + body.trunk_m + body.ankle_height_m + 0.182 * 1.72 for body in (plain, own)]
    assert own.thigh_m != plain.thigh_m
    assert upright[1] == pytest.approx(upright[0], abs=0.03)
