"""Smoothing over time: the One-Euro filter on whole arrays (Casiez, Roussel, Vogel 2012, "1 € Filter")."""

import math

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class OneEuroFilter:
    """A low-pass filter whose cutoff rises with speed: steady when still, quick when moving."""

    def __init__(self, min_cutoff_hz: float, beta: float, derivative_cutoff_hz: float = 1.0) -> None:
        """Set the cutoff at rest, how much each unit of speed adds to it, and the cutoff of the speed."""
        self._min_cutoff_hz, self._beta, self._derivative_cutoff_hz = (
            min_cutoff_hz,
            beta,
            derivative_cutoff_hz,
        )
        self._time_s: float | None = None

    def reset(self) -> None:
        """Forget the past: the next value passes as it is."""
        self._time_s = None

    def __call__(self, time_s: float, value: Array, scale: float = 1.0) -> Array:
        """Filter one sample; speed is measured in value / scale per second."""
        if self._time_s is None:
            self._time_s, self._raw, self._smooth, self._speed = time_s, value, value, np.zeros_like(value)
            return value
        step_s = time_s - self._time_s
        if step_s <= 0:
            return value
        speed = (value - self._raw) * (1 / (scale * step_s))
        self._speed = self._speed + _alpha(self._derivative_cutoff_hz, step_s) * (speed - self._speed)
        cutoff_hz = self._min_cutoff_hz + self._beta * np.abs(self._speed)
        weight = 1 / (1 + 1 / (2 * math.pi * step_s * cutoff_hz))
        self._smooth = self._smooth + weight * (value - self._smooth)
        self._time_s, self._raw = time_s, value
        return self._smooth


class ExponentialFilter:
    """A running average that gives each new sample the same weight."""

    def __init__(self, weight: float) -> None:
        """Set the weight of a new sample, 0–1."""
        self._weight = weight
        self._smooth: Array | None = None

    def reset(self) -> None:
        """Forget the past: the next value passes as it is."""
        self._smooth = None

    def __call__(self, value: Array) -> Array:
        """Filter one sample."""
        self._smooth = value if self._smooth is None else self._smooth + self._weight * (value - self._smooth)
        return self._smooth


def _alpha(cutoff_hz: float, step_s: float) -> float:
    return 1 / (1 + 1 / (2 * math.pi * cutoff_hz * step_s))
