"""What the annotated video shows besides the figure: numerals and shapes only, so every language is served."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from openlumbar.reports.figure import EDGE_COLOUR, LEFT_COLOUR, Colour, RgbArray, draw_bone

FAULT_COLOUR: Colour = (255, 140, 26)  # orange: red is kept for stop and emergency
_INK: Colour = (255, 255, 255)
_QUIET: Colour = (150, 160, 170)
_PANEL_OPACITY = 0.8  # white on it keeps a contrast of 9:1 over a white wall (WCAG 2.2 asks 7:1)
_SHRINK = (1.0, 0.72, 0.5, 0.38)  # height of numerals with one, two, three, four digits in the same place
_SHIFT = 4


@dataclass(frozen=True)
class Overlay:
    """What is known at one moment.

    Attributes:
        count: counted repetitions so far.
        left: those to the person's left, None for exercises without sides.
        right: those to the person's right, None for exercises without sides.
        hold_fraction: share of the prescribed hold reached, 0–1, None outside a hold.
        fault: whether a form fault is shown now.
    """

    count: int
    left: int | None
    right: int | None
    hold_fraction: float | None
    fault: bool


class OverlayPainter:
    """Paints overlays into the pictures of one video and remembers its repetitions for the timeline."""

    def __init__(self, size: tuple[int, int], duration_s: float | None) -> None:
        """Lay out for pictures of a width and height in pixels; without a duration there is no timeline."""
        self._size, self._duration_s = size, duration_s
        self._unit = min(size) / 100
        self._font = cv2.FontFace("sans")
        self._counted_s: list[float] = []
        self._faulty_s: list[float] = []
        self._before = Overlay(0, None, None, None, False)
        self._stencils: dict[Callable[[RgbArray], None], tuple[object, _Stencil]] = {}

    def paint(self, picture: RgbArray, time_s: float, overlay: Overlay) -> None:
        """Paint into the (H, W, 3) picture."""
        self._remember(time_s, overlay)
        unit, (width, height) = self._unit, self._size
        counts = overlay.count, overlay.left, overlay.right
        self._lay(picture, self._draw_counts, counts, (0, 0, 34 * unit, 45 * unit))
        if overlay.hold_fraction is not None:
            share = min(1.0, max(0.0, overlay.hold_fraction))
            _arc(picture, (17 * unit, 17 * unit), 11.4 * unit, share, LEFT_COLOUR, max(2, round(1.8 * unit)))
        if overlay.fault:
            self._lay(picture, self._draw_fault, None, (width - 24 * unit, 0, width, 24 * unit))
        if self._duration_s:
            strip = (0, height - 12 * unit, width, height)
            self._lay(picture, self._draw_track, None, strip)
            self._paint_progress(picture, time_s)
            self._lay(picture, self._draw_marks, (len(self._counted_s), len(self._faulty_s)), strip)

    def _lay(
        self,
        picture: RgbArray,
        draw: Callable[[RgbArray], None],
        state: object,
        box: tuple[float, float, float, float],
    ) -> None:
        """Lay a drawing over the picture, drawn anew only when the state it shows has changed."""
        if draw not in self._stencils or self._stencils[draw][0] != state:
            self._stencils[draw] = state, _Stencil(draw, self._size, box)
        self._stencils[draw][1].lay(picture)

    def _remember(self, time_s: float, overlay: Overlay) -> None:
        if overlay.count > self._before.count:
            self._counted_s.append(time_s)
        if overlay.fault and not self._before.fault:
            self._faulty_s.append(time_s)
        self._before = overlay

    def _draw_counts(self, picture: RgbArray) -> None:
        overlay, unit = self._before, self._unit
        radius, centre = 13 * unit, (17 * unit, 17 * unit)
        with _Panel(picture, (centre[0] - radius, centre[1] - radius), (2 * radius, 2 * radius)) as panel:
            cv2.circle(panel, _fixed((radius, radius)), _sixteenths(radius), EDGE_COLOUR, -1, cv2.LINE_AA, _SHIFT)
        _arc(picture, centre, 11.4 * unit, 1.0, _QUIET, max(1, round(0.45 * unit)))
        self._draw_number(picture, overlay.count, centre, 14)
        if overlay.left is not None and overlay.right is not None:
            self._draw_tally(picture, overlay.left, is_left=True)
            self._draw_tally(picture, overlay.right, is_left=False)

    def _draw_tally(self, picture: RgbArray, number: int, *, is_left: bool) -> None:
        unit = self._unit
        left, top, width, height = (4 if is_left else 17.5) * unit, 33 * unit, 12.5 * unit, 9 * unit
        with _Panel(picture, (left, top), (width, height)) as panel:
            _rounded(panel, (0, 0), (width, height), 2.5 * unit, EDGE_COLOUR)
        x = left + 2.6 * unit
        ends = (x, top + 2.4 * unit), (x, top + height - 2.4 * unit)
        draw_bone(picture, *ends, is_left=is_left, width=1.4 * unit)
        self._draw_number(picture, number, (left + 7.8 * unit, top + height / 2), 5.5)

    def _draw_number(self, picture: RgbArray, number: int, centre: tuple[float, float], height_units: float) -> None:
        height_units *= _SHRINK[min(len(str(number)), len(_SHRINK)) - 1]
        text = str(number).replace("0", "O")  # the built-in font's zero is slashed and looks like an 8
        size = round(height_units * self._unit / 0.7)  # capitals are 0.7 of the font's size
        _, _, width, _ = cv2.getTextSize(self._size, text, (0, 0), self._font, size, weight=600)
        origin = round(centre[0] - width / 2), round(centre[1] + height_units * self._unit / 2)
        cv2.putText(picture, text, origin, _INK, self._font, size, weight=600)

    def _draw_fault(self, picture: RgbArray) -> None:
        side = 15 * self._unit
        x, y = self._size[0] - 4 * self._unit - side / 2, 4 * self._unit
        corners = np.array([(x, y), (x + side / 2, y + side * 0.87), (x - side / 2, y + side * 0.87)])
        rounding = max(2, round(side * 0.12))
        middle = corners.mean(axis=0)
        inner = middle + (corners - middle) * 0.86
        for colour, extra in ((EDGE_COLOUR, max(2, round(0.5 * self._unit))), (FAULT_COLOUR, 0)):
            cv2.polylines(picture, [_fixed_all(inner)], True, colour, rounding + 2 * extra, cv2.LINE_AA, _SHIFT)
        cv2.fillPoly(picture, [_fixed_all(inner)], FAULT_COLOUR, cv2.LINE_AA, _SHIFT)
        stem = max(2, round(side * 0.11))
        cv2.line(
            picture, _fixed((x, y + side * 0.32)), _fixed((x, y + side * 0.53)), EDGE_COLOUR, stem, cv2.LINE_AA, _SHIFT
        )
        dot = _fixed((x, y + side * 0.70))
        cv2.circle(picture, dot, _sixteenths(stem * 0.62), EDGE_COLOUR, -1, cv2.LINE_AA, _SHIFT)

    @property
    def _strip(self) -> tuple[float, float, float, float]:
        """Left edge, top edge, length and height of the timeline's bar, pixels."""
        return 4 * self._unit, self._size[1] - 5.4 * self._unit, self._size[0] - 8 * self._unit, 1.4 * self._unit

    def _position(self, moment_s: float) -> float:
        left, _, length, _ = self._strip
        return left + length * min(1.0, moment_s / (self._duration_s or np.inf))

    def _draw_track(self, picture: RgbArray) -> None:
        (left, top, length, bar), rim = self._strip, 0.6 * self._unit
        size = length + 2 * rim, bar + 2 * rim
        with _Panel(picture, (left - rim, top - rim), size) as panel:
            _rounded(panel, (0, 0), size, 2 * self._unit, EDGE_COLOUR)

    def _paint_progress(self, picture: RgbArray, time_s: float) -> None:
        left, top, _, bar = self._strip
        _rounded(picture, (left, top), (max(bar, self._position(time_s) - left), bar), bar / 2, _INK)

    def _draw_marks(self, picture: RgbArray) -> None:
        unit, (_, top, _, bar) = self._unit, self._strip
        for x in map(self._position, self._counted_s):
            _rounded(picture, (x - unit, top - 0.8 * unit), (2 * unit, bar + 1.6 * unit), unit, EDGE_COLOUR)
            _rounded(picture, (x - 0.6 * unit, top - 0.4 * unit), (1.2 * unit, bar + 0.8 * unit), unit, LEFT_COLOUR)
        for x in map(self._position, self._faulty_s):
            shape = np.array([(x, -3.4 * unit), (x + 1.3 * unit, -1.2 * unit), (x - 1.3 * unit, -1.2 * unit)])
            cv2.fillPoly(picture, [_fixed_all(shape + np.array([0.0, top]))], FAULT_COLOUR, cv2.LINE_AA, _SHIFT)


