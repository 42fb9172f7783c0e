"""The figure drawn over a picture: a clean skeleton whose sides differ in line, not in colour alone."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from openlumbar.pose.landmarks import BONES, Landmark

RgbArray = npt.NDArray[np.uint8]
Colour = tuple[int, int, int]

LEFT_COLOUR: Colour = (70, 200, 255)
RIGHT_COLOUR: Colour = (255, 226, 140)
MIDDLE_COLOUR: Colour = (255, 255, 255)
EDGE_COLOUR: Colour = (16, 28, 40)

SEEN = 0.5
"""Visibility, 0–1, from which a landmark is drawn in full: MediaPipe's own drawings use the same."""
_GUESSED = 0.1  # visibility below which even a faint line would only mislead
_FAINT = 0.35  # opacity of a limb between the two
_LINE_WIDTH = 0.009  # of the picture's mean side: thick enough to be seen from 2 m on a laptop
_SHIFT = 4  # cv2 draws in 1/16 px, so that a still limb does not jitter from pixel to pixel
_FAR = 4  # picture sizes; a landmark further out is a lost one
_ANGLES = np.linspace(0, 2 * np.pi, 48, endpoint=False)
_ROUND = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1)  # cv2's own thick circles have ragged rims


@dataclass(frozen=True)
class _Stroke:
    """One line or circle of the figure, in pixels."""

    start: npt.NDArray[np.float64]
    end: npt.NDArray[np.float64]
    colour: Colour
    width: float
    visibility: float
    radius: float | None = None


def draw_skeleton(rgb: RgbArray, image: npt.NDArray[np.floating], visibility: npt.NDArray[np.floating]) -> RgbArray:
    """Draw a person's figure into a copy of a picture.

    The person's left side is a thick line, the right side a thin one; a limb hardly seen is faint.

    Args:
        rgb: (H, W, 3) uint8.
        image: (33, 2) pixels of this picture; NaN where there is nobody.
        visibility: (33,) 0–1.
    """
    picture = rgb.copy()
    paint_skeleton(picture, image, visibility)
    return picture


def paint_skeleton(picture: RgbArray, image: npt.NDArray[np.floating], visibility: npt.NDArray[np.floating]) -> None:
    """Draw a person's figure into the picture itself; see `draw_skeleton`."""
    size = picture.shape[1], picture.shape[0]
    strokes = _strokes(image.astype(np.float64), visibility, size)
    guessed = [stroke for stroke in strokes if stroke.visibility < SEEN]
    if guessed:
        part = picture[_bounds(guessed, size)]
        before = part.copy()
        _draw(picture, guessed)
        cv2.addWeighted(part, _FAINT, before, 1 - _FAINT, 0, dst=part)
    _draw(picture, [stroke for stroke in strokes if stroke.visibility >= SEEN])


def draw_bone(picture: RgbArray, start: npt.ArrayLike, end: npt.ArrayLike, *, is_left: bool, width: float) -> None:
    """Draw a single limb of one side into the picture; `width` is that of the thick side in pixels."""
    colour, share = (LEFT_COLOUR, 1.0) if is_left else (RIGHT_COLOUR, 0.5)
    points = np.asarray(start, np.float64), np.asarray(end, np.float64)
    _draw(picture, [_Stroke(*points, colour, width * share, 1.0)])


def encode_jpeg(rgb: RgbArray, width: int, quality: int = 82) -> bytes:
    """Encode a (H, W, 3) picture as JPEG, made smaller to at most `width` pixels."""
    if rgb.shape[1] > width:
        height = max(1, round(rgb.shape[0] * width / rgb.shape[1]))
        rgb = np.asarray(cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_OPTIMIZE, 1]
    return cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), options)[1].tobytes()


