"""What a BlazePose-like tracker makes of the body: from true points to a pose track with realistic errors.

Sizes follow what was measured on real clips: jitter 0.1 to 0.7 % of torso length after smoothing, depth worse
than width, far limbs guessed, turns under-read, rare spikes, swaps and drop-outs.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.signal import lfilter

from openlumbar.pose.landmarks import LANDMARK_COUNT, MIRRORED, Landmark
from openlumbar.pose.simulation.camera import Lens
from openlumbar.pose.simulation.geometry import Array, dot, middle, unit
from openlumbar.pose.track import PoseTrack

GENERIC_TORSO_M = 0.49
"""Torso of BlazePose's world landmarks whatever the person's height (measured on real clips)."""


@dataclass(frozen=True)
class TrackerNoise:
    """How badly the tracker sees; lengths in metres of the real body unless told otherwise.

    Attributes:
        jitter_share: spread of the image jitter in torso lengths.
        jitter_time_s: how long an error lasts.
        bias_m: constant misplacement of each landmark along and across its limb.
        drift_m: misplacement that changes within about ten seconds.
        fold_m: spread, from person to person, of the hips' shift along the trunk when it folds on the thighs.
        depth_m: spread of the world depth's error.
        dropouts_per_min: losses of the person for 1 to 8 frames.
        spikes_per_min: single frames with a limb elsewhere.
        swaps_per_min: left and right exchanged for 1 to 6 frames.
        lag_s: delay of slow movements by the tracker's smoothing (fast ones lag less).
        yaw_underread: share of a turn that the world landmarks miss.
        yaw_bias_deg: constant turn of the shoulders in the world landmarks.
        generic_scale: world landmarks have the torso of a standard body instead of the person's own.
    """

    jitter_share: float = 0.004
    jitter_time_s: float = 0.12
    bias_m: float = 0.008
    drift_m: float = 0.004
    fold_m: float = 0.012
    depth_m: float = 0.02
    dropouts_per_min: float = 1.0
    spikes_per_min: float = 2.0
    swaps_per_min: float = 0.5
    lag_s: float = 0.04
    yaw_underread: float = 0.12
    yaw_bias_deg: float = 2.0
    generic_scale: bool = True


_OWN_JITTER_M = 0.003
"""Jitter of the world landmarks that the image landmarks do not share, metres (product choice)."""
_SIDE_ON_RAD = 0.45
"""Within this angle of a side view turns are read fully again (product choice)."""
_UPPER = slice(Landmark.NOSE, Landmark.LEFT_HIP)
_HIPS = slice(Landmark.LEFT_HIP, Landmark.LEFT_KNEE)
_LEGS = np.arange(Landmark.LEFT_HIP, LANDMARK_COUNT)
_LIMB_OF = np.array([0] * 11 + [23, 24, 11, 12, 13, 14, 15, 16, 15, 16, 15, 16, 11, 12, 23, 24, 25, 26, 27, 28, 27, 28])
"""For each landmark the one to which its limb leads; misplacement goes along and across that line."""
_UNSTEADY = np.array([0.7] * 11 + [1.0] * 2 + [1.3] * 2 + [1.7] * 8 + [1.0] * 4 + [1.3] * 2 + [1.7] * 4)
"""Jitter of each landmark in the picture against the hips': ends of limbs are worse."""
_UNSURE_DEPTH = np.array([1.0] * 11 + [0.8] * 2 + [1.1] * 2 + [1.6] * 8 + [0.35] * 2 + [0.8] * 2 + [1.0] * 6)
"""Error of each landmark's depth against the ankles': it is counted from the hips."""
_DOUBTED = np.array([0.3] * 11 + [0.1] * 2 + [1.3] * 10 + [0.1] * 2 + [0.95] * 2 + [0.85] * 6)
"""How much hiding a landmark lowers its visibility: BlazePose hardly ever doubts shoulders and hips."""
_PAIRS = np.array(MIRRORED)
_GROUPS = (
    *(np.arange(first, last, 2) for first, last in ((13, 23), (14, 23), (25, 33), (26, 33))),
    *(np.array([joint]) for joint in (11, 12, 23, 24)),
    np.arange(LANDMARK_COUNT),
)
"""Landmarks that jump together in a spike."""


