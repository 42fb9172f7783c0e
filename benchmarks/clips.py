"""Claim: real clips through the real model are counted exactly, peaks within 0.3 s, and refused when unfit.

The truth was read by eye (`truth.csv`, `reps.csv` beside the clips). No peer counts these exercises without a
threshold set by hand for each clip. Run with `python -m benchmarks.clips [--model heavy]`.
"""

import argparse
import csv
import json
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks._data import labelled_set, report_absent
from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Repetition
from openlumbar.pipeline.analyze import analyze, analyze_recording

PEAK_TOLERANCE_S = 0.3
_SLUGS = {"bridge": "bridge", "sit-up": "sit-up", "rotation": "cross-twist", "crunch": "sit-up"}
"""A word of the truth's exercise → what the clip is judged as; no such word: everything that it is not."""


@dataclass(frozen=True)
class Row:
    """One clip judged as one exercise; `worst_s` is the largest distance of a true peak to a found one."""

    clip: str
    exercise: str
    truth: str
    found: str
    exact: bool
    peaks: int
    peaks_within: int
    worst_s: float | None
    reasons: tuple[str, ...]
    recognised: str


def main() -> None:
    """Print the table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", choices=("full", "heavy", "lite"), default="full")
    model = parser.parse_args().model
    folder = labelled_set("videos")
    if folder is None:
        report_absent("clips", "videos")
        return
    peaks = _read(folder / "reps.csv")
    rows = [
        row
        for truth in _read(folder / "truth.csv")
        for row in _judge(folder / truth["file"], truth, [p for p in peaks if p["file"] == truth["file"]], model)
    ]
    _print(rows)
    totals = {
        "exact": sum(row.exact for row in rows),
        "rows": len(rows),
        "peaks_within": sum(row.peaks_within for row in rows),
        "peaks": sum(row.peaks for row in rows),
    }
    print(json.dumps({"benchmark": "clips", "model": model, **totals, "clips": [asdict(row) for row in rows]}))


def _judge(clip: Path, truth: Mapping[str, str], peaks: list[dict[str, str]], model: str) -> list[Row]:
    """Track a clip once, let it be recognised, then judge the track as each exercise the truth speaks of."""
    slugs = [slug for word, slug in _SLUGS.items() if word in truth["exercise"]] or ["bridge", "sit-up"]
    with tempfile.TemporaryDirectory() as folder:
        guess = analyze_recording(clip, "auto", model=model, out=Path(folder))
        analyses = [analyze(Path(folder, "track.pose.npz"), slug) for slug in slugs]
    recognised = guess.card.slug if guess.judged else f"refused: {guess.verdict.reasons[0]}"
    true_peaks = [peak for peak in peaks if peak["kind"] == "rep"]
    return [_row(clip.name, truth, true_peaks, analysis, recognised) for analysis in analyses]


def _row(clip: str, truth: Mapping[str, str], peaks: list[dict[str, str]], analysis: Analysis, recognised: str) -> Row:
    counts = analysis.counts
    found = (
        f"{counts['left']} left {counts['right']} right" if counts["left"] is not None else str(counts["repetitions"])
    )
    if truth["turns_left"]:
        wanted = f"{truth['turns_left']} left {truth['turns_right']} right"
    else:
        wanted = truth["true_reps"] or "refused"
    is_zero = wanted == "0" and not counts["repetitions"]  # nothing counted is right, judged or refused
    counted = [repetition for repetition in analysis.repetitions if repetition.counted]
    errors_s = [_error_s(peak, counted) for peak in peaks]
    return Row(
        clip=clip,
        exercise=analysis.card.slug,
        truth=wanted,
        found=found if analysis.judged else f"{found}, refused",
        exact=is_zero or (found == wanted if analysis.judged else wanted == "refused"),
        peaks=len(peaks),
        peaks_within=sum(error_s <= PEAK_TOLERANCE_S for error_s in errors_s),
        worst_s=max((error_s for error_s in errors_s if error_s < float("inf")), default=None),
        reasons=analysis.verdict.reasons,
        recognised=recognised,
    )


def _error_s(peak: Mapping[str, str], counted: list[Repetition]) -> float:
    """Find how far the nearest repetition's peak is; the sides must agree."""
    same_side = [repetition for repetition in counted if (repetition.side or "") == peak["side"]]
    return min((abs(repetition.peak_s - float(peak["peak_s"])) for repetition in same_side), default=float("inf"))


def _print(rows: list[Row]) -> None:
    columns = f"{'clip':25} {'judged as':12} {'truth':15} {'found':24} {'ok':3} {'peaks':>6} {'worst s':>8}"
    print(f"{columns}  reasons; recognised as")
    for row in rows:
        worst = "" if row.worst_s is None else f"{row.worst_s:.2f}"
        peaks = f"{row.peaks_within}/{row.peaks}"
        print(
            f"{row.clip:25} {row.exercise:12} {row.truth:15} {row.found:24} {'yes' if row.exact else 'NO':3} "
            f"{peaks:>6} {worst:>8}  {', '.join(row.reasons) or '-'}; {row.recognised}"
        )
    print(f"counts or refusals right: {sum(row.exact for row in rows)} of {len(rows)} (target: all)")
    within = sum(row.peaks_within for row in rows)
    print(f"peaks within {PEAK_TOLERANCE_S} s: {within} of {sum(row.peaks for row in rows)} (target: all)")


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
