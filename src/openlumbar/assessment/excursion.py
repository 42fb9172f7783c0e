"""Find excursions of one signal from its resting level, sample by sample, in constant time.

The thresholds follow the person: after three excursions a movement must reach a share of the usual one to be
noticed, and it ends when it has lost most of its own height. So tremor on a plateau makes no second
excursion, and a tired person's smaller movements still count.
"""

import math
from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import Literal

from openlumbar.kinematics.running import RunningQuantile

LEAVE_SHARE = 0.3
"""Share of the usual excursion from which a movement is noticed (product: below it, fidgeting and wind-ups)."""

USUAL_OF, USUAL_FROM = 5, 3
"""Number of latest excursions whose median is the usual one, and from how many on it is used."""

RETURN_SHARE = 0.4
"""An excursion is over once it has come back to this share of its height: a dip to more is a shaky hold."""

SETTLED_SHARE = 0.08
"""Below this share of its height the signal is back at rest."""

SETTLE_LIMIT_S = 1.5
"""Longest time to wait for the signal to settle after it came back."""

TOP_SHARE, GROWTH_SHARE, HELD_AFTER_S = 0.9, 0.05, 0.3
"""An excursion is being held while it is at this share of its height and has not grown by this share for so
long (live guidance only; the hold that is reported is measured when the repetition is over)."""

LONGEST_S = 60.0
"""An excursion longer than this is a new resting posture: the longest prescribed hold is 10 s."""

STEADY_S = 0.5
"""After another movement the signal must stay within the smallest excursion for so long to be at rest."""

REST_SAMPLES, REST_STEP_S = 240, 1 / 30
"""The resting level is taken from so many latest resting samples, at most 30 a second, so over 8 s or more:
slow lifts of up to 5 s hardly move it, a shifted posture does."""

KNOWN_AFTER_S, DIP_S = 1.5, 3.0
"""A resting level that has held for so long is taken up again when the signal falls below it for a moment only
(a lifted head, a foot put right)."""

LOW_REST_QUANTILE = 0.25
"""Where a signal rests low, this quantile of the resting samples is its level; in the middle, the median."""

Phase = Literal["rest", "out", "back"]


@dataclass(frozen=True, slots=True)
class Excursion:
    """One movement away from rest and back.

    Attributes:
        side: +1 when the signal rose, -1 when it fell below its middle.
        rest: resting level before it, in the signal's unit.
        height: farthest distance from rest, in the signal's unit, positive.
        left_s, peak_s, ended_s: when it was noticed, at its farthest, and back.
        resting_since_s: when it came to rest before; minus infinity for the first one.
    """

    side: int
    rest: float
    height: float
    left_s: float
    peak_s: float
    ended_s: float
    resting_since_s: float

    @property
    def rested_s(self) -> float:
        """Return how long the signal had rested before it left."""
        return self.left_s - self.resting_since_s


