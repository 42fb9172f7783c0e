"""The medicines of a person's entries: the list, what is due, what was said of it, what to ask about."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaries import WrittenDiary
from openlumbar.care.medicines import Medicine, Schedule, analgesic_started_or_raised, flag_rules, medicine_kinds
from openlumbar.care.safety_rules import matrix
from openlumbar.errors import InputError
from openlumbar.pipeline.medicine_list import (
    about_you,
    altered,
    data_of,
    due_now,
    due_on,
    ever_listed,
    history,
    intake_data,
    intakes,
    listed,
    medicine_of,
    questions_data,
    require_due,
    when_needed,
    worth_asking,
)

STEADY = settings(deadline=None, derandomize=True)
DAY = date(2026, 3, 2)  # a Monday
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TWICE = Schedule((time(8), time(20)))
TABLET = Medicine("a", "Ibuprofen 400", "nsaid_oral", "with food", TWICE, date(2026, 2, 1))
GEL = Medicine("b", "Gel", "nsaid_topical")

MEDICINES = st.builds(
    Medicine,
    id=st.sampled_from("abc"),
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip),
    kind=st.sampled_from([kind.id for kind in medicine_kinds()]),
    taken_as=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    schedule=st.builds(
        Schedule,
        st.lists(st.times().map(lambda clock: clock.replace(second=0, microsecond=0, fold=0)), max_size=4).map(tuple),
        st.frozensets(st.integers(0, 6)),
    ),
    started_on=st.none() | st.dates(),
    changed=st.lists(
        st.tuples(st.dates(), st.sampled_from(["started", "raised", "lowered", "stopped"])), max_size=3
    ).map(tuple),
)


def diary_of(*medicines: Medicine) -> WrittenDiary:
    diary = WrittenDiary(NOW)
    for medicine in medicines:
        diary.write("medicine", data_of(medicine), at=NOW - timedelta(days=40))
    return diary


def mark(diary: WrittenDiary, medicine_id: str, due_at: datetime, state: str) -> int:
    return diary.write("intake", intake_data(medicine_id, due_at, state))


@STEADY
@given(MEDICINES)
def test_a_medicine_comes_back_as_it_was_written(medicine: Medicine) -> None:
    assert medicine_of(data_of(medicine)) == medicine


@STEADY
@given(st.lists(st.tuples(MEDICINES, st.booleans()), max_size=6), st.tuples(MEDICINES, st.booleans()))
def test_withdrawing_the_last_change_leaves_the_list_as_before(
    written: list[tuple[Medicine, bool]], change: tuple[Medicine, bool]
) -> None:
    diary = WrittenDiary(NOW)
    for medicine, removed in written:
        diary.write("medicine", data_of(medicine, removed=removed))
    before = listed(diary.entries)
    diary.withdraw(diary.write("medicine", data_of(change[0], removed=change[1])))
    assert listed(diary.entries) == before


def test_the_latest_snapshot_counts_and_a_removed_one_is_gone() -> None:
    diary = diary_of(TABLET, GEL)
    diary.write("medicine", data_of(altered(TABLET, DAY, "raised")))
    diary.write("medicine", data_of(GEL, removed=True))
    assert listed(diary.entries) == (altered(TABLET, DAY, "raised"),)


def test_what_may_mask_pain_holds_the_dose_on_the_day_it_is_begun_or_raised() -> None:
    diary = diary_of(TABLET)
    assert not analgesic_started_or_raised(ever_listed(diary.entries), DAY)
    assert analgesic_started_or_raised(ever_listed(diary.entries), date(2026, 2, 1))
    diary.write("medicine", data_of(altered(TABLET, DAY, "lowered")))
    assert not analgesic_started_or_raised(ever_listed(diary.entries), DAY)
    number = diary.write("medicine", data_of(altered(TABLET, DAY, "raised")))
    assert analgesic_started_or_raised(ever_listed(diary.entries), DAY)
    diary.write("medicine", data_of(altered(TABLET, DAY, "raised"), removed=True))
    assert analgesic_started_or_raised(ever_listed(diary.entries), DAY), (
        "taking it off the list opens no way to more exercise"
    )
    diary.withdraw(number)
    diary.withdraw(number + 1)
    assert not analgesic_started_or_raised(ever_listed(diary.entries), DAY)


def test_what_is_not_for_pain_holds_nothing() -> None:
    blood_thinner = Medicine("c", "W", "anticoagulant", started_on=DAY)
    assert not analgesic_started_or_raised(ever_listed(diary_of(blood_thinner).entries), DAY)


def test_today_lists_every_due_time_and_what_was_said() -> None:
    diary = diary_of(TABLET, GEL)
    morning, evening = NOW.replace(hour=8), NOW.replace(hour=20)
    assert [(due.intake.due_at, due.is_past) for due in due_on(diary.entries, NOW)] == [
        (morning, True),
        (evening, False),
    ]
    assert [due.intake.due_at for due in due_now(diary.entries, NOW)] == [morning]
    mark(diary, "a", morning, "taken")
    assert due_now(diary.entries, NOW) == ()
    taken = due_on(diary.entries, NOW)[0].intake
    assert (taken.state, taken.at) == ("taken", NOW)
    mark(diary, "a", morning, "open")
    assert [due.intake.due_at for due in due_now(diary.entries, NOW)] == [morning]
    assert due_on(diary.entries, NOW)[0].intake.at is None


@STEADY
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["taken", "skipped", "open"])), max_size=12))
def test_what_nobody_spoke_of_is_neither_taken_nor_skipped(words: list[tuple[int, str]]) -> None:
    medicine = Medicine("a", "A", "other", schedule=Schedule(tuple(time(hour) for hour in (6, 7, 8, 9))))
    diary = diary_of(medicine)
    for place, state in words:
        mark(diary, "a", NOW.replace(hour=6 + place), state)
    last = dict(words)
    states = [due.intake.state for due in due_on(diary.entries, NOW)]
    assert states == [last.get(place, "open") for place in range(4)]


@STEADY
@given(st.sampled_from(["taken", "skipped"]))
def test_taking_a_word_back_leaves_the_day_as_before(state: Literal["taken", "skipped"]) -> None:
    diary = diary_of(TABLET)
    before = due_on(diary.entries, NOW)
    mark(diary, "a", NOW.replace(hour=8), state)
    mark(diary, "a", NOW.replace(hour=8), "open")
    assert due_on(diary.entries, NOW) == before


def test_what_is_taken_when_needed_shows_what_was_taken_today() -> None:
    diary = diary_of(TABLET, GEL)
    mark(diary, "b", NOW - timedelta(days=1), "taken")
    mark(diary, "b", NOW, "taken")
    [(medicine, taken)] = when_needed(diary.entries, NOW)
    assert (medicine, [intake.due_at for intake in taken]) == (GEL, [NOW])
    mark(diary, "b", NOW, "open")
    assert when_needed(diary.entries, NOW) == ((GEL, ()),)
    diary.write("medicine", data_of(altered(GEL, DAY, "stopped")))
    assert when_needed(diary.entries, NOW) == ()


def test_history_goes_by_the_list_as_it_stood_then() -> None:
    diary = diary_of(TABLET)
    yesterday = NOW - timedelta(days=1)
    mark(diary, "a", yesterday.replace(hour=8), "skipped")
    diary.write("medicine", data_of(Medicine("a", "Ibuprofen 400", "nsaid_oral")))
    days = history(diary.entries, NOW, 3)
    assert [day.day for day in days] == [DAY - timedelta(days=back) for back in (1, 2, 3)]
    assert [(medicine.name, intake.state) for medicine, intake in days[0].marked] == [("Ibuprofen 400", "skipped")]
    assert [day.unmarked for day in days] == [1, 2, 2]
    diary.write("medicine", data_of(TABLET, removed=True), at=NOW - timedelta(days=2))
    assert [day.day for day in history(diary.entries, NOW, 3)] == [DAY - timedelta(days=1), DAY - timedelta(days=3)]


def test_before_it_was_written_down_nothing_was_due() -> None:
    diary = WrittenDiary(NOW)
    diary.write("medicine", data_of(Medicine("a", "A", "other", schedule=TWICE)))
    assert history(diary.entries, NOW, 28) == ()


def test_an_intake_is_of_the_day_on_the_wall_where_the_person_is() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    now = datetime(2026, 3, 29, 12, 0, tzinfo=berlin)  # the clocks went forward at 2
    diary = diary_of(Medicine("a", "A", "other", schedule=Schedule((time(2, 30), time(23, 30)))))
    due = due_on(diary.entries, now)
    assert [f"{each.intake.due_at:%H:%M %z}" for each in due] == ["03:30 +0200", "23:30 +0200"]


def test_only_what_is_due_can_be_marked() -> None:
    entries = diary_of(TABLET, GEL).entries
    assert require_due(entries, "a", NOW.replace(hour=8)) == TABLET
    assert require_due(entries, "b", NOW) == GEL
    with pytest.raises(InputError, match="not due at that time"):
        require_due(entries, "a", NOW)
    with pytest.raises(InputError, match="not on the list"):
        require_due(entries, "z", NOW)


def test_every_condition_of_the_profile_that_is_named_exists() -> None:
    known = {condition.id for condition in matrix().conditions}
    assert {name for condition in flag_rules().conditions for name in condition.from_profile} <= known


def test_the_profile_counts_at_once_and_an_unanswered_question_is_no_no() -> None:
    diary = diary_of(TABLET)
    diary.write("profile", {"conditions": ["anticoagulant_or_bleeding"]})
    assert [flag.id for flag in worth_asking(diary.entries, DAY)] == ["nsaid_anticoagulant", "nsaid_not_asked"]
    diary.write("medicine_questions", questions_data([], None))
    assert [flag.id for flag in worth_asking(diary.entries, DAY)] == ["nsaid_anticoagulant"]
    diary.write("medicine_questions", questions_data(["ulcer"], None))
    assert [flag.id for flag in worth_asking(diary.entries, DAY)] == ["nsaid_ulcer", "nsaid_anticoagulant"]
    diary.write("profile", {"conditions": None})
    assert about_you(diary.entries, DAY).conditions == {"ulcer"}


def test_the_weeks_of_a_pregnancy_go_on() -> None:
    diary = diary_of(GEL)
    diary.write("medicine_questions", questions_data(["pregnancy"], 28))
    late = "topical_nsaid_late_pregnancy"
    assert late not in {flag.id for flag in worth_asking(diary.entries, DAY + timedelta(days=13))}
    assert late in {flag.id for flag in worth_asking(diary.entries, DAY + timedelta(days=14))}
    assert about_you(diary.entries, DAY + timedelta(days=14)).weeks_pregnant == 30
    assert about_you(diary.entries, DAY + timedelta(weeks=20)).weeks_pregnant is None, "to be asked again"
    diary.write("medicine_questions", questions_data(["pregnancy"], None))
    assert late in {flag.id for flag in worth_asking(diary.entries, DAY)}, "not known counts as far on"


def test_a_massage_has_flags_of_its_own() -> None:
    entries = diary_of(GEL).entries
    usual = set(worth_asking(entries, DAY))
    assert {flag.id for flag in set(worth_asking(entries, DAY, before_massage=True)) - usual} == {"skin_before_massage"}


def test_intakes_keep_the_zone_they_were_written_in() -> None:
    diary = diary_of(TABLET)
    due_at = datetime(2026, 3, 2, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    mark(diary, "a", due_at, "taken")
    assert intakes(diary.entries)[0].due_at == due_at
