"""Claims: the load model answers to posture, reach, weight and mass as an OpenSim full-body model does.

The set `opensim_lumbar_loads` holds 74 standing poses with the loads that the peer computed: model output, no
measurement. Its lever arms are short, so shape counts and level does not: rank correlation, the error after one scale
factor, and the sign of every trend; gravity moments, which no muscle touches, are compared as they are. Poses that the
peer's muscles cannot hold are left out, those with saturated muscles are counted apart. What a command can ask for (as
shipped: an ordinary body, load in front) and the model on the peer's own skeleton (`benchmarks._opensim_skeleton`, load
where it was) are told apart; one-handed loads are in the second only. Run with `python -m benchmarks.opensim_grid`.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.stats import spearmanr

from benchmarks._data import labelled_set, report_absent
from benchmarks._opensim_skeleton import skeleton
from openlumbar.mechanics import Posture, spinal_loads
from openlumbar.mechanics.loads import compute_loads
from openlumbar.mechanics.postures import records_of
from openlumbar.physique import Physique

SET = "opensim_lumbar_loads"
MOMENT_SHARE, MOMENT_NM = 0.05, 3.0
"""A gravity moment agrees when it lies within this share of the peer's or within so many N·m."""

TRENDS = ("inclination", "lumbar_share", "side_bend", "twist", "hand_load", "arm_angle", "body_mass")
_ANY = None  # an input that changes nothing: the share of no inclination, the arms' angle without a load
_NO_TREND_SHARE = 0.03  # a smaller difference between two of the peer's poses is no trend

FloatArray = npt.NDArray[np.float64]
Row = Mapping[str, str]


class Pose(NamedTuple):
    """A pose of the peer as our input, its load and its gravity moment about L4–L5 (forward, to the right).

    `hands_left_m` is where the load is to the left of L5–S1.
    """

    posture: Posture
    physique: Physique
    inputs: tuple[float | None, ...]
    compression_n: float
    moments_nm: tuple[float, float]
    saturated: bool
    reach_m: float
    hands_left_m: float
    one_handed: bool


def main() -> None:
    """Print how well the shapes agree, and one JSON line."""
    place = labelled_set(SET)
    if place is None:
        return report_absent("opensim_grid", SET)
    with (place / "dev.csv").open(encoding="utf-8", newline="") as file:
        every = [_pose(row) for row in csv.DictReader(file) if row["converged"] == "1"]
    poses = [pose for pose in every if not pose.one_handed]
    on_skeleton = [_on_skeleton(pose) for pose in every]
    ours_n = np.array([spinal_loads(pose.posture, pose.physique).l4l5_compression_n.value for pose in poses])
    held = np.array([not pose.saturated for pose in poses])
    skeleton_n = np.array([float(loads["compression_n"][0]) for loads in on_skeleton])
    every_held = np.array([not pose.saturated for pose in every])
    trends = _trends(poses, ours_n)
    result = {
        "benchmark": "opensim_grid",
        "poses": len(poses),
        "unsaturated": _shape(poses, ours_n, held),
        "saturated": _shape(poses, ours_n, ~held),
        "trends": trends,
        "trends_alike": sum(row["alike"] for row in trends.values()) / sum(row["pairs"] for row in trends.values()),
        "skeleton": _shape(every, skeleton_n, every_held),
        "moments": _moments(every, on_skeleton),
    }
    _print(result)
    print(json.dumps(result))
    return None


def _on_skeleton(pose: Pose) -> Any:
    """Return our loads of a pose on the peer's skeleton, one record."""
    records = records_of(pose.posture)
    records["reach_m"] = pose.reach_m
    records["load_left_m" if pose.one_handed else "hand_left_m"] = pose.hands_left_m
    assert pose.physique.weight_kg is not None  # noqa: S101 - the grid tells it
    return compute_loads(records, skeleton(pose.physique.weight_kg))[0, 0]


