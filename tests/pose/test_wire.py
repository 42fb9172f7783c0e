import math
import struct
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.skeletons import film, lying, standing

from openlumbar.pose.track import PoseTrack
from openlumbar.pose.wire import (
    FRAME,
    FRAME_BYTES,
    HEADER,
    HEADER_BYTES,
    LANDMARK,
    MOST_FRAMES,
    check_frames,
    pack_frames,
    pack_track,
    picture_positions,
    unpack_frames,
)

NAN, INFINITE = math.nan, math.inf


def track_with_a_gap(count: int = 6) -> PoseTrack:
    track = film([lying(20.0)] * count)
    track.visibility[:] = np.linspace(0, 1, track.visibility.size).reshape(track.visibility.shape)
    for values in (track.image, track.world, track.visibility):
        values[1:2] = NAN
    return track


def changed(offset: int, layout: str, *values: float, count: int = 3) -> bytes:
    message = bytearray(pack_frames(film([standing()] * count)))
    struct.pack_into(layout, message, offset, *values)
    return bytes(message)


def frame_at(number: int) -> int:
    return HEADER_BYTES + number * FRAME_BYTES


def test_the_layout_is_that_of_the_live_protocol() -> None:
    assert (HEADER_BYTES, FRAME_BYTES, LANDMARK.itemsize) == (16, 536, 16)
    message = pack_frames(track_with_a_gap(), first=70_000, light=90)
    assert len(message) == 16 + 6 * 536
    assert struct.unpack_from("<BBBBIHHI", message) == (1, 6, 90, 0, 70_000, 640, 640, 0)


def test_values_are_interleaved_and_little_endian() -> None:
    track = film([standing()] * 2)
    track.visibility[1, 2] = 0.5
    time_s, *landmarks = struct.unpack_from("<d" + "ffhhhH" * 33, pack_frames(track), frame_at(1))
    assert time_s == track.time_s[1]
    x, y, *world, visibility = landmarks[2 * 6 : 3 * 6]
    assert (x, y) == tuple(track.image[1, 2])
    assert world == [round(1e4 * value) for value in track.world[1, 2].tolist()]
    assert visibility == pytest.approx(65535 / 2, abs=1)


def test_where_nobody_is_positions_are_nan_and_the_rest_nothing() -> None:
    frames = np.frombuffer(pack_frames(track_with_a_gap()), FRAME, offset=HEADER_BYTES)
    nobody = frames["landmarks"][1]
    assert np.isnan(nobody["xy"]).all()
    assert not nobody["world"].any()
    assert not nobody["visibility"].any()


def test_frames_come_back_as_they_were_sent() -> None:
    track = track_with_a_gap()
    back = unpack_frames(pack_frames(track))
    assert np.array_equal(back.time_s, track.time_s)
    assert np.array_equal(back.image, track.image, equal_nan=True)
    assert back.world == pytest.approx(track.world, abs=0.51e-4, nan_ok=True)
    assert back.visibility == pytest.approx(track.visibility, abs=0.51 / 65535, nan_ok=True)
    assert back.frame_size.tolist() == [640, 640]
    PoseTrack.from_arrays(vars(back))


def test_a_file_holds_any_number_of_frames() -> None:
    track = film([standing()] * 300)
    packed = pack_track(track)
    assert HEADER.unpack_from(packed)[1] == 0
    assert np.array_equal(unpack_frames(packed).image, track.image)


def test_what_is_farther_than_the_wire_can_say_is_put_at_its_end() -> None:
    track = film([standing()])
    track.world[0, 15] = [5.0, -5.0, 1.0]
    assert unpack_frames(pack_frames(track)).world[0, 15] == pytest.approx([3.2767, -3.2767, 1.0])


def test_positions_are_viewed_where_they_lie() -> None:
    track = film([standing()] * 3)
    message = pack_frames(track)
    assert np.array_equal(picture_positions(message, 3), track.image)
    assert np.array_equal(picture_positions(message, 1, frame_at(2)), track.image[2:])


@pytest.mark.parametrize("count", [1, 3, MOST_FRAMES])
def test_a_message_as_it_should_be_is_found_so(count: int) -> None:
    assert check_frames(pack_frames(film([standing()] * count))) is None
    assert check_frames(memoryview(pack_frames(track_with_a_gap(max(count, 2))))) is None


def test_very_large_positions_are_numbers_too() -> None:
    assert check_frames(changed(frame_at(0) + 8, "<ff", 3e38, 3e38)) is None


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (b"", "length 0"),
        (bytes(15), "length 15"),
        (changed(0, "<B", 2), "kind 2"),
        (changed(1, "<B", 0), "count 0"),
        (changed(1, "<B", 65), "count 65"),
        (changed(1, "<B", 2), "length 1624"),
        (changed(0, "<B", 1)[:-1], "length 1623"),
        (changed(8, "<H", 0), "width 0"),
        (changed(10, "<H", 65535), "height 65535"),
        (changed(frame_at(0), "<d", NAN), "time_s nan"),
        (changed(frame_at(2), "<d", INFINITE), "time_s inf"),
        (changed(frame_at(0), "<d", -INFINITE), "time_s -inf"),
        (changed(frame_at(1), "<d", 0.0), "time_s 0"),
        (changed(frame_at(2) + 8 + 16 * 5, "<f", NAN), "frame 2"),
        (changed(frame_at(1) + 12 + 16 * 32, "<f", INFINITE), "frame 1"),
        (changed(frame_at(0) + 8, "<" + "ff8x" * 33, *[INFINITE] * 66), "frame 0"),
    ],
)
def test_what_breaks_the_protocol_is_named(message: bytes, problem: str) -> None:
    found = check_frames(message)
    assert found is not None
    assert found.startswith(problem)


@given(message=st.binary(max_size=700), count=st.integers(0, 255))
def test_any_bytes_are_answered(message: bytes, count: int) -> None:
    for tried in (message, HEADER.pack(1, count, 0, 0, 0, 640, 480, 0) + message):
        found = check_frames(tried)
        if found is None:
            assert len(unpack_frames(tried)) == count


def test_a_track_of_another_picture_says_so() -> None:
    track = replace(film([standing()]), frame_size=np.array([1280, 720], dtype=np.int32))
    assert unpack_frames(pack_frames(track)).frame_size.tolist() == [1280, 720]
