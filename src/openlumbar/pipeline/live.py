"""One live session: messages of frames in, answers and notices out. Knows no sockets and no database.

The bytes are those of the live protocol (docs/live-protocol.md).
"""

import math
import struct
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from openlumbar.assessment.engine import Assessor
from openlumbar.assessment.events import Event, Phase, RepetitionDone, Verdict
from openlumbar.assessment.excursion import LONGEST_S
from openlumbar.coaching.coach import Coach, Moment
from openlumbar.coaching.framing import Framing, Picture
from openlumbar.coaching.plan import Notice, Plan, Score
from openlumbar.coaching.rules import ADVICE, STAGES, Advice, load_rules
from openlumbar.kinematics.signals import SIGNAL_NAMES, Sample, Signals
from openlumbar.kinematics.stream import SignalStream
from openlumbar.mechanics import FrameLoads, LoadMeter, has_loads
from openlumbar.physique import Physique
from openlumbar.pose.wire import FRAME_BYTES, HEADER, HEADER_BYTES, check_frames, picture_positions

ANSWER = struct.Struct("<BBBBIdffffffff")
"""kind, stage, phase, advice, next, time_s, value, hold_s, clock_s, gesture, load, its interval's ends, pressure."""

VERSION = 2
"""Of the live protocol."""

PHASES: tuple[Phase, ...] = ("unseen", "rest", "out", "top", "back")
"""In the order of the live protocol."""

LONGEST_SESSION_S = 6 * 3600.0
"""A page's clock beyond this is no session (product: nobody exercises for six hours)."""

LAST_NUMBER = 2**32 - 1
"""The largest number of a frame, as an answer can tell it."""

REOPENED_AFTER_S = 1.5
"""Gap put between the frames of a page and those of the page that replaced it: long enough for the engine to take
nothing for one movement across it."""

RECORDED_EVERY_S, RECORDED_ROWS = 0.1, 10
"""Signals are recorded ten times a second, a second at a time: enough for a picture of the set."""

FRAMED_EVERY_S = 0.1
"""The framing is looked at ten times a second: the coach asks for the same advice for a second before it acts on it."""

_STAGE_INDEX, _PHASE_INDEX, _ADVICE_INDEX = (
    {name: index for index, name in enumerate(names)} for names in (STAGES, PHASES, ADVICE)
)
_TIME = struct.Struct("<d")
_values_of = itemgetter(*SIGNAL_NAMES)
_KIND_ANSWER = 1


class ProtocolError(ValueError):
    """A message that breaks the live protocol; its text says how."""


@dataclass
class Memory:
    """What a restarted server must know to go on with a session; plain values, kept in the record.

    Attributes:
        score: where the coach stood.
        page: name of the page whose frames came last.
        offset_s: added to that page's clock.
        until_s: time up to which everything that happened is in the record.
    """

    score: dict[str, Any] = field(default_factory=dict)
    page: str = ""
    offset_s: float = 0.0
    until_s: float = 0.0


class Received(NamedTuple):
    """What a message brought about: the answer, notices with the number of their frame, signals for the record."""

    answer: bytes
    notices: list[tuple[int, Notice]]
    signals: Signals | None


