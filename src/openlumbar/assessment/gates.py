"""Which samples and which movements belong to the exercise and can be seen: the card's gates, and sight itself."""

import math
from collections.abc import Mapping, Sequence

from openlumbar.assessment.measures import take
from openlumbar.cards import Card, Gate, ReasonCode
from openlumbar.kinematics.signals import Sample

MIN_VISIBILITY = 0.5
"""Mean confidence below which the pose is a guess. On real clips it is 0.9 and more with the full model; the
heavy model doubts the legs of a person lying in side view, and the mean falls to 0.6."""

MIN_PLAUSIBILITY = 0.3
"""Below it the picture and the tracker's own body model disagree by more than a third of the trunk."""


class GateKeeper:
    """Judge single samples and whole movements against a card's gates."""

    def __init__(self, card: Card) -> None:
        """Sort the card's gates by when they are asked."""
        self._always = [_limits(gate) for gate in card.gates if gate.when == "always"]
        self._movement = [gate for gate in card.gates if gate.when != "always"]

    def check(self, sample: Sample) -> ReasonCode | None:
        """Return why a sample cannot be used, or None when it can."""
        values = sample.values
        visibility = values["visibility"]
        if visibility != visibility:  # NaN: nobody there
            return "no_person"
        if values["plausibility"] < MIN_PLAUSIBILITY:
            return "implausible_pose"
        for signal, low, high, code in self._always:
            value = values[signal]
            if value < low or value > high:
                return code
        return "low_visibility" if visibility < MIN_VISIBILITY else None

    def check_repetition(
        self, measures: Mapping[str, float], samples: Sequence[Sample], resting: Sequence[Sample]
    ) -> ReasonCode | None:
        """Return why a movement is not this exercise, or None when it is; what was not seen does not pass."""

        def measured(name: str) -> float:
            return measures[name] if name in measures else take(name, samples, resting)

        for gate in self._movement:
            signal, low, high, code = _limits(gate)
            value = measured(f"{signal}.rest" if gate.when == "rest" else signal)
            exempt = gate.unless is not None and measured(gate.unless.signal) >= gate.unless.at_least.value
            if not (low <= value <= high or exempt):
                return code
        return None


def _limits(gate: Gate) -> tuple[str, float, float, ReasonCode]:
    low = -math.inf if gate.at_least is None else gate.at_least.value
    high = math.inf if gate.at_most is None else gate.at_most.value
    return gate.signal, low, high, gate.code
