"""One correction at a time: the most important first, time to try it, and never nagging."""

import math
from collections import Counter
from collections.abc import Iterable

from openlumbar.cards import FaultRule
from openlumbar.coaching.rules import Rules


class Corrections:
    """Decides whether a fault is spoken about now."""

    def __init__(self, rules: Rules) -> None:
        """Start a set in which nothing was said."""
        self._rules = rules
        self.start_set()

    def start_set(self) -> None:
        """Forget what was said."""
        self._said: Counter[str] = Counter()
        self._last_s = -math.inf
        self._last_of: dict[str, float] = {}

    def choose(self, time_s: float, faults: Iterable[FaultRule]) -> FaultRule | None:
        """Return the fault to speak about now, None for silence."""
        if time_s - self._last_s < self._rules.cue_pause_s:
            return None
        due = [rule for rule in faults if self._is_due(time_s, rule)]
        chosen = min(due, key=lambda rule: rule.priority, default=None)
        if chosen is not None:
            self._last_s = self._last_of[chosen.code] = time_s
            self._said[chosen.code] += 1
        return chosen

    def _is_due(self, time_s: float, rule: FaultRule) -> bool:
        waited_s = time_s - self._last_of.get(rule.code, -math.inf)
        return self._said[rule.code] < self._rules.cue_most and waited_s >= self._rules.cue_again_s
