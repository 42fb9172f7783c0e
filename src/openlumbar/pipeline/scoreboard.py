"""What an onlooker knows at each moment: the count so far, the hold, a fault just made."""

from collections.abc import Mapping, Sequence

from openlumbar.assessment.events import Event, PhaseChanged, RepetitionDone, Unseen
from openlumbar.pipeline.session import Task
from openlumbar.reports.video import Overlay

FAULT_SHOWN_S = 2.0
"""How long a fault stays in the picture after its repetition (product: long enough to look up)."""


class Scoreboard:
    """Follow the events of several tasks; show the one that leads, as the recognition will choose."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        """Start with nothing counted."""
        self._scores = {task.card.slug: _Score(task) for task in tasks}

    def take(self, happened: Mapping[str, Sequence[Event]]) -> None:
        """Take in events; they show from their own time on."""
        for slug, events in happened.items():
            self._scores[slug].waiting += events

    def at(self, time_s: float) -> Overlay:
        """Say what is known at a moment; moments come in the order of time."""
        for score in self._scores.values():
            score.advance(time_s)
        return max(self._scores.values(), key=lambda score: (score.count, score.covered_s)).overlay(time_s)


class _Score:
    """One task's count."""

    def __init__(self, task: Task) -> None:
        self._hold_s = task.level.dose.hold_s
        self._sides = {"left": 0, "right": 0} if task.card.drive.rest == "middle" else None
        self._top_since_s: float | None = None
        self._fault_until_s = float("-inf")
        self.count, self.covered_s = 0, 0.0
        self.waiting: list[Event] = []

    def advance(self, time_s: float) -> None:
        due = [event for event in self.waiting if event.time_s <= time_s]
        self.waiting = [event for event in self.waiting if event.time_s > time_s]
        for event in due:
            self._apply(event)

    def _apply(self, event: Event) -> None:
        if isinstance(event, PhaseChanged):
            self._top_since_s = event.time_s if event.phase == "top" else None
        elif isinstance(event, Unseen):
            self._top_since_s = None
        elif isinstance(event, RepetitionDone):
            self._count(event)

    def _count(self, event: RepetitionDone) -> None:
        repetition = event.repetition
        self.covered_s += repetition.end_s - repetition.start_s
        if repetition.counted:
            self.count += 1
            if self._sides is not None and repetition.side is not None:
                self._sides[repetition.side] += 1
        if repetition.faults:
            self._fault_until_s = event.time_s + FAULT_SHOWN_S

    def overlay(self, time_s: float) -> Overlay:
        held = None
        if self._top_since_s is not None and self._hold_s > 0:
            held = min(1.0, (time_s - self._top_since_s) / self._hold_s)
        left, right = (self._sides["left"], self._sides["right"]) if self._sides else (None, None)
        return Overlay(self.count, left, right, held, time_s <= self._fault_until_s)
