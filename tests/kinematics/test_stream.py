"""From a track to signals: scale, invariances, gaps, and the same signals however the frames arrive."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.skeletons import film, lying, mirrored, standing

from openlumbar.kinematics.signals import SIGNAL_NAMES, Sample, Signals
from openlumbar.kinematics.stream import SignalStream, compute_signals
from openlumbar.physique import Physique
from openlumbar.pose.simulation import (
    BridgeSet,
    Camera,
    PlannedRepetition,
    Scenario,
    Simulation,
    TrackerNoise,
    TwistSet,
    alternated,
    repeated,
    simulate,
)
from openlumbar.pose.track import PoseTrack
from openlumbar.pose.wire import FRAME_BYTES, HEADER_BYTES, pack_frames, unpack_frames

PERSON = Physique(height_cm=170)
QUICK = settings(max_examples=15, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
TURNS = ("camera_roll_deg", "trunk_yaw_deg", "shoulder_yaw_deg", "shoulder_turn_deg", "pelvis_yaw_deg", "side_bend_deg")

HANDS = ("left_hand_height_ratio", "right_hand_height_ratio")


@cache
def recording(exercise: str, height_cm: float = 170.0, noisy: bool = True) -> Simulation:
    """Film two short repetitions."""
    planned = PlannedRepetition(peak=10.0, up_s=1.0, hold_s=1.0, down_s=1.0, rest_s=1.0)
    bridge = exercise == "bridge"
    motion = BridgeSet(repeated(planned, 2)) if bridge else TwistSet(alternated(replace(planned, peak=30.0), 2))
    camera = Camera() if bridge else Camera("front", frame_size=(720, 1280))
    noise = TrackerNoise(dropouts_per_min=20, spikes_per_min=10, swaps_per_min=10) if noisy else None
    physique = Physique(height_cm, 65.0)
    scenario = Scenario("test", exercise, motion, physique=physique, own_proportions=False, camera=camera, noise=noise)
    return simulate(scenario, seed=5)


def assert_same(first: Signals, second: Signals, but: tuple[str, ...] = (), abs_: float = 1e-9) -> None:
    assert np.array_equal(first.time_s, second.time_s)
    for name in SIGNAL_NAMES:
        if name not in but:
            assert first[name] == pytest.approx(second[name], abs=abs_, rel=1e-9, nan_ok=True), name


@pytest.mark.parametrize("height_cm", [150.0, 170.0, 190.0])
def test_hip_rise_is_in_centimetres_of_the_person(height_cm: float) -> None:
    simulation = recording("bridge", height_cm, noisy=False)
    rise_cm = compute_signals(simulation.track, Physique(height_cm))["hip_rise_cm"]
    rest_cm = np.median(rise_cm[:50])
    truth = simulation.truth.signals.hip_rise_cm
    assert np.abs(rise_cm - rest_cm - truth).max() < 0.7
    assert truth.max() > 9.5


def test_without_a_height_the_scale_is_that_of_a_mean_adult() -> None:
    track = recording("bridge", 190.0, noisy=False).track
    known, unknown = (compute_signals(track, physique)["hip_rise_cm"] for physique in (Physique(190), Physique()))
    ratio = np.ptp(unknown) / np.ptp(known)
    assert 160 / 190 < ratio < 178 / 190


@QUICK
@given(zoom=st.floats(0.3, 3.0), right=st.floats(-50, 50), down=st.floats(-50, 50), size=st.floats(0.5, 2.0))
def test_where_the_person_is_in_the_picture_and_how_large_does_not_matter(
    zoom: float, right: float, down: float, size: float
) -> None:
    """Nor does the size of the tracker's body model."""
    track = recording("bridge").track
    image = ((track.image - 320.0) * zoom + 320.0 + [right, down]).astype(np.float32)
    moved = replace(track, image=image, world=(track.world * size).astype(np.float32))
    first, second = compute_signals(track, PERSON), compute_signals(moved, PERSON)
    assert_same(first, second, but=("cm_per_px", "legs_in_frame"), abs_=0.1)
    assert first["cm_per_px"] / zoom == pytest.approx(second["cm_per_px"], rel=1e-3, nan_ok=True)


@pytest.mark.parametrize("exercise", ["bridge", "cross-twist"])
def test_a_mirror_changes_sides_and_nothing_else(exercise: str) -> None:
    track = recording(exercise).track
    plain, mirror = compute_signals(track, PERSON), compute_signals(mirrored(track), PERSON)
    lying_only = ("hip_rise_cm", "knee_height_ratio") if exercise == "cross-twist" else ()  # above an upright line
    assert_same(plain, mirror, but=(*TURNS, *HANDS, *lying_only, "raised_hand"), abs_=0.01)
    for left, right in (HANDS, HANDS[::-1]):
        assert plain[left] == pytest.approx(mirror[right], abs=0.01, nan_ok=True)
    for name in TURNS:
        across = np.abs(plain[name]) > 179  # half a turn is the same to either side
        assert plain[name][~across] == pytest.approx(-mirror[name][~across], abs=0.05, nan_ok=True), name
    hand = plain["raised_hand"]
    assert np.where(hand == 2, hand, -hand) == pytest.approx(mirror["raised_hand"], nan_ok=True)