@dataclass(frozen=True, eq=False)
class _Sight:
    """True camera coordinates, pixels and how each landmark is seen, over T frames."""

    time_s: Array
    seen: Array
    pixels: Array
    inside: Array
    torso_px: Array
    px_per_m: Array
    occluded: Array
    outside: Array

    @property
    def step_s(self) -> float:
        return float(np.median(np.diff(self.time_s))) if len(self.time_s) > 1 else 1.0 / 30.0

    @cached_property
    def speed(self) -> Array:
        """(T, 33) torso lengths a second in the picture."""
        if len(self.time_s) < 2:
            return np.zeros(self.occluded.shape)
        moved = np.empty_like(self.pixels)
        moved[1:] = np.diff(self.pixels, axis=0)
        moved[0] = moved[1]
        return np.asarray(_length(moved) / (self.step_s * self.torso_px[:, None]))


def observe(
    lens: Lens, points: Array, time_s: Array, noise: TrackerNoise | None, rng: np.random.Generator
) -> PoseTrack:
    """Track landmarks (T, 33, 3) in the room; without error, in true metres, when noise is None."""
    sight = _look(lens, points, time_s)
    if noise is None:
        world, pixels = _hip_centred(sight.seen), sight.pixels
        visibility = np.ones(pixels.shape[:2])
    else:
        offset_px = _errors_px(sight, noise, rng)
        pixels = _lagged(sight, sight.pixels, noise) + offset_px
        world = _world(sight, offset_px, noise, rng)
        visibility = _visibility(sight, rng)
        _disturb(sight, pixels, world, visibility, noise, rng)
    arrays = {"time_s": time_s, "image": pixels, "world": world, "visibility": visibility}
    return PoseTrack.from_arrays({**arrays, "frame_size": np.array(lens.frame_size)}, "simulation")


def _look(lens: Lens, points: Array, time_s: Array) -> _Sight:
    seen = lens.see(points)
    pixels = lens.project(seen)
    trunk = middle(points, Landmark.LEFT_SHOULDER) - middle(points, Landmark.LEFT_HIP)
    px_per_m = lens.focal_px / np.maximum(middle(seen, Landmark.LEFT_HIP)[:, 2], 0.3)
    torso_px = np.sqrt(dot(trunk, trunk)) * px_per_m
    aside = _length(pixels - pixels[:, _PAIRS]) / torso_px[:, None]
    behind_m = seen[:, :, 2] - seen[:, _PAIRS, 2]
    occluded = np.clip((behind_m - 0.05) / 0.12, 0.0, 1.0) * np.clip(1.5 - aside / 0.25, 0.0, 1.0)
    inside = np.stack([np.clip(pixels[:, :, axis], 0.0, lens.frame_size[axis]) for axis in (0, 1)], axis=2)
    outside = np.clip(_length(pixels - inside) / (0.1 * torso_px[:, None]), 0.0, 1.0)
    return _Sight(time_s, seen, pixels, inside, torso_px, px_per_m, occluded, outside)


def _length(vectors: Array) -> Array:
    """Measure vectors (…, 2)."""
    return np.hypot(vectors[..., 0], vectors[..., 1])


def _hip_centred(points: Array) -> Array:
    return np.asarray(points - middle(points, Landmark.LEFT_HIP)[:, None])


def correlated(rng: np.random.Generator, shape: tuple[int, ...], keep: float) -> Array:
    """Draw unit-variance noise that keeps a share of itself from sample to sample, along the first axis."""
    fresh = rng.standard_normal(shape)
    fresh[1:] *= np.sqrt(1.0 - keep**2)
    return np.asarray(lfilter([1.0], [1.0, -keep], fresh, axis=0))


