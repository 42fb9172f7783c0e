"""Claim: the incremental engine takes at most 40 µs of CPU a sample.

No peer judges repetitions sample by sample; beside it stand the signals it needs and the whole session, fed in
the pieces a video is fed in. Best of five runs over the demo's simulated patient. Run with
`python -m benchmarks.assessment_cost`.
"""

import json
import time
from collections.abc import Callable

from openlumbar.assessment.engine import Assessor
from openlumbar.kinematics.stream import SignalStream, compute_signals
from openlumbar.pipeline.session import Session, tasks_for
from openlumbar.pose.simulation import DEMO, simulate

TARGET_US = 40.0
CHUNK_FRAMES = 16
_RUNS = 5


def main() -> None:
    """Print the table and one JSON line."""
    rows = {slug: _measure(slug) for slug in DEMO}
    print(f"{'CPU µs a sample':16} {'assessor':>9} {'signals':>8} {'session':>8}")
    for slug, row in rows.items():
        print(f"{slug:16} {row['assessor_us']:9.0f} {row['signals_us']:8.0f} {row['session_us']:8.0f}")
    worst = max(row["assessor_us"] for row in rows.values())
    print(f"assessor, worst of the exercises: {worst:.0f} µs a sample (target {TARGET_US:.0f})")
    result = {"benchmark": "assessment_cost", "assessor_us": worst, "target": TARGET_US}
    print(json.dumps({**result, "exercises": rows}))


def _measure(slug: str) -> dict[str, float]:
    scenario = DEMO[slug]
    track, tasks = simulate(scenario, 1).track, tasks_for(slug, scenario.level)
    samples = list(compute_signals(track, scenario.physique).samples())
    chunks = [track[start : start + CHUNK_FRAMES] for start in range(0, len(track), CHUNK_FRAMES)]

    def assess() -> None:
        assessor = Assessor(tasks[0].card, tasks[0].level, scenario.physique)
        for sample in samples:
            assessor.step(sample)
        assessor.finish()

    def signal() -> None:
        stream = SignalStream(scenario.physique)
        for chunk in chunks:
            stream.push(chunk)
        stream.finish()

    def run() -> None:
        session = Session(tasks, scenario.physique)
        for chunk in chunks:
            session.push(chunk)
        session.finish()

    works = {"assessor_us": assess, "signals_us": signal, "session_us": run}
    return {name: _best_us(work) / len(track) for name, work in works.items()}


def _best_us(work: Callable[[], None]) -> float:
    costs = []
    for _ in range(_RUNS):
        start_s = time.process_time()
        work()
        costs.append(time.process_time() - start_s)
    return 1e6 * min(costs)


if __name__ == "__main__":
    main()
