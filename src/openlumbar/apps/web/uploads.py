"""Recordings that were given to the app: analyzed one after the other, then deleted unless kept by choice."""

import asyncio
import contextlib
import logging
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

from anyio import to_thread

from openlumbar.apps.web.upload_process import Broken, Found, Order, Progress, Refused, Said, Work, analyze, follow
from openlumbar.cards import Language
from openlumbar.pipeline.history import events_of, outcome_of
from openlumbar.records.people import SELF
from openlumbar.records.store import SessionRow, SessionState, Store

UNDO_LASTS = timedelta(days=1)
"""A deleted session can be restored for so long; then it and its kept recording are gone for good."""

KEPT = "recordings"
"""Folder beside the uploads for what was kept by choice."""

_PRIVATE_FOLDER = 0o700
_CLEANED_EVERY_S = 3600.0

State = Literal["waiting", "running", "done", "failed", "cancelled"]
FailureCode = Literal["refused", "broken", "stopped"]


@dataclass(eq=False)
class Upload:
    """One recording on its way: `id` is its session's."""

    id: str
    order: Order
    is_kept: bool
    state: State = "waiting"
    is_cancelled: bool = False
    done: int = 0
    frames: int | None = None

    @property
    def share(self) -> float | None:
        """Return how much is done, 0 to 1; None when not known."""
        return min(1.0, self.done / self.frames) if self.frames else None

    @property
    def is_over(self) -> bool:
        """Tell whether nothing more will happen."""
        return self.state in ("done", "failed", "cancelled")


class UploadQueue:
    """Takes recordings in and analyzes them in one process at a time."""

    def __init__(self, store: Store, folder: Path, work: Work = analyze) -> None:
        """Start with nothing to do; uploads pass through `folder`, which need not exist yet."""
        self._store, self.folder, self._work = store, folder, work
        self._uploads: dict[str, Upload] = {}
        self._waiting: asyncio.Queue[Upload] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        self._changing_state = threading.Lock()
        self._is_closing = False

    async def __aenter__(self) -> Self:
        """Clear away what a killed server left, and begin."""
        await to_thread.run_sync(self._clear_leftovers)
        self._tasks = [asyncio.create_task(self._analyze_all()), asyncio.create_task(self._clean_now_and_then())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop what is running; what is not done is marked as stopped and its file deleted."""
        self._is_closing = True
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for upload in self._uploads.values():
            if not upload.is_over:
                await to_thread.run_sync(self._end, upload, "failed", _failure("stopped"))

    @property
    def kept_folder(self) -> Path:
        """Name the folder of what was kept by choice."""
        return self.folder.parent / KEPT

    def make_room(self) -> Path:
        """Make a new folder for one upload, for the owner alone."""
        self.folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        for number in range(1000):
            place = self.folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{number}"
            with contextlib.suppress(FileExistsError):
                place.mkdir(mode=_PRIVATE_FOLDER)
                return place
        raise FileExistsError(self.folder)

    async def add(self, order: Order, *, language: Language, is_kept: bool, person_id: str = SELF) -> Upload:
        """Take a recording in; its file belongs to the queue from here on."""

        def create() -> SessionRow:
            return self._store.create(
                exercise=order.exercise,
                level=order.level or "",
                source="upload",
                language=language,
                physique=order.physique,
                name=order.name,
                person_id=person_id,
            )

        row = await to_thread.run_sync(create)
        upload = Upload(row.id, order, is_kept)
        self._uploads[row.id] = upload
        self._waiting.put_nowait(upload)
        return upload

    def find(self, session_id: str) -> Upload | None:
        """Return an upload of this run of the server."""
        return self._uploads.get(session_id)

    async def until_idle(self) -> None:
        """Wait until everything that was taken in is over."""
        await self._waiting.join()

    def cancel(self, upload: Upload) -> None:
        """Stop an upload that is not over: its process ends, its file is deleted, and no session stays behind."""
        with self._changing_state:
            upload.is_cancelled = True
            was_waiting = upload.state == "waiting"
            if was_waiting:
                upload.state = "cancelled"
        if was_waiting:
            self._end(upload, "cancelled", _failure("stopped"))

    def purge(self, deleted_before: datetime) -> None:
        """Remove for good what was deleted before, with the recordings that had been kept."""
        for file in self._store.purge(deleted_before):
            place = (self.kept_folder / file).parent
            if place.parent == self.kept_folder:
                shutil.rmtree(place, ignore_errors=True)

    async def _analyze_all(self) -> None:
        while True:
            upload = await self._waiting.get()
            await to_thread.run_sync(self._analyze, upload)
            self._waiting.task_done()

    async def _clean_now_and_then(self) -> None:
        while True:
            await to_thread.run_sync(self.purge, datetime.now(UTC) - UNDO_LASTS)
            await asyncio.sleep(_CLEANED_EVERY_S)

    def _analyze(self, upload: Upload) -> None:
        with self._changing_state:
            if upload.state != "waiting":
                return
            upload.state = "running"
        said: Said | None = None
        try:
            for said in follow(upload.order, self._work, lambda: self._is_closing or upload.is_cancelled):
                if isinstance(said, Progress):
                    upload.done, upload.frames = said.done, said.frames
            self._settle(upload, said)
        except Exception:
            logging.getLogger(__name__).exception("an upload could not be finished")
            shutil.rmtree(upload.order.file.parent, ignore_errors=True)
            upload.state = "failed"

    def _settle(self, upload: Upload, said: Said | None) -> None:
        """Write down what came of an upload."""
        match said:
            case Found(analysis):
                self._store.append(upload.id, events_of(analysis), [analysis.signals])
                self._end(upload, "done", outcome_of(analysis), (analysis.card.slug, analysis.level.id))
            case Refused():
                self._end(upload, "failed", _failure("refused", said))
            case Broken():
                self._end(upload, "failed", _failure("broken"))
            case _:
                self._end(upload, "cancelled" if upload.is_cancelled else "failed", _failure("stopped"))

    def _end(
        self, upload: Upload, state: State, outcome: Mapping[str, Any], recognised: tuple[str, str] | None = None
    ) -> None:
        kept = self._put_away(upload) if state == "done" and upload.is_kept else None
        shutil.rmtree(upload.order.file.parent, ignore_errors=True)
        stored: SessionState = "done" if state == "done" else "failed"
        self._store.finish(upload.id, outcome, state=stored, kept_file=kept, recognised=recognised)
        if state == "cancelled":
            self._store.delete(upload.id)
        upload.state = state

    def _put_away(self, upload: Upload) -> str:
        """Move a recording to those that are kept; return its place among them."""
        place = self.kept_folder / upload.id
        place.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        moved = shutil.move(upload.order.file, place / upload.order.file.name)
        return Path(moved).relative_to(self.kept_folder).as_posix()

    def _clear_leftovers(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        for row in self._store.sessions(person_id=None):
            if row.source == "upload" and row.state == "open":
                self._store.finish(row.id, _failure("stopped"), state="failed")


def _failure(code: FailureCode, refused: Refused | None = None) -> dict[str, Any]:
    told = {"thing": refused.thing, "problem": refused.problem, "remedy": refused.remedy} if refused else {}
    return {"failure": {"code": code, **told}}
