"""The one way from pose frames to signals, for a live stream and for a file alike.

`SignalStream.push` takes frames in pieces of any size and gives the signals of all frames that have their two
successors; `finish` gives the rest. Whatever the pieces, the signals are the same.
"""

import numpy as np

from openlumbar.kinematics.body import MEASURED, Body, is_human, posture_signals
from openlumbar.kinematics.geometry import heading_deg, height_above_line, rotate, weak_perspective_scale, wrap_deg
from openlumbar.kinematics.repair import HALF_WINDOW, CollapseFilter, SideKeeper, remove_spikes, smooth, window_median
from openlumbar.kinematics.running import RunningQuantile
from openlumbar.kinematics.signals import SIGNAL_NAMES, FloatArray, Signals
from openlumbar.kinematics.yaw import LineHeading
from openlumbar.physique import Physique, segment_lengths_cm, stature_of
from openlumbar.pose.landmarks import Landmark as L
from openlumbar.pose.track import PoseTrack

LOOK_AHEAD = 2 * HALF_WINDOW
"""Frames by which signals lag the newest frame: repair and smoothing look two frames ahead each."""

MEMORY_FRAMES = 300
"""How many frames body size and camera roll are the median of: 10 s at 30 frames a second."""

FLOOR_TILT_LIMIT_DEG = 35.0
"""A camera is not taken to be rolled further than this: a line steeper is not the floor, a trunk that leans
further is not standing (product assumption; phones are held level or upright)."""

IMPLAUSIBLE_MISFIT_TRUNKS = 0.5
"""Misfit between picture and body model at which plausibility reaches 0, in trunk lengths."""

SHOULDER_WIDTH_ERROR = 0.06
"""Relative error of the shoulder width in the picture: jitter of 0.1 to 0.7 % of the trunk (measured on real
clips) on each of two landmarks, and the play of the shoulder girdle. The hips are too close together for
their width to tell a turn: theirs is read from depth alone."""


class SignalStream:
    """Turn pose frames into signals, remembering only the body's size and the camera's roll."""

    def __init__(self, physique: Physique) -> None:
        """Start with nothing seen."""
        lengths = segment_lengths_cm(stature_of(physique).height_cm)
        self._body_cm = lengths["trunk"] + lengths["thigh"] + lengths["shank"]
        self._context: PoseTrack | None = None
        self._done = 0
        self._sides = SideKeeper()
        self._collapses = CollapseFilter()
        self._size_m = RunningQuantile(MEMORY_FRAMES)
        self._roll_deg = RunningQuantile(MEMORY_FRAMES)
        self._shoulders = LineHeading(SHOULDER_WIDTH_ERROR)

    def push(self, frames: PoseTrack) -> Signals:
        """Take in frames; return the signals of those that now have enough successors."""
        return self._advance(frames, LOOK_AHEAD)

    def finish(self) -> Signals:
        """Return the signals of the last frames."""
        return self._advance(None, 0)

    def _advance(self, frames: PoseTrack | None, hold_back: int) -> Signals:
        if frames is not None:
            frames = self._collapses.push(self._sides.push(frames))
        parts = [part for part in (self._context, frames) if part is not None and len(part)]
        if not parts:
            return Signals.concatenate([])
        track = PoseTrack.concatenate(parts)
        start, stop = self._done, max(self._done, len(track) - hold_back)
        keep_from = max(0, stop - 2 * HALF_WINDOW - 1)
        signals = self._signals(track, slice(start, stop))
        self._context, self._done = track[keep_from:], stop - keep_from
        return signals

    def _signals(self, track: PoseTrack, new: slice) -> Signals:
        image, world = _repaired(track)
        ankle_speed_ratio = _ankle_speed_ratio(image, track.time_s)[new]
        sight = {name: value[new] for name, value in _sight(track, image).items()}
        scale, misfit = weak_perspective_scale(image[new][:, MEASURED], world[new][:, MEASURED])
        image, world = image[new] / scale[:, None, None], world[new]
        roll_deg = self._roll_deg.push_all(_roll_deg(image))
        image = rotate(image, -np.nan_to_num(roll_deg))
        body = Body.from_joints(np.concatenate([image, world[..., 2:]], axis=2))
        cm_per_m = self._body_cm / self._size_m.push_all(_size_m(body))
        values = dict(posture_signals(body))
        values["hip_rise_cm"] = values.pop("_hip_rise_m") * cm_per_m
        for wrist in ("raised_wrist", "upper_wrist"):
            values[f"{wrist}_above_head_cm"] = values.pop(f"_{wrist}_above_nose_m") * cm_per_m
        shoulder_yaw_deg = self._shoulders.push_all(body.shoulder_line, body.trunk_length)
        values["pelvis_yaw_deg"] = heading_deg(body.pelvis_line)
        values["trunk_yaw_deg"] = wrap_deg(shoulder_yaw_deg - values["pelvis_yaw_deg"])
        values["shoulder_yaw_deg"] = shoulder_yaw_deg
        values["shoulder_turn_deg"] = heading_deg(body.shoulder_line)
        values["camera_roll_deg"] = np.where(np.isfinite(scale), roll_deg, np.nan)
        values["cm_per_px"] = cm_per_m / scale
        fit = np.clip(1 - misfit / (IMPLAUSIBLE_MISFIT_TRUNKS * body.trunk_length), 0, 1)
        values["plausibility"] = np.where(is_human(body), fit, fit * 0)
        values["ankle_speed_ratio"] = ankle_speed_ratio
        values.update(sight)
        return Signals(track.time_s[new], {name: values[name] for name in SIGNAL_NAMES})


