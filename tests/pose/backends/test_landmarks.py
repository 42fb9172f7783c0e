import numpy as np
import pytest

from openlumbar.pose.backends._landmarks import refine


def heatmap_with(cells, value=8.0):
    heatmap = np.full((64, 64, 39), -20, np.float32)
    for channel, (row, column) in enumerate(cells):
        heatmap[row, column, channel] = value
    return heatmap


def test_points_move_to_a_sure_peak_nearby():
    points = np.array([[10.4 / 64, 20.6 / 64], [40.0 / 64, 5.0 / 64]])

    refined = refine(points, heatmap_with([(22, 12), (4, 38)]))

    assert refined * 64 == pytest.approx(np.array([[12, 22], [38, 4]]), abs=1e-3)


def test_points_stay_without_a_sure_peak_within_reach():
    points = np.array([[0.5, 0.5], [0.5, 0.5]])

    refined = refine(points, heatmap_with([(32, 36), (32, 32)], value=-0.1))

    assert np.array_equal(refined, points)


@pytest.mark.parametrize("point", [[-0.1, 0.5], [1.01, 0.5], [0.5, -0.2], [0.5, 1.2]])
def test_points_outside_stay(point):
    refined = refine(np.array([point]), np.full((64, 64, 39), 5, np.float32))

    assert np.array_equal(refined, [point])


def test_the_kernel_shrinks_at_the_edge():
    flat = np.full((64, 64, 39), 5, np.float32)

    refined = refine(np.array([[0.5 / 64, 63.5 / 64]]), flat)

    assert refined[0] * 64 == pytest.approx([1.5, 61.5], abs=1e-3)


def test_extreme_heatmaps_raise_no_warning():
    assert np.isfinite(refine(np.array([[0.5, 0.5]]), np.full((64, 64, 39), -1e4, np.float32))).all()
