"""What holds a dose back or takes it back: red days and the rest after them, what is open, and missed days."""

from dataclasses import replace
from datetime import date, timedelta

from openlumbar.care.day_record import DayRecord
from openlumbar.care.dose_state import ExerciseState
from openlumbar.care.load_limits import load_rules
from openlumbar.care.pain import DayZone, day_zone
from openlumbar.care.programme import begin, most_sets, no_higher
from openlumbar.care.progression_rules import Missed, progression_rules
from openlumbar.care.step import Case, Change, Step


def after_red(case: Case) -> Step | None:
    """Act on every red day that has not been acted on, in their order."""
    reds = _red_days(case)
    fresh = [record for record, _ in reds if case.state.red_on is None or record.day > case.state.red_on]
    if not fresh:
        return None
    state = case.state
    for record, zone in reds:
        if record in fresh and _asks_for_less(record, state):
            state = _one_back(case, state)
        until = _rest_until(record, zone)
        state = replace(
            state, rest_until=max(state.rest_until or until, until), red_on=max(state.red_on or record.day, record.day)
        )
    if state.level == case.state.level and state.sets_from == case.state.sets_from:
        return resting(replace(case, state=state))
    return _less(case, state, fresh[-1])


def _less(case: Case, state: ExerciseState, record: DayRecord) -> Step:
    """Say what a red day has taken."""
    until = state.rest_until
    is_resting = until is not None and case.today < until
    numbers = {
        "day": record.day.isoformat(),
        "pain": day_zone(record.pain).why(),
        "level": case.card.level(state.level).name,
        "sets": state.sets_a_day,
        "until": until.isoformat() if until else "",
    }
    if state.level != case.state.level:
        return case.step("-level", "level_down" if is_resting else "level_down_past", state, **numbers)
    if is_resting:
        return case.step("rest 48 h", "lowest", state, **numbers)
    change: Change = "-set" if state.sets_a_day < case.state.sets_a_day else "hold"
    return case.step(change, "lowest_past", state, **numbers)


def resting(case: Case) -> Step | None:
    """Rest until the last red day is 48 hours past."""
    reds = _red_days(case)
    untils = [_rest_until(record, zone) for record, zone in reds]
    until = max([*untils, case.state.rest_until or case.state.started])
    if case.today >= until:
        return None
    state = replace(case.state, rest_until=until)
    if not reds:
        return case.step("rest 48 h", "rest_plain", state, until=until.isoformat())
    record = reds[-1][0]
    numbers = {"until": until.isoformat(), "day": record.day.isoformat(), "pain": day_zone(record.pain).why()}
    return case.step("rest 48 h", "rest", state, **numbers)


def _red_days(case: Case) -> list[tuple[DayRecord, DayZone]]:
    zones = ((record, day_zone(record.pain)) for record in case.records if record.day >= case.state.started)
    return [(record, zone) for record, zone in zones if zone.zone == "red"]


def _rest_until(record: DayRecord, zone: DayZone) -> date:
    """Return the first day to go on: whole days off, counted from the day on which the red was felt."""
    felt = record.day + timedelta(days=1 if zone.red_the_day_after else 0)
    return felt + timedelta(days=1 + progression_rules().red.rest_days.value)


def _asks_for_less(record: DayRecord, state: ExerciseState) -> bool:
    """Tell whether a red day takes a level: not one within a rest in which nothing was done; that only rests on."""
    return record.trained(state.exercise) is not None or state.rest_until is None or record.day >= state.rest_until


def _one_back(case: Case, state: ExerciseState) -> ExerciseState:
    """Go one level back from what could be done, or, at the gentlest, one set a day."""
    level = case.card.level(state.level)
    if case.allowed:
        level = no_higher(case.card, level, case.allowed[-1])
    place = case.card.levels.index(level)
    lower = case.card.levels[max(place - 1, 0)]
    sets = state.sets_a_day if lower.id != state.level else _one_set_fewer(case, state)
    return replace(state, level=lower.id, raises=0, sets_a_day=sets, level_since=case.today, sets_since=case.today)


