"""Reminders of a person's entries: the choice, what is open, and what closes what."""

from datetime import UTC, date, datetime, time, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diaries import WrittenDiary
from openlumbar.cards import Text
from openlumbar.care.medicines import Medicine, Schedule
from openlumbar.care.reminders import ExercisePlan, Kind, QuietHours
from openlumbar.errors import InputError
from openlumbar.pipeline.medicine_list import data_of, due_on, intake_data, listed
from openlumbar.pipeline.reminding import ANSWERS, Choice, Reminding, choice_data, choice_in, gathered

STEADY = settings(deadline=None, derandomize=True)
ZONE = ZoneInfo("Europe/Berlin")
DAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 12, 30, tzinfo=ZONE)
BRIDGE = ExercisePlan("bridge", Text(en="Bridge", zh="臀桥"), (time(9), time(12), time(17)))
TABLET = Medicine("m1", "Ibuprofen 400", "nsaid_oral", schedule=Schedule((time(8), time(20))))


def begun(*medicines: Medicine, choice: Choice | None = None) -> WrittenDiary:
    diary = WrittenDiary(NOW)
    for medicine in medicines:
        diary.write("medicine", data_of(medicine), at=NOW - timedelta(days=3))
    diary.write("reminders", choice_data(choice or Choice(True, True, False, False, None)))
    return diary


def at(diary: WrittenDiary, now: datetime = NOW, *plans: ExercisePlan) -> Reminding:
    return Reminding(diary.entries, plans, now)


def open_ids(diary: WrittenDiary, now: datetime = NOW, *plans: ExercisePlan) -> list[str]:
    return [each.reminder.id for each in at(diary, now, *plans).open()]


def do_set(diary: WrittenDiary, moment: datetime = NOW) -> int:
    return diary.write("set", {"exercise": "bridge"}, at=moment)


CHOICES = st.builds(
    Choice,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.none() | st.just(QuietHours(time(22), time(7))) | st.just(QuietHours(time(1, 30), time(5))),
)


@STEADY
@given(CHOICES)
def test_a_choice_comes_back_as_it_was_made(choice: Choice) -> None:
    assert choice_in(begun(choice=choice).entries) == choice


def test_without_a_choice_all_is_on_quiet_at_night_and_tells_nothing() -> None:
    assert choice_in([]) == Choice(True, True, True, False, QuietHours(time(22), time(7)))


def test_every_kind_can_be_answered() -> None:
    assert set(ANSWERS) == set(get_args(Kind))


def test_a_word_to_a_medicine_s_reminder_is_an_intake() -> None:
    diary = begun(TABLET)
    [name] = open_ids(diary)
    answer = at(diary).answer(name, "taken")
    assert answer is not None
    kind, data = answer
    assert (kind, data["medicine"], data["state"]) == ("intake", "m1", "taken")
    diary.write(kind, data)
    assert open_ids(diary) == []
    assert due_on(diary.entries, NOW)[0].intake.state == "taken"
    assert [(each.reminder.id, each.said) for each in at(diary).answered_today()] == [(name, "taken")]
    assert at(diary).answer(name, "taken") is None, "said twice is written once"
    changed = at(diary).answer(name, "skipped")
    assert changed is not None


def test_a_word_on_the_list_closes_the_reminder_and_taking_it_back_opens_it() -> None:
    diary = begun(TABLET)
    before = open_ids(diary)
    due_at = due_on(diary.entries, NOW)[0].intake.due_at
    diary.write("intake", intake_data("m1", due_at, "skipped"))
    assert open_ids(diary) == []
    diary.write("intake", intake_data("m1", due_at, "open"))
    assert open_ids(diary) == before


@STEADY
@given(st.lists(st.sampled_from(["taken", "skipped", "open"]), max_size=5))
def test_the_list_and_the_reminder_never_disagree(words: list[str]) -> None:
    diary = begun(TABLET)
    due_at = due_on(diary.entries, NOW)[0].intake.due_at
    for word in words:
        diary.write("intake", intake_data("m1", due_at, word))
    assert bool(open_ids(diary)) == (due_on(diary.entries, NOW)[0].intake.state == "open")


def test_what_was_taken_off_the_list_does_not_ring() -> None:
    diary = begun(TABLET)
    diary.write("medicine", data_of(TABLET, removed=True))
    assert listed(diary.entries) == ()
    assert open_ids(diary) == []


def test_a_set_closes_the_reminder_it_was_due_by() -> None:
    diary = begun()
    first, second = open_ids(diary, NOW, BRIDGE)
    do_set(diary)
    assert open_ids(diary, NOW, BRIDGE) == [second]
    do_set(diary)
    assert open_ids(diary, NOW, BRIDGE) == []
    assert [each.reminder.id for each in at(diary, NOW, BRIDGE).answered_today()] == [first, second]
    do_set(diary, NOW - timedelta(days=1))
    assert at(diary, NOW, BRIDGE).coming(NOW + timedelta(hours=6))[0].due_at.hour == 17


def test_a_set_after_a_skipped_one_closes_the_next() -> None:
    diary = begun()
    first, _second = open_ids(diary, NOW, BRIDGE)
    diary.write("acknowledgement", {"reminder": first, "said": "skipped"})
    do_set(diary)
    assert open_ids(diary, NOW, BRIDGE) == []
    assert at(diary, NOW, BRIDGE).coming(NOW + timedelta(hours=6)) != ()


