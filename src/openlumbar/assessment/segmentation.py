"""Segment any one joint signal into repetitions offline, without an exercise card."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from openlumbar.assessment._cycle_search import FloatArray, Gap, IntArray, Reading, Track, read_returns
from openlumbar.assessment._sides import read_sides
from openlumbar.errors import InputError

Rest = Literal["low", "high", "middle"]

AT_REST = 0.05
"""Part of an excursion below which the movement has not begun: the noise of a held rest."""
LONGEST_TURN = 0.2
"""A border is a turning point while the signal rests for at most this part of a period around it, a held rest
beyond (a sine stays within 5 % of its extreme for 0.14 of a period)."""
DENSEST_GRID = 4
"""Grid samples a sample, at most, where times are very uneven."""


@dataclass(frozen=True)
class Cycle:
    """One repetition, in seconds of the signal's own clock.

    Attributes:
        start_s: when the signal leaves its rest (or turns there).
        peak_s: when it is farthest from its rest.
        end_s: when it is back.
    """

    start_s: float
    peak_s: float
    end_s: float


_READINGS: dict[str, tuple[int, Callable[[Track], Reading | None]]] = {
    "low": (1, read_returns),
    "high": (-1, read_returns),
    "middle": (1, read_sides),
}
"""Rest → (which way is up, how to read the signal then)."""


def segment_cycles(time_s: npt.ArrayLike, value: npt.ArrayLike, rest: Rest = "low") -> list[Cycle]:
    """Segment a joint signal into cycles, in the order of time.

    The result does not depend on the scale, offset or speed of the signal. Neighbouring cycles share a border
    where the movement goes on; a rest held between them belongs to neither.

    Args:
        time_s: (T,) seconds, strictly increasing; steps may be uneven.
        value: (T,) the signal, any unit; NaN where it was not measured. No cycle bridges a gap longer than a
            quarter of the rhythm's period.
        rest: where a cycle begins and ends: "low", "high", or "middle" (each excursion to either side is a
            cycle; where both sides show as excursions the same way, so is each of these).

    Returns:
        The cycles; none when the signal is too short, constant or never returns.

    Raises:
        InputError: naming the argument, what it holds and what was expected.
    """
    if not isinstance(rest, str) or rest not in _READINGS:
        raise InputError("rest", f"is {rest!r}", 'expected "low", "high" or "middle"')
    time, values = _checked(time_s, value)
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < 3:
        return []
    time, values = time[known[0] : known[-1] + 1], values[known[0] : known[-1] + 1]
    if np.ptp(values[np.isfinite(values)]) <= 1e-12 * np.nanmax(np.abs(values)):  # only rounding is left
        return []
    up, read = _READINGS[rest]
    track, grid = _on_grid(time, values)
    reading = read(track if up > 0 else -track)
    if reading is None:
        return []
    return _cycles(reading, time, values * up, grid)


def _checked(time_s: npt.ArrayLike, value: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    time, values = _as_signal("time_s", time_s), _as_signal("value", value)
    if len(time) != len(values):
        raise InputError("value", f"has {len(values)} samples", f"expected {len(time)}, as many as time_s")
    if not np.all(np.isfinite(time)):
        raise InputError("time_s", "holds NaN or infinity", "expected a finite time for every sample")
    backwards = np.flatnonzero(np.diff(time) <= 0)
    if len(backwards):
        first = int(backwards[0])
        problem = f"goes from {time[first]:g} to {time[first + 1]:g} at sample {first + 1}"
        raise InputError("time_s", problem, "expected strictly increasing seconds")
    if np.any(np.isinf(values)):
        first = int(np.flatnonzero(np.isinf(values))[0])
        raise InputError("value", f"is {values[first]:g} at sample {first}", "expected finite numbers, NaN for gaps")
    return time, values


def _as_signal(name: str, numbers: npt.ArrayLike) -> FloatArray:
    try:
        raw = np.asarray(numbers)
        signal = raw.astype(np.float64) if raw.dtype.kind in "iufb" or raw.dtype == object else None
    except (TypeError, ValueError):
        raise InputError(name, f"is {_shown(numbers)}", "expected a 1-D sequence of numbers") from None
    if signal is None or signal.ndim != 1:
        held = f"holds {raw.dtype.name} of shape {raw.shape}"
        raise InputError(name, held, "expected a 1-D sequence of numbers") from None
    return signal


def _shown(numbers: object) -> str:
    text = repr(numbers)
    return text if len(text) <= 40 else f"{text[:37]}..."


def _on_grid(time: FloatArray, values: FloatArray) -> tuple[Track, FloatArray]:
    """Bring the signal onto an even grid; return it with each sample's place on the grid."""
    steps = np.diff(time)
    usual = float(np.median(steps))
    elapsed = np.concatenate(([0.0], np.cumsum(np.minimum(steps, usual * len(time)))))
    spacing = max(usual, elapsed[-1] / (DENSEST_GRID * len(time)))
    places = elapsed / spacing
    known = np.flatnonzero(np.isfinite(values))
    grid = np.arange(round(places[-1]) + 1)
    centred = values - np.median(values[known])
    evenly = np.interp(grid, places[known], centred[known] / np.max(np.abs(centred[known])))
    between = np.diff(places[known])
    gaps: list[Gap] = [
        (float(places[known[k]]), float(places[known[k + 1]])) for k in np.flatnonzero(between > 1.5 * usual / spacing)
    ]
    return Track(evenly, tuple(gaps)), places


