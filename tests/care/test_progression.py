"""How a dose goes on: each rule by itself, its edges, its order among the others, and its sentence."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import get_args

import pytest

from openlumbar.assessment.events import Repetition
from openlumbar.cards import exercise
from openlumbar.care.body_map import marks
from openlumbar.care.day_record import DayRecord, Work, form_score, share_done
from openlumbar.care.dose_state import DoseFacts, ExerciseState, Unlock
from openlumbar.care.pain import DayPain, Pain
from openlumbar.care.progression import Step, decide
from openlumbar.care.progression_rules import FlagId, Reason, progression_rules
from openlumbar.errors import InputError

TODAY = date(2026, 5, 20)
ALL = ("L0", "L1", "L2", "L3", "L4")
FREE = ALL[:4]
FIT = DoseFacts(age_years=40, height_cm=175, weight_kg=70, activity="active", curl_up_max=12, days_since_onset=200)
CALM, FLARE, MIDDLING = Pain(1, 0), Pain(6, 0), Pain(3, 0)
STATE = ExerciseState("bridge", "L2", date(2026, 5, 1))


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def day(
    days_ago: int,
    *,
    level: str | None = "L2",
    done: int = 1,
    prescribed: int = 1,
    form: float | None = 0.9,
    after: Pain | None = CALM,
    next_day: Pain | None = CALM,
    painkiller: bool | None = False,
    slug: str = "bridge",
) -> DayRecord:
    work = {slug: Work(level, prescribed, done, 10 * done, form)} if level else {}
    return DayRecord(ago(days_ago), work, DayPain(CALM, None, after, next_day), painkiller)


NOW = DayRecord(TODAY, analgesic_started_or_raised=False)
THREE = [day(1), day(2), day(3)]


def run(
    history: Sequence[DayRecord],
    state: ExerciseState = STATE,
    *,
    today: date = TODAY,
    open_levels: Sequence[str] = FREE,
    facts: DoseFacts = FIT,
    unlocks: Sequence[Unlock] = (),
) -> Step:
    return decide(history, state, today, facts=facts, open_levels=open_levels, unlocks=unlocks)


def without(records: list[DayRecord], number: int, **changes: object) -> list[DayRecord]:
    """Return the records with one of them made anew."""
    made = list(records)
    made[number] = day(number + 1, **changes)  # type: ignore[arg-type]
    return made


# ---------------------------------------------------------------------------------------------------- going up


def test_three_green_days_done_well_lead_to_the_next_level() -> None:
    step = run([*THREE, NOW])
    assert (step.change, step.reason) == ("+level", "level_up")
    assert step.state == replace(STATE, level="L3", level_since=TODAY, sets_since=TODAY)
    assert step.numbers["greens"] == 3
    assert step.numbers["form"] == 90
    assert step.why.en.startswith('3 calm days in a row, with a form of 90 %: you go on to "Bridge to the line"')
    assert "“臀桥至直线”" in step.why.zh
    assert run([*THREE, NOW], replace(STATE, sets_a_day=3, raises=2)).state.sets_a_day == 1
    assert run([*THREE, NOW], replace(STATE, sets_a_day=3, raises=2)).state.raises == 0


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"after": MIDDLING}, "amber"),
        ({"next_day": Pain(2, 0)}, "amber"),
        ({"next_day": None}, "open"),
        ({"after": None}, "open"),
        ({"painkiller": True}, "analgesic_before"),
        ({"painkiller": None}, "analgesic_before"),
        ({"level": "L1"}, "counting"),
        ({"level": None}, "counting"),
        ({"done": 0}, "counting"),
    ],
)
def test_each_of_the_three_days_has_to_be_calm(number: int, changes: dict[str, object], reason: str) -> None:
    step = run([*without(THREE, number, **changes), NOW])
    assert step.change == "hold"
    assert step.state == STATE
    is_named = number == 0 or reason == "counting"
    if is_named:
        assert step.reason == reason
    else:
        assert (step.reason, step.numbers["greens"]) == ("counting", number)


def test_a_day_without_a_set_or_without_a_record_does_not_break_the_row() -> None:
    rest = DayRecord(ago(2), {"bridge": Work("L2", 0, 0)}, DayPain(CALM), None)
    assert run([day(1), rest, day(3), day(4), NOW]).change == "+level"
    assert run([day(1), day(3), day(4), NOW]).change == "+level"
    assert run([day(1), day(4), day(5), NOW]).change == "+level"
    assert run([day(1), day(5), day(6), NOW]).change == "hold"
    hurts = DayRecord(ago(2), {}, DayPain(MIDDLING), None)
    assert run([day(1), hurts, day(3), day(4), NOW]).change == "hold"


def test_only_days_since_the_last_change_count() -> None:
    assert run([*THREE, NOW], replace(STATE, level_since=ago(3))).change == "+level"
    assert run([*THREE, NOW], replace(STATE, level_since=ago(2))).change == "hold"
    assert run([*THREE, NOW], replace(STATE, started=ago(2))).change == "hold"


def test_today_does_not_count_yet_but_an_amber_today_holds() -> None:
    trained = day(0, next_day=None)
    assert run([*THREE, trained]).change == "+level"
    assert run([day(1), day(2), trained]).reason == "counting"
    assert run([*THREE, day(0, after=MIDDLING, next_day=None)]).reason == "amber"


@pytest.mark.parametrize(
    ("today", "reason"),
    [
        (None, "analgesic_unknown"),
        (DayRecord(TODAY), "analgesic_unknown"),
        (DayRecord(TODAY, analgesic_started_or_raised=True), "analgesic_today"),
    ],
)
def test_a_painkiller_today_or_no_answer_holds_everything(today: DayRecord | None, reason: str) -> None:
    step = run([*THREE, *([today] if today else [])])
    assert (step.change, step.reason, step.state) == ("hold", reason, STATE)


@pytest.mark.parametrize(
    ("forms", "reason"),
    [
        ((0.8, 0.8, 0.8), "level_up"),
        ((0.6, 0.8, 1.0), "level_up"),
        ((0.79, 0.8, 0.8), "form_low"),
        ((None, 1.0, 1.0), "form_unknown"),
        ((None, None, None), "form_unknown"),
    ],
)
def test_the_mean_form_has_to_be_eighty_percent(forms: tuple[float | None, ...], reason: str) -> None:
    step = run([*(day(number + 1, form=form) for number, form in enumerate(forms)), NOW])
    assert step.reason == reason
    if reason == "form_low":
        assert (step.numbers["form"], step.numbers["needed"]) == (79, 80)


def test_a_level_that_runs_by_the_clock_is_not_judged_by_its_form() -> None:
    state = replace(STATE, level="L0")
    step = run([*(day(number, level="L0", form=None) for number in (1, 2, 3)), NOW], state)
    assert (step.change, step.reason, step.state.level) == ("+level", "level_up_by_clock", "L1")
    assert run([*(day(number, level="L0", form=0.1) for number in (1, 2, 3)), NOW], state).change == "+level"


@pytest.mark.parametrize(("done", "is_enough"), [((1, 2, 2), True), ((1, 1, 2), False), ((4, 1, 1), False)])
def test_most_of_the_sets_have_to_be_done(done: tuple[int, ...], is_enough: bool) -> None:
    step = run([*(day(number + 1, done=one, prescribed=2) for number, one in enumerate(done)), NOW])
    assert (step.change == "+level") == is_enough
    if not is_enough:
        assert (step.reason, step.numbers) == ("done_low", {"done": 4, "prescribed": 6, "needed": 80})


def test_where_no_level_is_open_a_tenth_is_added_until_there_is_no_more() -> None:
    step = run([*THREE, NOW], open_levels=ALL[:3])
    assert (step.change, step.reason) == ("+10%", "raise")
    assert step.state == replace(STATE, raises=1, level_since=TODAY)
    assert (step.numbers["before"], step.numbers["after"]) == (10, 11)
    assert exercise(STATE.exercise).level(STATE.level).name.en in step.why.en
    assert run([*THREE, NOW], replace(STATE, raises=4), open_levels=ALL[:3]).change == "+10%"
    last = run([*THREE, NOW], replace(STATE, raises=5, sets_a_day=3), open_levels=ALL[:3])
    assert (last.change, last.reason) == ("hold", "top")


def test_a_locked_level_needs_its_unlock_and_the_gate() -> None:
    state, three = replace(STATE, level="L3"), [day(number, level="L3") for number in (1, 2, 3)]
    unlock = Unlock("bridge", "L4", "Li", "therapist", "does level 3 well", datetime(2026, 5, 20, 23))
    assert run([*three, NOW], state, open_levels=ALL).change == "+10%"
    assert run([*three, NOW], state, open_levels=FREE, unlocks=[unlock]).change == "+10%"
    assert run([*three, NOW], state, open_levels=ALL, unlocks=[unlock]).state.level == "L4"


WEEK = [day(number, next_day=Pain(1, 0)) for number in range(1, 8)]
DONE = replace(STATE, raises=5, sets_since=ago(7))
LIMITED = ALL[:3]


def test_a_good_week_adds_a_set() -> None:
    step = run([*WEEK, NOW], DONE, open_levels=LIMITED)
    assert (step.change, step.reason) == ("+set", "set_up")
    assert step.state == replace(DONE, sets_a_day=2, sets_since=TODAY)
    assert step.numbers == {"days": 7, "sets": 2}
    assert run([*WEEK, NOW], replace(DONE, sets_a_day=2), open_levels=LIMITED).state.sets_a_day == 3
    assert run([*WEEK, NOW], replace(DONE, sets_a_day=3), open_levels=LIMITED).reason == "top"
    assert run([*WEEK, NOW], replace(DONE, sets_since=ago(6)), open_levels=LIMITED).reason == "top"
    assert run([*WEEK, NOW], replace(DONE, sets_since=None, started=ago(7)), open_levels=LIMITED).change == "+set"


def test_a_set_is_added_only_after_a_week_that_was_done_and_calm() -> None:
    def change(records: list[DayRecord]) -> str:
        return run([*records, NOW], DONE, open_levels=LIMITED).change

    assert change(WEEK[:4]) == "+set"
    assert change(WEEK[:3]) == "hold"
    assert change(without(WEEK, 5, after=MIDDLING)) == "+set"
    assert change(without(WEEK, 0, after=MIDDLING)) == "hold"
    assert change(without(WEEK, 0, next_day=None)) == "hold"
    assert change(without(WEEK, 6, painkiller=True)) == "hold"
    assert change(without(WEEK, 6, painkiller=None)) == "hold"
    assert change(without(without(WEEK, 6, done=0), 5, done=0)) == "hold"
    assert change(without(WEEK, 6, done=0)) == "+set"
    assert change([*WEEK[:4], day(5, done=0)]) == "+set"  # four of five sets are just enough
    assert run([*WEEK], DONE, open_levels=LIMITED).reason == "analgesic_unknown"
    assert run([*WEEK, day(0, after=MIDDLING, next_day=None)], DONE, open_levels=LIMITED).change == "hold"
    red = DayRecord(ago(7), {}, DayPain(FLARE), None)
    acted = replace(DONE, red_on=ago(7))
    assert run([*WEEK[:6], red, NOW], acted, open_levels=LIMITED).change == "hold"
    assert run([*WEEK[:6], NOW], acted, open_levels=LIMITED).change == "+set"


# --------------------------------------------------------------------------------------------------- red days


def test_a_red_day_takes_a_level_and_rests_two_days() -> None:
    red = day(0, after=FLARE, next_day=None)
    step = run([*THREE, red], replace(STATE, raises=2, sets_a_day=2))
    assert (step.change, step.reason, step.zone) == ("-level", "level_down", "red")
    expected = ExerciseState("bridge", "L1", STATE.started, 2, 0, TODAY, TODAY, TODAY + timedelta(3), TODAY)
    assert step.state == expected
    assert step.why.en == (
        'On 2026-05-20 back pain went above five: one level back, to "Small bridge", and rest; '
        "you go on from 2026-05-23."
    )


def test_the_rest_lasts_48_hours_and_nothing_else_happens_in_it() -> None:
    red = day(0, after=FLARE, next_day=Pain(1, 0))
    state = run([red]).state
    for days in (0, 1, 2):
        today = TODAY + timedelta(days)
        step = run([red, replace(NOW, day=today)] if days else [red], state, today=today)
        assert (step.change, step.reason, step.state) == ("rest 48 h", "rest", state)
        assert "2026-05-23" in step.why.en
    later = run([red], state, today=TODAY + timedelta(3))
    assert (later.change, later.state) == ("hold", state)


def test_red_felt_the_day_after_rests_from_that_day() -> None:
    red = day(1, next_day=Pain(3, 0))
    step = run([red])
    assert (step.change, step.state.red_on) == ("-level", ago(1))
    assert step.state.rest_until == TODAY + timedelta(3)
    # What was red at once rests longer when the day after is red as well, and takes no second level.
    first = run([day(1, after=FLARE, next_day=None)], today=ago(1))
    assert first.state.rest_until == ago(-2)
    again = run([day(1, after=FLARE, next_day=FLARE)], first.state)
    assert (again.change, again.state) == ("rest 48 h", replace(first.state, rest_until=ago(-3)))


def test_a_red_day_that_is_told_late_takes_the_level_without_a_rest_that_is_over() -> None:
    step = run([day(3, after=FLARE), day(1), day(2), NOW])
    assert (step.change, step.reason, step.state.level) == ("-level", "level_down_past", "L1")
    assert "rest" not in step.why.en


def test_at_the_gentlest_level_a_set_goes_instead() -> None:
    state = replace(STATE, level="L0", sets_a_day=3)
    red = day(0, level="L0", after=FLARE, next_day=None)
    step = run([red], state)
    assert (step.change, step.reason, step.state.level, step.state.sets_a_day) == ("rest 48 h", "lowest", "L0", 2)
    assert "2026-05-23" in step.why.en
    past = run([day(3, level="L0", after=FLARE)], state)
    assert (past.change, past.reason, past.state.sets_a_day) == ("-set", "lowest_past", 2)
    least = run([day(3, level="L0", after=FLARE)], replace(state, sets_a_day=1))
    assert (least.change, least.reason, least.state.sets_a_day) == ("hold", "lowest_past", 1)
    many = run([day(3, level="L0", after=FLARE)], replace(state, sets_a_day=9))
    assert many.state.sets_a_day == 2


def test_each_red_day_counts_once_and_in_turn() -> None:
    state = replace(STATE, level="L3")
    reds = [day(8, level="L3", after=FLARE), day(4, level="L2", after=FLARE)]
    both = run(reds, state)
    assert (both.state.level, both.state.red_on) == ("L1", ago(4))
    assert run(reds, both.state).state == both.state
    assert run(reds, replace(state, red_on=ago(8))).state.level == "L2"
    assert run(reds, replace(state, red_on=ago(4))).change == "hold"
    assert run(reds, replace(state, started=ago(3))).change == "hold"


def test_pain_in_a_rest_without_exercise_only_rests_on() -> None:
    quiet = DayRecord(ago(1), {"bridge": Work("L2", 0, 0)}, DayPain(FLARE), None)
    state = run([day(2, after=FLARE)], today=ago(2)).state
    step = run([day(2, after=FLARE), quiet], state)
    assert (step.change, step.state.level, step.state.rest_until) == ("rest 48 h", "L1", ago(-2))
    assert step.state.red_on == ago(1)
    trained = day(1, level="L1", after=FLARE)
    assert run([day(2, after=FLARE), trained], state).state.level == "L0"
    assert run([day(7, after=FLARE), quiet], replace(state, rest_until=ago(4), red_on=ago(7))).state.level == "L0"
    on_the_day = replace(state, rest_until=ago(1))
    assert run([quiet], on_the_day).state.level == "L0"


def test_a_red_day_goes_back_from_what_could_be_done() -> None:
    state = replace(STATE, level="L3")
    assert run([day(0, after=FLARE, next_day=None)], state, open_levels=LIMITED).state.level == "L1"
    assert run([day(0, after=FLARE, next_day=None)], state, open_levels=()).state.level == "L2"


def test_a_rest_without_its_red_day_in_the_history_is_kept() -> None:
    step = run([NOW], replace(STATE, rest_until=ago(-1)))
    assert (step.change, step.reason) == ("rest 48 h", "rest_plain")
    assert run([NOW], replace(STATE, rest_until=TODAY)).change != "rest 48 h"


# --------------------------------------------------------------------------------------- what is open, missed


def test_nothing_open_changes_nothing_and_less_open_goes_back() -> None:
    closed = run([*THREE, NOW], open_levels=())
    assert (closed.change, closed.reason, closed.state) == ("hold", "closed", STATE)
    bounded = run([*THREE, NOW], replace(STATE, level="L3", raises=1, sets_a_day=2), open_levels=LIMITED)
    assert (bounded.change, bounded.reason) == ("-level", "bounded")
    assert bounded.state == replace(STATE, sets_a_day=2, level_since=TODAY)
    assert '"Bridge (the source\'s dose)"' in bounded.why.en


@pytest.mark.parametrize(
    ("missed", "change", "level", "sets", "reason"),
    [
        (0, "hold", "L2", 3, "counting"),
        (2, "hold", "L2", 3, "counting"),
        (3, "-set", "L2", 2, "missed_set"),
        (7, "-set", "L2", 2, "missed_set"),
        (8, "-level", "L1", 2, "missed_level"),
        (28, "-level", "L1", 2, "missed_level"),
        (29, "restart", "L1", 1, "missed_begin"),
        (90, "restart", "L1", 1, "missed_begin"),
    ],
)
def test_missed_days_go_back(missed: int, change: str, level: str, sets: int, reason: str) -> None:
    state = replace(STATE, started=ago(200), sets_a_day=3, raises=1)
    history = [day(missed + 1), NOW]
    step = run(history, state)
    assert (step.change, step.reason) == (change, reason)
    assert (step.state.level, step.state.sets_a_day) == (level, sets)
    assert run(history, step.state).state == step.state
    if change != "hold":
        assert step.numbers["missed"] == missed
        assert step.state.counts_from == step.state.sets_from == TODAY
        assert step.state.raises == (1 if change == "-set" else 0)


def test_a_new_gap_counts_anew() -> None:
    first = run([day(4), NOW], replace(STATE, sets_a_day=3))
    assert first.state.missed_steps == 1
    back = run([day(4), day(0, next_day=None)], first.state)
    again = run([day(1), replace(NOW)], back.state)
    assert again.state.missed_steps == 0
    later = TODAY + timedelta(4)
    assert run([day(0), replace(NOW, day=later)], again.state, today=later).state.sets_a_day == 1


def test_a_longer_gap_takes_only_what_is_still_due() -> None:
    state = replace(STATE, sets_a_day=3, missed_steps=1)
    assert run([day(9), NOW], state).state.sets_a_day == 3
    assert run([day(9), NOW], state).state.level == "L1"
    gentle = run([day(4), NOW], STATE)
    assert (gentle.change, gentle.reason) == ("hold", "missed_same")
    lowest = run([day(9, level="L0"), NOW], replace(STATE, level="L0"))
    assert (lowest.change, lowest.state.level) == ("hold", "L0")


def test_beginning_again_is_never_more_than_what_was_left() -> None:
    state = replace(STATE, level="L0", started=ago(100), red_on=ago(60), rest_until=ago(57))
    step = run([day(60, level="L0"), NOW], state)
    assert (step.change, step.state.level, step.state.started) == ("restart", "L0", TODAY)
    assert (step.state.red_on, step.state.rest_until, step.state.missed_steps) == (ago(60), ago(57), 3)


def test_days_that_we_asked_to_rest_are_not_missed() -> None:
    rests = [DayRecord(ago(number), {"bridge": Work("L2", 0, 0)}) for number in (1, 2, 3)]
    assert run([day(5), *rests, NOW], replace(STATE, sets_a_day=3)).state.missed_steps == 0
    others = [DayRecord(ago(number), {"sit-up": Work("L2", 0, 0)}) for number in (1, 2, 3)]
    assert run([day(5), *others, NOW], replace(STATE, sets_a_day=3)).state.missed_steps == 1
    rested = replace(STATE, sets_a_day=3, rest_until=ago(2), red_on=ago(5))
    assert run([day(5), NOW], rested).state.missed_steps == 0
    assert run([day(5), NOW], replace(rested, rest_until=ago(3))).state.missed_steps == 1
    assert run([NOW], replace(STATE, started=ago(3))).state.missed_steps == 1
    assert run([NOW], replace(STATE, started=ago(2))).state.missed_steps == 0


def test_red_goes_before_missed_days_and_missed_days_before_a_step_up() -> None:
    assert run([day(9, after=FLARE), NOW], replace(STATE, sets_a_day=3)).reason == "level_down_past"
    assert run([day(4), day(5), day(6), NOW], replace(STATE, sets_a_day=3)).change == "-set"


# ------------------------------------------------------------------------------------ words, numbers, records


def test_the_zone_is_that_of_the_newest_record_and_the_future_is_not_known() -> None:
    assert run([]).zone == "open"
    assert run(THREE).zone == "green"
    assert run([*THREE, day(-1, after=FLARE)]).zone == "green"
    assert run([*THREE, day(0, after=FLARE)]).zone == "red"


def test_two_records_of_a_day_are_refused() -> None:
    with pytest.raises(InputError, match="2026-05-19 has two records"):
        run([day(1), day(2), day(1)])


def test_flags_come_along_with_the_step() -> None:
    step = run([day(1, after=FLARE), day(3, after=FLARE), NOW])
    assert [flag.id for flag in step.flags] == ["red_days"]
    further = DayPain(CALM, None, CALM, CALM, frozenset(), marks(["calf_left"]), frozenset())
    assert [flag.id for flag in run([DayRecord(ago(1), {}, further)]).flags] == ["further_down"]


def test_every_reason_and_flag_has_its_words_and_nothing_is_signed_off() -> None:
    rules = progression_rules()
    assert set(rules.why) == set(get_args(Reason))
    assert set(rules.flags) == set(get_args(FlagId))
    assert rules.clinician_signoff == ""


def seen(*faults: str, counted: bool = True) -> Repetition:
    return Repetition(0, 1, 2, counted, faults=faults)


@pytest.mark.parametrize(
    ("repetitions", "expected"),
    [
        ([], None),
        ([seen()], 1),
        ([seen("too_fast")], 0.5),
        ([seen("too_fast", "too_high")], 0),
        ([seen("too_fast", "too_high", "incomplete")], 0),
        ([seen(counted=False)], 0),
        ([seen(), seen(counted=False)], 0.5),
        ([seen()] * 6 + [seen("too_fast")] * 4, 0.8),
    ],
)
def test_the_form_score_of_repetitions(repetitions: list[Repetition], expected: float | None) -> None:
    assert form_score(repetitions) == expected


def test_the_share_done_leaves_out_what_was_not_asked() -> None:
    assert share_done([]) == 0
    assert share_done([Work("L1", 0, 2)]) == 0
    assert share_done([Work("L1", 2, 3), Work("L1", 2, 1)]) == 0.75


@pytest.mark.parametrize(
    "wrong", [{"prescribed": -1}, {"done": -1}, {"repetitions": -1}, {"form_score": 1.1}, {"form_score": -0.1}]
)
def test_work_that_cannot_have_been_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError):
        Work(**({"level": "L1", "prescribed": 1, "done": 1} | wrong))  # type: ignore[arg-type]
    Work("L1", 0, 0, 0, 0.0)
    Work("L1", 1, 1, 1, 1.0)
