"""A recording in, an analysis out, and a folder of results on the way when one is asked for."""

import math
from collections.abc import Callable
from contextlib import nullcontext
from itertools import islice, takewhile
from pathlib import Path

from openlumbar.assessment.analysis import Analysis
from openlumbar.errors import InputError
from openlumbar.physique import Physique, stature_of
from openlumbar.pipeline.folder import ResultFolder
from openlumbar.pipeline.recording import THREADS, Recording, open_recording, source_of, track_of
from openlumbar.pipeline.session import Session, Task, tasks_for

OnProgress = Callable[[int, int | None], None]
"""Called with the frames done and the frames expected (None when unknown)."""


def analyze(
    path: Path | str,
    exercise: str,
    level: str | None = None,
    physique: Physique = Physique(),  # noqa: B008 - frozen
    model: str = "full",
) -> Analysis:
    """Analyze a video file, `camera:0` or a `*.pose.npz` track as an exercise (or `auto`).

    Raises:
        InputError: when the recording cannot be read, or there is no such exercise, level or model.
    """
    return analyze_recording(path, exercise, level, physique, model)


def analyze_recording(
    source: Path | str,
    exercise: str,
    level: str | None = None,
    physique: Physique = Physique(),  # noqa: B008 - frozen
    model: str = "full",
    *,
    out: Path | None = None,
    on_progress: OnProgress | None = None,
    seconds: float | None = None,
    is_over: Callable[[], bool] = lambda: False,
    threads: int = THREADS,
) -> Analysis:
    """Analyze a recording; see `analyze`.

    Args:
        source: a video file, `camera:N` or a `*.pose.npz` track.
        exercise: a slug, or `auto`.
        level: the level prescribed; the exercise's default one when None.
        physique: what is known of the person.
        model: the pose model.
        out: a folder to fill with the report, the annotated video, tables and the track.
        on_progress: told how far it is.
        seconds: stop after this much of the recording.
        is_over: asked at each frame whether to stop here.
        threads: how many the pose model computes on.
    """
    tasks = tasks_for(exercise, level)
    with open_recording(source, model, threads) as recording:
        return run(recording, tasks, physique, out=out, on_progress=on_progress, seconds=seconds, is_over=is_over)


def run(
    recording: Recording,
    tasks: tuple[Task, ...],
    physique: Physique,
    *,
    out: Path | None = None,
    on_progress: OnProgress | None = None,
    seconds: float | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> Analysis:
    """Lead an open recording through a session and, when asked for, into a folder; see `analyze_recording`.

    Raises:
        InputError: when there is no frame, or the folder cannot be written to.
    """
    facts, session = recording.facts.within(seconds), Session(tasks, physique)
    until_s, frames = math.inf if seconds is None else seconds, 0
    wanted = takewhile(lambda moment: moment.time_s < until_s and not is_over(), recording)
    with ResultFolder(out, facts, tasks) if out else nullcontext() as folder:
        while moments := list(islice(wanted, facts.chunk_frames)):
            happened = session.push(track_of(moments, facts.frame_size))
            if folder:
                folder.add(moments, happened, session.reached_s)
            frames += len(moments)
            if on_progress:
                on_progress(frames, facts.frames)
        if not frames:
            raise InputError(facts.name, "sent no picture", "record at least a few seconds")
        happened = session.finish()
        source = source_of(session.track, facts.name, recording.sha256(session.track))
        analysis = session.analysis(source, recording.noticed, recording.remarks)
        if folder:
            folder.add((), happened, session.reached_s)
            folder.finish(analysis, session.track, stature_of(physique))
    return analysis
