"""The three exercises as a simulated patient does them, well or badly."""

import math
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from openlumbar.pose.simulation.body import Body, Posture, landmarks_of
from openlumbar.pose.simulation.geometry import Array, bend_left, flex_forward, turn_left
from openlumbar.pose.simulation.posture import (
    SUPINE,
    UPRIGHT,
    Hand,
    Trunk,
    chord_m,
    hands_towards,
    many,
    stance,
    standing,
    standing_height_m,
    supine,
    trunk_over,
    with_hands,
)
from openlumbar.pose.simulation.signals import line_deg_of
from openlumbar.pose.simulation.timing import (
    Course,
    PlannedRepetition,
    breathing,
    course_of,
    set_duration_s,
    wander,
)

Side = Literal["left", "right"]

_CURL_LIMIT_RAD = 0.75
"""How far the simulated thorax flexes on the pelvis before the hips take over (product choice)."""
_CURL_SHARE = 1.5
"""Thorax flexion per trunk lift at the start of a curl (product choice)."""
_SHOULDER_GIVE = 0.05
"""Rise of the shoulders per hip rise in a bridge, the weight rolling onto the upper back (product choice)."""


@dataclass(frozen=True, eq=False)
class Performance:
    """What the body did, and what was meant.

    Attributes:
        posture: over T moments.
        bounds_s: (R + 1,) moments that separate the repetitions; empty when the motion has none.
        raised: the hand held over the head in each repetition.
        signs: where each repetition was meant to go, +1 or -1; empty when all go one way.
    """

    posture: Posture
    bounds_s: Array
    raised: tuple[Side | None, ...] = ()
    signs: tuple[float, ...] = ()


class Motion(Protocol):
    """Anything the simulated body can do."""

    @property
    def duration_s(self) -> float:
        """Length of the motion without idle time."""

    def perform(self, body: Body, time_s: Array, start_s: float, rng: np.random.Generator) -> Performance:
        """Move the body; before the start and after the end it rests in the motion's own rest posture."""


@dataclass(frozen=True)
class BridgeSet:
    """Lift the hips from the floor, shoulders and feet staying; peaks are centimetres of hip rise.

    Attributes:
        repetitions: as planned; one with `line_deg` rises until shoulder, hip and knee make that angle.
        knee_deg: angle of the knees at rest.
        tremor_cm: unsteadiness of the hips while up.
    """

    repetitions: tuple[PlannedRepetition, ...]
    knee_deg: float = 90.0
    tremor_cm: float = 0.15

    @property
    def duration_s(self) -> float:
        """Length of the set."""
        return set_duration_s(self.repetitions)

    def perform(self, body: Body, time_s: Array, start_s: float, rng: np.random.Generator) -> Performance:
        """Move the body through the set."""
        repetitions = tuple(self._resolved(body, planned) for planned in self.repetitions)
        course = course_of(time_s, repetitions, start_s)
        tremor_cm = course.activity * wander(time_s, rng, self.tremor_cm, 1.2)
        rise_m = (course.value + tremor_cm + 0.05 * breathing(time_s, rng)) / 100.0
        posture = bridge_posture(body, rise_m, np.radians(self.knee_deg))
        roll = bend_left(np.radians(course.activity * wander(time_s, rng, 1.5, 4.0)))
        head = posture.head @ turn_left(wander(time_s, rng, 0.08, 6.0))
        return Performance(replace(posture, pelvis=posture.pelvis @ roll, head=head), course.bounds_s)

    def _resolved(self, body: Body, planned: PlannedRepetition) -> PlannedRepetition:
        if planned.line_deg is None:
            return planned
        rises_m = np.linspace(0.0, 0.5 * body.stature_m * 0.45, 120)
        knee_rad = np.radians(self.knee_deg)
        line_deg = line_deg_of(landmarks_of(body, bridge_posture(body, rises_m, knee_rad)))
        opening = np.maximum.accumulate(line_deg)
        return replace(planned, peak=float(np.interp(planned.line_deg, opening, rises_m) * 100.0))


