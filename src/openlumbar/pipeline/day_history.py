"""What the diary holds, as one record for each day: the sets, the pain up to a day later, painkillers.

A day on which an exercise was prescribed has its `Work`, done or not; a day off that we asked for has one of no sets. A
day on which the exercise was closed has none: nobody was asked to rest, so the dose comes back gently afterwards.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import floor

from openlumbar.care.body_map import Marks
from openlumbar.care.day_record import DayRecord, Work
from openlumbar.care.medicines import analgesic_started_or_raised
from openlumbar.care.pain import DayPain, Pain
from openlumbar.care.set_rules import set_rules
from openlumbar.pipeline.care_entries import load_of, pain_of, sites_of
from openlumbar.pipeline.medicine_list import ever_listed
from openlumbar.records.diary import DiaryEntry

_NO_LEVEL = "L0"
"""Stands for the level of a day off on which nobody came: no set is done at it."""

_OF_A_DAY = ("set", "programme", "pain", "painkiller")

_KEPT_DAYS = 6_144
"""Days that stay put together: past days do not change, and every look at a diary needs them all.

No more than fit to the entries that `openlumbar.records.diary` keeps: they hold on to theirs, and the more is kept, the
longer the program stands still when Python looks for garbage.
"""


@dataclass(frozen=True, slots=True, eq=False)
class _Day:
    """A day's entries in order of writing, and what else its record follows from.

    Two are the same when they hold the same entries, which a diary hands out as the same objects again and again.
    """

    day: date
    entries: tuple[DiaryEntry, ...] = ()
    rests: frozenset[str] = frozenset()
    is_masked: bool = False

    def __hash__(self) -> int:
        """Tell days apart by who their entries are."""
        return hash((self.day, self.rests, self.is_masked, tuple(map(id, self.entries))))

    def __eq__(self, other: object) -> bool:
        """Compare without reading what the entries say."""
        if not isinstance(other, _Day) or len(self.entries) != len(other.entries):
            return False
        if any(mine is not theirs for mine, theirs in zip(self.entries, other.entries, strict=True)):
            return False
        return (self.day, self.rests, self.is_masked) == (other.day, other.rests, other.is_masked)


def day_records(entries: Iterable[DiaryEntry], today: date) -> tuple[DayRecord, ...]:
    """Put the entries up to today together, the oldest day first; days without any are left out, days off are not.

    Today is always the last, so that what is not known of it is not known and no more.
    """
    entries = tuple(entries)
    medicines = ever_listed(entries)
    by_day: dict[date, list[DiaryEntry]] = defaultdict(list)
    for entry in entries:
        if entry.kind in _OF_A_DAY and entry.day <= today:
            by_day[entry.day].append(entry)
    rests = rest_days(entries, today)
    days = sorted({today, *by_day, *(day for found in rests.values() for day in found)})
    return tuple(
        _record(
            _Day(
                day,
                tuple(by_day.get(day, ())),
                frozenset(slug for slug, found in rests.items() if day in found),
                analgesic_started_or_raised(medicines, day),
            )
        )
        for day in days
    )


def rest_days(entries: Iterable[DiaryEntry], today: date) -> Mapping[str, frozenset[date]]:
    """Return by exercise the days off that we asked for, whether the person came to read it or not."""
    until: dict[str, dict[date, str | None]] = defaultdict(dict)
    for entry in entries:
        if entry.kind == "programme":
            until[entry.data["exercise"]][entry.day] = entry.data["state"].get("rest_until")
    return {slug: frozenset(_rests(by_day, today)) for slug, by_day in until.items()}


def _rests(by_day: Mapping[date, str | None], today: date) -> Iterable[date]:
    for day, until in by_day.items():
        if until is not None:
            asked = (date.fromisoformat(until) - day).days
            yield from (rest for rest in (day + timedelta(days=n) for n in range(1, asked)) if rest <= today)


@lru_cache(maxsize=_KEPT_DAYS)
def _record(found: _Day) -> DayRecord:
    sets, programme = (_by_exercise(found.entries, kind) for kind in ("set", "programme"))
    slugs = sorted({*sets, *programme, *found.rests})
    works = {slug: _work(programme.get(slug, ()), sets.get(slug, ()), found.day) for slug in slugs}
    return DayRecord(
        day=found.day,
        work={slug: work for slug, work in works.items() if work is not None},
        pain=day_pain(entry for entry in found.entries if entry.kind == "pain"),
        analgesic_started_or_raised=_analgesic(found),
    )


def _by_exercise(entries: Iterable[DiaryEntry], kind: str) -> Mapping[str, Sequence[DiaryEntry]]:
    found: dict[str, list[DiaryEntry]] = defaultdict(list)
    for entry in entries:
        if entry.kind == kind:
            found[entry.data["exercise"]].append(entry)
    return found


def _work(programme: Sequence[DiaryEntry], sets: Sequence[DiaryEntry], day: date) -> Work | None:
    """Return the work of a day; None when the exercise was closed and nothing of it was done.

    What was asked is the dose that the last set was done under: a rest that a red set brings does not undo the asking.
    """
    before = [entry for entry in programme if not sets or entry.number < sets[-1].number]
    asked = next((entry.data for entry in reversed(before or programme)), None)
    state = asked["state"] if asked else {"level": sets[-1].data["level"] if sets else _NO_LEVEL}
    if not sets and asked is not None and not asked["sets"]:
        until = state.get("rest_until")
        return Work(state["level"], 0, 0) if until is not None and day < date.fromisoformat(until) else None
    seen = [Decimal(str(score)) for entry in sets if (score := entry.data["form_score"]) is not None]
    return Work(
        level=sets[-1].data["level"] if sets else state["level"],
        prescribed=asked["sets"] if asked else 0,
        done=sets_done(sets),
        repetitions=sum(entry.data["repetitions"] for entry in sets),
        load_stops=sum(load.stops for entry in sets if (load := load_of(entry.data)) is not None),
        form_score=float(Fraction(sum(seen, Decimal(0))) / len(seen)) if seen and len(seen) == len(sets) else None,
    )


def sets_done(sets: Iterable[DiaryEntry]) -> int:
    """Count sets: one that was broken off by the share of its repetitions, the sum rounded (content/care/sets.toml)."""
    whole, parts = 0, Fraction(0)
    for entry in sets:
        if entry.data["repetitions"] >= entry.data["prescribed"]:
            whole += 1
        else:
            parts += Fraction(entry.data["repetitions"], entry.data["prescribed"])
    return whole + floor(parts + 1 - Fraction(str(set_rules().broken_off.value))) if parts else whole


def day_pain(entries: Iterable[DiaryEntry]) -> DayPain:
    """Put a day's answers on pain together: the first before, the worst of what followed, the last a day later.

    Pain before a later set, and pain that was told in between, count beside what was said during the sets.
    """
    entries = tuple(entries)
    before = [entry for entry in entries if entry.data["when"] == "before"]
    after = [entry for entry in entries if entry.data["when"] == "after"]
    between = [entry for entry in entries if entry.data["when"] in ("during", "now")]
    later = [entry for entry in entries if entry.data["when"] == "next_day"]
    return DayPain(
        before=pain_of(before[0].data) if before else None,
        during=_worst([*between, *before[1:]]),
        after=_worst(after),
        next_day=pain_of(later[-1].data) if later else None,
        sites_before=sites_of(before[0].data) if before else None,
        sites_after=_everywhere([*after, *before[1:]] if after else after),
        sites_next_day=sites_of(later[-1].data) if later else None,
    )


def _worst(entries: Sequence[DiaryEntry]) -> Pain | None:
    told = [pain_of(entry.data) for entry in entries]
    return Pain(max(pain.back for pain in told), max(pain.leg for pain in told)) if told else None


def _everywhere(entries: Sequence[DiaryEntry]) -> Marks | None:
    """Return every site that was named; None when one of the answers names none although a leg hurts."""
    told = [sites_of(entry.data) for entry in entries]
    if not told or None in told:
        return None
    return frozenset(mark for sites in told if sites for mark in sites)


def _analgesic(found: _Day) -> bool | None:
    """Tell whether a painkiller was started or raised: either source says yes; silence is no answer."""
    answers = [entry.data["started_or_raised"] for entry in found.entries if entry.kind == "painkiller"]
    return True if found.is_masked or any(answers) else False if answers else None
