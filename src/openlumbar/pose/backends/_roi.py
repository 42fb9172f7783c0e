"""The rotated square around a person that the landmark model looks at.

Geometry as in the BlazePose paper (Bazarevsky et al. 2020): a point at the mid-hip and a point on the circle
around the whole body give centre, size and rotation.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_MARGIN = 1.25  # ratio; the models were trained with the body's circle enlarged by this (MediaPipe's pose graph)

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Roi:
    """A square region of interest.

    Attributes:
        x_px: Its centre.
        y_px: Its centre.
        side_px: Its side.
        rotation_rad: 0 when the person's head is up in the image; positive clockwise.
    """

    x_px: float
    y_px: float
    side_px: float
    rotation_rad: float

    @classmethod
    def from_alignment(cls, points_px: FloatArray) -> "Roi":
        """Span the region by two points (2, 2): the mid-hip, and the top of the circle around the body."""
        (x_px, y_px), (top_x_px, top_y_px) = points_px.tolist()
        right_px, down_px = top_x_px - x_px, top_y_px - y_px
        side_px = 2 * math.hypot(right_px, down_px) * _MARGIN
        return cls(x_px, y_px, side_px, math.atan2(right_px, -down_px))

    @property
    def body_radius_px(self) -> float:
        """Radius of the circle around the whole body."""
        return self.side_px / (2 * _MARGIN)

    def crop_matrix(self, size_px: int) -> npt.NDArray[np.float64]:
        """Map pixels of a square crop of `size_px` to pixels of the image, as a (2, 3) affine matrix."""
        step = self.side_px / size_px
        right, down = step * math.cos(self.rotation_rad), step * math.sin(self.rotation_rad)
        middle = size_px / 2
        return np.array(
            [
                [right, -down, self.x_px - middle * (right - down)],
                [down, right, self.y_px - middle * (down + right)],
            ]
        )

    def to_image(self, points: FloatArray) -> FloatArray:
        """Move points (N, 2) in units of the crop's side, origin at its top left, to image pixels."""
        matrix = self.crop_matrix(1)
        return points @ matrix[:, :2].T + matrix[:, 2]

    def rotate(self, world: FloatArray) -> FloatArray:
        """Turn world landmarks (N, 3) from the upright crop back into the image's axes."""
        cosine, sine = math.cos(self.rotation_rad), math.sin(self.rotation_rad)
        turned: FloatArray = world @ np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
        return turned
