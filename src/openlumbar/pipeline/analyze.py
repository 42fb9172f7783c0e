"""A recording in, an analysis out, and a folder of results on the way when one is asked for."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from itertools import islice
from pathlib import Path

from openlumbar.assessment.analysis import Analysis
from openlumbar.errors import InputError
from openlumbar.physique import Physique, stature_of
from openlumbar.pipeline.folder import ResultFolder
from openlumbar.pipeline.recording import Moment, Recording, open_recording, source_of, track_of
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
    """
    tasks = tasks_for(exercise, level)
    with open_recording(source, model) as recording:
        return run(recording, tasks, physique, out, on_progress, lambda m: is_over() or _is_past(m, seconds))


def run(
    recording: Recording,
    tasks: tuple[Task, ...],
    physique: Physique,
    out: Path | None = None,
    on_progress: OnProgress | None = None,
    is_over: Callable[[Moment], bool] = lambda _: False,
) -> Analysis:
    """Lead an open recording through a session and, when asked for, into a folder."""
    facts, session = recording.facts, Session(tasks, physique)
    frames = 0
    with ResultFolder(out, facts, tasks) if out else nullcontext() as folder:
        for moments in _chunks(recording, facts.chunk_frames, is_over):
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


def _chunks(recording: Recording, size: int, is_over: Callable[[Moment], bool]) -> Iterator[list[Moment]]:
    moments = _until(recording, is_over)
    while chunk := list(islice(moments, size)):
        yield chunk


def _until(recording: Recording, is_over: Callable[[Moment], bool]) -> Iterator[Moment]:
    for moment in recording:
        if is_over(moment):
            return
        yield moment


def _is_past(moment: Moment, seconds: float | None) -> bool:
    return seconds is not None and moment.time_s >= seconds
