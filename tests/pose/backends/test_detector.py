import numpy as np
import pytest

from openlumbar.pose.backends._detector import anchors, blend_overlapping, decode, overlap


def test_anchors_match_the_models_outputs_and_lie_in_cell_centres():
    centres = anchors(224)

    assert centres.shape == (2254, 2)
    assert np.array_equal(centres[0], [0.5 / 28, 0.5 / 28])
    assert np.array_equal(centres[2], [1.5 / 28, 0.5 / 28])  # x runs before y
    assert len(np.unique(centres[-294:], axis=0)) == 49
    assert centres.min() > 0
    assert centres.max() < 1


def test_only_sure_boxes_are_decoded_best_first():
    raw_scores = np.array([[-1.0], [0.5], [3.0]], np.float32)
    raw_boxes = np.zeros((3, 12), np.float32)
    raw_boxes[2, :6] = [22.4, 0, 44.8, 22.4, 0, -112]
    centres = np.full((3, 2), 0.5)

    scores, rows = decode(raw_boxes, raw_scores, centres, 224)

    assert scores == pytest.approx([1 / (1 + np.exp(-3)), 1 / (1 + np.exp(-0.5))])
    assert rows[0, :4] == pytest.approx([0.5, 0.45, 0.7, 0.55])
    assert rows[0, 4:6] == pytest.approx([0.5, 0.0])


def test_nobody_is_decoded_from_low_scores():
    scores, rows = decode(np.zeros((5, 12), np.float32), np.full((5, 1), -9, np.float32), np.zeros((5, 2)), 224)

    assert len(scores) == 0
    assert blend_overlapping(scores, rows) == []


def test_overlapping_boxes_are_blended_by_their_scores():
    rows = np.array([[0, 0, 10, 10, 4.0], [0, 0, 10, 9, 8.0], [20, 20, 30, 30, 1.0]])

    people = blend_overlapping(np.array([0.75, 0.25, 0.6]), rows)

    assert [score for score, _ in people] == [0.75, 0.6]
    assert people[0][1] == pytest.approx([0, 0, 10, 9.75, 5.0])


def test_overlap_is_intersection_over_union():
    box = np.array([0.0, 0, 2, 2])
    others = np.array([[0.0, 0, 2, 2], [1, 0, 3, 2], [5, 5, 6, 6]])

    assert overlap(box, others) == pytest.approx([1, 1 / 3, 0])
