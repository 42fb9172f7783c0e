"""The one way from pose frames to signals, for a live stream and for a file alike.

`SignalStream` takes frames in pieces of any size, or one by one, and gives the signals of all frames that have
their four successors; `finish` gives the rest. Whatever the pieces, the signals are the same.
"""

import math
from contextlib import suppress
from functools import cache
from typing import cast

import numpy as np
import numpy.typing as npt

from openlumbar._compiled import kept
from openlumbar.kinematics.joints import JOINT_COUNT, LANDMARKS
from openlumbar.kinematics.signals import ROW, SIGNAL_NAMES, FloatArray, RowArray, Sample, Signals
from openlumbar.kinematics.state import LOOK_AHEAD, nothing_seen
from openlumbar.kinematics.step import advance, open_frame
from openlumbar.physique import Physique, segment_lengths_cm, stature_of
from openlumbar.pose.landmarks import LANDMARK_COUNT
from openlumbar.pose.track import PoseTrack
from openlumbar.pose.wire import FRAME_BYTES, VISIBILITY_FULL, WORLD_PER_M

Float32Array = npt.NDArray[np.float32]

_NAMES, _FIRST = tuple(SIGNAL_NAMES), cast("int", np.int64(0))


class SignalStream:
    """Turn pose frames into signals, remembering the last frames, the body's size and the camera's roll."""

    def __init__(self, physique: Physique) -> None:
        """Start with nothing seen."""
        prepare()
        lengths = segment_lengths_cm(stature_of(physique).height_cm)
        self._state = nothing_seen(lengths["trunk"] + lengths["thigh"] + lengths["shank"])
        self._time_s = np.zeros(1)
        self._frame_size: FloatArray = self._state["frame_size"][0]
        self._rows: RowArray = self._state["rows"][0]
        self._values: FloatArray = self._rows.view(np.float64)
        self._packed = self._state["packed"].view(np.uint8).data

    @property
    def frame_size(self) -> tuple[float, float]:
        """Width and height of the picture in pixels."""
        width, height = self._frame_size.tolist()
        return width, height

    @frame_size.setter
    def frame_size(self, size: tuple[float, float] | npt.NDArray[np.int32]) -> None:
        self._frame_size[:] = size

    def push(self, frames: PoseTrack) -> Signals:
        """Take in frames; return the signals of those that now have enough successors."""
        self.frame_size = frames.frame_size
        rows = np.empty(len(frames), ROW)
        positions = (_plain(frames.image), _plain(frames.world), _plain(frames.visibility))
        told = _push(self._state, np.array(frames.time_s, np.float64), *positions, rows)
        return Signals.from_rows(rows[:told])

    def finish(self) -> Signals:
        """Return the signals of the last frames; what is pushed after it is seen as after a gap."""
        rows = np.empty(LOOK_AHEAD, ROW)
        told = _push(self._state, *_nobody(LOOK_AHEAD), rows)
        self._state["pending"] = 0
        return Signals.from_rows(rows[:told])

    def step(
        self,
        time_s: float,
        image: Float32Array,
        world: Float32Array,
        visibility: Float32Array,
        frame_size: tuple[float, float] | npt.NDArray[np.int32],
    ) -> Sample | None:
        """Take in one frame; return the signals of the frame that now has its successors, if there is one.

        Args:
            time_s: seconds, later than all before.
            image: (33, 2) pixels; all NaN where nobody is, as are the next.
            world: (33, 3) metres, as in a pose track.
            visibility: (33,) 0–1.
            frame_size: width and height of the picture in pixels.
        """
        self._frame_size[:] = frame_size
        self._time_s[0] = time_s
        told = _push(
            self._state, self._time_s, _plain(image)[None], _plain(world)[None], _plain(visibility)[None], self._rows
        )
        return self._sample() if told else None

    def step_packed(self, message: bytes | memoryview, offset: int) -> Sample | None:
        """Take in one frame of the live protocol, 536 bytes from `offset` on; otherwise as `step`.

        The size of the picture must have been set as `frame_size`.
        """
        self._packed[:] = message[offset : offset + FRAME_BYTES]
        return self._sample() if _push_packed(self._state) else None

    def _sample(self) -> Sample:
        values = self._values.tolist()
        return Sample(values[-1], dict(zip(_NAMES, values, strict=False)))  # the time comes after all signals


def compute_signals(track: PoseTrack, physique: Physique) -> Signals:
    """Compute all signals of a whole track."""
    stream = SignalStream(physique)
    return Signals.concatenate([stream.push(track), stream.finish()])


@cache
def prepare() -> None:
    """Load what is compiled, or compile it: before the first frame, which must not wait for it."""
    for _ in range(2):
        with suppress(OSError):  # compiled, but there was no room to keep it
            state = nothing_seen(1.0)
            _push(state, *_nobody(1), state["rows"][0])
            _push_packed(state)


@kept
def _push(
    states: RowArray,
    time_s: FloatArray,
    image: Float32Array,
    world: Float32Array,
    visibility: Float32Array,
    rows: RowArray,
) -> int:
    """Take in (T,) frames; return for how many frames the signals were put into `rows`."""
    state = states[0]
    told = _FIRST
    for frame in range(len(time_s)):
        slot = open_frame(state, time_s[frame])
        for joint in range(JOINT_COUNT):
            landmark = LANDMARKS[joint]
            state.visibility[slot, joint] = visibility[frame, landmark]
            for axis in range(2):
                state.image[slot, joint, axis] = image[frame, landmark, axis]
            for axis in range(3):
                state.world[slot, joint, axis] = world[frame, landmark, axis]
        if advance(state, rows, told):
            told += 1
    return told


@kept
def _push_packed(states: RowArray) -> bool:
    """Take in the frame in `packed`, no more precise than a track's; True when `rows` now holds the signals of one."""
    state = states[0]
    packed = state.packed
    landmarks = packed.landmarks
    slot = open_frame(state, packed.time_s)
    seen = 1.0 if math.isfinite(landmarks[0].xy[0]) else math.nan
    for joint in range(JOINT_COUNT):
        landmark = landmarks[LANDMARKS[joint]]
        state.visibility[slot, joint] = np.float32(seen * landmark.visibility / VISIBILITY_FULL)
        for axis in range(2):
            state.image[slot, joint, axis] = seen * landmark.xy[axis]
        for axis in range(3):
            state.world[slot, joint, axis] = np.float32(seen * landmark.world[axis] / WORLD_PER_M)
    return advance(state, state.rows[:], _FIRST)


def _nobody(count: int) -> tuple[FloatArray, Float32Array, Float32Array, Float32Array]:
    """Make frames without anybody."""
    nowhere = np.full((count, LANDMARK_COUNT, 3), np.nan, np.float32)
    return np.full(count, np.nan), nowhere[..., :2].copy(), nowhere, nowhere[..., 0].copy()


def _plain(values: Float32Array) -> Float32Array:
    """Return the one kind of array that is compiled for."""
    values = np.ascontiguousarray(values, np.float32)
    return values if values.flags.writeable else values.copy()
