"""BlazePose on LiteRT: detector, tracked region of interest, landmark model, smoothing."""

import numpy as np
import numpy.typing as npt

from openlumbar import assets
from openlumbar.errors import InputError
from openlumbar.pose.backends import Pose, Remark
from openlumbar.pose.backends._detector import PersonDetector
from openlumbar.pose.backends._landmarks import LandmarkModel, RawPose
from openlumbar.pose.backends._roi import Roi
from openlumbar.pose.backends._smoothing import ExponentialFilter, OneEuroFilter

_MIN_PRESENCE = 0.5  # probability; below it the region has lost the person (MediaPipe's default)


class BlazePose:
    """Follows one person through a recording."""

    def __init__(self, model: str = "full", threads: int = 2) -> None:
        """Load the models.

        Raises:
            InputError: when the model is unknown, missing or damaged.
        """
        if model not in assets.LANDMARK_MODELS:
            raise InputError(
                f"model {model!r}", "is unknown", f"choose one of {', '.join(assets.LANDMARK_MODELS)}"
            )
        self._detector = PersonDetector(threads)
        self._landmarks = LandmarkModel(model, threads)
        self._smoother = _Smoother()
        self._roi: Roi | None = None
        self._remarks: dict[str, Remark] = {}

    def reset(self) -> None:
        """Forget the person and the remarks: the next frame starts a new recording."""
        self._remarks.clear()
        self._lose()

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What was noticed since the start or the last `reset`, one remark for each code."""
        return tuple(self._remarks.values())

    def track_frame(self, time_s: float, rgb: npt.NDArray[np.uint8]) -> Pose | None:
        """Find the pose in a frame (height, width, 3); None when there is none that can be trusted."""
        roi = self._roi or self._detect(rgb)
        raw = self._landmarks.find(rgb, roi, _MIN_PRESENCE) if roi else None
        if raw is None:
            self._lose()
            return None
        self._roi = Roi.from_alignment(raw.alignment_px)
        return self._smoother(time_s, raw, self._roi.side_px)

    def _detect(self, rgb: npt.NDArray[np.uint8]) -> Roi | None:
        people = self._detector.detect(rgb)
        return Roi.from_alignment(people[0].points_px[:2]) if people else None

    def _lose(self) -> None:
        self._roi = None
        self._smoother.reset()


class _Smoother:
    """Smooths a person's landmarks over time, with the parameters of MediaPipe's pose task."""

    def __init__(self) -> None:
        self._image = OneEuroFilter(min_cutoff_hz=0.05, beta=80.0)
        self._world = OneEuroFilter(min_cutoff_hz=0.1, beta=40.0)
        self._visibility = ExponentialFilter(weight=0.1)

    def reset(self) -> None:
        self._image.reset()
        self._world.reset()
        self._visibility.reset()

    def __call__(self, time_s: float, raw: RawPose, body_px: float) -> Pose:
        """Smooth a pose; speed on the image is measured in sizes of the body a second."""
        return Pose(
            self._image(time_s, raw.image_px, body_px).astype(np.float32),
            self._world(time_s, raw.world_m).astype(np.float32),
            self._visibility(raw.visibility).astype(np.float32),
        )


BACKEND = BlazePose
