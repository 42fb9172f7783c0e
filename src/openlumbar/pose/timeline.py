"""Presentation times: seconds from the first frame, strictly increasing, repaired only where they must be."""

from fractions import Fraction

_JUMP_S = 1.0  # a step back this long is a restarted clock (joined recordings), a shorter one is disorder


class Timeline:
    """Turns the time stamps of successive frames into seconds since the first frame.

    Attributes:
        last_s: time of the latest frame, seconds; 0 before the first.
        repaired_count: frames whose stamp was missing or did not advance.
    """

    def __init__(self, time_base_s: Fraction, interval_s: Fraction) -> None:
        """Start a timeline from the length of a tick and the usual step between frames, both in seconds."""
        self._tick_s, self._interval_s = time_base_s, interval_s
        self._last: Fraction | None = None
        self._origin: Fraction | None = None
        self.repaired_count = 0

    @property
    def last_s(self) -> float:
        """Time of the latest frame, seconds."""
        return float(self._last or 0)

    def place(self, stamp: int | None) -> float:
        """Compute a frame's time from its presentation stamp in ticks.

        A missing stamp lies one usual step after the frame before, a repeated one half a step; after a
        restarted clock all later stamps are shifted so that time goes on.
        """
        self._last = self._follow(stamp)
        return float(self._last)

    def _follow(self, stamp: int | None) -> Fraction:
        last, interval = self._last, self._interval_s
        following = Fraction(0) if last is None else last + interval
        if stamp is None:
            self.repaired_count += 1
            return following
        time = stamp * self._tick_s
        if self._origin is None:
            self._origin = time - following
        now = time - self._origin
        if last is None or now > last:
            return now
        self.repaired_count += 1
        if last - now < _JUMP_S:
            return last + interval / 2
        self._origin = time - following
        return following
