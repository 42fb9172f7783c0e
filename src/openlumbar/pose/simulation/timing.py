"""How people move through time: planned repetitions, unsteady holds, wandering, breathing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from openlumbar.pose.simulation.geometry import Array

Profile = Literal["min_jerk", "cosine", "trapezoid"]


@dataclass(frozen=True)
class PlannedRepetition:
    """One movement out and back as the person means to do it.

    Attributes:
        peak: farthest point: cm of hip rise, degrees of trunk lift, degrees of yaw (left positive).
        up_s: time from rest to the peak.
        hold_s: time at the peak.
        down_s: time back to rest.
        rest_s: time at rest before the next; 0 between swings to opposite sides joins them in one sweep.
        profile: how the speed rises and falls.
        sag: share of the peak lost during the hold.
        residue: share of the peak that is left at the rest afterwards.
        hesitation_s: a stop half-way up.
        lean_deg: side-bend at the peak, positive to the left.
        arm_down: the raised arm drops.
        line_deg: bridges only: rise until shoulder, hip and knee make this angle, whatever `peak` says.
    """

    peak: float
    up_s: float = 1.5
    hold_s: float = 0.5
    down_s: float = 2.0
    rest_s: float = 1.5
    profile: Profile = "min_jerk"
    sag: float = 0.0
    residue: float = 0.0
    hesitation_s: float = 0.0
    lean_deg: float = 0.0
    arm_down: bool = False
    line_deg: float | None = None


@dataclass(frozen=True, eq=False)
class Course:
    """A planned set laid out in time.

    Attributes:
        value: (T,) the movement's driving signal, in the unit of the peaks.
        activity: (T,) 0 at rest, 1 at the peaks and between joined swings.
        index: (T,) which repetition a moment belongs to.
        reached: (T,) share of that repetition's peak, 0 to 1.
        bounds_s: (R + 1,) moments that separate the repetitions; the first and last bound the set.
    """

    value: Array
    activity: Array
    index: npt.NDArray[np.int64]
    reached: Array
    bounds_s: Array


def ramp(share: Array, profile: Profile) -> Array:
    """Rise from 0 to 1 while share goes from 0 to 1.

    Source: min_jerk: Flash & Hogan 1985; trapezoid: quarter speeding up, quarter slowing down.
    """
    x = np.clip(share, 0.0, 1.0)
    if profile == "min_jerk":
        return np.asarray(x**3 * (10.0 - 15.0 * x + 6.0 * x**2))
    if profile == "cosine":
        return np.asarray(0.5 - 0.5 * np.cos(np.pi * x))
    speeding = x**2 / 0.375
    slowing = 1.0 - (1.0 - x) ** 2 / 0.375
    return np.asarray(np.where(x < 0.25, speeding, np.where(x > 0.75, slowing, (x - 0.125) / 0.75)))


def pulse(time_s: Array, start_s: float, up_s: float, stay_s: float, down_s: float) -> Array:
    """Go smoothly from 0 to 1, stay, and come back to 0: (T,)."""
    rise = ramp((time_s - start_s) / up_s, "min_jerk")
    fall = ramp((time_s - start_s - up_s - stay_s) / down_s, "min_jerk")
    return rise - fall


def set_duration_s(repetitions: Sequence[PlannedRepetition]) -> float:
    """Add up a planned set."""
    return sum(r.up_s + r.hesitation_s + r.hold_s + r.down_s + r.rest_s for r in repetitions)


def course_of(time_s: Array, repetitions: Sequence[PlannedRepetition], start_s: float) -> Course:
    """Lay planned repetitions out in time from `start_s` on."""
    knots, bounds_s = _knots(repetitions, start_s)
    moments, levels, activities = (np.array([getattr(knot, name) for knot in knots]) for name in Knot._fields[:3])
    after = np.clip(np.searchsorted(moments, time_s, side="right"), 1, len(moments) - 1)
    share = (time_s - moments[after - 1]) / np.maximum(moments[after] - moments[after - 1], 1e-9)
    eased = np.empty_like(share)
    for profile in {knot.profile for knot in knots}:
        chosen = np.array([knot.profile == profile for knot in knots])[after]
        eased[chosen] = ramp(share[chosen], profile)
    value, activity = (level[after - 1] + np.diff(level)[after - 1] * eased for level in (levels, activities))
    index = np.clip(np.searchsorted(bounds_s[1:-1], time_s, side="right"), 0, len(repetitions) - 1)
    peaks = np.array([planned.peak for planned in repetitions])
    return Course(value, activity, index, np.clip(value / peaks[index], 0.0, 1.0), bounds_s)


class Knot(NamedTuple):
    """A moment that the driving signal passes, and how it comes there."""

    moment_s: float
    level: float
    activity: float
    profile: Profile


def _knots(repetitions: Sequence[PlannedRepetition], start_s: float) -> tuple[list[Knot], Array]:
    knots, bounds_s = [Knot(start_s, 0.0, 0.0, "min_jerk")], [start_s]
    for before, planned, following in zip(
        (None, *repetitions[:-1]), repetitions, (*repetitions[1:], None), strict=True
    ):
        for duration_s, level, activity in (*_way_up(before, planned), *_way_down(planned, following)):
            knots.append(Knot(knots[-1].moment_s + duration_s, level, activity, planned.profile))
        joined = following is not None and _sweeps(planned, following)
        bounds_s.append(knots[-1].moment_s + (planned.down_s if joined else -planned.rest_s / 2.0))
    bounds_s[-1] = knots[-1].moment_s
    return knots, np.array(bounds_s)


def _sweeps(planned: PlannedRepetition, following: PlannedRepetition) -> bool:
    """Tell whether two swings to opposite sides are joined without a stop in the middle."""
    return planned.rest_s == 0.0 and planned.peak * following.peak < 0.0


def _way_up(before: PlannedRepetition | None, planned: PlannedRepetition) -> list[tuple[float, float, float]]:
    if before is not None and _sweeps(before, planned):
        return [(before.down_s + planned.up_s, planned.peak, 1.0)]
    if not planned.hesitation_s:
        return [(planned.up_s, planned.peak, 1.0)]
    half, halfway = planned.up_s / 2.0, planned.peak / 2.0
    return [(half, halfway, 0.5), (planned.hesitation_s, halfway, 0.5), (half, planned.peak, 1.0)]


def _way_down(planned: PlannedRepetition, following: PlannedRepetition | None) -> list[tuple[float, float, float]]:
    held = [(planned.hold_s, planned.peak * (1.0 - planned.sag), 1.0)]
    if following is None:
        return [*held, (planned.down_s, 0.0, 0.0), (planned.rest_s, 0.0, 0.0)]
    if _sweeps(planned, following):
        return held
    rest = planned.peak * planned.residue
    return [*held, (planned.down_s, rest, 0.0), (planned.rest_s, rest, 0.0)]


def wander(time_s: Array, rng: np.random.Generator, size: float, period_s: float) -> Array:
    """Drift unsteadily about zero with a spread of about `size`: four sines of random pace, (T,)."""
    rates_hz = rng.uniform(0.5, 1.6, 4) / period_s
    phases = rng.uniform(0.0, 2.0 * np.pi, 4)
    weights = rng.uniform(0.5, 1.0, 4)
    waves = np.sin(2.0 * np.pi * np.outer(time_s, rates_hz) + phases) @ weights
    return np.asarray(size * np.sqrt(2.0) * waves / np.sqrt(np.sum(weights**2)))


def breathing(time_s: Array, rng: np.random.Generator) -> Array:
    """Breathe 12 to 20 times a minute: (T,) between about −1 and 1, the way in shorter than the way out."""
    phase = 2.0 * np.pi * rng.uniform(0.2, 0.33) * time_s + rng.uniform(0.0, 2.0 * np.pi)
    phase = phase + 0.4 * np.sin(phase + np.pi / 4.0)
    return np.asarray(np.sin(phase + wander(time_s, rng, 0.3, 10.0)))
