"""Lives of the made clinic: days in which somebody is asked, does and says things, and what the rules make of it.

The doses and their steps are those of `openlumbar.care`, day by day; only what people do and say is made up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from openlumbar.care.body_map import Marks, marks
from openlumbar.care.day_record import DayRecord, Work
from openlumbar.care.dose_state import DoseFacts, ExerciseState
from openlumbar.care.pain import DayPain, Pain
from openlumbar.care.programme import Prescription, begin, prescribe
from openlumbar.care.progression import Step, decide

OPEN_LEVELS = ("L0", "L1", "L2", "L3")
_CALM = Pain(1, 0)
_BACK, _CALF, _FOOT = marks(["back_left"]), marks(["back_left", "calf_left"]), marks(["back_left", "foot_left"])
_LOOKS_BACK = timedelta(days=60)
"""Farther back no rule looks than the longest gap in these lives."""


@dataclass(frozen=True)
class Said:
    """What somebody does and says on a day; `share` is that of the sets asked for, None is no answer."""

    share: float = 1.0
    before: Pain | None = _CALM
    after: Pain | None = _CALM
    next_day: Pain | None = _CALM
    sites: Marks | None = _BACK
    sites_after: Marks | None = _BACK
    painkiller: bool | None = False


@dataclass(frozen=True)
class LivedDay:
    """One day: for each exercise the dose, where it stands and the step that led there; and what was said."""

    day: date
    doses: Mapping[str, Prescription]
    states: Mapping[str, ExerciseState]
    steps: Mapping[str, Step | None]
    said: Said


@dataclass(frozen=True)
class Life:
    """A behaviour's name, the facts of the person, and the days."""

    behaviour: str
    facts: DoseFacts
    days: tuple[LivedDay, ...]


def live(index: int, seed: int, last_day: date, days: int) -> Life:
    """Run one of the lives through its days; the index names behaviour, facts, exercises and the first day."""
    chance = Random(f"{seed}-{index}")  # noqa: S311 - nothing secret
    names = list(BEHAVIOURS)
    name = names[index % len(names)]
    exercises = (("bridge",), ("bridge", "sit-up"), ("bridge", "cross-twist"))[index // len(names) % 3]
    first_day = last_day - timedelta(days=days - 1 + (chance.randrange(40) if days > 300 else 0))
    facts = DoseFacts(
        age_years=chance.randint(24, 78),
        height_cm=chance.randint(152, 192),
        weight_kg=chance.randint(52, 104),
        activity=chance.choice(("active", "inactive")),
        curl_up_max=chance.randint(4, 20),
        days_since_onset=chance.randint(40, 400),
    )
    said = [BEHAVIOURS[name](number) for number in range((last_day - first_day).days + 1)]
    return Life(name, facts, _lived(exercises, facts, first_day, said))


def _lived(exercises: tuple[str, ...], facts: DoseFacts, first_day: date, said: list[Said]) -> tuple[LivedDay, ...]:
    history: list[DayRecord] = []
    states = {slug: begin(slug, facts, first_day, open_levels=OPEN_LEVELS) for slug in exercises}
    lived = []
    for number, today in enumerate(said):
        day = first_day + timedelta(days=number)
        if history and any(work.done for work in history[-1].work.values()):
            pain = replace(history[-1].pain, next_day=today.next_day, sites_next_day=today.sites)
            history[-1] = replace(history[-1], pain=pain)
        recent = [record for record in history if day - record.day <= _LOOKS_BACK]
        morning = [*recent, DayRecord(day, analgesic_started_or_raised=today.painkiller)]
        steps = {slug: _step(morning, state, day, facts) if number else None for slug, state in states.items()}
        states = {slug: step.state if step else states[slug] for slug, step in steps.items()}
        doses = {slug: prescribe(slug, facts, states[slug], (), day, open_levels=OPEN_LEVELS) for slug in exercises}
        lived.append(LivedDay(day, doses, states, steps, today))
        history.append(_evening(doses, day, today))
        recent = [*recent, history[-1]]
        states = {slug: _step(recent, state, day, facts).state for slug, state in states.items()}
    return tuple(lived)


def sets_done(dose: Prescription, said: Said) -> int:
    """Return how many of a day's sets were done."""
    return round(dose.sets_a_day * said.share)


def _step(history: list[DayRecord], state: ExerciseState, day: date, facts: DoseFacts) -> Step:
    return decide(history, state, day, facts=facts, open_levels=OPEN_LEVELS)


def _evening(doses: Mapping[str, Prescription], day: date, said: Said) -> DayRecord:
    work = {
        slug: Work(dose.level or "L0", dose.sets_a_day, done, dose.repetitions * done, 0.9 if done else None)
        for slug, dose in doses.items()
        for done in [sets_done(dose, said)]
    }
    pain = DayPain(said.before, sites_before=said.sites)
    if any(one.done for one in work.values()):
        pain = replace(pain, after=said.after, sites_after=said.sites_after)
    return DayRecord(day, work, pain, said.painkiller)


def _adherent(_: int) -> Said:
    return Said()


def _flaring(number: int) -> Said:
    return Said(after=Pain(7, 0)) if number % 21 == 10 else Said()


def _flaring_a_day_later(number: int) -> Said:
    return Said(next_day=Pain(3, 0)) if number % 30 == 10 else Said()


def _peripheralising(number: int) -> Said:
    leg = Said(before=Pain(1, 2), after=Pain(1, 2), next_day=Pain(1, 2), sites=_CALF, sites_after=_CALF)
    return replace(leg, sites_after=_FOOT) if number % 90 in range(21, 30) else leg


def _centralising(number: int) -> Said:
    if number < 21:
        return Said(before=Pain(2, 4), after=Pain(4, 1), next_day=Pain(2, 4), sites=_CALF, sites_after=_BACK)
    return Said()


def _missing_days(number: int) -> Said:
    away = range(14, 16), range(22, 26), range(33, 43), range(50, 80), range(200, 230)
    return Said(share=0.0, before=None, painkiller=None) if any(number in gap for gap in away) else Said(share=0.7)


def _masked(number: int) -> Said:
    none = Pain(0, 0)
    return Said(before=none, after=none, next_day=none, painkiller=number % 60 in range(7, 14))


def _silent(_: int) -> Said:
    return Said(before=None, after=None, next_day=None, sites=None, sites_after=None, painkiller=None)


BEHAVIOURS: Mapping[str, Callable[[int], Said]] = {
    "adherent": _adherent,
    "flaring": _flaring,
    "flaring a day later": _flaring_a_day_later,
    "peripheralising": _peripheralising,
    "centralising": _centralising,
    "missing days": _missing_days,
    "masked": _masked,
    "silent": _silent,
}
"""What people are like → day number, 0 the first → what they do and say."""
