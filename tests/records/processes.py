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
        [
            "pytest",
            "records.endless_writer",
            "records.killed_move",
            "records.killed_restore",
            "records.killed_rotation",
            "benchmarks._durable_writer",
        ]
    )
    with pytest.MonkeyPatch.context() as patch:
        for folder in Path(__file__).parents[1:3]:
            patch.setenv("PYTHONPATH", str(folder), prepend=os.pathsep)
        forkserver.ensure_running()
