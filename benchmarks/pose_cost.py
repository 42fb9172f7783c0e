"""CPU time a frame beside MediaPipe's, same clip, same model, same run: `python -m benchmarks.pose_cost`.

Both trackers take turns on short runs of the same decoded frames, so a busy machine slows both; decoding is not
counted on either side. MediaPipe's time is that of its `detect_for_video` alone.
"""

import argparse
import json
import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks._clips import clips, frames
from benchmarks._data import report_absent
from benchmarks._reference import Reference
from openlumbar.pose.backends.blazepose import BlazePose
from openlumbar.pose.video import Frame

TARGET_RATIO = 0.55
_RUN_FRAMES = 25
_SKIPPED_RUNS = 1  # the first run loads caches and searches the person


@dataclass(frozen=True)
class Cost:
    """One clip, one model, one number of threads: milliseconds a frame, medians over runs."""

    clip: str
    model: str
    threads: int
    cpu_ms: float
    wall_ms: float
    mediapipe_cpu_ms: float
    mediapipe_wall_ms: float
    cpu_ratio: float


def measure(clip: Path, model: str, threads: int, count: int) -> Cost:
    """Let both trackers take turns over a clip."""
    tracker, reference = BlazePose(model, threads), Reference(model)
    ours, theirs = [], []
    pictures = list(frames(clip, count))  # all at once: a decoder at work would count as our time
    for start in range(0, len(pictures), _RUN_FRAMES):
        run = pictures[start : start + _RUN_FRAMES]
        theirs.append(_their_run(reference, run))
        ours.append(_our_run(tracker, run))
    reference.close()
    ours, theirs = ours[_SKIPPED_RUNS:], theirs[_SKIPPED_RUNS:]
    return Cost(
        clip.name,
        model,
        threads,
        statistics.median(cpu for cpu, _ in ours),
        statistics.median(wall for _, wall in ours),
        statistics.median(cpu for cpu, _ in theirs),
        statistics.median(wall for _, wall in theirs),
        statistics.median(our[0] / their[0] for our, their in zip(ours, theirs, strict=True)),
    )


def _our_run(tracker: BlazePose, run: list[Frame]) -> tuple[float, float]:
    cpu_s = wall_s = 0.0
    for frame in run:
        rgb = frame.rgb.copy()  # as fresh in the caches as a picture that was just decoded, or read from a pipe
        wall_s, cpu_s = wall_s - time.perf_counter(), cpu_s - time.process_time()
        tracker.track_frame(frame.time_s, rgb)
        wall_s, cpu_s = wall_s + time.perf_counter(), cpu_s + time.process_time()
    return 1000 * cpu_s / len(run), 1000 * wall_s / len(run)


def _their_run(reference: Reference, run: list[Frame]) -> tuple[float, float]:
    answers = [reference.track_frame(frame.time_s, frame.rgb) for frame in run]
    return statistics.mean(a.cpu_ms for a in answers), statistics.mean(a.wall_ms for a in answers)


def _table(rows: list[Cost]) -> Table:
    heads = ("clip", "model", "threads", "CPU ms", "wall ms", "MediaPipe CPU ms", "MediaPipe wall ms")
    table = Table(*heads, "CPU ratio", title="Pose cost a frame, MediaPipe 0.10.33 beside it")
    for row in rows:
        values = (row.cpu_ms, row.wall_ms, row.mediapipe_cpu_ms, row.mediapipe_wall_ms)
        shown = (f"{value:.1f}" for value in values)
        table.add_row(row.clip, row.model, str(row.threads), *shown, f"{row.cpu_ratio:.2f}")
    return table


def main() -> None:
    """Print the table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=["full", "lite", "heavy"])
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--clips", type=int, default=2, help="how many")
    parser.add_argument("--frames", type=int, default=150, help="of each clip")
    given = parser.parse_args()
    if not clips():
        report_absent("pose_cost", "videos")
        return
    rows = [
        measure(clip, model, threads, given.frames)
        for model in given.models
        for clip in clips()[-given.clips :]
        for threads in given.threads
    ]
    Console().print(_table(rows))
    fewest = min(given.threads)
    ratios = {
        model: statistics.median(row.cpu_ratio for row in rows if (row.model, row.threads) == (model, fewest))
        for model in given.models
    }
    result = {"benchmark": "pose_cost", "target_cpu_ratio": TARGET_RATIO, "threads": fewest, "cpu_ratio": ratios}
    print(json.dumps({**result, "runs": [asdict(row) for row in rows]}))


if __name__ == "__main__":
    main()