def _pose(row: Row) -> Pose:
    number = {name: float(value) for name, value in row.items() if name not in ("pose_id", "group", "load_side")}
    hand_load_kg, trunk_deg = number["hand_load_kg"], number["trunk_inclination_deg"]
    asked = Posture(
        "standing",
        trunk_deg=trunk_deg,
        lumbar_flexion_deg=number["lumbar_flexion_deg"],
        twist_deg=number["axial_rotation_left_deg"],
        side_bend_deg=-number["lateral_bend_right_deg"],
        hand_load_kg=hand_load_kg,
        reach_cm=100 * number["load_ahead_of_l5s1_m"] if hand_load_kg else None,
    )
    inputs = (
        trunk_deg,
        round(number["lumbar_flexion_deg"] / trunk_deg, 1) if trunk_deg else _ANY,
        abs(number["lateral_bend_right_deg"]),
        abs(number["axial_rotation_left_deg"]),
        hand_load_kg,
        number["arm_angle_from_vertical_deg"] if hand_load_kg else _ANY,
        number["body_mass_kg"],
    )
    moments_nm = (number["l4l5_gravity_moment_flex_Nm"], number["l4l5_gravity_moment_lat_right_Nm"])
    physique = Physique(weight_kg=number["body_mass_kg"], sex="male")
    saturated = number["n_saturated_muscles"] > 0
    return Pose(
        asked,
        physique,
        inputs,
        number["l4l5_compression_N"],
        moments_nm,
        saturated,
        number["load_ahead_of_l5s1_m"],
        -number["load_right_of_l5s1_m"],
        row["load_side"] == "right",
    )


def _shape(poses: Sequence[Pose], ours_n: FloatArray, chosen: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Return rank correlation, the scale that fits ours best, and the error after it as a share of the peer's mean."""
    theirs, ours = np.array([pose.compression_n for pose in poses])[chosen], ours_n[chosen]
    scale = float(theirs @ ours / (ours @ ours))
    error_n = float(np.sqrt(np.mean((scale * ours - theirs) ** 2)))
    return {
        "poses": int(chosen.sum()),
        "rank_correlation": float(spearmanr(theirs, ours).statistic),
        "scale": scale,
        "nrmse_percent": 100 * error_n / float(theirs.mean()),
        "nrmse_of_range_percent": 100 * error_n / float(np.ptp(theirs)),
    }


def _trends(poses: Sequence[Pose], ours_n: FloatArray) -> dict[str, dict[str, int]]:
    """Count, for each input, the pairs of poses that differ in it alone, and those where ours moves the same way."""
    found = {name: {"pairs": 0, "alike": 0} for name in TRENDS}
    for (first, first_n), (second, second_n) in combinations(zip(poses, ours_n, strict=True), 2):
        differing = _differing(first.inputs, second.inputs)
        change_n = second.compression_n - first.compression_n
        if len(differing) == 1 and abs(change_n) > _NO_TREND_SHARE * first.compression_n:
            trend = found[differing[0]]
            trend["pairs"] += 1
            trend["alike"] += int(change_n * (second_n - first_n) > 0)
    return found


def _differing(first: Sequence[float | None], second: Sequence[float | None]) -> list[str]:
    pairs = zip(TRENDS, first, second, strict=True)
    return [name for name, one, other in pairs if one is not _ANY and other is not _ANY and one != other]


def _moments(poses: Sequence[Pose], on_skeleton: Sequence[Any]) -> dict[str, float]:
    """Return the share of gravity moments that agree, both directions of a pose together, and how ours differ."""
    # about the axis to the left one bends forward, about the one ahead to the right
    ours_nm = np.array([loads["gravity_moment_nm"][0][[1, 0]] for loads in on_skeleton])
    theirs_nm = np.array([pose.moments_nm for pose in poses])
    size_nm, error_nm = np.hypot(*theirs_nm.T), np.hypot(*(ours_nm - theirs_nm).T)
    forward, ours_forward = theirs_nm[:, 0], ours_nm[:, 0]
    return {
        "within": float(np.mean(error_nm <= np.maximum(MOMENT_NM, MOMENT_SHARE * size_nm))),
        "median_error_nm": float(np.median(error_nm)),
        "forward_scale": float(forward @ ours_forward / (ours_forward @ ours_forward)),
        "forward_correlation": float(np.corrcoef(forward, ours_forward)[0, 1]),
    }


def _print(result: Mapping[str, Any]) -> None:
    for name in ("unsaturated", "saturated", "skeleton"):
        shape = result[name]
        print(
            f"{name}: {shape['poses']} poses, rank correlation {shape['rank_correlation']:.3f}, after one scale of "
            f"{shape['scale']:.2f}: nRMSE {shape['nrmse_percent']:.1f} % of the mean"
        )
    for name, trend in result["trends"].items():
        print(f"trend of {name}: {trend['alike']} of {trend['pairs']} pairs alike")
    moments = result["moments"]
    print(
        f"gravity moments about L4–L5: {moments['within']:.0%} within 5 % or 3 N·m, median error "
        f"{moments['median_error_nm']:.1f} N·m; forward: correlation {moments['forward_correlation']:.3f}, "
        f"theirs are {moments['forward_scale']:.2f} of ours"
    )


if __name__ == "__main__":
    main()
