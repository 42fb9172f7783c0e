"""Processes for tests, forked from one that has everything imported already, so that they start at once."""

import multiprocessing
import os
from multiprocessing import forkserver
from pathlib import Path

import pytest

PROCESSES = multiprocessing.get_context("forkserver")


def make_ready() -> None:
    """Start the process that the others are forked from."""
    PROCESSES.set_forkserver_preload(
        ["pytest", "records.endless_writer", "records.killed_move", "records.killed_rotation", "records.killed_restore"]
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]), prepend=os.pathsep)
        forkserver.ensure_running()
