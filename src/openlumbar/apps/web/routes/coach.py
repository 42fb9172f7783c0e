"""The live coach: its page, and the WebSocket that the page talks to (docs/live-protocol.md)."""

import asyncio
import json
import re
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import RedirectResponse, Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from openlumbar.apps.web.bundle import ADDRESS
from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.direct import direct
from openlumbar.apps.web.rendering import render
from openlumbar.apps.web.rooms import NO_SESSION, Room, Rooms
from openlumbar.cards import Band, Card, Language, Quantity
from openlumbar.coaching.plan import Notice
from openlumbar.coaching.rules import phrase
from openlumbar.coaching.watch import LOAD_OVER_LIMIT
from openlumbar.pipeline.live import VERSION, ProtocolError

router = APIRouter()

TAKEN_OVER, OVER, OUT_OF_DATE = 4001, 4009, 1007
"""Close codes of the live protocol, beside `rooms.NO_SESSION`."""

HELLO_WITHIN_S = 10.0
"""A connection that says nothing for so long is closed."""

_PAGE_NAME = re.compile(r"[A-Za-z0-9_-]{1,32}")
_COMMANDS = {"start", "pause", "resume", "stop", "skip_rest", "finish", "pain"}
_LAST_FRAME = 2**32 - 1


@router.get("/coach/{session_id}", include_in_schema=False)
async def coach_page(request: Request, session_id: str, wired: Wired) -> Response:
    """Show the coach; a session that is over shows its result."""
    room = await wired.rooms.enter(session_id)
    if room is None:
        if await asyncio.to_thread(wired.store.session, session_id) is None:
            raise HTTPException(404)
        return RedirectResponse(f"/sessions/{session_id}", 303)
    if await asyncio.to_thread(_goes_on, wired, room) != "yes":
        return RedirectResponse(f"/start/{room.row.exercise}", 303)
    return render(request, "coach.html", coach=_page_data(room))


def _goes_on(wired: Services, room: Room) -> Literal["yes", "asked again", "no"]:
    """Tell whether a set that was begun may go on; nobody exercises in one of which no dose was prescribed."""
    row = room.row
    if row.source != "camera" or "repetitions" not in row.plan:
        return "yes"
    return wired.desk.goes_on(row.person_id, row.exercise, row.level, alone=bool(row.plan.get("alone")))


@router.websocket("/live/{session_id}")
async def live(socket: WebSocket, session_id: str, wired: Wired) -> None:
    """Take in a page's frames and commands, and answer them, for as long as the page stays."""
    await socket.accept()
    room = await wired.rooms.enter(session_id)
    if room is None:
        known = await asyncio.to_thread(wired.store.session, session_id)
        await _close(socket, OVER if known else NO_SESSION)
        return
    if await asyncio.to_thread(_goes_on, wired, room) == "no":
        await _close(socket, OVER)
        return
    try:
        await _greet(socket, room)
        await _follow(socket, room, wired)
    except ProtocolError as error:
        await _close(socket, OUT_OF_DATE, str(error)[:120])
    except (WebSocketDisconnect, TimeoutError, RuntimeError):  # the page is gone; a closed socket raises RuntimeError
        pass
    finally:
        if room.socket is socket:
            room.socket, room.idle_since_s = None, time.monotonic()


async def _greet(socket: WebSocket, room: Room) -> None:
    """Agree with the page on where to go on; a page that followed the session before is let go."""
    message = await asyncio.wait_for(socket.receive(), HELLO_WITHIN_S)
    if message["type"] != "websocket.receive":
        raise WebSocketDisconnect
    page, oldest = _hello(message.get("text") or "")
    before, room.socket = room.socket, socket
    if before is not None:
        await _close(before, TAKEN_OVER)
    resume_from = room.live.hello(page, oldest)
    await socket.send_text(_json({"welcome": VERSION, "resume_from": resume_from, "state": room.live.state()}))


async def _follow(socket: WebSocket, room: Room, wired: Services) -> None:
    _answer_directly(socket, room, wired.rooms)
    while room.socket is socket:
        message = await socket.receive()
        if message["type"] != "websocket.receive" or room.socket is not socket:  # gone, or taken over meanwhile
            return
        if not room.is_over:  # frames that were answered directly may have ended it; then this message only wakes
            frames = message.get("bytes")
            for reply in _judge(room, frames, wired.rooms) if frames is not None else _obey(room, message, wired.rooms):
                await (socket.send_text(reply) if isinstance(reply, str) else socket.send_bytes(reply))
        if room.is_over:
            await wired.rooms.close(room)
            await _close(socket, OVER)
            return


def _answer_directly(socket: WebSocket, room: Room, rooms: Rooms) -> None:
    """Let frames be judged where they arrive; what is not to be done there comes to `_follow`."""
    connection = direct(socket)
    if connection is None:
        return

    def answer(frames: bytes) -> Sequence[str | bytes] | None:
        if room.socket is not socket or room.is_over:
            return None
        try:
            replies = _judge(room, frames, rooms)
        except ProtocolError:  # nothing of the message was used
            return None
        if room.is_over:
            connection.wake()
        return replies

    connection.answer_with(answer)


