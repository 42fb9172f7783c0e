"""The `--out` folder: everything about one analysis, each file whole or not at all."""

import contextlib
import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Event
from openlumbar.errors import InputError
from openlumbar.physique import Stature
from openlumbar.pipeline.key_frames import KeyFrameChooser
from openlumbar.pipeline.recording import Facts, Moment
from openlumbar.pipeline.scoreboard import Scoreboard
from openlumbar.pipeline.session import Task
from openlumbar.pose.track import PoseTrack
from openlumbar.reports.page import write_report
from openlumbar.reports.tables import write_repetitions_csv, write_result_json, write_signals_csv
from openlumbar.reports.video import AnnotatedVideo

REPORT, VIDEO, SIGNALS = "report.html", "annotated.mp4", "signals.csv"
REPETITIONS, TRACK, RESULT = "repetitions.csv", "track.pose.npz", "result.json"
_DRAWN_SIDE_PX = 640  # a figure on a plain ground needs no more, and takes a third of the time of 1280
_REMEDY = "choose another folder, or one with room for it"


def make_folder(folder: Path) -> Path:
    """Make a folder and see that it can be written to.

    Raises:
        InputError: when it cannot.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except FileExistsError:
        raise InputError(str(folder), "is a file, a folder is needed", "choose another name for --out") from None
    except OSError as error:
        raise _refusal(folder, error) from None


class ResultFolder:
    """Fills a folder while a recording streams by: the video as it goes, the rest at the end."""

    def __init__(self, folder: Path, facts: Facts, tasks: Sequence[Task]) -> None:
        """Begin the video.

        Raises:
            InputError: when the folder cannot be written to.
        """
        self._folder = make_folder(folder)
        self._waiting: deque[Moment] = deque()
        self._scoreboard = Scoreboard(tasks)
        self._key_frames = KeyFrameChooser([task.card.slug for task in tasks], facts.frame_size)
        self._shrink = 1.0 if facts.has_pictures else min(1.0, _DRAWN_SIDE_PX / max(facts.frame_size))
        width, height = (max(1, round(side * self._shrink)) for side in facts.frame_size)
        self._video = AnnotatedVideo(self._folder / VIDEO, (width, height), facts.fps, facts.duration_s)

    def __enter__(self) -> Self:
        """Return the folder."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Finish the video; after an error leave none behind."""
        self._video.__exit__(kind, error, trace)

    def add(self, moments: Sequence[Moment], happened: Mapping[str, Sequence[Event]], reached_s: float) -> None:
        """Take in moments and events, and draw what has been judged.

        Raises:
            InputError: when the video cannot be written.
        """
        for moment in moments:
            self._key_frames.see(moment)
        self._waiting.extend(moments)
        self._scoreboard.take(happened)
        self._key_frames.take(happened)
        while self._waiting and self._waiting[0].time_s <= reached_s:
            moment = self._waiting.popleft()
            overlay, pose = self._scoreboard.at(moment.time_s), moment.pose
            image, visibility = (pose.image * self._shrink, pose.visibility) if pose else (None, None)
            self._video.add(moment.time_s, moment.rgb, image, visibility, overlay)

    def finish(self, analysis: Analysis, track: PoseTrack, stature: Stature) -> None:
        """Write everything else.

        Raises:
            InputError: when something cannot be written.
        """
        folder = self._folder
        try:
            self._video.close()
            track.save(folder / TRACK)
            write_signals_csv(analysis, folder / SIGNALS)
            write_repetitions_csv(analysis, folder / REPETITIONS)
            write_report(analysis, self._key_frames.chosen(analysis.card.slug), folder / REPORT, stature)
            write_result_json(analysis, folder / RESULT)
        except OSError as error:
            with contextlib.suppress(OSError):
                (folder / f"{TRACK}.part").unlink(missing_ok=True)
            raise _refusal(folder, error) from None


def _refusal(folder: Path, error: OSError) -> InputError:
    reason = (error.strerror or "unknown reason").lower()
    return InputError(str(folder), f"cannot be written to ({reason})", _REMEDY)
