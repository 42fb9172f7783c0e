import math

import numpy as np
import pytest
from tests.skeletons import film, lying, standing

from openlumbar.kinematics.joints import (
    JOINT_COUNT,
    LANDMARKS,
    LEFT_HIP,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_SHOULDER,
)
from openlumbar.kinematics.repair import (
    HALF_WINDOW,
    LONGEST_SWAP_FRAMES,
    LOWER_BODY,
    UPPER_BODY,
    binomial_mean,
    keep_sides,
    leave_out_collapsed,
    median_of_known,
    remove_spikes,
    smooth,
)
from openlumbar.kinematics.running import memory_of
from openlumbar.pose.landmarks import MIRRORED
from openlumbar.pose.landmarks import Landmark as L
from openlumbar.pose.track import PoseTrack

LEGS = list(range(23, 33))
NAN = math.nan


def path(count: int = 30) -> np.ndarray:
    """One landmark that moves evenly: (T, 2), a twentieth of a metre each frame at most."""
    return np.stack([np.linspace(0.0, 0.6, count), np.zeros(count)], axis=1)


def padded(values: np.ndarray) -> np.ndarray:
    """Put two unknown frames before and after."""
    unknown = np.full((HALF_WINDOW, *values.shape[1:]), NAN)
    return np.concatenate([unknown, values, unknown])


def without_spikes(wrist: np.ndarray) -> np.ndarray:
    """Repair the wrist of somebody who has a trunk of one metre."""
    frames = np.zeros((len(wrist), JOINT_COUNT, 2))
    frames[:, [LEFT_SHOULDER, RIGHT_SHOULDER], 1] = -1.0
    frames[:, LEFT_WRIST] = wrist
    ring, repaired = padded(frames), np.empty_like(frames)
    for index in range(len(frames)):
        remove_spikes(ring, index + HALF_WINDOW, repaired[index])
    return repaired[:, LEFT_WRIST]


def smoothed(values: np.ndarray) -> np.ndarray:
    ring, out = padded(values[:, None, None]), np.empty((len(values), 1, 1))
    for index in range(len(values)):
        smooth(ring, index + HALF_WINDOW, out[index])
    return out[:, 0, 0]


def exchanged(track: PoseTrack, frames: slice, landmarks: list[int]) -> PoseTrack:
    for values in (track.image, track.world, track.visibility):
        values[frames, landmarks] = values[frames][:, np.array(MIRRORED)[landmarks]]
    return track


def joints_of(track: PoseTrack) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    image, world, visibility = (
        values[:, LANDMARKS].astype(np.float64) for values in (track.image, track.world, track.visibility)
    )
    return image, world, visibility


def with_sides_kept(track: PoseTrack) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    image, world, visibility = joints_of(track)
    last, corrected = np.full((JOINT_COUNT, 3), NAN), [0, 0]
    for frame in zip(image, world, visibility, strict=True):
        corrected = [
            keep_sides(half, *frame, last, count)
            for half, count in zip((UPPER_BODY, LOWER_BODY), corrected, strict=True)
        ]
    return image, world, visibility


def assert_same(kept: tuple[np.ndarray, ...], true: tuple[np.ndarray, ...], frames: slice = slice(None)) -> None:
    for one, other in zip(kept, true, strict=True):
        assert np.array_equal(one[frames], other[frames], equal_nan=True)


@pytest.mark.parametrize("length", [1, 2])
@pytest.mark.parametrize("start", [0, 7, 20])
def test_a_spike_of_one_or_two_frames_is_removed(length: int, start: int) -> None:
    spiked = path()
    spiked[start + 3 : start + 3 + length] += [0.0, 0.4]
    assert np.abs(without_spikes(spiked) - path()).max() < 0.06


def test_a_fast_real_movement_stays() -> None:
    there = path()
    there[10:] += [0.0, 0.4]
    assert without_spikes(there) == pytest.approx(there)


def test_what_is_within_the_limit_is_not_touched() -> None:
    values = path()
    values[12] += [0.0, 0.14]
    assert without_spikes(values) == pytest.approx(values)


@pytest.mark.parametrize(("length", "filled"), [(1, True), (2, True), (4, False)])
def test_only_short_gaps_are_filled(length: int, filled: bool) -> None:
    broken = path()
    broken[10 : 10 + length] = NAN
    repaired = without_spikes(broken)
    assert np.isfinite(repaired).all() == filled
    assert np.isnan(repaired[11]).all() != filled
    if filled:
        assert repaired == pytest.approx(path(), abs=0.04)


