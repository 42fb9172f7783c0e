"""The process that analyzes a recording: apart from the server, so that nobody who exercises waits for it.

What it says travels through a pipe as plain values; it ends by itself when nobody listens any more.
"""

import contextlib
import logging
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from openlumbar.errors import InputError
from openlumbar.physique import Physique

if TYPE_CHECKING:  # named here alone: the engine takes seconds to load, which a process does when it needs it
    from openlumbar.assessment.analysis import Analysis

_TOLD_EVERY_S = 0.2
_LISTEN_S = 0.1
_MILD = 10
"""Added to the process's niceness: whoever exercises in front of the camera comes first."""


@dataclass(frozen=True)
class Order:
    """What is to be analyzed."""

    file: Path
    name: str
    exercise: str
    level: str | None
    physique: Physique


@dataclass(frozen=True)
class Progress:
    """How far it is; `frames` is None when not known."""

    done: int
    frames: int | None


@dataclass(frozen=True, eq=False)
class Found:
    """The recording was analyzed; the signals are thinned to what the record keeps."""

    analysis: "Analysis"


@dataclass(frozen=True)
class Refused:
    """The recording cannot be read: the three parts of the `InputError`, which speaks English."""

    thing: str
    problem: str
    remedy: str


@dataclass(frozen=True)
class Broken:
    """The process ended without a result: a mistake of ours, or the machine stopped it."""


Said = Progress | Found | Refused | Broken
Work = Callable[[Order, Connection], None]


def follow(order: Order, work: Work, is_over: Callable[[], bool]) -> Iterator[Said]:
    """Run the work in a process of its own and yield what it says; `is_over` is asked often and ends it."""
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(order, writer), daemon=True)
    process.start()
    writer.close()
    try:
        while not is_over():
            try:
                if not reader.poll(_LISTEN_S):
                    continue
                said: Said = reader.recv()
            except (EOFError, OSError):
                yield Broken()
                return
            yield said
            if not isinstance(said, Progress):
                return
    finally:
        process.kill()
        process.join()
        process.close()
        reader.close()


def analyze(order: Order, pipe: Connection) -> None:
    """Analyze a recording and tell how far it is, then the result or why there is none."""
    from openlumbar.pipeline.analyze import analyze_recording  # loads the tracker, which the server never needs
    from openlumbar.pipeline.history import thinned

    if hasattr(os, "nice"):
        os.nice(_MILD)
    told_s = 0.0

    def tell(done: int, frames: int | None) -> None:
        nonlocal told_s
        if time.monotonic() - told_s > _TOLD_EVERY_S:
            told_s = time.monotonic()
            pipe.send(Progress(done, frames))

    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):  # the server is gone, or ends
        try:
            found = analyze_recording(order.file, order.exercise, order.level, order.physique, on_progress=tell)
            source = replace(found.source, name=order.name)
            pipe.send(Found(replace(found, source=source, signals=thinned(found.signals))))
        except InputError as error:
            thing = order.name if error.thing == order.file.name else error.thing
            pipe.send(Refused(thing, error.problem, error.remedy))
        except BrokenPipeError:
            raise
        except Exception:
            logging.getLogger(__name__).exception("a recording could not be analyzed")
            pipe.send(Broken())
