"""The people of a therapist at a glance: who needs somebody first, and why.

What a list shows of a person is worked out of the whole diary once and kept as a summary until the diary goes on. It
holds days, not counts: what they come to today is worked out when the list is looked at. The rules are those of `care`.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from time import perf_counter
from typing import Any, Literal, get_args

from openlumbar.cards import exercise_slugs
from openlumbar.care.adherence import adherence_rules
from openlumbar.care.clinician_flags import Outcome, no_gain
from openlumbar.care.pain import day_zone
from openlumbar.care.progression_rules import progression_rules
from openlumbar.pipeline.care import Clock
from openlumbar.pipeline.care_entries import state_of
from openlumbar.pipeline.care_facts import outcomes_in
from openlumbar.pipeline.patient_chart import PatientChart
from openlumbar.records.diary import Diary, Summary
from openlumbar.records.people import People

Light = Literal["red", "amber", "new", "green"]
"""How much somebody is needed, the most first; "new": nothing has been done yet."""

Need = Literal["locked", "red_days", "further_down", "unread", "clearance", "no_gain", "red_day", "missed", "not_begun"]
"""Why somebody is needed, the strongest first; "unread": the diary has gone on and was not looked through yet."""

_NEEDS: tuple[Need, ...] = get_args(Need)
_LIGHTS: tuple[Light, ...] = ("red", "amber", "new", "green")
_RED: frozenset[Need] = frozenset({"locked", "red_days", "further_down"})
_AMBER: frozenset[Need] = frozenset({"unread", "clearance", "no_gain", "red_day", "missed"})
PATIENCE_S = 0.05
"""How long a page waits for diaries to be looked through before the next is begun (a year of one takes most of 100 ms);
one always is, the rest follow by themselves, and what is not known yet is shown as such."""

_LAYOUT = 1
"""Number of the layout of a summary; one of another is worked out anew."""


@dataclass(frozen=True, slots=True)
class Patient:
    """A line of the list; `missed` days in a row up to yesterday, `next_due` the day of the next set (None: held)."""

    person_id: str
    name: str
    needs: tuple[Need, ...]
    red_days: int
    missed: int
    seen_at: datetime | None
    next_due: date | None

    @property
    def light(self) -> Light:
        """Return how much somebody is needed."""
        if _RED & set(self.needs):
            return "red"
        if _AMBER & set(self.needs):
            return "amber"
        return "new" if "not_begun" in self.needs else "green"

    @property
    def order(self) -> tuple[int, int, int, int, str]:
        """Return where the line belongs: who needs somebody most comes first."""
        strongest = min(map(_NEEDS.index, self.needs), default=len(_NEEDS))
        return _LIGHTS.index(self.light), strongest, -len(self.needs), -self.missed, self.name.casefold()


class Clinic:
    """The lists of all therapists."""

    def __init__(self, diary: Diary, people: People, clock: Clock, patience_s: float = PATIENCE_S) -> None:
        """Keep where the diaries and names are, the clock, and how long a page waits for diaries."""
        self._diary, self._people, self._clock, self._patience_s = diary, people, clock, patience_s

    def patients(self, person_ids: Collection[str]) -> tuple[Patient, ...]:
        """Return these people, who needs somebody most first."""
        today, kept = self._clock().date(), self._diary.summaries(person_ids)
        waiting = [person_id for person_id, summary in kept.items() if not _is_fresh(summary)]
        facts = {person_id: summary.data if _is_fresh(summary) else None for person_id, summary in kept.items()}
        begun_s = perf_counter()
        for number, person_id in enumerate(waiting):
            if number and perf_counter() - begun_s >= self._patience_s:
                break
            facts[person_id] = self.refresh(person_id)
        everybody = self._people.all() if len(facts) > 1 else map(self._people.get, facts)
        people = [person for person in everybody if person is not None and person.id in facts]
        lines = (patient_of(person.id, person.name, facts[person.id], today) for person in people)
        return tuple(sorted(lines, key=lambda line: line.order))

    def patient(self, person_id: str) -> Patient | None:
        """Return one person, None when there is none."""
        return next(iter(self.patients([person_id])), None)

    def stale(self, person_ids: Collection[str]) -> tuple[str, ...]:
        """Name those whose summary lacks what was written since, or was made on another day."""
        today, kept = self._clock().date().isoformat(), self._diary.summaries(person_ids)
        return tuple(
            person_id
            for person_id, summary in kept.items()
            if not _is_fresh(summary) or (summary.data or {}).get("made_on") != today
        )

    def refresh(self, person_id: str) -> Mapping[str, Any]:
        """Work a person's summary out of their diary and keep it."""
        upto, entries = self._diary.latest(person_id), self._diary.read(person_id)
        facts = facts_of(PatientChart(entries, self._clock(), False))
        self._diary.keep_summary(person_id, upto, facts)
        return facts


def _is_fresh(summary: Summary) -> bool:
    """Tell whether a summary has all that was written, in the layout of today's program."""
    return summary.data is not None and summary.upto >= summary.newest and summary.data.get("layout") == _LAYOUT


