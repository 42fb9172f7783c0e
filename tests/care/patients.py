"""Simulated people who go through the rules day by day: what they are asked, do and say, and what follows.

`live` returns one `Lived` a day; a chart of twelve weeks can be drawn from it as it stands.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from openlumbar.care.body_map import Marks, marks
from openlumbar.care.day_record import DayRecord, Work
from openlumbar.care.dose_state import DoseFacts, ExerciseState, Unlock
from openlumbar.care.pain import DayPain, Pain
from openlumbar.care.programme import Prescription, begin, prescribe
from openlumbar.care.progression import Step, decide

START = date(2026, 1, 5)
TWELVE_WEEKS = 84
CALM = Pain(1, 0)
BACK, CALF, FOOT = marks(["back_left"]), marks(["calf_left"]), marks(["foot_left"])
FIT = DoseFacts(age_years=40, height_cm=175, weight_kg=70, activity="active", curl_up_max=15, days_since_onset=200)
HEAVY = DoseFacts(age_years=72, height_cm=165, weight_kg=90, activity="inactive", curl_up_max=8, days_since_onset=200)


@dataclass(frozen=True)
class Said:
    """What somebody does and says on a day. `share` is that of the sets asked for; None is no answer."""

    share: float = 1.0
    form: float | None = 0.9
    before: Pain | None = CALM
    during: Pain | None = None
    after: Pain | None = CALM
    next_day: Pain | None = CALM
    sites_before: Marks | None = BACK
    sites_after: Marks | None = BACK
    sites_next_day: Marks | None = BACK
    painkiller: bool | None = False


Behaviour = Callable[[int], Said]
"""Day number, 0 the first → what is done and said."""


@dataclass(frozen=True)
class Patient:
    """A person: the facts, what the gate opens on a day, and how they behave."""

    behaviour: Behaviour
    facts: DoseFacts = FIT
    exercise: str = "sit-up"
    open_levels: Callable[[int], tuple[str, ...]] = lambda _: ("L0", "L1", "L2", "L3")
    unlocks: tuple[Unlock, ...] = ()
    begin_level: str | None = None
    decides: Callable[[int], bool] = field(default=lambda _: True)


@dataclass(frozen=True)
class Lived:
    """A day as it went: the step of the morning, the dose that followed, and what was said of it in the end."""

    number: int
    day: date
    step: Step | None
    dose: Prescription
    record: DayRecord
    state_before: ExerciseState


def live(patient: Patient, days: int = TWELVE_WEEKS) -> list[Lived]:
    """Run a person through the days; each morning the pain of the day after is told and a step decided."""
    history: list[DayRecord] = []
    state = begin(patient.exercise, patient.facts, START, open_levels=patient.open_levels(0))
    if patient.begin_level is not None:
        state = replace(state, level=patient.begin_level)
    lived = []
    for number in range(days):
        day, said = START + timedelta(days=number), patient.behaviour(number)
        if history:
            history[-1] = _told_next_day(history[-1], patient.behaviour(number - 1))
        before, step = state, None
        if patient.decides(number):
            morning = DayRecord(day, analgesic_started_or_raised=said.painkiller)
            step = _decide(patient, [*history, morning], state, number)
            state = step.state
        dose = prescribe(
            patient.exercise, patient.facts, state, patient.unlocks, day, open_levels=patient.open_levels(number)
        )
        history.append(_evening(patient.exercise, dose, said))
        lived.append(Lived(number, day, step, dose, history[-1], before))
        # In the evening the pain of the sets is known: a red one counts at once.
        if patient.decides(number):
            state = _decide(patient, history, state, number).state
    return [replace(today, record=record) for today, record in zip(lived, history, strict=True)]


def _decide(patient: Patient, history: list[DayRecord], state: ExerciseState, number: int) -> Step:
    return decide(
        history,
        state,
        START + timedelta(days=number),
        facts=patient.facts,
        open_levels=patient.open_levels(number),
        unlocks=patient.unlocks,
    )


def _evening(slug: str, dose: Prescription, said: Said) -> DayRecord:
    done = round(dose.sets_a_day * said.share)
    work = Work(dose.level or "L0", dose.sets_a_day, done, dose.repetitions * done, said.form if done else None)
    pain = DayPain(said.before, sites_before=said.sites_before)
    if done:
        pain = DayPain(
            said.before, said.during, said.after, sites_before=said.sites_before, sites_after=said.sites_after
        )
    return DayRecord(dose.day, {slug: work}, pain, said.painkiller)


def _told_next_day(record: DayRecord, said: Said) -> DayRecord:
    if not any(work.done for work in record.work.values()):
        return record
    return replace(record, pain=replace(record.pain, next_day=said.next_day, sites_next_day=said.sites_next_day))


def adherent(_: int) -> Said:
    """Do everything, calmly."""
    return Said()


def flaring(number: int) -> Said:
    """Have a bad day every third week."""
    return Said(after=Pain(7, 0)) if number % 21 == 10 else Said()


def flaring_a_day_later(number: int) -> Said:
    """Feel the bad day only on the day after."""
    return Said(next_day=Pain(3, 0)) if number % 21 == 10 else Said()


def peripheralising(number: int) -> Said:
    """Feel the pain go further down the leg in the fourth week, for three days on which something was done."""
    leg = Said(before=Pain(1, 2), after=Pain(1, 2), next_day=Pain(1, 2), **_sites(CALF))
    return replace(leg, sites_after=FOOT) if 21 <= number < 30 else leg


def centralising(number: int) -> Said:
    """Feel the leg's pain move up into the back, which hurts more for it, in the first weeks."""
    if number < 14:
        return Said(before=Pain(2, 4), after=Pain(6, 1), next_day=Pain(2, 4), **(_sites(CALF) | {"sites_after": BACK}))
    return Said()


def missing_days(number: int) -> Said:
    """Do nothing for some days, in ever longer gaps."""
    away = range(14, 16), range(22, 26), range(33, 43), range(50, 80)
    return Said(share=0.0) if any(number in gap for gap in away) else Said()


def masked(number: int) -> Said:
    """Take a new painkiller in the second week, and feel nothing from then on."""
    return Said(before=Pain(0, 0), after=Pain(0, 0), next_day=Pain(0, 0), painkiller=7 <= number < 28)


def silent(_: int) -> Said:
    """Do everything and answer nothing."""
    return Said(
        form=None, before=None, after=None, next_day=None, painkiller=None,
        sites_before=None, sites_after=None, sites_next_day=None,
    )  # fmt: skip


def _sites(here: Marks) -> dict[str, Marks]:
    return {"sites_before": here, "sites_after": here, "sites_next_day": here}
