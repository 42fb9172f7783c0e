import math

import numpy as np
import pytest

from openlumbar.kinematics.geometry import (
    clipped,
    cross,
    distance,
    dot,
    elevation_deg,
    flexion_angle_deg,
    heading_deg,
    height_above_line,
    joint_angle_deg,
    larger,
    length,
    rotate,
    trunk_length,
    unit,
    weak_perspective_scale,
    wrap_deg,
)
from openlumbar.kinematics.joints import JOINT_COUNT, LEFT_HIP, LEFT_SHOULDER, RIGHT_HIP, RIGHT_SHOULDER

NAN = math.nan


def direction(angle_deg: float) -> tuple[float, float]:
    return math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))


@pytest.mark.parametrize("angle_deg", [0.0, 30.0, 90.0, 135.0, 179.0, 180.0])
def test_a_joint_angle_is_the_angle_between_its_segments(angle_deg: float) -> None:
    x, y = direction(angle_deg)
    joints = np.array([[2.0, 0.0, 0.0], [0.0, 0.0, 0.0], [3 * x, 3 * y, 0.0]])
    assert joint_angle_deg(joints, 0, 1, 2) == pytest.approx(angle_deg, abs=1e-6)


@pytest.mark.parametrize("angle_deg", [20.0, 90.0, 179.0, 180.0, 181.0, 200.0, 250.0])
def test_flexion_goes_on_counting_through_the_straight_line(angle_deg: float) -> None:
    limb = (*direction(angle_deg), 0.0)
    assert flexion_angle_deg((0.5, 0.0, 0.0), limb, (0.0, 1.0, 0.0)) == pytest.approx(angle_deg)


@pytest.mark.parametrize("angle_deg", [-90.0, -20.0, 0.0, 45.0, 90.0])
@pytest.mark.parametrize("heading", [0.0, 70.0, 180.0, 290.0])
def test_elevation_is_above_the_floor_whatever_the_heading(angle_deg: float, heading: float) -> None:
    flat, up = direction(angle_deg)
    x, z = direction(heading)
    assert elevation_deg((flat * x, -up, flat * z)) == pytest.approx(angle_deg)


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ((1.0, 0.0, 0.0), 0.0),
        ((0.0, 0.0, 1.0), 90.0),
        ((-1.0, 0.0, 0.0), 180.0),
        ((0.0, 0.0, -1.0), -90.0),
        ((1.0, 5.0, 1.0), 45.0),
    ],
)
def test_headings_run_from_the_right_through_away_to_the_left(line: tuple[float, float, float], heading: float) -> None:
    assert heading_deg(line) == pytest.approx(heading)


def test_angles_wrap_at_half_a_turn() -> None:
    angles = (0.0, 180.0, -180.0, 181.0, -350.0, 725.0)
    assert [wrap_deg(angle) for angle in angles] == pytest.approx([0, 180, 180, -179, 10, 5])


@pytest.mark.parametrize("slope_deg", [0.0, 30.0, -60.0, 120.0, 180.0, 200.0])
def test_height_above_a_line_is_the_same_whichever_way_it_runs(slope_deg: float) -> None:
    along = np.array(direction(slope_deg))
    upwards = np.array([along[1], -along[0]])
    upwards = upwards if upwards[1] < 0 else -upwards  # up is where y falls

    def at(share: float, up: float) -> tuple[float, float, float]:
        x, y = np.array([100.0, 80.0]) + share * along + up * upwards
        return float(x), float(y), 5.0

    start, end = at(0, 0), at(100, 0)
    assert height_above_line(at(40, 7), start, end) == pytest.approx(7.0)
    assert height_above_line(at(40, 7), end, start) == pytest.approx(7.0)
    assert height_above_line(at(40, -7), start, end) == pytest.approx(-7.0)


def test_nothing_is_made_of_a_line_without_length() -> None:
    nowhere = (0.0, 0.0, 0.0)
    assert np.isnan(unit(nowhere)).all()
    assert np.isnan(height_above_line((1.0, 1.0, 0.0), nowhere, nowhere))


def test_what_is_across_two_vectors_is_across_each() -> None:
    a, b = (1.0, 2.0, 3.0), (-2.0, 0.5, 4.0)
    assert (dot(cross(a, b), a), dot(cross(a, b), b)) == pytest.approx((0, 0))
    assert cross((1.0, 0.0, 0.0), (0.0, 1.0, 0.0)) == (0.0, 0.0, 1.0)
    assert length((3.0, 4.0, 12.0)) == 13.0


def test_nan_stays_what_it_is() -> None:
    assert np.isnan([larger(NAN, 1.0), larger(1.0, NAN), clipped(NAN, 0.0, 1.0)]).all()
    assert (larger(1.0, 2.0), larger(2.0, 1.0)) == (2.0, 2.0)
    assert [clipped(value, 0.0, 1.0) for value in (-1.0, 0.5, 2.0)] == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("dimensions", [2, 3])
def test_lengths_are_taken_in_the_picture_and_in_space(dimensions: int) -> None:
    joints = np.zeros((JOINT_COUNT, dimensions))
    joints[[LEFT_SHOULDER, RIGHT_SHOULDER], -1] = (7.0, 9.0)
    joints[[LEFT_HIP, RIGHT_HIP], -2] = (5.0, 7.0)
    assert trunk_length(joints) == pytest.approx(10.0)
    assert distance(joints, RIGHT_SHOULDER, RIGHT_HIP) == pytest.approx(math.hypot(9.0, 7.0))


def test_rotation_turns_clockwise_on_the_screen() -> None:
    joints = np.array([[1.0, 0.0, 4.0]])
    rotate(joints, 90.0)
    assert joints[0] == pytest.approx([0.0, 1.0, 4.0], abs=1e-12)


def test_the_scale_of_a_picture_is_found_with_its_misfit() -> None:
    world = np.random.default_rng(1).normal(size=(8, 3))
    image = 250 * world[:, :2] + [40.0, 90.0]
    scale, misfit = weak_perspective_scale(image, world)
    assert scale == pytest.approx(250.0)
    assert misfit == pytest.approx(0.0, abs=1e-9)
    image[0] += [250.0, 0.0]
    assert weak_perspective_scale(image, world)[1] > 0.1


def test_a_picture_upside_down_to_its_model_has_no_scale() -> None:
    world = np.random.default_rng(1).normal(size=(8, 3))
    assert np.isnan(weak_perspective_scale(-200 * world[:, :2], world)).all()