def _judge(room: Room, frames: bytes, rooms: Rooms) -> Sequence[str | bytes]:
    """Lead frames through the session; return what the page is told: what happened, then the answer."""
    received = rooms.receive(room, frames)
    if not received.notices:
        return (received.answer,)
    return _change(room, [notice for _, notice in received.notices], received.notices[-1][0]), received.answer


async def _close(socket: WebSocket, code: int, reason: str = "") -> None:
    """Close a connection, if it is not closed yet."""
    with suppress(WebSocketDisconnect, RuntimeError):
        await socket.close(code, reason)


def _change(room: Room, notices: Sequence[Notice], at: int) -> str:
    """Write down what happened, as the live protocol has it."""
    events = [_event(notice, room) for notice in notices]
    return _json({"state": room.live.state(), "events": events, "at": at})


def _hello(text: str) -> tuple[str, int]:
    """Read a page's first message."""
    said = _object(text)
    page, oldest = said.get("page", ""), said.get("oldest")
    if said.get("hello") != VERSION or not isinstance(page, str) or (page and not _PAGE_NAME.fullmatch(page)):
        raise ProtocolError(f"the first message must be a hello of version {VERSION} with the page's name")
    if type(oldest) is not int or not 0 <= oldest <= _LAST_FRAME:
        raise ProtocolError("'oldest' must be the number of a frame")
    return page, oldest


def _obey(room: Room, message: Mapping[str, Any], rooms: Rooms) -> Sequence[str]:
    """Carry out a command; return what the page is told."""
    notices = _command(room, _object(message.get("text") or ""))
    rooms.record(room, notices)
    return (_change(room, notices, room.live.next_frame),)


def _command(room: Room, said: Mapping[str, Any]) -> list[Notice]:
    do = said.get("do")
    if not isinstance(do, str) or do not in _COMMANDS:
        raise ProtocolError("there is no such command")
    if do != "pain":
        return room.live.command(do)
    back, leg = said.get("back"), said.get("leg")
    if type(back) is not int or type(leg) is not int or not (0 <= back <= 10 and 0 <= leg <= 10):
        raise ProtocolError("pain is two whole numbers from 0 to 10")
    return room.live.command(do, back, leg)


def _object(text: str) -> dict[str, Any]:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        raise ProtocolError("a text message must be JSON") from None
    if not isinstance(said, dict):
        raise ProtocolError("a text message must be an object")
    return said


def _event(notice: Notice, room: Room) -> dict[str, Any]:
    """Write a notice as the live protocol has it."""
    data = dict(notice.data)
    if (repetition := data.pop("repetition", None)) is not None:
        name = room.live.plan.card.drive.measured_as
        value = getattr(repetition, name)
        interval = repetition.interval90.get(name)
        data |= {
            "counted": repetition.counted,
            "side": repetition.side,
            "faults": list(repetition.faults),
            "value": None if value is None else round(value, 1),
            "interval90": interval and [round(bound, 1) for bound in interval],
            "hold_s": None if repetition.hold_s is None else round(repetition.hold_s, 2),
        }
    return {"kind": notice.kind, "time_s": round(notice.time_s, 3), "tone": notice.tone, "say": notice.say, **data}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _page_data(room: Room) -> dict[str, Any]:
    """Collect what the coach's page needs to know."""
    row, plan = room.row, room.live.plan
    card, level, language = plan.card, plan.level, plan.language
    return {
        "session": row.id,
        "socket": f"/live/{row.id}",
        "language": language,
        "source": row.source,
        "simulated": f"/simulated/{card.slug}.bin",
        "models": {name: f"{ADDRESS}/models/pose_{name}.task" for name in ("full", "lite")},
        "wasm": f"{ADDRESS}/wasm",
        "exercise": {
            "slug": card.slug,
            "name": card.name.in_language(language),
            "view": card.view,
            "posture": card.posture,
            "two_sided": plan.is_two_sided,
            "unit": card.drive.measured_as.rpartition("_")[2],
            "target": _target(card),
            "level": _level(card, level.id, language),
            "hold_s": level.dose.hold_s,
            "goal": level.dose.repetitions,
            "per_side": level.dose.per_side,
            "sets": plan.sets,
            "stop_gesture": level.stop_gesture,
        },
        "faults": {rule.code: rule.text.in_language(language) for rule in card.faults}
        | {LOAD_OVER_LIMIT: phrase("load_cue", language)},
        "urls": {"result": f"/sessions/{row.id}", "home": "/"},
    }


def _level(card: Card, level_id: str, language: Language) -> dict[str, str]:
    level = card.level(level_id)
    return {
        "id": level.id,
        "name": level.name.in_language(language),
        "instruction": level.instruction.in_language(language),
    }


def _target(card: Card) -> dict[str, float | None]:
    """Return what to aim at in the exercise's own measure."""
    band = next((band for band in card.bands if band.measure == "peak"), Band.model_construct())

    def value(quantity: Quantity | None) -> float | None:
        return None if quantity is None else quantity.value

    return {
        "low": value(band.at_least),
        "high": value(band.at_most),
        "warn": value(band.warn_above),
        "stop": value(band.stop_above),
    }