def bridge_posture(body: Body, rise_m: Array, knee_rad: float) -> Posture:
    """Lie with bent knees and lift the hips by `rise_m` (T,); high bridges arch the lumbar spine."""
    count = len(rise_m)
    lumbar_rad = -np.clip(rise_m / body.stature_m - 0.06, 0.0, 0.12) * 3.0
    length_m = chord_m(body, lumbar_rad)
    shoulder_m = body.lying_height_m + _SHOULDER_GIVE * rise_m
    height_m = body.lying_height_m + rise_m
    slope_rad = np.arcsin(np.clip((height_m - shoulder_m) / length_m, -1.0, 1.0))
    pelvis, thorax = trunk_over(body, -slope_rad, lumbar_rad, SUPINE)
    pelvis_m = np.stack([length_m * np.cos(slope_rad) - body.trunk_m, np.zeros(count), height_m], axis=1)
    head = many(SUPINE[0], count) @ flex_forward(np.full(count, 0.12))
    posture = supine(body, Trunk(pelvis_m, pelvis, thorax, head), knee_rad)
    return _hands_stay_on_floor(body, posture)


def _hands_stay_on_floor(body: Body, posture: Posture) -> Posture:
    place = np.array([-0.02 * body.stature_m, 0.5 * body.hip_width_m + 0.17, 0.03])
    wrists = np.stack([place, place * np.array([1.0, -1.0, 1.0])])
    return replace(posture, wrists_m=many(wrists, len(posture.pelvis_m)))


@dataclass(frozen=True)
class SitUpSet:
    """Lift the trunk from the floor; peaks are degrees of the hip-to-shoulder line.

    Attributes:
        repetitions: as planned.
        knee_deg: angle of the knees at rest; the feet stay where they are.
        hands: where they are held.
        tremor_deg: unsteadiness of the trunk while up.
    """

    repetitions: tuple[PlannedRepetition, ...]
    knee_deg: float = 90.0
    hands: Hand = "crossed"
    tremor_deg: float = 0.6

    @property
    def duration_s(self) -> float:
        """Length of the set."""
        return set_duration_s(self.repetitions)

    def perform(self, body: Body, time_s: Array, start_s: float, rng: np.random.Generator) -> Performance:
        """Move the body through the set."""
        course = course_of(time_s, self.repetitions, start_s)
        tremor_deg = course.activity * wander(time_s, rng, self.tremor_deg, 1.2)
        lift_rad = np.radians(course.value + tremor_deg + 0.3 * breathing(time_s, rng))
        sway_rad = course.activity * wander(time_s, rng, 0.03, 4.0)
        posture = sit_up_posture(body, lift_rad, np.radians(self.knee_deg), course.activity, sway_rad)
        return Performance(with_hands(body, posture, self.hands), course.bounds_s)


def sit_up_posture(
    body: Body, lift_rad: Array, knee_rad: float, effort: Array | None = None, sway_rad: Array | None = None
) -> Posture:
    """Lie and lift the trunk by `lift_rad` (T,): first the thorax curls, then the hips bend."""
    count = len(lift_rad)
    effort = np.zeros(count) if effort is None else effort
    sway_rad = np.zeros(count) if sway_rad is None else sway_rad
    lumbar_rad = _CURL_LIMIT_RAD * np.tanh(_CURL_SHARE * lift_rad / _CURL_LIMIT_RAD)
    pelvis, thorax = trunk_over(body, lift_rad, lumbar_rad, SUPINE)
    thorax = thorax @ turn_left(sway_rad)
    forward_m, up_m = 0.03 * np.sin(lift_rad), 0.02 * (1.0 - np.cos(lift_rad))
    pelvis_m = np.stack([forward_m, np.zeros(count), body.lying_height_m + up_m], axis=1)
    head = thorax @ flex_forward(0.12 + 0.35 * effort)
    return supine(body, Trunk(pelvis_m, pelvis, thorax, head), knee_rad)


