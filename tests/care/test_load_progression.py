"""What follows from stops for the load on the disc, and from a limit that the level has passed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openlumbar.cards import exercise, exercise_slugs
from openlumbar.care import programme
from openlumbar.care.day_record import DayRecord, Work
from openlumbar.care.dose_state import DoseFacts, ExerciseState
from openlumbar.care.pain import DayPain, Pain
from openlumbar.care.programme import held_by_load, levels_of
from openlumbar.care.progression import Step, decide
from openlumbar.care.progression_rules import progression_rules
from openlumbar.errors import InputError

DAY = date(2026, 3, 2)
ALL = ("L0", "L1", "L2", "L3", "L4")
SIT_UP = exercise("sit-up")
FIT = DoseFacts(40, 175, 70, "male", "active", curl_up_max=15, days_since_onset=200)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Return by level the loads that an exercise is said to have; put in what a test needs."""
    said = {"L0": 0.8, "L1": 1.8, "L2": 2.2, "L3": 2.8, "L4": 5.4}
    monkeypatch.setattr(programme, "predicted_relative", lambda _slug, level, _physique: said[level])
    return said


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def day(days_ago: int, *, stops: int = 0, done: int = 1, level: str = "L2", slug: str = "sit-up") -> DayRecord:
    work = Work(level, 1, done, 10 * done, 0.9 if done else None, stops)
    return DayRecord(ago(days_ago), {slug: work}, DayPain(Pain(1, 0), None, Pain(1, 0), Pain(1, 0)), False)


NOW = DayRecord(DAY, analgesic_started_or_raised=False)
STATE = ExerciseState("sit-up", "L2", ago(20))
THREE = [day(1), day(2), day(3)]


def run(history: list[DayRecord], state: ExerciseState = STATE, facts: DoseFacts = FIT) -> Step:
    return decide(history, state, DAY, facts=facts, open_levels=ALL[:4])


def test_a_day_with_a_stop_for_load_is_not_calm() -> None:
    assert run([*THREE, NOW]).change == "+level"
    step = run([*THREE[1:], day(1, stops=1), NOW])
    assert (step.change, step.reason, step.state) == ("hold", "load_stopped", STATE)
    assert ago(1).isoformat() in step.why.en
    assert ago(1).isoformat() in step.why.zh
    step = run([day(1), day(2, stops=1), day(3), NOW])
    assert (step.reason, step.numbers["greens"]) == ("counting", 1)


def test_a_set_stopped_before_its_first_repetition_counts_too() -> None:
    assert run([*THREE[1:], day(1, stops=1, done=0), NOW]).reason == "load_stopped"
    assert run([day(3), day(2, stops=1, done=0), day(1, stops=1, done=0), NOW]).reason == "load_level"


def test_a_stop_today_holds_the_dose_today() -> None:
    today = replace(day(0, stops=1), analgesic_started_or_raised=False)
    step = run([*THREE, today])
    assert (step.change, step.reason, step.state) == ("hold", "load_stopped_today", STATE)
    assert run([*THREE, replace(today, work={"sit-up": Work("L2", 1, 0, 0, None, 1)})]).reason == "load_stopped_today"
    assert run([*THREE, replace(today, work={"bridge": Work("L2", 1, 0, 0, None, 1)})]).change == "+level"
    assert run([*THREE, day(0)]).change == "+level"


def test_two_such_days_one_after_another_take_a_level_once() -> None:
    history = [day(3), day(2, stops=1), day(1, stops=3), NOW]
    step = run(history)
    assert (step.change, step.reason) == ("-level", "load_level")
    assert step.state == replace(STATE, level="L1", level_since=DAY, sets_since=DAY)
    assert step.numbers == {"days": 2, "level": SIT_UP.level("L1").name}
    assert f'to "{SIT_UP.level("L1").name.en}"' in step.why.en
    again = run(history, step.state)
    assert (again.change, again.state) == ("hold", step.state)


@pytest.mark.parametrize(
    "history",
    [
        [day(2), day(1, stops=1)],
        [day(3, stops=1), day(2), day(1, stops=1)],
        [day(2, stops=1), day(1, stops=1, level="L1")],
        [day(2, stops=1), day(1, stops=1, slug="bridge")],
        [day(21, stops=1), day(1, stops=1)],
        [day(1, stops=1)],
    ],
    ids=["one", "not in a row", "another level", "another exercise", "before this state", "only one day"],
)
def test_less_than_two_such_days_of_this_dose_take_nothing(history: list[DayRecord]) -> None:
    step = run([*history, NOW], replace(STATE, missed_steps=3))
    assert (step.change, step.state.level) == ("hold", "L2")


def test_today_s_stop_takes_a_level_only_tomorrow() -> None:
    today = replace(day(0, stops=1), analgesic_started_or_raised=False)
    assert run([day(2), day(1, stops=1), today]).change == "hold"


def test_a_day_on_which_the_state_began_counts_and_a_day_without_a_set_between_does_not_matter() -> None:
    state = replace(STATE, started=ago(3))
    assert run([day(3, stops=1), day(1, stops=1), NOW], state).reason == "load_level"