def _errors_px(sight: _Sight, noise: TrackerNoise, rng: np.random.Generator) -> Array:
    """Misplace landmarks in the picture: jitter, misplacement along limbs, guesses for what is hidden."""
    keep = float(np.exp(-sight.step_s / noise.jitter_time_s))
    size = noise.jitter_share * _UNSTEADY * (1.0 + 0.7 * np.minimum(sight.speed, 5.0))
    size = size * (1.0 + 2.0 * sight.occluded) + 0.02 * _hands_at_head(sight) + 0.10 * sight.outside
    errors_px = correlated(rng, sight.pixels.shape, keep) * (size * sight.torso_px[:, None])[:, :, None]
    errors_px += _misplaced_px(sight, noise, rng)
    errors_px += 0.3 * sight.occluded[:, :, None] * (sight.pixels[:, _PAIRS] - sight.pixels)
    errors_px += 0.6 * sight.outside[:, :, None] * (sight.inside - sight.pixels)
    return errors_px


def _misplaced_px(sight: _Sight, noise: TrackerNoise, rng: np.random.Generator) -> Array:
    """Shift landmarks along and across their limbs, for good and slowly changing; folding shifts the hips."""
    slow = correlated(rng, sight.pixels.shape, float(np.exp(-sight.step_s / 8.0)))
    shift_m = noise.bias_m * rng.standard_normal((1, LANDMARK_COUNT, 2)) + noise.drift_m * slow
    shift_m[:, _HIPS, 0] += noise.fold_m * rng.standard_normal() * _folding(sight)[:, None]
    limb = sight.pixels[:, _LIMB_OF] - sight.pixels
    limb /= (_length(limb) + 0.1 * sight.torso_px[:, None])[:, :, None]
    along, across = shift_m[:, :, 0], shift_m[:, :, 1]
    shifted = (along * limb[:, :, 0] - across * limb[:, :, 1], along * limb[:, :, 1] + across * limb[:, :, 0])
    return np.asarray(np.stack(shifted, axis=2) * sight.px_per_m[:, None, None])


def _folding(sight: _Sight) -> Array:
    """How far trunk and thighs are folded, (T,): 0 in line, 1 on each other."""
    hip = middle(sight.seen, Landmark.LEFT_HIP)
    trunk = unit(middle(sight.seen, Landmark.LEFT_SHOULDER) - hip)
    return np.asarray(0.5 + 0.5 * dot(trunk, unit(middle(sight.seen, Landmark.LEFT_KNEE) - hip)))


def _hands_at_head(sight: _Sight) -> Array:
    """How much hands at the head confuse arms and shoulders, (T, 33) 0 to 1."""
    share = np.zeros(sight.occluded.shape)
    for wrist, ear, confused in ((15, 7, (13, 15, 17, 19, 21)), (16, 8, (14, 16, 18, 20, 22))):
        apart = sight.seen[:, wrist] - sight.seen[:, ear]
        apart_m = np.sqrt(dot(apart, apart))
        near = np.clip(1.5 - apart_m / 0.15, 0.0, 1.0)
        share[:, confused] = near[:, None]
        share[:, wrist - 4] = 0.3 * near
    return share


def _lagged(sight: _Sight, values: Array, noise: TrackerNoise) -> Array:
    """Delay slow movements as an adaptive low-pass does (Casiez et al. 2012, One Euro filter)."""
    if noise.lag_s <= 0.0 or len(values) < 2:
        return values.copy()
    keep = float(np.exp(-sight.step_s / noise.lag_s))
    late, _ = lfilter([1.0 - keep], [1.0, -keep], values, axis=0, zi=keep * values[:1])
    return np.asarray(values + (late - values) / (1.0 + 0.7 * sight.speed[:, :, None]))


def _world(sight: _Sight, offset_px: Array, noise: TrackerNoise, rng: np.random.Generator) -> Array:
    count = len(sight.time_s)
    points = _hip_centred(_lagged(sight, sight.seen, noise))
    points[:, :, :2] += 0.7 * offset_px / sight.px_per_m[:, None, None]
    points = _under_read(points, noise)
    keep = float(np.exp(-sight.step_s / (2.0 * noise.jitter_time_s)))
    shape = (count, LANDMARK_COUNT)
    depth = 0.3 * correlated(rng, shape, keep) + 0.6 * correlated(rng, shape, float(np.exp(-sight.step_s / 4.0)))
    depth += 0.7 * rng.standard_normal((1, LANDMARK_COUNT))
    points[:, :, 2] += noise.depth_m * depth * (1.0 + sight.occluded) * _UNSURE_DEPTH
    own_m = _OWN_JITTER_M * _UNSTEADY * (1.0 + 2.0 * sight.occluded)
    points[:, :, :2] += correlated(rng, (*shape, 2), keep) * own_m[:, :, None]
    if noise.generic_scale:
        torso_m = np.median(sight.torso_px / sight.px_per_m)
        points = points * (GENERIC_TORSO_M / torso_m)
    return _hip_centred(points)


