import numpy as np

from openlumbar.pose.backends._detector import Detection
from openlumbar.pose.backends._people import has_rival, most_prominent, nearest
from openlumbar.pose.backends._roi import Roi

FRAME = (1280, 720)


def person(x_px, radius_px, score=0.9, y_px=360):
    """Place someone upright with the mid-hip at a point."""
    up = np.array([[0, 0], [0, -1], [0, -0.5], [0, -0.75]])
    return Detection(score, np.zeros(4), np.array([x_px, y_px]) + radius_px * up)


def test_the_largest_wins_and_among_equals_the_most_central():
    small, large, aside = person(640, 100), person(500, 300), person(1200, 300)

    assert most_prominent([small, aside, large], FRAME) is large
    assert most_prominent([], FRAME) is None


def test_someone_small_behind_is_no_rival():
    patient = person(600, 300)

    assert not has_rival(patient, [patient, person(1000, 120)], FRAME)


def test_someone_as_large_beside_is_a_rival():
    patient = person(500, 300)

    assert has_rival(patient, [patient, person(800, 280)], FRAME)


def test_a_second_box_on_the_same_body_or_an_unsure_one_is_no_rival():
    patient = person(500, 300)

    assert not has_rival(patient, [patient, person(560, 300)], FRAME)
    assert not has_rival(patient, [patient, person(800, 300, score=0.6)], FRAME)


def test_the_nearest_is_who_stands_where_the_track_is():
    track = Roi.from_alignment(person(500, 300).points_px[:2])
    here, there = person(560, 200), person(900, 400)

    assert nearest([there, here], track) is here
    assert nearest([there], track) is None
