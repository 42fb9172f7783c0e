"""What is watched while the person moves: the card's stop and warning thresholds, and the raised hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from openlumbar.assessment.engine import Progress
from openlumbar.cards import Card, FaultRule, Level
from openlumbar.coaching.rules import Rules
from openlumbar.kinematics.signals import Sample

Gesture = Literal["one_hand", "both_hands"]

_MOVING = ("out", "top", "back")


@dataclass(slots=True)
class _Sustained:
    """Since when something has been so without a break, and how long it must be so to count."""

    lasts_s: float
    since_s: float | None = None

    def see(self, time_s: float, *, is_so: bool) -> bool:
        """Take in a moment; tell whether it has been so for long enough."""
        if not is_so:
            self.since_s = None
            return False
        if self.since_s is None:
            self.since_s = time_s
        return time_s - self.since_s >= self.lasts_s


@dataclass(slots=True)
class _Limit:
    """A threshold on one measure, and for how long it has been passed.

    Attributes:
        signal: what is looked at; None is the movement itself.
        unsigned: whether both directions count.
    """

    rule: FaultRule
    signal: str | None
    unsigned: bool
    above: float
    passed: _Sustained

    @classmethod
    def on(cls, measure: str, rule: FaultRule, above: float, lasts_s: float) -> Self:
        """Make a threshold on a repetition's measure, such as "peak" or "side_bend_deg.max_abs", at every moment."""
        if measure == "peak":
            return cls(rule, None, True, above, _Sustained(lasts_s))
        signal, _, take = measure.partition(".")
        return cls(rule, signal, take == "max_abs", above, _Sustained(lasts_s))

    def is_passed(self, sample: Sample, progress: Progress) -> bool:
        """Take in a moment; tell whether the measure has lain above the limit for long enough."""
        value = progress.value if self.signal is None else sample.values[self.signal]
        return self.passed.see(sample.time_s, is_so=(abs(value) if self.unsigned else value) > self.above)


class Watch:
    """Follows the stop and warning thresholds of a card's bands.

    A band's threshold is named after the fault of the same measure; where a level does not know that fault (a full
    sit-up may be high) the threshold does not hold either.
    """

    def __init__(self, card: Card, level: Level, rules: Rules) -> None:
        """Collect the thresholds that hold at this level."""
        self._stops: list[_Limit] = []
        self._warnings: list[_Limit] = []
        for band in card.bands:
            rule = _fault_of(card, level, band.measure)
            if rule is None or band.measure is None:
                continue
            if band.stop_above is not None:
                self._stops.append(_Limit.on(band.measure, rule, band.stop_above.value, rules.stop_sustained_s))
            if band.warn_above is not None:
                self._warnings.append(_Limit.on(band.measure, rule, band.warn_above.value, rules.warn_sustained_s))

    def see(self, sample: Sample, progress: Progress) -> tuple[FaultRule | None, FaultRule | None]:
        """Take in a moment; return what must stop the movement and what asks for a warning, None when nothing does."""
        if progress.phase not in _MOVING:
            for limit in (*self._stops, *self._warnings):
                limit.passed.since_s = None
            return None, None
        return _first_passed(self._stops, sample, progress), _first_passed(self._warnings, sample, progress)


def _first_passed(limits: Sequence[_Limit], sample: Sample, progress: Progress) -> FaultRule | None:
    """Let all limits take in a moment; return the rule of the first that is passed."""
    passed = [limit.rule for limit in limits if limit.is_passed(sample, progress)]
    return passed[0] if passed else None


def _fault_of(card: Card, level: Level, measure: str | None) -> FaultRule | None:
    """Find the fault of too much of a measure at a level."""
    for rule in card.faults:
        if rule.measure == measure and rule.above is not None and (not rule.levels or level.id in rule.levels):
            return rule
    return None


LOAD_OVER_LIMIT = "load_over_limit"
"""Reason of a stop because the disc carried more than the person's stage allows."""


class LoadWatch:
    """Tells for how long the disc has carried more than the limit."""

    def __init__(self, limit: float, rules: Rules) -> None:
        """Start with nothing carried; `limit` is a multiple of quiet standing."""
        self._limit, self._beyond = limit, _Sustained(rules.load_sustained_s)

    def see(self, time_s: float, relative: float) -> bool:
        """Take in a moment's load (NaN: not known); tell whether it has been too much for long enough."""
        return self._beyond.see(time_s, is_so=relative > self._limit)


class RaisedHand:
    """Tells for how long a hand (or both, where the exercise itself holds one up) has been held up."""

    def __init__(self, gesture: Gesture, rules: Rules) -> None:
        """Start with the hands down."""
        self._needs_both = gesture == "both_hands"
        self._height, self._lasts_s = rules.gesture_height, rules.gesture_s
        self._since_s: float | None = None
        self.share = 0.0

    def see(self, time_s: float, values: Mapping[str, float]) -> bool:
        """Take in a moment; tell whether the hand has been up for long enough. `share` says how far it has got."""
        left = values["left_hand_height_ratio"] > self._height
        right = values["right_hand_height_ratio"] > self._height
        if not ((left and right) if self._needs_both else (left or right)):
            self._since_s, self.share = None, 0.0
            return False
        if self._since_s is None:
            self._since_s = time_s
        self.share = min(1.0, (time_s - self._since_s) / self._lasts_s)
        return self.share >= 1.0
