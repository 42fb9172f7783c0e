"""Movements made by hand as samples of signals, and what the engine says of them."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openlumbar.assessment.engine import Assessor
from openlumbar.assessment.events import Event, Repetition, RepetitionDone, Verdict
from openlumbar.cards import Card, CaseRepetition, exercise
from openlumbar.kinematics.signals import SIGNAL_NAMES, Sample
from openlumbar.kinematics.stream import compute_signals
from openlumbar.physique import Physique
from openlumbar.pose.simulation import Scenario, simulate

FPS = 30.0
NOBODY = dict.fromkeys(SIGNAL_NAMES, math.nan)


def trapezoids(repetitions: Iterable[CaseRepetition], fps: float = FPS, lead_in_s: float = 3.0) -> list[float]:
    """Draw the drive of a set: rest, then out, hold, back and rest for each repetition."""
    drive = [0.0] * round(lead_in_s * fps)
    for planned in repetitions:
        out, back = (max(round(duration_s * fps), 1) for duration_s in (planned.out_s, planned.back_s))
        drive += [planned.peak * (index + 1) / out for index in range(out)]
        drive += [planned.peak] * round(planned.hold_s * fps)
        drive += [planned.peak * (1 - (index + 1) / back) for index in range(back)]
        drive += [0.0] * round(planned.rest_s * fps)
    return drive


def samples_of(
    card: Card, drive: Sequence[float], fps: float = FPS, start_s: float = 0.0, **signals: float
) -> list[Sample]:
    """Make samples: the drive, the card's own `case_signals` that follow it, and signals that stay as given."""
    samples = []
    for index, value in enumerate(drive):
        values = NOBODY | {name: signal.rest + signal.per_drive * value for name, signal in card.case_signals.items()}
        values[card.drive.signal] = value
        samples.append(Sample(start_s + index / fps, values | signals))
    return samples


def after(first: Sequence[Sample], then: Sequence[Sample], pause_s: float = 1 / FPS) -> list[Sample]:
    """Join two runs of samples in time."""
    start_s = first[-1].time_s + pause_s - then[0].time_s
    return [*first, *(Sample(sample.time_s + start_s, sample.values) for sample in then)]


def absent(duration_s: float, fps: float = FPS) -> list[Sample]:
    """Show nobody for a while."""
    return [Sample(index / fps, NOBODY) for index in range(round(duration_s * fps))]


@dataclass(frozen=True)
class Judged:
    """What the engine said."""

    assessor: Assessor
    events: tuple[Event, ...]

    @property
    def repetitions(self) -> tuple[Repetition, ...]:
        return tuple(event.repetition for event in self.events if isinstance(event, RepetitionDone))

    @property
    def counted(self) -> int:
        return sum(repetition.counted for repetition in self.repetitions)

    @property
    def sides(self) -> list[str | None]:
        return [repetition.side for repetition in self.repetitions if repetition.counted]

    @property
    def faults(self) -> dict[str, int]:
        return dict(Counter(code for repetition in self.repetitions for code in repetition.faults))

    @property
    def verdict(self) -> Verdict:
        return self.assessor.verdict

    @property
    def reason(self) -> str | None:
        return None if self.verdict.judged else self.verdict.reasons[0]


def judge(
    card: Card | str, samples: Iterable[Sample], level: str | None = None, physique: Physique | None = None
) -> Judged:
    """Run the engine over samples, to the end of the recording."""
    card = exercise(card) if isinstance(card, str) else card
    assessor = Assessor(card, card.level(level), physique or Physique())
    events = [event for sample in samples for event in assessor.step(sample)]
    return Judged(assessor, tuple(events + assessor.finish()))


def judge_set(slug: str, *repetitions: CaseRepetition, level: str | None = None, **signals: float) -> Judged:
    """Run the engine over a set of trapezoids."""
    card = exercise(slug)
    return judge(card, samples_of(card, trapezoids(repetitions), **signals), level)


def samples_of_scenario(scenario: Scenario, seed: int) -> tuple[list[Sample], "Simulated"]:
    """Film a simulated patient and compute the signals."""
    simulation = simulate(scenario, seed)
    signals = compute_signals(simulation.track, Physique(scenario.physique.height_cm))
    return list(signals.samples()), Simulated(scenario, simulation.truth.count("left"), simulation.truth.count())


@dataclass(frozen=True)
class Simulated:
    """What a simulated patient really did."""

    scenario: Scenario
    left: int
    counted: int
