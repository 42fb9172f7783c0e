"""The outcome measures in a person's entries: what was answered, what came of it, and what is due."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Literal

from openlumbar.care.measure_cards import Measure, measures
from openlumbar.care.outcomes import Band, Change, Refusal, Score, change, due, matters_band, score_measure
from openlumbar.care.safety_rules import stages
from openlumbar.records.diary import DiaryEntry, EntryKind

KINDS: tuple[EntryKind, ...] = ("outcome", "profile")
"""The kinds of entry that the pages of the measures read."""

Side = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Answered:
    """One time that a measure was answered; `number` is the entry's."""

    number: int
    day: date
    at: datetime
    score: Score
    answers: Mapping[str, float]
    own_words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def is_of_the_same_as(self, other: "Answered") -> bool:
        """Tell whether two times are about the same items, named with the same words."""
        named = {name: words for name, words in self.own_words.items() if name in self.score.answered}
        others = {name: words for name, words in other.own_words.items() if name in other.score.answered}
        return set(self.score.answered) == set(other.score.answered) and named == others


@dataclass(frozen=True, slots=True)
class Course:
    """All the times that a measure was answered, by day.

    `series` are those that the last one can be compared with, itself among them.
    """

    card: Measure
    times: tuple[Answered, ...]

    @property
    def last(self) -> Answered | None:
        """Return the last time; None: never yet."""
        return self.times[-1] if self.times else None

    @property
    def series(self) -> tuple[Answered, ...]:
        """Return the times that are about the same items as the last one."""
        return tuple(each for each in self.times if each.is_of_the_same_as(self.times[-1]))

    @property
    def band(self) -> Band | None:
        """Return from which values on a change from the first of the series counts."""
        if self.card.is_a_change or not self.times:
            return None
        return matters_band(self.card.id, self.series[0].score.value)

    def change_at(self, answered: Answered) -> Change | Refusal | None:
        """Say what became of the measure from its first time to a later one; None where that is the first."""
        if self.card.is_a_change:
            return None
        earlier = self.times[: self.times.index(answered)]
        first = next((each for each in earlier if each.is_of_the_same_as(answered)), None)
        if first is not None:
            return change(self.card.id, first.score, answered.score)
        return change(self.card.id, earlier[-1].score, _other(answered.score)) if earlier else None


def course(card: Measure, entries: Iterable[DiaryEntry]) -> Course:
    """Read all the times that a measure was answered; what its card cannot score any more is left out."""
    found = (_answered(card, entry) for entry in entries if entry.kind == "outcome" and _is_of(card, entry))
    times = sorted((each for each in found if each is not None), key=lambda each: (each.day, each.number))
    return Course(card, tuple(times))


def courses(entries: Iterable[DiaryEntry]) -> tuple[Course, ...]:
    """Read every measure there is, by id."""
    answered = [entry for entry in entries if entry.kind == "outcome"]
    return tuple(course(card, answered) for card in measures())


def is_due(one: Course, day: date, states: Mapping[str, bool | None]) -> bool:
    """Tell whether a person is to be asked on a day.

    What somebody else measures is never asked for, nor is a form of which only a total is kept, until it has been
    entered once: nobody is sent to look for a form.
    """
    if one.card.filled_in_by != "patient" or (not one.card.licence.items_ship and one.last is None):
        return False
    return due(one.card.id, one.last.day if one.last else None, day, states)


def due_measures(entries: Collection[DiaryEntry], day: date) -> tuple[Measure, ...]:
    """List the measures that a person is to be asked for on a day."""
    states = states_on(entries, day)
    return tuple(one.card for one in courses(entries) if is_due(one, day, states))


def states_on(entries: Iterable[DiaryEntry], day: date) -> Mapping[str, bool | None]:
    """Return what is known of a person on a day that keeps measures from being taken; None: not known."""
    profile = next((entry for entry in reversed(list(entries)) if entry.kind == "profile"), None)
    onset = profile and profile.data.get("onset")
    if not onset or date.fromisoformat(onset) > day:
        return {"acute": None}
    return {"acute": stages().on(day, date.fromisoformat(onset)) is stages().stages[0]}


def outcome_data(
    card: Measure, answers: Mapping[str, float], scored: Score, own_words: Mapping[str, str]
) -> dict[str, Any]:
    """Write one time of a measure as an entry's data."""
    return {
        "measure": card.id,
        "side": side_of(card),
        "answers": dict(answers),
        "value": scored.value,
        "answered": list(scored.answered),
        "own_words": dict(own_words),
    }


def side_of(card: Measure) -> Side | None:
    """Return the side of a measure that is taken on each."""
    sides: tuple[Side, ...] = ("left", "right")
    return next((side for side in sides if card.id.endswith(f"-{side}")), None)


def _is_of(card: Measure, entry: DiaryEntry) -> bool:
    name, side = entry.data["measure"], entry.data.get("side")
    return name == card.id or (side is not None and f"{name}-{side}" == card.id)


def _answered(card: Measure, entry: DiaryEntry) -> Answered | None:
    scored = score_measure(card, entry.data["answers"])
    if isinstance(scored, Refusal):
        return None
    data = entry.data
    return Answered(entry.number, entry.day, entry.at, scored, data["answers"], data.get("own_words") or {})


def _other(score: Score) -> Score:
    """Return a score of other items than any earlier one, although the items have the same ids."""
    return Score(score.measure_id, score.value, (*score.answered, "renamed"))
