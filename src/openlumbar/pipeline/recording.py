"""What can be analyzed: a video file or a webcam with a tracker, or a pose track; moment by moment alike."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

from openlumbar.assessment.analysis import Source
from openlumbar.pose.backends import Pose, PoseBackend, Remark, load
from openlumbar.pose.landmarks import LANDMARK_COUNT
from openlumbar.pose.track import PoseTrack
from openlumbar.pose.video import RgbArray, VideoReader, sha256_of

CAMERA_PREFIX = "camera:"
THREADS = 2
"""Threads of the pose model: two finish a single recording soonest; in batches, one each wastes the least."""

_TRACK_SUFFIX = ".npz"
_FILMED_CHUNK, _TRACKED_CHUNK = 8, 256
"""Frames judged at once: a call costs as much as some frames, a picture that waits costs 3 MB."""


@dataclass(frozen=True, eq=False)
class Moment:
    """One frame: its picture where there is one, and the pose in true pixels, None where there is nobody."""

    time_s: float
    rgb: RgbArray | None
    pose: Pose | None


@dataclass(frozen=True)
class Facts:
    """What is known of a recording before it is read; `frames` and `duration_s` are None when unknown."""

    name: str
    frame_size: tuple[int, int]
    has_pictures: bool
    fps: float
    duration_s: float | None
    frames: int | None
    chunk_frames: int

    def within(self, seconds: float | None) -> "Facts":
        """Tell what is known of the first `seconds`; None is all of it."""
        if seconds is None or (self.duration_s is not None and self.duration_s <= seconds):
            return self
        return replace(self, duration_s=seconds, frames=round(seconds * self.fps))


class Recording(Protocol):
    """Moments in the order of time, once, and what is known about where they come from."""

    facts: Facts

    def __enter__(self) -> Self:
        """Return the open recording."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""

    def __iter__(self) -> Iterator[Moment]:
        """Yield the moments."""

    @property
    def noticed(self) -> tuple[Remark, ...]:
        """What the tracker noticed so far."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """After the last moment: what was missing or repaired."""

    def sha256(self, track: PoseTrack) -> str:
        """Name the content by its SHA-256: the file's, or the track's where there is no file."""


class FilmedRecording:
    """A video file or a webcam, and the tracker that looks at it."""

    def __init__(self, source: Path | str, model: str, threads: int) -> None:
        """Open the source and load the model, which computes on so many threads.

        Raises:
            InputError: when there is nothing to read, or no such model.
        """
        self._reader = VideoReader(source)
        info = self._reader.info
        self.facts = Facts(
            name=printable(info.name),
            frame_size=info.frame_size,
            has_pictures=True,
            fps=info.fps,
            duration_s=info.duration_s,
            frames=info.frame_count_estimate,
            chunk_frames=_FILMED_CHUNK,
        )
        try:
            self._backend: PoseBackend = load("blazepose", model=model, threads=threads)
        except BaseException:
            self._reader.close()
            raise
        self._hashing: Future[str] | None = None
        if not str(source).startswith(CAMERA_PREFIX):
            with_one_thread = ThreadPoolExecutor(1)
            self._hashing = with_one_thread.submit(sha256_of, Path(source))
            with_one_thread.shutdown(wait=False)

    def __enter__(self) -> Self:
        """Return the open recording."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the source."""
        self._reader.close()

    def __iter__(self) -> Iterator[Moment]:
        """Yield the moments."""
        scale = np.array(self._reader.scale, np.float32)
        for frame in self._reader:
            pose = self._backend.track_frame(frame.time_s, frame.rgb)
            if pose is not None:
                pose = Pose(pose.image * scale, pose.world, pose.visibility)
            yield Moment(frame.time_s, frame.rgb, pose)

    @property
    def noticed(self) -> tuple[Remark, ...]:
        """What the tracker noticed so far."""
        return self._backend.remarks

    @property
    def remarks(self) -> tuple[str, ...]:
        """After the last moment: what was missing or repaired."""
        return (printable(self._reader.remark),) if self._reader.remark else ()

    def sha256(self, track: PoseTrack) -> str:
        """Name the content by its SHA-256: the file's, or the track's for a webcam."""
        return self._hashing.result() if self._hashing else sha256_of_track(track)


