"""Claim: a whole analysis costs little more time than its pose inference, in memory that does not grow.

Peer: the same tracker with the same threads on the same frames, decoded before. All runs of a clip are
interleaved, and the quickest of each kind counts, so that other work on the machine counts little. Inference
runs on one thread and on two: two finish sooner, yet where they keep every core busy nothing can hide behind
them, and the wall time follows the CPU time, which stands beside. Memory is the peak of a process of its
own, for a clip and for the same pictures four times over. Run with `python -m benchmarks.whole_analysis`.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import islice
from pathlib import Path
from statistics import median

import av

from benchmarks._clips import clips, frames
from benchmarks._data import report_absent
from openlumbar.pipeline.analyze import analyze_recording
from openlumbar.pose.backends import load

TARGET = 1.10
ROUNDS = 3
FRAMES = 200
LONGER = 4
THREADS = (1, 2)
WORKS = ("inference", "analysis", "with_out")


def main() -> None:
    """Print the tables and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=None, help="how many of the clips")
    parser.add_argument("--memory-of", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory_of:
        print(_peak_mb_here(options.memory_of))
        return
    if not clips():
        report_absent("whole_analysis", "videos")
        return
    rows = {
        f"{clip.name}, {threads} thread{'s' * (threads - 1)}": _measure(clip, threads)
        for clip in clips()[: options.clips]
        for threads in THREADS
    }
    _print(rows)
    memory = _memory(clips()[0])
    print(
        f"peak memory: {memory['peak_mb']:.0f} MB; of a clip {LONGER} times as long: {memory['longer_peak_mb']:.0f} MB"
    )
    ratios = {
        f"{work}_{kind}_ratio_{threads}": median(
            row[f"{work}_{kind}_ratio"] for row in rows.values() if row["threads"] == threads
        )
        for threads in THREADS
        for work in WORKS[1:]
        for kind in ("wall", "cpu")
    }
    print(*(f"{name}: {ratio:.2f} (median of the clips)" for name, ratio in ratios.items()), sep="\n")
    result = {"benchmark": "whole_analysis", "target": TARGET, "cores": os.cpu_count(), **ratios, **memory}
    print(json.dumps({**result, "clips": rows}))


def _print(rows: Mapping[str, Mapping[str, float]]) -> None:
    print(f"{f'wall (CPU) ms a frame, best of {ROUNDS}':40} {'inference':>14} {'analysis':>20} {'with --out':>20}")
    for name, row in rows.items():
        cells = [f"{row[f'{work}_wall_ms']:6.2f} ({row[f'{work}_cpu_ms']:5.2f})" for work in WORKS]
        ratios = ["", *(f" x{row[f'{work}_wall_ratio']:.2f}" for work in WORKS[1:])]
        print(f"{name:40}", *(f"{cell + ratio:>20}" for cell, ratio in zip(cells, ratios, strict=True)))


def _measure(clip: Path, threads: int) -> dict[str, float]:
    """Time a clip's first frames, a frame each: inference alone, the analysis, the analysis with its folder."""
    seen = list(islice(frames(clip), FRAMES + 1))
    count, seconds = len(seen[:FRAMES]), seen[FRAMES].time_s if len(seen) > FRAMES else None

    def infer() -> None:
        backend = load("blazepose", threads=threads)
        for frame in seen[:FRAMES]:
            backend.track_frame(frame.time_s, frame.rgb)

    def analyze(out: Path | None = None) -> None:
        analyze_recording(clip, "auto", out=out, seconds=seconds, threads=threads)

    with tempfile.TemporaryDirectory() as folder:
        works = (infer, analyze, lambda: analyze(Path(folder)))
        costs = {name: _Best() for name in WORKS}
        for _ in range(ROUNDS):
            for name, work in zip(WORKS, works, strict=True):
                costs[name].run(work, count)
    row: dict[str, float] = {"threads": threads}
    for name, best in costs.items():
        row |= {f"{name}_wall_ms": best.wall_ms, f"{name}_cpu_ms": best.cpu_ms}
        row[f"{name}_wall_ratio"] = best.wall_ms / costs["inference"].wall_ms
        row[f"{name}_cpu_ratio"] = best.cpu_ms / costs["inference"].cpu_ms
    return row


class _Best:
    """The quickest and the cheapest of several runs, in ms a frame."""

    wall_ms = cpu_ms = float("inf")

    def run(self, work: Callable[[], None], frame_count: int) -> None:
        wall_s, cpu_s = time.perf_counter(), time.process_time()
        work()
        cpu_ms = 1000 * (time.process_time() - cpu_s) / frame_count
        self.wall_ms = min(self.wall_ms, 1000 * (time.perf_counter() - wall_s) / frame_count)
        self.cpu_ms = min(self.cpu_ms, cpu_ms)


def _memory(clip: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        once, longer = Path(folder, "once.mp4"), Path(folder, "longer.mp4")
        _write_looped(clip, once, 1)
        _write_looped(clip, longer, LONGER)
        peaks = [_peak_mb(path) for path in (once, longer)]
    return {"peak_mb": peaks[0], "longer_peak_mb": peaks[1], "memory_ratio": peaks[1] / peaks[0]}


def _write_looped(clip: Path, path: Path, times: int) -> None:
    """Write a clip's first pictures several times over."""
    pictures = [frame.rgb for frame in islice(frames(clip), FRAMES)]
    height, width = (side - side % 2 for side in pictures[0].shape[:2])
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(30), options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for _ in range(times):
            for rgb in pictures:
                picture = av.VideoFrame.from_ndarray(rgb[:height, :width], format="rgb24")
                container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def _peak_mb(path: Path) -> float:
    command = [sys.executable, "-m", "benchmarks.whole_analysis", "--memory-of", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own words
    return float(done.stdout)


def _peak_mb_here(path: Path) -> float:
    with tempfile.TemporaryDirectory() as folder:
        analyze_recording(path, "auto", out=Path(folder))
    return _high_water_mb()


def _high_water_mb() -> float:
    """Read this process's own peak; `ru_maxrss` on Linux also remembers the parent it was forked from."""
    status = Path("/proc/self/status")
    if status.exists():
        marks = [line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(marks[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
