"""A person's diary as a timeline: day by day, the newest first, with the zone of each day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from openlumbar.cards import Text, exercise, exercise_slugs
from openlumbar.care.gate_words import gate_words
from openlumbar.care.measure_cards import measures
from openlumbar.care.pain import DayZoneName, day_zone
from openlumbar.care.safety import group_a
from openlumbar.care.safety_rules import group_b, matrix, stages
from openlumbar.pipeline.care_facts import clearances_in
from openlumbar.pipeline.patient_chart import PatientChart
from openlumbar.pipeline.progress_history import UNTOLD
from openlumbar.pipeline.therapist_desk import TAKEN_BACK
from openlumbar.records.diary import DiaryEntry

DAYS_SHOWN = 14
"""Days with anything in them on one page."""

_KINDS = ("pain", "painkiller", "set", "programme", "clearance", "unlock", "lock", "lock_lifted", "note",
          "medicine", "outcome", "profile", "consent")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as the page tells it; `by` is a name, None the person; `words` are names that the page needs."""

    number: int
    kind: str
    entry: DiaryEntry
    by: str | None
    can_take_back: bool
    words: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Day:
    """A day: its zone (None: nothing was said of pain), the sets, and what happened, in order."""

    day: date
    zone: DayZoneName | None
    done: int
    prescribed: int
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Permit:
    """A clearance or an unlocked level; `holds` tells whether it does now."""

    item: Item
    holds: bool


def timeline_of(chart: PatientChart, names: Mapping[str, str], before: date | None = None) -> tuple[Day, ...]:
    """Return the days with anything in them, the newest first, from the one before a day on."""
    by_day: dict[date, list[DiaryEntry]] = {}
    for entry in chart.entries:
        if _is_told(entry) and (before is None or entry.day < before):
            by_day.setdefault(entry.day, []).append(entry)
    records = {record.day: record for record in chart.history}
    shown = sorted(by_day, reverse=True)[:DAYS_SHOWN]
    return tuple(_day(day, tuple(item_of(entry, names) for entry in by_day[day]), records.get(day)) for day in shown)


def permits_of(chart: PatientChart, names: Mapping[str, str]) -> tuple[Permit, ...]:
    """Return the clearances and unlocked levels that were not taken back, the newest first."""
    clearances = iter(clearances_in(chart.entries))
    found = []
    for entry in chart.entries:
        if entry.kind == "clearance":
            holds = next(clearances).expires_on >= chart.today
            found.append(Permit(item_of(entry, names), holds))
        elif entry.kind == "unlock":
            found.append(Permit(item_of(entry, names), holds=True))
    return tuple(reversed(found))


def item_of(entry: DiaryEntry, names: Mapping[str, str]) -> Item:
    """Tell an entry."""
    by = None if entry.by is None else names.get(entry.by, "?")
    can_take_back = entry.kind in TAKEN_BACK and entry.by is not None
    return Item(entry.number, entry.kind, entry, by, can_take_back, _words(entry))


def reason_words(reason: str) -> Text:
    """Say a reason of the gate in a few words; its id where it is none of today's."""
    for condition in matrix().conditions:
        if condition.id == reason:
            return condition.name
    for row in group_b().rows:
        if row.id == reason:
            return row.text
    for question in group_a().questions:
        if question.id == reason:
            return question.text
    return stages().massage_default.text if reason == "massage_default" else Text(en=reason, zh=reason)


def _day(day: date, items: tuple[Item, ...], record: Any) -> Day:
    works = tuple(record.work.values()) if record else ()
    has_pain = any(item.kind == "pain" for item in items)
    return Day(
        day=day,
        zone=day_zone(record.pain).zone if record and has_pain else None,
        done=sum(work.done for work in works),
        prescribed=sum(work.prescribed for work in works),
        items=items,
    )


def _is_told(entry: DiaryEntry) -> bool:
    if entry.kind == "programme":
        return entry.data["change"] not in UNTOLD
    return entry.kind in _KINDS


def _words(entry: DiaryEntry) -> dict[str, Text]:
    data = entry.data
    slug = data.get("exercise") or data.get("activity")
    words = {"exercise": _activity(slug)} if slug else {}
    if entry.kind == "lock":
        words["reason"] = reason_words(data["reason"])
    elif entry.kind == "outcome":
        card = next((card for card in measures() if card.id == data["measure"]), None)
        words["measure"] = card.title if card else Text(en=data["measure"], zh=data["measure"])
    elif entry.kind == "clearance":
        words |= {reason: reason_words(reason) for reason in data["reasons"]}
    elif entry.kind == "lock_lifted":
        words["lock"] = gate_words().lock.title
    elif entry.kind == "programme":
        words["why"] = Text(en=data["why"]["en"], zh=data["why"]["zh"])
    return words


def _activity(slug: str) -> Text:
    if slug in exercise_slugs():
        return exercise(slug).name
    return next((each.name for each in matrix().activities if each.slug == slug), Text(en=slug, zh=slug))