def test_a_ring_is_read_round_its_end() -> None:
    ring = np.array([7.0, 8.0, 9.0, 3.0, 4.0, 5.0, 6.0])[:, None, None]  # frames 3 to 9
    out = np.empty((1, 1))
    smooth(ring, 7, out)
    assert out[0, 0] == 7.0


@pytest.mark.parametrize("values", [(5.0, 1.0, 4.0, 2.0, 3.0), (1.0, 2.0, 3.0, 4.0, 5.0), (2.0, 2.0, 1.0, 9.0, 9.0)])
@pytest.mark.parametrize("missing", [(), (0,), (4,), (1, 3), (0, 2), (0, 1, 2), (0, 1, 2, 3, 4)])
def test_a_median_needs_three_of_five(values: tuple[float, ...], missing: tuple[int, ...]) -> None:
    known = [value for place, value in enumerate(values) if place not in missing]
    told = median_of_known(*(NAN if place in missing else value for place, value in enumerate(values)))
    expected = np.median(known) if len(known) > HALF_WINDOW else NAN
    assert told == pytest.approx(expected, nan_ok=True)


def test_smoothing_halves_noise_keeps_lines_and_what_is_missing() -> None:
    noise = np.random.default_rng(3).normal(size=4000)
    assert np.std(smoothed(noise)[2:-2]) == pytest.approx(0.52, abs=0.03)
    line = np.arange(20.0)
    assert smoothed(line)[2:-2] == pytest.approx(line[2:-2])
    line[7] = NAN
    assert np.isnan(smoothed(line)[7])
    assert np.isfinite(np.delete(smoothed(line), 7)).all()


def test_weights_are_those_of_the_known() -> None:
    assert binomial_mean(1.0, 2.0, 3.0, 4.0, 10.0) == pytest.approx((1 + 8 + 18 + 16 + 10) / 16)
    assert binomial_mean(NAN, 2.0, 3.0, NAN, 10.0) == pytest.approx((8 + 18 + 10) / 11)


@pytest.mark.parametrize("landmarks", [LEGS, list(range(33))])
@pytest.mark.parametrize("length", [1, 6, LONGEST_SWAP_FRAMES])
def test_exchanged_sides_are_put_back(landmarks: list[int], length: int) -> None:
    true, swapped = (film([standing()] * 60) for _ in range(2))
    for track in (true, swapped):
        track.visibility[:, L.LEFT_KNEE] = 0.7
    exchanged(swapped, slice(20, 20 + length), landmarks)
    assert_same(with_sides_kept(swapped), joints_of(true))


def test_a_long_swap_is_the_trackers_correction() -> None:
    track = exchanged(film([standing()] * 80), slice(20, 80), list(range(33)))
    assert_same(with_sides_kept(track), joints_of(track), slice(20 + LONGEST_SWAP_FRAMES + 1, None))


def test_sides_are_kept_over_a_gap() -> None:
    true, broken = (film([lying()] * 40) for _ in range(2))
    for values in (broken.image, broken.world, broken.visibility):
        values[10:14] = NAN
    exchanged(broken, slice(14, 16), LEGS)
    assert_same(with_sides_kept(broken), joints_of(true), slice(14, None))


def test_frames_in_order_stay_as_they_are() -> None:
    track = film([lying()] * 5)
    assert_same(with_sides_kept(track), joints_of(track))


@pytest.mark.parametrize(("share", "left_out"), [(0.6, False), (0.4, True)])
def test_shoulders_that_have_fallen_together_are_left_out(share: float, left_out: bool) -> None:
    usual_m = np.zeros(1, memory_of(9))[0]
    image, world, _ = (values[0] for values in joints_of(film([standing()])))
    for _ in range(5):
        leave_out_collapsed(image, world, LEFT_SHOULDER, RIGHT_SHOULDER, usual_m)
    assert np.isfinite(world).all()
    world[LEFT_SHOULDER] = world[RIGHT_SHOULDER] + share * (world[LEFT_SHOULDER] - world[RIGHT_SHOULDER])
    leave_out_collapsed(image, world, LEFT_SHOULDER, RIGHT_SHOULDER, usual_m)
    for values in (image, world):
        assert np.isnan(values[[LEFT_SHOULDER, RIGHT_SHOULDER]]).all() == left_out
        assert np.isfinite(np.delete(values, [LEFT_SHOULDER, RIGHT_SHOULDER], axis=0)).all()
        assert np.isfinite(values[LEFT_HIP]).all()
