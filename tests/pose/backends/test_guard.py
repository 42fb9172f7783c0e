"""The guard on invented skeletons: an upright adult, and what can go wrong with one."""

import numpy as np
import pytest

from openlumbar.pose.backends._guard import Guard, Implausible
from openlumbar.pose.backends._landmarks import RawPose

FRAME = (640, 480)
_HEIGHTS_M = {11: -0.5, 12: -0.5, 23: 0.0, 24: 0.0, 25: 0.42, 26: 0.42, 27: 0.8, 28: 0.8}


def skeleton(turn_deg=0.0, scale=1.0, centre_px=(320, 240), px_a_metre=200.0):
    """Stand an adult upright, then turn it clockwise in the image."""
    world = np.zeros((33, 3))
    for index, height_m in _HEIGHTS_M.items():
        world[index] = [0.15 if index % 2 else -0.15, height_m * scale, 0.0]
    cosine, sine = np.cos(np.radians(turn_deg)), np.sin(np.radians(turn_deg))
    world[:, :2] = world[:, :2] @ np.array([[cosine, sine], [-sine, cosine]])
    image = world[:, :2] * px_a_metre + centre_px
    top = np.asarray(centre_px) + px_a_metre * np.array([sine, -cosine])
    return RawPose(0.99, image, world, np.ones(33), np.stack([np.asarray(centre_px, float), top]))


def judged(guard, *poses):
    return [guard.judge(k / 30, pose, FRAME) for k, pose in enumerate(poses)]


@pytest.mark.parametrize("turn_deg", [0, 30, -90, 90, 120, -135])
def test_standing_lying_and_bridging_bodies_pass(turn_deg):
    assert judged(Guard(), *[skeleton(turn_deg)] * 5) == [None] * 5


def test_an_upside_down_body_fails():
    assert judged(Guard(), skeleton(180)) == [Implausible.INVERTED]
    assert judged(Guard(), skeleton(160)) == [Implausible.INVERTED]


def test_bending_forward_with_the_knees_below_passes():
    pose = skeleton()
    pose.world_m[[11, 12], 1] = 0.45
    pose.image_px[[11, 12], 1] = 240 + 90

    assert judged(Guard(), pose) == [None]


@pytest.mark.parametrize("scale", [0.3, 2.0])
def test_a_collapsed_or_stretched_trunk_fails(scale):
    assert judged(Guard(), skeleton(scale=scale)) == [Implausible.FOLDED]


def test_a_jump_fails_once_and_what_follows_is_judged_anew():
    guard = Guard()
    here, there = skeleton(), skeleton(centre_px=(470, 240))
    assert judged(guard, here, here, there) == [None, None, Implausible.JUMP]

    guard.lose()

    assert guard.judge(0.2, there, FRAME) is None


def test_the_same_move_over_a_longer_time_passes():
    guard = Guard()
    guard.judge(0.0, skeleton(), FRAME)

    assert guard.judge(0.5, skeleton(centre_px=(470, 240)), FRAME) is None


def test_other_limbs_than_the_running_bodys_fail_until_they_are_believed():
    guard = Guard()
    assert judged(guard, *[skeleton(scale=0.9)] * 10) == [None] * 10

    verdicts = [guard.judge(1 + k / 10, skeleton(scale=1.5), FRAME) for k in range(14)]

    assert verdicts[:10] == [Implausible.LIMBS] * 10
    assert verdicts[-1] is None


def test_hidden_limbs_are_not_measured():
    guard = Guard()
    judged(guard, *[skeleton()] * 10)
    pose = skeleton()
    pose.world_m[25:29] *= 3
    pose.visibility[25:29] = 0.2

    assert guard.judge(1.0, pose, FRAME) is None


def test_a_trunk_outside_the_frame_fails():
    assert judged(Guard(), skeleton(centre_px=(320, 560))) == [None]
    assert judged(Guard(), skeleton(centre_px=(320, 700))) == [Implausible.OUTSIDE]
