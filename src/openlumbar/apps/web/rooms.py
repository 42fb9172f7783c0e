"""The live sessions that are under way: opened from the record, written to it as they go, closed when they end."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from anyio import to_thread
from starlette.websockets import WebSocket, WebSocketDisconnect

from openlumbar.cards import Language, exercise
from openlumbar.care.load_limits import load_limit
from openlumbar.care.pain import Pain
from openlumbar.coaching.plan import Notice, Plan, prescribed
from openlumbar.physique import Physique
from openlumbar.pipeline.live import LiveSession, Memory, Received
from openlumbar.records.journal import Journal
from openlumbar.records.replay import MEMORY, repetition_data
from openlumbar.records.store import EventRow, SessionRow, Store
from openlumbar.records.trouble import StoreError

IDLE_LIMIT_S = 600.0
"""A session without a page for so long is ended (product: time to answer the door, not to come back tomorrow)."""

NO_SESSION = 4004
"""Close code of the live protocol where there is no such session, or none any more for who asks."""

_CARETAKER_EVERY_S = 30.0


@dataclass(eq=False)
class Room:
    """One session under way, and the page that follows it."""

    row: SessionRow
    live: LiveSession
    next_number: int
    socket: WebSocket | None = None
    idle_since_s: float = field(default_factory=time.monotonic)

    @property
    def is_over(self) -> bool:
        """Tell whether the session has ended."""
        return self.live.coach.score.stage == "done"


class Rooms:
    """Finds the room of a session; ends rooms that nobody comes back to."""

    def __init__(self, store: Store, journal: Journal, note: Callable[[SessionRow], None]) -> None:
        """Start with no session under way; `note` writes one that has ended into its person's diary."""
        self._store, self._journal, self._note = store, journal, note
        self._rooms: dict[str, Room] = {}
        self._opening = asyncio.Lock()
        self._caretaker: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin to look after idle sessions."""
        self._caretaker = asyncio.create_task(self._take_care())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop looking after sessions; those under way stay open in the record and can be gone on with."""
        if self._caretaker:
            self._caretaker.cancel()
            with suppress(asyncio.CancelledError):
                await self._caretaker
        for room in self._rooms.values():
            self._record_signals(room, room.live.rest_of_signals())
            self.record(room, [])

    async def enter(self, session_id: str) -> Room | None:
        """Return the room of a session, opened from the record when needed; None when there is no such session."""
        async with self._opening:
            if session_id not in self._rooms:
                room = await to_thread.run_sync(self._open, session_id)
                if room is None:
                    return None
                self._rooms[session_id] = room
        return self._rooms[session_id]

    def receive(self, room: Room, message: bytes) -> Received:
        """Lead frames through a session and record what they brought about.

        Raises:
            ProtocolError: when the message is not what the live protocol says.
        """
        received = room.live.receive(message)
        self._record_signals(room, received.signals)
        if received.notices:
            self.record(room, [notice for _, notice in received.notices])
        return received

    def record(self, room: Room, notices: Sequence[Notice]) -> None:
        """Write notices down, with what a restarted server needs to go on from them."""
        rows = [(notice.kind, notice.time_s, _recorded(notice)) for notice in notices]
        memory = room.live.remember()
        for kind, time_s, data in (*rows, (MEMORY, memory.until_s, dict(vars(memory)))):
            self._journal.append(room.row.id, EventRow(room.next_number, time_s, kind, data))
            room.next_number += 1

    async def close(self, room: Room) -> None:
        """End a session in the record; who would enter meanwhile waits, and finds it ended."""
        async with self._opening:
            self._rooms.pop(room.row.id, None)
            self._record_signals(room, room.live.rest_of_signals())
            verdict = room.live.verdict()
            counts = {"repetitions": room.live.coach.score.counted}
            told = {"judged": verdict.judged, "reasons": list(verdict.reasons), "counts": counts}
            outcome = told | room.live.state()
            await to_thread.run_sync(self._journal.flush)
            await to_thread.run_sync(self._note, room.row)  # once for each session, whatever is cut off after it
            await to_thread.run_sync(self._store.finish, room.row.id, outcome, datetime.now(UTC))

    async def let_go(self, is_gone: Callable[[WebSocket], bool]) -> None:
        """Close the pages' connections of those who may follow no longer; their sessions stay open."""
        for room in list(self._rooms.values()):
            if (socket := room.socket) is not None and is_gone(socket):
                room.socket, room.idle_since_s = None, time.monotonic()
                with suppress(WebSocketDisconnect, RuntimeError):
                    await socket.close(NO_SESSION)

    async def drop(self, person_id: str) -> None:
        """Leave a person's sessions as they are in the record, and take in nothing more of them."""
        async with self._opening:
            for room in [room for room in self._rooms.values() if room.row.person_id == person_id]:
                del self._rooms[room.row.id]
                socket, room.socket = room.socket, None
                if socket is not None:
                    with suppress(WebSocketDisconnect, RuntimeError):
                        await socket.close(NO_SESSION)
            await to_thread.run_sync(self._journal.flush)

    async def end_idle(self) -> None:
        """End the sessions that nobody has come back to."""
        now_s = time.monotonic()
        for room in list(self._rooms.values()):
            if room.socket is None and now_s - room.idle_since_s > IDLE_LIMIT_S:
                self.record(room, room.live.command("finish"))
                await self.close(room)

    def _record_signals(self, room: Room, signals: Any) -> None:
        if signals is not None:
            self._journal.append_signals(room.row.id, signals)

    def _open(self, session_id: str) -> Room | None:
        row = self._store.session(session_id)
        if row is None or row.deleted_at or row.state != "open" or row.source == "upload":
            return None
        events = self._store.events(session_id)
        memory = next((Memory(**event.data) for event in reversed(events) if event.kind == MEMORY), None)
        live = LiveSession(_plan_of(row), Physique(row.height_cm, row.weight_kg, row.sex, row.age), memory)
        return Room(row, live, 1 + max((event.number for event in events), default=-1))

    async def _take_care(self) -> None:
        while True:
            await asyncio.sleep(_CARETAKER_EVERY_S)
            with suppress(StoreError):  # a full disk ends a session's record, not the care for all others
                await self.end_idle()


def _plan_of(row: SessionRow) -> Plan:
    card = exercise(row.exercise)
    plan = row.plan
    pain = plan.get("pain_before") or {"back": 0, "leg": 0}
    language: Language = "zh" if row.language == "zh" else "en"
    level = prescribed(card.level(row.level), plan.get("repetitions"), plan.get("hold_s"))
    limit = plan.get("load_limit")
    return Plan(
        card=card,
        level=level,
        sets=int(plan.get("sets", 1)),
        language=language,
        pain_before=Pain(pain["back"], pain["leg"]),
        load_limit=load_limit(None) if limit is None else float(limit),
    )


def _recorded(notice: Notice) -> dict[str, Any]:
    """Return a notice's data as plain values."""
    data = dict(notice.data)
    if (repetition := data.pop("repetition", None)) is not None:
        data |= repetition_data(repetition)
    return data
