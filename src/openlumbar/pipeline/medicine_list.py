"""The medicines diary in a person's entries: the list, what is due, what was said of it, what to ask about.

A medicine's latest snapshot counts, and of an intake the latest word. What nobody spoke of is neither taken nor
skipped.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from openlumbar.care import medicines as care
from openlumbar.care.medicines import Alteration, Flag, Intake, Medicine, Schedule, flag_rules, intakes_between
from openlumbar.care.wall_time import at_wall_time, zone_of
from openlumbar.errors import InputError
from openlumbar.records.diary import DiaryEntry, EntryKind

KINDS: tuple[EntryKind, ...] = ("medicine", "intake", "medicine_questions", "profile")
"""The kinds of entry that the medicines page reads."""

DAYS_A_WEEK = 7


@dataclass(frozen=True, slots=True)
class Due:
    """One due time of a medicine and what was said of it; `is_past`: the time has come."""

    medicine: Medicine
    intake: Intake
    is_past: bool


@dataclass(frozen=True, slots=True)
class DayOfIntakes:
    """What was said of a day's medicines; `unmarked` due times were not spoken of."""

    day: date
    marked: tuple[tuple[Medicine, Intake], ...]
    unmarked: int


@dataclass(frozen=True, slots=True)
class AboutYou:
    """What is known of the person that a flag depends on.

    `from_profile` are the ids of the medicines' conditions that the safety profile says yes to, `here` those that
    were answered on this page (None: not answered). `weeks_pregnant` is as of the day asked for.
    """

    from_profile: frozenset[str]
    here: frozenset[str] | None
    weeks_pregnant: int | None

    @property
    def conditions(self) -> frozenset[str]:
        """Return the conditions that hold for all that is known."""
        return self.from_profile | (self.here or frozenset())


# ------------------------------------------------------------------------------------------------------------ the list


def listed(entries: Iterable[DiaryEntry]) -> tuple[Medicine, ...]:
    """Return the medicines on the list, in the order in which they came there."""
    return tuple(medicine_of(data) for data in _latest(entries) if not data["removed"])


def ever_listed(entries: Iterable[DiaryEntry]) -> tuple[Medicine, ...]:
    """Return these and what was taken off the list: less pain after a painkiller that is gone proves nothing either."""
    return tuple(map(medicine_of, _latest(entries)))


def altered(medicine: Medicine, day: date, change: Alteration) -> Medicine:
    """Return a medicine with one more change on a day."""
    return replace(medicine, changed=(*medicine.changed, (day, change)))


def medicine_of(data: Mapping[str, Any]) -> Medicine:
    """Read a medicine from an entry's data."""
    return Medicine(
        id=data["id"],
        name=data["name"],
        kind=data["kind"],
        taken_as=data["taken_as"],
        schedule=Schedule(tuple(map(time.fromisoformat, data["times"])), frozenset(data["weekdays"])),
        started_on=None if data["started_on"] is None else date.fromisoformat(data["started_on"]),
        changed=tuple((date.fromisoformat(day), change) for day, change in data["changed"]),
    )


def data_of(medicine: Medicine, *, removed: bool = False) -> dict[str, Any]:
    """Write a medicine as an entry's data."""
    return {
        "id": medicine.id,
        "name": medicine.name,
        "kind": medicine.kind,
        "taken_as": medicine.taken_as,
        "times": [f"{clock:%H:%M}" for clock in medicine.schedule.times],
        "weekdays": sorted(medicine.schedule.weekdays),
        "started_on": None if medicine.started_on is None else medicine.started_on.isoformat(),
        "changed": [[day.isoformat(), change] for day, change in medicine.changed],
        "removed": removed,
    }


def _latest(entries: Iterable[DiaryEntry]) -> Iterable[Mapping[str, Any]]:
    return {entry.data["id"]: entry.data for entry in entries if entry.kind == "medicine"}.values()


