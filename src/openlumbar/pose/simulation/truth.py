"""The truth about a simulated set: what happened in each repetition, by the contract's definitions.

The thresholds are the results contract's, written down a second time on purpose: this is what the assessment
is measured with, so it must not read them from the cards that the assessment reads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from openlumbar.pose.simulation.exercises import Performance, Side
from openlumbar.pose.simulation.geometry import Array
from openlumbar.pose.simulation.signals import TrueSignals

PRESCRIBED_HOLD_S = {"L0": 0.0, "L1": 3.0, "L2": 5.0, "L3": 5.0, "L4": 0.0}
"""Hold of the bridge by level, seconds (clinical table: L1 5 × 3 s, L2 10 × 5 s, L3 2 × 10 × 5 s; the pelvic
tilt and marching have none)."""
FULL_SIT_UP_LEVEL = "L4"
"""The level that prescribes the full sit-up; all others prescribe curl-ups (clinical table)."""
COUNTED_FROM = {"bridge": 5.0, "sit-up": 15.0, "cross-twist": 10.0}
"""Smallest peak that counts: cm, degrees, degrees (results contract)."""

_EDGE = 0.10
"""A repetition starts and ends where its signal passes this share of the peak above its resting level."""
_TRAVELLED = 0.75
_COSINE_SHARE = 0.46
"""A raised-cosine movement needs 0.46 of its time from 10 % to 75 % of the way: the part that sagging holds
leave alone, so the time of the whole way is taken from it."""


@dataclass(frozen=True)
class TrueRepetition:
    """One repetition as it really was; fields of the results contract, and what a comparison needs besides.

    Attributes:
        start_s: signal leaves its resting level (10 % of the way to the peak).
        peak_s: the farthest moment; in a hold any moment from `top_start_s` to `top_end_s` is as fair.
        end_s: signal is back (10 %).
        side: of the swing; None for other exercises.
        hold_s: time with the signal at 90 % of its peak or more.
        hip_rise_cm: greatest hip rise; None unless a bridge.
        trunk_angle_deg: greatest trunk lift; None unless a sit-up.
        trunk_yaw_deg: greatest yaw, without sign; None unless a cross-twist.
        counted: whether it reaches the smallest peak that counts.
        faults: the contract's codes.
        top_start_s: first moment at 90 % of the peak.
        top_end_s: last moment at 90 % of the peak.
        out_s: time of the whole way out, from its pace between 10 and 75 %.
        back_s: time of the whole way back, likewise.
    """

    start_s: float
    peak_s: float
    end_s: float
    side: Side | None
    hold_s: float
    hip_rise_cm: float | None
    trunk_angle_deg: float | None
    trunk_yaw_deg: float | None
    counted: bool
    faults: tuple[str, ...]
    top_start_s: float
    top_end_s: float
    out_s: float
    back_s: float


@dataclass(frozen=True, eq=False)
class Truth:
    """What really happened in a simulation.

    Attributes:
        exercise: slug, or None when nothing was there to count.
        level: L0 to L4.
        repetitions: all attempts, counted or not.
        signals: noiseless, at the track's times.
    """

    exercise: str | None
    level: str
    repetitions: tuple[TrueRepetition, ...]
    signals: TrueSignals

    @property
    def counted(self) -> tuple[TrueRepetition, ...]:
        """The repetitions that count."""
        return tuple(repetition for repetition in self.repetitions if repetition.counted)

    def count(self, side: Side | None = None) -> int:
        """Count the repetitions that count, of one side or all."""
        return sum(side in (None, repetition.side) for repetition in self.counted)


@dataclass(frozen=True, eq=False)
class _Extent:
    """One repetition in a signal (T,): indices of its parts."""

    value: Array
    start: int
    peak: int
    end: int
    side: Side | None
    out_s: float
    back_s: float

    @property
    def whole(self) -> slice:
        return slice(self.start, self.end + 1)

    @property
    def height(self) -> float:
        return float(self.value[self.peak])

    @property
    def top(self) -> npt.NDArray[np.intp]:
        return np.flatnonzero(self.value[self.whole] >= 0.9 * self.height) + self.start


def repetitions_of(
    exercise: str, level: str, signals: TrueSignals, performance: Performance
) -> tuple[TrueRepetition, ...]:
    """Judge each planned repetition by what the noiseless body did."""
    extents = _extents(exercise, signals, performance)
    faults = [_FAULTS[exercise](signals, extent, level) for extent in extents]
    if exercise == "cross-twist":
        _add_arm_faults(signals, extents, performance.raised, faults)
    return tuple(
        _repetition(exercise, signals.time_s, extent, tuple(codes))
        for extent, codes in zip(extents, faults, strict=True)
    )


def _extents(exercise: str, signals: TrueSignals, performance: Performance) -> list[_Extent]:
    raw = {
        "bridge": signals.hip_rise_cm,
        "sit-up": signals.trunk_angle_deg,
        "cross-twist": signals.trunk_yaw_deg,
    }[exercise]
    edges = np.searchsorted(signals.time_s, performance.bounds_s)
    signs = performance.signs or (1.0,) * (len(edges) - 1)
    peaks = [int(a + np.argmax(sign * raw[a:b])) for sign, (a, b) in zip(signs, pairwise(edges), strict=True)]
    lows = [int(edges[0]), *peaks[:-1]]
    highs = [*peaks[1:], min(int(edges[-1]), len(raw) - 1)]
    extents = []
    for low, peak, high, sign in zip(lows, peaks, highs, signs, strict=True):
        side: Side | None = None if exercise != "cross-twist" else ("left" if sign > 0.0 else "right")
        extents.append(_extent(signals.time_s, sign * raw, (low, peak, high), side))
    return extents


def _extent(time_s: Array, value: Array, around: tuple[int, int, int], side: Side | None) -> _Extent:
    low, peak, high = around
    way_out, way_back = value[low : peak + 1][::-1], value[peak : high + 1]
    start, quick_start = (peak - _last_above(way_out, share) for share in (_EDGE, _TRAVELLED))
    end, quick_end = (peak + _last_above(way_back, share) for share in (_EDGE, _TRAVELLED))
    out_s = (time_s[quick_start] - time_s[start]) / _COSINE_SHARE
    back_s = (time_s[end] - time_s[quick_end]) / _COSINE_SHARE
    return _Extent(value, start, peak, end, side, float(out_s), float(back_s))


def _last_above(value: Array, share: float) -> int:
    """Find the last sample, from the peak (the first) to rest, above a share of the peak over rest."""
    floor = max(0.0, float(value.min()))
    rest = floor + _EDGE * (float(value[0]) - floor)
    below = np.flatnonzero(value < rest)
    at_rest = int(below[0]) if len(below) else len(value) - 1
    limit = floor + share * (float(value[0]) - floor)
    return int(np.flatnonzero(value[: at_rest + 1] >= limit)[-1])


def _repetition(exercise: str, time_s: Array, extent: _Extent, faults: tuple[str, ...]) -> TrueRepetition:
    top, step_s = extent.top, float(time_s[1] - time_s[0])
    return TrueRepetition(
        start_s=float(time_s[extent.start]),
        peak_s=float(time_s[extent.peak]),
        end_s=float(time_s[extent.end]),
        side=extent.side,
        hold_s=len(top) * step_s,
        hip_rise_cm=extent.height if exercise == "bridge" else None,
        trunk_angle_deg=extent.height if exercise == "sit-up" else None,
        trunk_yaw_deg=extent.height if exercise == "cross-twist" else None,
        counted=extent.height >= COUNTED_FROM[exercise],
        faults=faults,
        top_start_s=float(time_s[top[0]]),
        top_end_s=float(time_s[top[-1]]),
        out_s=extent.out_s,
        back_s=extent.back_s,
    )


def _chosen(*rules: tuple[str, bool]) -> list[str]:
    return [code for code, broken in rules if broken]


def _bridge_faults(signals: TrueSignals, extent: _Extent, level: str) -> list[str]:
    hold_s = len(extent.top) * float(signals.time_s[1] - signals.time_s[0])
    return _chosen(
        ("low_rise", extent.height < 7.0),
        ("short_hold", hold_s < 0.8 * PRESCRIBED_HOLD_S[level]),
        ("over_arched", bool(signals.line_deg[extent.whole].max() > 185.0)),
        ("fast_lowering", extent.back_s < 0.7),
    )


def _sit_up_faults(signals: TrueSignals, extent: _Extent, level: str) -> list[str]:
    full = level == FULL_SIT_UP_LEVEL
    return _chosen(
        ("too_fast", extent.out_s < 0.5),
        ("too_high", not full and extent.height > 45.0),
        ("knees_straight", float(np.median(signals.knee_deg[extent.whole])) > 130.0),
        ("incomplete", extent.height < (55.0 if full else 20.0)),
    )


def _twist_faults(signals: TrueSignals, extent: _Extent, level: str) -> list[str]:
    del level
    return _chosen(
        ("narrow_stance", float(np.median(signals.stance[extent.whole])) < 0.8),
        ("over_rotation", extent.height > 45.0),
        ("leaning", bool(np.abs(signals.side_bend_deg[extent.whole]).max() > 15.0)),
        ("ballistic", extent.out_s < 0.5),
    )


_FAULTS: dict[str, Callable[[TrueSignals, _Extent, str], list[str]]] = {
    "bridge": _bridge_faults,
    "sit-up": _sit_up_faults,
    "cross-twist": _twist_faults,
}


def _add_arm_faults(
    signals: TrueSignals, extents: list[_Extent], raised: tuple[Side | None, ...], faults: list[list[str]]
) -> None:
    """Judge the raised arm, and the first counted swing after a hand went up."""
    judged: Side | None = None
    for extent, hand, codes in zip(extents, raised, faults, strict=True):
        if hand is None:
            continue
        height_cm = signals.wrist_over_head_cm[extent.whole, 0 if hand == "left" else 1]
        if float(np.median(height_cm)) < 0.0:
            codes.append("arm_down")
        elif hand != judged and extent.height >= COUNTED_FROM["cross-twist"]:
            judged = hand
            codes.extend(["wrong_side_first"] if extent.side == hand else [])
