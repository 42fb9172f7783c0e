"""A form with a recording, in whatever pieces it arrives; what is no such form; what does not fit."""

import errno
import os
import stat
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openlumbar.apps.web import receiving
from openlumbar.apps.web.receiving import NoFormError, NoRoomError, Receiver, TooLargeError, shown_name, stored_name
from openlumbar.errors import InputError

BOUNDARY = "----a-b"
KIND = f"multipart/form-data; boundary={BOUNDARY}"
CONTENT = bytes(range(256)) * 20 + b"\r\n------a-\r\n"


def form(*parts: tuple[str, str | None, bytes]) -> bytes:
    """Write a form: (name, file's name or None, content) each."""
    body = b""
    for name, file, content in parts:
        named = "" if file is None else f'; filename="{file}"'
        body += (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + content + b"\r\n"
        )
    return body + f"--{BOUNDARY}--\r\n".encode()


BODY = form(("exercise", None, b"bridge"), ("keep", None, b" yes "), ("file", "Übung 1.MP4", CONTENT))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sets(st.integers(1, len(BODY) - 1), max_size=12))
def test_a_form_may_arrive_in_any_pieces(tmp_path: Path, cuts: set[int]) -> None:
    receiver = Receiver(tmp_path, KIND, len(BODY))
    edges = [0, *sorted(cuts), len(BODY)]
    for start, stop in pairwise(edges):
        receiver.write(BODY[start:stop])
    file = receiver.finish()
    assert receiver.fields == {"exercise": "bridge", "keep": "yes"}
    assert (receiver.name, receiver.size) == ("Übung 1.MP4", len(CONTENT))
    assert file.read_bytes() == CONTENT
    assert stat.S_IMODE(file.stat().st_mode) == 0o600 or os.name == "nt"
    receiver.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "multipart/form-data", f"multipart/form-data; boundary={'x' * 300}"]
)
def test_what_is_no_form_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(NoFormError):
        Receiver(tmp_path, kind, None)


@pytest.mark.parametrize(
    "body",
    [
        BODY[:-30],
        b"",
        b"nonsense",
        form(("file", "a.mp4", b"1"), ("file", "b.mp4", b"2")),
        form(*((f"field{number}", None, b"1") for number in range(40))),
        form(("level", None, b"x" * 5000)),
        b"--" + BOUNDARY.encode() + b"\r\nX: " + b"y" * 100_000,
    ],
    ids=["broken off", "empty", "nonsense", "two files", "many fields", "a long field", "a long header"],
)
def test_a_damaged_form_is_refused_and_leaves_nothing(tmp_path: Path, body: bytes) -> None:
    receiver = Receiver(tmp_path, KIND, None)

    def take() -> Path:
        for start in range(0, len(body), 1000):
            receiver.write(body[start : start + 1000])
        return receiver.finish()

    with pytest.raises(NoFormError):
        take()
    receiver.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("body", [form(("exercise", None, b"bridge")), form(("file", "", b""))])
def test_a_form_without_a_recording_says_so(tmp_path: Path, body: bytes) -> None:
    receiver = Receiver(tmp_path, KIND, None)
    receiver.write(body)
    with pytest.raises(InputError, match="choose a video"):
        receiver.finish()


@pytest.mark.parametrize("told", [True, False])
def test_what_is_too_large_is_refused_before_or_while_it_arrives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    monkeypatch.setattr(receiving, "LARGEST_BYTES", 1000)
    with pytest.raises(TooLargeError):
        Receiver(tmp_path, KIND, len(BODY) if told else None).write(BODY)


@pytest.mark.parametrize("told", [True, False])
def test_what_does_not_fit_on_the_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: bool) -> None:
    monkeypatch.setattr(receiving, "SPARE_BYTES", 2**62)
    with pytest.raises(NoRoomError):
        Receiver(tmp_path, KIND, len(BODY) if told else None).write(BODY)


def test_a_disk_that_fills_up_meanwhile_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(NoRoomError):
        Receiver(tmp_path, KIND, None).write(BODY)


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("clip.mp4", "clip.mp4"),
        ("C:\\videos\\clip.mp4", "clip.mp4"),
        ("../../etc/passwd", "passwd"),
        ("a\x00b\r\n.mp4", "ab.mp4"),
        (f"{'长' * 200}.mp4", f"{'长' * 116}.mp4"),
        ("x" * 200, "x" * 120),
        ("  ", ""),
    ],
)
def test_a_name_is_made_fit_to_be_shown(given_name: str, shown: str) -> None:
    assert shown_name(given_name) == shown


@given(st.text())
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    stored = stored_name(shown_name(name))
    assert stored == "recording" or (stored.startswith("recording.") and stored.isascii() and stored.isprintable())
    assert "/" not in stored
    assert "\\" not in stored


def test_a_track_keeps_the_ending_that_tells_it() -> None:
    assert stored_name("a.pose.npz") == stored_name("A.NPZ") == "recording.pose.npz"
    assert stored_name("a.MOV") == "recording.mov"
    assert stored_name("a.m3u8") == stored_name("a") == "recording"
