"""Is this skeleton a body? Checks that do not trust the model's own score.

On real clips of lying people the model can report an upside-down or collapsed skeleton with full confidence.
The limits below leave every well-tracked frame of the development clips alone, with the margin each one states.
"""

import math
import statistics
from enum import StrEnum

import numpy as np

from openlumbar.pose.backends._landmarks import RawPose
from openlumbar.pose.landmarks import TRUNK_AND_LEGS

Point = tuple[float, ...] | list[float]

_INVERTED_DEG = 55.0  # trunk below the horizontal; a bridge lifts hips ≤ 0.75 trunk lengths (48°), seen: ≤ 31°
_TRUNK_RANGE_M = (0.25, 0.8)  # the model draws every adult with a trunk near 0.49 m; seen on good frames: 0.37–0.56
_LIMB_RATIO = 1.4  # median over bones of length against the running body; seen on good frames: ≤ 1.2
_MIN_BONES = 4  # fewer visible bones say nothing about a body
_VISIBLE = 0.5  # probability; what the model itself calls hidden is not measured
_BODY_WEIGHT = 0.02  # of a new frame in the running body: about two seconds at 25 frames a second
_JUMP_TRUNKS = 0.4  # trunk lengths at once: noise and a frame's blur; seen: ≤ 0.27
_JUMP_TRUNKS_A_S = 8.0  # 4 m/s for the trunk's ends, twice a fast sit-up's shoulders (about 2 m/s)
_OUTSIDE = 0.05  # of the frame's size; a trunk further out is invented
_MISTAKEN_BODY_S = 1.0  # rejected that long, the running body is the likelier mistake

_CORE = np.array(TRUNK_AND_LEGS)
_TRUNK_POINTS, _MIN_TRUNK_POINTS = 4, 2  # the first four of the core
_BONES = ((0, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7))
"""Bones between core points; arms are left out, the model draws bent ones at 0.4 to 1.6 of their median length."""


class Implausible(StrEnum):
    """Why a skeleton is not believed."""

    INVERTED = "upside down"
    FOLDED = "folded or stretched trunk"
    LIMBS = "limbs of another length"
    JUMP = "sudden jump"
    OUTSIDE = "trunk outside the frame"


class Guard:
    """Judges one person's skeletons, frame by frame, against a body and against the frame before.

    Eight points a frame: plain numbers are quicker here than arrays.
    """

    def __init__(self) -> None:
        """Start without a body."""
        self.forget()

    def forget(self) -> None:
        """Forget the person."""
        self._lengths_m: list[float | None] = [None] * len(_BONES)
        self._limbs_wrong_since_s: float | None = None
        self.lose()

    def lose(self) -> None:
        """Forget where the person was, but not the body."""
        self._before: tuple[float, Point, Point] | None = None

    def judge(self, time_s: float, raw: RawPose, frame_size: tuple[int, int]) -> Implausible | None:
        """Say why a skeleton is implausible, None when it is not; learn the body from those that are not."""
        core_px, core_m = raw.image_px[_CORE].tolist(), raw.world_m[_CORE].tolist()
        body_px = math.dist(*raw.alignment_px.tolist())
        return (
            _posture_fault(core_px, core_m)
            or _frame_fault(core_px, frame_size)
            or self._jump_fault(time_s, core_px, body_px)
            or self._limb_fault(time_s, core_m, raw.visibility[_CORE].tolist())
        )

    def _jump_fault(self, time_s: float, core_px: list[Point], body_px: float) -> Implausible | None:
        """Compare the trunk's ends with the frame before."""
        shoulders, hips = _middle(core_px[0], core_px[1]), _middle(core_px[2], core_px[3])
        before, self._before = self._before, (time_s, shoulders, hips)
        if before is None:
            return None
        # a trunk that points at the camera is short in the image: the body's circle bounds it from below
        trunk_px = max(math.dist(shoulders, hips), body_px / 2)
        allowed_px = (_JUMP_TRUNKS + _JUMP_TRUNKS_A_S * (time_s - before[0])) * trunk_px
        moved_px = max(math.dist(shoulders, before[1]), math.dist(hips, before[2]))
        return Implausible.JUMP if moved_px > allowed_px else None

    def _limb_fault(self, time_s: float, core_m: list[Point], visibility: list[float]) -> Implausible | None:
        """Compare bone lengths with the running body, and learn from them when they fit."""
        lengths_m = [
            math.dist(core_m[a], core_m[b]) if min(visibility[a], visibility[b]) >= _VISIBLE else None
            for a, b in _BONES
        ]
        pairs = zip(lengths_m, self._lengths_m, strict=True)
        ratios = [max(now / usual, usual / now) for now, usual in pairs if now and usual]
        if len(ratios) >= _MIN_BONES and statistics.median(ratios) > _LIMB_RATIO:
            return self._wrong_limbs(time_s)
        self._limbs_wrong_since_s = None
        pairs = zip(lengths_m, self._lengths_m, strict=True)
        self._lengths_m = [_learnt(now, usual) for now, usual in pairs]
        return None

    def _wrong_limbs(self, time_s: float) -> Implausible:
        if self._limbs_wrong_since_s is None:
            self._limbs_wrong_since_s = time_s
        elif time_s - self._limbs_wrong_since_s > _MISTAKEN_BODY_S:
            self.forget()
        return Implausible.LIMBS


def _posture_fault(core_px: list[Point], core_m: list[Point]) -> Implausible | None:
    """Check the trunk's length, and that its upper end is not far below the hips with the knees above them."""
    shoulders, hips = _middle(core_m[0], core_m[1]), _middle(core_m[2], core_m[3])
    length_m = math.dist(shoulders, hips)
    if not _TRUNK_RANGE_M[0] <= length_m <= _TRUNK_RANGE_M[1]:
        return Implausible.FOLDED
    knees_up = core_px[4][1] + core_px[5][1] < core_px[2][1] + core_px[3][1]
    inverted = shoulders[1] - hips[1] > length_m * math.sin(math.radians(_INVERTED_DEG))
    return Implausible.INVERTED if knees_up and inverted else None


def _frame_fault(core_px: list[Point], frame_size: tuple[int, int]) -> Implausible | None:
    """Check that two of the trunk's corners are in the frame: hips that are cut off are another matter."""
    width, height = frame_size
    inside = sum(
        -_OUTSIDE <= x / width <= 1 + _OUTSIDE and -_OUTSIDE <= y / height <= 1 + _OUTSIDE
        for x, y in core_px[:_TRUNK_POINTS]
    )
    return Implausible.OUTSIDE if inside < _MIN_TRUNK_POINTS else None


def _learnt(now: float | None, usual: float | None) -> float | None:
    if now is None or usual is None:
        return now or usual
    return usual + _BODY_WEIGHT * (now - usual)


def _middle(one: Point, other: Point) -> Point:
    return [(a + b) / 2 for a, b in zip(one, other, strict=True)]
