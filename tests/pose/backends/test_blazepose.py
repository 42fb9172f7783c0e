"""BlazePose on real clips: what can be told without another tracker's word, and that tracker's word."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from benchmarks import pose_parity
from tests.pose.backends.test_guard import skeleton
from tests.pose.backends.test_people import person

from openlumbar import assets
from openlumbar.errors import InputError
from openlumbar.pose.backends.blazepose import BlazePose
from openlumbar.pose.landmarks import Landmark as L
from openlumbar.pose.video import VideoReader

ROOT = Path(__file__).parents[3]


def frames(clip, count, start=0):
    with VideoReader(clip) as reader:
        return [(frame.time_s, frame.rgb) for frame in itertools.islice(reader, start, start + count)]


@pytest.fixture(scope="module")
def tracker():
    return BlazePose("lite", threads=1)


@pytest.fixture
def standing(data_dir):
    return frames(data_dir / "videos" / "sidechop_beprojects.mp4", 30)


def track(tracker, pictures):
    tracker.reset()
    return [tracker.track_frame(time_s, np.ascontiguousarray(rgb)) for time_s, rgb in pictures]


def test_an_unknown_model_is_refused():
    with pytest.raises(InputError, match="choose one of lite, full, heavy"):
        BlazePose("huge")


def test_missing_models_are_told_with_the_remedy(monkeypatch, tmp_path):
    monkeypatch.setattr(assets.read_model, "__defaults__", (tmp_path,))
    with pytest.raises(InputError, match="make run"):
        BlazePose()


def test_an_empty_picture_holds_nobody(tracker):
    assert track(tracker, [(0.0, np.full((90, 160, 3), 80, np.uint8))]) == [None]


class Stage:
    """Stands in for both models: who is detected, and where the landmarks of any region are."""

    def __init__(self, tracker, monkeypatch):
        self.people, self.body = [], None
        self.looks = 0
        monkeypatch.setattr(tracker._detector, "detect", self.detect)
        monkeypatch.setattr(tracker._landmarks, "find", lambda *_: self.body)
        tracker.reset()

    def detect(self, _rgb):
        self.looks += 1
        return self.people


@pytest.fixture
def stage(tracker, monkeypatch):
    return Stage(tracker, monkeypatch)


def play(tracker, count, start_s=0.0):
    picture = np.zeros((480, 640, 3), np.uint8)
    return [tracker.track_frame(start_s + k / 30, picture) for k in range(count)]


def test_a_look_now_and_then_leaves_a_good_track_alone(tracker, stage):
    stage.people, stage.body = [person(320, 200, y_px=240)], skeleton()

    assert None not in play(tracker, 250)
    assert stage.looks == 3
    assert tracker.remarks == ()


def test_a_track_that_left_the_person_is_dropped_after_three_looks(tracker, stage):
    stage.people, stage.body = [person(320, 200, y_px=240)], skeleton()
    play(tracker, 50)
    stage.people = [person(120, 200, y_px=240)]

    play(tracker, 95, start_s=2.0)

    assert [(remark.code, remark.frames) for remark in tracker.remarks] == [("implausible_pose", 1)]


def test_a_detector_that_misses_the_patient_once_is_forgiven(tracker, stage):
    patient, other = person(320, 200, y_px=240), person(120, 100, y_px=240)
    stage.people, stage.body = [patient], skeleton()
    play(tracker, 50)
    stage.people = [other]
    play(tracker, 75, start_s=2.0)
    stage.people = [patient, other]

    assert None not in play(tracker, 200, start_s=5.0)
    assert tracker.remarks == ()


def test_whoever_is_found_where_the_track_was_lost_is_followed_again(tracker, stage, monkeypatch):
    patient, visitor = person(250, 150, y_px=240), person(450, 300, y_px=240)
    stage.people, stage.body = [patient], skeleton(centre_px=(250, 240), px_a_metre=150)
    play(tracker, 5)
    stage.body = None
    play(tracker, 1, start_s=1.0)
    stage.people = [visitor, patient]
    regions = []
    monkeypatch.setattr(tracker._landmarks, "find", lambda _rgb, roi, _least: regions.append(roi))

    play(tracker, 1, start_s=1.1)

    assert regions[0].x_px == 250


@pytest.mark.clips
def test_a_whole_body_is_seen_upright_in_every_frame(tracker, standing):
    poses = track(tracker, standing)

    assert all(pose is not None for pose in poses)
    for pose in poses:
        heights = pose.image[[L.NOSE, L.LEFT_SHOULDER, L.LEFT_HIP, L.LEFT_KNEE, L.LEFT_ANKLE], 1]
        assert (np.diff(heights) > 0).all()
        assert 0.35 < np.linalg.norm(pose.world[L.LEFT_SHOULDER] - pose.world[L.LEFT_HIP]) < 0.65
    assert tracker.remarks == ()


@pytest.mark.clips
def test_a_turned_picture_gives_a_turned_pose(tracker, standing):
    upright = track(tracker, standing[:10])[-1]
    turned = track(tracker, [(time_s, np.rot90(rgb)) for time_s, rgb in standing[:10]])[-1]
    width = standing[0][1].shape[1]

    back = np.stack([width - turned.image[:, 1], turned.image[:, 0]], axis=1)

    joints = [L.LEFT_SHOULDER, L.RIGHT_SHOULDER, L.LEFT_HIP, L.RIGHT_HIP, L.LEFT_KNEE, L.RIGHT_KNEE]
    trunk_px = np.linalg.norm(upright.image[L.LEFT_SHOULDER] - upright.image[L.LEFT_HIP])
    assert np.median(np.linalg.norm(back - upright.image, axis=1)[joints]) < 0.1 * trunk_px


@pytest.mark.clips
def test_an_upside_down_body_is_not_believed(tracker, standing):
    poses = track(tracker, [(time_s, rgb[::-1, ::-1]) for time_s, rgb in standing[:10]])

    assert poses == [None] * 10
    assert [(remark.code, remark.frames) for remark in tracker.remarks] == [("implausible_pose", 10)]


@pytest.mark.clips
def test_two_people_side_by_side_are_told(tracker, standing):
    pair = [(time_s, np.hstack([rgb[:, 320:960], rgb[:, 960:320:-1]])) for time_s, rgb in standing[:5]]

    poses = track(tracker, pair)

    assert all(pose is not None for pose in poses)
    assert [remark.code for remark in tracker.remarks] == ["several_people"]


@pytest.mark.clips
def test_landmarks_are_those_of_mediapipe(data_dir):
    """Median distance within 1 % of the trunk's length over hips, knees, ankles and shoulders."""
    if not (ROOT / ".venv-parity" / "bin" / "python").is_file():
        pytest.skip("the reference tracker is not set up: make .stamps/parity")
    found = pose_parity.measure(data_dir / "videos" / "sidechop_beprojects.mp4", "full", 40)

    assert found.seen_by_us == found.seen_by_mediapipe == 1
    assert found.median_percent < pose_parity.TARGET_PERCENT
