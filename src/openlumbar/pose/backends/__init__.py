"""What every pose backend does, and how one is loaded by name.

A backend is one module in this folder with one class that obeys `PoseBackend`, named as its `BACKEND`.
"""

import importlib
import pkgutil
from dataclasses import dataclass
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from openlumbar.errors import InputError


@dataclass(frozen=True, eq=False)
class Pose:
    """Landmarks of one person in one frame.

    Attributes:
        image: (33, 2) float32, pixels, origin at the top left, x right, y down.
        world: (33, 3) float32, metres, origin at the mid-hip, x right, y down, z away from the camera.
        visibility: (33,) float32, 0–1.
    """

    image: npt.NDArray[np.float32]
    world: npt.NDArray[np.float32]
    visibility: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Remark:
    """Something a backend noticed: a reason code of the result, on how many frames, and when."""

    code: str
    frames: int
    first_s: float
    last_s: float

    def and_at(self, time_s: float) -> "Remark":
        """Count one more frame."""
        return Remark(self.code, self.frames + 1, self.first_s, time_s)


class PoseBackend(Protocol):
    """Finds one person's pose, frame by frame; frames come in the order of time."""

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What was noticed since the start or the last `reset`, one remark for each code."""

    def track_frame(self, time_s: float, rgb: npt.NDArray[np.uint8]) -> Pose | None:
        """Find the pose in a frame (height, width, 3); None when there is none that can be trusted."""

    def reset(self) -> None:
        """Forget the person and the remarks: the next frame starts a new recording."""


def backend_names() -> tuple[str, ...]:
    """Name the backends that ship with the package."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_"))


def load(name: str, **options: object) -> PoseBackend:
    """Make a backend by name; the options go to its class.

    Raises:
        InputError: when there is no such backend, or the backend refuses an option.
    """
    if name not in backend_names():
        raise InputError(f"pose backend {name!r}", "is unknown", f"choose one of {', '.join(backend_names())}")
    return cast(PoseBackend, importlib.import_module(f"{__name__}.{name}").BACKEND(**options))