def _cycles(reading: Reading, time: FloatArray, values: FloatArray, places: FloatArray) -> list[Cycle]:
    """Turn a reading into cycles at sample times; the peak is the extreme of the samples as given."""
    cycles = []
    for (start, end), sign in zip(_trimmed(reading) * reading.scale.step, reading.signs, strict=True):
        first, last = (int(np.argmin(np.abs(places - place))) for place in (start, end))
        part = np.where(np.isfinite(values[first : last + 1]), sign * values[first : last + 1], -np.inf)
        highest = np.flatnonzero(part == part.max())
        peak = first + int(highest[len(highest) // 2])
        cycles.append(Cycle(float(time[first]), float(time[peak]), float(time[last])))
    return cycles


def _trimmed(reading: Reading) -> IntArray:
    """Move the borders that lie in a held rest to where the movement leaves and reaches it."""
    smooth, longest_turn = reading.scale.smooth, LONGEST_TURN * reading.scale.period
    cycles, trimmed = reading.cycles, reading.cycles.copy()
    outward = [_rests(smooth * sign, start, end) for (start, end), sign in zip(cycles, reading.signs, strict=True)]
    for k, (before, after) in enumerate(outward):
        previous = outward[k - 1][1] if k and cycles[k - 1, 1] == cycles[k, 0] else None
        if before[1] - (previous[0] if previous else before[0]) > longest_turn:
            trimmed[k, 0] = before[1]
        following = outward[k + 1][0] if k + 1 < len(cycles) and cycles[k, 1] == cycles[k + 1, 0] else None
        if (following[1] if following else after[1]) - after[0] > longest_turn:
            trimmed[k, 1] = after[0]
    return trimmed


def _rests(upwards: FloatArray, start: int, end: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the first and last sample of the rest before an excursion, and of the rest after it."""
    top = float(upwards[start : end + 1].max())
    up = start + np.flatnonzero(upwards[start : end + 1] >= (top + max(upwards[start], upwards[end])) / 2)
    left, right = np.abs(upwards - upwards[start]), np.abs(upwards - upwards[end])
    still_left = left <= AT_REST * (top - upwards[start])
    still_right = right <= AT_REST * (top - upwards[end])
    leaves = start + int(np.flatnonzero(still_left[start : up[0] + 1])[-1])
    reaches = int(up[-1] + np.flatnonzero(still_right[up[-1] : end + 1])[0])
    earlier, later = np.flatnonzero(~still_left[:leaves]), np.flatnonzero(~still_right[reaches:])
    rested_from = int(earlier[-1]) + 1 if len(earlier) else 0
    rests_until = reaches + int(later[0]) - 1 if len(later) else len(upwards) - 1
    return (rested_from, leaves), (reaches, rests_until)
