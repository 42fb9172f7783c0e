"""Pose frames as bytes, as the page of the live coach sends them (docs/live-protocol.md); little-endian."""

import math
import struct

import numpy as np
import numpy.typing as npt

from openlumbar.pose.landmarks import LANDMARK_COUNT
from openlumbar.pose.track import PoseTrack

HEADER = struct.Struct("<BBBBIHHI")
"""kind, count, light, reserved, number of the first frame, width, height, reserved."""

LANDMARK = np.dtype([("xy", "<f4", 2), ("world", "<i2", 3), ("visibility", "<u2")])
FRAME = np.dtype([("time_s", "<f8"), ("landmarks", LANDMARK, LANDMARK_COUNT)])
"""One frame: pixels, tenths of a millimetre, and 0 to 65535 for a visibility of 0 to 1."""

HEADER_BYTES, FRAME_BYTES = HEADER.size, FRAME.itemsize
KIND_FRAMES, MOST_FRAMES, LIGHT_UNKNOWN = 1, 64, 255
WORLD_PER_M, VISIBILITY_FULL = 10_000, 65_535

SMALLEST_PICTURE_PX, LARGEST_PICTURE_PX = 16, 16_384
"""No camera gives a picture with a side outside this range (product)."""

_TIME = struct.Struct("<d")
_POSITIONS = struct.Struct("<8x" + LANDMARK_COUNT * "ff8x")
"""x and y of all landmarks of a frame."""

_FLOAT, _STRIDES = np.dtype("<f4"), (FRAME_BYTES, LANDMARK.itemsize, 4)
_WORLD_LIMIT = np.iinfo(np.int16).max


def pack_frames(track: PoseTrack, first: int = 0, light: int = LIGHT_UNKNOWN) -> bytes:
    """Make one message of up to 64 frames; what is farther than 3.2767 m from the hips is put there."""
    return _header(track, len(track), first, light) + _frames(track)


def pack_track(track: PoseTrack) -> bytes:
    """Make a file of any number of frames: as a message, but its count is 0, and as many frames as follow are meant."""
    return _header(track, 0, 0, LIGHT_UNKNOWN) + _frames(track)


def unpack_frames(message: bytes | memoryview) -> PoseTrack:
    """Return the frames of a message that `check_frames` finds nothing wrong with."""
    *_, width, height, _ = HEADER.unpack_from(message)
    frames = np.frombuffer(message, FRAME, offset=HEADER_BYTES)
    landmarks = frames["landmarks"]
    image = landmarks["xy"].astype(np.float32)
    world = (landmarks["world"] / WORLD_PER_M).astype(np.float32)
    visibility = (landmarks["visibility"] / VISIBILITY_FULL).astype(np.float32)
    nobody = np.isnan(image[:, 0, 0])
    world[nobody], visibility[nobody] = np.nan, np.nan
    return PoseTrack(
        frames["time_s"].astype(np.float64), image, world, visibility, np.array([width, height], dtype=np.int32)
    )


def picture_positions(message: bytes | memoryview, count: int, offset: int = HEADER_BYTES) -> npt.NDArray[np.float32]:
    """View x and y of `count` frames from `offset` on, (count, 33, 2) pixels; NaN where nobody is."""
    return np.ndarray((count, LANDMARK_COUNT, 2), _FLOAT, message, offset + _TIME.size, _STRIDES)


def check_frames(message: bytes | memoryview) -> str | None:
    """Say what breaks the protocol in a message of frames; None when nothing does."""
    size = len(message)
    if size < HEADER_BYTES:
        return f"length {size}: a header has {HEADER_BYTES} bytes"
    kind, count, _, _, _, width, height, _ = HEADER.unpack_from(message)
    if kind != KIND_FRAMES:
        return f"kind {kind}: frames have {KIND_FRAMES}"
    if not 1 <= count <= MOST_FRAMES:
        return f"count {count}: a message has 1 to {MOST_FRAMES} frames"
    if size != HEADER_BYTES + count * FRAME_BYTES:
        return f"length {size}: {count} frames need {HEADER_BYTES + count * FRAME_BYTES} bytes"
    for name, pixels in (("width", width), ("height", height)):
        if not SMALLEST_PICTURE_PX <= pixels <= LARGEST_PICTURE_PX:
            return f"{name} {pixels}: no picture has that size"
    return _check_times(message, size) or _check_positions(message, count)


def _header(track: PoseTrack, count: int, first: int, light: int) -> bytes:
    width, height = track.frame_size.tolist()
    return HEADER.pack(KIND_FRAMES, count, light, 0, first, width, height, 0)


def _frames(track: PoseTrack) -> bytes:
    frames = np.zeros(len(track), FRAME)
    frames["time_s"] = track.time_s
    landmarks = frames["landmarks"]
    landmarks["xy"] = track.image
    world = np.nan_to_num(track.world.astype(np.float64) * WORLD_PER_M)
    landmarks["world"] = np.rint(world).clip(-_WORLD_LIMIT, _WORLD_LIMIT)
    landmarks["visibility"] = np.rint(np.nan_to_num(track.visibility.astype(np.float64)) * VISIBILITY_FULL)
    return frames.tobytes()


def _check_times(message: bytes | memoryview, size: int) -> str | None:
    last_s = -math.inf
    for offset in range(HEADER_BYTES, size, FRAME_BYTES):
        time_s: float = _TIME.unpack_from(message, offset)[0]
        if not last_s < time_s < math.inf:
            return f"time_s {time_s:g}: does not follow {last_s:g}"
        last_s = time_s
    return None


def _check_positions(message: bytes | memoryview, count: int) -> str | None:
    for index in range(count):
        positions = _POSITIONS.unpack_from(message, HEADER_BYTES + index * FRAME_BYTES)
        # finite is the sum of finite numbers alone: so few of float32 cannot overflow a float64
        if not math.isfinite(sum(positions)) and not all(map(math.isnan, positions)):
            return f"frame {index} of the message: x and y are numbers, or all of them NaN"
    return None
