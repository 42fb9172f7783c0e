"""How a dose goes on from day to day: up, the same, down or off, and why (clinical design, "Pain rules").

`decide` looks at the days so far in this order, and the first that applies is the step:

1. a red day not yet acted on: one level back (at the gentlest, one set a day fewer), and 48 hours off;
2. within those 48 hours: rest;
3. nothing, or no longer the present level, is open: nothing changes, or back to what is open;
4. days were missed: sets back, a level back, begin again;
5. the coach stopped for the load on the disc on two days one after another: a level back;
6. three green days in a row, done well: the next level, or a tenth more where it is not open;
7. a good week: one more set a day;
8. else the dose stays.

Steps 6 and 7 need to know that no painkiller was started or raised today, and on none of the days that count.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from math import floor

from openlumbar.cards import exercise
from openlumbar.care.clinician_flags import flags
from openlumbar.care.day_record import DayRecord, Work, in_order, share_done
from openlumbar.care.dose_rules import dose_rules
from openlumbar.care.dose_state import DoseFacts, ExerciseState, Unlock
from openlumbar.care.pain import day_zone
from openlumbar.care.programme import Amount, held_by_load, levels_of, most_sets
from openlumbar.care.progression_rules import Reason, progression_rules
from openlumbar.care.setbacks import after_load, after_missing, after_red, missed_bands, not_open, resting
from openlumbar.care.step import Case, Change, Step

__all__ = ["Change", "Step", "decide"]


def decide(
    history: Iterable[DayRecord],
    state: ExerciseState,
    today: date,
    *,
    facts: DoseFacts,
    open_levels: Collection[str],
    unlocks: Collection[Unlock] = (),
) -> Step:
    """Decide on one exercise, today; a second call on the same day with nothing new said changes nothing.

    The record of today, where there is one, holds the pain so far and whether a painkiller was started or raised;
    without that answer no dose goes up.

    Raises:
        InputError: when a day has two records, or the exercise or its level is not known.
    """
    card = exercise(state.exercise)
    level, levels = card.level(state.level), levels_of(card, facts, unlocks, today, open_levels)
    case = Case(
        card=card,
        records=in_order(history, today),
        state=state,
        today=today,
        facts=facts,
        allowed=levels.allowed,
        level=level,
        held=held_by_load(card, level, levels, facts),
    )
    case = replace(case, state=replace(state, missed_steps=min(state.missed_steps, len(missed_bands(case)))))
    rules = (after_red, resting, not_open, after_missing, after_load, _next_step, _next_set)
    found = next((step for rule in rules if (step := rule(case))), None)
    return replace(found or _hold(case), flags=flags(case.records, today))


@dataclass(frozen=True, slots=True)
class _Calm:
    """The green days in a row up to yesterday, the newest first, and what ended the row before it was long enough."""

    works: tuple[Work, ...]
    ended_by: Reason | None = None
    record: DayRecord | None = None


def _calm_days(case: Case) -> _Calm:
    """Count back to the last change of the dose; a day without a set counts for nothing, unless it hurt.

    Today does not count yet: its pain a day later is not known.
    """
    works: list[Work] = []
    newer = case.today
    for record in reversed([record for record in case.records if record.day >= case.state.counts_from]):
        if len(works) == progression_rules().next_step.greens.value:
            break
        if _hurts(record):
            return _Calm(tuple(works), "amber", record)
        work = record.tried(case.state.exercise)
        if work is None or record.day == case.today:
            continue
        if (ended_by := _not_calm(case, record, work, newer)) is not None:
            return _Calm(tuple(works), ended_by, record)
        works.append(work)
        newer = record.day
    return _Calm(tuple(works))


def _not_calm(case: Case, record: DayRecord, work: Work, newer: date) -> Reason | None:
    """Say why a day that did not hurt is none of the row."""
    if day_zone(record.pain).zone == "open":
        return "open"
    if record.analgesic_started_or_raised is not False:
        return "analgesic_before"
    if work.load_stops:
        return "load_stopped"
    is_apart = (newer - record.day).days > progression_rules().missed[0].from_days.value
    return "counting" if work.level != case.state.level or is_apart else None


def _hurts(record: DayRecord) -> bool:
    return day_zone(record.pain).zone in ("amber", "red")


def _why_no_more(case: Case, calm: _Calm) -> Step | None:
    """Return the step of staying where the dose is, None when it may go up."""
    needed = progression_rules().next_step
    painkiller = _painkiller_today(case)
    if painkiller is not None:
        return case.step("hold", painkiller)
    if _stopped_today(case):
        return case.step("hold", "load_stopped_today")
    if calm.record is not None and not calm.works and calm.ended_by not in (None, "counting"):
        day, why = calm.record.day.isoformat(), day_zone(calm.record.pain).why()
        return case.step("hold", calm.ended_by, day=day, pain=why)
    if len(calm.works) < needed.greens.value:
        return case.step("hold", "counting", greens=len(calm.works), needed=int(needed.greens.value))
    if not case.level.by_clock and (step := _why_form_holds(case, calm)) is not None:
        return step
    if share_done(calm.works) < needed.done.value:
        prescribed = sum(work.prescribed for work in calm.works)
        done = sum(min(work.done, work.prescribed) for work in calm.works)
        return case.step(
            "hold", "done_low", done=done, prescribed=prescribed, needed=_percent(_exact(needed.done.value))
        )
    return None


def _why_form_holds(case: Case, calm: _Calm) -> Step | None:
    needed = _exact(progression_rules().next_step.form.value)
    form = _mean_form(calm)
    if form is None:
        return case.step("hold", "form_unknown")
    if form < needed:
        return case.step("hold", "form_low", form=_percent(form), needed=_percent(needed))
    return None


def _painkiller_today(case: Case) -> Reason | None:
    """Return why a painkiller holds the dose; what is not known holds it too."""
    answer = None if case.of_today is None else case.of_today.analgesic_started_or_raised
    if answer is None:
        return "analgesic_unknown"
    return "analgesic_today" if answer else None


def _stopped_today(case: Case) -> bool:
    work = None if case.of_today is None else case.of_today.tried(case.state.exercise)
    return work is not None and work.load_stops > 0


def _next_step(case: Case) -> Step | None:
    calm = _calm_days(case)
    if _why_no_more(case, calm) is not None:
        return None
    form = None if case.level.by_clock else _mean_form(calm)
    numbers: dict[str, object] = {"greens": len(calm.works)}
    if form is not None:
        numbers["form"] = _percent(form)
    state, levels = case.state, case.card.levels
    higher = [level for level in case.allowed if levels.index(level) > levels.index(case.level)]
    if higher:
        today = case.today
        up = replace(state, level=higher[0].id, raises=0, sets_a_day=1, level_since=today, sets_since=today)
        reason: Reason = "level_up_by_clock" if form is None else "level_up"
        return case.step("+level", reason, up, **numbers, level=higher[0].name)
    amount = Amount.of(case.card, case.level, case.facts)
    before, after = amount.raised(state.raises), amount.raised(state.raises + 1)
    if after == before:
        return None
    raised = replace(state, raises=state.raises + 1, level_since=case.today)
    return case.step("+10%", "raise", raised, **numbers, level=case.level.name, before=before, after=after)


def _next_set(case: Case) -> Step | None:
    """Add a set a day after a week of the same sets: most of its days done and calm, none red or stopped for load."""
    state, days = case.state, int(dose_rules().sets.step_days.value)
    if _painkiller_today(case) is not None or _stopped_today(case) or state.sets_a_day >= most_sets(case.level):
        return None
    week = [record for record in case.records if 1 <= (case.today - record.day).days <= days]
    works = [work for record in week if (work := record.work.get(state.exercise)) is not None]
    trained = [record for record in week if record.trained(state.exercise)]
    calm = [record for record in trained if day_zone(record.pain).zone == "green"]
    is_good = (
        (case.today - state.sets_from).days >= days
        and len(calm) >= progression_rules().set_step.calm.value
        and calm[-1] is trained[-1]
        and share_done(works) >= progression_rules().next_step.done.value
        and all(record.analgesic_started_or_raised is False for record in trained)
        and all(day_zone(record.pain).zone != "red" for record in week)
        and not any(work.load_stops for work in works)
        and not _hurts(case.records[-1])
    )
    if not is_good:
        return None
    grown = replace(state, sets_a_day=state.sets_a_day + 1, sets_since=case.today)
    return case.step("+set", "set_up", grown, days=days, sets=grown.sets_a_day)


def _hold(case: Case) -> Step:
    return _why_no_more(case, _calm_days(case)) or case.step("hold", "top")


def _mean_form(calm: _Calm) -> Fraction | None:
    """Return the mean form of the days; None when one of them was not seen."""
    scores = [_exact(work.form_score) for work in calm.works if work.form_score is not None]
    return sum(scores, Fraction(0)) / len(scores) if scores and len(scores) == len(calm.works) else None


def _exact(value: float) -> Fraction:
    """Return the number as it is written, so that 0.6, 0.8 and 1 make a mean of 0.8 and no less."""
    return Fraction(str(value))


def _percent(share: Fraction) -> int:
    """Return whole percent, rounded down, so that what falls short never reads as if it reached the limit."""
    return floor(share * 100)
