"""Simulated patients as recordings: tracks in memory and on disk, and a tracker that needs no pixels to see them."""

from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from media import Recipe, write_video
from openlumbar.pose.backends import Pose, Remark
from openlumbar.pose.simulation import DEMO, simulate
from openlumbar.pose.track import PoseTrack

SMALL = (128, 72)


@cache
def track_of(slug: str) -> PoseTrack:
    """Simulate the demo's patient doing an exercise."""
    return simulate(DEMO[slug], seed=1).track


@cache
def noiseless_track_of(slug: str) -> PoseTrack:
    """Simulate the demo's patient seen by a tracker that never errs."""
    return simulate(replace(DEMO[slug], noise=None), seed=1).track


def write_track(folder: Path, slug: str = "bridge") -> Path:
    """Write the track of an exercise to a file."""
    path = folder / f"{slug}.pose.npz"
    track_of(slug).save(path)
    return path


def write_clip(path: Path, track: PoseTrack) -> Path:
    """Write a small video whose pictures have the times of a track."""
    recipe = Recipe(size=SMALL, times_s=track.time_s.tolist(), time_base_s=Fraction(1, 10_000))
    return write_video(path, recipe)


class ReplayingTracker:
    """Sees a track's poses in the small video of `write_clip`; may have something to remark."""

    def __init__(self, track: PoseTrack, remarks: tuple[Remark, ...] = ()) -> None:
        self._track, self.remarks = track, remarks
        self._scale = np.divide(SMALL, track.frame_size).astype(np.float32)

    def track_frame(self, time_s: float, rgb: npt.NDArray[np.uint8]) -> Pose | None:
        assert rgb.shape == (SMALL[1], SMALL[0], 3)
        nearest = int(np.argmin(np.abs(self._track.time_s - time_s)))
        if not self._track.has_person[nearest]:
            return None
        image, world = self._track.image[nearest] * self._scale, self._track.world[nearest]
        return Pose(image, world, self._track.visibility[nearest])

    def reset(self) -> None:
        pass
