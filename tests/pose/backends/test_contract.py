"""What `PoseBackend` promises, held against every backend that ships."""

import numpy as np
import pytest

from openlumbar.errors import InputError
from openlumbar.pose.backends import Pose, backend_names, load

GREY = np.full((120, 160, 3), 127, np.uint8)


@pytest.fixture(params=backend_names())
def backend(request):
    return load(request.param)


def test_a_frame_gives_a_whole_pose_or_none(backend):
    for k in range(3):
        pose = backend.track_frame(k / 30, GREY)
        if pose is not None:
            check_pose(pose)


def check_pose(pose: Pose) -> None:
    assert pose.image.shape == (33, 2)
    assert pose.world.shape == (33, 3)
    assert pose.visibility.shape == (33,)
    for values in (pose.image, pose.world, pose.visibility):
        assert values.dtype == np.float32
        assert np.isfinite(values).all()
    assert ((pose.visibility >= 0) & (pose.visibility <= 1)).all()


def test_reset_starts_over(backend):
    before = [backend.track_frame(k / 30, GREY) for k in range(3)]
    backend.reset()
    assert backend.remarks == ()
    after = [backend.track_frame(k / 30, GREY) for k in range(3)]

    assert [pose is None for pose in before] == [pose is None for pose in after]
    for one, other in zip(before, after, strict=True):
        if one is not None and other is not None:
            assert np.array_equal(one.image, other.image)


def test_the_frame_is_left_as_it_was(backend):
    frame = GREY.copy()
    backend.track_frame(0.0, frame)

    assert np.array_equal(frame, GREY)


def test_an_unknown_backend_names_those_there_are():
    with pytest.raises(InputError, match="'kinect': is unknown; choose one of blazepose"):
        load("kinect")