def compute_signals(track: PoseTrack, physique: Physique) -> Signals:
    """Compute all signals of a whole track."""
    stream = SignalStream(physique)
    return Signals.concatenate([stream.push(track), stream.finish()])


def _repaired(track: PoseTrack) -> tuple[FloatArray, FloatArray]:
    cleaned = []
    for positions in (track.image.astype(np.float64), track.world.astype(np.float64)):
        shoulders = positions[:, [L.LEFT_SHOULDER, L.RIGHT_SHOULDER]].mean(axis=1)
        trunk = shoulders - positions[:, [L.LEFT_HIP, L.RIGHT_HIP]].mean(axis=1)
        cleaned.append(smooth(remove_spikes(positions, np.linalg.norm(trunk, axis=1))))
    return cleaned[0], cleaned[1]


def _size_m(body: Body) -> FloatArray:
    """Add up trunk, thigh and shank (mean of both sides), in metres of the tracker's body model."""
    joints = body.joints
    legs = [(L.LEFT_HIP, L.LEFT_KNEE), (L.RIGHT_HIP, L.RIGHT_KNEE)]
    legs += [(L.LEFT_KNEE, L.LEFT_ANKLE), (L.RIGHT_KNEE, L.RIGHT_ANKLE)]
    lengths = [np.linalg.norm(joints[:, a] - joints[:, b], axis=1) / 2 for a, b in legs]
    return np.asarray(body.trunk_length + np.sum(lengths, axis=0))


def _roll_deg(image: FloatArray) -> FloatArray:
    """Estimate the camera's roll in each frame; NaN where the posture does not tell.

    Lying, the floor is the line from the ankles to the shoulders or, when the trunk is lifted, to the hips:
    whichever has nothing below it.
    Standing, the line from the ankles to the shoulders is upright.
    """
    hip = image[:, [L.LEFT_HIP, L.RIGHT_HIP]].mean(axis=1)
    shoulder = image[:, [L.LEFT_SHOULDER, L.RIGHT_SHOULDER]].mean(axis=1)
    ankle = image[:, [L.LEFT_ANKLE, L.RIGHT_ANKLE]].mean(axis=1)
    hips_lifted = height_above_line(hip, shoulder, ankle) > 0
    floor = _tilt_deg(np.where(hips_lifted[:, None], shoulder, hip) - ankle)
    body = shoulder - ankle
    plumb = np.degrees(np.arctan2(body[:, 0], -body[:, 1]))
    upright = (shoulder[:, 1] < hip[:, 1]) & (hip[:, 1] < ankle[:, 1]) & (np.abs(plumb) < FLOOR_TILT_LIMIT_DEG)
    lying = np.abs(_tilt_deg(shoulder - hip)) < 2 * FLOOR_TILT_LIMIT_DEG
    flat = lying & (np.abs(floor) < FLOOR_TILT_LIMIT_DEG)
    return np.select([upright & ~lying, flat], [plumb, floor], np.nan)


def _tilt_deg(line: FloatArray) -> FloatArray:
    """Return the angle of (T, 2) lines against the picture's horizontal, -90 to 90, clockwise positive."""
    return np.asarray(np.degrees(np.arctan2(line[:, 1] * np.where(line[:, 0] < 0, -1, 1), np.abs(line[:, 0]))))


def _ankle_speed_ratio(image: FloatArray, time_s: FloatArray) -> FloatArray:
    """Return the speed of the faster ankle, (T,), from repaired picture positions; NaN in the first frame."""
    ankles = image[:, [L.LEFT_ANKLE, L.RIGHT_ANKLE]]
    trunk = image[:, [L.LEFT_SHOULDER, L.RIGHT_SHOULDER]].mean(axis=1)
    trunk = np.linalg.norm(trunk - image[:, [L.LEFT_HIP, L.RIGHT_HIP]].mean(axis=1), axis=1)
    speed = np.full(len(image), np.nan)
    speed[1:] = np.linalg.norm(np.diff(ankles, axis=0), axis=2).max(axis=1) / np.diff(time_s)
    return np.asarray(speed / trunk)


def _sight(track: PoseTrack, image: FloatArray) -> dict[str, FloatArray]:
    """Tell how well the joints are seen and whether the legs are in the picture; a repaired frame counts as seen."""
    width, height = track.frame_size
    legs = np.where(np.isnan(track.image), image, track.image)[:, MEASURED[2:]]
    inside = ((legs >= 0) & (legs <= np.array([width, height]))).all(axis=(1, 2))
    visibility = track.visibility[:, MEASURED].astype(np.float64)
    visibility = np.where(np.isnan(visibility), window_median(visibility), visibility)
    pairs = visibility.reshape(len(track), len(MEASURED) // 2, 2)
    return {
        "legs_in_frame": np.where(np.isfinite(legs).all(axis=(1, 2)), inside.astype(np.float64), np.nan),
        "visibility": pairs.max(axis=2).mean(axis=1),
    }
