"""Pictures of the repetitions' peaks, chosen while the recording streams by, in bounded memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from openlumbar.assessment.events import Event, Repetition, RepetitionDone
from openlumbar.pipeline.recording import Moment
from openlumbar.pose.backends import Pose
from openlumbar.pose.video import RgbArray
from openlumbar.reports.page import KeyFrame
from openlumbar.reports.video import draw_skeleton, encode_jpeg

MOST = 8
"""Pictures kept: two rows in the report."""

_EVERY_S = 0.3  # a peak looks the same a sixth of a second before and after
_WIDTH_PX = 640
_REMEMBERED = 40  # 40 pictures of 640 × 360 are 28 MB; the newest half spans 6 s, the rest thins out
_GROUND = (52, 66, 80)  # where there are no pictures: the annotated video's own


@dataclass(frozen=True, eq=False)
class _Candidate:
    time_s: float
    rgb: RgbArray | None
    pose: Pose | None


@dataclass(frozen=True)
class _Shot:
    frame: KeyFrame
    faults: frozenset[str]


class KeyFrameChooser:
    """Keep small pictures of the last while; when a repetition is done, keep the one nearest its peak."""

    def __init__(self, slugs: Sequence[str], frame_size: tuple[int, int]) -> None:
        """Start with nothing, for exercises by slug and pictures of a width and height in true pixels."""
        self._frame_size = frame_size
        width = min(_WIDTH_PX, frame_size[0])
        self._size = width, max(1, round(width * frame_size[1] / frame_size[0]))
        self._candidates: list[_Candidate] = []
        self._done = dict.fromkeys(slugs, 0)
        self._shots: dict[str, list[_Shot]] = {slug: [] for slug in slugs}

    def see(self, moment: Moment) -> None:
        """Remember a moment if it is time for another."""
        if self._candidates and moment.time_s < self._candidates[-1].time_s + _EVERY_S:
            return
        rgb = None
        if moment.rgb is not None:
            rgb = np.asarray(cv2.resize(moment.rgb, self._size, interpolation=cv2.INTER_AREA), np.uint8)
        self._candidates.append(_Candidate(moment.time_s, rgb, moment.pose))
        if len(self._candidates) > _REMEMBERED:
            del self._candidates[1 : _REMEMBERED // 2 : 2]

    def take(self, happened: Mapping[str, Sequence[Event]]) -> None:
        """Take in events; keep a picture of each repetition done, or of the more telling ones."""
        for slug, events in happened.items():
            for event in events:
                if isinstance(event, RepetitionDone):
                    self._done[slug] += 1
                    self._keep(slug, event.repetition)

    def chosen(self, slug: str) -> list[KeyFrame]:
        """Return the pictures of an exercise's repetitions, in their order."""
        return [shot.frame for shot in self._shots[slug]]

    def _keep(self, slug: str, repetition: Repetition) -> None:
        if not self._candidates:
            return
        nearest = min(self._candidates, key=lambda candidate: abs(candidate.time_s - repetition.peak_s))
        frame = KeyFrame(nearest.time_s, self._done[slug], encode_jpeg(self._drawn(nearest), _WIDTH_PX))
        shots = self._shots[slug]
        shots.append(_Shot(frame, frozenset(repetition.faults)))
        if len(shots) > MOST:
            shots.remove(_least_telling(shots))

    def _drawn(self, candidate: _Candidate) -> RgbArray:
        width, height = self._size
        rgb = candidate.rgb
        if rgb is None:
            rgb = np.full((height, width, 3), _GROUND, np.uint8)
        if candidate.pose is None:
            return rgb
        image = candidate.pose.image * np.divide(self._size, self._frame_size)
        return draw_skeleton(rgb, image, candidate.pose.visibility)


def _least_telling(shots: Sequence[_Shot]) -> _Shot:
    """Find the picture that shows no fault that no other shows, soonest after the one before it."""

    def worth(index: int) -> tuple[bool, float]:
        elsewhere = [shot.faults for at, shot in enumerate(shots) if at != index]
        is_unique = bool(shots[index].faults.difference(*elsewhere))
        return is_unique, shots[index].frame.time_s - shots[index - 1].frame.time_s

    return shots[min(range(1, len(shots)), key=worth)]
