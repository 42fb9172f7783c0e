import numpy as np
import pytest

from openlumbar.errors import InputError
from openlumbar.pose import backends
from openlumbar.pose.backends.simulated import SimulatedTracker

NO_PIXELS = np.zeros((1, 1, 3), np.uint8)


def test_it_is_loaded_by_name_and_replays_its_track() -> None:
    tracker = backends.load("simulated", exercise="sit-up", seed=2)
    assert isinstance(tracker, SimulatedTracker)
    for index in range(0, len(tracker.track), 97):
        pose = tracker.track_frame(float(tracker.track.time_s[index]), NO_PIXELS)
        if pose is None:
            assert not tracker.track.has_person[index]
        else:
            np.testing.assert_array_equal(pose.image, tracker.track.image[index])
    tracker.reset()
    assert tracker.remarks == ()


def test_there_is_nobody_after_the_end() -> None:
    assert SimulatedTracker().track_frame(1e4, NO_PIXELS) is None


def test_an_unknown_exercise_is_refused() -> None:
    with pytest.raises(InputError, match="choose one of bridge"):
        SimulatedTracker("jumping")
