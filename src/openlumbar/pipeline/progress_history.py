"""How it has gone: pain, form, sets, load and levels day by day, and every step of the dose with its reason."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from openlumbar.cards import Text, exercise, exercise_slugs
from openlumbar.care.day_record import DayRecord
from openlumbar.care.pain import DayZoneName, Pain, day_zone
from openlumbar.pipeline.care_entries import SetLoad, load_of, state_of, text_of
from openlumbar.pipeline.patient_chart import PatientChart

UNTOLD: tuple[str, ...] = ("hold", "begin")
"""Changes of a programme that are no step."""


@dataclass(frozen=True, slots=True)
class ProgressDay:
    """One day: the worst pain, its zone, the mean form, the sets and what the disc carried in them; None: not known.

    `load_peak`, with the ends of its 90 % interval, is a multiple of quiet standing; `load_minutes` is load × time, as
    the minutes of quiet standing that come to the same.
    """

    day: date
    back: int | None = None
    leg: int | None = None
    zone: DayZoneName | None = None
    form: float | None = None
    done: int = 0
    prescribed: int = 0
    load_peak: float | None = None
    load_low: float | None = None
    load_high: float | None = None
    load_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class LevelLine:
    """The levels of an exercise: the day from which each held, and its place among the card's levels."""

    slug: str
    levels: tuple[str, ...]
    changes: tuple[tuple[date, str], ...]


@dataclass(frozen=True, slots=True)
class DoseStep:
    """A step of the dose, and why."""

    day: date
    slug: str
    level: str
    sets: int
    repetitions: int
    change: str
    why: Text


@dataclass(frozen=True, slots=True)
class Progress:
    """Some weeks of a person, the oldest day first, without gaps; the newest step first."""

    days: tuple[ProgressDay, ...]
    lines: tuple[LevelLine, ...]
    steps: tuple[DoseStep, ...]

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to show yet."""
        return not any(day.zone or day.done for day in self.days)


def progress_of(chart: PatientChart, days: int | None) -> Progress:
    """Return the last so many days, or (None) all since the first."""
    first = chart.history[0].day
    if days is not None:
        first = max(first, chart.today - timedelta(days=days - 1))
    by_day = {record.day: record for record in chart.history}
    loads: defaultdict[date, list[SetLoad]] = defaultdict(list)
    for entry in chart.entries:
        if entry.kind == "set" and (load := load_of(entry.data)) is not None:
            loads[entry.day].append(load)
    span = [first + timedelta(days=number) for number in range((chart.today - first).days + 1)]
    return Progress(
        days=tuple(_day(by_day[day], loads[day]) if day in by_day else ProgressDay(day) for day in span),
        lines=tuple(line for slug in exercise_slugs() if (line := _line(chart, slug)).changes),
        steps=tuple(sorted(_steps(chart, first), key=lambda step: step.day, reverse=True)),
    )


def _day(record: DayRecord, loads: Sequence[SetLoad]) -> ProgressDay:
    told = _told(record)
    works = tuple(record.work.values())
    known = [load for load in loads if load.peak is not None]
    highest = max(known, key=lambda load: load.peak or 0.0, default=SetLoad())
    minutes = [load.standing_minutes for load in known if load.standing_minutes is not None]
    forms = [work.form_score for work in works if work.form_score is not None]
    return ProgressDay(
        day=record.day,
        back=max((pain.back for pain in told), default=None),
        leg=max((pain.leg for pain in told), default=None),
        zone=day_zone(record.pain).zone if told else None,
        form=sum(forms) / len(forms) if forms else None,
        done=sum(work.done for work in works),
        prescribed=sum(work.prescribed for work in works),
        load_peak=highest.peak,
        load_low=highest.low,
        load_high=highest.high,
        load_minutes=sum(minutes) if minutes else None,
    )


def _told(record: DayRecord) -> Sequence[Pain]:
    pain = record.pain
    return [told for told in (pain.before, pain.during, pain.after, pain.next_day) if told is not None]


def _line(chart: PatientChart, slug: str) -> LevelLine:
    changes: list[tuple[date, str]] = []
    for entry in chart.programmes(slug):
        level = state_of(entry.data["state"]).level
        if changes and changes[-1][0] == entry.day:
            changes.pop()
        if not changes or changes[-1][1] != level:
            changes.append((entry.day, level))
    return LevelLine(slug, tuple(level.id for level in exercise(slug).levels), tuple(changes))


def _steps(chart: PatientChart, first: date) -> list[DoseStep]:
    return [
        DoseStep(
            day=entry.day,
            slug=slug,
            level=state_of(entry.data["state"]).level,
            sets=entry.data["sets"],
            repetitions=entry.data["repetitions"],
            change=entry.data["change"],
            why=text_of(entry.data["why"]),
        )
        for slug in exercise_slugs()
        for entry in chart.programmes(slug)
        if entry.day >= first and entry.data["change"] not in UNTOLD
    ]
