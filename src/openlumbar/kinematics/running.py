"""Statistics of a growing series in constant time a value."""

from bisect import bisect_left, insort
from collections import deque

import numpy as np

from openlumbar.kinematics.signals import FloatArray


class RunningQuantile:
    """Quantile of the last `window` finite values, the median unless said otherwise.

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
    def is_empty(self) -> bool:
        """Tell whether no value was taken in yet."""
        return not self._sorted

    @property
    def value(self) -> float:
        """Return the quantile so far, interpolated between neighbours."""
        if not self._sorted:
            return float("nan")
        place = self._share * (len(self._sorted) - 1)
        below = int(place)
        above = min(below + 1, len(self._sorted) - 1)
        return self._sorted[below] + (place - below) * (self._sorted[above] - self._sorted[below])

    def push_all(self, values: FloatArray) -> FloatArray:
        """Take in (T,) values one after the other and return the T quantiles."""
        return np.array([self.push(value) for value in values.tolist()])
