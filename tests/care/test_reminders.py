"""Reminders: what rings when, quiet hours, acknowledgement, and the days on which clocks change."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openlumbar.cards import Text
from openlumbar.care.medicines import Medicine, Schedule
from openlumbar.care.reminders import (
    Acknowledgement,
    ExercisePlan,
    MeasurePlan,
    QuietHours,
    Reminder,
    longest_open_h,
    open_reminders,
    reminder_rules,
    reminders_between,
)
from openlumbar.errors import InputError

STEADY = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
"""The same examples on every machine, however slow it is."""
BERLIN = ZoneInfo("Europe/Berlin")
SIT_UP = ExercisePlan("sit-up", Text(en="Curl-up", zh="卷腹"), (time(18), time(9), time(13)))
TABLET = Medicine("m1", "Ibuprofen 400 {x}", "nsaid_oral", schedule=Schedule((time(8), time(23, 30))))
NIGHT = QuietHours(time(22), time(7))
TIMES = ["09:00", "13:00", "18:00"]


def berlin(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=BERLIN)  # type: ignore[arg-type, misc]


def clocks(reminders: tuple[Reminder, ...]) -> list[str]:
    return [f"{reminder.at:%H:%M}" for reminder in reminders]


MONDAY, TUESDAY = berlin(2026, 3, 2), berlin(2026, 3, 3)


def test_the_sets_of_a_day_ring_at_their_times_and_say_which_they_are() -> None:
    found = reminders_between(MONDAY, TUESDAY, exercises=[SIT_UP])
    assert clocks(found) == TIMES
    assert [reminder.detail.en for reminder in found] == [f"Curl-up, set {number} of 3" for number in (1, 2, 3)]
    assert found[0].detail.zh == "卷腹，第 1 组，共 3 组"
    assert {reminder.kind for reminder in found} == {"exercise"}
    assert found[0].id == "exercise/sit-up/20260302T080000Z"
    assert (found[0].every_min, found[0].max_repeats) == (15, 3)
    assert [f"{ring:%H:%M}" for ring in found[0].rings] == ["09:00", "09:15", "09:30", "09:45"]
    assert found[0].open_until == berlin(2026, 3, 2, 13)


def test_a_day_off_is_silent() -> None:
    plan = ExercisePlan("sit-up", SIT_UP.name, SIT_UP.times, frozenset({date(2026, 3, 2)}))
    assert reminders_between(MONDAY, TUESDAY, exercises=[plan]) == ()
    assert clocks(reminders_between(MONDAY, berlin(2026, 3, 4), exercises=[plan])) == TIMES


def test_a_medicine_is_named_as_it_was_typed_and_only_in_the_detail() -> None:
    morning, night = reminders_between(MONDAY, TUESDAY, medicines=[TABLET])
    assert morning.detail.en == "Ibuprofen 400 {x}: mark it as taken or skipped"
    assert (morning.at, night.at) == (berlin(2026, 3, 2, 8), berlin(2026, 3, 2, 23, 30))
    assert "Ibuprofen" not in morning.title.en + morning.title.zh


def test_what_is_due_in_quiet_hours_rings_when_they_end_and_says_so() -> None:
    (night,) = reminders_between(berlin(2026, 3, 2, 23), TUESDAY, medicines=[TABLET], quiet=NIGHT)
    assert (night.due_at, night.at) == (berlin(2026, 3, 2, 23, 30), berlin(2026, 3, 3, 7))
    assert night.id == "medicine/m1/20260302T223000Z"
    assert night.detail.en.startswith("Ibuprofen 400 {x}: mark it as taken or skipped. It was due at 23:30")
    assert re.search("pharmacist", night.detail.en)
    assert re.search("药师", night.detail.zh)
    assert night.open_until == berlin(2026, 3, 3, 19)
    assert night.detail.zh.count("Ibuprofen 400 {x}") == 1


def test_repeats_stop_before_quiet_hours() -> None:
    late = ExercisePlan("bridge", Text(en="Bridge", zh="桥式"), (time(21, 40),))
    (reminder,) = reminders_between(MONDAY, TUESDAY, exercises=[late], quiet=NIGHT)
    assert [f"{ring:%H:%M}" for ring in reminder.rings] == ["21:40", "21:55"]
    (reminder,) = reminders_between(MONDAY, TUESDAY, exercises=[late])
    assert len(reminder.rings) == 4


@pytest.mark.parametrize(
    ("begins", "ends", "covered"),
    [(time(22), time(7), {22, 23, *range(7)}), (time(13), time(15), {13, 14}), (time(0), time(6), set(range(6)))],
)
def test_quiet_hours_may_cross_midnight_and_leave_their_end_out(begins: time, ends: time, covered: set[int]) -> None:
    quiet = QuietHours(begins, ends)
    assert {hour for hour in range(24) if quiet.cover(berlin(2026, 3, 2, hour), BERLIN)} == covered


def test_quiet_hours_that_could_mean_two_things_are_refused() -> None:
    with pytest.raises(InputError, match="begin and end at the same time"):
        QuietHours(time(7), time(7))


def measures_on(days: int, **plan: object) -> list[str]:
    asked = MeasurePlan(**{"since": date(2026, 3, 2), **plan})  # type: ignore[arg-type]
    found = reminders_between(MONDAY, MONDAY + timedelta(days=days), measures=asked)
    return [f"{reminder.id.split('/')[1]} {reminder.at:%d %H:%M}" for reminder in found]


def test_a_measure_is_asked_for_when_due_and_again_at_its_interval() -> None:
    assert measures_on(20, last_days={"nprs-back": None}) == [f"nprs-back {day} 18:00" for day in ("02", "09", "16")]
    assert measures_on(20, last_days={"nprs-back": date(2026, 3, 1)}) == ["nprs-back 08 18:00", "nprs-back 15 18:00"]
    assert measures_on(6, last_days={"nprs-back": date(2026, 3, 1)}) == []
    assert measures_on(7, last_days={"rmdq": date(2026, 1, 1)}) == []
    assert measures_on(12, last_days={"rmdq": date(2026, 1, 1)}) == ["rmdq 12 18:00"]
    assert measures_on(3, last_days={"nprs-back": None}, since=date(2026, 3, 4)) == ["nprs-back 04 18:00"]


def test_a_measure_that_must_wait_is_not_asked_for() -> None:
    assert measures_on(1, last_days={"finger-floor": None}) == []
    assert measures_on(1, last_days={"finger-floor": None}, states={"acute": True}) == []
    assert measures_on(1, last_days={"finger-floor": None}, states={"acute": False}) == ["finger-floor 02 18:00"]


def test_a_reminder_is_open_from_its_first_ring_until_it_is_acknowledged_or_its_time_is_over() -> None:
    (reminder, *_) = found = reminders_between(MONDAY, TUESDAY, exercises=[SIT_UP])
    assert open_reminders(found, [], berlin(2026, 3, 2, 8, 59)) == ()
    for minute, rang, next_minute in ((0, 1, 15), (14, 1, 15), (15, 2, 30), (44, 3, 45), (45, 4, None)):
        (waiting,) = open_reminders(found, [], berlin(2026, 3, 2, 9, minute))
        assert (waiting.reminder, waiting.rang) == (reminder, rang)
        assert waiting.next_ring == (None if next_minute is None else berlin(2026, 3, 2, 9, next_minute))
    assert [one.reminder.at.hour for one in open_reminders(found, [], berlin(2026, 3, 2, 12, 59))] == [9]
    assert [one.reminder.at.hour for one in open_reminders(found, [], berlin(2026, 3, 2, 13))] == [13]
    done = Acknowledgement(reminder.id, "done", berlin(2026, 3, 2, 9, 20))
    assert len(open_reminders(found, [done], berlin(2026, 3, 2, 9, 19))) == 1
    assert open_reminders(found, [done], berlin(2026, 3, 2, 9, 20)) == ()
    other = Acknowledgement("exercise/bridge/20260302T080000Z", "skipped", berlin(2026, 3, 2, 9, 1))
    assert len(open_reminders(found, [other], berlin(2026, 3, 2, 9, 20))) == 1


def test_open_reminders_come_oldest_first() -> None:
    found = reminders_between(MONDAY, TUESDAY, exercises=[SIT_UP], medicines=[TABLET])
    waiting = open_reminders(reversed(found), [], berlin(2026, 3, 2, 9, 5))
    assert [f"{one.reminder.at:%H:%M}" for one in waiting] == ["08:00", "09:00"]
    assert longest_open_h() == 72


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 3, 2)
    for begins, ends in ((naive, TUESDAY), (MONDAY, naive)):
        with pytest.raises(InputError, match="time zone"):
            reminders_between(begins, ends)
    with pytest.raises(InputError, match="the time now"):
        open_reminders([], [], naive)
    with pytest.raises(InputError, match="the time of the answer"):
        Acknowledgement("x", "done", naive)


def test_every_title_is_neutral() -> None:
    for title in reminder_rules().title.values():
        assert title.en.startswith("OpenLumbar: ")
        assert not re.search(r"pain|medicine|drug|back|disc|spine", title.en, re.IGNORECASE)
        assert not re.search(r"痛|药|腰|椎", title.zh)


def test_repeats_keep_their_distance_when_clocks_change() -> None:
    plan = ExercisePlan("bridge", Text(en="x", zh="x"), (time(1, 50),))
    (reminder,) = reminders_between(berlin(2026, 3, 29), berlin(2026, 3, 30), exercises=[plan])
    assert [f"{ring:%H:%M}" for ring in reminder.rings] == ["01:50", "03:05", "03:20", "03:35"]


some_clocks = st.sets(st.times().map(lambda clock: clock.replace(microsecond=0)), min_size=1, max_size=3)
two_times = st.tuples(st.times(), st.times()).filter(lambda pair: pair[0] != pair[1])
zones = st.sampled_from(
    [BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Shanghai"), ZoneInfo("Australia/Lord_Howe")]
)
changes = st.sampled_from([(3, 8), (3, 29), (4, 5), (10, 4), (10, 25), (11, 1)]).map(lambda md: date(2026, *md))


@STEADY
@given(some_clocks, some_clocks, two_times, zones, changes)
def test_nothing_ever_rings_in_quiet_hours_and_nothing_before_it_is_due(
    sets: set[time], doses: set[time], pair: tuple[time, time], zone: ZoneInfo, day: date
) -> None:
    quiet = QuietHours(*pair)
    begins = datetime.combine(day - timedelta(days=1), time(), zone)
    found = reminders_between(
        begins,
        begins + timedelta(days=3),
        exercises=[ExercisePlan("bridge", Text(en="x", zh="x"), tuple(sets))],
        medicines=[Medicine("m", "x", "other", schedule=Schedule(tuple(doses)))],
        measures=MeasurePlan({"nprs-back": None}, since=day),
        quiet=quiet,
    )
    loud = reminders_between(
        begins,
        begins + timedelta(days=3),
        exercises=[ExercisePlan("bridge", Text(en="x", zh="x"), tuple(sets))],
        medicines=[Medicine("m", "x", "other", schedule=Schedule(tuple(doses)))],
        measures=MeasurePlan({"nprs-back": None}, since=day),
    )
    assert {reminder.id for reminder in found} == {reminder.id for reminder in loud}
    for reminder in found:
        assert reminder.at.timestamp() >= reminder.due_at.timestamp()
        for ring in reminder.rings:
            assert not quiet.cover(ring, zone)
            assert ring.timestamp() < reminder.open_until.timestamp()


@STEADY
@given(some_clocks, zones, changes, st.integers(1, 70))
def test_reminders_do_not_depend_on_how_the_time_is_cut(sets: set[time], zone: ZoneInfo, day: date, hours: int) -> None:
    begins = datetime.combine(day - timedelta(days=1), time(), zone)
    ends = begins + timedelta(days=3)
    middle = (begins.astimezone(UTC) + timedelta(hours=hours)).astimezone(zone)

    def planned(first: datetime, last: datetime) -> tuple[Reminder, ...]:
        return reminders_between(
            first,
            last,
            exercises=[ExercisePlan("bridge", Text(en="x", zh="x"), tuple(sets))],
            medicines=[Medicine("m", "x", "other", schedule=Schedule(tuple(sets)))],
            measures=MeasurePlan({"nprs-back": day - timedelta(days=7), "rmdq": None}, since=day),
            quiet=NIGHT,
        )

    whole = planned(begins, ends)
    assert {*planned(begins, middle), *planned(middle, ends)} == set(whole)
    assert len({reminder.id for reminder in whole}) == len(whole)
