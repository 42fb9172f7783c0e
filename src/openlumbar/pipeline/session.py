"""One session from pose frames to the judged analysis; a live stream and a file go through the same one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openlumbar.assessment.analysis import Analysis, Source
from openlumbar.assessment.engine import Assessor
from openlumbar.assessment.events import Event, Repetition, RepetitionDone
from openlumbar.cards import Card, Level, exercise, exercise_slugs
from openlumbar.errors import InputError
from openlumbar.kinematics.signals import Signals
from openlumbar.kinematics.stream import SignalStream
from openlumbar.physique import Physique
from openlumbar.pipeline.judgement import Sightings, recognise, weigh
from openlumbar.pipeline.loads import with_loads
from openlumbar.pose.backends import Remark
from openlumbar.pose.track import PoseTrack

AUTO = "auto"
"""In place of an exercise's slug: find out which one is done."""


@dataclass(frozen=True)
class Task:
    """An exercise at a level."""

    card: Card
    level: Level


def tasks_for(slug: str, level_id: str | None = None) -> tuple[Task, ...]:
    """Name what a recording is judged as: one exercise, or for `auto` every one that has the level.

    Raises:
        InputError: when there is no such exercise or level, or the level is not judged by a camera.
    """
    wanted = level_id.upper() if level_id else None
    if slug != AUTO:
        return (_task(exercise(slug), wanted),)
    tasks, refusal = [], None
    for known in exercise_slugs():
        try:
            tasks.append(_task(exercise(known), wanted))
        except InputError as error:
            refusal = error
    if not tasks and refusal is not None:
        raise refusal
    return tuple(tasks)


def _task(card: Card, level_id: str | None) -> Task:
    level = card.level(level_id)
    if level.by_clock:
        judged = ", ".join(other.id for other in card.levels if not other.by_clock)
        problem = f"this level of {card.slug} is too small a movement for one camera and is guided by the clock"
        raise InputError(f"level {level.id}", problem, f"choose one of {judged}")
    return Task(card, level)


class _Course:
    """What one task has seen so far."""

    def __init__(self, task: Task, physique: Physique) -> None:
        self.task = task
        self.assessor = Assessor(task.card, task.level, physique)
        self.repetitions: list[Repetition] = []

    def take(self, events: list[Event]) -> list[Event]:
        self.repetitions += [event.repetition for event in events if isinstance(event, RepetitionDone)]
        return events


class Session:
    """Pose frames in, events out, and the analysis at the end.

    Several tasks are judged side by side over the same signals: that is how an exercise is recognised.

    Attributes:
        reached_s: time of the newest frame that has been judged; it lags the newest frame a little.
    """

    def __init__(self, tasks: Sequence[Task], physique: Physique) -> None:
        """Start with nothing seen."""
        self._physique = physique
        self._stream = SignalStream(physique)
        self._courses = [_Course(task, physique) for task in tasks]
        self._signals: list[Signals] = []
        self._tracks: list[PoseTrack] = []
        self.reached_s = float("-inf")

    def push(self, frames: PoseTrack) -> Mapping[str, list[Event]]:
        """Take in frames, any number of them; return what they brought about, by the exercise's slug."""
        self._tracks.append(frames)
        return self._judge(self._stream.push(frames))

    def finish(self) -> Mapping[str, list[Event]]:
        """End the recording; return what was still open."""
        events = self._judge(self._stream.finish())
        return {
            course.task.card.slug: events[course.task.card.slug] + course.take(course.assessor.finish())
            for course in self._courses
        }

    @property
    def track(self) -> PoseTrack:
        """Everything pushed, as one track.

        Raises:
            ValueError: when nothing was.
        """
        if not self._tracks:
            raise ValueError("no frame was pushed")
        self._tracks = [PoseTrack.concatenate(self._tracks)]
        return self._tracks[0]

    def analysis(self, source: Source, noticed: Sequence[Remark] = (), remarks: Sequence[str] = ()) -> Analysis:
        """Judge the recording so far: the task asked for, or the one that was recognised.

        Args:
            source: where the frames came from.
            noticed: what the pose backend noticed; it may make the recording unfit to be judged.
            remarks: what else is worth saying, and changes no judgement.
        """
        signals, has_person = self._all_signals(), self.track.has_person
        duration_s = float(self.track.time_s[-1] - self.track.time_s[0])
        sightings = Sightings(len(has_person), int(has_person.sum()), duration_s, tuple(noticed))
        found = recognise(
            [
                Analysis(
                    card=course.task.card,
                    level=course.task.level,
                    source=source,
                    verdict=weigh(course.assessor.verdict, sightings),
                    repetitions=tuple(course.repetitions),
                    signals=signals,
                    remarks=tuple(remarks),
                )
                for course in self._courses
            ]
        )
        return with_loads(found, self._physique)

    def _judge(self, signals: Signals) -> dict[str, list[Event]]:
        happened: dict[str, list[Event]] = {course.task.card.slug: [] for course in self._courses}
        if len(signals):
            self._signals.append(signals)
            self.reached_s = float(signals.time_s[-1])
        for sample in signals.samples():
            for course in self._courses:
                happened[course.task.card.slug] += course.take(course.assessor.step(sample))
        return happened

    def _all_signals(self) -> Signals:
        self._signals = [Signals.concatenate(self._signals)]
        return self._signals[0]
