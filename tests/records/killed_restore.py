"""Processes of their own that back up or restore and are killed half-way."""

import os
import signal
from pathlib import Path

from openlumbar.records.backup import backup
from openlumbar.records.restoring import restore
from openlumbar.records.store import Store
from openlumbar.records.vault import Vault


def die_backing_up(where: str | Path, key: Path, file: Path, step: int) -> None:
    """Back up; be killed at the progress of that number."""
    backup(Store.open(where, Vault.in_file(key)), file, on_progress=_Killer(step))


def die_restoring(where: str | Path, key: Path, file: Path, step: int) -> None:
    """Restore in place of what is there; be killed at the progress of that number."""
    restore(file, where, Vault.in_file(key), replace=True, on_progress=_Killer(step))


class _Killer:
    def __init__(self, step: int) -> None:
        self._step, self._seen = step, 0

    def __call__(self, _done: int, _total: int | None) -> None:
        self._seen += 1
        if self._seen == self._step:
            os.kill(os.getpid(), signal.SIGKILL)
