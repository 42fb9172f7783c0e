"""Webcams by number, through the system's own capture interface."""

import errno
import sys
from collections.abc import Iterator

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from openlumbar.errors import InputError

_INTERFACES = {"linux": "v4l2", "darwin": "avfoundation", "win32": "dshow"}
_MODES: tuple[dict[str, str], ...] = (
    {"video_size": "1280x720", "framerate": "30", "input_format": "mjpeg"},
    {"video_size": "1280x720", "framerate": "30"},
    {"framerate": "30"},
    {},
)
"""Wishes, best first; a webcam sends 720p at 30 frames a second over USB 2 only as motion JPEG."""
_TIMEOUT_S = 10.0  # a sleeping webcam wakes within a few seconds
_FINAL = {errno.ENOENT, errno.ENODEV, errno.ENXIO, errno.EBUSY, errno.EACCES, errno.EPERM}
_CLOSE_OTHERS = "close the other program (a video call, a browser tab)"
_ALLOW = "allow the camera for this program in the system's privacy settings (on Linux: join the group video)"


def open_camera(source: str) -> tuple[InputContainer, VideoStream]:
    """Open a webcam named `camera:N`.

    Raises:
        InputError: when the name is wrong, or the camera is absent, busy or not allowed.
    """
    number = source.partition(":")[2]
    if not number.isascii() or not number.isdigit():
        raise InputError(source, "is not a camera's name", "write camera:0 for the first camera")
    interface = _INTERFACES.get(sys.platform)
    if interface is None:
        raise InputError(source, f"cameras are not supported on {sys.platform}", "give a video file")
    address, error = _address(interface, int(number), source), None
    for mode in _modes(interface):
        try:
            container = av.open(address, format=interface, options=mode, timeout=_TIMEOUT_S)
        except (av.FFmpegError, OSError) as failure:
            error = failure
            if failure.errno in _FINAL:
                break
        else:
            return container, container.streams.video[0]
    raise _refusal(source, error)


def _modes(interface: str) -> Iterator[dict[str, str]]:
    for mode in _MODES:
        if interface == "v4l2" or "input_format" not in mode:
            yield mode


def _address(interface: str, number: int, source: str) -> str:
    if interface == "v4l2":
        return f"/dev/video{number}"
    if interface == "avfoundation":
        return f"{number}:none"
    try:
        devices = av.enumerate_input_devices(interface)
    except av.FFmpegError:
        devices = []
    cameras = [device for device in devices if "video" in device.media_types]
    if number >= len(cameras):
        raise _absent(source)
    return f"video={cameras[number].name}"


def _absent(source: str) -> InputError:
    return InputError(source, "there is no such camera", "plug it in, or give another number or a video file")


def _refusal(source: str, error: av.FFmpegError | OSError | None) -> InputError:
    code = error.errno if error else None
    if code in {errno.ENOENT, errno.ENODEV, errno.ENXIO}:
        return _absent(source)
    if code == errno.EBUSY:
        return InputError(source, "another program uses it", _CLOSE_OTHERS)
    if code in {errno.EACCES, errno.EPERM}:
        return InputError(source, "may not be used", _ALLOW)
    return InputError(source, "sends no picture", f"plug it in again, {_CLOSE_OTHERS}, or {_ALLOW}")
