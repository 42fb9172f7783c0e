"""Keeps the summaries of therapists' patients in step with their diaries, a little at a time and off the loop."""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self

from anyio import to_thread

from openlumbar.errors import InputError
from openlumbar.pipeline.clinic import Clinic
from openlumbar.records.accounts import Accounts
from openlumbar.records.trouble import StoreError

_LOOKS_EVERY_S = 20.0
_PAUSE_S = 0.5
"""Between two diaries: whoever exercises in front of the camera comes first."""


class ClinicKeeper:
    """Looks through diaries that have gone on, while the app runs."""

    def __init__(self, clinic: Clinic, accounts: Accounts) -> None:
        """Take the lists, and who treats whom."""
        self._clinic, self._accounts = clinic, accounts
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Begin."""
        self._task = asyncio.create_task(self._keep())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; what was not reached is looked through the next time."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    def stale(self) -> tuple[str, ...]:
        """Name the patients whose summary is behind."""
        if not self._accounts.any():
            return ()
        therapists = (account for account in self._accounts.all() if account.role == "therapist")
        linked = {person_id for account in therapists for person_id in self._accounts.patients_of(account.id)}
        return self._clinic.stale(linked) if linked else ()

    async def _keep(self) -> None:
        while True:
            with suppress(StoreError, InputError):  # a full disk, or somebody who was just erased
                for person_id in await to_thread.run_sync(self.stale):
                    await to_thread.run_sync(self._clinic.refresh, person_id)
                    await asyncio.sleep(_PAUSE_S)
            await asyncio.sleep(_LOOKS_EVERY_S)