@pytest.mark.parametrize("pace", [0.5, 3.0])
def test_only_speeds_depend_on_the_pace(pace: float) -> None:
    track = recording("cross-twist").track
    slow = replace(track, time_s=track.time_s * pace)
    first, second = compute_signals(track, PERSON), compute_signals(slow, PERSON)
    assert_same(replace(first, time_s=slow.time_s), second, but=("ankle_speed_ratio",))
    speed = first["ankle_speed_ratio"] / pace
    assert speed == pytest.approx(second["ankle_speed_ratio"], nan_ok=True)


def pieces(track: PoseTrack, cuts: list[int]) -> Signals:
    stream = SignalStream(PERSON)
    edges = [0, *sorted(1 + cut % (len(track) - 1) for cut in cuts), len(track)]
    parts = [stream.push(track[start:stop]) for start, stop in pairwise(edges)]
    parts.append(stream.finish())
    time_s = np.concatenate([part.time_s for part in parts])
    return Signals(time_s, {name: np.concatenate([part[name] for part in parts]) for name in SIGNAL_NAMES})


@QUICK
@given(cuts=st.lists(st.integers(0, 10_000), max_size=30), exercise=st.sampled_from(["bridge", "cross-twist"]))
def test_however_the_frames_arrive_the_signals_are_the_same(cuts: list[int], exercise: str) -> None:
    track = recording(exercise).track
    assert_same(pieces(track, cuts), compute_signals(track, PERSON))


def frame_by_frame(stream: SignalStream, track: PoseTrack) -> list[Sample]:
    frames = zip(track.time_s.tolist(), track.image, track.world, track.visibility, strict=True)
    samples = [stream.step(*frame, track.frame_size) for frame in frames]
    return [sample for sample in samples if sample is not None]


def assert_identical(samples: list[Sample], expected: list[Sample]) -> None:
    assert [sample.time_s for sample in samples] == [sample.time_s for sample in expected]
    values = [list(sample.values.values()) for sample in samples]
    assert np.array_equal(values, [list(sample.values.values()) for sample in expected], equal_nan=True)
    assert all(tuple(sample.values) == tuple(SIGNAL_NAMES) for sample in samples)


@QUICK
@given(cuts=st.lists(st.integers(0, 10_000), max_size=8), exercise=st.sampled_from(["bridge", "cross-twist"]))
def test_frames_and_pieces_may_be_mixed_to_the_last_bit(cuts: list[int], exercise: str) -> None:
    track, stream = recording(exercise).track, SignalStream(PERSON)
    edges = [0, *sorted(cut % len(track) for cut in cuts), len(track)]
    samples: list[Sample] = []
    for number, (start, stop) in enumerate(pairwise(edges)):
        piece = track[start:stop]
        samples += frame_by_frame(stream, piece) if number % 2 else stream.push(piece).samples()
    samples += stream.finish().samples()
    assert_identical(samples, list(compute_signals(track, PERSON).samples()))


@pytest.mark.parametrize("exercise", ["bridge", "cross-twist"])
@pytest.mark.parametrize("kind", [bytes, memoryview])
def test_packed_frames_give_the_signals_of_what_they_hold(exercise: str, kind: type) -> None:
    track, stream = recording(exercise).track, SignalStream(PERSON)
    stream.frame_size = (track.frame_size[0], track.frame_size[1])
    samples: list[Sample | None] = []
    for start in range(0, len(track), 3):
        message = pack_frames(track[start : start + 3])
        samples += [
            stream.step_packed(kind(message), offset) for offset in range(HEADER_BYTES, len(message), FRAME_BYTES)
        ]
    assert samples[:4] == [None] * 4
    sent = [unpack_frames(pack_frames(track[start : start + 64])) for start in range(0, len(track), 64)]
    expected = [*SignalStream(PERSON).push(PoseTrack.concatenate(sent)).samples()]
    assert_identical([sample for sample in samples if sample is not None], expected)


def test_the_size_of_the_picture_is_that_of_the_latest_frame() -> None:
    stream = SignalStream(PERSON)
    stream.frame_size = (640, 480)
    assert stream.frame_size == (640.0, 480.0)
    stream.push(film([lying()]))
    assert stream.frame_size == (640.0, 640.0)


def test_any_array_will_do_and_is_left_as_it_is() -> None:
    track = recording("bridge").track
    turned_over = replace(
        track,
        image=np.asfortranarray(track.image),
        world=track.world.astype(np.float64),  # type: ignore[arg-type]
        visibility=track.visibility.copy(),
    )
    for values in (turned_over.image, turned_over.world, turned_over.visibility):
        values.flags.writeable = False
    assert_same(compute_signals(turned_over, PERSON), compute_signals(track, PERSON))