def _under_read(points: Array, noise: TrackerNoise) -> Array:
    """Turn shoulders and pelvis back towards the picture plane by a share; a side view stays."""
    turned = points.copy()
    for group, left, bias_deg in (
        (_UPPER, Landmark.LEFT_SHOULDER, noise.yaw_bias_deg),
        (_HIPS, Landmark.LEFT_HIP, 0.0),
    ):
        line = points[:, left] - points[:, left + 1]
        heading = np.arctan2(line[:, 2], line[:, 0])
        turn = np.mod(heading + np.pi / 2.0, np.pi) - np.pi / 2.0
        side_on = np.clip((np.pi / 2.0 - np.abs(turn)) / _SIDE_ON_RAD, 0.0, 1.0)
        angle = -noise.yaw_underread * turn * side_on + np.radians(bias_deg) * np.cos(heading) ** 2
        centre = middle(points, left)[:, None]
        arm = points[:, group] - centre
        cos, sin = np.cos(angle)[:, None], np.sin(angle)[:, None]
        turned[:, group, 0] = centre[:, :, 0] + cos * arm[:, :, 0] - sin * arm[:, :, 2]
        turned[:, group, 2] = centre[:, :, 2] + sin * arm[:, :, 0] + cos * arm[:, :, 2]
    return turned


def _visibility(sight: _Sight, rng: np.random.Generator) -> Array:
    doubt = 4.0 - 5.0 * _DOUBTED * sight.occluded - 6.0 * sight.outside - 0.6 * (_UNSTEADY - 1.0)
    doubt = doubt + 0.5 * correlated(rng, sight.occluded.shape, float(np.exp(-sight.step_s / 0.4)))
    doubt = doubt + 0.5 * rng.standard_normal((1, LANDMARK_COUNT))
    return np.asarray(np.clip(1.0 / (1.0 + np.exp(-doubt)) + 0.02, 0.0, 1.0))


def _disturb(
    sight: _Sight,
    pixels: Array,
    world: Array,
    visibility: Array,
    noise: TrackerNoise,
    rng: np.random.Generator,
) -> None:
    """Add spikes, swaps and drop-outs in place."""
    count = len(sight.time_s)
    minutes = (sight.time_s[-1] - sight.time_s[0]) / 60.0
    for _ in range(rng.poisson(noise.spikes_per_min * minutes)):
        frame, group = rng.integers(count), _GROUPS[rng.integers(len(_GROUPS))]
        jump = rng.uniform(0.08, 0.4) * rng.choice([-1.0, 1.0], 2) * rng.uniform(0.3, 1.0, 2)
        pixels[frame, group] += jump * sight.torso_px[frame]
        world[frame, group, :2] += jump * GENERIC_TORSO_M
    for _ in range(rng.poisson(noise.swaps_per_min * minutes)):
        frames = _run(rng, count, 6)
        group = _LEGS if rng.random() < 0.6 else np.arange(LANDMARK_COUNT)
        for values in (pixels, world, visibility):
            values[frames, group] = values[frames][:, _PAIRS[group]]
    lost = (sight.outside > 0.5).mean(axis=1) > 0.7
    for _ in range(rng.poisson(noise.dropouts_per_min * minutes)):
        lost[_run(rng, count, 8)] = True
    for values in (pixels, world, visibility):
        values[lost] = np.nan


def _run(rng: np.random.Generator, count: int, longest: int) -> slice:
    start = int(rng.integers(count))
    return slice(start, start + int(rng.integers(1, longest + 1)))
