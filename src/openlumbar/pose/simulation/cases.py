"""Scenarios to measure with: random patients with and without faults, negatives, and one demo an exercise."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from openlumbar.physique import Physique
from openlumbar.pose.simulation.camera import Camera, View
from openlumbar.pose.simulation.exercises import BridgeSet, Motion, Side, SitUpSet, TwistSet
from openlumbar.pose.simulation.negatives import NEGATIVE_KINDS, Negative
from openlumbar.pose.simulation.patient import Scenario
from openlumbar.pose.simulation.posture import Hand
from openlumbar.pose.simulation.timing import PlannedRepetition, Profile
from openlumbar.pose.simulation.tracker import TrackerNoise

FAULT_CODES: Mapping[str, tuple[str, ...]] = {
    "bridge": ("low_rise", "short_hold", "over_arched", "fast_lowering"),
    "sit-up": ("too_fast", "too_high", "knees_straight", "incomplete"),
    "cross-twist": (
        "narrow_stance",
        "wrong_side_first",
        "arm_down",
        "over_rotation",
        "leaning",
        "ballistic",
    ),
}
"""Fault codes of the results contract by exercise."""

_PROFILES: tuple[Profile, ...] = ("min_jerk", "cosine", "trapezoid")
_FRAME_RATES = (15.0, 24.0, 25.0, 29.97, 30.0, 30.0, 50.0, 60.0)
_LONG_SIDES = ((1280, 720), (1920, 1080), (960, 540), (640, 480))
_LYING_NEGATIVES = ("lying", "leg raises", "getting up", "push-ups", "rolling")
_UPRIGHT_BOTH_WAYS = ("sitting", "squats", "standing")


@dataclass(frozen=True)
class _Draw:
    """Draws numbers in a scenario's terms."""

    rng: np.random.Generator

    def between(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def normal(self, mean: float, sd: float, limit: float) -> float:
        return float(np.clip(self.rng.normal(mean, sd), mean - limit, mean + limit))

    def happens(self, chance: float) -> bool:
        return bool(self.rng.random() < chance)

    def near(self, value: float, share: float) -> float:
        """Vary a value by a share, as people do from one repetition to the next."""
        return value * (1.0 + self.normal(0.0, share, 2.5 * share))

    def pause_s(self, rest_s: float) -> float:
        """Vary a rest; now and then somebody takes a long one."""
        return self.near(rest_s, 0.25) + (self.between(3.0, 8.0) if self.happens(0.06) else 0.0)


def random_scenario(exercise: str, rng: np.random.Generator, with_faults: bool) -> Scenario:
    """Draw a patient, a set of an exercise, a camera and a tracker; with faults, one or two kinds of them.

    The truth lists the faults that the movement really has, by measurement: also those nobody planned.
    """
    draw = _Draw(rng)
    faults: tuple[str, ...] = ()
    if with_faults:
        codes = FAULT_CODES[exercise]
        faults = tuple(sorted(rng.choice(codes, 1 + draw.happens(0.3), replace=False).tolist()))
    motion, level = _SETS[exercise](draw, faults)
    return Scenario(
        name=f"{exercise} {', '.join(faults) or 'well done'}",
        exercise=exercise,
        motion=motion,
        level=level,
        physique=_physique(draw),
        camera=_camera(draw, "front" if exercise == "cross-twist" else "side"),
        noise=_noise(draw),
        fps=float(rng.choice(_FRAME_RATES)),
        variable_fps=draw.happens(0.4),
        lead_in_s=draw.between(1.5, 6.0),
        lead_out_s=draw.between(1.0, 4.0),
        preparation_s=draw.between(6.0, 9.0) if exercise != "cross-twist" and draw.happens(0.2) else 0.0,
    )


def negative_scenarios(duration_s: float = 60.0, seed: int = 0) -> tuple[Scenario, ...]:
    """Draw one scenario of every movement that is no exercise, in each view in which it may be filmed."""
    draw = _Draw(np.random.default_rng(seed))
    scenarios = []
    for kind in NEGATIVE_KINDS:
        views: tuple[View, ...] = ("side",) if kind in _LYING_NEGATIVES else ("front",)
        views = ("side", "front") if kind in _UPRIGHT_BOTH_WAYS else views
        for view in views:
            camera = _camera(draw, view)
            camera = replace(camera, fits=kind != "walking to and fro" or draw.happens(0.5))
            scenarios.append(
                Scenario(
                    name=f"{kind}, {view} view",
                    exercise=None,
                    motion=Negative(kind, duration_s),
                    physique=_physique(draw),
                    camera=camera,
                    noise=_noise(draw),
                    fps=float(draw.rng.choice(_FRAME_RATES)),
                    variable_fps=draw.happens(0.4),
                    lead_in_s=1.0,
                    lead_out_s=0.0,
                )
            )
    return tuple(scenarios)


def without_legs(scenario: Scenario) -> Scenario:
    """Film a scenario too close, at the upper body: knees and feet out of the frame."""
    aim = (0.42, 0.0) if scenario.camera.view == "side" else (0.0, 0.32)
    close = replace(scenario.camera, distance_m=1.1, aim=aim, fits=False, azimuth_deg=0.0)
    return replace(scenario, name=f"{scenario.name}, legs out of frame", camera=close)


def _physique(draw: _Draw) -> Physique:
    female = draw.happens(0.5)
    height_cm = round(draw.normal(162.0 if female else 175.0, 7.0, 17.0))
    weight_kg = round(draw.normal(24.5, 3.5, 8.0) * (height_cm / 100.0) ** 2)
    age = round(draw.between(20.0, 78.0))
    return Physique(height_cm, weight_kg, "female" if female else "male", age)


def _camera(draw: _Draw, view: View) -> Camera:
    wide, high = _LONG_SIDES[draw.rng.integers(len(_LONG_SIDES))]
    portrait = view == "front" and draw.happens(0.8)
    return Camera(
        view=view,
        near_side="left" if draw.happens(0.5) else "right",
        azimuth_deg=draw.normal(0.0, 10.0, 28.0) if view == "side" else draw.normal(0.0, 8.0, 20.0),
        distance_m=draw.between(1.8, 4.0),
        height_m=draw.between(0.2, 1.2) if view == "side" else draw.between(0.5, 1.5),
        roll_deg=draw.normal(0.0, 3.0, 10.0),
        field_of_view_deg=draw.between(50.0, 75.0),
        frame_size=(high, wide) if portrait else (wide, high),
    )


def _noise(draw: _Draw) -> TrackerNoise:
    return TrackerNoise(
        jitter_share=draw.between(0.001, 0.007),
        jitter_time_s=draw.between(0.06, 0.25),
        bias_m=draw.between(0.003, 0.014),
        drift_m=draw.between(0.002, 0.006),
        fold_m=draw.between(0.0, 0.02),
        depth_m=draw.between(0.01, 0.03),
        dropouts_per_min=draw.between(0.0, 3.0),
        spikes_per_min=draw.between(0.0, 4.0),
        swaps_per_min=draw.between(0.0, 1.5),
        lag_s=draw.between(0.01, 0.07),
        yaw_underread=draw.between(0.0, 0.25),
        yaw_bias_deg=draw.normal(0.0, 3.0, 8.0),
        generic_scale=draw.happens(0.8),
    )


def _with_attempts(
    draw: _Draw, repetitions: list[PlannedRepetition], small: tuple[float, float]
) -> tuple[PlannedRepetition, ...]:
    """Put an attempt too small to count between the repetitions of every fourth set."""
    if draw.happens(0.25):
        place = int(draw.rng.integers(1, len(repetitions) + 1))
        attempt = replace(repetitions[place - 1], peak=draw.between(*small), hold_s=0.1, line_deg=None)
        repetitions = [*repetitions[:place], attempt, *repetitions[place:]]
    return tuple(repetitions)


def _faulty(draw: _Draw, count: int) -> list[bool]:
    """Choose which repetitions show the fault: all, or some."""
    if draw.happens(0.3):
        return [True] * count
    chosen = draw.rng.random(count) < 0.45
    chosen[draw.rng.integers(count)] = True
    return [bool(value) for value in chosen]


def _bridge_set(draw: _Draw, faults: tuple[str, ...]) -> tuple[Motion, str]:
    rise_cm, up_s, down_s = draw.between(9.0, 14.0), draw.between(0.9, 2.2), draw.between(1.3, 3.0)
    hold_s, rest_s, sag = draw.between(5.0, 6.2), draw.between(0.8, 4.0), draw.between(0.0, 0.05)
    profile = _PROFILES[draw.rng.integers(3)]
    count = int(draw.rng.integers(3, 7))
    marks = {code: _faulty(draw, count) for code in faults}
    repetitions = []
    for index in range(count):
        planned = PlannedRepetition(
            peak=draw.near(rise_cm, 0.05),
            up_s=draw.near(up_s, 0.12),
            hold_s=draw.near(hold_s, 0.03),
            down_s=draw.near(down_s, 0.12),
            rest_s=draw.pause_s(rest_s),
            hesitation_s=draw.between(0.2, 0.6) if draw.happens(0.08) else 0.0,
            profile=profile,
            sag=sag,
            residue=draw.between(0.0, 0.1) if draw.happens(0.3) else 0.0,
        )
        changes: dict[str, dict[str, float]] = {
            "low_rise": {"peak": draw.between(5.4, 6.3)},
            "short_hold": {"hold_s": draw.between(0.5, 2.8)},
            "over_arched": {"line_deg": draw.between(189.0, 197.0)},
            "fast_lowering": {"down_s": draw.between(0.3, 0.5)},
        }
        repetitions.append(_spoilt(planned, changes, marks, index))
    level = "L3" if draw.happens(0.2) else "L2"
    knee_deg = draw.between(75.0, 110.0)
    return BridgeSet(_with_attempts(draw, repetitions, (2.6, 4.2)), knee_deg, draw.between(0.05, 0.25)), level


def _sit_up_set(draw: _Draw, faults: tuple[str, ...]) -> tuple[Motion, str]:
    full = draw.happens(0.3) and "too_high" not in faults
    lift_deg = draw.between(68.0, 86.0) if full else draw.between(24.0, 36.0)
    up_s, hold_s, down_s = draw.between(0.9, 2.0), draw.between(0.1, 2.0), draw.between(0.9, 2.6)
    rest_s, profile = draw.between(0.3, 3.0), _PROFILES[draw.rng.integers(3)]
    count = int(draw.rng.integers(4, 11))
    marks = {code: _faulty(draw, count) for code in faults}
    repetitions = []
    for index in range(count):
        planned = PlannedRepetition(
            peak=draw.near(lift_deg, 0.06),
            up_s=draw.near(up_s, 0.12),
            hold_s=draw.near(hold_s, 0.2),
            down_s=draw.near(down_s, 0.12),
            rest_s=draw.pause_s(rest_s),
            hesitation_s=draw.between(0.2, 0.6) if draw.happens(0.08) else 0.0,
            profile=profile,
            residue=draw.between(0.0, 0.12) if draw.happens(0.3) else 0.0,
        )
        changes: dict[str, dict[str, float]] = {
            "too_fast": {"up_s": draw.between(0.24, 0.36), "hesitation_s": 0.0},
            "too_high": {"peak": draw.between(52.0, 75.0)},
            "incomplete": {"peak": draw.between(35.0, 49.0) if full else draw.between(16.2, 18.5)},
        }
        repetitions.append(_spoilt(planned, changes, marks, index))
    knee_deg = draw.between(145.0, 172.0) if "knees_straight" in faults else draw.between(72.0, 110.0)
    hands: tuple[Hand, ...] = ("crossed", "behind_head", "forward", "on_floor")
    attempts = _with_attempts(draw, repetitions, (7.0, 12.0))
    level = "L4" if full else "L3" if draw.happens(0.3) else "L2"
    return SitUpSet(attempts, knee_deg, hands[draw.rng.integers(4)], draw.between(0.2, 1.0)), level


def _twist_set(draw: _Draw, faults: tuple[str, ...]) -> tuple[Motion, str]:
    armed = draw.happens(0.4) or bool({"wrong_side_first", "arm_down"} & set(faults))
    raised: Side | None = ("left" if draw.happens(0.5) else "right") if armed else None
    count = 2 * int(draw.rng.integers(3, 8))
    switch = count // 2 if armed and draw.happens(0.4) else None
    repetitions = _swings(draw, faults, count, raised, switch)
    hands: tuple[Hand, ...] = ("at_side", "on_hip") if armed else ("shoulder", "crossed", "on_hip")
    motion = TwistSet(
        repetitions=repetitions,
        stance=draw.between(0.3, 0.68) if "narrow_stance" in faults else draw.between(0.92, 1.3),
        raised=raised,
        switch_after=switch,
        hands=hands[draw.rng.integers(len(hands))],
        pelvis_share=draw.between(0.0, 0.6),
        gaze_share=draw.between(0.0, 1.0),
        drop="shoulder" if draw.happens(0.6) else "at_side",
    )
    return motion, "L3" if armed else "L2"


def _swings(
    draw: _Draw, faults: tuple[str, ...], count: int, raised: Side | None, switch: int | None
) -> tuple[PlannedRepetition, ...]:
    yaw_deg, way_s, hold_s = draw.between(18.0, 36.0), draw.between(1.0, 2.2), draw.between(0.0, 0.6)
    rest_s = 0.0 if draw.happens(0.5) else draw.between(0.2, 1.2)
    ballistic_s = draw.between(0.22, 0.34) if "ballistic" in faults else None
    marks = {code: _faulty(draw, count) for code in faults}
    if "arm_down" in marks and not all(marks["arm_down"]):
        for first in {0, switch or 0}:  # which swing is the first after raising a hand must stay plain
            marks["arm_down"][first], marks["arm_down"][first + 1] = False, True
    sign = draw.rng.choice([-1.0, 1.0]) if raised is None else {"left": -1.0, "right": 1.0}[raised]
    sign = -sign if "wrong_side_first" in faults else sign
    profile = _PROFILES[draw.rng.integers(2)]
    repetitions = []
    for index in range(count):
        switched = switch is not None and index >= switch
        place = index - (switch or 0) if switched else index
        planned = PlannedRepetition(
            peak=draw.near(yaw_deg, 0.08),
            up_s=draw.near(ballistic_s or way_s, 0.1),
            hold_s=hold_s,
            down_s=draw.near(ballistic_s or way_s, 0.1),
            rest_s=draw.between(2.0, 3.5) if index + 1 == switch else rest_s,
            profile=profile,
        )
        changes: dict[str, dict[str, float]] = {
            "over_rotation": {"peak": draw.between(50.0, 62.0)},
            "leaning": {"lean_deg": draw.between(19.0, 28.0) * draw.rng.choice([-1.0, 1.0])},
            "arm_down": {"arm_down": True},
        }
        planned = _spoilt(planned, changes, marks, index)
        side = (-sign if switched else sign) * (-1.0) ** place
        repetitions.append(replace(planned, peak=float(side * planned.peak)))
    return tuple(repetitions)


def _spoilt(
    planned: PlannedRepetition, changes: dict[str, dict[str, float]], marks: dict[str, list[bool]], index: int
) -> PlannedRepetition:
    for code, marked in marks.items():
        if marked[index] and code in changes:
            planned = replace(planned, **changes[code])  # type: ignore[arg-type]
    return planned


_SETS: dict[str, Callable[[_Draw, tuple[str, ...]], tuple[Motion, str]]] = {
    "bridge": _bridge_set,
    "sit-up": _sit_up_set,
    "cross-twist": _twist_set,
}
