"""Small videos of every odd kind, made while the tests run; nothing binary is kept in the repository."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

QUADRANTS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255))
"""Colours of a test picture's corners: top left, top right, bottom left, bottom right."""

QUIET = {
    "libx265": {"x265-params": "log-level=none"},
    "libvpx-vp9": {"cpu-used": "8", "deadline": "realtime"},
}


@dataclass(frozen=True)
class Recipe:
    """How a test video is made; the default is an ordinary small mp4."""

    codec: str = "libx264"
    size: tuple[int, int] = (64, 48)
    times_s: Sequence[float] = tuple(i / 25 for i in range(12))
    time_base_s: Fraction = Fraction(1, 1000)
    pixel_format: str = "yuv420p"
    codec_options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)
    with_sound: bool = False
    turn_deg: float = 0  # counterclockwise, as FFmpeg counts
    mirrored: bool = False
    pixel_shape: Fraction | None = None
    tags: dict[str, str] = field(default_factory=dict)


def picture(size: tuple[int, int], brightness: float = 1.0) -> np.ndarray:
    """Draw four coloured corners, as bright as asked for."""
    width, height = size
    rgb = np.zeros((height, width, 3), np.uint8)
    for index, colour in enumerate(QUADRANTS):
        rows = slice(height // 2, None) if index >= 2 else slice(0, height // 2)
        columns = slice(width // 2, None) if index % 2 else slice(0, width // 2)
        rgb[rows, columns] = np.multiply(colour, brightness)
    return rgb


def brightness_of(frame: int, count: int) -> float:
    """Name the brightness of a frame of a test video: it rises to the last, so that order can be seen."""
    return 0.4 + 0.6 * frame / max(1, count - 1)


def corners(rgb: np.ndarray) -> tuple[str, ...]:
    """Name the corners' colours in the order of `QUADRANTS`, to see which way up a picture is."""
    height, width = rgb.shape[:2]
    names = []
    for row in (height // 4, 3 * height // 4):
        for column in (width // 4, 3 * width // 4):
            red, green, blue = rgb[row, column] > rgb[row, column].max() / 2
            names.append({(1, 0, 0): "R", (0, 1, 0): "G", (0, 0, 1): "B"}.get((red, green, blue), "W"))
    return tuple(names)


def write_video(path: Path, recipe: Recipe | None = None) -> Path:
    """Make a test video."""
    recipe = recipe or Recipe()
    with av.open(str(path), "w", options=recipe.container_options) as container:
        options = QUIET.get(recipe.codec, {}) | recipe.codec_options
        stream = container.add_stream(recipe.codec, rate=25, options=options)
        stream.width, stream.height = recipe.size
        stream.pix_fmt = recipe.pixel_format
        stream.time_base = stream.codec_context.time_base = recipe.time_base_s
        stream.metadata.update(recipe.tags)
        if recipe.pixel_shape:
            stream.codec_context.sample_aspect_ratio = recipe.pixel_shape
        if recipe.turn_deg or recipe.mirrored:
            stream.set_display_rotation(recipe.turn_deg, hflip=recipe.mirrored)
        if not recipe.times_s:
            container.start_encoding()
        if recipe.with_sound:
            sound = container.add_stream("libopus" if path.suffix == ".webm" else "aac", rate=48000)
            container.mux(sound.encode(_silence(max(recipe.times_s) + 0.04)))
            container.mux(sound.encode(None))
        for index, time_s in enumerate(recipe.times_s):
            rgb = picture(recipe.size, brightness_of(index, len(recipe.times_s)))
            frame = av.VideoFrame.from_ndarray(rgb, format="rgb24").reformat(format=recipe.pixel_format)
            frame.pts, frame.time_base = round(time_s / recipe.time_base_s), recipe.time_base_s
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _silence(duration_s: float) -> av.AudioFrame:
    samples = np.zeros((1, round(duration_s * 48000)), np.float32)
    frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
    frame.sample_rate = 48000
    return frame
