"""BlazePose on real clips: what can be told without another tracker's word, and that tracker's word."""

import importlib
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest

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
    parity = load_benchmark("pose_parity")

    found = parity.measure(data_dir / "videos" / "sidechop_beprojects.mp4", "full", 40)

    assert found.seen_by_us == found.seen_by_mediapipe == 1
    assert found.median_percent < parity.TARGET_PERCENT


def load_benchmark(name):
    """Import a benchmark from the checkout, which is no installed package."""
    sys.path.insert(0, str(ROOT))
    try:
        return importlib.import_module(f"benchmarks.{name}")
    finally:
        sys.path.remove(str(ROOT))
