import csv
import errno
import hashlib
import threading
import wave
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media import Recipe, corners, picture, write_video
from openlumbar.errors import InputError
from openlumbar.pose import camera, container, video
from openlumbar.pose.video import Frame, VideoReader, sha256_of

AVI = {"time_base_s": Fraction(1, 25)}
KINDS = {
    "h264.mp4": Recipe(),
    "h264.mov": Recipe(with_sound=True),
    "b-frames.mp4": Recipe(codec_options={"bf": "3"}, with_sound=True),
    "fragments.mp4": Recipe(container_options={"movflags": "frag_keyframe+empty_moov"}),
    "hevc.mp4": Recipe("libx265"),
    "h264.mkv": Recipe(with_sound=True),
    "vp9.webm": Recipe("libvpx-vp9", with_sound=True),
    "h264.ts": Recipe(with_sound=True),
    "mpeg4.avi": Recipe("mpeg4", **AVI, with_sound=True),
    "mjpeg.avi": Recipe("mjpeg", **AVI, pixel_format="yuvj420p"),
    "b-frames.avi": Recipe(**AVI, codec_options={"bf": "2"}),
    "palette.gif": Recipe("gif", pixel_format="rgb8"),
    "ten-bit.mp4": Recipe(pixel_format="yuv420p10le"),
    "ten-bit-hevc.mp4": Recipe("libx265", pixel_format="yuv420p10le"),
    "alpha.mkv": Recipe("ffv1", pixel_format="bgra"),
    "odd.mkv": Recipe("ffv1", size=(63, 47), pixel_format="yuv444p"),
    "interlaced.mp4": Recipe(codec_options={"x264-params": "interlaced=1"}),
    "ticks.mp4": Recipe(time_base_s=Fraction(1, 90_000)),
    "coarse.mkv": Recipe(time_base_s=Fraction(1, 25)),
}


def read(path: Path) -> tuple[VideoReader, list[Frame]]:
    with VideoReader(path) as reader:
        return reader, list(reader)


def decoding_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "openlumbar-decode"]


@pytest.mark.parametrize("name", KINDS)
def test_reads_every_common_container_and_codec(name: str, tmp_path: Path) -> None:
    recipe = KINDS[name]
    reader, frames = read(write_video(tmp_path / name, recipe))

    assert [frame.time_s for frame in frames] == pytest.approx(list(recipe.times_s), abs=1e-3)
    assert reader.info.name == name
    assert reader.info.frame_size == reader.picture_size == recipe.size
    assert reader.info.fps == pytest.approx(25, rel=0.02)
    assert reader.frame_count == reader.info.frame_count_estimate == len(recipe.times_s)
    assert reader.info.duration_s == pytest.approx(0.48, abs=0.05)
    assert all(frame.rgb.dtype == np.uint8 and frame.rgb.flags.c_contiguous for frame in frames)
    brightness = [frame.rgb.mean() for frame in frames]
    assert brightness == sorted(brightness)
    assert brightness[-1] > 2 * brightness[0]
    assert corners(frames[-1].rgb) == ("R", "G", "B", "W")
    assert (reader.truncated, reader.damaged_count, reader.remark) == (False, 0, None)


def test_grey_pictures_become_rgb(tmp_path: Path) -> None:
    _, frames = read(write_video(tmp_path / "grey.mkv", Recipe("ffv1", pixel_format="gray")))

    assert frames[0].rgb.shape == (48, 64, 3)
    assert np.all(frames[0].rgb[..., 0] == frames[0].rgb[..., 2])


def test_a_stream_without_times_gets_even_ones_and_says_so(tmp_path: Path) -> None:
    reader, frames = read(write_video(tmp_path / "raw.h264", Recipe(time_base_s=Fraction(1, 25))))

    steps = np.diff([frame.time_s for frame in frames])
    assert steps == pytest.approx(np.full(11, 1 / reader.info.fps))
    assert reader.remark == "raw.h264: frames without a usable time that got a likely one: 12"