def _strokes(
    image: npt.NDArray[np.float64], visibility: npt.NDArray[np.floating], size: tuple[int, int]
) -> list[_Stroke]:
    is_usable = np.all(np.abs(np.nan_to_num(image, nan=np.inf)) < np.multiply(size, _FAR), axis=1)
    seen = np.where(is_usable, np.nan_to_num(visibility), 0.0)
    width = max(2.0, _LINE_WIDTH * sum(size) / 2)
    strokes = _head(image, seen, width)
    for start, end in BONES:
        colour, share = _style(start, end)
        visible = float(min(seen[start], seen[end]))
        strokes.append(_Stroke(image[start], image[end], colour, width * share, visible))
    strokes.sort(key=lambda stroke: stroke.colour == LEFT_COLOUR)
    return [stroke for stroke in strokes if stroke.visibility >= _GUESSED]


def _style(start: Landmark, end: Landmark) -> tuple[Colour, float]:
    sides = {start.name.partition("_")[0], end.name.partition("_")[0]}
    if sides == {"LEFT"}:
        return LEFT_COLOUR, 1.0
    return (RIGHT_COLOUR, 0.5) if sides == {"RIGHT"} else (MIDDLE_COLOUR, 0.5)


def _head(image: npt.NDArray[np.float64], seen: npt.NDArray[np.floating], width: float) -> list[_Stroke]:
    ears, shoulders = [Landmark.LEFT_EAR, Landmark.RIGHT_EAR], [Landmark.LEFT_SHOULDER, Landmark.RIGHT_SHOULDER]
    visible = float(seen[ears + shoulders].min())
    if visible < _GUESSED:
        return []
    centre, chest = image[ears].mean(axis=0), image[shoulders].mean(axis=0)
    neck = float(np.linalg.norm(centre - chest))
    radius = neck / 2  # ear to shoulder line is about twice half a head's breadth: only a drawing, no measure
    throat = centre + (chest - centre) * (radius / max(neck, 1.0))
    return [
        _Stroke(chest, throat, MIDDLE_COLOUR, width * 0.5, visible),
        _Stroke(centre, centre, MIDDLE_COLOUR, width * 0.5, visible, radius),
    ]


def _draw(picture: RgbArray, strokes: list[_Stroke]) -> None:
    for stroke in strokes:
        _trace(picture, stroke, EDGE_COLOUR, stroke.width + 2.5)
    for stroke in strokes:
        _trace(picture, stroke, stroke.colour, stroke.width)


def _trace(picture: RgbArray, stroke: _Stroke, colour: Colour, width: float) -> None:
    start, end = _fixed(stroke.start), _fixed(stroke.end)
    if stroke.radius is not None:
        rim = np.rint((stroke.start + stroke.radius * _ROUND) * 2**_SHIFT).astype(np.int32)
        cv2.polylines(picture, [rim], True, colour, max(1, round(width)), cv2.LINE_AA, _SHIFT)
        return
    cv2.line(picture, start, end, colour, max(1, round(width)), cv2.LINE_AA, _SHIFT)
    joint = round(width * 0.9 * 2**_SHIFT)
    cv2.circle(picture, start, joint, colour, cv2.FILLED, cv2.LINE_AA, _SHIFT)
    cv2.circle(picture, end, joint, colour, cv2.FILLED, cv2.LINE_AA, _SHIFT)


def _bounds(strokes: list[_Stroke], size: tuple[int, int]) -> tuple[slice, slice]:
    reach = max(stroke.width + (stroke.radius or 0) for stroke in strokes) + 4
    points = np.array([point for stroke in strokes for point in (stroke.start, stroke.end)])
    left, top = np.clip(points.min(axis=0) - reach, 0, size).astype(int).tolist()
    right, bottom = np.clip(points.max(axis=0) + reach + 1, 0, size).astype(int).tolist()
    return slice(top, bottom), slice(left, right)


def _fixed(point: npt.NDArray[np.float64]) -> tuple[int, int]:
    x, y = np.rint(point * 2**_SHIFT).astype(int).tolist()
    return x, y
