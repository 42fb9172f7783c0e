"""A simulated patient before a simulated camera: from a scenario to a pose track and the truth about it."""

from dataclasses import dataclass, field, replace

import numpy as np

from openlumbar.physique import Physique
from openlumbar.pose.simulation.body import Body, Posture, body_of, landmarks_of
from openlumbar.pose.simulation.camera import Camera, Lens, put_up
from openlumbar.pose.simulation.exercises import Motion, Performance
from openlumbar.pose.simulation.geometry import Array
from openlumbar.pose.simulation.rising import getting_up
from openlumbar.pose.simulation.signals import TrueSignals, signals_of
from openlumbar.pose.simulation.timing import ramp
from openlumbar.pose.simulation.tracker import TrackerNoise, observe
from openlumbar.pose.simulation.truth import TrueRepetition, Truth, repetitions_of
from openlumbar.pose.track import PoseTrack

_STEP_S = 0.01
"""The body moves in steps of this length; the camera looks between them."""


@dataclass(frozen=True)
class Scenario:
    """Who does what before which camera, and how well it is tracked.

    Attributes:
        name: what a reader calls it.
        exercise: slug of what is done, None for a negative.
        motion: the movement.
        level: the level prescribed.
        physique: the person's.
        own_proportions: whether segment lengths vary about the standard shares of stature.
        camera: where it stands.
        noise: the tracker's errors, None for a perfect tracker.
        fps: frames per second.
        variable_fps: whether frames come unevenly, as phones deliver them.
        preparation_s: lying exercises only: time to stand there and lie down first; 0 for none.
        lead_in_s: idle time before the set, at least one second.
        lead_out_s: idle time after it.
    """

    name: str
    exercise: str | None
    motion: Motion
    level: str = "L2"
    physique: Physique = field(default_factory=lambda: Physique(170.0, 68.0))
    own_proportions: bool = True
    camera: Camera = field(default_factory=Camera)
    noise: TrackerNoise | None = field(default_factory=TrackerNoise)
    fps: float = 30.0
    variable_fps: bool = False
    preparation_s: float = 0.0
    lead_in_s: float = 2.0
    lead_out_s: float = 1.5

    @property
    def start_s(self) -> float:
        """Start of the set."""
        return self.preparation_s + self.lead_in_s

    @property
    def duration_s(self) -> float:
        """Length of the recording."""
        return self.start_s + self.motion.duration_s + self.lead_out_s


@dataclass(frozen=True, eq=False)
class Simulation:
    """A pose track and the truth about it."""

    scenario: Scenario
    track: PoseTrack
    truth: Truth


@dataclass(frozen=True, eq=False)
class Take:
    """What happens before the camera, before anybody tracks it.

    Attributes:
        scenario: what was asked for.
        body: the person's.
        moments_s: (M,) moments of the movement, one every hundredth of a second.
        performance: what the body did at those moments.
        posture: the same with the way to the floor before it.
        points: (M, 33, 3) landmarks in the room, metres.
        time_s: (T,) times of the frames.
        lens: the camera put up.
    """

    scenario: Scenario
    body: Body
    moments_s: Array
    performance: Performance
    posture: Posture
    points: Array
    time_s: Array
    lens: Lens


def enact(scenario: Scenario, seed: int) -> Take:
    """Move the body of a scenario and put up the camera; the same seed gives the same take."""
    person, movement, clock, _ = _generators(seed)
    body = body_of(scenario.physique, person if scenario.own_proportions else None)
    moments_s = np.arange(0.0, scenario.duration_s + _STEP_S, _STEP_S)
    performance = scenario.motion.perform(body, moments_s, scenario.start_s, movement)
    posture = performance.posture
    if scenario.preparation_s:
        upright = 1.0 - ramp((moments_s - 1.0) / (scenario.preparation_s - 1.0), "cosine")
        posture = getting_up(body, posture, upright)
    points = landmarks_of(body, posture)
    lens = put_up(scenario.camera, points[round(scenario.preparation_s / _STEP_S) :])
    return Take(scenario, body, moments_s, performance, posture, points, _frame_times_s(scenario, clock), lens)


def simulate(scenario: Scenario, seed: int) -> Simulation:
    """Film a scenario; the same seed gives the same simulation, and the same movement whatever the noise."""
    take, tracker = enact(scenario, seed), _generators(seed)[-1]
    first = round(scenario.start_s / _STEP_S)
    signals = signals_of(take.moments_s, take.points, slice(max(0, first - 100), first))
    repetitions: tuple[TrueRepetition, ...] = ()
    if scenario.exercise is not None:
        repetitions = repetitions_of(scenario.exercise, scenario.level, signals, take.performance)
    track = observe(take.lens, between(take.points, take.time_s), take.time_s, scenario.noise, tracker)
    truth = Truth(scenario.exercise, scenario.level, repetitions, _at(signals, take.time_s))
    return Simulation(scenario, track, truth)


def _generators(seed: int) -> list[np.random.Generator]:
    """Make sources of chance for the person, the movement, the clock and the tracker."""
    return [np.random.default_rng(sequence) for sequence in np.random.SeedSequence(seed).spawn(4)]


def _frame_times_s(scenario: Scenario, rng: np.random.Generator) -> Array:
    """Time the frames; phones stretch some intervals and skip a frame now and then."""
    count = int(scenario.duration_s * scenario.fps)
    if not scenario.variable_fps:
        return np.arange(count) / scenario.fps
    steps = (1.0 + 0.08 * rng.standard_normal(count).clip(-3.0, 3.0)) * rng.choice([1.0, 2.0], count, p=[0.96, 0.04])
    time_s = np.concatenate([[0.0], np.cumsum(steps / scenario.fps)])
    return time_s[time_s < scenario.duration_s]


def between(values: Array, time_s: Array) -> Array:
    """Read values (M, …), one every step of a take, at other times: linear in between."""
    place = time_s / _STEP_S
    before = np.minimum(place.astype(np.int64), len(values) - 2)
    share = (place - before).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray((1.0 - share) * values[before] + share * values[before + 1])


def _at(signals: TrueSignals, time_s: Array) -> TrueSignals:
    nearest = np.minimum(np.rint(time_s / _STEP_S).astype(np.int64), len(signals.time_s) - 1)
    picked = {name: values[nearest] for name, values in vars(signals).items()}
    return replace(TrueSignals(**picked), time_s=time_s)
