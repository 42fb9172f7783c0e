"""The desk over a real diary: people who live for weeks, what is written when, and what must never happen."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diary_people import BACK, CALF, CALM, FIT, FOOT, LivedDay, Told, Watch, live
from openlumbar.cards import exercise, exercise_slugs
from openlumbar.care.body_map import marks
from openlumbar.care.pain import Pain
from openlumbar.care.safety import NONE
from openlumbar.errors import InputError
from openlumbar.pipeline.care import BeforeSet, CareDesk, SetDone
from openlumbar.pipeline.today import Today
from openlumbar.records.diary import Diary, Draft
from openlumbar.records.people import SELF
from openlumbar.records.store import Store

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
CLEAR = BeforeSet(group_a=frozenset({NONE}), pain=CALM, sites=BACK)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = Store.open(tmp_path_factory.mktemp("care") / "records.sqlite3")
    yield store
    store.close()


@pytest.fixture
def diary(tmp_path: Path) -> Iterator[Diary]:
    store = Store.open(tmp_path / "records.sqlite3")
    yield Diary(store)
    store.close()


@pytest.fixture
def watch() -> Watch:
    return Watch(NOW)


@pytest.fixture
def desk(diary: Diary, watch: Watch) -> CareDesk:
    desk = CareDesk(diary, watch)
    desk.keep_profile(SELF, FIT)
    return desk


def level_of(day: LivedDay, slug: str) -> str | None:
    return next(plan.dose.level for plan in day.morning if plan.slug == slug)


def place(slug: str, level: str | None) -> int:
    return -1 if level is None else [each.id for each in exercise(slug).levels].index(level)


def check_invariants(lived: list[LivedDay]) -> None:
    """Assert what must never happen to anyone."""
    for day in lived:
        for plan in day.morning:
            assert plan.dose.level is None or not exercise(plan.slug).level(plan.dose.level).locked
            assert plan.dose.sets_a_day <= 4
        for slug in day.begun:
            assert next(plan for plan in day.morning if plan.slug == slug).gate.passed
    for before, after in pairwise(lived):
        for slug in exercise_slugs():
            assert place(slug, level_of(after, slug)) <= place(slug, level_of(before, slug)) + 1


def steady(_: int) -> Told:
    return Told()


def flaring(number: int) -> Told:
    return Told(after=Pain(7, 0)) if number == 8 else Told()


def peripheralising(number: int) -> Told:
    leg = Told(before=Pain(1, 2), after=Pain(1, 2), next_day=Pain(1, 2), sites_before=CALF, sites_after=CALF)
    return replace(leg, sites_after=FOOT) if number == 5 else leg


def missing_days(number: int) -> Told:
    return Told(comes=not 8 <= number < 20)


def masked(number: int) -> Told:
    return Told(painkiller=number < 14)


def silent(_: int) -> Told:
    return Told(after=None, next_day=None, painkiller=None)


def breaking_off(_: int) -> Told:
    return Told(share=0.4)


def test_somebody_steady_reaches_the_top_in_twelve_weeks(diary: Diary, watch: Watch) -> None:
    lived = live(CareDesk(diary, watch), watch, 84, steady)
    check_invariants(lived)
    assert [level_of(day, "bridge") for day in lived[:4]] == ["L1", "L1", "L1", "L2"]
    assert {level_of(day, slug) for day in lived[-14:] for slug in exercise_slugs()} == {"L3"}
    assert all(plan.dose.sets_a_day == 3 and not plan.left for plan in lived[-1].evening)
    written = [entry for entry in diary.read(SELF) if entry.kind == "programme"]
    assert len({(entry.day, entry.data["exercise"]) for entry in written}) == 3 * 84


def test_a_red_day_stops_the_sets_takes_a_level_and_rests_two_days(diary: Diary, watch: Watch) -> None:
    lived = live(CareDesk(diary, watch), watch, 12, flaring)
    check_invariants(lived)
    red = lived[8]
    assert len(red.begun) == 1
    assert all(plan.dose.is_rest for plan in red.evening)
    assert [day.begun for day in lived[9:11]] == [(), ()]
    assert lived[11].begun
    for slug in exercise_slugs():
        assert place(slug, level_of(lived[11], slug)) == place(slug, level_of(red, slug)) - 1


def test_pain_further_down_the_leg_is_a_red_day_whatever_its_number(diary: Diary, watch: Watch) -> None:
    lived = live(CareDesk(diary, watch), watch, 8, peripheralising)
    assert len(lived[5].begun) == 1
    assert lived[6].begun == lived[7].begun == ()


def test_a_long_gap_brings_people_back_gently(diary: Diary, watch: Watch) -> None:
    lived = live(CareDesk(diary, watch), watch, 21, missing_days)
    before, after = lived[7], lived[8]
    assert after.number == 20
    for slug in exercise_slugs():
        assert place(slug, level_of(after, slug)) == place(slug, level_of(before, slug)) - 1


@pytest.mark.parametrize("behaviour", [masked, silent], ids=lambda behaviour: behaviour.__name__)
def test_nothing_goes_up_while_a_painkiller_may_hide_pain_or_nobody_answers(
    diary: Diary, watch: Watch, behaviour: object
) -> None:
    lived = live(CareDesk(diary, watch), watch, 9, behaviour)  # type: ignore[arg-type]
    assert {level_of(day, "bridge") for day in lived} == {"L1"}
    assert {plan.dose.sets_a_day for day in lived for plan in day.morning} == {1}


def test_sets_that_are_broken_off_count_by_the_share(diary: Diary, watch: Watch) -> None:
    desk = CareDesk(diary, watch)
    lived = live(desk, watch, 3, breaking_off)
    assert lived[0].begun.count("bridge") == 2  # twice two of five are one set, rounded
    assert desk.chart(SELF, alone=True).exercise("bridge").done == 1


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.builds(
            Told,
            comes=st.booleans(),
            sets=st.integers(0, 4),
            share=st.sampled_from([0.3, 0.7, 1.0]),
            before=st.builds(Pain, st.integers(0, 7), st.integers(0, 3)),
            after=st.none() | st.builds(Pain, st.integers(0, 7), st.integers(0, 3)),
            next_day=st.none() | st.builds(Pain, st.integers(0, 7), st.integers(0, 3)),
            painkiller=st.sampled_from([None, False, True]),
        ),
        min_size=3,
        max_size=6,
    )
)
def test_whatever_people_do_nothing_jumps_and_nothing_locked_is_asked(store: Store, days: list[Told]) -> None:
    from openlumbar.records.people import People

    watch = Watch(NOW)
    person = People(store).add("somebody").id
    lived = live(CareDesk(Diary(store), watch), watch, len(days), lambda number: days[number], person=person)
    check_invariants(lived)


def test_two_requests_at_once_write_the_programme_once(desk: CareDesk, diary: Diary) -> None:
    threads = [threading.Thread(target=lambda: desk.tell_painkiller(SELF, False, alone=True)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([entry for entry in diary.read(SELF) if entry.kind == "programme"]) == 3


def test_looking_writes_nothing_and_the_same_look_gives_the_same(desk: CareDesk, diary: Diary) -> None:
    before = diary.latest(SELF)
    first, second = (desk.chart(SELF, alone=True).exercises for _ in range(2))
    assert first == second
    assert diary.latest(SELF) == before


def test_an_emergency_locks_until_a_doctor_is_named(desk: CareDesk, watch: Watch) -> None:
    said = replace(CLEAR, group_a=frozenset({"a1"}), pain=None)
    assert desk.admit(SELF, "bridge", said, alone=True).gate.outcome == "emergency"
    assert Today(desk.chart(SELF, alone=True)).state == "locked"
    (written,) = desk.chart(SELF, alone=True).holding_locks
    watch.forward(days=2)
    assert not desk.admit(SELF, "bridge", CLEAR, alone=True).may_begin
    today = watch.now.date()
    for doctor, day in ((" ", today), ("Dr Wang", today - timedelta(days=3)), ("Dr Wang", today + timedelta(days=1))):
        with pytest.raises(InputError):
            desk.lift_lock(SELF, written.number, doctor, day)
    with pytest.raises(InputError, match="no such lock"):
        desk.lift_lock(SELF, 999, "Dr Wang", today)
    desk.lift_lock(SELF, written.number, "Dr Wang", today)
    assert desk.admit(SELF, "bridge", CLEAR, alone=True).may_begin
    # what a person writes for themselves counts only where nobody else uses the program
    assert not desk.admit(SELF, "bridge", CLEAR, alone=False).may_begin


def test_a_clearance_opens_its_exercise_alone_and_until_its_day(desk: CareDesk, watch: Watch) -> None:
    desk.keep_profile(SELF, replace(FIT, diagnosed=False))
    assert Today(desk.chart(SELF, alone=True)).state == "clinician"
    today = watch.now.date()
    desk.clear(SELF, "bridge", frozenset({"b3_undiagnosed"}), "Dr Wang", today, today + timedelta(days=3))
    assert desk.admit(SELF, "bridge", CLEAR, alone=True).may_begin
    assert not desk.admit(SELF, "sit-up", CLEAR, alone=True).may_begin
    assert not desk.admit(SELF, "bridge", CLEAR, alone=False).may_begin
    watch.forward(days=4)
    assert not desk.admit(SELF, "bridge", CLEAR, alone=True).may_begin


@pytest.mark.parametrize(("doctor", "examined", "expires"), [("", 0, 3), ("Dr Wang", 1, 3), ("Dr Wang", 0, -1)])
def test_a_clearance_that_lacks_anything_is_refused(
    desk: CareDesk, watch: Watch, doctor: str, examined: int, expires: int
) -> None:
    today = watch.now.date()
    with pytest.raises(InputError):
        desk.clear(SELF, "bridge", frozenset({"b1"}), doctor, today + timedelta(examined), today + timedelta(expires))


def test_a_session_is_noted_once(desk: CareDesk, diary: Diary) -> None:
    sets = [SetDone("bridge", "L1", 5, 5, "coach", 1.0, "session")]
    for _ in range(2):
        desk.note_session(SELF, "session", sets, [Pain(7, 0)], alone=True)
    kinds = [entry.kind for entry in diary.read(SELF)]
    assert (kinds.count("set"), kinds.count("pain")) == (1, 1)
    assert desk.chart(SELF, alone=True).exercise("cross-twist").dose.is_rest  # what was told during the set was red


def test_only_todays_sets_and_pains_are_taken_back(desk: CareDesk, watch: Watch) -> None:
    entry = desk.note_set(SELF, SetDone("bridge", "L1", 5, 5, "hand"), alone=True)
    profile = desk.chart(SELF, alone=True).entries[0]
    assert not desk.take_back(SELF, profile.number, alone=True)
    assert not desk.take_back(SELF, 999, alone=True)
    assert desk.take_back(SELF, entry.number, alone=True)
    assert desk.chart(SELF, alone=True).exercise("bridge").done == 0
    later = desk.note_set(SELF, SetDone("bridge", "L1", 5, 5, "hand"), alone=True)
    watch.forward(days=1)
    assert not desk.take_back(SELF, later.number, alone=True)


def test_every_trained_day_without_an_answer_is_asked_about_for_three_days(desk: CareDesk, watch: Watch) -> None:
    for _ in range(5):
        desk.note_set(SELF, SetDone("bridge", "L1", 5, 5, "hand"), alone=True)
        watch.forward(days=1)
    watch.forward(hours=-1)
    days = [record.day for record in Today(desk.chart(SELF, alone=True)).next_days]
    assert days == [watch.now.date() - timedelta(days=back) for back in (1, 2, 3)]
    desk.tell_pain(SELF, "next_day", CALM, about=days[1], alone=True)
    assert [record.day for record in Today(desk.chart(SELF, alone=True)).next_days] == [days[0], days[2]]


def test_tomorrow_is_told_as_if_the_pain_stayed(diary: Diary, watch: Watch) -> None:
    desk = CareDesk(diary, watch)
    live(desk, watch, 3, steady)
    dose, step = desk.chart(SELF, alone=True).forecast("bridge")
    assert (dose.level, step.change) == ("L2", "+level")
    watch.forward(days=1)
    desk.tell_pain(SELF, "next_day", CALM, BACK, about=date(2026, 3, 4), alone=True)
    desk.tell_painkiller(SELF, False, alone=True)
    assert desk.chart(SELF, alone=True).exercise("bridge").dose.level == "L2"


def test_an_unlock_opens_the_locked_level_for_who_stands_at_the_top(diary: Diary, watch: Watch) -> None:
    unlock = {
        "exercise": "bridge", "level": "L4", "by": "Li Na", "role": "clinician", "reason": "strong",
        "at": NOW.isoformat(),
    }  # fmt: skip
    desk = CareDesk(diary, watch)
    live(desk, watch, 10, steady)
    assert level_of(LivedDay(0, desk.chart(SELF, alone=True).exercises, (), ()), "bridge") == "L3"
    diary.write(SELF, Draft("unlock", unlock, NOW.date(), NOW))
    watch.forward(days=1)
    lived = live(desk, watch, 6, steady)
    assert level_of(lived[-1], "bridge") == "L4"


def test_what_is_closed_is_taken_up_again_gently_and_blames_nobody(desk: CareDesk, watch: Watch) -> None:
    live(desk, watch, 9, steady)
    top = desk.chart(SELF, alone=True).exercise("bridge").dose.level
    desk.keep_profile(SELF, replace(FIT, conditions=frozenset({"inflammatory_tumour_tuberculosis_or_infection"})))
    for _ in range(10):
        watch.forward(days=1)
        desk.tell_pain(SELF, "now", CALM, alone=True)
        assert not any(plan.left for plan in desk.chart(SELF, alone=True).exercises)
    assert Today(desk.chart(SELF, alone=True)).adherence.prescribed == 0
    assert Today(desk.chart(SELF, alone=True)).streak.days == 9
    watch.forward(days=1)
    desk.keep_profile(SELF, FIT)
    again = desk.chart(SELF, alone=True).exercise("bridge")
    assert place("bridge", again.dose.level) == place("bridge", top) - 1


def test_leg_pain_that_was_not_placed_keeps_a_day_open(desk: CareDesk, watch: Watch) -> None:
    desk.admit(SELF, "bridge", replace(CLEAR, pain=Pain(1, 2), sites=None), alone=True)
    desk.tell_pain(SELF, "after", Pain(1, 2), marks(["calf_left"]), alone=True)
    desk.tell_pain(SELF, "next_day", Pain(1, 2), marks(["calf_left"]), about=watch.now.date(), alone=True)
    zone = Today(desk.chart(SELF, alone=True)).zone
    assert zone is not None
    assert (zone.zone, zone.reasons) == ("open", ("sites_missing",))