# ---------------------------------------------------------------------------------------------------------- its intakes


def intakes(entries: Iterable[DiaryEntry]) -> tuple[Intake, ...]:
    """Return the latest word on each due time; one that was taken back is open."""
    latest: dict[tuple[str, float], Intake] = {}
    for entry in entries:
        if entry.kind == "intake":
            due_at, state = datetime.fromisoformat(entry.data["due_at"]), entry.data["state"]
            said = Intake(entry.data["medicine"], due_at, state, None if state == "open" else entry.at)
            latest[said.medicine_id, due_at.timestamp()] = said
    return tuple(latest.values())


def intake_data(medicine_id: str, due_at: datetime, state: str) -> dict[str, Any]:
    """Write the word on a due time as an entry's data."""
    return {"medicine": medicine_id, "due_at": due_at.isoformat(), "state": state}


def due_on(entries: Collection[DiaryEntry], now: datetime) -> tuple[Due, ...]:
    """List the due times of the day that it is now, by time."""
    begins, ends = day_span(now)
    said = intakes(entries)
    due = [
        Due(medicine, intake, intake.due_at <= now)
        for medicine in listed(entries)
        for intake in intakes_between(medicine, begins, ends, said)
    ]
    return tuple(sorted(due, key=lambda each: each.intake.due_at.timestamp()))


def due_now(entries: Collection[DiaryEntry], now: datetime) -> tuple[Due, ...]:
    """List what is due by now and was neither taken nor skipped."""
    return tuple(due for due in due_on(entries, now) if due.is_past and due.intake.state == "open")


def when_needed(entries: Collection[DiaryEntry], now: datetime) -> tuple[tuple[Medicine, tuple[Intake, ...]], ...]:
    """List the medicines without fixed times that are being taken, each with what was taken of it on the day."""
    today, marked = now.date(), _marked_by_day(entries, now, 0)
    return tuple(
        (medicine, tuple(marked.get((medicine.id, today), ())))
        for medicine in listed(entries)
        if not medicine.schedule.times and medicine.taken_on(today)
    )


def require_due(entries: Collection[DiaryEntry], medicine_id: str, due_at: datetime) -> Medicine:
    """Return a medicine of the list that is due at a time, or that is taken when needed.

    Raises:
        InputError: when there is none on the list, or it is not due then.
    """
    medicine = next((each for each in listed(entries) if each.id == medicine_id), None)
    if medicine is None:
        raise InputError("medicine", "is not on the list", "open the list of medicines again")
    begins, ends = day_span(due_at)
    times = {intake.due_at.timestamp() for intake in intakes_between(medicine, begins, ends)}
    if medicine.schedule.times and due_at.timestamp() not in times:
        raise InputError("medicine", "is not due at that time", "open the list of medicines again")
    return medicine


def history(entries: Collection[DiaryEntry], now: datetime, days: int) -> tuple[DayOfIntakes, ...]:
    """List the days before today on which something was due or was taken, newest first.

    A day goes by the list as it stood then.
    """
    marked, snapshots = _marked_by_day(entries, now, days), _snapshots(entries)
    wanted = (now.date() - timedelta(days=back) for back in range(1, days + 1))
    found = (_day_of(day, now, marked, snapshots) for day in wanted)
    return tuple(day for day in found if day.marked or day.unmarked)


def day_span(now: datetime) -> tuple[datetime, datetime]:
    """Return the beginning and the end of the day that it is at a moment, in its zone."""
    zone = zone_of(now, "the time")
    return at_wall_time(now.date(), time(), zone), at_wall_time(now.date() + timedelta(days=1), time(), zone)


