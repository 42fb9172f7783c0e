"""Whether a recording can be judged at all, and why not."""

from collections import Counter, defaultdict

from openlumbar.assessment.events import Verdict
from openlumbar.cards import ReasonCode

TOO_SHORT_S = 2.0
"""A recording shorter than this cannot hold a repetition at the prescribed pace (product)."""

SEEN_AT_LEAST = 0.1
"""Share of the time in which a person must be found, else there is nobody."""

BLIND_AT_MOST = 0.5
"""When more than this share of the time cannot be judged for one reason, nothing is: repetitions counted in
the rest would be presented as the whole set (product)."""


class VerdictKeeper:
    """Add up, over a recording, the time that could and could not be used, and the movements seen."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._time_s: dict[ReasonCode | None, float] = defaultdict(float)
        self._first_s: float | None = None
        self._last_s = 0.0
        self._accepted = 0
        self._refused: Counter[ReasonCode] = Counter()

    def see(self, time_s: float, code: ReasonCode | None) -> None:
        """Take in one sample."""
        if self._first_s is None:
            self._first_s = self._last_s = time_s
        self._time_s[code] += time_s - self._last_s
        self._last_s = time_s

    def see_movement(self, code: ReasonCode | None) -> None:
        """Take in a movement: of this exercise, or refused for a reason."""
        if code is None:
            self._accepted += 1
        else:
            self._refused[code] += 1

    def verdict(self) -> Verdict:
        """Weigh everything up; the most important reason comes first."""
        duration_s = self._last_s - (self._first_s or 0.0)
        absent = self._time_s["no_person"]
        if duration_s <= 0 or absent > (1 - SEEN_AT_LEAST) * duration_s:
            return Verdict(judged=False, reasons=("no_person",))
        if duration_s < TOO_SHORT_S:
            return Verdict(judged=False, reasons=("too_short",))
        blind = [(t, code) for code, t in self._time_s.items() if code is not None and t > 0]
        reasons = tuple(code for t, code in sorted(blind, reverse=True) if t > BLIND_AT_MOST * duration_s)
        if reasons:
            return Verdict(judged=False, reasons=reasons)
        if self._accepted:
            return Verdict(judged=True)
        return Verdict(judged=False, reasons=self._why_nothing())

    def _why_nothing(self) -> tuple[ReasonCode, ...]:
        """Say why there is no repetition: refused movements first, then what hid a part of the recording."""
        if self._refused:
            return (self._refused.most_common(1)[0][0],)
        hidden = [(t, code) for code, t in self._time_s.items() if code is not None]
        if hidden and max(hidden)[0] > self._time_s[None]:
            return (max(hidden)[1],)
        return ("no_repetitions",)
