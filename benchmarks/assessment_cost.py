"""Claims: the incremental engine takes at most 40 µs of CPU a sample, a live frame's signals at most 15 µs.

No peer judges repetitions sample by sample; beside it stand the signals it needs and the whole session, fed in
the pieces a video is fed in. A live frame comes alone, as bytes, and its signals go to the engine as a sample; also
for 300 people in turn, where no one's memory stays in the processor's. Best of five runs over the demo's simulated
patient. Run with `python -m benchmarks.assessment_cost`.
"""

import json
from collections.abc import Callable, Sequence
from functools import partial

from benchmarks._cost import best_us
from openlumbar.assessment.engine import Assessor
from openlumbar.kinematics.stream import SignalStream, compute_signals
from openlumbar.physique import Physique
from openlumbar.pipeline.session import Session, Task, tasks_for
from openlumbar.pose.simulation import DEMO, simulate
from openlumbar.pose.track import PoseTrack
from openlumbar.pose.wire import HEADER_BYTES, pack_frames

TARGET_US, LIVE_TARGET_US = 40.0, 15.0
PEOPLE, FRAMES_OF_EACH = 300, 60
CHUNK_FRAMES = 16

Work = Callable[[], None]


def main() -> None:
    """Print the table and one JSON line."""
    rows = {slug: _measure(slug) for slug in DEMO}
    print(f"{'CPU µs a sample':16}" + "".join(f" {name.removesuffix('_us'):>12}" for name in next(iter(rows.values()))))
    for slug, row in rows.items():
        print(f"{slug:16}" + "".join(f" {cost_us:12.1f}" for cost_us in row.values()))
    worst, live = (max(row[name] for row in rows.values()) for name in ("assessor_us", "live_us"))
    print(f"assessor, worst of the exercises: {worst:.0f} µs a sample (target {TARGET_US:.0f})")
    print(f"signals of a live frame, worst of the exercises: {live:.1f} µs (target {LIVE_TARGET_US:.0f})")
    result = {"benchmark": "assessment_cost", "assessor_us": worst, "live_us": live, "target": TARGET_US}
    print(json.dumps({**result, "exercises": rows}))


def _measure(slug: str) -> dict[str, float]:
    scenario = DEMO[slug]
    track, tasks = simulate(scenario, 1).track, tasks_for(slug, scenario.level)
    works = _works_of_a_recording(track, tasks, scenario.physique) | _works_of_a_camera(track, scenario.physique)
    costs_us = {name: best_us(work) / len(track) for name, work in works.items()}
    many = partial(_step_in_turn, track[:FRAMES_OF_EACH], scenario.physique)
    return costs_us | {"live_of_300_us": best_us(many) / (PEOPLE * FRAMES_OF_EACH)}


def _works_of_a_recording(track: PoseTrack, tasks: tuple[Task, ...], physique: Physique) -> dict[str, Work]:
    samples = list(compute_signals(track, physique).samples())
    chunks = _pieces(track, CHUNK_FRAMES)

    def assess() -> None:
        assessor = Assessor(tasks[0].card, tasks[0].level, physique)
        for sample in samples:
            assessor.step(sample)
        assessor.finish()

    def run() -> None:
        session = Session(tasks, physique)
        for chunk in chunks:
            session.push(chunk)
        session.finish()

    return {"assessor_us": assess, "signals_us": partial(_push, chunks, physique), "session_us": run}


def _works_of_a_camera(track: PoseTrack, physique: Physique) -> dict[str, Work]:
    """List what a frame costs that comes alone: pushed as a track of one, or as the bytes of the live protocol."""
    frames = _pieces(track, 1)
    messages = [pack_frames(frame) for frame in frames]

    def live() -> None:
        stream = SignalStream(physique)
        for message in messages:
            stream.step_packed(message, HEADER_BYTES)

    return {"pushed_us": partial(_push, frames, physique), "live_us": live}


def _push(pieces: Sequence[PoseTrack], physique: Physique) -> None:
    stream = SignalStream(physique)
    for piece in pieces:
        stream.push(piece)
    stream.finish()


def _step_in_turn(track: PoseTrack, physique: Physique) -> None:
    streams = [SignalStream(physique) for _ in range(PEOPLE)]
    for message in map(pack_frames, _pieces(track, 1)):
        for stream in streams:
            stream.step_packed(message, HEADER_BYTES)


def _pieces(track: PoseTrack, count: int) -> list[PoseTrack]:
    return [track[start : start + count] for start in range(0, len(track), count)]


if __name__ == "__main__":
    main()
