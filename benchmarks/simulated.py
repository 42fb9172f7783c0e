"""Simulated patients: 300 sets of exercises before a noisy tracker, against the truth of the simulation.

Half of the sets are done with one or two kinds of form fault. Run with `python -m benchmarks.simulated`.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from openlumbar.assessment.engine import Assessor
from openlumbar.assessment.events import Repetition, RepetitionDone, Verdict
from openlumbar.cards import exercise, exercise_slugs
from openlumbar.kinematics.stream import compute_signals
from openlumbar.physique import Physique
from openlumbar.pose.simulation import Scenario, TrueRepetition, negative_scenarios, random_scenario, simulate

CASES_EACH = 100
SEED = 20260
TARGETS = {"counts_exact": 0.97, "hold_error_s": 0.2, "hip_rise_error_cm": 1.0, "trunk_error_deg": 3.0, "fault_f1": 0.9}


@dataclass
class Tally:
    """Everything counted over the cases of one exercise."""

    cases: int = 0
    exact: int = 0
    hold_error_s: list[float] = field(default_factory=list)
    value_error: list[float] = field(default_factory=list)
    peak_error_s: list[float] = field(default_factory=list)
    inside: list[bool] = field(default_factory=list)
    hits: Counter[str] = field(default_factory=Counter)
    misses: Counter[str] = field(default_factory=Counter)
    alarms: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: "Tally") -> "Tally":
        """Add up two tallies' faults, for F1 over several exercises."""
        return Tally(hits=self.hits + other.hits, misses=self.misses + other.misses, alarms=self.alarms + other.alarms)

    def fault_f1(self, codes: Sequence[str] | None = None) -> float:
        """Return F1 over repetitions and codes, or of some codes only."""
        hits, misses, alarms = (
            sum(n for code, n in c.items() if codes is None or code in codes)
            for c in (self.hits, self.misses, self.alarms)
        )
        return 2 * hits / max(2 * hits + misses + alarms, 1)


def assess(
    scenario: Scenario, seed: int, slug: str
) -> tuple[list[Repetition], Verdict, Sequence[TrueRepetition], float]:
    """Simulate a scenario and judge it; return also the truth and the CPU time a sample in seconds."""
    simulation = simulate(scenario, seed)
    card = exercise(slug)
    physique = scenario.physique
    signals = compute_signals(simulation.track, Physique(physique.height_cm))
    assessor = Assessor(card, card.level(scenario.level), physique)
    samples = list(signals.samples())
    start = time.process_time()
    events = [event for sample in samples for event in assessor.step(sample)]
    events += assessor.finish()
    cost_s = (time.process_time() - start) / len(samples)
    repetitions = [event.repetition for event in events if isinstance(event, RepetitionDone)]
    return repetitions, assessor.verdict, simulation.truth.repetitions, cost_s


def matched(found: Sequence[Repetition], true: Sequence[TrueRepetition]) -> list[tuple[Repetition, TrueRepetition]]:
    """Pair repetitions whose times overlap by half of the longer one."""
    pairs = []
    free = list(found)
    for truth in true:
        best = max(free, key=lambda r: _overlap(r, truth), default=None)
        if best is not None and _overlap(best, truth) >= 0.5:
            pairs.append((best, truth))
            free.remove(best)
    return pairs


def _overlap(found: Repetition, truth: TrueRepetition) -> float:
    common = min(found.end_s, truth.end_s) - max(found.start_s, truth.start_s)
    return common / max(found.end_s - found.start_s, truth.end_s - truth.start_s)


def judge_case(
    tally: Tally, name: str, found: Sequence[Repetition], verdict: Verdict, true: Sequence[TrueRepetition]
) -> None:
    """Add one case to the tally."""
    tally.cases += 1
    counted = Counter(r.side for r in found if r.counted)
    expected = Counter(r.side for r in true if r.counted)
    if counted == expected and (verdict.judged or not expected):
        tally.exact += 1
    else:
        tally.wrong.append(f"{name}: {dict(counted)} of {dict(expected)} {verdict.reasons}")
    for repetition, truth in matched(found, true):
        _judge_values(tally, repetition, truth)
        if truth.counted and repetition.counted:
            _judge_faults(tally, set(repetition.faults), set(truth.faults))


def _judge_values(tally: Tally, found: Repetition, truth: TrueRepetition) -> None:
    if found.hold_s is not None:
        tally.hold_error_s.append(found.hold_s - truth.hold_s)
    early, late = truth.top_start_s - found.peak_s, found.peak_s - truth.top_end_s
    tally.peak_error_s.append(max(early, late, 0.0))
    for name in ("hip_rise_cm", "trunk_angle_deg", "trunk_yaw_deg"):
        value, true_value = getattr(found, name), getattr(truth, name)
        if value is not None and true_value is not None:
            tally.value_error.append(abs(value) - true_value)
            low, high = sorted(abs(bound) for bound in found.interval90[name])
            tally.inside.append(low <= true_value <= high)


