"""Is the person in the picture and in position? If not, the one thing to change."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from openlumbar.assessment.gates import MIN_PLAUSIBILITY, MIN_VISIBILITY
from openlumbar.cards import Card
from openlumbar.coaching.rules import Advice, Rules
from openlumbar.kinematics.signals import Sample
from openlumbar.pose.landmarks import TRUNK_AND_LEGS
from openlumbar.pose.landmarks import Landmark as L
from openlumbar.pose.wire import LIGHT_UNKNOWN

_BODY = np.array([L.LEFT_EAR, L.RIGHT_EAR, *TRUNK_AND_LEGS, L.LEFT_HEEL, L.RIGHT_HEEL])
"""What must be in the picture: from the head to the feet. The hands may leave it."""

_ADVICE_OF_GATE: dict[str, Advice] = {
    "legs_out_of_frame": "out_of_frame",
    "wrong_view": "wrong_view",
    "other_exercise": "wrong_posture",
}


@dataclass(frozen=True, eq=False)
class Picture:
    """The newest frame before it is judged: landmarks (33, 2) in pixels, its size, its brightness 0–254."""

    image: npt.NDArray[np.float32]
    width: int
    height: int
    light: int


class Framing:
    """Checks frames against one exercise's card."""

    def __init__(self, card: Card, rules: Rules) -> None:
        """Sort out the gates that a resting person can be asked."""
        self._rules = rules
        self._is_lying = card.posture == "lying"
        self._gates = [gate for gate in card.gates if gate.when != "repetition"]

    def advice(self, picture: Picture, sample: Sample | None) -> Advice:
        """Name the one thing to change, the most basic first; "ok" when there is none.

        Args:
            picture: the newest frame.
            sample: the signals of the newest frame that has them, a few frames older.
        """
        if picture.light != LIGHT_UNKNOWN and picture.light < self._rules.dark_below:
            return "too_dark"
        if sample is None or math.isnan(sample.values["visibility"]) or math.isnan(float(picture.image[0, 0])):
            return "no_person"
        box = _box(picture)
        return self._place(picture, *box) or self._posture(sample) or self._distance(picture, *box) or "ok"

    def _place(self, picture: Picture, left: float, top: float, right: float, bottom: float) -> Advice | None:
        width, height, edge = picture.width, picture.height, self._rules.edge_share
        if max((right - left) / width, (bottom - top) / height) > self._rules.largest_share:
            return "too_near"
        is_out = min(left / width, top / height) < edge or max(right / width, bottom / height) > 1 - edge
        return "out_of_frame" if is_out else None

    def _distance(self, picture: Picture, left: float, top: float, right: float, bottom: float) -> Advice | None:
        """Judge the size last: seen from a wrong side or in another posture a body is shorter than it is."""
        share = max(right - left, bottom - top) / max(picture.width, picture.height)
        return "too_far" if share < self._rules.smallest_share else None

    def _posture(self, sample: Sample) -> Advice | None:
        values = sample.values
        if values["visibility"] < MIN_VISIBILITY or values["plausibility"] < MIN_PLAUSIBILITY:
            return "unclear"
        if (values["shoulder_height_ratio"] > self._rules.upright_ratio) == self._is_lying:
            return "wrong_posture"
        for gate in self._gates:
            value = values[gate.signal]
            low = -math.inf if gate.at_least is None else gate.at_least.value
            high = math.inf if gate.at_most is None else gate.at_most.value
            if not low <= value <= high:
                return _ADVICE_OF_GATE[gate.code]
        return None


def _box(picture: Picture) -> tuple[float, float, float, float]:
    """Return the left, top, right and bottom edge of the body in pixels; in plain Python, which few numbers suit."""
    xs, ys = picture.image[_BODY].T.tolist()
    return min(xs), min(ys), max(xs), max(ys)