def facts_of(chart: PatientChart) -> dict[str, Any]:
    """Write down, in days, what a list tells of a person."""
    zones = {record.day: day_zone(record.pain) for record in chart.history}
    outcomes = {chart.standing_gate(slug).outcome for slug in exercise_slugs()}
    sets = [entry.day for entry in chart.entries if entry.kind == "set"]
    programmes = [entry for entry in chart.entries if entry.kind == "programme"]
    latest = {entry.data["exercise"]: state_of(entry.data["state"]) for entry in programmes}
    rests = [state.rest_until for state in latest.values() if state.rest_until is not None]
    done = [record.day for record in chart.history if _is_done(record.work.values())]
    own = [entry.at for entry in chart.entries if entry.by is None]
    return {
        "layout": _LAYOUT,
        "made_on": chart.today.isoformat(),
        "red_on": [day.isoformat() for day, zone in zones.items() if zone.zone == "red"],
        "further_down_on": [day.isoformat() for day, zone in zones.items() if "further_down" in zone.reasons],
        "outcomes": _ends(outcomes_in(chart.entries)),
        "is_locked": "emergency" in outcomes,
        "held_by": None if outcomes & {"go", "adapt"} else "clinician" if "clinician" in outcomes else "other",
        "last_set_on": _iso(max(sets, default=None)),
        "asked_since": _iso(min((entry.day for entry in programmes if entry.data["sets"]), default=None)),
        "rest_until": _iso(max(rests, default=None)),
        "done_on": _iso(max(done, default=None)),
        "seen_at": max(own).isoformat() if own else None,
    }


def patient_of(person_id: str, name: str, facts: Mapping[str, Any] | None, today: date) -> Patient:
    """Work out what the days that were written down come to today; without any facts they are to be read yet."""
    if facts is None:
        return Patient(person_id, name, ("unread",), 0, 0, None, None)
    red, missed = _recent(facts["red_on"], today), _missed(facts, today)
    outcomes = [Outcome(date.fromisoformat(day), measure, total) for day, measure, total in facts["outcomes"]]
    enough_red = red >= progression_rules().clinician.red_days.value
    found: dict[Need, bool] = {
        "locked": facts["is_locked"],
        "red_days": enough_red,
        "further_down": _recent(facts["further_down_on"], today) > 0,
        "clearance": facts["held_by"] == "clinician" and not facts["is_locked"],
        "no_gain": no_gain(outcomes, today) is True,
        "red_day": red > 0 and not enough_red,
        "missed": missed > adherence_rules().forgiven_days.value,
        "not_begun": facts["last_set_on"] is None,
    }
    return Patient(
        person_id=person_id,
        name=name,
        needs=tuple(need for need, holds in found.items() if holds),
        red_days=red,
        missed=missed,
        seen_at=None if facts["seen_at"] is None else datetime.fromisoformat(facts["seen_at"]),
        next_due=_next_due(facts, today),
    )


def _recent(days: Iterable[str], today: date) -> int:
    within = progression_rules().clinician.within_days.value
    return sum(0 <= (today - date.fromisoformat(day)).days < within for day in days)


def _missed(facts: Mapping[str, Any], today: date) -> int:
    """Count the days up to yesterday since the last set or day off; nobody misses what they may not do."""
    if facts["asked_since"] is None or facts["is_locked"] or facts["held_by"] is not None:
        return 0
    since = [date.fromisoformat(facts["asked_since"]) - timedelta(days=1)]
    if facts["last_set_on"] is not None:
        since.append(date.fromisoformat(facts["last_set_on"]))
    if facts["rest_until"] is not None:
        since.append(date.fromisoformat(facts["rest_until"]) - timedelta(days=1))
    return max(0, (today - max(since)).days - 1)


def _next_due(facts: Mapping[str, Any], today: date) -> date | None:
    if facts["is_locked"] or facts["held_by"] is not None:
        return None
    rest_until = facts["rest_until"] and date.fromisoformat(facts["rest_until"])
    if rest_until and rest_until > today:
        return rest_until
    return today + timedelta(days=1) if facts["done_on"] == today.isoformat() else today


def _is_done(works: Collection[Any]) -> bool:
    """Tell whether every set that was asked for on a day was done."""
    return all(work.done >= work.prescribed for work in works) and any(work.done for work in works)


def _ends(outcomes: Iterable[Outcome]) -> list[tuple[str, str, float]]:
    """Keep of each measure the first total and the last, which is all that tells a gain."""
    by_measure: dict[str, list[Outcome]] = {}
    for outcome in sorted(outcomes, key=lambda outcome: outcome.day):
        by_measure.setdefault(outcome.measure, []).append(outcome)
    ends = ([course[0], course[-1]] if len(course) > 1 else course for course in by_measure.values())
    return [(outcome.day.isoformat(), outcome.measure, outcome.total) for course in ends for outcome in course]


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
