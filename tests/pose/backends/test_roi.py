import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlumbar.pose.backends._roi import Roi

rois = st.builds(Roi, st.floats(-500, 2000), st.floats(-500, 2000), st.floats(20, 3000), st.floats(-np.pi, np.pi))


def test_an_upright_body_gives_an_upright_region_with_margin():
    roi = Roi.from_alignment(np.array([[100.0, 300.0], [100.0, 100.0]]))

    assert (roi.x_px, roi.y_px, roi.rotation_rad) == (100, 300, 0)
    assert roi.side_px == pytest.approx(2 * 200 * 1.25)
    assert roi.body_radius_px == pytest.approx(200)


@pytest.mark.parametrize(("right_px", "down_px", "degrees"), [(1, 0, 90), (0, 1, 180), (-1, 0, -90), (1, -1, 45)])
def test_rotation_is_clockwise_from_head_up(right_px, down_px, degrees):
    roi = Roi.from_alignment(np.array([[0.0, 0.0], [right_px, down_px]]))

    assert np.degrees(roi.rotation_rad) == pytest.approx(degrees)


@given(rois)
def test_the_crops_centre_and_top_are_where_the_alignment_points_were(roi):
    centre, top = roi.to_image(np.array([[0.5, 0.5], [0.5, 0.5 - 0.5 / 1.25]]))

    again = Roi.from_alignment(np.stack([centre, top]))

    assert again.side_px == pytest.approx(roi.side_px)
    assert (again.x_px, again.y_px) == pytest.approx((roi.x_px, roi.y_px), abs=1e-6)
    assert np.cos(again.rotation_rad - roi.rotation_rad) == pytest.approx(1)


@given(rois)
def test_crop_pixels_and_crop_fractions_agree(roi):
    matrix, pixel = roi.crop_matrix(256), np.array([[64.0, 200.0]])

    assert matrix[:, :2] @ pixel[0] + matrix[:, 2] == pytest.approx(roi.to_image(pixel / 256)[0], abs=1e-6)


@given(rois)
def test_world_landmarks_turn_as_the_image_does(roi):
    direction = np.array([[0.2, -0.7]])
    in_image = roi.to_image(direction)[0] - roi.to_image(np.zeros((1, 2)))[0]

    turned = roi.rotate(np.array([[0.2, -0.7, 0.3]]))[0]

    assert turned[:2] * roi.side_px == pytest.approx(in_image, abs=1e-6)
    assert turned[2] == 0.3