def _judge_faults(tally: Tally, found: set[str], true: set[str]) -> None:
    tally.hits.update(found & true)
    tally.misses.update(true - found)
    tally.alarms.update(found - true)


def run(slugs: Sequence[str], cases_each: int, seed: int) -> tuple[dict[str, Tally], list[float]]:
    """Run the positive cases of some exercises."""
    tallies, costs = {}, []
    for slug in slugs:
        rng = np.random.default_rng([seed, len(slug)])
        tally = tallies[slug] = Tally()
        for index in range(cases_each):
            scenario = random_scenario(slug, rng, with_faults=index % 2 == 1)
            found, verdict, true, cost_s = assess(scenario, seed + index, slug)
            judge_case(tally, f"{slug} #{index} ({scenario.name})", found, verdict, true)
            costs.append(cost_s)
    return tallies, costs


def ghosts(seed: int, duration_s: float) -> dict[str, int]:
    """Count repetitions in movements that are no exercise, for every exercise as the one expected."""
    found = {}
    for index, scenario in enumerate(negative_scenarios(duration_s, seed)):
        for slug in exercise_slugs():
            repetitions, *_ = assess(scenario, seed + index, slug)
            found[f"{scenario.name} as {slug}"] = sum(r.counted for r in repetitions)
    return found


def row_of(tally: Tally) -> dict[str, Any]:
    """Sum up one exercise; faults as [found, missed, false alarms, F1]."""
    codes = sorted({*tally.hits, *tally.misses, *tally.alarms})
    return {
        "cases": tally.cases,
        "counts_exact": tally.exact / tally.cases,
        "hold_error_s": float(np.median(np.abs(tally.hold_error_s))),
        "value_error": float(np.median(np.abs(tally.value_error))),
        "value_bias": float(np.median(tally.value_error)),
        "interval90_coverage": float(np.mean(tally.inside)),
        "peak_error_s": float(np.median(tally.peak_error_s)),
        "fault_f1": tally.fault_f1(),
        "faults": {
            code: [tally.hits[code], tally.misses[code], tally.alarms[code], round(tally.fault_f1([code]), 3)]
            for code in codes
        },
    }


def print_rows(rows: dict[str, dict[str, Any]]) -> None:
    """Print the table of all exercises; values are cm for the bridge and degrees for the others."""
    heads = ("exact", "hold |err| s", "value |err|", "bias", "in 90 %", "peak err s", "fault F1")
    print(f"{'exercise':12}" + "".join(f"{head:>13}" for head in heads))
    for slug, row in rows.items():
        cells = (
            *(f"{row['counts_exact']:.1%}", f"{row['hold_error_s']:.2f}", f"{row['value_error']:.2f}"),
            *(f"{row['value_bias']:.2f}", f"{row['interval90_coverage']:.0%}", f"{row['peak_error_s']:.2f}"),
            f"{row['fault_f1']:.3f}",
        )
        print(f"{slug:12}" + "".join(f"{cell:>13}" for cell in cells))
        for code, (hits, misses, alarms, f1) in row["faults"].items():
            print(f"  {code:20} found {hits:4d}  missed {misses:4d}  false {alarms:4d}  F1 {f1:.3f}")


def main() -> None:
    """Print the table and one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=CASES_EACH, help="cases of each exercise")
    parser.add_argument("--exercise", nargs="*", help="only these")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--negatives-s", type=float, default=300.0, help="length of each negative")
    parser.add_argument("--show", action="store_true", help="name the cases that went wrong")
    options = parser.parse_args()
    tallies, costs = run(options.exercise or exercise_slugs(), options.cases, options.seed)
    ghost = ghosts(options.seed, options.negatives_s)
    rows = {slug: row_of(tally) for slug, tally in tallies.items()}
    print_rows(rows)
    exact = sum(tally.exact for tally in tallies.values()) / sum(tally.cases for tally in tallies.values())
    f1 = sum((tally for tally in tallies.values()), Tally()).fault_f1()
    hours = len(ghost) * options.negatives_s / 3600
    cost_us = 1e6 * float(np.median(costs))
    print(f"counts exact over all: {exact:.1%} (target 97 %); fault F1 over all: {f1:.3f} (target 0.90)")
    print(f"ghost repetitions: {sum(ghost.values())} in {hours:.1f} h of other movement (target 0)")
    print(f"assessment: {cost_us:.0f} µs of CPU a sample (target 40)")
    if options.show:
        print(*(f"  ! {line}" for tally in tallies.values() for line in tally.wrong), sep="\n")
        print(*(f"  ! {name}: {n} ghosts" for name, n in ghost.items() if n), sep="\n")
    result = {"benchmark": "simulated", "targets": TARGETS, **rows, "counts_exact": exact, "fault_f1": f1}
    result |= {"ghosts": sum(ghost.values()), "ghost_hours": hours, "assessor_us_per_sample": cost_us}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
