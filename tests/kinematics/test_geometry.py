import numpy as np
import pytest

from openlumbar.kinematics.geometry import (
    elevation_deg,
    flexion_angle_deg,
    heading_deg,
    height_above_line,
    joint_angle_deg,
    rotate,
    unit,
    weak_perspective_scale,
    wrap_deg,
)


def direction(angle_deg: float) -> list[float]:
    return [np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))]


@pytest.mark.parametrize("angle_deg", [0.0, 30.0, 90.0, 135.0, 179.0, 180.0])
def test_a_joint_angle_is_the_angle_between_its_segments(angle_deg: float) -> None:
    origin = np.zeros((1, 2))
    proximal, distal = np.array([[2.0, 0.0]]), 3 * np.array([direction(angle_deg)])
    zero = np.zeros((1, 1))
    three = [np.hstack([points, zero]) for points in (proximal, origin, distal)]
    assert joint_angle_deg(*three) == pytest.approx(angle_deg, abs=1e-6)


@pytest.mark.parametrize("angle_deg", [20.0, 90.0, 179.0, 180.0, 181.0, 200.0, 250.0])
def test_flexion_goes_on_counting_through_the_straight_line(angle_deg: float) -> None:
    axis, belly = np.array([[0.5, 0.0, 0.0]]), np.array([[0.0, 1.0, 0.0]])
    limb = np.array([[*direction(angle_deg), 0.0]])
    assert flexion_angle_deg(axis, limb, belly) == pytest.approx(angle_deg)


@pytest.mark.parametrize("angle_deg", [-90.0, -20.0, 0.0, 45.0, 90.0])
@pytest.mark.parametrize("heading", [0.0, 70.0, 180.0, 290.0])
def test_elevation_is_above_the_floor_whatever_the_heading(angle_deg: float, heading: float) -> None:
    flat, up = direction(angle_deg)
    x, z = direction(heading)
    assert elevation_deg(np.array([[flat * x, -up, flat * z]])) == pytest.approx(angle_deg)


def test_headings_run_from_the_right_through_away_to_the_left() -> None:
    lines = np.array([[1.0, 0, 0], [0, 0, 1.0], [-1.0, 0, 0], [0, 0, -1.0], [1.0, 5.0, 1.0]])
    assert heading_deg(lines) == pytest.approx([0, 90, 180, -90, 45])


def test_angles_wrap_at_half_a_turn() -> None:
    assert wrap_deg(np.array([0.0, 180.0, -180.0, 181.0, -350.0, 725.0])) == pytest.approx([0, 180, 180, -179, 10, 5])


@pytest.mark.parametrize("slope_deg", [0.0, 30.0, -60.0, 120.0, 180.0, 200.0])
def test_height_above_a_line_is_the_same_whichever_way_it_runs(slope_deg: float) -> None:
    along = np.array(direction(slope_deg))
    upwards = np.array([along[1], -along[0]])
    upwards = upwards if upwards[1] < 0 else -upwards  # up is where y falls
    start = np.array([[100.0, 80.0]])
    end, point = start + 100 * along, start + 40 * along + 7 * upwards
    assert height_above_line(point, start, end) == pytest.approx(7.0)
    assert height_above_line(point, end, start) == pytest.approx(7.0)
    assert height_above_line(point - 14 * upwards, start, end) == pytest.approx(-7.0)


def test_nothing_is_made_of_a_line_without_length() -> None:
    assert np.isnan(unit(np.zeros((1, 3)))).all()


def test_rotation_turns_clockwise_on_the_screen() -> None:
    assert rotate(np.array([[[1.0, 0.0]]]), np.array([90.0])) == pytest.approx(np.array([[[0.0, 1.0]]]), abs=1e-12)


def test_the_scale_of_a_picture_is_found_with_its_misfit() -> None:
    world = np.random.default_rng(1).normal(size=(3, 8, 3))
    image = 250 * world[..., :2] + [[[40.0, 90.0]]]
    scale, misfit = weak_perspective_scale(image, world)
    assert scale == pytest.approx(250.0)
    assert misfit == pytest.approx(0.0, abs=1e-9)
    image[0, 0] += [250.0, 0.0]
    assert weak_perspective_scale(image, world)[1][0] > 0.1


def test_a_picture_upside_down_to_its_model_has_no_scale() -> None:
    world = np.random.default_rng(1).normal(size=(1, 8, 3))
    scale, misfit = weak_perspective_scale(-200 * world[..., :2], world)
    assert np.isnan(scale).all()
    assert np.isnan(misfit).all()