# turned counterclockwise first, then mirrored left to right, as FFmpeg composes its display matrix
ORIENTATIONS = {
    (0, False): "RGBW",
    (90, False): "GWRB",
    (180, False): "WBGR",
    (270, False): "BRWG",
    (0, True): "GRWB",
    (90, True): "WGBR",
    (180, True): "BWRG",
    (270, True): "RBGW",
}


@pytest.mark.parametrize(("turn_deg", "mirrored"), ORIENTATIONS)
def test_the_display_matrix_is_applied(turn_deg: int, mirrored: bool, tmp_path: Path) -> None:
    recipe = Recipe(size=(96, 48), turn_deg=turn_deg, mirrored=mirrored)
    reader, frames = read(write_video(tmp_path / "turned.mp4", recipe))

    width, height = (48, 96) if turn_deg % 180 else (96, 48)
    assert reader.info.frame_size == (width, height)
    assert frames[0].rgb.shape == (height, width, 3)
    assert "".join(corners(frames[0].rgb)) == ORIENTATIONS[turn_deg, mirrored]


@pytest.mark.parametrize(("tag", "expected"), [("90", "BRWG"), ("180", "WBGR"), ("270", "GWRB"), ("x", "RGBW")])
def test_the_old_rotate_tag_turns_clockwise(tag: str, expected: str, tmp_path: Path) -> None:
    _, frames = read(write_video(tmp_path / "tagged.mkv", Recipe(tags={"rotate": tag})))

    assert "".join(corners(frames[0].rgb)) == expected


@pytest.mark.parametrize(("shape", "size"), [(Fraction(4, 3), (85, 48)), (Fraction(1, 2), (32, 48))])
def test_pixels_become_square(shape: Fraction, size: tuple[int, int], tmp_path: Path) -> None:
    reader, frames = read(write_video(tmp_path / "wide.mp4", Recipe(pixel_shape=shape)))

    assert reader.info.frame_size == size
    assert frames[0].rgb.shape[:2] == size[::-1]


def test_pixels_become_square_before_they_are_turned(tmp_path: Path) -> None:
    reader, _ = read(write_video(tmp_path / "both.mp4", Recipe(pixel_shape=Fraction(2), turn_deg=90)))

    assert reader.info.frame_size == (48, 128)


def test_large_pictures_are_made_smaller_and_the_scale_leads_back(tmp_path: Path) -> None:
    path = write_video(tmp_path / "large.mp4", Recipe(size=(1920, 200), times_s=(0.0, 0.04)))
    reader, frames = read(path)

    assert reader.info.frame_size == (1920, 200)
    assert reader.picture_size == (1280, 133)
    assert frames[0].rgb.shape == (133, 1280, 3)
    assert np.multiply(reader.picture_size, reader.scale) == pytest.approx((1920, 200))


def test_a_size_that_changes_midway_is_fitted_in(tmp_path: Path) -> None:
    small = write_video(tmp_path / "a.ts", Recipe(size=(32, 48))).read_bytes()
    whole = tmp_path / "changing.ts"
    whole.write_bytes(write_video(tmp_path / "b.ts", Recipe(size=(64, 48))).read_bytes() + small)
    _, frames = read(whole)

    assert len(frames) == 24
    assert {frame.rgb.shape for frame in frames} == {(48, 64, 3)}
    assert frames[-1].rgb[:, :16].max() == 0
    assert corners(frames[-1].rgb[:, 16:48]) == ("R", "G", "B", "W")
    times_s = [frame.time_s for frame in frames]
    assert times_s == sorted(set(times_s))


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=15))
def test_variable_frame_rates_keep_their_times(tmp_path_factory: pytest.TempPathFactory, steps_ms: list[int]) -> None:
    times_s = [0.0, *np.cumsum(steps_ms) / 1000]
    path = tmp_path_factory.mktemp("vfr") / "phone.mp4"
    _, frames = read(write_video(path, Recipe(times_s=times_s, codec_options={"bf": "2"})))

    assert [frame.time_s for frame in frames] == pytest.approx(times_s, abs=1e-3)


