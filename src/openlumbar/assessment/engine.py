"""The one incremental engine: samples in, events out; live and offline alike."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import NamedTuple

from openlumbar.assessment.events import (
    Event,
    Phase,
    PhaseChanged,
    Repetition,
    RepetitionDone,
    Side,
    Unseen,
    Verdict,
)
from openlumbar.assessment.excursion import Excursion, ExcursionFinder
from openlumbar.assessment.gates import GateKeeper
from openlumbar.assessment.intervals import interval90
from openlumbar.assessment.measures import Shape, sustained_max, take
from openlumbar.assessment.sides import RESTED_S, SwingOrder, WindUpFilter, raised_hand_of, side_of
from openlumbar.assessment.verdict import VerdictKeeper
from openlumbar.cards import Card, FaultRule, Level, ReasonCode
from openlumbar.kinematics.running import RunningQuantile
from openlumbar.kinematics.signals import Sample
from openlumbar.physique import Physique

BLIND_LIMIT_S = 1.0
"""An excursion survives this long without a usable sample; after that nobody knows what happened between."""

SEEN_SHARE = 0.7
"""Share of a repetition's samples that must be usable for it to be judged."""

BEFORE_S, REMEMBERED_S = 4.0, 70.0
"""How much is remembered: enough before a movement to know its rest, and at most the longest movement."""

NEUTRAL_SAMPLES = 300
"""The neutral of a signal that swings with the drive is the median of its last resting samples: 10 s at 30/s."""

NEUTRAL_SD = 6.0
"""Error of such a neutral, degrees: slow drift of the depth between shoulders and hips (benchmarks/simulated.py;
subtracting it in full raises the median error of a turn from 3.0 to 3.4 degrees)."""


class Progress(NamedTuple):
    """Where the movement is now, for live guidance.

    `value` is what the exercise is measured as, from the person's own rest, signed for two sides (positive to the
    left) and in its unit; NaN when it is not known.
    """

    phase: Phase
    value: float


