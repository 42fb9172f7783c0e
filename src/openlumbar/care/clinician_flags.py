"""What a clinician should look at: red days close together, pain further down a leg, no gain by six weeks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from openlumbar.cards import Text
from openlumbar.care.day_record import DayRecord, in_order
from openlumbar.care.pain import day_zone
from openlumbar.care.progression_rules import FlagId, Measure, MeasureId, progression_rules
from openlumbar.errors import InputError


@dataclass(frozen=True, slots=True)
class Outcome:
    """The total of an outcome measure on a day.

    Raises:
        InputError: when the total is not on the measure's scale.
    """

    day: date
    measure: MeasureId
    total: float

    def __post_init__(self) -> None:
        """Refuse a total off the scale."""
        highest = progression_rules().measure(self.measure).highest
        if not 0 <= self.total <= highest:
            problem = f"{self.total:g} is outside 0 to {highest:g}"
            raise InputError(f"total of {self.measure}", problem, "give the measure's total")


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a clinician should look at, and what the person reads."""

    id: FlagId
    text: Text


def flags(history: Iterable[DayRecord], today: date, outcomes: Iterable[Outcome] = ()) -> tuple[Flag, ...]:
    """Return what a clinician should look at today.

    Raises:
        InputError: when a day has two records.
    """
    recent = _recent(history, today)
    is_further_down = any("further_down" in day_zone(record.pain).reasons for record in recent)
    found: dict[FlagId, bool] = {
        "further_down": is_further_down,
        "red_days": _count_red(recent) >= progression_rules().clinician.red_days.value,
        "no_gain": no_gain(outcomes, today) is True,
    }
    return tuple(Flag(name, progression_rules().flags[name]) for name, is_found in found.items() if is_found)


def red_days(history: Iterable[DayRecord], today: date) -> int:
    """Count the red days of the last seven, today among them (safety gate, B5).

    Raises:
        InputError: when a day has two records.
    """
    return _count_red(_recent(history, today))


def no_gain(outcomes: Iterable[Outcome], today: date) -> bool | None:
    """Tell whether six weeks have passed since the first outcome without any gain that matters.

    A gain in one measure is a gain. None: it cannot be told, because nothing was measured, or nothing again since
    six weeks were over; ask for the measures then.
    """
    due_days = timedelta(days=progression_rules().clinician.no_gain_days.value)
    totals = sorted((outcome for outcome in outcomes if outcome.day <= today), key=lambda outcome: outcome.day)
    if not totals:
        return None
    due = totals[0].day + due_days
    if today < due:
        return False
    if totals[-1].day < due:
        return None
    return not any(_has_gained(measure, totals) for measure in progression_rules().measures)


def _has_gained(measure: Measure, totals: list[Outcome]) -> bool:
    """Compare a measure's latest total with its first."""
    own = [outcome.total for outcome in totals if outcome.measure == measure.id]
    if len(own) < 2:
        return False
    fall = Fraction(str(own[0])) - Fraction(str(own[-1]))
    if fall <= 0:
        return False
    needed = [Fraction(str(measure.points.value))]
    if measure.share is not None:
        needed.append(Fraction(str(measure.share.value)) * Fraction(str(own[0])))
    return fall >= min(needed) or own[-1] <= measure.recovered.value


def _recent(history: Iterable[DayRecord], today: date) -> list[DayRecord]:
    days = progression_rules().clinician.within_days.value
    return [record for record in in_order(history, today) if (today - record.day).days < days]


def _count_red(records: list[DayRecord]) -> int:
    return sum(day_zone(record.pain).zone == "red" for record in records)