def test_at_the_gentlest_level_a_set_goes_and_then_nothing() -> None:
    history = [day(2, stops=1, level="L0"), day(1, stops=1, level="L0"), NOW]
    two = run(history, replace(STATE, level="L0", sets_a_day=2))
    assert (two.change, two.reason, two.state.sets_a_day) == ("-set", "load_lowest", 1)
    assert two.numbers == {"days": 2, "sets": 1}
    one = run(history, replace(STATE, level="L0"))
    assert (one.change, one.reason, one.state.sets_a_day) == ("hold", "load_lowest", 1)


def test_missed_days_and_red_ones_go_first_and_a_step_up_comes_after() -> None:
    away = [day(5, stops=1), day(4, stops=1), NOW]
    assert run(away).reason == "missed_same"
    red = replace(day(1, stops=1), pain=DayPain(Pain(1, 0), None, Pain(8, 0), None))
    assert run([day(2, stops=1), red, NOW]).reason == "level_down"


def test_a_week_with_a_stop_adds_no_set() -> None:
    week = [day(number, level="L0") for number in range(1, 8)]
    state = replace(STATE, level="L0", raises=5, level_since=ago(1))
    assert run([*week, NOW], state).change == "+set"
    for number in range(7):
        stopped = [*week]
        stopped[number] = day(number + 1, level="L0", stops=1)
        assert run([*stopped, NOW], state).change == "hold"
    assert run([*week, replace(day(0, stops=1, level="L0"), analgesic_started_or_raised=False)], state).change == "hold"


def test_a_level_that_became_too_heavy_is_left_with_its_reason(loads: dict[str, float]) -> None:
    loads["L2"] = 4.1
    step = run([NOW], replace(STATE, level="L3", raises=2))
    assert (step.change, step.reason, step.state.level, step.state.raises) == ("-level", "load_bounded", "L1", 0)
    words = held_by_load(SIT_UP, SIT_UP.level("L3"), levels_of(SIT_UP, FIT, (), DAY, ALL), FIT)
    assert words is not None
    assert (step.why.en, step.why.zh) == (f"{words.en}.", f"{words.zh}。")
    loads["L0"] = 4.1
    step = run([NOW])
    assert (step.change, step.reason, step.state) == ("hold", "load_closed", STATE)
    assert "walking" in step.why.en
    loads["L0"] = loads["L2"] = 0.8
    bounded = decide([NOW], replace(STATE, level="L3"), DAY, facts=FIT, open_levels=ALL[:2])
    assert bounded.reason == "bounded"
    assert decide([NOW], STATE, DAY, facts=FIT, open_levels=()).reason == "closed"


def place(step: Step, slug: str) -> tuple[int, int, int]:
    state = step.state
    return exercise(slug).levels.index(exercise(slug).level(state.level)), state.sets_a_day, state.raises


days_of_work = st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.integers(0, 2)), min_size=1, max_size=10)


@settings(deadline=None)
@given(days_of_work, st.sampled_from(exercise_slugs()), st.sampled_from(["L1", "L2", "L3"]), st.integers(1, 3))
def test_a_stop_for_load_never_raises_the_dose(
    days: list[tuple[int, bool, int]], slug: str, level: str, sets: int
) -> None:
    state = ExerciseState(slug, level, ago(20), sets_a_day=sets)
    calm, stopped = [], []
    for number, (done, is_calm, stops) in enumerate(days, 1):
        record = day(number, done=done, level=level, slug=slug)
        if not is_calm:
            record = replace(record, pain=DayPain(Pain(1, 0), None, Pain(4, 0), Pain(1, 0)))
        calm.append(record)
        work = replace(record.work[slug], load_stops=stops)
        stopped.append(replace(record, work={slug: work}))
    without, with_stops = (
        decide([*history, NOW], state, DAY, facts=FIT, open_levels=ALL[:4]) for history in (calm, stopped)
    )
    assert place(with_stops, slug) <= place(without, slug)
    newest = [record.work[slug] for record in stopped if record.work[slug].done or record.work[slug].load_stops][:1]
    if newest and newest[0].load_stops:
        assert with_stops.change not in ("+level", "+10%", "+set")


def test_stops_that_cannot_have_been_are_refused() -> None:
    with pytest.raises(InputError, match="below zero"):
        Work("L1", 1, 1, load_stops=-1)
    assert Work("L1", 1, 1).load_stops == 0
    assert DayRecord(DAY, {"bridge": Work("L1", 1, 0)}).tried("bridge") is None
    assert DayRecord(DAY, {"bridge": Work("L1", 1, 0, load_stops=1)}).tried("bridge") is not None
    assert DayRecord(DAY, {"bridge": Work("L1", 1, 1)}).tried("bridge") is not None
    assert DayRecord(DAY).tried("bridge") is None


def test_every_sentence_of_the_load_says_what_to_do_in_both_languages() -> None:
    why = progression_rules().why
    for reason in ("load_stopped", "load_stopped_today", "load_level", "load_lowest"):
        assert "disc" in why[reason].en
        assert "椎间盘" in why[reason].zh
