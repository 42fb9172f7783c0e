"""What one frame does: into the state, and out come the signals of the frame that now has its successors."""

import math

from openlumbar._compiled import compiled
from openlumbar.kinematics.body import (
    Middles,
    is_human,
    leg_length,
    middles_of,
    tell_hands,
    tell_posture,
    wrist_height_ratio,
)
from openlumbar.kinematics.geometry import (
    between,
    clipped,
    heading_deg,
    height_above_line,
    larger,
    rotate,
    trunk_length,
    weak_perspective_scale,
    wrap_deg,
)
from openlumbar.kinematics.joints import (
    JOINT_COUNT,
    LEFT_ANKLE,
    LEFT_HIP,
    LEFT_SHOULDER,
    LEFT_WRIST,
    LEGS_FROM,
    MEASURED_FROM,
    MEASURED_TO,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)
from openlumbar.kinematics.repair import (
    HALF_WINDOW,
    LOWER_BODY,
    UPPER_BODY,
    WINDOW,
    keep_sides,
    leave_out_collapsed,
    median_of_known,
    remove_spikes,
    smooth,
)
from openlumbar.kinematics.roll import roll_deg
from openlumbar.kinematics.running import QuantileMemory, push_value
from openlumbar.kinematics.signals import NOTHING_KNOWN, FloatArray, Row, RowArray
from openlumbar.kinematics.state import (
    BODY_SIZE_M,
    HELD_FRAMES,
    HIP_WIDTH_M,
    LOOK_AHEAD,
    ROLL_DEG,
    SHOULDER_WIDTH_M,
    SHOULDERS_SEEN,
    State,
)
from openlumbar.kinematics.yaw import line_heading_deg

IMPLAUSIBLE_MISFIT_TRUNKS = 0.5
"""Misfit between picture and body model at which plausibility reaches 0, in trunk lengths."""

SHOULDER_WIDTH_ERROR = 0.06
"""Relative error of the shoulder width in the picture: jitter of 0.1 to 0.7 % of the trunk (measured on real
clips) on each of two landmarks, and the play of the shoulder girdle. The hips are too close together for
their width to tell a turn: theirs is read from depth alone."""


@compiled
def open_frame(state: State, time_s: float) -> int:
    """Make room for a frame; return the row of the rings in which to put it."""
    state.newest += 1
    state.pending += 1
    slot = state.newest % HELD_FRAMES
    state.time_s[slot] = time_s
    return slot


@compiled
def advance(state: State, rows: RowArray, place: int) -> bool:
    """Work the newest frame in; True when `rows[place]` now holds the signals of the frame four before it."""
    _repair(state)
    if state.pending <= LOOK_AHEAD:
        return False
    state.pending -= 1
    rows[place] = NOTHING_KNOWN[0]
    _tell(state, state.newest - LOOK_AHEAD, rows[place])
    return True


@compiled
def _repair(state: State) -> None:
    slot = state.newest % HELD_FRAMES
    image, world, visibility, last = state.image[slot], state.world[slot], state.visibility[slot], state.last_world[:]
    state.corrected[0] = keep_sides(UPPER_BODY, image, world, visibility, last, state.corrected[0])
    state.corrected[1] = keep_sides(LOWER_BODY, image, world, visibility, last, state.corrected[1])
    leave_out_collapsed(image, world, LEFT_SHOULDER, RIGHT_SHOULDER, state.quantiles[SHOULDER_WIDTH_M])
    leave_out_collapsed(image, world, LEFT_HIP, RIGHT_HIP, state.quantiles[HIP_WIDTH_M])
    frame = state.newest - HALF_WINDOW
    remove_spikes(state.image[:], frame, state.steady_image[frame % WINDOW])
    remove_spikes(state.world[:], frame, state.steady_world[frame % WINDOW])
    smooth(state.steady_image[:], frame - HALF_WINDOW, state.smooth_image[:])
    smooth(state.steady_world[:], frame - HALF_WINDOW, state.smooth_world[:])


