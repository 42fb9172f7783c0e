"""A made clinic: an administrator, therapists, and patients each with a year of diary and sessions.

It is made of a seed, through the same interfaces that the program uses; two of the same seed and day differ only in
what nobody may guess: ids, keys, passwords' salts.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random

from argon2.profiles import CHEAPEST

from benchmarks._clinic_entries import Writing
from benchmarks._clinic_lives import Life, live
from benchmarks._clinic_sessions import LedSession, led_session
from openlumbar.physique import Physique
from openlumbar.pipeline.clinic import Clinic
from openlumbar.records.accounts import Accounts
from openlumbar.records.diary import Diary
from openlumbar.records.passwords import Hasher
from openlumbar.records.people import People
from openlumbar.records.store import Entry, SessionRow, Store

PASSWORD = "four calm herons wade"  # noqa: S105 - nobody's
LIVES = 24
_COACHED = 0.12
"""Share of the sets of which the record has a session."""
_WITH_SIGNALS = 3
"""Sessions with signals, the latest of each person: they are large."""


@dataclass(frozen=True)
class Size:
    """How many patients and therapists, and for how many days."""

    patients: int = 500
    days: int = 365
    therapists: int = 5


@dataclass(frozen=True)
class Made:
    """What a made clinic holds."""

    entries: int
    sessions: int
    events: int


def patient_name(number: int) -> str:
    """Name the account of a patient, counted from 0."""
    return f"patient{number:03}"


def therapist_name(number: int) -> str:
    """Name the account of a therapist, counted from 0."""
    return f"therapist{number}"


ADMINISTRATOR = "head"


def make_clinic(store: Store, size: Size, seed: int, now: datetime, tell: Callable[[int], None]) -> Made:
    """Fill an empty record; `tell` is called with the number of patients that are done.

    What is written ends with the day before `now`, whose time zone is everyone's.
    """
    accounts = Accounts(store, Hasher(CHEAPEST))  # a real hash takes longer than a patient's whole year
    diary, people = Diary(store), People(store)
    clinic = Clinic(diary, people, lambda: now)
    lives: dict[int, Life] = {}
    accounts.add(ADMINISTRATOR, PASSWORD, "administrator")
    therapists = [
        accounts.add(therapist_name(number), PASSWORD, "therapist", at=now).id for number in range(size.therapists)
    ]
    made = [0, 0, 0]
    for number in range(size.patients):
        index, chance = number % LIVES, Random(f"{seed}/{number}")  # noqa: S311 - nothing secret
        if index not in lives:
            lives[index] = live(index, seed, now.date() - timedelta(days=1), size.days)
        life, therapist = lives[index], therapists[number % len(therapists)]
        began_at = datetime.combine(life.days[0].day, time(6), now.tzinfo)
        person = people.add(f"Patient {number}", began_at).id
        accounts.add(patient_name(number), PASSWORD, "patient", person, at=began_at)
        accounts.link(therapist, person, at=began_at)
        drafts = list(Writing(life, chance, began_at.tzinfo or UTC, therapist).drafts())
        diary.write(person, *drafts)
        sessions = _sessions(life, chance, began_at)
        _keep(store, person, sessions)
        clinic.refresh(person)  # as the running program does within the minute
        made = [made[0] + len(drafts), made[1] + len(sessions), made[2] + sum(len(one.events) for one in sessions)]
        tell(number + 1)
    return Made(*made)


def _sessions(life: Life, chance: Random, began_at: datetime) -> list[LedSession]:
    body = Physique(height_cm=life.facts.height_cm, weight_kg=life.facts.weight_kg, age=life.facts.age_years)
    sets = [
        (datetime.combine(lived.day, time(9, chance.randrange(50)), began_at.tzinfo), dose)
        for lived in life.days
        if lived.said.share
        for dose in lived.doses.values()
        if dose.sets_a_day and dose.level and chance.random() < _COACHED
    ]
    return [
        led_session(dose.exercise, dose.level or "", dose.repetitions, at, body, chance, signals=left <= _WITH_SIGNALS)
        for left, (at, dose) in zip(range(len(sets), 0, -1), sets, strict=True)
    ]


def _keep(store: Store, person_id: str, sessions: list[LedSession]) -> None:
    rows: list[SessionRow] = []
    entries: list[Entry] = []
    for led in sessions:
        row = SessionRow(
            id=secrets.token_urlsafe(16),
            exercise=led.exercise,
            level=led.level,
            source="camera",
            language="en",
            plan=led.plan,
            state="done",
            started_at=led.started_at,
            ended_at=led.ended_at,
            height_cm=led.physique.height_cm,
            weight_kg=led.physique.weight_kg,
            age=led.physique.age,
            outcome=led.outcome,
            person_id=person_id,
        )
        rows.append(row)
        entries += [(row.id, event) for event in led.events]
        entries += [(row.id, led.signals)] if led.signals is not None else []
    store.append_all(entries, rows)