class _Stencil:
    """A drawing kept as the light it adds and the light it lets through, so that it is laid down at once."""

    def __init__(
        self, draw: Callable[[RgbArray], None], size: tuple[int, int], box: tuple[float, float, float, float]
    ) -> None:
        black = np.zeros((size[1], size[0], 3), np.uint8)
        white = np.full_like(black, 255)
        draw(black)
        draw(white)
        left, top, right, bottom = (math.ceil(edge) for edge in box)
        self._part = slice(top, bottom), slice(left, right)
        self._added = black[self._part].copy()
        self._let_through = cv2.subtract(white[self._part], self._added)

    def lay(self, picture: RgbArray) -> None:
        part = picture[self._part]
        cv2.multiply(part, self._let_through, dst=part, scale=1 / 255)
        cv2.add(part, self._added, dst=part)


class _Panel:
    """A part of a picture that is drawn on and then laid over it, half transparent."""

    def __init__(self, picture: RgbArray, corner: tuple[float, float], size: tuple[float, float]) -> None:
        left, top = round(corner[0]), round(corner[1])
        self._part = picture[top : top + round(size[1]) + 1, left : left + round(size[0]) + 1]

    def __enter__(self) -> RgbArray:
        self._layer = self._part.copy()
        return self._layer

    def __exit__(self, *_: object) -> None:
        cv2.addWeighted(self._layer, _PANEL_OPACITY, self._part, 1 - _PANEL_OPACITY, 0, dst=self._part)


