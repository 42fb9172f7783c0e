import numpy as np
import pytest
from tests.skeletons import film, lying, standing

from openlumbar.kinematics.repair import (
    LONGEST_SWAP_FRAMES,
    LOWER_BODY,
    SideKeeper,
    remove_spikes,
    smooth,
    window_median,
    windows,
)
from openlumbar.pose.landmarks import MIRRORED
from openlumbar.pose.track import PoseTrack

LEGS = list(LOWER_BODY.landmarks)
ONE_M = np.ones(30)


def path(count: int = 30) -> np.ndarray:
    """One landmark that moves evenly: (T, 1, 2), a twentieth of a metre each frame at most."""
    return np.stack([np.linspace(0.0, 0.6, count), np.zeros(count)], axis=1)[:, None]


def exchanged(track: PoseTrack, frames: slice, landmarks: list[int]) -> PoseTrack:
    for values in (track.image, track.world, track.visibility):
        values[frames, landmarks] = values[frames][:, np.array(MIRRORED)[landmarks]]
    return track


@pytest.mark.parametrize("length", [1, 2])
@pytest.mark.parametrize("start", [0, 7, 20])
def test_a_spike_of_one_or_two_frames_is_removed(length: int, start: int) -> None:
    spiked = path()
    spiked[start + 3 : start + 3 + length] += [0.0, 0.4]
    assert np.abs(remove_spikes(spiked, ONE_M) - path()).max() < 0.06


def test_a_fast_real_movement_stays() -> None:
    there = path()
    there[10:] += [0.0, 0.4]
    assert remove_spikes(there, ONE_M) == pytest.approx(there)


def test_what_is_within_the_limit_is_not_touched() -> None:
    values = path()
    values[12] += [0.0, 0.14]
    assert remove_spikes(values, ONE_M) == pytest.approx(values)


@pytest.mark.parametrize(("length", "filled"), [(1, True), (2, True), (4, False)])
def test_only_short_gaps_are_filled(length: int, filled: bool) -> None:
    broken = path()
    broken[10 : 10 + length] = np.nan
    repaired = remove_spikes(broken, ONE_M)
    assert np.isfinite(repaired).all() == filled
    assert np.isnan(repaired[11]).all() != filled
    if filled:
        assert repaired == pytest.approx(path(), abs=0.04)


def test_windows_reach_two_frames_to_each_side() -> None:
    around = windows(np.arange(6.0))
    assert around[2].tolist() == [0, 1, 2, 3, 4]
    assert np.isnan(around[0, :2]).all()
    assert around[0, 2:].tolist() == [0, 1, 2]


def test_a_median_needs_three_of_five() -> None:
    values = np.array([1.0, np.nan, 3.0, np.nan, 4.0, np.nan, np.nan, np.nan])
    medians = window_median(values)
    assert medians[2] == 3.0
    assert np.isnan(medians[[0, 5, 7]]).all()


def test_smoothing_halves_noise_keeps_lines_and_what_is_missing() -> None:
    noise = np.random.default_rng(3).normal(size=4000)
    assert np.std(smooth(noise)[2:-2]) == pytest.approx(0.52, abs=0.03)
    line = np.arange(20.0)
    assert smooth(line)[2:-2] == pytest.approx(line[2:-2])
    line[7] = np.nan
    smoothed = smooth(line)
    assert np.isnan(smoothed[7])
    assert np.isfinite(np.delete(smoothed, 7)).all()


@pytest.mark.parametrize("landmarks", [LEGS, list(range(33))])
@pytest.mark.parametrize("length", [1, 6, LONGEST_SWAP_FRAMES])
def test_exchanged_sides_are_put_back(landmarks: list[int], length: int) -> None:
    true, swapped = (film([standing()] * 60) for _ in range(2))
    exchanged(swapped, slice(20, 20 + length), landmarks)
    kept = SideKeeper().push(swapped)
    assert np.array_equal(kept.image, true.image)
    assert np.array_equal(kept.world, true.world)


def test_a_long_swap_is_the_trackers_correction() -> None:
    track = exchanged(film([standing()] * 80), slice(20, 80), list(range(33)))
    told = track.image.copy()
    kept = SideKeeper().push(track)
    assert np.array_equal(kept.image[20 + LONGEST_SWAP_FRAMES + 1 :], told[20 + LONGEST_SWAP_FRAMES + 1 :])


def test_sides_are_kept_over_a_gap() -> None:
    true, broken = (film([lying()] * 40) for _ in range(2))
    for values in (broken.image, broken.world, broken.visibility):
        values[10:14] = np.nan
    exchanged(broken, slice(14, 16), LEGS)
    assert np.array_equal(SideKeeper().push(broken).world[14:], true.world[14:])


def test_frames_in_order_are_passed_on_as_they_are() -> None:
    track = film([lying()] * 5)
    assert SideKeeper().push(track) is track
