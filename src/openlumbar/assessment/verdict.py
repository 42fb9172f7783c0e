"""Whether a recording can be judged at all, and why not."""

import math
from collections import Counter, defaultdict

from openlumbar.assessment.events import Verdict
from openlumbar.cards import ReasonCode

TOO_SHORT_S = 2.0
"""A recording shorter than this cannot hold a repetition at the prescribed pace (product)."""

SEEN_AT_LEAST = 0.1
"""Share of the frames in which a person must be found, else there is nobody."""

BLIND_AT_MOST = 0.5
"""When more than this share of the time cannot be judged for one reason, nothing is: repetitions counted in
the rest would be presented as the whole set (product)."""


class VerdictKeeper:
    """Add up, over a recording, the time that could and could not be used, and the movements seen."""

    def __init__(self) -> None:
        """Start with nothing seen."""
        self._time_s: dict[ReasonCode | None, float] = defaultdict(float)
        self._samples: Counter[ReasonCode | None] = Counter()
        self._first_s = self._last_s = math.nan
        self._accepted = 0
        self._refused: Counter[ReasonCode] = Counter()

    def see(self, time_s: float, code: ReasonCode | None) -> None:
        """Take in one sample and why it cannot be used, if so."""
        if self._samples:
            self._time_s[code] += time_s - self._last_s
        else:
            self._first_s = time_s
        self._samples[code] += 1
        self._last_s = time_s

    def see_movement(self, code: ReasonCode | None) -> None:
        """Take in a movement: of this exercise, or refused for a reason."""
        if code is None:
            self._accepted += 1
        else:
            self._refused[code] += 1

    def verdict(self) -> Verdict:
        """Weigh everything up; the most important reason comes first."""
        seen = self._samples.total() - self._samples["no_person"]
        if seen == 0 or seen < SEEN_AT_LEAST * self._samples.total():
            return Verdict(judged=False, reasons=("no_person",))
        duration_s = self._last_s - self._first_s
        if duration_s < TOO_SHORT_S:
            return Verdict(judged=False, reasons=("too_short",))
        hidden = sorted(((t, code) for code, t in self._time_s.items() if code is not None), reverse=True)
        if hidden and hidden[0][0] > BLIND_AT_MOST * duration_s:
            return Verdict(judged=False, reasons=(hidden[0][1],))
        if self._accepted:
            return Verdict(judged=True)
        if self._refused:
            return Verdict(judged=False, reasons=(self._refused.most_common(1)[0][0],))
        # no movement at all: what hid most of the recording may have hidden the movements too
        most_hidden = hidden and hidden[0][0] > self._time_s[None]
        return Verdict(judged=False, reasons=(hidden[0][1] if most_hidden else "no_repetitions",))
