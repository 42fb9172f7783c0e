"""A life of the made clinic as entries of a diary: what the program's pages would have written day by day.

Each person lives one of the lives a little differently: at other hours, with answers left out, with medicines,
measures, clearances, locks and notes of their own.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime, time, timedelta, tzinfo
from random import Random
from typing import Any

from benchmarks._clinic_lives import Life, LivedDay, sets_done
from openlumbar.care.body_map import Marks
from openlumbar.care.consent import consent_card
from openlumbar.care.measure_cards import measure
from openlumbar.care.outcomes import Score, score_measure
from openlumbar.care.pain import Pain
from openlumbar.records.diary import Draft, EntryKind

_CLOCKS = ("08:00", "20:00")
_KINDS = ("nsaid_oral", "paracetamol", "gabapentinoid", "nsaid_topical")
_NAMES = ("ibuprofen", "paracetamol", "pregabalin", "diclofenac gel")


class Writing:
    """Writes one person's life down."""

    def __init__(self, life: Life, chance: Random, zone: tzinfo, therapist: str) -> None:
        """Take the life, the dice, the time zone and the account of the therapist."""
        self._life, self._chance, self._zone, self._therapist = life, chance, zone, therapist
        self._medicines = [number for number in range(len(_KINDS)) if chance.random() < 0.25]
        self._worst = chance.randint(4, 8)
        self._keenness = chance.uniform(0.2, 0.8)

    def drafts(self) -> Iterator[Draft]:
        """Yield the entries in the order of writing."""
        yield from self._beginning(self._life.days[0].day)
        for number, lived in enumerate(self._life.days):
            yield from self._programme(lived)
            if self._chance.random() < self._keenness:
                yield from self._morning(lived, self._life.days[number - 1] if number else None)
                yield from self._sets(lived)
            if number % 14 == 0:
                yield from self._outcomes(lived.day, number)
            yield from self._intakes(lived.day)
            if number % 30 == 29:
                yield from self._of_the_therapist(lived.day, number)

    def _beginning(self, day: date) -> Iterator[Draft]:
        facts, at = self._life.facts, self._at(day, 7)
        onset = day - timedelta(days=int(facts.days_since_onset or 0))
        profile: dict[str, Any] = {
            "born": date(day.year - int(facts.age_years or 40), 3, 1).isoformat(),
            "age_years": None,
            "sex": self._chance.choice(("female", "male")),
            "height_cm": facts.height_cm,
            "weight_kg": facts.weight_kg,
            "activity": facts.activity,
            "onset": onset.isoformat(),
            "diagnosed": True,
            "conditions": [],
            "cancer_signs": False,
            "stable_weakness": False,
            "curl_up_max": facts.curl_up_max,
            "curl_up_on": day.isoformat(),
            "wakes_at": "06:30:00",
        }
        yield self._draft("consent", consent_card().answer(True), at)
        yield self._draft("profile", profile, at)
        quiet = {"quiet": ["22:00", "07:00"]}
        yield self._draft(
            "reminders", {"exercise": True, "medicine": True, "outcome": True, "details": False} | quiet, at
        )
        for number in self._medicines:
            yield self._draft("medicine", self._medicine(number, day), at)

    def _medicine(self, number: int, day: date) -> dict[str, Any]:
        return {
            "id": f"m{number}",
            "name": _NAMES[number],
            "kind": _KINDS[number],
            "taken_as": "as on the packet",
            "times": list(_CLOCKS[: 1 + number % 2]),
            "weekdays": [],
            "started_on": day.isoformat(),
            "changed": [],
            "removed": False,
        }

    def _programme(self, lived: LivedDay) -> Iterator[Draft]:
        at = self._at(lived.day, 7)
        for slug, state in lived.states.items():
            dose, step = lived.doses[slug], lived.steps[slug]
            why = step.why if step else dose.why
            yield self._draft(
                "programme",
                {
                    "exercise": slug,
                    "state": {name: _plain(value) for name, value in asdict(state).items()},
                    "sets": dose.sets_a_day,
                    "repetitions": dose.repetitions,
                    "change": step.change if step else "begin",
                    "why": {"en": why.en, "zh": why.zh},
                },
                at,
            )

    def _morning(self, lived: LivedDay, yesterday: LivedDay | None) -> Iterator[Draft]:
        said, at = lived.said, self._at(lived.day, 7)
        trained = yesterday and any(sets_done(dose, yesterday.said) for dose in yesterday.doses.values())
        if yesterday and trained and said.next_day and self._chance.random() < 0.9:
            yield self._pain("next_day", said.next_day, said.sites, at, about=yesterday.day)
        if said.painkiller is not None and self._chance.random() < 0.9:
            yield self._draft("painkiller", {"started_or_raised": said.painkiller}, at)

    def _sets(self, lived: LivedDay) -> Iterator[Draft]:
        said = lived.said
        for slug, dose in lived.doses.items():
            for number in range(sets_done(dose, said)):
                at = self._at(lived.day, 9 + 4 * number)
                yield self._draft("answers", {"group_a": ["none_of_these"], "woke_at": None}, at)
                if said.before is not None:
                    yield self._pain("before", said.before, said.sites, at)
                yield self._draft("set", self._set(slug, lived), at + timedelta(minutes=3))
                if said.after is not None:
                    yield self._pain("after", said.after, said.sites_after, at + timedelta(minutes=4))

    def _set(self, slug: str, lived: LivedDay) -> dict[str, Any]:
        dose = lived.doses[slug]
        by = self._chance.choice(("coach", "coach", "clock", "hand"))
        return {
            "exercise": slug,
            "level": dose.level or "L0",
            "repetitions": dose.repetitions,
            "prescribed": dose.repetitions,
            "form_score": round(self._chance.uniform(0.7, 1.0), 3) if by == "coach" else None,
            "session": None,
            "by": by,
            "finished": True,
        }

    def _outcomes(self, day: date, number: int) -> Iterator[Draft]:
        left = max(0.0, self._worst * (1 - number / 250))
        back = max(0, min(10, round(left + self._chance.uniform(-1, 1))))
        answers: dict[str, dict[str, float]] = {
            "nprs-back": {"pain": back},
            "nprs-leg": {"pain": back // 2},
            "rmdq": {"total": min(24, back * 2)},
            "patient-specific": {f"activity_{one}": 10 - back for one in (1, 2, 3)},
        }
        if number:
            answers["global-change"] = {"change": 5 - back // 2}
        words = {f"activity_{one}": text for one, text in enumerate(("tie my shoes", "carry shopping", "sit"), 1)}
        for name, given in answers.items():
            scored = score_measure(measure(name), given)
            assert isinstance(scored, Score)  # noqa: S101 - the answers are on the scales
            data = {
                "measure": name,
                "side": None,
                "answers": given,
                "value": scored.value,
                "answered": list(scored.answered),
                "own_words": words if name == "patient-specific" else {},
            }
            yield self._draft("outcome", data, self._at(day, 18))

    def _intakes(self, day: date) -> Iterator[Draft]:
        for number in self._medicines:
            for clock in _CLOCKS[: 1 + number % 2]:
                if self._chance.random() < 0.85:
                    due_at = datetime.combine(day, time.fromisoformat(clock), self._zone)
                    state = "taken" if self._chance.random() < 0.9 else "skipped"
                    data = {"medicine": f"m{number}", "due_at": due_at.isoformat(), "state": state}
                    yield self._draft("intake", data, due_at + timedelta(minutes=self._chance.randrange(30)))

    def _of_the_therapist(self, day: date, number: int) -> Iterator[Draft]:
        """Write what a therapist writes; now and then there was an emergency, which was looked into and lifted."""
        at = self._at(day, 15)
        if self._chance.random() < 0.5:
            yield self._draft("note", {"text": f"Seen on {day}: goes on as before."}, at, by=self._therapist)
        who = {"by": self._therapist, "role": "therapist"}
        if number < 60 and self._chance.random() < 0.2:
            clearance = {
                "activity": "bridge",
                "reasons": ["stenosis"],
                "at": at.isoformat(),
                "expires_on": (day + timedelta(days=180)).isoformat(),
                "note": "",
                "doctor": "",
                "examined_on": None,
            }
            yield self._draft("clearance", who | clearance, at, by=self._therapist)
        if number < 60 and self._chance.random() < 0.1:
            unlock = {"exercise": "sit-up", "level": "L3", "reason": "did well here", "at": at.isoformat()}
            yield self._draft("unlock", who | unlock, at, by=self._therapist)

    def _pain(self, when: str, pain: Pain, sites: Marks | None, at: datetime, about: date | None = None) -> Draft:
        data = {
            "when": when,
            "back": pain.back,
            "leg": pain.leg,
            "sites": None if sites is None else sorted(mark.id for mark in sites),
            "session": None,
        }
        return Draft("pain", data, about or at.date(), at)

    def _at(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour, self._chance.randrange(50)), self._zone)

    def _draft(self, kind: EntryKind, data: Mapping[str, Any], at: datetime, by: str | None = None) -> Draft:
        return Draft(kind, data, at.date(), at, by)


def _plain(value: object) -> Any:
    return value.isoformat() if isinstance(value, date) else value