def _day_of(
    day: date,
    now: datetime,
    marked: Mapping[tuple[str, date], list[Intake]],
    snapshots: Mapping[str, list[tuple[date, Medicine, bool]]],
) -> DayOfIntakes:
    begins, ends = day_span(at_wall_time(day, time(12), zone_of(now, "the time")))
    found, unmarked = [], 0
    for written in snapshots.values():
        known = [(medicine, removed) for since, medicine, removed in written if since <= day]
        medicine, removed = known[-1] if known else (written[0][1], True)
        of_day = marked.get((medicine.id, day), [])
        answered = {intake.due_at.timestamp() for intake in of_day}
        due = () if removed else intakes_between(medicine, begins, ends)
        unmarked += sum(intake.due_at.timestamp() not in answered for intake in due)
        found += [(medicine, intake) for intake in of_day]
    found.sort(key=lambda pair: pair[1].due_at.timestamp())
    return DayOfIntakes(day, tuple(found), unmarked)


def _marked_by_day(entries: Iterable[DiaryEntry], now: datetime, days: int) -> dict[tuple[str, date], list[Intake]]:
    """Sort what was taken or skipped in the last days by medicine and by the day that it was where the person is."""
    found: dict[tuple[str, date], list[Intake]] = {}
    earliest = now - timedelta(days=days + 1)
    for intake in intakes(entries):
        if intake.state != "open" and intake.due_at >= earliest:
            day = intake.due_at.astimezone(now.tzinfo).date()
            found.setdefault((intake.medicine_id, day), []).append(intake)
    return found


def _snapshots(entries: Iterable[DiaryEntry]) -> dict[str, list[tuple[date, Medicine, bool]]]:
    written = sorted((entry for entry in entries if entry.kind == "medicine"), key=lambda entry: entry.data["id"])
    return {
        name: [(entry.day, medicine_of(entry.data), entry.data["removed"]) for entry in group]
        for name, group in groupby(written, key=lambda entry: entry.data["id"])
    }


# ------------------------------------------------------------------------------------------------- what to ask about


def about_you(entries: Iterable[DiaryEntry], day: date) -> AboutYou:
    """Return what is known of the person on a day, from the safety profile and from the questions of this page."""
    latest = {entry.kind: entry for entry in entries if entry.kind in ("profile", "medicine_questions")}
    profile, asked = latest.get("profile"), latest.get("medicine_questions")
    told = frozenset((profile.data.get("conditions") or ()) if profile else ())
    known = {condition.id for condition in flag_rules().conditions}
    return AboutYou(
        from_profile=frozenset(each.id for each in flag_rules().conditions if told & set(each.from_profile)),
        here=None if asked is None else frozenset(asked.data["applies"]) & known,
        weeks_pregnant=None if asked is None else _weeks_on(asked, day),
    )


def questions_data(applies: Iterable[str], weeks_pregnant: int | None) -> dict[str, Any]:
    """Write the answers to the questions of this page as an entry's data."""
    return {"applies": sorted(applies), "weeks_pregnant": weeks_pregnant}


def worth_asking(entries: Collection[DiaryEntry], day: date, *, before_massage: bool = False) -> tuple[Flag, ...]:
    """List what to ask a pharmacist or doctor about on a day, in the order of the file.

    What the profile says counts at once; as long as the questions of this page are not answered, that is said too.
    """
    about, medicines = about_you(entries, day), listed(entries)
    weeks = about.weeks_pregnant if "pregnancy" in about.conditions else None
    raised = set(care.flags(medicines, about.conditions, weeks, before_massage, day=day))
    if about.here is None:
        raised |= set(care.flags(medicines, None, None, before_massage, day=day))
    return tuple(flag for flag in flag_rules().flags if flag in raised)


def _weeks_on(asked: DiaryEntry, day: date) -> int | None:
    """Return the weeks of a pregnancy on a day; None once it must be over, when it has to be asked again."""
    weeks: int | None = asked.data["weeks_pregnant"]
    if weeks is None:
        return None
    grown = weeks + max(0, (day - asked.day).days) // DAYS_A_WEEK
    return grown if grown <= care.LONGEST_PREGNANCY_WEEKS else None
