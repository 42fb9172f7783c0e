"""What a day has left behind: the sets done, how well, the pain, and whether a painkiller was started or raised."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from itertools import pairwise

from openlumbar.assessment.events import Repetition
from openlumbar.care.pain import DayPain
from openlumbar.care.progression_rules import progression_rules
from openlumbar.errors import InputError


@dataclass(frozen=True, slots=True)
class Work:
    """The sets of one exercise on one day; `prescribed` 0 is a day that we asked to rest.

    `load_stops` counts the times that the coach stopped because the disc carried more than the stage allows.
    `form_score` is the mean of the day, 0 to 1; None was not seen (no camera, or a level that runs by the clock).

    Raises:
        InputError: when a number cannot be.
    """

    level: str
    prescribed: int
    done: int
    repetitions: int = 0
    form_score: float | None = None
    load_stops: int = 0

    def __post_init__(self) -> None:
        """Refuse what cannot have been."""
        if min(self.prescribed, self.done, self.repetitions, self.load_stops) < 0:
            raise InputError("sets of a day", "a number is below zero", "count again")
        if self.form_score is not None and not 0 <= self.form_score <= 1:
            raise InputError("form score", f"{self.form_score:g} is outside 0 to 1", "give the share, or leave it out")


@dataclass(frozen=True, slots=True)
class DayRecord:
    """One day: the work by exercise, what was said of pain, and of painkillers (None: not known)."""

    day: date
    work: Mapping[str, Work] = field(default_factory=dict)
    pain: DayPain = field(default_factory=DayPain)
    analgesic_started_or_raised: bool | None = None

    def trained(self, exercise: str) -> Work | None:
        """Return the work of an exercise of which at least one set was done."""
        work = self.work.get(exercise)
        return work if work is not None and work.done > 0 else None

    def tried(self, exercise: str) -> Work | None:
        """Return the work of an exercise of which a set was done, or one was stopped for the load on the disc."""
        work = self.work.get(exercise)
        return work if work is not None and (work.done > 0 or work.load_stops > 0) else None


def in_order(history: Iterable[DayRecord], today: date) -> tuple[DayRecord, ...]:
    """Return the records up to today, the oldest first.

    Raises:
        InputError: when a day has two records.
    """
    records = tuple(sorted((record for record in history if record.day <= today), key=lambda record: record.day))
    for earlier, later in pairwise(records):
        if earlier.day == later.day:
            raise InputError("history", f"{later.day} has two records", "give one record for each day")
    return records


def share_done(works: Collection[Work]) -> float:
    """Return the share of the prescribed sets that were done, 0 to 1; sets beyond them count for nothing."""
    prescribed = sum(work.prescribed for work in works)
    done = sum(min(work.done, work.prescribed) for work in works)
    return done / prescribed if prescribed else 0.0


def form_score(repetitions: Collection[Repetition]) -> float | None:
    """Return how well repetitions were done, 0 to 1: the mean over all that the coach saw, attempts included.

    A counted repetition is 1 less a share for each of its faults, 0 at least; an attempt that did not count is 0.
    None when nothing was seen. (Product rule; the share stands in content/care/progression.toml.)
    """
    if not repetitions:
        return None
    per_fault = Fraction(str(progression_rules().form.per_fault.value))
    clean = Fraction(1)
    scores = [max(clean - per_fault * len(seen.faults), Fraction(0)) for seen in repetitions if seen.counted]
    return float(sum(scores, Fraction(0)) / len(repetitions))
