"""What a stream remembers between two frames, in one record that compiled functions change in place."""

from typing import Protocol

import numpy as np
import numpy.typing as npt

from openlumbar.kinematics.joints import JOINT_COUNT
from openlumbar.kinematics.repair import HALF_WINDOW, WINDOW
from openlumbar.kinematics.running import QuantileMemory, memory_of
from openlumbar.kinematics.signals import ROW, FloatArray, RowArray
from openlumbar.pose.wire import FRAME

LOOK_AHEAD = 2 * HALF_WINDOW
"""Frames by which signals lag the newest frame: repair and smoothing look two frames ahead each."""

HELD_FRAMES = LOOK_AHEAD + HALF_WINDOW + 1
"""Frames held as they came, for signals of the one in the middle: four after it, two before it."""

MEMORY_FRAMES = 300
"""How many frames body size, camera roll and full widths are the quantiles of: 10 s at 30 frames a second."""

SHOULDER_WIDTH_M, HIP_WIDTH_M, BODY_SIZE_M, ROLL_DEG, SHOULDERS_SEEN = range(5)
"""Places of the running quantiles: usual lengths of two lines, size, roll, widths of the shoulders in the picture."""

_QUANTILE = memory_of(MEMORY_FRAMES)
_UNKNOWN = (
    "told_s",
    "told_ankles",
    "last_world",
    "time_s",
    "image",
    "world",
    "visibility",
    "steady_image",
    "steady_world",
)

STATE = np.dtype(
    [
        ("packed", FRAME),
        ("body_cm", np.float64),
        ("frame_size", np.float64, (2,)),
        ("newest", np.int64),
        ("pending", np.int64),
        ("corrected", np.int64, (2,)),
        ("told_s", np.float64),
        ("told_ankles", np.float64, (2, 2)),
        ("last_world", np.float64, (JOINT_COUNT, 3)),
        ("time_s", np.float64, (HELD_FRAMES,)),
        ("image", np.float64, (HELD_FRAMES, JOINT_COUNT, 2)),
        ("world", np.float64, (HELD_FRAMES, JOINT_COUNT, 3)),
        ("visibility", np.float64, (HELD_FRAMES, JOINT_COUNT)),
        ("steady_image", np.float64, (WINDOW, JOINT_COUNT, 2)),
        ("steady_world", np.float64, (WINDOW, JOINT_COUNT, 3)),
        ("smooth_image", np.float64, (JOINT_COUNT, 2)),
        ("smooth_world", np.float64, (JOINT_COUNT, 3)),
        ("joints", np.float64, (JOINT_COUNT, 3)),
        ("quantiles", _QUANTILE, (5,)),
        ("rows", ROW, (1,)),
    ],
    align=True,
)


class State(Protocol):
    """A record of `STATE`; N joints in the order of `joints`.

    Attributes:
        packed: where a frame of the live protocol is put to be read.
        body_cm: length of the person's trunk, thigh and shank together.
        frame_size: width and height of the picture in pixels.
        newest: number of the newest frame; in rings of R frames it lies in row newest modulo R.
        pending: how many frames wait for their signals to be told.
        corrected: for the upper and the lower body, how many frames in a row had their sides put right.
        told_s: time of the last frame whose signals were told.
        told_ankles: (2, 2) pixels, the ankles in it.
        last_world: (N, 3) metres, the last frame with somebody in it, sides kept.
        time_s: (R,) seconds.
        image: (R, N, 2) pixels, sides kept and collapsed lines left out; so are the next.
        world: (R, N, 3) metres.
        visibility: (R, N) 0–1.
        steady_image: (5, N, 2) without spikes and short gaps; the newest two frames are not there yet.
        steady_world: (5, N, 3) the same.
        smooth_image: (N, 2) pixels, the frame whose signals are told; it lags by four.
        smooth_world: (N, 3) metres, the same.
        joints: (N, 3) metres, picture and depth fused, the roll taken out.
        quantiles: running quantiles, by the places above.
        rows: (1,) where the signals of a single frame are told.
    """

    packed: np.void
    body_cm: float
    frame_size: FloatArray
    newest: int
    pending: int
    corrected: npt.NDArray[np.int64]
    told_s: float
    told_ankles: FloatArray
    last_world: FloatArray
    time_s: FloatArray
    image: FloatArray
    world: FloatArray
    visibility: FloatArray
    steady_image: FloatArray
    steady_world: FloatArray
    smooth_image: FloatArray
    smooth_world: FloatArray
    joints: FloatArray
    quantiles: list[QuantileMemory]
    rows: RowArray


def nothing_seen(body_cm: float) -> npt.NDArray[np.void]:
    """Return the state, (1,), of a stream that begins."""
    state = np.zeros(1, STATE)
    state["body_cm"] = body_cm
    for name in _UNKNOWN:
        state[name] = np.nan
    return state
