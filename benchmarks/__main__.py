"""Run every benchmark, each in a process of its own, and hold what it found against the targets.

Run with `python -m benchmarks [NAME …]`; it takes a while. A benchmark that cannot run here says why.
"""

import json
import operator
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_COMPARE: Mapping[str, Callable[[float, float], bool]] = {"≥": operator.ge, "≤": operator.le}


@dataclass(frozen=True)
class Aim:
    """A target: which number of which benchmark's JSON line must lie on which side of what."""

    what: str
    benchmark: str
    number: Callable[[Any], float]
    side: str
    target: float


AIMS = (
    Aim("real clips: counts and refusals right", "clips", lambda r: r["exact"] / r["rows"], "≥", 1.0),
    Aim("real clips: peaks within 0.3 s", "clips", lambda r: r["peaks_within"] / r["peaks"], "≥", 1.0),
    Aim("simulated: counts exact", "simulated", lambda r: r["counts_exact"], "≥", 0.97),
    Aim("simulated: hold error, median s", "simulated", lambda r: r["bridge"]["hold_error_s"], "≤", 0.2),
    Aim("simulated: hip rise error, median cm", "simulated", lambda r: r["bridge"]["value_error"], "≤", 1.0),
    Aim("simulated: trunk angle error, median deg", "simulated", lambda r: r["sit-up"]["value_error"], "≤", 3.0),
    Aim("simulated: fault F1, worst exercise", "simulated", lambda r: _worst(r, "fault_f1"), "≥", 0.90),
    Aim("simulated: ghost repetitions", "simulated", lambda r: r["ghosts"], "≤", 0),
    Aim("KIMORE: event F1, mean", "kimore_repetitions", lambda r: r["labelled_span"]["f1_mean"], "≥", 0.92),
    Aim(
        "KIMORE: count within one, worst movement",
        "kimore_repetitions",
        lambda r: r["labelled_span"]["within_one_each"],
        "≥",
        0.90,
    ),
    Aim("pose: median distance to MediaPipe, % of trunk", "pose_parity", lambda r: r["worst_clip_percent"], "≤", 1.0),
    Aim("pose: CPU time of MediaPipe's, full model", "pose_cost", lambda r: r["cpu_ratio"]["full"], "≤", 0.55),
    Aim(
        "analysis, 1 thread: wall time of inference's",
        "whole_analysis",
        lambda r: r["analysis_wall_ratio_1"],
        "≤",
        1.10,
    ),
    Aim("analysis, 2 threads: the same", "whole_analysis", lambda r: r["analysis_wall_ratio_2"], "≤", 1.10),
    Aim("analysis with --out, 1 thread: the same", "whole_analysis", lambda r: r["with_out_wall_ratio_1"], "≤", 1.10),
    Aim("analysis with --out, 2 threads: the same", "whole_analysis", lambda r: r["with_out_wall_ratio_2"], "≤", 1.10),
    Aim("analysis: memory of a clip four times as long", "whole_analysis", lambda r: r["memory_ratio"], "≤", 1.10),
    Aim("assessment: µs of CPU a sample", "assessment_cost", lambda r: r["assessor_us"], "≤", 40.0),
    Aim("live: µs of CPU for the signals of one frame", "assessment_cost", lambda r: r["live_us"], "≤", 15.0),
    Aim("live: µs of CPU a frame, one a message", "live_load", lambda r: r["single"]["cpu_us"], "≤", 90.0),
    Aim("live: ms until the answer, p99 of 300 sessions", "live_load", lambda r: r["single"]["p99_ms"], "≤", 50.0),
    Aim("live: µs of CPU a frame, three a message", "live_load", lambda r: r["batched"]["cpu_us"], "≤", 50.0),
    Aim("live: ms until the answer, p99 of 500 sessions", "live_load", lambda r: r["batched"]["p99_ms"], "≤", 150.0),
    Aim("live: ms until the answer, p99 of 100 sessions", "live_load", lambda r: r["few"]["p99_ms"], "≤", 10.0),
    Aim("live: ms until a page is interactive", "live_page", lambda r: r["interactive_ms"], "≤", 2000.0),
    Aim("live: tasks that block the page for 50 ms", "live_page", lambda r: r["blocked"], "≤", 0),
    Aim("care: small faults that its tests notice", "mutation", lambda r: r["noticed"], "≥", 0.90),
    Aim("care: the same, worst module", "mutation", lambda r: _least(r["modules"], "noticed"), "≥", 0.90),
    Aim("records: acknowledged things lost to kills", "durability", lambda r: _lost(r["databases"]), "≤", 0),
    Aim("clinic: ms until the slowest page, SQLite", "clinic", lambda r: r["sqlite"]["slowest_median_ms"], "≤", 100.0),
    Aim(
        "clinic: ms until the slowest page, PostgreSQL",
        "clinic",
        lambda r: r["postgresql"]["slowest_median_ms"],
        "≤",
        100.0,
    ),
    Aim("loads: Wilke's rows, mean error in %", "spinal_loads", lambda r: r["wilke"]["mape_percent"], "≤", 12.0),
    Aim("loads: Wilke's rows, RMSE in MPa", "spinal_loads", lambda r: r["wilke"]["rmse"], "≤", 0.12),
    Aim("loads: Wilke's rows, correlation", "spinal_loads", lambda r: r["wilke"]["r"], "≥", 0.98),
    Aim(
        "loads: AnyBody's rows without standing, mean error in %",
        "spinal_loads",
        lambda r: r["reference_tool"]["ours"]["mape_percent"],
        "≤",
        9.7,
    ),
    Aim("loads: published rows that 90 % intervals hold", "spinal_loads", lambda r: r["covered"], "≥", 0.90),
    Aim("loads: exercises inside published ranges", "spinal_loads", lambda r: r["exercises_inside"], "≥", 1.0),
    Aim("loads: µs of CPU a frame, vectorised", "spinal_loads", lambda r: r["cost"]["vectorised_us"], "≤", 20.0),
    Aim("loads: µs of CPU a frame, live", "spinal_loads", lambda r: r["cost"]["live_us"], "≤", 150.0),
    Aim(
        "OpenSim: gravity moments within 5 % or 3 N·m, on its skeleton",
        "opensim_grid",
        lambda r: r["moments"]["within"],
        "≥",
        1.0,
    ),
    Aim(
        "OpenSim: rank correlation of compression",
        "opensim_grid",
        lambda r: r["unsaturated"]["rank_correlation"],
        "≥",
        0.97,
    ),
    Aim(
        "OpenSim: nRMSE in % of the mean after one scale, on its skeleton",
        "opensim_grid",
        lambda r: r["skeleton"]["nrmse_percent"],
        "≤",
        12.0,
    ),
    Aim("OpenSim: trends of the same sign", "opensim_grid", lambda r: r["trends_alike"], "≥", 1.0),
    Aim("fresh machine: s from a clone to a page", "fresh_machine", lambda r: r["seconds"], "≤", 60.0),
    Aim("fresh machine: MB on disk", "fresh_machine", lambda r: r["disk_mb"], "≤", 900.0),
)


