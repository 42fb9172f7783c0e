"""The pose track: 33 landmarks over time, declared units, validated once at the door.

Everything behind this door may rely on the shapes and units below; nothing checks them again.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from openlumbar.errors import InputError
from openlumbar.pose.landmarks import LANDMARK_COUNT

_LAYOUT: dict[str, tuple[type[np.generic], tuple[int | None, ...]]] = {
    "time_s": (np.float64, (None,)),
    "image": (np.float32, (None, LANDMARK_COUNT, 2)),
    "world": (np.float32, (None, LANDMARK_COUNT, 3)),
    "visibility": (np.float32, (None, LANDMARK_COUNT)),
    "frame_size": (np.int32, (2,)),
}
"""Key → (dtype, shape) of a `*.pose.npz` file; None is the number of frames."""

LARGEST_BYTES = 2 * 1024**3
"""Unpacked, more than this is refused: six hours at 120 frames a second (product)."""

_REMEDY = "write it with openlumbar.pose.track.PoseTrack.save or as docs/formats.md says"


@dataclass(frozen=True, eq=False)
class PoseTrack:
    """Landmarks of one person over T frames; rows without a person hold NaN throughout.

    Attributes:
        time_s: (T,) float64, seconds, strictly increasing.
        image: (T, 33, 2) float32, pixels, origin at the top left, x right, y down.
        world: (T, 33, 3) float32, metres, origin at the mid-hip, x right, y down, z away from the camera.
        visibility: (T, 33) float32, 0–1.
        frame_size: (2,) int32, width and height in pixels.
    """

    time_s: npt.NDArray[np.float64]
    image: npt.NDArray[np.float32]
    world: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.float32]
    frame_size: npt.NDArray[np.int32]

    def __len__(self) -> int:
        """Count the frames."""
        return len(self.time_s)

    def __getitem__(self, frames: slice) -> "PoseTrack":
        """Cut out a run of frames."""
        return PoseTrack(
            self.time_s[frames],
            self.image[frames],
            self.world[frames],
            self.visibility[frames],
            self.frame_size,
        )

    @classmethod
    def concatenate(cls, parts: Sequence["PoseTrack"]) -> "PoseTrack":
        """Join runs of frames of one recording, in order; there must be at least one."""
        return cls(
            np.concatenate([part.time_s for part in parts]),
            np.concatenate([part.image for part in parts]),
            np.concatenate([part.world for part in parts]),
            np.concatenate([part.visibility for part in parts]),
            parts[0].frame_size,
        )

    @property
    def has_person(self) -> npt.NDArray[np.bool_]:
        """(T,) True where a person was found."""
        return np.isfinite(self.image[:, 0, 0])

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.ArrayLike], name: str = "pose track") -> "PoseTrack":
        """Validate arrays and make a track of them.

        Raises:
            InputError: naming the offending key and what was expected.
        """
        values = {key: _checked(arrays, key, name) for key in _LAYOUT}
        if unknown := sorted(set(arrays) - set(_LAYOUT)):
            raise InputError(name, f"has the unknown key {unknown[0]!r}", f"keep only {', '.join(_LAYOUT)}")
        _check_frames(values, name)
        return cls(**values)

    @classmethod
    def load(cls, path: Path) -> "PoseTrack":
        """Read a `*.pose.npz` file.

        Raises:
            InputError: when the file is missing, not an npz archive, not a pose track, or absurdly large.
        """
        try:
            with path.open("rb") as file:
                _check_unpacked_size(file, path.name)
                with np.load(file, allow_pickle=False) as archive:
                    arrays = {key: archive[key] for key in archive.files}
        except FileNotFoundError:
            raise InputError(path.name, "there is no such file", "check the path") from None
        except InputError:
            raise
        except Exception:  # noqa: BLE001 - damaged archives raise a dozen kinds, from zlib's to the tokenizer's
            raise InputError(path.name, "is not a readable pose track (an npz archive)", _REMEDY) from None
        return cls.from_arrays(arrays, path.name)

    def save(self, path: Path) -> None:
        """Write a `*.pose.npz` file, whole or not at all."""
        partial = path.with_name(path.name + ".part")
        with partial.open("wb") as file:
            np.savez_compressed(file, **{key: getattr(self, key) for key in _LAYOUT})
        partial.replace(path)


def _check_unpacked_size(file: BinaryIO, name: str) -> None:
    """Refuse an archive that would fill the memory, by what it says itself; nothing more is read of it then."""
    with zipfile.ZipFile(file) as archive:
        unpacked_bytes = sum(member.file_size for member in archive.infolist())
    if unpacked_bytes > LARGEST_BYTES:
        raise InputError(name, f"unpacks to more than {LARGEST_BYTES // 1024**3} GB", "cut it into shorter ones")
    file.seek(0)


def _checked(arrays: Mapping[str, npt.ArrayLike], key: str, name: str) -> npt.NDArray[Any]:
    dtype, shape = _LAYOUT[key]
    expected = f"{np.dtype(dtype).name} of shape ({', '.join('T' if n is None else str(n) for n in shape)})"
    if key not in arrays:
        raise InputError(name, f"the key {key!r} is missing, expected {expected}", _REMEDY)
    value = np.asarray(arrays[key])
    fits = value.ndim == len(shape) and all(n in (None, have) for n, have in zip(shape, value.shape, strict=True))
    if not fits or not np.can_cast(value.dtype, dtype, casting="same_kind"):
        got = f"{value.dtype.name} of shape {value.shape}"
        raise InputError(name, f"the key {key!r} holds {got}, expected {expected}", _REMEDY)
    return np.array(value, dtype=dtype)


def _check_frames(values: Mapping[str, npt.NDArray[Any]], name: str) -> None:
    time_s = values["time_s"]
    lengths = {key: len(value) for key, value in values.items() if key != "frame_size"}
    if len(time_s) == 0:
        raise InputError(name, "the key 'time_s' holds no frame", "record at least a few seconds")
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{key} {n}" for key, n in lengths.items())
        raise InputError(name, f"the keys differ in their number of frames ({told})", _REMEDY)
    if not np.all(np.isfinite(time_s)) or np.any(np.diff(time_s) <= 0):
        raise InputError(name, "the key 'time_s' must be finite and strictly increasing", _REMEDY)
    if np.any(values["frame_size"] <= 0):
        raise InputError(name, "the key 'frame_size' must hold a positive width and height", _REMEDY)
    rows = [np.isnan(values[key]).reshape(len(time_s), -1) for key in ("image", "world")]
    missing = np.concatenate(rows, axis=1)
    if np.any(missing.any(axis=1) != missing.all(axis=1)):
        raise InputError(name, "some frames hold NaN in part", "set a frame without a person to NaN in all keys")
    if np.any(np.isinf(values["image"])) or np.any(np.isinf(values["world"])):
        raise InputError(name, "the keys 'image' and 'world' must not hold infinities", _REMEDY)
    visibility = values["visibility"]
    visibility[missing.any(axis=1)] = np.nan
    seen = visibility[~missing.any(axis=1)]
    if not np.all((seen >= 0) & (seen <= 1)):
        raise InputError(name, "the key 'visibility' must lie between 0 and 1", _REMEDY)
