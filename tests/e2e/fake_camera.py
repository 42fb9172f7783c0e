"""Films that Chromium plays over and over in place of a webcam: of pictures, of a clip, of a simulated patient."""

from collections.abc import Iterable, Iterator
from itertools import dropwhile
from pathlib import Path

import cv2
import numpy as np

from openlumbar.pose.simulation import Scenario
from openlumbar.pose.simulation.render import render_frames
from openlumbar.pose.video import RgbArray, VideoReader

FPS = 30
"""Chromium plays the pictures of such a film at this rate, whatever they were filmed at."""

SIZE = (640, 480)
_QUALITY = 85
_BLACK = 20.0
"""Mean brightness out of 255 below which a picture shows nothing yet."""


def flags_for(film: Path) -> tuple[str, ...]:
    """Name the flags with which Chromium takes a film for its webcam, and asks nobody for leave."""
    fakes = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    return (*fakes, f"--use-file-for-fake-video-capture={film}")


def write_camera(
    path: Path,
    frames: Iterable[RgbArray],
    fps: float,
    still_before_s: float = 0.0,
    still_after_s: float = 0.0,
    size: tuple[int, int] = SIZE,
) -> Path:
    """Write pictures (H, W, 3) that come at `fps`; the first and the last one stand still for a while."""
    moments = ((index / fps, rgb) for index, rgb in enumerate(frames))
    return _write(path, moments, (still_before_s, still_after_s), size)


def camera_of_clip(
    path: Path, clip: Path, still_before_s: float = 0.0, still_after_s: float = 0.0, size: tuple[int, int] = SIZE
) -> Path:
    """Write a clip at the pace of its own timestamps, without the black pictures it may start with."""
    with VideoReader(clip, max_side_px=max(size)) as reader:
        moments = ((frame.time_s, frame.rgb) for frame in reader)
        seen = dropwhile(lambda moment: moment[1].mean() < _BLACK, moments)
        return _write(path, seen, (still_before_s, still_after_s), size)


def camera_of_scenario(
    path: Path,
    scenario: Scenario,
    seed: int = 1,
    still_before_s: float = 0.0,
    still_after_s: float = 0.0,
    size: tuple[int, int] = SIZE,
    fps: float = FPS,
) -> Path:
    """Draw a simulated patient and write the film; `simulate` with the same seed tells the truth about it.

    Drawing takes most of the time: half as many pictures, each shown twice, take half of it.
    """
    return _write(path, render_frames(scenario, seed, size, fps), (still_before_s, still_after_s), size)


def _write(
    path: Path, moments: Iterable[tuple[float, RgbArray]], still_s: tuple[float, float], size: tuple[int, int]
) -> Path:
    """Write each picture as often as the film's pace asks for until the next one comes."""
    with path.open("wb") as film:
        for picture, copies in _held(moments, still_s):
            film.write(_jpeg(picture, size) * copies)
    return path


def _held(moments: Iterable[tuple[float, RgbArray]], still_s: tuple[float, float]) -> Iterator[tuple[RgbArray, int]]:
    """Yield each picture and how many frames of the film show it; one that no frame shows is left out."""
    shown: RgbArray | None = None
    start_s, done = 0.0, round(-still_s[0] * FPS)
    for time_s, picture in moments:
        if shown is None:
            start_s = time_s
        else:
            due = round((time_s - start_s) * FPS)
            if due > max(done, 0):
                yield shown, due - done
                done = due
        shown = picture
    if shown is None:
        raise ValueError("there is no picture to show")
    yield shown, 1 + max(-done, 0) + round(still_s[1] * FPS)


def _jpeg(rgb: RgbArray, size: tuple[int, int]) -> bytes:
    """Fit a picture in, black around it, and encode it."""
    height, width = rgb.shape[:2]
    factor = min(size[0] / width, size[1] / height)
    if (width, height) != size:
        fitted = (round(width * factor), round(height * factor))
        inner = cv2.resize(rgb, fitted, interpolation=cv2.INTER_AREA if factor < 1.0 else cv2.INTER_LINEAR)
        left, top = (size[0] - fitted[0]) // 2, (size[1] - fitted[1]) // 2
        rgb = np.zeros((size[1], size[0], 3), np.uint8)
        rgb[top : top + fitted[1], left : left + fitted[0]] = inner
    _, encoded = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return encoded.tobytes()
