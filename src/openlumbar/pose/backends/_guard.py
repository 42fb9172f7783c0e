"""Is this skeleton a body? Checks that do not trust the model's own score.

On real clips of lying people the model can report an upside-down or collapsed skeleton with full confidence.
The limits below leave every well-tracked frame of the development clips alone, with the margin each one states.
"""

from enum import StrEnum

import numpy as np
import numpy.typing as npt

from openlumbar.pose.backends._landmarks import RawPose
from openlumbar.pose.landmarks import Landmark as L

FloatArray = npt.NDArray[np.float64]

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

_BONES = np.array(
    [
        (L.LEFT_SHOULDER, L.LEFT_HIP),
        (L.RIGHT_SHOULDER, L.RIGHT_HIP),
        (L.LEFT_HIP, L.LEFT_KNEE),
        (L.RIGHT_HIP, L.RIGHT_KNEE),
        (L.LEFT_KNEE, L.LEFT_ANKLE),
        (L.RIGHT_KNEE, L.RIGHT_ANKLE),
    ]
)
"""Bones to compare; arms are left out, the model draws bent ones at 0.4 to 1.6 of their median length."""

_SHOULDERS, _HIPS, _KNEES = (
    [L.LEFT_SHOULDER, L.RIGHT_SHOULDER],
    [L.LEFT_HIP, L.RIGHT_HIP],
    [L.LEFT_KNEE, L.RIGHT_KNEE],
)
_TRUNK = [*_SHOULDERS, *_HIPS]


class Implausible(StrEnum):
    """Why a skeleton is not believed."""

    INVERTED = "upside down"
    FOLDED = "folded or stretched trunk"
    LIMBS = "limbs of another length"
    JUMP = "sudden jump"
    OUTSIDE = "trunk outside the frame"


class Guard:
    """Judges one person's skeletons, frame by frame, against a body and against the frame before."""

    def __init__(self) -> None:
        """Start without a body."""
        self.forget()

    def forget(self) -> None:
        """Forget the person."""
        self._log_length = np.full(len(_BONES), np.nan)
        self._limbs_wrong_since_s: float | None = None
        self.lose()

    def lose(self) -> None:
        """Forget where the person was, but not the body."""
        self._place: tuple[float, FloatArray] | None = None

    def judge(self, time_s: float, raw: RawPose, frame_size: tuple[int, int]) -> Implausible | None:
        """Say why a skeleton is implausible, None when it is not; learn the body from those that are not."""
        shoulders_m, hips_m = raw.world_m[_SHOULDERS].mean(axis=0), raw.world_m[_HIPS].mean(axis=0)
        return (
            _posture_fault(raw, shoulders_m - hips_m)
            or _frame_fault(raw, frame_size)
            or self._jump_fault(time_s, raw)
            or self._limb_fault(time_s, raw)
        )

    def _jump_fault(self, time_s: float, raw: RawPose) -> Implausible | None:
        """Compare the trunk's ends with the frame before."""
        ends_px = np.stack([raw.image_px[_SHOULDERS].mean(axis=0), raw.image_px[_HIPS].mean(axis=0)])
        # a trunk that points at the camera is short in the image: the body's circle bounds it from below
        trunk_px = max(_length(ends_px[0] - ends_px[1]), _length(raw.alignment_px[1] - raw.alignment_px[0]) / 2)
        before, self._place = self._place, (time_s, ends_px)
        if before is None:
            return None
        before_s, before_px = before
        moved_px = float(np.max(np.hypot(*(ends_px - before_px).T)))
        allowed_px = (_JUMP_TRUNKS + _JUMP_TRUNKS_A_S * (time_s - before_s)) * trunk_px
        return Implausible.JUMP if moved_px > allowed_px else None

    def _limb_fault(self, time_s: float, raw: RawPose) -> Implausible | None:
        """Compare bone lengths with the running body, and learn from them when they fit."""
        ends_m = raw.world_m[_BONES]
        log_length = np.log(np.maximum(np.linalg.norm(ends_m[:, 0] - ends_m[:, 1], axis=1), 1e-3))
        seen = (raw.visibility[_BONES] >= _VISIBLE).all(axis=1)
        known = seen & np.isfinite(self._log_length)
        if known.sum() >= _MIN_BONES:
            off = float(np.median(np.abs(log_length[known] - self._log_length[known])))
            if off > np.log(_LIMB_RATIO):
                return self._wrong_limbs(time_s)
        self._limbs_wrong_since_s = None
        learnt = np.where(known, self._log_length + _BODY_WEIGHT * (log_length - self._log_length), log_length)
        self._log_length = np.where(seen, learnt, self._log_length)
        return None

    def _wrong_limbs(self, time_s: float) -> Implausible:
        if self._limbs_wrong_since_s is None:
            self._limbs_wrong_since_s = time_s
        elif time_s - self._limbs_wrong_since_s > _MISTAKEN_BODY_S:
            self.forget()
        return Implausible.LIMBS


def _posture_fault(raw: RawPose, trunk_m: FloatArray) -> Implausible | None:
    """Check the trunk's length and that its upper end is not far below the hips while the knees are above them."""
    length_m = _length(trunk_m)
    if not _TRUNK_RANGE_M[0] <= length_m <= _TRUNK_RANGE_M[1]:
        return Implausible.FOLDED
    knees_up = raw.image_px[_KNEES, 1].mean() < raw.image_px[_HIPS, 1].mean()
    below = trunk_m[1] > length_m * np.sin(np.radians(_INVERTED_DEG))
    return Implausible.INVERTED if knees_up and below else None


def _frame_fault(raw: RawPose, frame_size: tuple[int, int]) -> Implausible | None:
    """Check that no more than one corner of the trunk lies clearly outside the frame."""
    place = raw.image_px[_TRUNK] / frame_size
    outside = ((place < -_OUTSIDE) | (place > 1 + _OUTSIDE)).any(axis=1)
    return Implausible.OUTSIDE if outside.sum() > 1 else None


def _length(vector: FloatArray) -> float:
    return float(np.sqrt(vector @ vector))
