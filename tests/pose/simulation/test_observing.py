from dataclasses import replace

import numpy as np
import pytest

from openlumbar.pose.landmarks import Landmark as L
from openlumbar.pose.simulation import (
    DEMO,
    Camera,
    PlannedRepetition,
    Scenario,
    TrackerNoise,
    TwistSet,
    alternated,
    simulate,
    without_legs,
)
from openlumbar.pose.track import PoseTrack

CLEAN = {name: replace(scenario, noise=None) for name, scenario in DEMO.items()}


NO_ERRORS = TrackerNoise(
    jitter_share=0.0,
    bias_m=0.0,
    drift_m=0.0,
    fold_m=0.0,
    depth_m=0.0,
    dropouts_per_min=0.0,
    spikes_per_min=0.0,
    swaps_per_min=0.0,
    lag_s=0.0,
    yaw_underread=0.0,
    yaw_bias_deg=0.0,
)


def in_frame(track: PoseTrack, landmarks: list[int]) -> float:
    image = track.image[track.has_person][:, landmarks]
    return float(((image >= 0) & (image <= track.frame_size)).all(axis=2).mean())


@pytest.mark.parametrize("name", DEMO)
def test_the_same_seed_gives_the_same_track_and_another_seed_another(name: str) -> None:
    first, again, other = (simulate(DEMO[name], seed).track for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.image, again.image)
    np.testing.assert_array_equal(first.world, again.world)
    assert not np.array_equal(first.image, other.image, equal_nan=True)


def test_the_noise_does_not_change_the_movement() -> None:
    assert simulate(DEMO["bridge"], 3).truth.repetitions == simulate(CLEAN["bridge"], 3).truth.repetitions


@pytest.mark.parametrize("name", DEMO)
def test_the_whole_body_is_in_the_frame(name: str) -> None:
    assert in_frame(simulate(CLEAN[name], 2).track, list(range(33))) == 1.0


@pytest.mark.parametrize("name", DEMO)
def test_legs_can_be_out_of_the_frame(name: str) -> None:
    track = simulate(without_legs(DEMO[name]), 2).track
    ankles = [L.LEFT_ANKLE, L.RIGHT_ANKLE]
    assert in_frame(simulate(without_legs(CLEAN[name]), 2).track, ankles) < 0.1
    assert np.nanmedian(track.visibility[:, ankles]) < 0.5


def test_perfect_world_landmarks_are_true_metres_centred_on_the_hips() -> None:
    simulation = simulate(CLEAN["cross-twist"], 2)
    world = simulation.track.world.astype(np.float64)
    hips = world[:, [L.LEFT_HIP, L.RIGHT_HIP]]
    np.testing.assert_allclose(hips.mean(axis=1), 0.0, atol=1e-6)
    shank_m = np.linalg.norm(world[:, L.LEFT_KNEE] - world[:, L.LEFT_ANKLE], axis=1)
    assert np.ptp(shank_m) < 1e-3
    assert 0.3 < shank_m[0] < 0.5


def test_a_person_facing_the_camera_has_the_left_hand_on_the_right_of_the_picture() -> None:
    track = simulate(CLEAN["cross-twist"], 2).track
    assert (track.image[:, L.LEFT_HIP, 0] > track.image[:, L.RIGHT_HIP, 0]).all()
    assert (track.image[:, L.NOSE, 1] < track.image[:, L.LEFT_HIP, 1]).all()


@pytest.mark.parametrize(("near", "head_at_left"), [("right", True), ("left", False)])
def test_the_near_side_decides_where_the_head_lies_and_what_is_hidden(near: str, head_at_left: bool) -> None:
    camera = replace(DEMO["bridge"].camera, near_side=near, azimuth_deg=0.0)  # type: ignore[arg-type]
    track = simulate(replace(DEMO["bridge"], camera=camera), 2).track
    assert (np.nanmedian(track.image[:, L.NOSE, 0] - track.image[:, L.LEFT_ANKLE, 0]) < 0) == head_at_left
    knees = np.nanmedian(track.visibility[:, [L.LEFT_KNEE, L.RIGHT_KNEE]], axis=0)
    assert knees[int(near == "right")] > 0.9 > knees[int(near == "left")]


def test_jitter_has_the_stated_size() -> None:
    noises = (replace(NO_ERRORS, jitter_share=0.004), None)
    noisy, clean = (simulate(replace(DEMO["cross-twist"], noise=noise), 2).track for noise in noises)
    trunk_px = np.linalg.norm(clean.image[:, L.LEFT_SHOULDER] - clean.image[:, L.LEFT_HIP], axis=1).mean()
    spread = (noisy.image - clean.image)[:, [L.LEFT_HIP, L.RIGHT_HIP]].std() / trunk_px
    assert 0.003 < spread < 0.006


def test_generic_scale_gives_every_person_the_same_torso() -> None:
    world = simulate(DEMO["sit-up"], 2).track.world[:60]
    trunk = world[:, [L.LEFT_SHOULDER, L.RIGHT_SHOULDER]].mean(axis=1)
    assert np.nanmedian(np.linalg.norm(trunk, axis=1)) == pytest.approx(0.49, abs=0.03)


def test_turns_are_under_read_by_the_stated_share() -> None:
    camera = Camera("front", height_m=1.2, frame_size=(720, 1280))
    scenario = replace(DEMO["cross-twist"], camera=camera, motion=TwistSet(alternated(PlannedRepetition(30.0), 2)))
    noises = (replace(NO_ERRORS, yaw_underread=0.2), None)
    tracks = [simulate(replace(scenario, noise=noise), 2).track for noise in noises]
    lines = [track.world[:, L.LEFT_SHOULDER] - track.world[:, L.RIGHT_SHOULDER] for track in tracks]
    read_deg, true_deg = (np.degrees(np.abs(np.arctan2(line[:, 2], line[:, 0]))).max() for line in lines)
    assert read_deg / true_deg == pytest.approx(0.8, abs=0.03)


def test_variable_frame_rate_is_uneven_and_increasing() -> None:
    scenario: Scenario = replace(DEMO["bridge"], variable_fps=True)
    steps_s = np.diff(simulate(scenario, 2).track.time_s)
    assert steps_s.min() > 0.0
    assert np.std(steps_s) > 0.002


def test_a_preparation_shows_the_person_standing_first() -> None:
    track = simulate(replace(CLEAN["bridge"], preparation_s=7.0), 2).track
    height_px = track.image[:, L.LEFT_ANKLE, 1] - track.image[:, L.LEFT_SHOULDER, 1]
    assert height_px[0] > 3.0 * np.abs(height_px[-1])
