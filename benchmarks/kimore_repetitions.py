"""Repetitions of five exercises by 40 people, healthy and patients: `segment_cycles` against hand-set bounds.

Nothing is set per movement but where it rests, and nothing is fitted: the constants were set by hand with these
people in view, so what other people give may be a little lower. `--stability` moves each by a quarter both ways.
"""

import argparse
import csv
import gzip
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks._data import labelled_set, report_absent
from benchmarks._peak_counter import count_peaks
from openlumbar.assessment import _cycle_search, _sides, segmentation

DATA = "kimore_repetitions"
RESTS = {"es1": "low", "es2": "middle", "es3": "middle", "es4": "high", "es5": "high"}
RATE_HZ = 30.0
"""Nominal rate of the sensor; the source holds no times."""
TARGETS = {"f1_mean": 0.92, "within_one_each": 0.90}
CONSTANTS = {
    _cycle_search: ("SMOOTHING DRIFT WIDEST_RANGE LEAST_PROMINENCE COST TEMPO_TIGHTNESS COUNT_EXPONENT SIDE_EXCURSION"),
    _sides: "LEAST_QUALITY_RATIO SIDES_DIFFER",
    segmentation: "AT_REST LONGEST_TURN",
}

Bounds = list[tuple[int, int]]
Counter = Callable[[npt.NDArray[np.float64], str], Bounds]


@dataclass(frozen=True)
class Recording:
    """One person's signal and its repetitions, in samples."""

    subject: str
    group: str
    value: npt.NDArray[np.float64]
    bounds: Bounds

    def labelled_span(self) -> "Recording":
        """Cut to the samples from the first start to the last end."""
        first, last = self.bounds[0][0], max(end for _, end in self.bounds)
        bounds = [(start - first, end - first) for start, end in self.bounds]
        return Recording(self.subject, self.group, self.value[first : last + 1], bounds)


@dataclass
class Tally:
    """What was found over some recordings."""

    hits: int = 0
    found: int = 0
    labelled: int = 0
    count_errors: list[int] = field(default_factory=list)
    border_errors_s: list[float] = field(default_factory=list)

    def add(self, bounds: Bounds, found: Bounds) -> None:
        """Score one recording."""
        pairs = match(bounds, found)
        self.hits += len(pairs)
        self.found += len(found)
        self.labelled += len(bounds)
        self.count_errors.append(len(found) - len(bounds))
        self.border_errors_s += [
            abs(true - guess) / RATE_HZ for k, m in pairs for true, guess in zip(bounds[k], found[m], strict=True)
        ]

    def summary(self) -> dict[str, float]:
        """Return the measures."""
        errors = np.abs(self.count_errors)
        borders = self.border_errors_s or [np.nan]
        return {
            "f1": 2 * self.hits / max(self.found + self.labelled, 1),
            "precision": self.hits / max(self.found, 1),
            "recall": self.hits / max(self.labelled, 1),
            "within_one": float(np.mean(errors <= 1)),
            "mae": float(np.mean(errors)),
            "border_error_s": float(np.mean(borders)),
            "border_error_median_s": float(np.median(borders)),
        }


def load(folder: Path, exercise: str) -> list[Recording]:
    """Read the recordings of one exercise."""
    values: dict[str, list[float]] = {}
    groups: dict[str, str] = {}
    with gzip.open(folder / f"{exercise}_signals.csv.gz", "rt") as file:
        for row in csv.DictReader(file):
            values.setdefault(row["subject"], []).append(float(row["value"]))
            groups[row["subject"]] = row["group"]
    bounds: dict[str, Bounds] = {}
    with (folder / f"{exercise}_repetitions.csv").open() as lines:
        for row in csv.DictReader(lines):
            bounds.setdefault(row["subject"], []).append((int(row["start_sample"]), int(row["end_sample"])))
    return [Recording(name, groups[name], np.array(values[name]), bounds[name]) for name in values]


def match(bounds: Bounds, found: Bounds) -> list[tuple[int, int]]:
    """Pair labelled and found repetitions one to one, best overlap first, where it is at least one half."""
    overlaps = []
    for k, (a, b) in enumerate(bounds):
        for m, (c, d) in enumerate(found):
            overlap = (min(b, d) - max(a, c)) / max(max(b, d) - min(a, c), 1)
            if overlap >= 0.5:
                overlaps.append((overlap, k, m))
    pairs: list[tuple[int, int]] = []
    for _, k, m in sorted(overlaps, reverse=True):
        if all(k != other_k and m != other_m for other_k, other_m in pairs):
            pairs.append((k, m))
    return pairs


def segment(value: npt.NDArray[np.float64], rest: str) -> Bounds:
    """Segment with the library."""
    cycles = segmentation.segment_cycles(np.arange(len(value)) / RATE_HZ, value, rest)  # type: ignore[arg-type]
    return [(round(cycle.start_s * RATE_HZ), round(cycle.end_s * RATE_HZ)) for cycle in cycles]


def plain_peaks(value: npt.NDArray[np.float64], rest: str) -> Bounds:
    """Segment with the peer."""
    return [(start, end) for start, _, end in count_peaks(value, rest)]