def main() -> int:
    """Run the benchmarks named, or all; return 1 when one of them failed to run."""
    folder = Path(__file__).parent
    known = sorted(file.stem for file in folder.glob("[a-z]*.py") if "\ndef main(" in file.read_text("utf-8"))
    wanted = sys.argv[1:] or known
    if unknown := sorted(set(wanted) - set(known)):
        print(f"benchmark {unknown[0]!r}: is unknown; choose from {', '.join(known)}", file=sys.stderr)
        return 2
    results = {name: _run(name) for name in wanted}
    _summarize(results)
    failed = [name for name, result in results.items() if result is None]
    if failed:
        print(f"did not run: {', '.join(failed)}")
    return 1 if failed else 0


def shown(value: float) -> str:
    """Return a number with three digits, or all those before its point."""
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _run(name: str) -> dict[str, Any] | None:
    """Run one benchmark, show what it prints, and return its JSON line; None when it failed."""
    print(f"\n=== {name} ===", flush=True)
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    last = ""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8") as child:  # noqa: S603
        for line in child.stdout or ():
            print(line, end="", flush=True)
            last = line
    try:
        result = json.loads(last)
    except ValueError:
        return None
    return result if child.returncode == 0 and isinstance(result, dict) else None


def _summarize(results: Mapping[str, dict[str, Any] | None]) -> None:
    aims = [aim for aim in AIMS if aim.benchmark in results]
    if not aims:
        return
    print(f"\n{'what':50} {'target':>8} {'reached':>8}")
    reached = {aim.what: _reached(aim, results[aim.benchmark]) for aim in aims}
    for aim in aims:
        value = reached[aim.what]
        told = "not run" if value is None else shown(value)
        mark = "" if value is None else ("  yes" if _COMPARE[aim.side](value, aim.target) else "  NO")
        print(f"{aim.what:50} {aim.side + ' ' + shown(aim.target):>8} {told:>8}{mark}")
    print(json.dumps({"benchmark": "all", "reached": reached}, ensure_ascii=False))


def _reached(aim: Aim, result: dict[str, Any] | None) -> float | None:
    return None if result is None or result.get("skipped") else float(aim.number(result))


def _worst(result: Mapping[str, Any], measure: str) -> float:
    return min(float(row[measure]) for row in result.values() if isinstance(row, dict) and "cases" in row)


def _least(rows: Mapping[str, Any], measure: str) -> float:
    return min(float(row[measure]) for row in rows.values())


def _lost(databases: Mapping[str, Any]) -> float:
    return sum(row["lost_events"] + row["lost_entries"] + row["broken"] for row in databases.values())


if __name__ == "__main__":
    sys.exit(main())
