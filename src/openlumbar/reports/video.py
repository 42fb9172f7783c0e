"""The annotated video: the recording with figure, count, hold, sides and faults, in the recording's own time."""

import contextlib
import queue
import threading
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.video.stream import VideoStream

from openlumbar.errors import InputError
from openlumbar.reports.figure import RgbArray, draw_skeleton, encode_jpeg, paint_skeleton
from openlumbar.reports.overlay import Overlay, OverlayPainter

__all__ = ["AnnotatedVideo", "Overlay", "draw_skeleton", "encode_jpeg"]

MAX_SIDE_PX = 1280
"""Longest side written."""
MAX_FPS = 30
"""Pictures written per second at most: 60 a second cost twice the time and show nothing more."""

_MIN_SIDE_PX = 360  # a smaller picture is enlarged, else numerals turn to blocks
_QUEUE_FRAMES = 16  # two chunks of the analysis: with fewer, inference waits while a chunk is written
_TICKS_PER_S = 1000
_EARLY_S = 0.008  # half a frame at 60 a second: an early frame of a jittery 30 still counts as one of 30
_BACKGROUND = (52, 66, 80)  # dark enough that white lines stand out
_OPTIONS = {"preset": "ultrafast", "crf": "28", "g": "60"}  # a third of veryfast's time, five times its size
_THREADS = 1  # more cost a tenth more CPU and are not faster on pictures this small
_BT601 = 6  # SMPTE 170M in FFmpeg's numbering, what cv2 converts to
_LIMITED_RANGE = 1


@dataclass(frozen=True, eq=False)
class _Moment:
    time_s: float
    rgb: RgbArray | None
    image: npt.NDArray[np.floating] | None
    visibility: npt.NDArray[np.floating] | None
    overlay: Overlay