@dataclass(frozen=True)
class TwistSet:
    """Stand and swing the trunk about the vertical; peaks are degrees of yaw, left positive.

    Attributes:
        repetitions: as planned.
        stance: distance of the ankles in shoulder widths.
        raised: the hand held over the head, or none.
        switch_after: number of repetitions after which the other hand is raised.
        hands: where both hands (or the one not raised) are held.
        pelvis_share: how far the pelvis turns along, as a share of the yaw.
        gaze_share: how far the head turns along.
        drop: where the raised hand goes when the arm drops.
    """

    repetitions: tuple[PlannedRepetition, ...]
    stance: float = 1.05
    raised: Side | None = None
    switch_after: int | None = None
    hands: Hand = "shoulder"
    pelvis_share: float = 0.3
    gaze_share: float = 0.6
    drop: Hand = "shoulder"

    @property
    def duration_s(self) -> float:
        """Length of the set."""
        return set_duration_s(self.repetitions)

    @property
    def raised_by_repetition(self) -> tuple[Side | None, ...]:
        """The hand over the head in each repetition."""
        other: Side | None = {"left": "right", "right": "left", None: None}[self.raised]
        switch = len(self.repetitions) if self.switch_after is None else self.switch_after
        return tuple(self.raised if index < switch else other for index in range(len(self.repetitions)))

    def perform(self, body: Body, time_s: Array, start_s: float, rng: np.random.Generator) -> Performance:
        """Move the body through the set."""
        course = course_of(time_s, self.repetitions, start_s)
        lean_deg = course.reached * np.array([r.lean_deg for r in self.repetitions])[course.index]
        lean_deg = lean_deg + wander(time_s, rng, 0.8, 4.0)
        yaw_rad = np.radians(course.value + (0.3 + course.activity) * wander(time_s, rng, 0.6, 2.0))
        trunk = self._trunk(body, time_s, yaw_rad, np.radians(lean_deg), rng)
        stance_m = self.stance * body.shoulder_width_m
        posture = standing(body, trunk, stance(body, len(time_s), stance_m))
        posture = self._with_arms(body, posture, time_s, course)
        signs = tuple(math.copysign(1.0, planned.peak) for planned in self.repetitions)
        return Performance(posture, course.bounds_s, self.raised_by_repetition, signs)

    def _trunk(self, body: Body, time_s: Array, yaw_rad: Array, lean_rad: Array, rng: np.random.Generator) -> Trunk:
        height_m = standing_height_m(body, self.stance * body.shoulder_width_m)
        sideways_m = 0.02 * np.sin(yaw_rad) + wander(time_s, rng, 0.006, 5.0)
        forward_m = wander(time_s, rng, 0.006, 5.0)
        pelvis_m = np.stack([forward_m, sideways_m, np.full_like(yaw_rad, height_m)], axis=1)
        own_way_rad = wander(time_s, rng, 0.012, 6.0)
        pelvis = UPRIGHT @ turn_left(self.pelvis_share * yaw_rad + own_way_rad) @ bend_left(0.3 * lean_rad)
        stoop_rad = 0.03 + 0.02 * breathing(time_s, rng)
        thorax = pelvis @ flex_forward(stoop_rad) @ bend_left(1.1 * lean_rad) @ turn_left(yaw_rad)
        head = thorax @ turn_left((self.gaze_share - 1.0) * yaw_rad) @ bend_left(-0.8 * lean_rad)
        return Trunk(pelvis_m, pelvis, thorax, head)

    def _with_arms(self, body: Body, posture: Posture, time_s: Array, course: Course) -> Posture:
        step_s = float(time_s[1] - time_s[0]) if len(time_s) > 1 else 1.0
        posture = with_hands(body, posture, self.hands)
        during = (time_s > course.bounds_s[0] - 1.2) & (time_s < course.bounds_s[-1] + 0.3)
        for place, dropped in ((self.drop, True), ("overhead", False)):
            chosen = [self._hands_in(course, side, dropped) & during for side in ("left", "right")]
            share = np.stack([_eased(hand.astype(np.float64), step_s) for hand in chosen], axis=1)
            posture = hands_towards(body, posture, place, share)
        return posture

    def _hands_in(self, course: Course, side: str, dropped: bool) -> npt.NDArray[np.bool_]:
        """(T,) whether a hand is meant to be up, and dropped or not."""
        chosen = [
            hand == side and planned.arm_down == dropped
            for hand, planned in zip(self.raised_by_repetition, self.repetitions, strict=True)
        ]
        return np.asarray(np.array(chosen)[course.index])


def _eased(share: Array, step_s: float, change_s: float = 0.6) -> Array:
    """Smooth the steps of a 0/1 signal to changes of `change_s`."""
    width = max(1, round(change_s / step_s))
    padded = np.pad(share, (width // 2, width - 1 - width // 2), mode="edge")
    total = np.concatenate([[0.0], np.cumsum(padded)])
    return np.asarray((total[width:] - total[:-width]) / width)


def repeated(planned: PlannedRepetition, count: int) -> tuple[PlannedRepetition, ...]:
    """Do the same repetition several times."""
    return (planned,) * count


def alternated(planned: PlannedRepetition, count: int, first: Side = "left") -> tuple[PlannedRepetition, ...]:
    """Swing to both sides in turn."""
    sign = 1.0 if first == "left" else -1.0
    return tuple(replace(planned, peak=sign * (-1.0) ** index * abs(planned.peak)) for index in range(count))