class TrackedRecording:
    """A pose track: no pictures, no tracker."""

    noticed: tuple[Remark, ...] = ()
    remarks: tuple[str, ...] = ()

    def __init__(self, track: PoseTrack, name: str, sha256: str | None = None) -> None:
        """Take a track; without a `sha256` the track's own content is named."""
        width, height = track.frame_size.tolist()
        fps, count = rate_hz(track), len(track)
        self._track, self._sha256 = track, sha256
        self.facts = Facts(printable(name), (width, height), False, fps, count / fps, count, _TRACKED_CHUNK)

    @classmethod
    def open(cls, path: Path) -> "TrackedRecording":
        """Read a `*.pose.npz` file.

        Raises:
            InputError: when it is none.
        """
        return cls(PoseTrack.load(path), path.name, sha256_of(path))

    def __enter__(self) -> Self:
        """Return the recording."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Do nothing: everything is in memory."""

    def __iter__(self) -> Iterator[Moment]:
        """Yield the moments."""
        track = self._track
        rows = zip(track.time_s.tolist(), track.has_person, track.image, track.world, track.visibility, strict=True)
        for time_s, has_person, image, world, visibility in rows:
            yield Moment(time_s, None, Pose(image, world, visibility) if has_person else None)

    def sha256(self, track: PoseTrack) -> str:
        """Name the content by its SHA-256: the file's, or the track's where there is no file."""
        return self._sha256 or sha256_of_track(track)


def open_recording(source: Path | str, model: str, threads: int = THREADS) -> Recording:
    """Open a video file, a webcam (`camera:0`) or a `*.pose.npz` track.

    Raises:
        InputError: when it is none of them.
    """
    if not str(source).startswith(CAMERA_PREFIX) and Path(source).suffix.lower() == _TRACK_SUFFIX:
        return TrackedRecording.open(Path(source))
    return FilmedRecording(source, model, threads)


def track_of(moments: list[Moment], frame_size: tuple[int, int]) -> PoseTrack:
    """Join moments to a pose track."""
    return PoseTrack(
        np.array([moment.time_s for moment in moments], np.float64),
        np.stack([_nan(2) if moment.pose is None else moment.pose.image for moment in moments]),
        np.stack([_nan(3) if moment.pose is None else moment.pose.world for moment in moments]),
        np.stack([_NOBODY[:, 0] if moment.pose is None else moment.pose.visibility for moment in moments]),
        np.array(frame_size, np.int32),
    )


_NOBODY = np.full((LANDMARK_COUNT, 3), np.nan, np.float32)


def _nan(columns: int) -> npt.NDArray[np.float32]:
    return _NOBODY[:, :columns]


def source_of(track: PoseTrack, name: str, sha256: str) -> Source:
    """Describe a recording by the times of its frames; a frame lasts until the next one."""
    fps = rate_hz(track)
    return Source(name, sha256, len(track), fps, len(track) / fps)


def rate_hz(track: PoseTrack) -> float:
    """Compute the mean frame rate from the frames' times; a single frame is taken to last a second."""
    if len(track) < 2:
        return 1.0
    return float((len(track) - 1) / (track.time_s[-1] - track.time_s[0]))


def sha256_of_track(track: PoseTrack) -> str:
    """Compute the SHA-256 of a track's arrays in the order of the file format."""
    digest = hashlib.sha256()
    for array in (track.time_s, track.image, track.world, track.visibility, track.frame_size):
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def printable(text: str) -> str:
    """Make a file name fit for UTF-8, whatever bytes it has on disk."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