def test_a_set_closes_what_waits_and_not_what_was_let_go() -> None:
    diary, now = begun(), NOW.replace(hour=13)
    [noon] = open_ids(diary, now, BRIDGE)
    do_set(diary, now)
    assert open_ids(diary, now, BRIDGE) == []
    assert [each.reminder.id for each in at(diary, now, BRIDGE).answered_today()] == [noon]


def test_one_said_to_be_done_has_had_its_set() -> None:
    diary = begun()
    first, second = open_ids(diary, NOW, BRIDGE)
    diary.write("acknowledgement", {"reminder": first, "said": "done"})
    do_set(diary)
    assert open_ids(diary, NOW, BRIDGE) == [second]


@STEADY
@given(st.integers(0, 5), st.sets(st.integers(0, 2)), st.sets(st.integers(0, 2)))
def test_sets_and_words_never_close_more_than_there_was(sets: int, done: set[int], skipped: set[int]) -> None:
    diary, now = begun(), NOW.replace(hour=18)
    ids = [each.id for each in at(diary, now, BRIDGE).between(NOW.replace(hour=0), NOW.replace(hour=23))]
    for place in done:
        diary.write("acknowledgement", {"reminder": ids[place], "said": "done"})
    for place in skipped - done:
        diary.write("acknowledgement", {"reminder": ids[place], "said": "skipped"})
    for _ in range(sets):
        do_set(diary)
    expected = 3 - len(done | skipped) - max(0, sets - len(done))
    waiting = at(diary, now, BRIDGE)
    still = [each for each in ids if each not in {said.reminder.id for said in waiting.answered_today()}]
    assert len(still) == max(0, expected)


def test_taking_an_acknowledgement_back_opens_it_again() -> None:
    diary = begun()
    before = open_ids(diary, NOW, BRIDGE)
    answer = at(diary, NOW, BRIDGE).answer(before[0], "skipped")
    assert answer == ("acknowledgement", {"reminder": before[0], "said": "skipped"})
    diary.write(*answer)
    number = at(diary, NOW, BRIDGE).written_answer(before[0])
    assert number is not None
    diary.withdraw(number)
    assert open_ids(diary, NOW, BRIDGE) == before
    assert at(diary, NOW, BRIDGE).written_answer(before[0]) is None


@pytest.mark.parametrize("said", ["taken", "skipped", "done"])
def test_a_reminder_takes_its_own_answers_only(said: str) -> None:
    diary = begun(TABLET)
    for name in open_ids(diary, NOW, BRIDGE):
        if said in ANSWERS[name.split("/")[0]]:  # type: ignore[index]
            assert at(diary, NOW, BRIDGE).answer(name, said)
        else:
            with pytest.raises(InputError, match="does not fit"):
                at(diary, NOW, BRIDGE).answer(name, said)
    with pytest.raises(InputError, match="not open any more"):
        at(diary).answer("medicine/m1/20200101T000000Z", said)


def test_nothing_rings_in_the_quiet_hours() -> None:
    late = Medicine("m2", "X", "other", schedule=Schedule((time(23),)))
    diary = begun(late, choice=Choice(True, True, False, False, QuietHours(time(22), time(7))))
    assert open_ids(diary, NOW.replace(hour=23, minute=30)) == []
    morning = (NOW + timedelta(days=1)).replace(hour=7, minute=0)
    [found] = at(diary, morning).open()
    assert (found.reminder.due_at.hour, found.reminder.at.hour, found.rang) == (23, 7, 1)
    answer = at(diary, morning).answer(found.reminder.id, "taken")
    assert answer is not None
    diary.write(*answer)
    assert open_ids(diary, morning) == []


@pytest.mark.parametrize(
    ("choice", "kinds"),
    [
        (Choice(True, False, False, False, None), {"exercise"}),
        (Choice(False, True, False, False, None), {"medicine"}),
        (Choice(False, False, True, False, None), {"outcome"}),
        (Choice(False, False, False, False, None), set()),
    ],
)
def test_only_what_was_chosen_rings(choice: Choice, kinds: set[str]) -> None:
    found = at(begun(TABLET, choice=choice), NOW.replace(hour=17), BRIDGE)
    assert {each.reminder.kind for each in found.open()} == kinds
    assert {each.kind for each in found.for_feed()} == kinds


def test_measures_ring_once_together_and_never_send_for_a_form() -> None:
    diary = begun(choice=Choice(False, False, True, False, None))
    evening = NOW.replace(hour=18, minute=5)
    names = {each.reminder.id.split("/")[1] for each in at(diary, evening).open()}
    assert names == {"distal-site", "global-change", "nprs-back", "nprs-leg", "patient-specific"}
    [one] = gathered(each.reminder for each in at(diary, evening).open())
    assert one.detail.en.count(",") == 4
    diary.write("outcome", {"measure": "nprs-back", "side": None, "answers": {"pain": 2}, "own_words": {}})
    assert "nprs-back" not in {each.reminder.id.split("/")[1] for each in at(diary, evening).open()}


def test_a_feed_is_the_same_all_day_and_leaves_out_what_was_answered() -> None:
    diary = begun(TABLET)
    feed = at(diary, NOW, BRIDGE).for_feed()
    assert at(diary, NOW.replace(hour=23), BRIDGE).for_feed() == feed
    assert len(feed) == 14 * 5
    diary.write("intake", intake_data("m1", NOW.replace(hour=8, minute=0), "taken"))
    assert len(at(diary, NOW, BRIDGE).for_feed()) == 14 * 5 - 1


def test_moments_are_told_apart_whatever_their_zone() -> None:
    diary = begun(TABLET)
    diary.write("intake", intake_data("m1", NOW.replace(hour=8, minute=0).astimezone(UTC), "taken"))
    assert open_ids(diary) == []