class AnnotatedVideo:
    """Writes an H.264 mp4 on its own thread, in constant memory, whole or not at all."""

    def __init__(self, path: Path, frame_size: tuple[int, int], fps: float, duration_s: float | None = None) -> None:
        """Begin a video of pictures of `frame_size` (true pixels), with a timeline if its length is known.

        Raises:
            InputError: when the file cannot be written.
        """
        self._path, self._partial = path, path.with_name(path.name + ".part")
        self._frame_size, self._size = frame_size, _written_size(frame_size)
        width, height = self._size  # one picture for all: fresh memory costs more than drawing
        self._picture = np.empty((height, width, 3), np.uint8)
        self._yuv = np.empty((height * 3 // 2, width), np.uint8)
        self._painter = OverlayPainter(self._size, duration_s)
        self._failure: Exception | None = None
        self._due_s, self._last_tick = 0.0, -1
        try:
            self._container = av.open(str(self._partial), "w", format="mp4", options={"movflags": "faststart"})
            self._stream = self._add_stream(fps)
            self._container.start_encoding()
        except (av.FFmpegError, OSError) as error:
            raise self._explained(error) from None
        self._queue: queue.Queue[_Moment | None] = queue.Queue(_QUEUE_FRAMES)
        self._worker = threading.Thread(target=self._work, name="openlumbar-encode", daemon=True)
        self._worker.start()

    def __enter__(self) -> Self:
        """Return the open video."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the video; after an error leave nothing behind."""
        if error is None:
            self.close()
        else:
            self._discard()

    def add(
        self,
        time_s: float,
        rgb: RgbArray | None,
        image: npt.NDArray[np.floating] | None,
        visibility: npt.NDArray[np.floating] | None,
        overlay: Overlay,
    ) -> None:
        """Append a moment; those closer than `MAX_FPS` allows are left out.

        Args:
            time_s: seconds from the first frame, increasing.
            rgb: (H, W, 3) uint8 of any size, or None to draw on a plain ground.
            image: (33, 2) landmarks in true pixels of `frame_size`, or None.
            visibility: (33,) 0–1, or None.
            overlay: what is known at this moment.

        Raises:
            InputError: when writing has failed, for example on a full disk.
        """
        if self._failure is not None:
            raise self._explained(self._failure)
        if time_s >= self._due_s - _EARLY_S:
            self._due_s = max(self._due_s + 1 / MAX_FPS, time_s)
            self._queue.put(_Moment(time_s, rgb, image, visibility, overlay))

    def close(self) -> None:
        """Finish the file; without any picture there is none. A second call does nothing.

        Raises:
            InputError: when it cannot be written.
        """
        if not self._worker.is_alive():
            return
        self._stop()
        try:
            if self._failure is None and self._last_tick >= 0:
                self._container.mux(self._stream.encode(None))
                self._container.close()
                self._partial.replace(self._path)
        except (av.FFmpegError, OSError) as error:
            self._failure = error
        self._remove()
        if self._failure is not None:
            raise self._explained(self._failure)

    def _discard(self) -> None:
        if self._worker.is_alive():
            self._stop()
        self._remove()

    def _stop(self) -> None:
        self._queue.put(None)
        self._worker.join()

    def _remove(self) -> None:
        with contextlib.suppress(av.FFmpegError, OSError):
            self._container.close()
        self._partial.unlink(missing_ok=True)

    def _explained(self, error: Exception) -> Exception:
        if not isinstance(error, (av.FFmpegError, OSError)):
            return error
        reason = (error.strerror or "unknown reason").lower()
        return InputError(self._path.name, f"cannot be written ({reason})", "choose a folder with room for it")

    def _add_stream(self, fps: float) -> VideoStream:
        rate = Fraction(min(fps, MAX_FPS)).limit_denominator(1001)
        stream = self._container.add_stream("libx264", rate=rate, options=_OPTIONS)
        stream.width, stream.height = self._size
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        stream.time_base = context.time_base = Fraction(1, _TICKS_PER_S)
        context.thread_count = _THREADS
        context.colorspace = context.color_primaries = context.color_trc = _BT601
        context.color_range = _LIMITED_RANGE
        return stream

    def _work(self) -> None:
        while (moment := self._queue.get()) is not None:
            if self._failure is None:
                try:
                    self._write(moment)
                except Exception as error:  # noqa: BLE001 - whatever fails here must reach the caller's thread
                    self._failure = error

    def _write(self, moment: _Moment) -> None:
        tick = round(moment.time_s * _TICKS_PER_S)
        if tick <= self._last_tick:
            return
        self._last_tick = tick
        picture = self._picture
        self._lay_ground(moment.rgb)
        if moment.image is not None and moment.visibility is not None:
            image = moment.image * (np.array(self._size) / self._frame_size)
            paint_skeleton(picture, image, moment.visibility)
        self._painter.paint(picture, moment.time_s, moment.overlay)
        cv2.cvtColor(picture, cv2.COLOR_RGB2YUV_I420, dst=self._yuv)
        frame = av.VideoFrame.from_ndarray(self._yuv, format="yuv420p")
        frame.pts, frame.time_base = tick, Fraction(1, _TICKS_PER_S)
        self._container.mux(self._stream.encode(frame))

    def _lay_ground(self, rgb: RgbArray | None) -> None:
        if rgb is None:
            self._picture[:] = _BACKGROUND
        elif rgb.shape == self._picture.shape:
            np.copyto(self._picture, rgb)
        else:
            way = cv2.INTER_AREA if rgb.shape[0] > self._size[1] else cv2.INTER_LINEAR
            cv2.resize(rgb, self._size, dst=self._picture, interpolation=way)


def _written_size(frame_size: tuple[int, int]) -> tuple[int, int]:
    factor = min(MAX_SIDE_PX / max(frame_size), max(1.0, _MIN_SIDE_PX / min(frame_size)))
    width, height = (max(2, 2 * round(side * factor / 2)) for side in frame_size)
    return width, height