def _arc(
    picture: RgbArray, centre: tuple[float, float], radius: float, share: float, colour: Colour, width: int
) -> None:
    angles = np.deg2rad(np.linspace(-90, -90 + 360 * share, max(2, round(72 * share) + 1)))
    points = np.array(centre) + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    cv2.polylines(picture, [_fixed_all(points)], False, colour, width, cv2.LINE_AA, _SHIFT)


def _rounded(
    picture: RgbArray, corner: tuple[float, float], size: tuple[float, float], radius: float, colour: Colour
) -> None:
    width, height = size
    radius = min(radius, width / 2, height / 2)
    quarter = np.deg2rad(np.arange(0, 91, 15))
    turns = [quarter + np.deg2rad(90 * i) for i in range(4)]
    centres = [(width - radius, height - radius), (radius, height - radius), (radius, radius), (width - radius, radius)]
    outline = [
        np.array(centre) + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
        for centre, turn in zip(centres, turns, strict=True)
    ]
    points = np.concatenate(outline) + np.array(corner)
    cv2.fillPoly(picture, [_fixed_all(points)], colour, cv2.LINE_AA, _SHIFT)


def _sixteenths(length: float) -> int:
    return round(length * 16)


def _fixed(point: tuple[float, float]) -> tuple[int, int]:
    return _sixteenths(point[0]), _sixteenths(point[1])


def _fixed_all(points: npt.NDArray[np.floating]) -> npt.NDArray[np.int32]:
    return (points * 16).round().astype(np.int32)
