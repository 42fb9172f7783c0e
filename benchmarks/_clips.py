"""Where the real clips lie, and their frames."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

from openlumbar.pose.video import Frame, VideoReader

_ROOT = Path(__file__).parents[1]
_SUFFIXES = {".avi", ".mkv", ".mov", ".mp4", ".webm"}


def clips() -> list[Path]:
    """List the clips of OPENLUMBAR_DATA/videos, or of the data folder beside the checkout."""
    data = Path(os.environ.get("OPENLUMBAR_DATA", _ROOT.parent / "shared" / "data"))
    folder = data / "videos"
    found = sorted(file for file in folder.glob("*") if file.suffix.lower() in _SUFFIXES)
    if not found:
        raise SystemExit(f"No clips in {folder}; name the data folder in OPENLUMBAR_DATA.")
    return found


def frames(clip: Path, count: int | None = None) -> Iterator[Frame]:
    """Read a clip's first frames, at times in whole milliseconds: what MediaPipe takes."""
    with VideoReader(clip) as reader:
        for frame in itertools.islice(reader, count):
            yield Frame(round(1000 * frame.time_s) / 1000, frame.rgb)
