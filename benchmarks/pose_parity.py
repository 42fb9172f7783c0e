"""How far our landmarks lie from MediaPipe's on the same frames: `python -m benchmarks.pose_parity`.

Distances are in percent of the clip's median trunk length in the image, over hips, knees, ankles and shoulders of
frames where both trackers see a person. The tracker feeds on its own output, so a single flipped bit grows to a
jitter of its own: the last columns show MediaPipe against itself with the last bit of every twentieth value flipped.
"""

import argparse
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from benchmarks._clips import clips, frames
from benchmarks._data import report_absent
from benchmarks._reference import Reference
from openlumbar.pose.backends.blazepose import BlazePose
from openlumbar.pose.landmarks import TRUNK_AND_LEGS
from openlumbar.pose.landmarks import Landmark as L
from openlumbar.pose.video import Frame

TARGET_PERCENT = 1.0
JOINTS = list(TRUNK_AND_LEGS)
_HEAVY_FRAMES = 240  # the heavy model takes five times as long; this many frames tell the same

Points = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Parity:
    """One clip, one model: percent of the trunk's length, and the share of frames with a person."""

    clip: str
    model: str
    frames: int
    median_percent: float
    p95_percent: float
    seen_by_us: float
    seen_by_mediapipe: float
    mediapipe_itself_median_percent: float
    mediapipe_itself_p95_percent: float


def measure(clip: Path, model: str, count: int | None = None) -> Parity:
    """Run both trackers over a clip and compare."""
    ours, theirs = _our_points(clip, model, count), _their_points(frames(clip, count), model)
    again = _their_points(_flipped(frames(clip, count)), model)
    trunk_px = theirs[:, [L.LEFT_SHOULDER, L.RIGHT_SHOULDER]].mean(axis=1)
    trunk_px = trunk_px - theirs[:, [L.LEFT_HIP, L.RIGHT_HIP]].mean(axis=1)
    scale = 100 / float(np.nanmedian(np.linalg.norm(trunk_px, axis=1)))
    distance, noise = _distances(ours, theirs) * scale, _distances(again, theirs) * scale
    return Parity(
        clip.name,
        model,
        len(ours),
        float(np.median(distance)),
        float(np.percentile(distance, 95)),
        _seen(ours),
        _seen(theirs),
        float(np.median(noise)),
        float(np.percentile(noise, 95)),
    )


def _our_points(clip: Path, model: str, count: int | None) -> Points:
    tracker, nobody = BlazePose(model), np.full((33, 2), np.nan, np.float32)
    poses = (tracker.track_frame(frame.time_s, frame.rgb) for frame in frames(clip, count))
    return np.array([pose.image if pose else nobody for pose in poses])


def _their_points(pictures: Iterable[Frame], model: str) -> Points:
    reference = Reference(model)
    points = np.array([reference.track_frame(frame.time_s, frame.rgb).image for frame in pictures])
    reference.close()
    return points


def _flipped(pictures: Iterable[Frame]) -> Iterable[Frame]:
    noise = np.random.default_rng(1)
    for frame in pictures:
        bit = (noise.random(frame.rgb.shape, np.float32) < 0.05).astype(np.uint8)
        yield Frame(frame.time_s, frame.rgb ^ bit)


def _distances(points: Points, reference: Points) -> Points:
    apart = np.linalg.norm(points - reference, axis=-1)[:, JOINTS]
    return apart[np.isfinite(apart).all(axis=1)]


def _seen(points: Points) -> float:
    return float(np.isfinite(points[:, 0, 0]).mean())


def _table(rows: list[Parity]) -> Table:
    heads = ("clip", "model", "frames", "median %", "p95 %", "seen", "seen by MediaPipe")
    table = Table(*heads, "MediaPipe itself: median %", "p95 %", title="Distance to MediaPipe 0.10.33")
    for row in rows:
        table.add_row(
            row.clip,
            row.model,
            str(row.frames),
            f"{row.median_percent:.2f}",
            f"{row.p95_percent:.2f}",
            f"{row.seen_by_us:.3f}",
            f"{row.seen_by_mediapipe:.3f}",
            f"{row.mediapipe_itself_median_percent:.2f}",
            f"{row.mediapipe_itself_p95_percent:.2f}",
        )
    return table


def main() -> None:
    """Print the table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=["full", "lite", "heavy"])
    parser.add_argument("--frames", type=int, help="of each clip; all by default")
    given = parser.parse_args()
    if not clips():
        report_absent("pose_parity", "videos")
        return
    rows = [
        measure(clip, model, given.frames or (_HEAVY_FRAMES if model == "heavy" else None))
        for model in given.models
        for clip in clips()
    ]
    Console().print(_table(rows))
    medians = [row.median_percent for row in rows]
    result = {
        "benchmark": "pose_parity",
        "target_median_percent": TARGET_PERCENT,
        "median_over_clips_percent": float(np.median(medians)),
        "worst_clip_percent": max(medians),
        "worst_clip_beyond_mediapipe_itself_percent": max(
            row.median_percent - row.mediapipe_itself_median_percent for row in rows
        ),
        "clips": [asdict(row) for row in rows],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
