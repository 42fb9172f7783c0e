"""Statistics of a growing series in constant time a value."""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Sequence
from typing import Protocol

import numpy as np

from openlumbar._compiled import compiled
from openlumbar.kinematics.signals import FloatArray

MEMORY_VALUES = 300
"""How many values a quantile inside a stream is of: 10 s at 30 frames a second."""


def memory_of(values: int) -> np.dtype[np.void]:
    """Lay out what a running quantile of so many values remembers: a record, all zero when nothing was seen."""
    return np.dtype(
        [("seen", np.int64), ("order", np.float64, (values,)), ("sorted", np.float64, (values,))], align=True
    )


class QuantileMemory(Protocol):
    """A record as `memory_of` lays it out.

    Attributes:
        seen: how many values were taken in.
        order: the latest of them, each in the place of the one that it displaced.
        sorted: the same values, ascending.
    """

    seen: int
    order: FloatArray
    sorted: FloatArray


def quantile_of(ascending: Sequence[float] | FloatArray, count: int, share: float) -> float:
    """Return a quantile of the first `count` sorted values, interpolated between neighbours; there must be one."""
    place = share * (count - 1)
    below = int(place)
    low: float = ascending[below]
    return low if below + 1 == count else low + (place - below) * (ascending[below + 1] - low)


_quantile_of = compiled(quantile_of)


@compiled
def push_value(memory: QuantileMemory, value: float, share: float) -> float:
    """Take in a value (NaN is passed over) and return the quantile of all remembered, NaN before the first."""
    window, ascending = len(memory.order), memory.sorted
    known = min(memory.seen, window)
    if value == value:  # NaN is the only number that differs from itself
        slot = memory.seen % window
        place = known if known < window else _place_of(ascending, memory.order[slot])
        known = min(known + 1, window)
        while place > 0 and ascending[place - 1] > value:
            ascending[place] = ascending[place - 1]
            place -= 1
        while place + 1 < known and ascending[place + 1] < value:
            ascending[place] = ascending[place + 1]
            place += 1
        ascending[place] = memory.order[slot] = value
        memory.seen += 1
    return _quantile_of(ascending, known, share) if known else np.nan


@compiled
def _place_of(ascending: FloatArray, value: float) -> int:
    low, high = 0, len(ascending) - 1
    while low < high:
        middle = (low + high) // 2
        if ascending[middle] < value:
            low = middle + 1
        else:
            high = middle
    return low


class RunningQuantile:
    """Quantile of the last `window` finite values, the median unless said otherwise: the same in plain Python.

    Chunking does not matter: feeding a series in pieces gives the same as feeding it whole.
    """

    def __init__(self, window: int, share: float = 0.5) -> None:
        """Start empty; `share` is the share of values below the quantile."""
        self._window = window
        self._share = share
        self._order: deque[float] = deque()
        self._sorted: list[float] = []

    def push(self, value: float) -> float:
        """Take in a value (NaN is passed over) and return the quantile so far, NaN before the first."""
        if value == value:  # NaN is the only number that differs from itself
            self._order.append(value)
            insort(self._sorted, value)
            if len(self._order) > self._window:
                del self._sorted[bisect_left(self._sorted, self._order.popleft())]
        return self.value

    @property
    def value(self) -> float:
        """Return the quantile so far, interpolated between neighbours."""
        return quantile_of(self._sorted, len(self._sorted), self._share) if self._sorted else float("nan")
