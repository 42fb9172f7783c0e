"""Whom to follow when a frame holds several people, and when that is in doubt."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from openlumbar.pose.backends._detector import Detection
from openlumbar.pose.backends._roi import Roi

FloatArray = npt.NDArray[np.float64]

_SURE_SCORE = 0.7  # probability; someone else below it may be a piece of furniture
_COMPARABLE = 0.7  # of the followed person's prominence; a helper one and a half times as far away stays below
_SAME_PLACE = 0.35  # of the body's radius between two trunks; people side by side are half a radius apart
_STRAYED = 0.6  # of the body's radius between a track and every person found; seen on good frames: ≤ 0.35
_EDGE_PROMINENCE = 0.5  # of a person in the frame's corner, against one of the same size in its centre


def most_prominent(people: Sequence[Detection], frame_size: tuple[int, int]) -> Detection | None:
    """Pick the largest, most central person."""
    return max(people, key=lambda person: _prominence(person, frame_size), default=None)


def nearest(people: Sequence[Detection], roi: Roi) -> Detection | None:
    """Pick the person where the track is; None when nobody is there."""
    here = [person for person in people if _distance(person, roi) < _STRAYED]
    return min(here, key=lambda person: _distance(person, roi), default=None)


def has_rival(person: Detection, people: Sequence[Detection], frame_size: tuple[int, int]) -> bool:
    """Tell whether someone else is about as prominent as the person who is followed."""
    least = _COMPARABLE * _prominence(person, frame_size)
    return any(
        other.score >= _SURE_SCORE and _prominence(other, frame_size) >= least and _is_another(other, person)
        for other in people
    )


def _prominence(person: Detection, frame_size: tuple[int, int]) -> float:
    """Weigh the body's radius in pixels by how central the trunk is."""
    half = np.asarray(frame_size) / 2
    from_centre = np.linalg.norm(_trunk_px(person) - half) / np.linalg.norm(half)
    return _radius_px(person) * (1 - (1 - _EDGE_PROMINENCE) * min(1.0, float(from_centre)))


def _is_another(other: Detection, person: Detection) -> bool:
    apart_px = float(np.linalg.norm(_trunk_px(other) - _trunk_px(person)))
    return apart_px > _SAME_PLACE * max(_radius_px(other), _radius_px(person))


def _distance(person: Detection, roi: Roi) -> float:
    """Measure from a track's mid-hip to a person's, in radii of the tracked body."""
    apart_px = person.points_px[0] - (roi.x_px, roi.y_px)
    return float(np.linalg.norm(apart_px)) / roi.body_radius_px


def _trunk_px(person: Detection) -> FloatArray:
    return np.asarray((person.points_px[0] + person.points_px[2]) / 2)


def _radius_px(person: Detection) -> float:
    return float(np.linalg.norm(person.points_px[1] - person.points_px[0]))