def _one_set_fewer(case: Case, state: ExerciseState) -> int:
    return max(min(state.sets_a_day, most_sets(case.card.level(state.level))) - 1, 1)


def not_open(case: Case) -> Step | None:
    """Stay where nothing is open, and go back to what is open."""
    if not case.allowed:
        return case.step("hold", "load_closed", load=case.held) if case.held else case.step("hold", "closed")
    bound = no_higher(case.card, case.level, case.allowed[-1])
    if bound is case.level:
        return None
    state = replace(case.state, level=bound.id, raises=0, level_since=case.today)
    if case.held is not None:
        return case.step("-level", "load_bounded", state, load=case.held)
    return case.step("-level", "bounded", state, level=bound.name)


def after_missing(case: Case) -> Step | None:
    """Go back as far as the days missed in a row ask for, each step of it once."""
    bands = missed_bands(case)
    due = bands[case.state.missed_steps :]
    if not due:
        return None
    state = case.state
    for band in due:
        state = _back(case, state, band)
    state = replace(state, missed_steps=len(bands))
    numbers = {"missed": _days_missed(case), "sets": state.sets_a_day, "level": case.card.level(state.level).name}
    if due[-1].back == "begin":
        return case.step("restart", "missed_begin", state, **numbers)
    if state.level != case.state.level:
        return case.step("-level", "missed_level", state, **numbers)
    if state.sets_a_day != case.state.sets_a_day:
        return case.step("-set", "missed_set", state, **numbers)
    return case.step("hold", "missed_same", state, **numbers)


def after_load(case: Case) -> Step | None:
    """Go a level back where the last days tried at this dose were all stopped for the load on the disc."""
    needed = int(load_rules().stops.days_back.value)
    works = [
        work
        for record in case.records
        if case.state.counts_from <= record.day < case.today
        and (work := record.tried(case.state.exercise)) is not None
        and work.level == case.state.level
    ]
    if len(works) < needed or not all(work.load_stops for work in works[-needed:]):
        return None
    state = _one_back(case, case.state)
    if state.level != case.state.level:
        return case.step("-level", "load_level", state, days=needed, level=case.card.level(state.level).name)
    change: Change = "-set" if state.sets_a_day < case.state.sets_a_day else "hold"
    return case.step(change, "load_lowest", state, days=needed, sets=state.sets_a_day)


def _back(case: Case, state: ExerciseState, band: Missed) -> ExerciseState:
    if band.back == "begin":
        first = begin(state.exercise, case.facts, case.today, open_levels=[level.id for level in case.allowed])
        # Beginning again is never more than what was left.
        level = no_higher(case.card, case.card.level(first.level), case.card.level(state.level))
        return replace(first, level=level.id, rest_until=state.rest_until, red_on=state.red_on)
    state = replace(state, level_since=case.today, sets_since=case.today)
    if band.back == "set":
        return replace(state, sets_a_day=_one_set_fewer(case, state))
    place = case.card.levels.index(case.card.level(state.level))
    return replace(state, level=case.card.levels[max(place - 1, 0)].id, raises=0)


def missed_bands(case: Case) -> tuple[Missed, ...]:
    """Return the rules that the days missed in a row have reached."""
    missed = _days_missed(case)
    return tuple(band for band in progression_rules().missed if missed >= band.from_days.value)


def _days_missed(case: Case) -> int:
    """Count the days before today, since the last one with a set done, on which we did not ask to rest."""
    trained = [record.day for record in case.records if record.trained(case.state.exercise)]
    first = trained[-1] + timedelta(days=1) if trained else case.state.started
    if case.state.rest_until is not None:
        first = max(first, case.state.rest_until)
    excused = {record.day for record in case.records if _is_excused(record, case.state.exercise)}
    days = (first + timedelta(days=number) for number in range((case.today - first).days))
    return sum(day not in excused for day in days)


def _is_excused(record: DayRecord, slug: str) -> bool:
    work = record.work.get(slug)
    return work is not None and work.prescribed == 0
