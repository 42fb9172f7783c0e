"""The real clips and their frames."""

import itertools
from collections.abc import Iterator
from pathlib import Path

from benchmarks._data import labelled_set
from openlumbar.pose.video import Frame, VideoReader

_SUFFIXES = {".avi", ".mkv", ".mov", ".mp4", ".webm"}


def clips() -> list[Path]:
    """List the clips of the data folder; none where a machine has none."""
    folder = labelled_set("videos")
    return sorted(file for file in folder.iterdir() if file.suffix.lower() in _SUFFIXES) if folder else []


def frames(clip: Path, count: int | None = None) -> Iterator[Frame]:
    """Read a clip's first frames, at times in whole milliseconds: what MediaPipe takes."""
    with VideoReader(clip) as reader:
        for frame in itertools.islice(reader, count):
            yield Frame(round(1000 * frame.time_s) / 1000, frame.rgb)
