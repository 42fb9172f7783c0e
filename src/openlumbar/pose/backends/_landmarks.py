"""BlazePose's landmark model: a region of interest in, 33 landmarks and two alignment points out."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from scipy.special import expit

from openlumbar.pose.backends._interpreter import LoadedModel, Tensor
from openlumbar.pose.backends._roi import Roi
from openlumbar.pose.landmarks import LANDMARK_COUNT

_MODEL_POINTS = 39  # 33 landmarks, 2 alignment points, 4 that the model was trained with but nobody reads
_USED_POINTS = LANDMARK_COUNT + 2
_KERNEL_RADIUS = 3  # cells of the heatmap; a kernel of 7 as in MediaPipe's pose graph
_MIN_CONFIDENCE = 0.5  # of the heatmap's peak near a landmark, for the landmark to move there (MediaPipe's default)
_COORDINATES, _PRESENCE, _HEATMAP, _WORLD = "Identity", "Identity_1", "Identity_3", "Identity_4"

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class RawPose:
    """What the model says about one region, before smoothing.

    Attributes:
        presence: Probability that the region holds a person.
        image_px: (33, 2).
        world_m: (33, 3), in the image's axes.
        visibility: (33,) probability.
        alignment_px: (2, 2) mid-hip and top of the body's circle: they span the next frame's region.
    """

    presence: float
    image_px: FloatArray
    world_m: FloatArray
    visibility: FloatArray
    alignment_px: FloatArray


class LandmarkModel:
    """Finds the landmarks of the person in a region."""

    def __init__(self, name: str, threads: int) -> None:
        """Load the model "lite", "full" or "heavy".

        Raises:
            InputError: when it is missing.
        """
        self._model = LoadedModel(name, threads)
        size_px = self._model.size_px
        self._crop = np.empty((size_px, size_px, 3), np.uint8)

    def find(self, rgb: npt.NDArray[np.uint8], roi: Roi, min_presence: float) -> RawPose | None:
        """Find the landmarks in a frame's region; None when the model sees no person there."""
        size_px = self._model.size_px
        cv2.warpAffine(
            rgb,
            roi.crop_matrix(size_px),
            (size_px, size_px),
            dst=self._crop,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        np.multiply(self._crop, np.float32(1 / 255), out=self._model.input())
        self._model.run()
        presence = float(self._model.output(_PRESENCE)[0])
        if presence < min_presence:
            return None
        values = self._model.output(_COORDINATES).reshape(_MODEL_POINTS, 5)[:_USED_POINTS].astype(np.float64)
        points = refine(values[:, :2] / size_px, self._model.output(_HEATMAP))
        image_px = roi.to_image(points)
        world_m = self._model.output(_WORLD).reshape(_MODEL_POINTS, 3)[:LANDMARK_COUNT].astype(np.float64)
        return RawPose(
            presence,
            image_px[:LANDMARK_COUNT],
            roi.rotate(world_m),
            expit(values[:LANDMARK_COUNT, 3]),
            image_px[LANDMARK_COUNT:],
        )


_REACH = np.arange(-_KERNEL_RADIUS, _KERNEL_RADIUS + 1)
_DOWN, _RIGHT = (grid.ravel() for grid in np.meshgrid(_REACH, _REACH, indexing="ij"))
_MOMENTS = np.stack([np.ones_like(_RIGHT), _RIGHT, _DOWN], axis=1).astype(np.float32)


def refine(points: FloatArray, heatmap: Tensor) -> FloatArray:
    """Move points (N, 2), fractions of the crop, to the nearby centre of mass of the heatmap.

    The heatmap has the shape (rows, columns, ≥ N). A point stays where its surroundings never reach a
    confidence of 0.5, or where it lies outside to the left, right or top (as in MediaPipe's refinement).
    """
    rows, columns, channels = heatmap.shape
    size = np.array([columns, rows])
    cell = (points * size).astype(np.intp)
    at = (cell[:, 1] * columns + cell[:, 0]) * channels + np.arange(len(points))
    raw = heatmap.reshape(-1).take(at[:, None] + (_DOWN * columns + _RIGHT) * channels, mode="clip")
    weight = expit(raw)
    if cell.min() < _KERNEL_RADIUS or (cell >= size - _KERNEL_RADIUS).any():
        weight *= _inside(cell, size)
    moments = (weight @ _MOMENTS).astype(np.float64)
    centre = (cell + moments[:, 1:] / np.maximum(moments[:, :1], np.finfo(np.float64).tiny)) / size
    return np.where(weight.max(axis=1, keepdims=True) >= _MIN_CONFIDENCE, centre, points)


def _inside(cell: npt.NDArray[np.intp], size: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Mark (N, 49) what a kernel may read: within the map, and nothing for points off its left, right or top."""
    around = cell[:, :, None] + _REACH
    within = (around >= 0) & (around < size[:, None])
    within[:, 0] &= within[:, 0, _KERNEL_RADIUS, None]
    within[:, 1] &= (cell[:, 1] >= 0)[:, None]
    return (within[:, 1, :, None] & within[:, 0, None, :]).reshape(len(cell), -1)
