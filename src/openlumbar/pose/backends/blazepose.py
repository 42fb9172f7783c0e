"""BlazePose on LiteRT: detector, tracked region of interest, landmark model, plausibility guard, smoothing.

The way of MediaPipe's pose task in VIDEO mode, so its landmarks are reproduced (`benchmarks/pose_parity.py`); what
is added is distrust: a skeleton that cannot be a body ends the track and the person is searched anew.
"""

import math

import cv2
import numpy as np
import numpy.typing as npt

from openlumbar import assets
from openlumbar.errors import InputError
from openlumbar.pose.backends import Pose, Remark
from openlumbar.pose.backends._detector import PersonDetector
from openlumbar.pose.backends._guard import Guard
from openlumbar.pose.backends._landmarks import LandmarkModel, RawPose
from openlumbar.pose.backends._people import has_rival, most_prominent, nearest
from openlumbar.pose.backends._roi import Roi
from openlumbar.pose.backends._smoothing import ExponentialFilter, OneEuroFilter

_MIN_PRESENCE = 0.5  # probability; below it the region has lost the person (MediaPipe's default)
_LOOK_EVERY_FRAMES = 120  # a look costs about one frame, so 1 % of the work; 4 s at 30 frames a second
_STRAYED_LOOKS, _SECOND_LOOK_FRAMES = 3, 10  # one look may miss the patient; three within a second do not
_SAME_PERSON_S = 3.0  # someone found that soon where the track was lost is the same person


class BlazePose:
    """Follows one person through a recording."""

    def __init__(self, model: str = "full", threads: int = 2) -> None:
        """Load the models.

        Raises:
            InputError: when the model is unknown, missing or damaged.
        """
        if model not in assets.LANDMARK_MODELS:
            choice = f"choose one of {', '.join(assets.LANDMARK_MODELS)}"
            raise InputError(f"model {model!r}", "is unknown", choice)
        cv2.setNumThreads(threads)  # for the crops; holds for the process, OpenCV knows nothing finer
        self._detector = PersonDetector(threads)
        self._landmarks = LandmarkModel(model, threads)
        self._guard = Guard()
        self._smoother = _Smoother()
        self._remarks: dict[str, Remark] = {}
        self._roi: Roi | None = None
        self._last_roi: Roi | None = None
        self._last_seen_s = -math.inf
        self._frames_to_look = self._strayed_looks = 0

    def reset(self) -> None:
        """Forget the person and the remarks: the next frame starts a new recording."""
        self._remarks.clear()
        self._guard.forget()
        self._frames_to_look = self._strayed_looks = 0
        self._last_roi, self._last_seen_s = None, -math.inf
        self._lose()

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """What was noticed since the start or the last `reset`, one remark for each code."""
        return tuple(self._remarks.values())

    def track_frame(self, time_s: float, rgb: npt.NDArray[np.uint8]) -> Pose | None:
        """Find the pose in a frame (height, width, 3); None when there is none that can be trusted."""
        self._frames_to_look -= 1
        if self._roi is None or self._frames_to_look <= 0:
            self._look(time_s, rgb)
        raw = self._landmarks.find(rgb, self._roi, _MIN_PRESENCE) if self._roi else None
        if raw is None:
            self._lose()
            return None
        if self._guard.judge(time_s, raw, (rgb.shape[1], rgb.shape[0])):
            self._remark("implausible_pose", time_s)
            self._lose()
            return None
        self._roi = self._last_roi = Roi.from_alignment(raw.alignment_px)
        self._last_seen_s = time_s
        return self._smoother(time_s, raw, self._roi.side_px)

    def _look(self, time_s: float, rgb: npt.NDArray[np.uint8]) -> None:
        """Search the whole frame: find the person, or check that the track is still on one and on which."""
        self._frames_to_look = _LOOK_EVERY_FRAMES
        people = self._detector.detect(rgb)
        if not people:
            return  # says nothing against a running track: the detector misses some postures
        frame_size = (rgb.shape[1], rgb.shape[0])
        recent = self._last_roi if time_s - self._last_seen_s <= _SAME_PERSON_S else None
        person = nearest(people, recent) if recent else None
        if person is None and self._roi and not self._has_left(time_s):
            return
        self._strayed_looks = 0
        person = person or most_prominent(people, frame_size)
        if person and has_rival(person, people, frame_size):
            self._remark("several_people", time_s)
        if person and self._roi is None:
            self._roi = Roi.from_alignment(person.points_px[:2])

    def _has_left(self, time_s: float) -> bool:
        """Drop a track that several looks in a row find on nobody, while somebody is elsewhere."""
        self._strayed_looks += 1
        self._frames_to_look = _SECOND_LOOK_FRAMES
        if self._strayed_looks < _STRAYED_LOOKS:
            return False
        self._remark("implausible_pose", time_s)
        self._lose()
        return True

    def _lose(self) -> None:
        self._roi = None
        self._guard.lose()
        self._smoother.reset()

    def _remark(self, code: str, time_s: float) -> None:
        known = self._remarks.get(code)
        self._remarks[code] = known.and_at(time_s) if known else Remark(code, 1, time_s, time_s)


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