def test_after_the_end_frames_are_seen_as_after_a_gap() -> None:
    track, stream = recording("bridge").track, SignalStream(PERSON)
    told = [stream.push(track[:100]), stream.finish(), stream.finish(), stream.push(track[100:]), stream.finish()]
    assert [len(part) for part in told] == [96, 4, 0, len(track) - 104, 4]
    assert np.concatenate([part.time_s for part in told]).tolist() == track.time_s.tolist()


def test_frames_one_by_one_lag_by_four_and_no_more() -> None:
    track = recording("bridge").track
    stream = SignalStream(PERSON)
    told = 0
    for index in range(len(track)):
        told += len(stream.push(track[index : index + 1]))
        assert told == max(0, index + 1 - 4)
    assert told + len(stream.finish()) == len(track)


def test_nothing_pushed_gives_no_moment() -> None:
    stream = SignalStream(PERSON)
    assert len(stream.finish()) == 0
    assert set(stream.finish().values) == set(SIGNAL_NAMES)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_a_few_frames_are_enough_to_not_fail(count: int) -> None:
    signals = compute_signals(film([lying()] * count), PERSON)
    assert len(signals) == count
    if count >= 3:
        assert signals["trunk_angle_deg"][1] == pytest.approx(0.0, abs=0.01)


def without(track: PoseTrack, frames: slice) -> PoseTrack:
    for values in (track.image, track.world, track.visibility):
        values[frames] = np.nan
    return track


@pytest.mark.parametrize("points", [lying(20.0), standing(10.0)])
def test_where_nobody_is_nothing_is_known(points: np.ndarray) -> None:
    signals = compute_signals(without(film([points] * 60), slice(20, 40)), PERSON)
    gone = slice(22, 38)
    for name in SIGNAL_NAMES:
        assert not signals.valid(name)[gone].any(), name
    posture = [name for name in SIGNAL_NAMES if name not in ("raised_wrist_above_head_cm", "ankle_speed_ratio")]
    masks = np.array([signals.valid(name) for name in posture])
    outside = np.r_[0:18, 42:60]
    assert masks[:, outside].all()


def test_a_track_without_anybody_has_no_valid_signal() -> None:
    signals = compute_signals(without(film([lying()] * 30), slice(None)), PERSON)
    assert not any(signals.valid(name).any() for name in SIGNAL_NAMES)


@pytest.mark.parametrize("length", [1, 2])
def test_a_short_gap_leaves_the_posture_known(length: int) -> None:
    signals = compute_signals(without(film([lying(20.0)] * 60), slice(30, 30 + length)), PERSON)
    assert signals["trunk_angle_deg"] == pytest.approx(20.0, abs=0.01)


def test_a_spike_does_not_reach_the_signals() -> None:
    track = film([lying()] * 60)
    track.image[30, 23:29, 1] -= 60.0
    track.world[30, 23:29, 1] -= 0.2
    signals = compute_signals(track, PERSON)
    assert np.ptp(signals["hip_rise_cm"]) < 0.01
    assert np.ptp(signals["trunk_angle_deg"]) < 0.01


def test_legs_out_of_the_picture_are_told() -> None:
    track = film([lying()] * 10)
    track.image[5:, :, 0] += 200.0  # the ankles, farthest right, leave the 640 pixels first
    inside = compute_signals(track, PERSON)["legs_in_frame"]
    assert inside.tolist() == [1.0] * 5 + [0.0] * 5


def test_visibility_is_the_mean_of_the_joints_each_on_its_better_side() -> None:
    track = film([lying()] * 3)
    track.visibility[:, 25] = 0.1  # the left knee is hidden, the right one seen
    assert compute_signals(track, PERSON)["visibility"] == pytest.approx(1.0)
    track.visibility[:, 26] = 0.4
    assert compute_signals(track, PERSON)["visibility"] == pytest.approx((3 + 0.4) / 4)


def test_a_picture_that_does_not_fit_the_body_model_is_implausible() -> None:
    track = film([lying()] * 10)
    assert compute_signals(track, PERSON)["plausibility"] == pytest.approx(1.0, abs=1e-3)
    track.image[:, 11:13, 1] += 200.0  # the shoulders two thirds of a metre below the hips
    assert compute_signals(track, PERSON)["plausibility"].max() < 0.6


def test_samples_are_the_signals_row_by_row() -> None:
    signals = compute_signals(recording("bridge").track, PERSON)
    samples = list(signals.samples())
    assert [sample.time_s for sample in samples] == signals.time_s.tolist()
    assert samples[50].values == pytest.approx({name: signals[name][50] for name in SIGNAL_NAMES}, nan_ok=True)


def test_a_stream_may_begin_with_no_frame() -> None:
    track, stream = film([lying()] * 10), SignalStream(Physique())
    assert len(stream.push(track[:0])) == 0
    assert len(stream.push(track)) + len(stream.finish()) == 10


@pytest.mark.parametrize("length", [1, 2])
def test_a_short_gap_is_filled_for_the_engine_too(length: int) -> None:
    track = film([lying(20.0)] * 60)
    for values in (track.image, track.world, track.visibility):
        values[30 : 30 + length] = np.nan
    signals = compute_signals(track, Physique())
    assert signals.valid("trunk_angle_deg").all()
    assert signals.valid("visibility").all()
