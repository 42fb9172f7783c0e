"""Counts of fitness clips from landmarks whose every frame is stretched by itself: only the rhythm is left.

The exercise is known, the count is not; one joint's flexion in the stretched picture is segmented by
`segment_cycles` with one setting per exercise. No choice is made per clip.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks._data import labelled_set, report_absent
from benchmarks._peak_counter import count_peaks
from openlumbar.assessment.segmentation import segment_cycles
from openlumbar.pose.landmarks import Landmark

DATA = "countix_fitness"
SHOULDER, ELBOW, WRIST, HIP, KNEE, ANKLE = "shoulder", "elbow", "wrist", "hip", "knee", "ankle"


class Rhythm(NamedTuple):
    """The joint that beats: its angle over three landmarks, and where that angle rests."""

    joint: tuple[str, str, str]
    rest: str


RHYTHMS = {
    "situp": Rhythm((SHOULDER, HIP, KNEE), "high"),
    "squat": Rhythm((SHOULDER, HIP, KNEE), "high"),
    "lunge": Rhythm((HIP, KNEE, ANKLE), "high"),
    "push_up": Rhythm((SHOULDER, ELBOW, WRIST), "high"),
    "bench_pressing": Rhythm((SHOULDER, ELBOW, WRIST), "high"),
    "pull_up": Rhythm((SHOULDER, ELBOW, WRIST), "high"),
    "rope_pushdown": Rhythm((SHOULDER, ELBOW, WRIST), "low"),
    "front_raise": Rhythm((HIP, SHOULDER, ELBOW), "low"),
}
TARGET_CLASSES = ("situp", "squat")


class Clip(NamedTuple):
    """One clip: its exercise, the count by hand and (T, 33, 3) landmarks, NaN where no person was found."""

    exercise: str
    repetitions: int
    pose: npt.NDArray[np.float64]


def clips(folder: Path) -> Iterator[Clip]:
    """Read the usable clips."""
    with (folder / "counts.csv").open() as lines:
        for row in csv.DictReader(lines):
            if row["usable"] == "yes":
                pose = np.load(folder / "poses" / f"{row['clip']}.npz")["pose"].astype(np.float64)
                pose[(pose == 0).all(axis=(1, 2))] = np.nan
                yield Clip(row["class"], int(row["count"]), pose)


def joint_angle_rad(pose: npt.NDArray[np.float64], joint: tuple[str, str, str]) -> npt.NDArray[np.float64]:
    """Return (T,) the joint's angle in the stretched picture, the mean of left and right."""
    sides = []
    for side in ("left", "right"):
        first, middle, last = (pose[:, Landmark[f"{side}_{name}".upper()], :2] for name in joint)
        one, other = first - middle, last - middle
        cross = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
        sides.append(np.arctan2(np.abs(cross), (one * other).sum(axis=1)))
    angle_rad: npt.NDArray[np.float64] = (sides[0] + sides[1]) / 2
    return angle_rad


def score(errors: list[float]) -> dict[str, float]:
    """Return the mean absolute error of the count and the share off by one at most."""
    absolute = np.abs(errors)
    return {"mae": float(np.mean(absolute)), "obo": float(np.mean(absolute <= 1))}


def measure(known: list[Clip], rhythm: Rhythm) -> dict[str, dict[str, float]]:
    """Count the clips of one exercise with the library, the peer and the median count of the other clips."""
    errors: dict[str, list[float]] = {"openlumbar": [], "peak_counter": [], "constant": []}
    for index, clip in enumerate(known):
        angle_rad = joint_angle_rad(clip.pose, rhythm.joint)
        frames = np.arange(len(angle_rad), dtype=np.float64)  # no frame rate is known; none is needed
        others = [other.repetitions for place, other in enumerate(known) if place != index]
        guesses = {
            "openlumbar": len(segment_cycles(frames, angle_rad, rest=rhythm.rest)),  # type: ignore[arg-type]
            "peak_counter": len(count_peaks(angle_rad, rhythm.rest)),
            "constant": round(float(np.median(others))),
        }
        for name, guess in guesses.items():
            errors[name].append(guess - clip.repetitions)
    return {name: score(values) for name, values in errors.items()}


def main() -> None:
    """Print the table and one JSON line."""
    folder = labelled_set(DATA)
    if folder is None:
        report_absent("countix", DATA)
        return
    known: dict[str, list[Clip]] = {}
    for clip in clips(folder):
        known.setdefault(clip.exercise, []).append(clip)
    results = {exercise: measure(known[exercise], rhythm) for exercise, rhythm in RHYTHMS.items()}
    print(f"{'exercise':15} {'clips':>5}  {'openlumbar':>14}  {'peak counter':>14}  {'constant':>14}   (MAE, OBO)")
    for exercise, row in results.items():
        cells = "  ".join(f"{cell['mae']:8.2f} {cell['obo']:5.2f}" for cell in row.values())
        print(f"{exercise:15} {len(known[exercise]):5}  {cells}")
    targets = {exercise: results.pop(exercise) for exercise in TARGET_CLASSES}
    print(json.dumps({"benchmark": "countix", "skipped": False, "exercises": targets, "others": results}))


if __name__ == "__main__":
    main()