def test_times_start_at_the_first_frame(tmp_path: Path) -> None:
    times_s = [5 + i / 25 for i in range(12)]
    _, frames = read(write_video(tmp_path / "late.mkv", Recipe(times_s=times_s)))

    assert [frame.time_s for frame in frames] == pytest.approx([i / 25 for i in range(12)], abs=2e-3)


WHOLE = {
    "cut.mp4": Recipe(times_s=[i / 25 for i in range(50)], container_options={"movflags": "faststart"}),
    "cut.mkv": Recipe(times_s=[i / 25 for i in range(50)]),
    "cut.webm": Recipe("libvpx-vp9", times_s=[i / 25 for i in range(50)], with_sound=True),
    "cut.avi": Recipe("mjpeg", times_s=[i / 25 for i in range(50)], **AVI, pixel_format="yuvj420p"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_truncated_file_is_read_up_to_the_cut_and_says_so(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = write_video(tmp_path / name, WHOLE[name])
    _, whole = read(path)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 7 // 10])
    reader, frames = read(path)

    assert 5 < len(frames) < 45
    at = {frame.time_s: frame.rgb.astype(int) for frame in whole}  # the cut may take a B-frame before the last
    assert [frame.time_s for frame in frames[:-3]] == list(at)[: len(frames) - 3]
    assert all(np.abs(at[frame.time_s] - frame.rgb).mean() < 3 for frame in frames)
    assert reader.truncated
    assert f"{name}: the file breaks off, read as far as it goes: {frames[-1].time_s:.1f} s of 2.0 s" in str(
        reader.remark
    )
    assert capfd.readouterr().err == ""


def test_a_damaged_middle_is_left_out_and_counted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    recipe = Recipe("mjpeg", **AVI, pixel_format="yuvj420p")
    path = write_video(tmp_path / "damaged.avi", recipe)
    head, movie = path.read_bytes().split(b"movi", 1)
    chunks = movie.split(b"00dc")
    chunks[5] = chunks[5][:4] + bytes(len(chunks[5]) - 4)
    path.write_bytes(head + b"movi" + b"00dc".join(chunks))
    reader, frames = read(path)

    kept = [time_s for i, time_s in enumerate(recipe.times_s) if i != 4]
    assert [frame.time_s for frame in frames] == pytest.approx(kept)
    assert reader.remark == "damaged.avi: damaged pictures left out: 1"
    assert not reader.truncated
    assert capfd.readouterr().err == ""


def write_sound(path: Path) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000))


def write_still(path: Path) -> None:
    path.write_bytes(cv2.imencode(".jpg", picture((64, 48)))[1].tobytes())


def write_without_index(path: Path) -> None:
    content = write_video(path).read_bytes()
    path.write_bytes(content[: content.index(b"moov") - 4])


def write_header_only(path: Path) -> None:
    content = write_video(path, Recipe(container_options={"movflags": "faststart"})).read_bytes()
    path.write_bytes(content[: content.index(b"mdat") + 4])


def write_unknown_codec(path: Path) -> None:
    content = write_video(path, Recipe("mjpeg", **AVI, pixel_format="yuvj420p")).read_bytes()
    path.write_bytes(content.replace(b"MJPG", b"ZZZZ"))


BAD = {
    "missing.mp4": (Path.exists, "there is no such file; check the path"),
    "nul\0.mp4": (Path.exists, "there is no such file; check the path"),
    "folder.mp4": (lambda path: path.mkdir(), "is a folder; name one video file in it"),
    "empty.mp4": (lambda path: path.touch(), "is empty (0 bytes); copy the file again, or record anew"),
    "text.mp4": (lambda path: path.write_text("腰椎间盘 " * 2000), "is text, not a video; give a video file"),
    "page.ts": (lambda path: path.write_text("<html>not found</html>"), "is text, not a video; give a video"),
    "list.mp4": (lambda path: path.write_text("ffconcat version 1.0\nfile x.mp4\n"), "is text, not a video"),
    "list.m3u8": (lambda path: path.write_text("#EXTM3U\n#EXTINF:2,\nx.ts\n"), "is text, not a video"),
    "note.txt": (lambda path: path.write_text("hello\n" * 99), "is text, not a video"),
    "random.mp4": (lambda path: path.write_bytes(np.random.default_rng(7).bytes(99_999)), "is not a video"),
    "zeros.mov": (lambda path: path.write_bytes(bytes(9999)), "is not a video that can be read; give a"),
    "sound.wav": (write_sound, "holds sound but no pictures; give a video file such as mp4"),
    "still.jpg": (write_still, "is a still picture; give a video of the whole exercise"),
    "still.mp4": (write_still, "is a still picture; give a video of the whole exercise"),
    "single.mp4": (
        lambda path: write_video(path, Recipe(times_s=[0.0])),
        "holds a single picture; give a video",
    ),
    "none.mkv": (lambda path: write_video(path, Recipe(times_s=[])), "is not a video that can be read; give"),
    "no-index.mp4": (write_without_index, "its index is missing, the recording or copy was broken off; copy"),
    "header.mp4": (write_header_only, "no picture in it can be read; copy the file again, or record anew"),
    "codec.avi": (
        write_unknown_codec,
        "its pictures are coded in an unknown way; convert it to mp4 with H.264",
    ),
    "huge.mp4": (
        lambda path: write_video(path, Recipe(size=(8208, 16), times_s=(0.0, 0.1))),
        "its pictures are 8208 × 16 px, more than 8192 px a side or 64 megapixels; record or convert it",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_line_with_the_remedy(name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    make, expected = BAD[name]
    make(tmp_path / name)
    with pytest.raises(InputError) as caught:
        VideoReader(tmp_path / name)

    assert str(caught.value).startswith(f"{name}: {expected}")
    assert "\n" not in str(caught.value)
    assert caught.value.remedy
    assert capfd.readouterr() == ("", "")
    assert not decoding_threads()


def test_a_file_that_may_not_be_read_is_said_to_be_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    path = write_video(tmp_path / "private.mp4")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"^private\.mp4: may not be read; allow yourself to read it$"):
        VideoReader(path)


def test_too_many_pixels_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_video(tmp_path / "many.mp4")
    monkeypatch.setattr(container, "MAX_PIXELS", 64 * 48 - 1)
    with pytest.raises(InputError, match="64 × 48 px"):
        VideoReader(path)


def test_leaving_early_stops_the_thread(tmp_path: Path) -> None:
    path = write_video(tmp_path / "long.mp4", Recipe(times_s=[i / 25 for i in range(60)]))
    with VideoReader(path) as reader:
        frames = iter(reader)
        next(frames)
        assert len(decoding_threads()) == 1
    assert not decoding_threads()
    assert list(reader) == []

    for _ in VideoReader(path):
        break
    assert not decoding_threads()

    with pytest.raises(ZeroDivisionError), VideoReader(path) as reader:
        assert [1 / frame.time_s for frame in reader]
    assert not decoding_threads()


def test_few_pictures_are_held_whatever_the_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = 0

    class Counting(video.Upright):
        def __call__(self, picture: av.VideoFrame) -> np.ndarray:
            nonlocal made
            made += 1
            return super().__call__(picture)

    monkeypatch.setattr(video, "Upright", Counting)
    path = write_video(tmp_path / "long.mp4", Recipe(times_s=[i / 25 for i in range(100)]))
    with VideoReader(path) as reader:
        held = [made - reader.frame_count for _ in reader]

    assert made == 100
    assert max(held) <= 6


def test_a_failure_while_decoding_reaches_the_caller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("no room")

    monkeypatch.setattr(video.Upright, "__call__", fail)
    with (
        VideoReader(write_video(tmp_path / "clip.mp4")) as reader,
        pytest.raises(MemoryError, match="no room"),
    ):
        list(reader)
    assert not decoding_threads()


def test_the_checksum_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(range(256)) * 5000)

    assert sha256_of(path) == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def linux_camera(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """Let a file play the first camera of a Linux machine; return what was asked of it."""
    path, asked, original = write_video(tmp_path / "webcam.mkv"), [], av.open

    def play(address: str, options: dict[str, str], **rest: object) -> av.container.InputContainer:
        assert rest == {"format": "v4l2", "timeout": 10.0}
        asked.append((address, options))
        if options.get("input_format") == "mjpeg":
            raise av.FFmpegError(errno.EINVAL, "Invalid argument")
        return original(str(path))

    monkeypatch.setattr(camera, "sys", SimpleNamespace(platform="linux"))
    monkeypatch.setattr(camera.av, "open", play)
    return asked


def test_a_camera_is_asked_for_what_it_can(linux_camera: list[tuple[str, dict[str, str]]]) -> None:
    with VideoReader("camera:0") as reader:
        frames = list(reader)

    assert [address for address, _ in linux_camera] == ["/dev/video0", "/dev/video0"]
    assert "input_format" not in linux_camera[1][1]
    assert (reader.info.name, reader.info.duration_s, reader.info.frame_count_estimate) == (
        "camera:0",
        None,
        None,
    )
    assert frames
    assert not reader.truncated


@pytest.mark.usefixtures("linux_camera")
def test_from_a_camera_the_newest_pictures_win() -> None:
    with VideoReader("camera:0") as reader:
        reader._work()  # nobody takes pictures meanwhile
        held = list(reader._queue.queue)

    assert len(held) == 4
    assert held[-1] is None
    assert held[-2].time_s == pytest.approx(0.44)


REFUSALS = {
    errno.ENOENT: "there is no such camera; plug it in",
    errno.EBUSY: "another program uses it; close the other program",
    errno.EACCES: "may not be used; allow the camera for this program",
    errno.EIO: "sends no picture; plug it in again",
}


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_camera_that_cannot_be_used_says_why(code: int, platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise av.FFmpegError(code, "refused")

    monkeypatch.setattr(camera, "sys", SimpleNamespace(platform=platform))
    monkeypatch.setattr(camera.av, "open", refuse)
    with pytest.raises(InputError) as caught:
        VideoReader("camera:0")
    assert str(caught.value).startswith(f"camera:0: {REFUSALS[code]}")


def test_a_windows_camera_is_found_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    devices = [
        SimpleNamespace(name="Microphone", media_types=["audio"]),
        SimpleNamespace(name="Webcam", media_types=["video"]),
    ]
    monkeypatch.setattr(camera.av, "enumerate_input_devices", {"dshow": devices}.get)

    assert camera._address("dshow", 0, "camera:0") == "video=Webcam"
    with pytest.raises(InputError, match="there is no such camera"):
        camera._address("dshow", 1, "camera:1")


@pytest.mark.parametrize("source", ["camera:", "camera:x", "camera:-1", "camera:²"])
def test_a_camera_has_a_number(source: str) -> None:
    with pytest.raises(InputError, match="write camera:0 for the first camera"):
        VideoReader(source)


@pytest.mark.clips
def test_real_clips_give_all_their_frames(data_dir: Path) -> None:
    with (data_dir / "videos" / "truth.csv").open() as table:
        truth = {row["file"]: row for row in csv.DictReader(table)}
    for name, row in truth.items():
        with VideoReader(data_dir / "videos" / name) as reader:
            assert sum(1 for _ in reader) == int(row["n_frames"])

        assert reader.info.frame_size == (int(row["width"]), int(row["height"]))
        assert reader.info.fps == pytest.approx(float(row["fps"]), abs=0.01)
        assert reader.remark is None
