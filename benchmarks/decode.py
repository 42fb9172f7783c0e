"""Claim: reading and writing video hides behind pose inference.

Peer: OpenCV's reader, which has no exact times, no pixel shape and no word on what was damaged.
Cost is CPU time of the whole process a frame, the best of three runs, so that other work on the machine
counts little. Writing is the annotated video with figure, count and timeline.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from openlumbar.pose.video import VideoReader
from openlumbar.reports.video import AnnotatedVideo, Overlay

_RUNS = 3
_FRAMES = 200


def main() -> None:
    """Print the table and one JSON line."""
    data = Path(os.environ.get("OPENLUMBAR_DATA", Path(__file__).parents[2] / "shared" / "data")) / "videos"
    rows = {path.name: _measure(path) for path in sorted(data.glob("*.mp4")) + sorted(data.glob("*.avi"))}
    print(f"{'CPU ms a frame':32} {'read':>6} {'OpenCV':>7} {'write':>6}")
    for name, row in rows.items():
        print(f"{name:32} {row['read_ms']:6.2f} {row['opencv_ms']:7.2f} {row['write_ms']:6.2f}")
    print(json.dumps({"benchmark": "decode", "clips": rows}))


def _measure(path: Path) -> dict[str, float]:
    return {
        "read_ms": _best_ms(lambda: _read(path)),
        "opencv_ms": _best_ms(lambda: _read_opencv(path)),
        "write_ms": _write_ms(path),
    }


def _best_ms(work: Callable[[], int]) -> float:
    costs = []
    for _ in range(_RUNS):
        start_s = time.process_time()
        count = work()
        costs.append((time.process_time() - start_s) / count)
    return round(min(costs) * 1000, 2)


def _read(path: Path) -> int:
    with VideoReader(path) as reader:
        return sum(1 for _ in zip(range(_FRAMES), reader, strict=False))


def _read_opencv(path: Path) -> int:
    capture = cv2.VideoCapture(str(path))
    count = 0
    while count < _FRAMES:
        is_read, bgr = capture.read()
        if not is_read:
            break
        cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
        count += 1
    capture.release()
    return count


def _write_ms(path: Path) -> float:
    with VideoReader(path) as reader:
        info = reader.info
        frames = [frame for _, frame in zip(range(_FRAMES // 4), reader, strict=False)]
    angles = np.linspace(0, 2 * np.pi, 33)
    figure = np.stack([np.cos(angles), np.sin(angles)], axis=1) * min(info.frame_size) / 4
    image, visibility = figure + np.array(info.frame_size) / 2, np.linspace(0.3, 1, 33)

    def write() -> int:
        with AnnotatedVideo(Path(folder) / "out.mp4", info.frame_size, info.fps, info.duration_s) as annotated:
            for frame in frames:
                overlay = Overlay(int(frame.time_s), 1, 2, frame.time_s % 1, fault=True)
                annotated.add(frame.time_s, frame.rgb, image, visibility, overlay)
        return len(frames)

    with tempfile.TemporaryDirectory() as folder:
        return _best_ms(write)


if __name__ == "__main__":
    main()
