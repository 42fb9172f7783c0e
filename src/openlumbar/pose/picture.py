"""Decoded picture to upright RGB: rotation and flip metadata, pixel shape, and a size that is enough."""

from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.sidedata.sidedata import SideData
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

_PIXEL_SHAPES = (Fraction(1, 4), Fraction(4))  # beyond anamorphic film or video: a broken header


@dataclass(frozen=True)
class Orientation:
    """How a stored picture becomes upright: first transposed, then mirrored."""

    transposed: bool = False
    mirrored_x: bool = False
    mirrored_y: bool = False

    @classmethod
    def from_matrix(cls, a: float, b: float, c: float, d: float) -> "Orientation":
        """Find the nearest right-angled orientation.

        Display matrix of ISO/IEC 14496-12: a stored point (p, q) is shown at (a p + c q, b p + d q).
        """
        if abs(b) > abs(a):
            return cls(True, c < 0, b < 0)
        return cls(False, a < 0, d < 0)

    @classmethod
    def from_degrees(cls, clockwise_deg: float) -> "Orientation":
        """Find the orientation of a picture to be turned clockwise before it is shown."""
        cos, sin = {0: (1, 0), 1: (0, 1), 2: (-1, 0), 3: (0, -1)}[round(clockwise_deg / 90) % 4]
        return cls.from_matrix(cos, sin, -sin, cos)

    def turned(self, size: tuple[int, int]) -> tuple[int, int]:
        """Compute the upright width and height from the stored ones."""
        return (size[1], size[0]) if self.transposed else size

    def apply(self, rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        """Turn and mirror a (H, W, 3) picture."""
        if self.transposed:
            rgb = np.asarray(cv2.transpose(rgb), np.uint8)
        if self.mirrored_x or self.mirrored_y:
            both = self.mirrored_x and self.mirrored_y
            rgb = np.asarray(cv2.flip(rgb, -1 if both else int(self.mirrored_x)), np.uint8)
        return rgb


class Upright:
    """Converts decoded pictures of one stream; all come out in the same size.

    Attributes:
        frame_size: width and height in true pixels, upright, square.
        picture_size: width and height of the converted pictures.
    """

    def __init__(self, first: av.VideoFrame, stream: VideoStream, max_side_px: int) -> None:
        """Fix the geometry from the first picture and its stream."""
        self._reformatter = VideoReformatter()
        self._pixel_shape = _pixel_shape(stream)
        self._orientation = _orientation(first, stream)
        shown = self._shown_size(first)
        factor = min(1.0, max_side_px / max(shown))
        self._stored_size = _scaled(shown, factor)
        self.frame_size = self._orientation.turned(shown)
        self.picture_size = self._orientation.turned(self._stored_size)

    def __call__(self, picture: av.VideoFrame) -> npt.NDArray[np.uint8]:
        """Convert a picture to (H, W, 3) RGB; one whose size changed midway is fitted in, black around it."""
        shown, (width, height) = self._shown_size(picture), self._stored_size
        fitted = _scaled(shown, min(width / shown[0], height / shown[1]))
        if abs(fitted[0] - width) <= 1 and abs(fitted[1] - height) <= 1:
            fitted = width, height
        converted = self._reformatter.reformat(picture, *fitted, format="rgb24", threads=1)
        rgb = np.ascontiguousarray(converted.to_ndarray(), dtype=np.uint8)
        if fitted != (width, height):
            rgb = _centred(rgb, width, height)
        return self._orientation.apply(rgb)

    def _shown_size(self, picture: av.VideoFrame) -> tuple[int, int]:
        return max(1, round(picture.width * self._pixel_shape)), picture.height


def _pixel_shape(stream: VideoStream) -> Fraction:
    shape = stream.sample_aspect_ratio
    return shape if shape and _PIXEL_SHAPES[0] <= shape <= _PIXEL_SHAPES[1] else Fraction(1)


def _orientation(picture: av.VideoFrame, stream: VideoStream) -> Orientation:
    matrix = picture.side_data.get("DISPLAYMATRIX")
    if isinstance(matrix, SideData):
        a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32)[:5].tolist()
        return Orientation.from_matrix(a, b, c, d)
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    try:
        return Orientation.from_degrees(float(tags.get("rotate", "0")))
    except (ValueError, OverflowError):
        return Orientation()


def _scaled(size: tuple[int, int], factor: float) -> tuple[int, int]:
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def _centred(rgb: npt.NDArray[np.uint8], width: int, height: int) -> npt.NDArray[np.uint8]:
    canvas = np.zeros((height, width, 3), np.uint8)
    y, x = (height - rgb.shape[0]) // 2, (width - rgb.shape[1]) // 2
    canvas[y : y + rgb.shape[0], x : x + rgb.shape[1]] = rgb
    return canvas
