"""What is watched while the person moves: the card's stop and warning thresholds, and the raised hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from openlumbar.assessment.engine import Progress
from openlumbar.cards import Card, FaultRule, Level
from openlumbar.coaching.rules import Rules
from openlumbar.kinematics.signals import Sample

Gesture = Literal["one_hand", "both_hands"]


@dataclass(slots=True)
class _Limit:
    """A threshold on one measure, and since when it has been passed without a break."""

    rule: FaultRule
    measure: str
    above: float
    lasts_s: float
    since_s: float | None = None

    def is_passed(self, time_s: float, value: float) -> bool:
        """Take in a value; tell whether it has lain above the limit for long enough."""
        if not value > self.above:
            self.since_s = None
            return False
        if self.since_s is None:
            self.since_s = time_s
        return time_s - self.since_s >= self.lasts_s


class Watch:
    """Follows the stop and warning thresholds of a card's bands.

    A band's threshold is named after the fault of the same measure; where a level does not know that fault (a full
    sit-up may be high) the threshold does not hold either.
    """

    def __init__(self, card: Card, level: Level, rules: Rules) -> None:
        """Collect the thresholds that hold at this level."""
        self._measured_as = card.drive.measured_as
        self.stops: list[_Limit] = []
        self.warnings: list[_Limit] = []
        for band in card.bands:
            rule = _fault_of(card, level, band.measure)
            if rule is None or band.measure is None:
                continue
            if band.stop_above is not None:
                self.stops.append(_Limit(rule, band.measure, band.stop_above.value, rules.stop_sustained_s))
            if band.warn_above is not None:
                self.warnings.append(_Limit(rule, band.measure, band.warn_above.value, rules.warn_sustained_s))

    def see(self, sample: Sample, progress: Progress) -> tuple[FaultRule | None, FaultRule | None]:
        """Take in a moment; return what must stop the movement and what asks for a warning, None when nothing does."""
        is_moving = progress.phase in ("out", "top", "back")
        stop = warning = None
        for limit in self.stops:
            value = self._value(limit.measure, sample, progress) if is_moving else 0.0
            if limit.is_passed(sample.time_s, value) and stop is None:
                stop = limit.rule
        for limit in self.warnings:
            value = self._value(limit.measure, sample, progress) if is_moving else 0.0
            if limit.is_passed(sample.time_s, value) and warning is None:
                warning = limit.rule
        return stop, warning

    @staticmethod
    def _value(measure: str, sample: Sample, progress: Progress) -> float:
        """Read a repetition's measure at this very moment."""
        if measure == "peak":
            return abs(progress.value)
        signal, _, take = measure.partition(".")
        value = sample.values[signal]
        return abs(value) if take == "max_abs" else value


def _fault_of(card: Card, level: Level, measure: str | None) -> FaultRule | None:
    """Find the fault of too much of a measure at a level."""
    for rule in card.faults:
        if rule.measure == measure and rule.above is not None and (not rule.levels or level.id in rule.levels):
            return rule
    return None


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
