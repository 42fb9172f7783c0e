"""Video files: opened with every way of being no video told apart, so that the user gets the remedy."""

import codecs
import re
import stat
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from openlumbar.errors import InputError

MAX_SIDE_PX = 8192
"""Longest side accepted: 8K, beyond any phone's or webcam's video."""
MAX_PIXELS = 64_000_000
"""Largest picture accepted; one in RGB is 192 MB."""

_NEVER_A_RECORDING = frozenset({"concat", "dash", "hls", "applehttp", "rtsp", "sdp", "sap", "tty", "lavfi"})
"""Formats that point to other files or addresses, or draw plain text: a video file never has them."""
_HEAD_BYTES = 4096
_REMEDY = "give a video file such as mp4, mov, mkv, webm or avi"
_COPY_AGAIN = "copy the file again, or record anew"
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")


def open_file(path: Path) -> tuple[InputContainer, VideoStream]:
    """Open a video file and choose its picture stream.

    Raises:
        InputError: when it is missing, unreadable, empty, no video, without pictures, a still picture, coded
            in an unknown way, or absurdly large.
    """
    name = path.name or str(path)
    head = _read_head(path, name)
    known = av.formats_available - _NEVER_A_RECORDING
    options = {"format_whitelist": ",".join(sorted(known)), "protocol_whitelist": "file"}
    try:
        container = av.open(f"file:{path}", options=options, metadata_errors="replace")
    except (av.FFmpegError, UnicodeError):
        raise _not_a_video(name, head) from None
    try:
        return container, _picture_stream(container, name, head)
    except BaseException:
        container.close()
        raise


def stated_duration_s(container: InputContainer, stream: VideoStream) -> float | None:
    """Read how long the pictures last by the file's own words, seconds; None when it does not say."""
    rate = stream.average_rate
    if container.format.name == "avi" and stream.frames and rate:
        return float(stream.frames / rate)  # its duration is guessed from the bytes there are
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if clock := _CLOCK.match(stream.metadata.get("DURATION", "")):
        hours, minutes, seconds = clock.groups()
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    if container.duration and len(container.streams) == 1:
        return container.duration / av.time_base
    return None


def _read_head(path: Path, name: str) -> bytes:
    try:
        kind = path.stat().st_mode
        head = _first_bytes(path) if stat.S_ISREG(kind) else b""
    except PermissionError:
        raise InputError(name, "may not be read", "allow yourself to read it") from None
    except (OSError, ValueError):
        raise InputError(name, "there is no such file", "check the path") from None
    if stat.S_ISDIR(kind):
        raise InputError(name, "is a folder", "name one video file in it")
    if not stat.S_ISREG(kind):
        raise InputError(name, "is not a regular file", _REMEDY)
    if not head:
        raise InputError(name, "is empty (0 bytes)", _COPY_AGAIN)
    return head


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)


def _not_a_video(name: str, head: bytes) -> InputError:
    if head[4:8] == b"ftyp":
        return InputError(name, "its index is missing, the recording or copy was broken off", _COPY_AGAIN)
    if b"\0" in head or not _is_utf8(head):
        return InputError(name, "is not a video that can be read", _REMEDY)
    return InputError(name, "is text, not a video", _REMEDY)


def _is_utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # whose last character may be cut in two
    except UnicodeDecodeError:
        return False
    return True


def _picture_stream(container: InputContainer, name: str, head: bytes) -> VideoStream:
    format_name = container.format.name
    if format_name.endswith("_pipe") or format_name == "image2":
        raise InputError(name, "is a still picture", "give a video of the whole exercise")
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        if container.streams.audio:
            raise InputError(name, "holds sound but no pictures", _REMEDY)
        raise _not_a_video(name, head)
    best = container.streams.best("video")
    stream = best if isinstance(best, VideoStream) and best in streams else streams[0]
    if stream.codec_context is None:
        raise InputError(name, "its pictures are coded in an unknown way", "convert it to mp4 with H.264")
    width, height = stream.codec_context.width, stream.codec_context.height
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_PIXELS:
        problem = f"its pictures are {width} × {height} px, more than {MAX_SIDE_PX} px a side or 64 megapixels"
        raise InputError(name, problem, "record or convert it at 1920 × 1080")
    return stream
