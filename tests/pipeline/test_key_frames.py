import numpy as np
import pytest

from openlumbar.assessment.events import Repetition, RepetitionDone
from openlumbar.pipeline.key_frames import MOST, KeyFrameChooser
from openlumbar.pipeline.recording import Moment
from openlumbar.reports.jpeg import jpeg_size_px

FPS = 10


def done(peak_s: float, faults: tuple[str, ...] = ()) -> RepetitionDone:
    return RepetitionDone(peak_s + 2, Repetition(peak_s - 1, peak_s, peak_s + 2, counted=True, faults=faults))


def chosen(events: list[RepetitionDone], duration_s: float, rgb: np.ndarray | None = None) -> KeyFrameChooser:
    chooser = KeyFrameChooser(["bridge"], (1280, 720))
    waiting = list(events)
    for index in range(round(duration_s * FPS)):
        chooser.see(Moment(index / FPS, rgb, None))
        while waiting and waiting[0].time_s <= index / FPS:
            chooser.take({"bridge": [waiting.pop(0)]})
    return chooser


def test_each_repetition_gets_the_picture_nearest_its_peak() -> None:
    frames = chosen([done(3.0), done(8.5)], 12).chosen("bridge")
    assert [frame.repetition for frame in frames] == [1, 2]
    assert [frame.time_s for frame in frames] == [pytest.approx(3.0, abs=0.2), pytest.approx(8.5, abs=0.2)]


def test_pictures_are_made_small_and_keep_their_shape() -> None:
    (frame,) = chosen([done(3.0)], 6, np.full((720, 1280, 3), 90, np.uint8)).chosen("bridge")
    assert jpeg_size_px(frame.jpeg) == (640, 360)


def test_without_pictures_there_is_a_plain_ground() -> None:
    (frame,) = chosen([done(3.0)], 6).chosen("bridge")
    assert jpeg_size_px(frame.jpeg) == (640, 360)


def test_a_long_set_keeps_a_few_pictures_and_every_kind_of_fault() -> None:
    peaks_s = [3.0 + 5.0 * index for index in range(30)]
    faulty = {7: ("short_hold",), 19: ("over_arched",)}
    events = [done(peak_s, faulty.get(index, ())) for index, peak_s in enumerate(peaks_s)]
    frames = chosen(events, 160).chosen("bridge")

    numbers = [frame.repetition for frame in frames]
    assert len(numbers) == MOST
    assert numbers == sorted(numbers)
    assert numbers[0] == 1
    assert {8, 20} <= set(numbers)


def test_a_peak_long_ago_still_has_a_picture_nearby() -> None:
    late = RepetitionDone(65.0, Repetition(4.0, 5.0, 65.0, counted=True))
    (frame,) = chosen([late], 70).chosen("bridge")
    assert frame.time_s == pytest.approx(5.0, abs=10.0)


def test_a_repetition_before_any_picture_is_passed_over() -> None:
    chooser = KeyFrameChooser(["bridge"], (640, 480))
    chooser.take({"bridge": [done(1.0)]})
    assert chooser.chosen("bridge") == []
