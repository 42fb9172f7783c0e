"""Pixels in: one reader for files and webcams, with exact times, upright pictures and bounded memory.

A reader decodes on its own thread (PyAV releases the GIL) into a queue of a few frames, so memory does not
grow with a clip's length and pose inference rarely waits. What a file cannot give is said: bad input raises
`InputError` when the reader is made, and `remark` tells after the last frame what was missing or repaired.
"""

import contextlib
import hashlib
import itertools
import queue
import threading
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.video.stream import VideoStream

from openlumbar.errors import InputError
from openlumbar.pose.camera import open_camera
from openlumbar.pose.container import MAX_PIXELS, open_file, stated_duration_s
from openlumbar.pose.picture import Upright
from openlumbar.pose.timeline import Timeline

RgbArray = npt.NDArray[np.uint8]

MAX_SIDE_PX = 1280
"""Longest side of a decoded picture; the landmark model looks at 256 px of it, so more only costs time."""

_CAMERA_PREFIX = "camera:"
_QUEUE_FRAMES = 4  # 4 × 1280 × 720 × 3 bytes = 11 MB, enough to ride out a slow frame
_PARALLEL_FROM_PX = 1920 * 1080  # below, frame threads cost half as much CPU again and gain nothing
_HOPELESS_READS = 50  # packets in a row that cannot be read before the rest is given up
_FPS_RANGE = (1, 480)  # time lapse to the fastest slow motion of phones; containers without a rate state 1000
_USUAL_FPS = Fraction(30)  # phones' default; only stands in where a file states neither rate nor times
_CUT_TOLERANCE_S = 0.5  # players' own slack between a stated duration and the last frame's end


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture.

    Attributes:
        time_s: seconds since the first frame.
        rgb: (H, W, 3) uint8, upright, square pixels, longest side at most `MAX_SIDE_PX`.
    """

    time_s: float
    rgb: RgbArray


@dataclass(frozen=True)
class VideoInfo:
    """What a source says about itself before it is read.

    Attributes:
        name: file name without its folder, or `camera:N`.
        frame_size: width and height in true pixels, upright, square.
        fps: average frame rate, frames per second.
        duration_s: stated duration, None for a camera or when the file does not say.
        frame_count_estimate: frames to expect, None when unknown.
    """

    name: str
    frame_size: tuple[int, int]
    fps: float
    duration_s: float | None
    frame_count_estimate: int | None


class VideoReader:
    """Frames of a file or a webcam, once, in order.

    Attributes:
        info: what the source says about itself.
        picture_size: width and height of every `Frame.rgb`.
        scale: factors (x, y) from a position in `Frame.rgb` to true pixels of `info.frame_size`.
        frame_count: frames handed out so far.
        damaged_count: packets and pictures that could not be decoded and were left out.
        truncated: after the last frame, whether the file ended before it should.
    """

    def __init__(self, source: Path | str, max_side_px: int = MAX_SIDE_PX) -> None:
        """Open the source and decode its first pictures.

        Raises:
            InputError: when there is no moving picture to read.
        """
        self._is_live = str(source).startswith(_CAMERA_PREFIX)
        self.name = str(source) if self._is_live else Path(source).name
        opened = open_camera(str(source)) if self._is_live else open_file(Path(source))
        self._container, self._stream = opened
        self._worker: threading.Thread | None = None
        self._stop = threading.Event()
        self._queue: queue.Queue[Frame | Exception | None] = queue.Queue(_QUEUE_FRAMES)
        self.frame_count = self.damaged_count = self._avi_stamp = 0
        self.truncated = False
        self._pictures = self._decoded()
        try:
            self._prepare(max_side_px)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return the open reader."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the decoding thread and close the source."""
        self.close()

    def __iter__(self) -> Iterator[Frame]:
        """Yield the frames; leaving the loop early stops the decoding thread."""
        if self._worker is not None or self._stop.is_set():
            return
        self._worker = threading.Thread(target=self._work, name="openlumbar-decode", daemon=True)
        self._worker.start()
        try:
            while (item := self._queue.get()) is not None:
                if isinstance(item, Exception):
                    raise item
                self.frame_count += 1
                yield item
        finally:
            self.close()

    def close(self) -> None:
        """Stop the decoding thread and close the source; a second call does nothing."""
        self._stop.set()
        with contextlib.suppress(queue.Empty):
            while True:
                self._queue.get_nowait()
        if self._worker is not None:
            self._worker.join()
        self._pictures.close()
        self._container.close()

    @property
    def remark(self) -> str | None:
        """Say in one line what was missing or repaired, or None when nothing was."""
        parts = []
        if self.truncated:
            stated = f" of {self.info.duration_s:.1f} s" if self.info.duration_s else ""
            parts.append(f"the file breaks off, read as far as it goes: {self._timeline.last_s:.1f} s{stated}")
        if self.damaged_count:
            parts.append(f"damaged pictures left out: {self.damaged_count}")
        if self._timeline.repaired_count:
            parts.append(f"frames without a usable time that got a likely one: {self._timeline.repaired_count}")
        return f"{self.name}: {'; '.join(parts)}" if parts else None

    def _prepare(self, max_side_px: int) -> None:
        stream = self._stream
        if stream.codec_context.width * stream.codec_context.height > _PARALLEL_FROM_PX:
            stream.thread_type = "AUTO"
        self._first = list(itertools.islice(self._pictures, 2))
        if not self._first:
            raise InputError(self.name, "no picture in it can be read", "copy the file again, or record anew")
        if len(self._first) == 1 and not self._is_live:
            raise InputError(self.name, "holds a single picture", "give a video of the whole exercise")
        fps = _fps(stream, self._first)
        self._timeline = Timeline(stream.time_base or Fraction(1), 1 / fps)
        self._upright = Upright(self._first[0], stream, max_side_px)
        self.picture_size, size = self._upright.picture_size, self._upright.frame_size
        self.scale = (size[0] / self.picture_size[0], size[1] / self.picture_size[1])
        duration_s = None if self._is_live else stated_duration_s(self._container, stream)
        expected = stream.frames or (round(duration_s * fps) if duration_s else None)
        self.info = VideoInfo(self.name, size, float(fps), duration_s, expected)

    def _work(self) -> None:
        try:
            for picture in itertools.chain(self._first, self._pictures):
                time_s = self._timeline.place(self._stamp(picture))
                self._hand_over(Frame(time_s, self._upright(picture)))
                if self._stop.is_set():
                    return
            self._hand_over(None)
        except Exception as error:  # noqa: BLE001 - whatever fails here must reach the consumer's thread
            self._hand_over(error)

    def _hand_over(self, item: Frame | Exception | None) -> None:
        if self._is_live:  # who watches live wants the newest picture, not every picture
            with contextlib.suppress(queue.Empty):
                while self._queue.full():
                    self._queue.get_nowait()
        self._queue.put(item)

    def _stamp(self, picture: av.VideoFrame) -> int | None:
        """Choose a picture's time stamp; AVI states none, its frames follow each other tick by tick."""
        if self._container.format.name != "avi":
            return picture.pts
        self._avi_stamp = self._avi_stamp + 1 if picture.dts is None else picture.dts
        return self._avi_stamp

    def _decoded(self) -> Generator[av.VideoFrame]:
        """Yield pictures, count what cannot be decoded, find out whether the end is missing."""
        end, was_cut, broken = 0, False, set[int | None]()
        for packet in self._packets():
            if packet.size:
                was_cut = packet.is_corrupt
                end = max(end, (packet.pts or packet.dts or 0) + (packet.duration or 0))
            if packet.is_corrupt and packet.pts is not None:
                broken.add(packet.pts)
            yield from self._sound_pictures(packet, broken)
        self.truncated = not self._is_live and (was_cut or self._lacks_end(end))

    def _sound_pictures(self, packet: "Packet[VideoStream]", broken: set[int | None]) -> Iterator[av.VideoFrame]:
        try:
            pictures = packet.decode()
        except av.FFmpegError:
            self.damaged_count += 1
            return
        for picture in pictures:
            is_huge = picture.width * picture.height > MAX_PIXELS
            if is_huge or picture.is_corrupt or picture.pts in broken:
                self.damaged_count += 1
            else:
                yield picture

    def _lacks_end(self, end: int) -> bool:
        stream = self._stream
        stated_s, tick_s = stated_duration_s(self._container, stream), stream.time_base
        if stated_s is None or tick_s is None:
            return False
        return float((end - (stream.start_time or 0)) * tick_s) + _CUT_TOLERANCE_S < stated_s

    def _packets(self) -> "Iterator[Packet[VideoStream]]":
        failures = 0
        while failures < _HOPELESS_READS:
            try:
                for packet in self._container.demux(self._stream):
                    failures = 0
                    yield packet
            except av.FFmpegError:
                failures += 1
            else:
                return


def _fps(stream: VideoStream, first: list[av.VideoFrame]) -> Fraction:
    """Find the average frame rate; where the file does not say, from the first two pictures."""
    has_times = first[0].pts is not None
    stated = (stream.average_rate if has_times else stream.guessed_rate) or stream.guessed_rate
    if stated and _FPS_RANGE[0] <= stated <= _FPS_RANGE[1]:
        return stated
    stamps = [picture.pts for picture in first if picture.pts is not None]
    if len(stamps) == 2 and stream.time_base:
        step = (stamps[1] - stamps[0]) * stream.time_base
        if step > 0 and _FPS_RANGE[0] <= 1 / step <= _FPS_RANGE[1]:
            return 1 / step
    return _USUAL_FPS


def sha256_of(path: Path) -> str:
    """Compute a file's SHA-256 in hexadecimal, in constant memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
