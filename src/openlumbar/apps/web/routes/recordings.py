"""Giving a recording: the form, taking it in, how far its analysis is, and stopping it."""

import shutil
from dataclasses import dataclass
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, HTTPException, Request
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response

from openlumbar.apps.web.deps import Services, Wired
from openlumbar.apps.web.languages import language_of
from openlumbar.apps.web.receiving import NoFormError, NoRoomError, Receiver, TooLargeError
from openlumbar.apps.web.rendering import failure, render, wants_page
from openlumbar.apps.web.upload_process import Order
from openlumbar.apps.web.uploads import Upload
from openlumbar.apps.web.viewer import Own, Viewing
from openlumbar.cards import exercise, exercise_slugs
from openlumbar.errors import InputError
from openlumbar.messages import refusal_text
from openlumbar.physique import Physique
from openlumbar.pipeline.session import AUTO, tasks_for
from openlumbar.records.store import SessionRow

router = APIRouter()

_PIECE_BYTES = 1024 * 1024
"""Bytes are written to the disk in pieces of this size, off the server's loop."""

_STATUS_OF: dict[type[InputError], int] = {TooLargeError: 413, NoRoomError: 507, NoFormError: 400}

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["exercise", "file"],
                    "properties": {
                        "exercise": {"type": "string"},
                        "level": {"type": "string"},
                        "height_cm": {"type": "string"},
                        "keep": {"type": "string"},
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}
_REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "no form with one file"},
    413: {"description": "too large"},
    422: {"description": "a field does not fit"},
    507: {"description": "no room on the disk"},
}
_GONE: dict[int | str, dict[str, Any]] = {404: {"description": "there is no such recording"}}


@dataclass(frozen=True)
class Wish:
    """What the form asks for, as it was typed."""

    exercise: str = AUTO
    level: str = ""
    height_cm: str = ""
    keep: bool = False

    def order(self, receiver: Receiver) -> Order:
        """Make an order of it.

        Raises:
            InputError: when there is no recording, or a field does not fit.
        """
        file = receiver.finish()
        try:
            height_cm = float(self.height_cm.replace(",", ".")) if self.height_cm else None
        except ValueError:
            raise InputError("height-cm", "is no number", "give it in cm, or leave it out") from None
        tasks_for(self.exercise, self.level or None)
        return Order(file, receiver.name, self.exercise, self.level or None, Physique(height_cm=height_cm))


@router.get("/recordings/new", include_in_schema=False)
def new_page(request: Request, wired: Wired, person: Own, viewing: Viewing) -> Response:
    """Ask for a recording."""
    height_cm = wired.desk.chart(person, alone=viewing.alone).profile.height_cm
    return _form_page(request, Wish(height_cm="" if height_cm is None else f"{height_cm:g}"))


@router.post("/recordings", status_code=201, openapi_extra=_BODY, responses=_REFUSALS)
async def take(request: Request, wired: Wired, own: Own) -> Response:
    """Take a recording in; answers with where to see how far its analysis is."""
    wish = Wish()
    place = await to_thread.run_sync(wired.uploads.make_room)
    try:
        receiver = Receiver(place, request.headers.get("content-type", ""), _length(request))
        try:
            await _receive(request, receiver)
            wish = _wish(receiver.fields)
            order = await to_thread.run_sync(wish.order, receiver)
        except BaseException:
            receiver.discard()
            raise
        upload = await wired.uploads.add(order, language=language_of(request), is_kept=wish.keep, person_id=own)
    except ClientDisconnect:
        await to_thread.run_sync(shutil.rmtree, place, True)
        return Response(status_code=400)
    except InputError as error:
        await to_thread.run_sync(shutil.rmtree, place, True)
        return _refused(request, wish, error)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise
    address = f"/recordings/{upload.id}"
    if wants_page(request):
        return RedirectResponse(address, 303)
    return JSONResponse({"id": upload.id, "location": address}, 201, {"location": address})


@router.get("/recordings/{session_id}", include_in_schema=False)
def progress_page(request: Request, session_id: str, wired: Wired) -> Response:
    """Show how far the analysis is; what is done leads to its result."""
    status = _status_or_404(wired, session_id)
    if status["state"] == "done":
        return RedirectResponse(status["result"], 303)
    return render(request, "recording.html", status=status)


@router.get("/recordings/{session_id}/status", responses=_GONE)
def status(request: Request, session_id: str, wired: Wired) -> Response:
    """Tell how far the analysis is: a part of the page for the page, JSON for programs."""
    found = _status_or_404(wired, session_id)
    if not wants_page(request):
        return JSONResponse(found)
    if found["state"] == "done":
        return Response(headers={"HX-Redirect": found["result"]})
    if found["state"] not in ("waiting", "running"):
        return Response(headers={"HX-Refresh": "true"})
    return render(request, "_recording_status.html", status=found)


@router.post("/recordings/{session_id}/cancel", status_code=303, responses=_GONE)
def cancel(session_id: str, wired: Wired) -> Response:
    """Stop an analysis; its recording is deleted."""
    upload = wired.uploads.find(session_id)
    if upload is None:
        raise HTTPException(404)
    wired.uploads.cancel(upload)
    return RedirectResponse("/recordings/new", 303)


async def _receive(request: Request, receiver: Receiver) -> None:
    waiting, size = [], 0
    async for piece in request.stream():
        waiting.append(piece)
        size += len(piece)
        if size >= _PIECE_BYTES:
            await to_thread.run_sync(receiver.write, b"".join(waiting))
            waiting, size = [], 0
    if waiting:
        await to_thread.run_sync(receiver.write, b"".join(waiting))


def _wish(fields: dict[str, str]) -> Wish:
    return Wish(
        exercise=fields.get("exercise") or AUTO,
        level=fields.get("level", "").upper(),
        height_cm=fields.get("height_cm", ""),
        keep=fields.get("keep") == "yes",
    )


def _length(request: Request) -> int | None:
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else None


def _refused(request: Request, wish: Wish, error: InputError) -> Response:
    code = _STATUS_OF.get(type(error), 422)
    if wants_page(request) and code != 400:
        return _form_page(request, wish, error, code)
    words, _ = refusal_text(error.thing, error.problem, error.remedy, language_of(request))
    return failure(request, code, words)


def _form_page(request: Request, wish: Wish, error: InputError | None = None, code: int = 200) -> Response:
    cards, language = [exercise(slug) for slug in exercise_slugs()], language_of(request)
    values = {
        "options": [{"value": card.slug, "label": card.name.in_language(language)} for card in cards],
        "levels": sorted({level.id for card in cards for level in card.levels if not level.by_clock}),
        "wish": wish,
        "error": error,
        "path": "/recordings/new",
    }
    return render(request, "recordings_new.html", code, **values)


def _status_or_404(wired: Services, session_id: str) -> dict[str, Any]:
    """Return where a recording stands: from this run of the server, else from the record."""
    row = wired.store.session(session_id)
    upload = wired.uploads.find(session_id)
    if row is None or row.source != "upload" or (row.deleted_at is not None and upload is None):
        raise HTTPException(404)
    return _status(row, upload)


def _status(row: SessionRow, upload: Upload | None) -> dict[str, Any]:
    state = upload.state if upload else {"open": "waiting"}.get(row.state, row.state)
    return {
        "id": row.id,
        "name": row.name or "",
        "state": state,
        "done": upload.done if upload else 0,
        "frames": upload.frames if upload else None,
        "share": upload.share if upload else None,
        "failure": (row.outcome or {}).get("failure"),
        "result": f"/sessions/{row.id}",
    }
