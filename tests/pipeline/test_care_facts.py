"""Entries of the diary as the facts of the gate and the dose, and as the records of the days."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diary_people import FIT
from openlumbar.care.body_map import marks
from openlumbar.care.dose_state import ExerciseState
from openlumbar.care.pain import Pain
from openlumbar.care.permits import Clearance, Lock, Unlock
from openlumbar.care.profile import Profile
from openlumbar.pipeline.care_entries import (
    clearance_data,
    clearance_of,
    lifting_data,
    lock_data,
    lock_of,
    pain_data,
    profile_data,
    profile_of,
    state_data,
    state_of,
    unlock_data,
    unlock_of,
)
from openlumbar.pipeline.care_facts import (
    gate_facts,
    outcomes_in,
    profile_in,
    weeks_without_gain,
    woke_at_in,
)
from openlumbar.pipeline.day_history import day_pain, day_records, rest_days, sets_done
from openlumbar.records.diary import DiaryEntry, EntryKind

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOW.date()


class Written:
    """Entries in the order in which they are put in."""

    def __init__(self) -> None:
        self.entries: list[DiaryEntry] = []

    def __call__(
        self, kind: EntryKind, data: Mapping[str, Any], *, days_ago: int = 0, minutes_ago: float = 0
    ) -> "Written":
        at = NOW - timedelta(days=days_ago, minutes=minutes_ago)
        self.entries.append(DiaryEntry(len(self.entries) + 1, kind, data, at.date(), at))
        return self


def a_set(
    repetitions: int = 5, prescribed: int = 5, form: float | None = 0.9, exercise: str = "bridge"
) -> dict[str, Any]:
    return {
        "exercise": exercise, "level": "L1", "repetitions": repetitions, "prescribed": prescribed, "form_score": form,
        "session": None, "by": "coach", "finished": repetitions >= prescribed,
    }  # fmt: skip


def programme(sets: int, rest_until: date | None = None, level: str = "L1") -> dict[str, Any]:
    state = ExerciseState("bridge", level, TODAY - timedelta(days=9), rest_until=rest_until)
    return {
        "exercise": "bridge", "state": state_data(state), "sets": sets, "repetitions": 5, "change": "hold",
        "why": {"en": "so", "zh": "如此"},
    }  # fmt: skip


def test_what_is_written_is_read() -> None:
    assert profile_of(profile_data(FIT)) == FIT
    assert profile_of(profile_data(Profile())) == Profile()
    assert profile_of(profile_data(FIT) | {"of_a_later_version": 1}) == FIT
    state = ExerciseState("bridge", "L2", TODAY, 2, 1, TODAY, TODAY, TODAY, TODAY, 1)
    assert state_of(state_data(state)) == state
    clearance = Clearance(
        activity="bridge", reasons=frozenset({"b1"}), by="Li", role="person", at=NOW, expires_on=TODAY,
        doctor="Dr Wang", examined_on=TODAY,
    )  # fmt: skip
    assert clearance_of(clearance_data(clearance)) == clearance
    unlock = Unlock(exercise="bridge", level="L4", by="Li", role="therapist", reason="strong", at=NOW)
    assert unlock_of(unlock_data(unlock)) == unlock
    lock = Lock(reason="a1", since=NOW)
    assert lock_of(lock_data(lock)) == lock
    lifting = lifting_data(3, by="Li", role="therapist", because="examined", at=NOW)
    assert not lock_of(lock_data(lock), lifting).holds(NOW, alone=False)


def test_nothing_written_is_nothing_known() -> None:
    assert profile_in([]) == Profile()
    facts = gate_facts([], day_records([], TODAY), NOW, alone=True)
    assert (facts.group_a, facts.pain_rest, facts.weeks_without_gain, facts.woke_at) == (None, None, None, None)


@pytest.mark.parametrize(("minutes", "is_known"), [(0, True), (30, True), (31, False), (-1, False)])
def test_pain_before_a_set_holds_as_long_as_the_answers(minutes: float, is_known: bool) -> None:
    written = Written()("pain", pain_data("before", Pain(2, 1)), minutes_ago=minutes)
    facts = gate_facts(written.entries, day_records(written.entries, TODAY), NOW, alone=True)
    assert facts.pain_rest == (Pain(2, 1) if is_known else None)


def test_waking_holds_for_the_day() -> None:
    woke = {"group_a": [], "woke_at": (NOW - timedelta(hours=5)).isoformat()}
    written = Written()("answers", woke)("answers", {"group_a": [], "woke_at": None})
    assert woke_at_in(written.entries, NOW) == NOW - timedelta(hours=5)
    assert woke_at_in(written.entries, NOW + timedelta(hours=12)) is None


def outcome(value: float, days_ago: int, measure: str = "nprs-back") -> Written:
    return Written()("outcome", {"measure": measure, "value": value}, days_ago=days_ago)


@pytest.mark.parametrize(
    ("values", "weeks"),
    [
        ([], None),
        ([(6, 50)], None),
        ([(6, 20)], 0),
        ([(6, 50), (6, 1)], 7),
        ([(6, 50), (3, 1)], 0),
        ([(6, 42), (6, 0)], 6),
    ],
)
def test_weeks_without_a_gain_follow_from_the_measures(values: list[tuple[float, int]], weeks: int | None) -> None:
    entries = [entry for value, days_ago in values for entry in outcome(value, days_ago).entries]
    assert weeks_without_gain(outcomes_in(entries), TODAY) == weeks
    assert outcomes_in(outcome(30, 1, "odi-total").entries) == ()


@pytest.mark.parametrize(
    ("said", "medicine", "known"),
    [
        ((), None, None), ((False,), None, False), ((True,), None, True), ((True, False), None, True),
        ((), "today", True), ((False,), "today", True), ((False,), "earlier", False), ((), "earlier", None),
    ],
)  # fmt: skip
def test_a_painkiller_counts_from_either_source(
    said: tuple[bool, ...], medicine: str | None, known: bool | None
) -> None:
    written = Written()
    if medicine:
        begun = TODAY if medicine == "today" else TODAY - timedelta(days=9)
        kind = {"id": "m", "name": "Pill", "kind": "nsaid_oral", "times": ["08:00"], "started_on": begun.isoformat()}
        written("medicine", kind | {"changed": [], "weekdays": [], "taken_as": "", "removed": False})
    for answer in said:
        written("painkiller", {"started_or_raised": answer})
    assert day_records(written.entries, TODAY)[-1].analgesic_started_or_raised is known


def test_a_red_set_does_not_undo_what_was_asked() -> None:
    written = Written()("programme", programme(2))("set", a_set())
    written("programme", programme(0, rest_until=TODAY + timedelta(days=3)))
    work = day_records(written.entries, TODAY)[-1].work["bridge"]
    assert (work.prescribed, work.done, work.level) == (2, 1, "L1")


def test_days_off_are_there_also_when_nobody_came_and_closed_days_are_not() -> None:
    until = TODAY - timedelta(days=4)
    written = Written()("programme", programme(0, rest_until=until), days_ago=7)("programme", programme(0), days_ago=2)
    records = {record.day: record for record in day_records(written.entries, TODAY)}
    for back in (7, 6, 5):
        assert records[TODAY - timedelta(days=back)].work["bridge"].prescribed == 0
    assert records[TODAY - timedelta(days=2)].work == {}
    assert rest_days(written.entries, TODAY)["bridge"] == {TODAY - timedelta(days=6), TODAY - timedelta(days=5)}


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(1, 10))))
def test_shares_of_sets_add_up(done: list[tuple[int, int]]) -> None:
    entries = [entry for one in done for entry in Written()("set", a_set(min(one), one[1])).entries]
    total = sum(min(one) / one[1] for one in done)
    assert abs(sets_done(entries) - total) <= 0.5 + 1e-9


def test_a_day_s_pain_is_the_first_before_and_the_worst_after() -> None:
    written = Written()("pain", pain_data("before", Pain(2, 1), marks(["thigh_left"])))
    written("pain", pain_data("after", Pain(3, 0)))("pain", pain_data("before", Pain(1, 2), marks(["calf_left"])))
    written("pain", pain_data("after", Pain(1, 1), marks(["knee_left"])))("pain", pain_data("now", Pain(0, 3)))
    written("pain", pain_data("next_day", Pain(4, 0)))("pain", pain_data("next_day", Pain(1, 0)))
    pain = day_pain(written.entries)
    assert (pain.before, pain.during, pain.after) == (Pain(2, 1), Pain(1, 3), Pain(3, 1))
    assert (pain.next_day, pain.sites_next_day) == (Pain(1, 0), frozenset())
    assert pain.sites_after == marks(["calf_left", "knee_left"])


def test_where_a_leg_hurts_is_unknown_when_one_answer_leaves_it_out() -> None:
    written = Written()("pain", pain_data("after", Pain(1, 2)))(
        "pain", pain_data("after", Pain(1, 1), marks(["foot_left"]))
    )
    assert day_pain(written.entries).sites_after is None


def test_profiles_differ_only_in_what_was_said() -> None:
    written = Written()("profile", profile_data(FIT))("profile", profile_data(replace(FIT, wakes_at=time(6))))
    assert profile_in(written.entries).wakes_at == time(6)
