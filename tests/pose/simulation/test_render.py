from dataclasses import replace

import numpy as np
import pytest

from openlumbar.pose.backends import load
from openlumbar.pose.landmarks import Landmark as L
from openlumbar.pose.simulation import DEMO, BridgeSet, PlannedRepetition, Scenario, Simulation, TwistSet, simulate
from openlumbar.pose.simulation.render import render_frames

SIZE = (640, 480)
SHORT = {
    "lying": replace(
        DEMO["bridge"],
        motion=BridgeSet((PlannedRepetition(10.0, up_s=1.0, hold_s=0.5, down_s=1.0, rest_s=0.0),)),
        lead_in_s=1.0,
        lead_out_s=0.5,
    ),
    "standing": replace(
        DEMO["cross-twist"],
        motion=TwistSet((PlannedRepetition(30.0, up_s=1.0, hold_s=0.5, down_s=1.0, rest_s=0.0),), hands="crossed"),
        lead_in_s=1.0,
        lead_out_s=0.5,
    ),
}
FPS = 10.0

APART = {"lying": [0.20, 0.08] * 3, "standing": [0.08, 0.08] * 3}
"""Largest median distance of each joint from the true one, in trunk lengths; lying, the left side is hidden."""

JOINTS = [L.LEFT_SHOULDER, L.RIGHT_SHOULDER, L.LEFT_HIP, L.RIGHT_HIP, L.LEFT_KNEE, L.RIGHT_KNEE]


def truth_of(scenario: Scenario) -> Simulation:
    camera = replace(scenario.camera, frame_size=SIZE)
    return simulate(replace(scenario, camera=camera, fps=FPS, noise=None), seed=1)


def test_pictures_have_the_moments_of_the_truth_and_the_size_asked_for() -> None:
    filmed = list(render_frames(SHORT["lying"], seed=1, size=(160, 120), fps=FPS))
    np.testing.assert_array_equal([time_s for time_s, _ in filmed], truth_of(SHORT["lying"]).track.time_s)
    assert {(rgb.shape, rgb.dtype) for _, rgb in filmed} == {((120, 160, 3), np.dtype(np.uint8))}


def test_uneven_frames_stay_uneven_when_no_rate_is_asked_for() -> None:
    uneven = replace(SHORT["lying"], fps=5.0, variable_fps=True)
    times_s = [time_s for time_s, _ in render_frames(uneven, seed=1, size=(64, 48))]
    np.testing.assert_array_equal(times_s, simulate(uneven, seed=1).track.time_s)
    assert np.std(np.diff(times_s)) > 0.002


def test_the_same_seed_gives_the_same_pictures_and_another_seed_others() -> None:
    first, again, other = (
        np.stack([rgb for _, rgb in render_frames(SHORT["standing"], seed, size=(160, 120), fps=2.0)])
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("name", SHORT)
def test_the_body_is_drawn_where_its_joints_are(name: str) -> None:
    """Knees are in dark trousers; the room, the shirt and the skin are all brighter."""
    track = truth_of(SHORT[name]).track
    for (_, rgb), image in zip(render_frames(SHORT[name], 1, SIZE, FPS), track.image, strict=True):
        near = image[L.RIGHT_KNEE].round().astype(int)
        assert rgb[near[1], near[0]].max() < 130
        assert rgb[near[1], near[0], 2] == rgb[near[1], near[0]].max()
        far_off = rgb[10, near[0]]
        assert far_off.min() > 180


@pytest.mark.parametrize("name", SHORT)
def test_blazepose_finds_the_person_and_the_joints(name: str) -> None:
    backend, track = load("blazepose", model="full"), truth_of(SHORT[name]).track
    poses = [backend.track_frame(time_s, rgb) for time_s, rgb in render_frames(SHORT[name], 1, SIZE, FPS)]
    found = [index for index, pose in enumerate(poses) if pose is not None]
    assert len(found) >= 0.95 * len(poses)
    assert backend.remarks == ()
    seen = np.stack([pose.image[JOINTS] for pose in poses if pose is not None])
    true = track.image[found][:, JOINTS]
    trunk_px = np.linalg.norm(true[:, :2].mean(axis=1) - true[:, 2:4].mean(axis=1), axis=1)
    apart = np.median(np.linalg.norm(seen - true, axis=2) / trunk_px[:, None], axis=0)
    assert (apart < APART[name]).all(), apart