def tally(recordings: Iterable[Recording], rest: str, counter: Counter) -> Tally:
    """Score a counter over recordings."""
    result = Tally()
    for recording in recordings:
        result.add(recording.bounds, counter(recording.value, rest))
    return result


def constant_count(recordings: list[Recording]) -> dict[str, float]:
    """Score the answer that is always the median count of the other people."""
    counts = np.array([len(recording.bounds) for recording in recordings])
    guesses = np.array([np.round(np.median(np.delete(counts, k))) for k in range(len(counts))])
    errors = np.abs(guesses - counts)
    return {"within_one": float(np.mean(errors <= 1)), "mae": float(np.mean(errors))}


def measure(recordings: dict[str, list[Recording]]) -> dict[str, dict[str, dict[str, float]]]:
    """Measure the library, the peer and the constant on every exercise."""
    return {
        exercise: {
            "openlumbar": tally(people, RESTS[exercise], segment).summary(),
            "peak_counter": tally(people, RESTS[exercise], plain_peaks).summary(),
            "constant": constant_count(people),
        }
        for exercise, people in recordings.items()
    }


def slices(recordings: dict[str, list[Recording]]) -> dict[str, dict[str, float]]:
    """Measure groups of people and the two halves of every group, over all exercises."""
    parts: dict[str, Tally] = {}
    for exercise, people in recordings.items():
        seen: dict[str, int] = {}
        for recording in people:
            seen[recording.group] = seen.get(recording.group, 0) + 1
            half = f"half {1 + seen[recording.group] % 2}"
            found = segment(recording.value, RESTS[exercise])
            for name in (recording.group, half):
                parts.setdefault(name, Tally()).add(recording.bounds, found)
    return {name: part.summary() for name, part in sorted(parts.items())}


def print_table(title: str, results: dict[str, dict[str, dict[str, float]]]) -> None:
    """Print one block of results."""
    print(f"\n{title}\n{'':5} {'F1':>6} {'prec':>6} {'recall':>6} {'±1':>6} {'MAE':>6} {'border':>8}  "
          f"{'peaks F1':>8} {'±1':>6} {'MAE':>6}  {'constant ±1':>11} {'MAE':>6}")  # fmt: skip
    for exercise, row in results.items():
        own, peer, constant = row["openlumbar"], row["peak_counter"], row["constant"]
        print(f"{exercise:5} {own['f1']:6.3f} {own['precision']:6.3f} {own['recall']:6.3f} {own['within_one']:6.3f} "
              f"{own['mae']:6.2f} {own['border_error_s']:6.2f} s  {peer['f1']:8.3f} {peer['within_one']:6.3f} "
              f"{peer['mae']:6.2f}  {constant['within_one']:11.3f} {constant['mae']:6.2f}")  # fmt: skip


def overall(results: dict[str, dict[str, dict[str, float]]]) -> dict[str, float]:
    """Return the two measures that have a target."""
    own = [row["openlumbar"] for row in results.values()]
    return {
        "f1_mean": float(np.mean([row["f1"] for row in own])),
        "within_one_each": min(row["within_one"] for row in own),
    }


def stability(recordings: dict[str, list[Recording]]) -> dict[str, dict[str, float]]:
    """Measure again with each constant a quarter smaller and larger."""
    results = {}
    for module, names in CONSTANTS.items():
        for name in names.split():
            value = getattr(module, name)
            for factor in (0.75, 1.25):
                setattr(module, name, value * factor)
                results[f"{name} x {factor}"] = overall(
                    {key: {"openlumbar": tally(p, RESTS[key], segment).summary()} for key, p in recordings.items()}
                )
            setattr(module, name, value)
    return results


def main() -> None:
    """Print the tables and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stability", action="store_true", help="move every constant by a quarter (minutes)")
    options = parser.parse_args()
    folder = labelled_set(DATA)
    if folder is None:
        report_absent("kimore_repetitions", DATA)
        return
    whole = {exercise: load(folder, exercise) for exercise in RESTS}
    spans = {exercise: [person.labelled_span() for person in people] for exercise, people in whole.items()}
    result: dict[str, object] = {"benchmark": "kimore_repetitions", "skipped": False, "targets": TARGETS}
    for name, recordings in (("labelled_span", spans), ("whole_recordings", whole)):
        measured = measure(recordings)
        print_table(name.replace("_", " "), measured)
        total, parts = overall(measured), slices(recordings)
        aims = ("", "") if recordings is whole else (" (target 0.92)", " (target 0.90)")
        print(f"F1 mean {total['f1_mean']:.3f}{aims[0]}, worst ±1 {total['within_one_each']:.3f}{aims[1]}")
        for part, row in parts.items():
            print(f"  {part:12} F1 {row['f1']:.3f}  ±1 {row['within_one']:.3f}  MAE {row['mae']:.2f}")
        result[name] = {**total, "exercises": measured, "groups": parts}
    if options.stability:
        moved = result["stability"] = stability(spans)
        for name, row in moved.items():
            print(f"  {name:26} F1 mean {row['f1_mean']:.3f}  worst ±1 {row['within_one_each']:.3f}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