class ExcursionFinder:
    """Follow one signal; `two_sided` signals rest in the middle and swing to either side.

    Attributes:
        phase, side: where the movement is, and to which side, +1 or -1.
        rest: the resting level, NaN when it is not known.
        threshold: the distance from rest from which a movement is noticed.
    """

    def __init__(self, noticed: float, *, two_sided: bool) -> None:
        """Start with nothing seen; `noticed` is the smallest excursion, in the signal's unit."""
        self._noticed = noticed
        self._two_sided = two_sided
        self._heights: deque[float] = deque(maxlen=USUAL_OF)
        self._quantile = 0.5 if two_sided else LOW_REST_QUANTILE
        self.threshold = noticed
        self.restart(wait_until_steady=False)

    def restart(self, *, wait_until_steady: bool) -> None:
        """Forget the resting level and any open excursion; keep what is usual for this person.

        After another movement the way back from it must not pass for a repetition: then `wait_until_steady`.
        """
        self._steady: list[tuple[float, float]] | None = [] if wait_until_steady else None
        self.phase: Phase = "rest"
        self.side = 1
        self.rest = math.nan
        self._time_s = self._rest_since_s = math.nan
        self._former: tuple[float, float] | None = None
        self._settle_at(math.nan)

    @property
    def is_at_top(self) -> bool:
        """Tell whether the open excursion is being held: near its farthest, and no longer going out."""
        return self.phase == "out" and self._is_near_top and self._time_s - self._grew_s >= HELD_AFTER_S

    def step(self, time_s: float, value: float) -> Excursion | None:
        """Take in a sample; return the excursion that it completes."""
        self._time_s = time_s
        if self._steady is not None and not self._is_steady(value):
            return None
        if math.isnan(self.rest):
            self._settle_at(value)
            self._rest_since_s = -math.inf
        self._undo_dip(value)
        distance = self.side * (value - self.rest)
        if self.phase == "back":
            return self._coming_back(distance, value)
        if self.phase == "out":
            self._go_out(distance)
        else:
            self._stay(value)
        return None

    def finish(self) -> Excursion | None:
        """Complete an excursion that was coming back when the recording ended."""
        return self._complete(self.rest) if self.phase == "back" else None

    def _is_steady(self, value: float) -> bool:
        """Wait, after a restart, until the signal has been steady for a while."""
        assert self._steady is not None  # noqa: S101 - asked only then
        steady = [*self._steady, (self._time_s, value)]
        while len(steady) > 1 and steady[1][0] <= self._time_s - STEADY_S:
            del steady[0]
        self._steady = steady
        values = [v for _, v in steady]
        if self._time_s - steady[0][0] < STEADY_S or max(values) - min(values) > self._noticed:
            return False
        self._steady = None
        return True

    def _settle_at(self, level: float) -> None:
        """Take a new resting level and forget what was before."""
        self.rest = level
        self._settled_s, self._pushed_s = self._time_s, -math.inf
        self._resting = RunningQuantile(REST_SAMPLES, self._quantile)

    def _undo_dip(self, value: float) -> None:
        """Return to the former rest when a fall below it was only a dip."""
        if self._former is None or self.phase == "back":
            return
        level, until_s = self._former
        if self._time_s > until_s:
            self._former = None
        elif abs(value - level) < self._noticed / 2:
            self._former, self.phase = None, "rest"
            self._settle_at(level)

    def _stay(self, value: float) -> None:
        away = value - self.rest
        if away > self.threshold or (self._two_sided and away < -self.threshold):
            self.phase, self.side = "out", 1 if away > 0 else -1
            self._left_s = self._peak_s = self._grew_s = self._time_s
            self._height = self._grown_to = abs(away)
            self._is_near_top = True
            return
        if away < -self._noticed and not self._two_sided:  # a one-sided signal fell below its rest: the rest was wrong
            well_known = self._time_s - self._settled_s >= KNOWN_AFTER_S
            self._former = (self.rest, self._time_s + DIP_S) if well_known else None
            self._settle_at(value)
        if self._time_s - self._pushed_s >= REST_STEP_S:
            self.rest, self._pushed_s = self._resting.push(value), self._time_s

    def _go_out(self, distance: float) -> None:
        self._is_near_top = distance >= TOP_SHARE * self._height
        if distance > self._height:
            self._height, self._peak_s = distance, self._time_s
            if distance > (1 + GROWTH_SHARE) * self._grown_to:
                self._grown_to, self._grew_s = distance, self._time_s
        elif distance < RETURN_SHARE * self._height:
            self.phase, self._nearest, self._back_s = "back", distance, self._time_s
        elif self._time_s - self._left_s > LONGEST_S:
            self.restart(wait_until_steady=True)

    def _coming_back(self, distance: float, value: float) -> Excursion | None:
        settled = SETTLED_SHARE * self._height
        leaving_again = distance > self._nearest + max(settled, self._noticed / 2)
        self._nearest = min(self._nearest, distance)
        if distance > settled and not leaving_again and self._time_s - self._back_s < SETTLE_LIMIT_S:
            return None
        trough = self.rest + self.side * self._nearest
        return self._complete(min(trough, value))

    def _complete(self, rest_after: float) -> Excursion:
        done = Excursion(
            self.side, self.rest, self._height, self._left_s, self._peak_s, self._time_s, self._rest_since_s
        )
        self._heights.append(self._height)
        if len(self._heights) >= USUAL_FROM:
            self.threshold = max(self._noticed, LEAVE_SHARE * median(self._heights))
        self.phase, self._rest_since_s = "rest", self._time_s
        if not self._two_sided:
            self._settle_at(rest_after)
        return done
