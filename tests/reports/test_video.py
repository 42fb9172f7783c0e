import errno
import threading
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openlumbar.errors import InputError
from openlumbar.pose.landmarks import Landmark
from openlumbar.pose.video import VideoReader
from openlumbar.reports import video
from openlumbar.reports.overlay import FAULT_COLOUR
from openlumbar.reports.video import AnnotatedVideo, Overlay

SIZE = (640, 360)
NOTHING = Overlay(0, None, None, None, False)
GREY = np.full((360, 640, 3), 128, np.uint8)


def standing(size: tuple[int, int] = SIZE) -> np.ndarray:
    """Place a person facing the camera in the middle of a picture, the left side at the right."""
    image = np.tile(np.array([0.5, 0.2]), (33, 1))
    for name, x, y in [
        ("EAR", 0.03, 0.2),
        ("SHOULDER", 0.08, 0.35),
        ("ELBOW", 0.12, 0.48),
        ("WRIST", 0.13, 0.6),
        ("HIP", 0.05, 0.6),
        ("KNEE", 0.06, 0.75),
        ("ANKLE", 0.06, 0.88),
        ("FOOT_INDEX", 0.08, 0.9),
    ]:
        image[Landmark[f"LEFT_{name}"]] = 0.5 + x, y
        image[Landmark[f"RIGHT_{name}"]] = 0.5 - x, y
    return (image * size).astype(np.float32)


def write(path: Path, times_s: list[float], **changes: object) -> Path:
    overlay = changes.get("overlay", NOTHING)
    assert isinstance(overlay, Overlay)
    with AnnotatedVideo(path, SIZE, 30.0, duration_s=times_s[-1]) as annotated:
        for time_s in times_s:
            annotated.add(time_s, GREY, standing(), np.ones(33, np.float32), overlay)
    return path


def read(path: Path) -> tuple[VideoReader, list[float], list[np.ndarray]]:
    with VideoReader(path) as reader:
        frames = list(reader)
    return reader, [frame.time_s for frame in frames], [frame.rgb for frame in frames]


def encoding_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "openlumbar-encode"]


def test_the_video_plays_anywhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path / "annotated.mp4", [i / 30 for i in range(20)])
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.codec_context.color_range == 1
    content = path.read_bytes()

    assert content.index(b"moov") < content.index(b"mdat")
    assert list(tmp_path.iterdir()) == [path]
    assert capfd.readouterr() == ("", "")
    assert not encoding_threads()


@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(42, 500), min_size=2, max_size=12))
def test_frames_keep_their_own_times(tmp_path_factory: pytest.TempPathFactory, steps_ms: list[int]) -> None:
    times_s = [0.0, *np.cumsum(steps_ms) / 1000]
    reader, read_s, _ = read(write(tmp_path_factory.mktemp("vfr") / "annotated.mp4", times_s))

    assert read_s == pytest.approx(times_s, abs=1e-6)
    assert reader.remark is None


@pytest.mark.parametrize(("fps", "kept"), [(24, 24), (29.97, 30), (30, 30), (60, 30), (240, 30)])
def test_no_more_pictures_are_written_than_can_be_seen(fps: float, kept: int, tmp_path: Path) -> None:
    _, times_s, _ = read(write(tmp_path / "annotated.mp4", [i / fps for i in range(round(fps))]))

    assert len(times_s) == pytest.approx(kept, abs=1)


def test_the_picture_comes_back_with_its_colours(tmp_path: Path) -> None:
    rgb = np.zeros((360, 640, 3), np.uint8)
    rgb[:] = 200, 90, 40
    with AnnotatedVideo(tmp_path / "annotated.mp4", SIZE, 30.0) as annotated:
        for time_s in (0.0, 0.1):
            annotated.add(time_s, rgb, None, None, NOTHING)
    _, _, pictures = read(tmp_path / "annotated.mp4")

    assert np.all(rgb == (200, 90, 40))
    assert np.abs(pictures[0][-100:].astype(int) - (200, 90, 40)).max() <= 6