class LiveSession:
    """Leads one person's frames through signals, assessment and coach.

    Attributes:
        next_frame: the number of the frame expected next.
        memory: what a restarted server would need.
    """

    def __init__(self, plan: Plan, physique: Physique, memory: Memory | None = None) -> None:
        """Begin a session, or go on with one that is in the record."""
        self.plan = plan
        self.memory = memory or Memory()
        self.coach = Coach(plan, Score(**self.memory.score) if self.memory.score else None)
        self.next_frame = 0
        self._stream = SignalStream(physique)
        self._assessor = Assessor(plan.card, plan.level, physique)
        self._framing = Framing(plan.card, load_rules())
        self._framed_s, self._advice = -math.inf, ADVICE[0]
        self._meter = LoadMeter(plan.card.slug, physique) if has_loads(plan.card.slug) else None
        self._load: FrameLoads | None = None
        self._loads: deque[tuple[float, float]] = deque()
        self._is_running = False
        self._last_s = self.memory.until_s if memory else -math.inf
        self._known_until_s = self._last_s
        self._log = _SignalLog()
        self._sample: Sample | None = None
        self._progress = self._assessor.progress
        self._picture_px = (0, 0)

    def hello(self, page: str, oldest: int) -> int:
        """Take up a page's connection; return the number of the frame that it shall send first."""
        memory = self.memory
        if page != memory.page:
            if memory.page:  # another page went before: its clock ran differently, the engine remembers nothing of it
                memory.offset_s = max(self._last_s, memory.until_s) + REOPENED_AFTER_S
                self._known_until_s = -math.inf
                self.coach.reopen()
            memory.page = page
            self.next_frame = oldest
        elif not self._is_running:
            self.next_frame = oldest
            self._last_s = -math.inf  # frames from before the restart come again
        self.next_frame = max(self.next_frame, oldest)
        return self.next_frame

    def receive(self, message: bytes) -> Received:
        """Judge the frames of a message that are new.

        Raises:
            ProtocolError: when the message is not what the protocol says; nothing of it was used then.
        """
        if problem := check_frames(message):
            raise ProtocolError(problem)
        _, count, light, _, first, width, height, _ = HEADER.unpack_from(message)
        if first + count > LAST_NUMBER:
            raise ProtocolError(f"first {first}: no number is left for the frame after these")
        if self.memory.offset_s:
            message = self._shifted(message, count)
        self._check_clock(message, count, first)
        if self._picture_px != (width, height):
            self._stream.frame_size = self._picture_px = (width, height)
        notices: list[tuple[int, Notice]] = []
        for number in range(max(first, self.next_frame), first + count):
            offset = HEADER_BYTES + (number - first) * FRAME_BYTES
            if told := self._frame(message, offset, light):
                notices += [(number, notice) for notice in told]
        self.next_frame = max(self.next_frame, first + count)
        return Received(self.answer(), notices, self._log.take_full())

    def command(self, do: str, back: int | None = None, leg: int | None = None) -> list[Notice]:
        """Carry out what the person asked for."""
        return self.coach.command(do, back, leg)

    def answer(self) -> bytes:
        """Tell where the movement is and what has arrived."""
        coach, progress = self.coach, self._progress
        return ANSWER.pack(
            _KIND_ANSWER,
            _STAGE_INDEX[coach.score.stage],
            _PHASE_INDEX[progress.phase],
            _ADVICE_INDEX[coach.advice],
            self.next_frame,
            self._sample.time_s if self._sample else 0.0,
            progress.value,
            coach.hold_s,
            coach.clock_s,
            coach.gesture,
            *self._told_load(),
        )

    def _told_load(self) -> tuple[float, float, float, float]:
        """Return the load of the newest frame, the ends of its 90 % interval and the pressure; NaN: not known."""
        if self._meter is None or self._load is None:
            return math.nan, math.nan, math.nan, math.nan
        return *self._meter.interval(self._load.relative), self._load.pressure_mpa

    def state(self) -> dict[str, Any]:
        """Return the state of the live protocol."""
        peak = self.coach.score.load_peak
        ends = [round(end, 2) for end in self._meter.interval(peak)[1:]] if self._meter and peak else None
        return {**self.coach.state(), "load_peak_interval90": ends}

    def verdict(self) -> Verdict:
        """Say whether the session can be judged: it can when the coach saw a repetition."""
        if self.coach.score.seen:
            return Verdict(True)
        found = self._assessor.verdict
        return Verdict(False, found.reasons or ("no_repetitions",))

    def rest_of_signals(self) -> Signals | None:
        """Return the signals that are not in the record yet."""
        return self._log.take()

    def remember(self) -> Memory:
        """Return what a restarted server needs, as of now."""
        self.memory.score = self.coach.snapshot()
        if self._sample is not None:
            self.memory.until_s = max(self.memory.until_s, self._sample.time_s)
        return self.memory

    def _shifted(self, message: bytes, count: int) -> bytes:
        """Put a message's frames on the session's clock."""
        moved = bytearray(message)
        for offset in range(HEADER_BYTES, HEADER_BYTES + count * FRAME_BYTES, FRAME_BYTES):
            _TIME.pack_into(moved, offset, _TIME.unpack_from(moved, offset)[0] + self.memory.offset_s)
        return bytes(moved)

    def _check_clock(self, message: bytes, count: int, first: int) -> None:
        """Refuse new frames whose time does not go on from the last one."""
        fresh = max(first, self.next_frame) - first
        if fresh >= count:
            return
        begins_s = _TIME.unpack_from(message, HEADER_BYTES + fresh * FRAME_BYTES)[0]
        ends_s = _TIME.unpack_from(message, HEADER_BYTES + (count - 1) * FRAME_BYTES)[0]
        if not (self._last_s < begins_s and begins_s >= 0 and ends_s < LONGEST_SESSION_S + self.memory.offset_s):
            raise ProtocolError(f"time_s {begins_s:g} does not go on from {self._last_s:g}, or is no session's time")
        self._last_s = ends_s

    def _frame(self, message: bytes, offset: int, light: int) -> Sequence[Notice]:
        sample = self._stream.step_packed(message, offset)
        self._is_running = True
        if sample is None:
            return ()
        self._sample = sample
        events = self._assessor.step(sample)
        self._progress = self._assessor.progress
        load = self._follow_load(sample)
        if sample.time_s <= self._known_until_s:
            return ()  # the engine catches up with what is in the record
        self._log.add(sample)

        def advice() -> Advice:
            if sample.time_s - self._framed_s >= FRAMED_EVERY_S:
                picture = Picture(picture_positions(message, 1, offset)[0], *self._picture_px, light)
                self._framed_s, self._advice = sample.time_s, self._framing.advice(picture, sample)
            return self._advice

        fresh = self._fresh(events) if events else events
        told = self.coach.step(Moment(sample, fresh, self._progress, advice, load))
        return [self._with_load(notice) for notice in told] if fresh and told else told

    def _follow_load(self, sample: Sample) -> float:
        """Keep the load of a moment for as long as a repetition may last; return it, NaN when it is not known."""
        self._load = self._meter.step(sample) if self._meter else None
        if self._load is None:
            return math.nan
        while self._loads and sample.time_s - self._loads[0][0] > LONGEST_S:
            self._loads.popleft()
        self._loads.append((sample.time_s, self._load.relative))
        return self._load.relative

    def _with_load(self, notice: Notice) -> Notice:
        """Add to a repetition the most that the disc carried in it, with its interval."""
        repetition = notice.data.get("repetition")
        if repetition is None or self._meter is None:
            return notice
        known = [load for time_s, load in self._loads if repetition.start_s <= time_s <= repetition.end_s]
        if not known:
            return notice
        load, low, high = (round(end, 2) for end in self._meter.interval(max(known)))
        return replace(notice, data={**notice.data, "load": load, "load_interval90": [low, high]})

    def _fresh(self, events: list[Event]) -> list[Event]:
        """Leave out repetitions that are in the record already."""
        last_s = self.coach.score.last_repetition_s
        return [e for e in events if not (isinstance(e, RepetitionDone) and e.repetition.peak_s <= last_s)]


class _SignalLog:
    """Keeps signals for the record, ten times a second."""

    def __init__(self) -> None:
        self._rows: list[Sample] = []
        self._due_s = -math.inf

    def add(self, sample: Sample) -> None:
        if sample.time_s >= self._due_s:
            self._rows.append(sample)
            self._due_s = sample.time_s + RECORDED_EVERY_S

    def take_full(self) -> Signals | None:
        """Return a second's signals once there are so many."""
        return self.take() if len(self._rows) >= RECORDED_ROWS else None

    def take(self) -> Signals | None:
        rows, self._rows = self._rows, []
        if not rows:
            return None
        time_s = np.array([row.time_s for row in rows])
        columns = np.array([_values_of(row.values) for row in rows]).T.copy()
        return Signals(time_s, dict(zip(SIGNAL_NAMES, columns, strict=True)))
