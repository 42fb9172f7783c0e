"""How much of what was asked has been done, and a streak that never blames (content/care/adherence.toml)."""

import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from openlumbar.cards import Quantity, Text
from openlumbar.care.day_record import DayRecord, in_order
from openlumbar.care.wording import fill


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Say(_Frozen):
    """What is said from a share on."""

    from_share: float = Field(ge=0, le=1)
    text: Text


class StreakWords(_Frozen):
    """What is said of a streak of no, one, and more days."""

    none: Text
    first: Text
    days: Text


class AdherenceRules(_Frozen):
    """The file of adherence."""

    clinician_signoff: str
    forgiven_days: Quantity
    week_days: Quantity
    month_days: Quantity
    say: tuple[Say, ...] = Field(min_length=1)
    nothing_asked: Text
    streak: StreakWords


@dataclass(frozen=True, slots=True)
class Adherence:
    """The sets done of those prescribed over some days; sets beyond what was asked count for nothing."""

    days: int
    done: int
    prescribed: int

    @property
    def share(self) -> float | None:
        """Return the share done, 0 to 1; None when nothing was asked."""
        return self.done / self.prescribed if self.prescribed else None

    def words(self) -> Text:
        """Say it kindly."""
        rules, share = adherence_rules(), self.share
        if share is None:
            return fill(rules.nothing_asked, days=self.days)
        said = next(say for say in rules.say if share >= say.from_share)
        return fill(said.text, days=self.days, done=self.done, prescribed=self.prescribed)


@dataclass(frozen=True, slots=True)
class Streak:
    """The days with a set done, up to now, with no more days missed in a row than are forgiven."""

    days: int

    def words(self) -> Text:
        """Say it without blame."""
        words = adherence_rules().streak
        if self.days <= 1:
            return words.first if self.days else words.none
        return fill(words.days, days=self.days)


@cache
def adherence_rules() -> AdherenceRules:
    """Read and validate the rules that ship."""
    text = files("openlumbar.content").joinpath("care", "adherence.toml").read_text(encoding="utf-8")
    return AdherenceRules.model_validate(tomllib.loads(text))


def adherence(
    history: Iterable[DayRecord],
    today: date,
    days: int,
    *,
    exercise: str | None = None,
    rest_days: Collection[date] = (),
) -> Adherence:
    """Add up the last `days` days, today among them; of one exercise, or of all.

    A day without a record, between the first record and yesterday, was missed: as many sets were asked on it as on the
    last day with any. `rest_days` are days off that we asked for and that have no record.

    Raises:
        InputError: when a day has two records.
    """
    done = prescribed = usual = 0
    first_day = today - timedelta(days=days - 1)
    by_day = {record.day: record for record in in_order(history, today)}
    for day in _days(by_day, today):
        record = by_day.get(day)
        if record is not None:
            own_done, asked = _sets(record, exercise)
            usual = asked or usual
        else:
            own_done, asked = 0, 0 if day in rest_days or day == today else usual
        if day >= first_day:
            done, prescribed = done + own_done, prescribed + asked
    return Adherence(days, done, prescribed)


def streak(history: Iterable[DayRecord], today: date, *, rest_days: Collection[date] = ()) -> Streak:
    """Count the days with a set done, back from today.

    Days off that we asked for neither count nor break it; nor does today, as long as it is not over; nor do as many
    missed days in a row as are forgiven.

    Raises:
        InputError: when a day has two records.
    """
    by_day = {record.day: record for record in in_order(history, today)}
    count = missed = 0
    for day in reversed(_days(by_day, today)):
        record = by_day.get(day)
        if record is not None and any(work.done for work in record.work.values()):
            count, missed = count + 1, 0
        elif day != today and not _is_day_off(record, day in rest_days):
            missed += 1
        if missed > adherence_rules().forgiven_days.value:
            break
    return Streak(count)


def _days(by_day: Collection[date], today: date) -> Sequence[date]:
    """Return every day from the first record to today."""
    if not by_day:
        return ()
    first = min(by_day)
    return tuple(first + timedelta(days=number) for number in range((today - first).days + 1))


def _sets(record: DayRecord, exercise: str | None) -> tuple[int, int]:
    works = [work for slug, work in record.work.items() if exercise in (None, slug)]
    return sum(min(work.done, work.prescribed) for work in works), sum(work.prescribed for work in works)


def _is_day_off(record: DayRecord | None, is_rest_day: bool) -> bool:
    """Tell whether nothing was asked: said so by the caller, or by a record that prescribes no set."""
    if record is None or not record.work:
        return is_rest_day
    return all(work.prescribed == 0 for work in record.work.values())
