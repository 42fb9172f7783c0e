"""What the figures along a recording share: a scale, the marks on an axis, a curve as a path."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from openlumbar.reports.curve import FloatArray


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from a value to a pixel."""

    value_0: float
    px_0: float
    px_per_value: float

    def __call__(self, value: float) -> float:
        """Return where a value lies."""
        return round(self.px_0 + (value - self.value_0) * self.px_per_value, 1)


def nice_steps(low: float, high: float, about: int) -> list[float]:
    """Return round values from low to high, about as many as asked (steps of 1, 2 or 5 times 10ⁿ)."""
    rough = (high - low) / about
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [round(step * count, 9) for count in range(math.ceil(low / step), math.floor(high / step) + 1)]


def curve_path(runs: Sequence[tuple[FloatArray, FloatArray]], x: Scale, y: Scale) -> str:
    """Write the curve as an SVG path; a run of one sample becomes a dot."""
    parts = []
    for times_s, values in runs:
        points = [f"{x(t):g} {y(v):g}" for t, v in zip(times_s.tolist(), values.tolist(), strict=True)]
        parts.append("M" + "L".join(points if len(points) > 1 else points * 2))
    return "".join(parts)