@pytest.mark.parametrize(
    ("frame_size", "written"),
    [
        ((1280, 720), (1280, 720)),
        ((3840, 2160), (1280, 720)),
        ((1080, 1920), (720, 1280)),
        ((641, 361), (640, 360)),
        ((160, 120), (480, 360)),
        ((4000, 100), (1280, 32)),
    ],
)
def test_sizes_are_even_and_bounded(frame_size: tuple[int, int], written: tuple[int, int], tmp_path: Path) -> None:
    with AnnotatedVideo(tmp_path / "annotated.mp4", frame_size, 30.0, 1.0) as annotated:
        for time_s in (0.0, 0.1):
            annotated.add(time_s, None, standing(frame_size), np.ones(33), Overlay(7, 3, 4, 0.5, True))
    reader, _, _ = read(tmp_path / "annotated.mp4")

    assert reader.info.frame_size == written


def test_landmarks_are_in_true_pixels_whatever_the_size_of_the_picture(tmp_path: Path) -> None:
    frame_size = (1920, 1080)
    for name, rgb in (("small.mp4", GREY), ("none.mp4", None)):
        with AnnotatedVideo(tmp_path / name, frame_size, 30.0) as annotated:
            for time_s in (0.0, 0.1):
                annotated.add(time_s, rgb, standing(frame_size), np.ones(33), NOTHING)
        _, _, pictures = read(tmp_path / name)
        x, y = (standing((1280, 720))[Landmark.LEFT_KNEE]).astype(int)
        red, _, blue = pictures[0][y, x].astype(int)
        assert blue - red > 100


def test_a_failure_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "annotated.mp4"
    path.write_bytes(b"the video of an earlier run")
    with pytest.raises(ZeroDivisionError), AnnotatedVideo(path, SIZE, 30.0) as annotated:
        annotated.add(1 / len(path.suffixes[1:]), GREY, None, None, NOTHING)

    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"the video of an earlier run"
    assert not encoding_threads()


def test_a_full_disk_is_told_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(AnnotatedVideo, "_write", fail)
    expected = r"^annotated\.mp4: cannot be written \(no space left on device\); choose a folder with room for it$"
    with pytest.raises(InputError, match=expected):
        write(tmp_path / "annotated.mp4", [i / 30 for i in range(20)])
    assert list(tmp_path.iterdir()) == []
    assert not encoding_threads()


def test_a_missing_folder_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        AnnotatedVideo(tmp_path / "nowhere" / "annotated.mp4", SIZE, 30.0)
    assert not encoding_threads()


def test_without_a_picture_there_is_no_file(tmp_path: Path) -> None:
    with AnnotatedVideo(tmp_path / "annotated.mp4", SIZE, 30.0):
        pass
    assert list(tmp_path.iterdir()) == []


def test_few_pictures_wait_whatever_the_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written, waiting = 0, []

    def count(*_: object) -> None:
        nonlocal written
        written += 1

    monkeypatch.setattr(AnnotatedVideo, "_write", count)
    with AnnotatedVideo(tmp_path / "annotated.mp4", SIZE, 30.0) as annotated:
        for index in range(200):
            annotated.add(index / 30, GREY, None, None, NOTHING)
            waiting.append(index + 1 - written)

    assert written == 200
    assert max(waiting) <= video._QUEUE_FRAMES + 2


def paint(overlay: Overlay, size: tuple[int, int] = SIZE, time_s: float = 0.5) -> np.ndarray:
    picture = np.full((size[1], size[0], 3), 128, np.uint8)
    video.OverlayPainter(size, None).paint(picture, time_s, overlay)
    return picture


def changed(overlay: Overlay, other: Overlay) -> np.ndarray:
    return np.any(paint(overlay) != paint(other), axis=2)


def test_every_piece_of_the_overlay_shows() -> None:
    plain = Overlay(3, None, None, None, False)
    left, right = (slice(0, 180), slice(0, 230)), (slice(0, 100), slice(540, 640))

    assert changed(Overlay(4, None, None, None, False), plain)[left].any()
    assert changed(Overlay(3, 1, 2, None, False), plain)[left].any()
    assert changed(Overlay(3, 1, 2, None, False), Overlay(3, 2, 1, None, False))[left].any()
    assert changed(Overlay(3, None, None, None, True), plain)[right].any()
    assert not changed(Overlay(3, None, None, None, True), plain)[:, :500].any()
    assert np.any(np.all(paint(Overlay(3, None, None, None, True)) == FAULT_COLOUR, axis=2))