@compiled
def _tell(state: State, frame: int, row: Row) -> None:
    """Fill in the signals of a frame that can be known."""
    row.time_s = state.time_s[frame % HELD_FRAMES]
    row.ankle_speed_ratio = _ankle_speed_ratio(state, row.time_s)
    row.legs_in_frame = _legs_in_frame(state, frame)
    row.visibility = _visibility(state, frame)
    scale, misfit = weak_perspective_scale(
        state.smooth_image[MEASURED_FROM:MEASURED_TO], state.smooth_world[MEASURED_FROM:MEASURED_TO]
    )
    if math.isnan(scale):
        return
    row.camera_roll_deg = _fuse(state, scale)
    joints = state.joints[:]
    at = middles_of(joints)
    size_m = push_value(state.quantiles[BODY_SIZE_M], at.trunk_length + leg_length(joints), 0.5)
    cm_per_m = state.body_cm / size_m
    row.cm_per_px = cm_per_m / scale
    row.hip_rise_cm = height_above_line(at.hip, at.shoulder, at.ankle) * cm_per_m
    fit = clipped(1 - misfit / (IMPLAUSIBLE_MISFIT_TRUNKS * at.trunk_length), 0.0, 1.0)
    row.plausibility = fit if is_human(joints, at) else 0.0 * fit
    tell_posture(joints, at, row)
    tell_hands(joints, at, cm_per_m, row)
    row.left_hand_height_ratio = wrist_height_ratio(joints, at, LEFT_WRIST, _seen(state, frame, LEFT_WRIST))
    row.right_hand_height_ratio = wrist_height_ratio(joints, at, RIGHT_WRIST, _seen(state, frame, RIGHT_WRIST))
    _tell_turn(joints, at, state.quantiles[SHOULDERS_SEEN], row)


@compiled
def _fuse(state: State, scale: float) -> float:
    """Fuse the smoothed picture and depth into `joints`; return the camera's roll, taken out of them."""
    image, world, joints = state.smooth_image, state.smooth_world, state.joints[:]
    for joint in range(JOINT_COUNT):
        joints[joint, 0], joints[joint, 1] = image[joint, 0] / scale, image[joint, 1] / scale
        joints[joint, 2] = world[joint, 2]
    usual_deg = push_value(state.quantiles[ROLL_DEG], roll_deg(middles_of(joints)), 0.5)
    if not math.isnan(usual_deg):
        rotate(joints, -usual_deg)
    return usual_deg


@compiled
def _tell_turn(joints: FloatArray, at: Middles, widths: QuantileMemory, row: Row) -> None:
    shoulders = between(joints, RIGHT_SHOULDER, LEFT_SHOULDER)
    row.shoulder_yaw_deg = line_heading_deg(shoulders, at.trunk_length, SHOULDER_WIDTH_ERROR, widths)
    row.shoulder_turn_deg = heading_deg(shoulders)
    row.pelvis_yaw_deg = heading_deg(between(joints, RIGHT_HIP, LEFT_HIP))
    row.trunk_yaw_deg = wrap_deg(row.shoulder_yaw_deg - row.pelvis_yaw_deg)


@compiled
def _ankle_speed_ratio(state: State, time_s: float) -> float:
    """Return the speed of the faster ankle, from repaired picture positions; NaN in the first frame."""
    image, before = state.smooth_image[:], state.told_ankles
    fastest = 0.0
    for side in range(2):
        x = image[LEFT_ANKLE + side, 0] - before[side, 0]
        y = image[LEFT_ANKLE + side, 1] - before[side, 1]
        fastest = larger(fastest, math.hypot(x, y))
        before[side, 0], before[side, 1] = image[LEFT_ANKLE + side, 0], image[LEFT_ANKLE + side, 1]
    speed = fastest / (time_s - state.told_s)
    state.told_s = time_s
    return speed / trunk_length(image)


@compiled
def _legs_in_frame(state: State, frame: int) -> float:
    """Tell whether the legs are in the picture; a repaired frame counts as seen."""
    image = state.image[frame % HELD_FRAMES]
    is_inside = 1.0
    for joint in range(LEGS_FROM, MEASURED_TO):
        for axis in range(2):
            position = state.smooth_image[joint, axis] if math.isnan(image[joint, axis]) else image[joint, axis]
            if math.isnan(position):
                return math.nan
            if not 0 <= position <= state.frame_size[axis]:
                is_inside = 0.0
    return is_inside


@compiled
def _visibility(state: State, frame: int) -> float:
    """Average how well the joints are seen, each on its better side."""
    total = 0.0
    for left in range(MEASURED_FROM, MEASURED_TO, 2):
        total += larger(_seen(state, frame, left), _seen(state, frame, left + 1))
    return total / ((MEASURED_TO - MEASURED_FROM) / 2)


@compiled
def _seen(state: State, frame: int, joint: int) -> float:
    """Return the confidence in a joint; in a frame without anybody, the median around it."""
    ring = state.visibility
    value: float = ring[frame % HELD_FRAMES, joint]
    if not math.isnan(value):
        return value
    return median_of_known(
        ring[(frame - 2) % HELD_FRAMES, joint],
        ring[(frame - 1) % HELD_FRAMES, joint],
        value,
        ring[(frame + 1) % HELD_FRAMES, joint],
        ring[(frame + 2) % HELD_FRAMES, joint],
    )
