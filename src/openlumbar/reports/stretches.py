"""The stretches of a recording in which the exercise could not be judged, each with its reason."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from openlumbar.assessment.analysis import Analysis
from openlumbar.cards import ReasonCode
from openlumbar.kinematics.signals import Signals

_SHORTEST_S = 0.5
"""Shorter gaps are not shown, s (product: below the length of the quickest movement, and too thin to see)."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start_s` to `end_s` nothing was judged, for the reason of `code`."""

    start_s: float
    end_s: float
    code: ReasonCode


def unjudged_stretches(analysis: Analysis) -> tuple[Stretch, ...]:
    """Find where the movement was not measured or a condition of the card was not met.

    A recording that was refused as a whole is one stretch, unless the reason is only that nothing was done.
    """
    time_s = analysis.signals.time_s
    if len(time_s) == 0:
        return ()
    reasons = analysis.verdict.reasons
    if not analysis.judged and reasons and reasons[0] != "no_repetitions":
        return (Stretch(float(time_s[0]), float(time_s[-1]), reasons[0]),)
    reason, codes = _reason_by_sample(analysis)
    edges = [0, *(np.flatnonzero(np.diff(reason)) + 1).tolist(), len(time_s) - 1]
    found = []
    for start, end in pairwise(edges):
        start_s, end_s = float(time_s[start]), float(time_s[end])
        if reason[start] >= 0 and end_s - start_s >= _SHORTEST_S:
            found.append(Stretch(start_s, end_s, codes[reason[start]]))
    return tuple(found)


def _reason_by_sample(analysis: Analysis) -> tuple[npt.NDArray[np.intp], list[ReasonCode]]:
    """Return an index into the codes for each moment, -1 where it could be judged."""
    signals = analysis.signals
    gates = [gate for gate in analysis.card.gates if gate.when == "always"]
    codes: list[ReasonCode] = [*(gate.code for gate in gates), "low_visibility", "no_person"]
    reason = np.full(len(signals), -1, dtype=np.intp)
    reason[np.isnan(_values(signals, analysis.card.drive.measured_as))] = len(gates)
    reason[np.isnan(_values(signals, "visibility")) & (reason >= 0)] = len(gates) + 1
    for index in reversed(range(len(gates))):
        gate, value = gates[index], _values(signals, gates[index].signal)
        broken = np.zeros(len(signals), dtype=bool)
        if gate.at_least is not None:
            broken |= value < gate.at_least.value
        if gate.at_most is not None:
            broken |= value > gate.at_most.value
        reason[broken] = index
    return reason, codes


def _values(signals: Signals, name: str) -> npt.NDArray[np.float64]:
    return signals.values.get(name, np.full(len(signals), np.nan))