def test_the_hold_ring_fills() -> None:
    filled = [
        int(changed(Overlay(1, None, None, share, False), Overlay(1, None, None, None, False)).sum())
        for share in (0.25, 0.5, 0.75, 1.0, 1.5)
    ]
    assert filled[0] > 100
    assert filled[0] < filled[1] < filled[2] < filled[3] == filled[4]


@pytest.mark.parametrize("count", [0, 9, 10, 99, 100, 12345])
@pytest.mark.parametrize("size", [(360, 640), (1280, 720), (362, 360)])
def test_any_count_stays_inside_its_badge(count: int, size: tuple[int, int]) -> None:
    unit = min(size) / 100
    differs = np.any(
        paint(Overlay(count, None, None, None, False), size) != paint(Overlay(1, None, None, None, False), size),
        axis=2,
    )
    rows, columns = np.nonzero(differs)
    distance = np.hypot(rows - 17 * unit, columns - 17 * unit)

    assert len(distance) or count == 1
    assert distance.max(initial=0) < 13 * unit


def test_the_timeline_remembers_repetitions_and_faults() -> None:
    painter = video.OverlayPainter(SIZE, 10.0)
    strip = []
    for overlay in (NOTHING, Overlay(1, None, None, None, False), Overlay(1, None, None, None, True)):
        picture = np.full((360, 640, 3), 128, np.uint8)
        painter.paint(picture, 5.0, overlay)
        strip.append(picture[310:])

    assert np.any(strip[0] != strip[1], axis=2).sum() > 20
    assert np.any(np.all(strip[2] == FAULT_COLOUR, axis=2))
    assert not np.any(np.all(strip[1] == FAULT_COLOUR, axis=2))


def test_the_sides_of_the_body_differ_without_colour() -> None:
    image = standing((1280, 720))
    picture = video.draw_skeleton(np.zeros((720, 1280, 3), np.uint8), image, np.ones(33))
    bright = picture.max(axis=2) > 100
    y = int(image[[Landmark.LEFT_HIP, Landmark.LEFT_KNEE], 1].mean())

    assert bright[y, 640:].sum() > 1.5 * bright[y, :640].sum() > 0


def test_limbs_hardly_seen_are_faint_and_unseen_ones_left_out() -> None:
    def thigh(visibility: float) -> int:
        seen = np.ones(33)
        seen[Landmark.LEFT_KNEE] = visibility
        picture = video.draw_skeleton(np.zeros_like(GREY), standing(), seen)
        hip, knee = standing()[[Landmark.LEFT_HIP, Landmark.LEFT_KNEE]]
        x, y = ((hip + knee) / 2).astype(int)
        return int(picture[y, x].max())

    assert thigh(0.9) > 200
    assert 50 < thigh(0.3) < 120
    assert thigh(0.05) == 0


def test_drawing_leaves_the_given_picture_alone() -> None:
    rgb = GREY.copy()
    drawn = video.draw_skeleton(rgb, standing(), np.ones(33))

    assert np.array_equal(rgb, GREY)
    assert not np.array_equal(drawn, rgb)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 1e9, -1e30, 2000.0])
def test_lost_landmarks_harm_nothing(value: float) -> None:
    image = standing()
    image[[Landmark.LEFT_WRIST, Landmark.RIGHT_EAR]] = value
    everywhere = np.full((33, 2), value, np.float32)

    assert not np.array_equal(video.draw_skeleton(GREY, image, np.ones(33)), GREY)
    assert video.draw_skeleton(GREY, everywhere, np.full(33, np.nan)).shape == GREY.shape


def test_a_key_frame_becomes_a_small_jpeg() -> None:
    rgb = np.full((720, 1280, 3), (200, 90, 40), np.uint8)
    for width, expected in ((640, (360, 640, 3)), (4000, (720, 1280, 3))):
        decoded = cv2.imdecode(np.frombuffer(video.encode_jpeg(rgb, width), np.uint8), cv2.IMREAD_COLOR_RGB)
        assert decoded.shape == expected
        assert np.abs(decoded.astype(int) - (200, 90, 40)).max() < 5