class Assessor:
    """Judge one exercise, sample by sample.

    `step` takes constant time; a repetition's own samples are looked at once more when it ends.
    """

    def __init__(self, card: Card, level: Level, physique: Physique) -> None:
        """Start with nothing seen."""
        self._card, self._level, self._physique = card, level, physique
        drive = card.drive
        self._signal, self._measured_as = drive.signal, drive.measured_as
        self._is_read_directly = drive.measured_as == drive.signal
        self._noticed = level.limits.get("noticed", drive.noticed).value
        self._counted_from = level.limits.get("counted", drive.counted).value
        self._finder = ExcursionFinder(self._noticed, two_sided=drive.rest == "middle")
        self._gates = GateKeeper(card)
        self._verdict = VerdictKeeper()
        self._rules = [_Rule(rule, level) for rule in card.faults if not rule.levels or level.id in rule.levels]
        self._wind_ups = WindUpFilter(two_sided=drive.rest == "middle")
        self._order = SwingOrder()
        # when, and the signals, None where they could not be used: two rows of plain values, as the garbage collector
        # would look through the objects of hundreds of live sessions again and again
        self._times_s: deque[float] = deque()
        self._values: deque[Mapping[str, float] | None] = deque()
        self._resting: list[Sample] = []
        self._neutral = RunningQuantile(NEUTRAL_SAMPLES)
        self._last_used_s = -math.inf
        self._did_something_else = False
        self._phase: Phase = "rest"

    def step(self, sample: Sample) -> list[Event]:
        """Take in one sample; return what it brought about."""
        time_s, code = sample.time_s, self._gates.check(sample)
        self._verdict.see(time_s, code)
        self._remember(time_s, sample.values if code is None else None)
        events: list[Event] = []
        is_blind = time_s - self._last_used_s > BLIND_LIMIT_S
        self._did_something_else |= is_blind and code == "other_exercise"
        value = sample.values[self._signal]
        if code is None and value == value:  # NaN is the only number that differs from itself
            if self._did_something_else or is_blind:
                self._finder.restart(wait_until_steady=self._did_something_else)
            self._last_used_s, self._did_something_else = time_s, False
            if settled := self._follow(sample, value):
                events += self._settle(settled)
        elif is_blind and self._is_open:
            events += self.finish()
            self._finder.restart(wait_until_steady=False)
        if change := self._change_of_phase(time_s, code):
            events.append(change)
        return events

    def finish(self) -> list[Event]:
        """End the recording: complete what was coming back, settle what was open."""
        return self._settle(self._wind_ups.flush(self._finder.finish()))

    @property
    def progress(self) -> Progress:
        """Tell where the movement is after the newest sample."""
        values = self._values[-1] if self._values else None
        if values is None:
            return Progress("unseen", math.nan)
        rest = self._finder.rest if self._is_read_directly else _shrunk(self._neutral.value)
        return Progress(self._phase, values[self._measured_as] - rest)

    def _follow(self, sample: Sample, value: float) -> Sequence[Excursion]:
        """Follow the movement with a usable sample; return the excursions that are settled by it."""
        finder = self._finder
        done = finder.step(sample.time_s, value)
        is_resting = finder.phase == "rest"
        if is_resting and not self._is_read_directly:
            self._neutral.push(sample.values[self._measured_as])
        return self._wind_ups.offer(sample.time_s, done, 0 if is_resting else finder.side)

    @property
    def _is_open(self) -> bool:
        return self._finder.phase != "rest" or self._wind_ups.waiting

    @property
    def verdict(self) -> Verdict:
        """Say whether what was seen so far can be judged."""
        return self._verdict.verdict()

    def _remember(self, time_s: float, values: Mapping[str, float] | None) -> None:
        times_s = self._times_s
        times_s.append(time_s)
        self._values.append(values)
        first_s = time_s - (REMEMBERED_S if self._is_open else 2 * BEFORE_S)
        while times_s[0] < first_s:
            times_s.popleft()
            self._values.popleft()

    def _change_of_phase(self, time_s: float, code: ReasonCode | None) -> Event | None:
        phase: Phase = "top" if self._finder.is_at_top else self._finder.phase
        if code is not None:
            phase = "unseen"
        if phase == self._phase:
            return None
        self._phase = phase
        if code is not None:
            return Unseen(time_s, code)
        return PhaseChanged(time_s, phase, self._side(self._finder.side))

    def _side(self, sign: int) -> Side | None:
        return side_of(sign) if self._card.drive.rest == "middle" else None

    def _settle(self, excursions: Sequence[Excursion]) -> list[Event]:
        events: list[Event] = []
        for excursion in excursions:
            repetition = self._judge(excursion)
            if repetition is not None:
                events.append(RepetitionDone(excursion.ended_s, repetition))
        return events

    def _judge(self, excursion: Excursion) -> Repetition | None:
        """Measure an excursion; None when it is not this exercise or was not seen well enough."""
        first_s = max(excursion.left_s - BEFORE_S, excursion.resting_since_s)
        history = zip(self._times_s, self._values, strict=True)
        around = [(time_s, values) for time_s, values in history if first_s <= time_s <= excursion.ended_s]
        inside = [values is not None for time_s, values in around if time_s >= excursion.left_s]
        if not inside or sum(inside) < SEEN_SHARE * len(inside):
            return None
        samples = [Sample(time_s, values) for time_s, values in around if values is not None]
        drive = self._card.drive
        points = [(s.time_s, value) for s in samples if (value := s.values[drive.signal]) == value]
        shape = Shape(points, excursion, drive.jitter.value)
        if shape.peak < self._noticed / 2:  # only a jump of the tracker: nothing is left of it at a second look
            return None
        if drive.rest == "low" or excursion.rested_s >= RESTED_S or not self._resting:
            self._resting = [s for s in samples if s.time_s <= shape.start_s] or samples[:1]
        repetition = [s for s in samples if shape.start_s <= s.time_s <= shape.end_s]
        measures = self._measures(shape, excursion, repetition)
        refused = self._gates.check_repetition(measures, repetition, self._resting)
        self._verdict.see_movement(refused)
        return None if refused else self._repetition(shape, excursion, measures, repetition)

    def _measures(self, shape: Shape, excursion: Excursion, samples: Sequence[Sample]) -> dict[str, float]:
        hold_s, prescribed_s = shape.hold_s, self._level.dose.hold_s
        measures = {
            "peak": self._peak(shape, excursion, samples),
            "hold_s": hold_s,
            "hold_share": hold_s / prescribed_s if prescribed_s else math.nan,
            "out_s": shape.out_s,
            "back_s": shape.back_s,
        }
        for rule in self._rules:
            if "." in rule.measure:
                measures[rule.measure] = take(rule.measure, samples, self._resting)
        return measures

    def _peak(self, shape: Shape, excursion: Excursion, samples: Sequence[Sample]) -> float:
        """Return the peak of what is reported: the drive itself, or another signal that swings with it."""
        if self._is_read_directly:
            return shape.peak
        first_s, last_s = shape.top()
        at_top = [s.values[self._measured_as] for s in samples if first_s <= s.time_s <= last_s]
        seen = [value for value in at_top if value == value]
        return excursion.side * (fmean(seen) - _shrunk(self._neutral.value)) if seen else math.nan

    def _peak_s(self, shape: Shape, excursion: Excursion, samples: Sequence[Sample]) -> float:
        """Return the middle of the time in which what is reported cannot be told from its peak."""
        if self._is_read_directly:
            return shape.peak_s
        values = [(s.time_s, excursion.side * s.values[self._measured_as]) for s in samples]
        seen = [(time_s, value) for time_s, value in values if value == value]
        if not seen:
            return shape.peak_s
        highest = sustained_max([value for _, value in seen], seen)
        top = [time_s for time_s, value in seen if value >= highest - self._card.drive.jitter.value]
        return (top[0] + top[-1]) / 2

    def _repetition(
        self, shape: Shape, excursion: Excursion, measures: dict[str, float], samples: Sequence[Sample]
    ) -> Repetition:
        drive, peak = self._card.drive, measures["peak"]
        side = self._side(excursion.side)
        hand = raised_hand_of(samples) if side else None
        counted = peak >= self._counted_from
        if counted and side is not None and hand is not None:
            measures["wrong_side"] = self._order.wrong_side(side, hand)
        faults = tuple(rule.code for rule in self._rules if rule.is_broken(measures))
        value: dict[str, float] = {} if math.isnan(peak) else {drive.measured_as: peak}
        return Repetition(
            start_s=shape.start_s,
            peak_s=self._peak_s(shape, excursion, samples),
            end_s=shape.end_s,
            counted=counted,
            side=side,
            hold_s=measures["hold_s"],
            raised_hand=hand,
            faults=faults,
            interval90={name: interval90(name, known, self._physique) for name, known in value.items()},
            measures=measures,
            hip_rise_cm=value.get("hip_rise_cm"),
            trunk_angle_deg=value.get("trunk_angle_deg"),
            trunk_yaw_deg=value.get("trunk_yaw_deg"),
        )


def _shrunk(neutral: float) -> float:
    """Trust a neutral as far as it stands out from its own error: near zero it is mostly noise."""
    return neutral**3 / (neutral**2 + NEUTRAL_SD**2)


class _Rule:
    """A fault rule with the level's own limit in place."""

    def __init__(self, rule: FaultRule, level: Level) -> None:
        limit = level.limits.get(rule.code, rule.above or rule.below)
        assert limit is not None  # the card's validator sees to it  # noqa: S101
        self.code, self.measure = rule.code, level.measures.get(rule.code, rule.measure)
        self._limit = limit.value
        self._sign = 1 if rule.above is not None else -1

    def is_broken(self, measures: dict[str, float]) -> bool:
        value = measures.get(self.measure, math.nan)
        return self._sign * (value - self._limit) > 0
