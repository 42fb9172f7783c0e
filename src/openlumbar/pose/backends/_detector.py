"""BlazePose's person detector: a letterboxed frame in, people with their alignment points out.

Anchors, decoding and the blending of overlapping boxes follow the published description of the BlazeFace and
BlazePose detectors (Bazarevsky et al. 2019, 2020) with the numbers of MediaPipe's pose detection graph.
"""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from openlumbar.pose.backends._interpreter import LoadedModel, Tensor

MIN_SCORE = 0.5  # probability; MediaPipe's default for a person to count
_SAME_PERSON_IOU = 0.5  # ratio; boxes that overlap more are one person (MediaPipe's default)
_STRIDES_PX = (8, 16, 32, 32, 32)  # of the five feature maps; each cell carries two anchors a map
_ANCHORS_A_CELL = 2
_POINTS = 4  # alignment points a person: mid-hip, full-body circle, mid-shoulder, upper-body circle

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Detection:
    """One person found in a frame.

    Attributes:
        score: Probability.
        box_px: (4,) left, top, right, bottom of the face-and-torso box.
        points_px: (4, 2) mid-hip, top of the full-body circle, mid-shoulder, top of the upper-body circle.
    """

    score: float
    box_px: FloatArray
    points_px: FloatArray


class PersonDetector:
    """Finds people in a whole frame."""

    def __init__(self, threads: int) -> None:
        """Load the model.

        Raises:
            InputError: when it is missing.
        """
        self._model = LoadedModel("detection", threads)
        self._anchors = anchors(self._model.size_px)

    def detect(self, rgb: npt.NDArray[np.uint8]) -> list[Detection]:
        """Find all people in a frame (height, width, 3), best first."""
        size_px = self._model.size_px
        height_px, width_px = rgb.shape[:2]
        scale = max(height_px, width_px) / size_px
        left, top = (size_px - width_px / scale) / 2, (size_px - height_px / scale) / 2
        to_frame = np.array([[scale, 0, -scale * left], [0, scale, -scale * top]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        crop = cv2.warpAffine(rgb, to_frame, (size_px, size_px), flags=flags, borderMode=cv2.BORDER_CONSTANT)
        np.subtract(crop.astype(np.float32) * np.float32(2 / 255), np.float32(1), out=self._model.input())
        self._model.run()
        scores, boxes = decode(self._model.output("Identity"), self._model.output("Identity_1"), self._anchors, size_px)
        people = blend_overlapping(scores, boxes)
        offset, points_count = np.array([left, top]), 2 + _POINTS
        placed = [(score, (box.reshape(points_count, 2) * size_px - offset) * scale) for score, box in people]
        return [Detection(score, points[:2].ravel(), points[2:]) for score, points in placed]


def anchors(size_px: int) -> FloatArray:
    """Place the anchors' centres (N, 2), x and y as fractions of the input, in the model's order."""
    maps = []
    index = 0
    while index < len(_STRIDES_PX):
        stride_px = _STRIDES_PX[index]
        repeats = _STRIDES_PX.count(stride_px)
        cells = -(-size_px // stride_px)
        centres = (np.arange(cells) + 0.5) / cells
        grid = np.stack(np.meshgrid(centres, centres), axis=-1).reshape(-1, 2)
        maps.append(np.repeat(grid, _ANCHORS_A_CELL * repeats, axis=0))
        index += repeats
    return np.concatenate(maps)


def decode(raw_boxes: Tensor, raw_scores: Tensor, centres: FloatArray, size_px: int) -> tuple[FloatArray, FloatArray]:
    """Turn raw outputs into scores (M,) and rows of corners and points (M, 12) in input sizes, best first."""
    raw = raw_scores[:, 0].astype(np.float64)
    found = np.flatnonzero(raw >= np.log(MIN_SCORE / (1 - MIN_SCORE)))
    found = found[np.argsort(-raw[found], kind="stable")]
    scores = 1 / (1 + np.exp(-raw[found]))
    rows = raw_boxes[found].astype(np.float64).reshape(-1, 2 + _POINTS, 2) / size_px
    centre, half_size = rows[:, 0] + centres[found], rows[:, 1] / 2
    points = rows[:, 2:] + centres[found][:, None]
    corners = np.stack([centre - half_size, centre + half_size], axis=1)
    return scores, np.concatenate([corners, points], axis=1).reshape(len(found), 2 * (2 + _POINTS))


def blend_overlapping(scores: FloatArray, rows: FloatArray) -> list[tuple[float, FloatArray]]:
    """Average boxes that overlap the best one, weighted by score, until none is left.

    Rows begin with left, top, right, bottom and must come best first. Each group keeps its best score.
    """
    people = []
    left = np.arange(len(scores))
    while left.size:
        same = overlap(rows[left[0], :4], rows[left, :4]) > _SAME_PERSON_IOU
        same[0] = True
        group = left[same]
        people.append((float(scores[group[0]]), np.average(rows[group], axis=0, weights=scores[group])))
        left = left[~same]
    return people


def overlap(box: FloatArray, boxes: FloatArray) -> FloatArray:
    """Compute the intersection over union of a box (4,) with boxes (N, 4)."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = np.prod(np.maximum(sides, 0), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) + np.prod(box[2:] - box[:2])
    return np.asarray(shared / np.maximum(areas - shared, np.finfo(float).tiny))
