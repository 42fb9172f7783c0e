from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, event, update

from openlumbar.errors import InputError
from openlumbar.records import data_keys
from openlumbar.records import diary as diary_module
from openlumbar.records.database import WRITING
from openlumbar.records.diary import PEOPLE_KEPT, Diary, DiaryEntry, Draft, EntryKind, Summary
from openlumbar.records.people import SELF, People
from openlumbar.records.store import Store
from openlumbar.records.tables import entry
from openlumbar.records.trouble import StoreError
from records.conftest import Place

MORNING = datetime.fromisoformat("2026-03-02T08:15:00.250000+08:00")
TODAY = MORNING.date()


def note(text: str, days: int = 0, kind: EntryKind = "note", by: str | None = None) -> Draft:
    return Draft(kind, {"text": text}, TODAY + timedelta(days=days), MORNING + timedelta(days=days), by)


def texts(entries: tuple[DiaryEntry, ...]) -> list[str]:
    return [found.data["text"] for found in entries]


@pytest.fixture
def diary(store: Store) -> Diary:
    return Diary(store)


def test_what_was_written_comes_back_in_the_order_of_writing(store: Store, diary: Diary) -> None:
    written = diary.write(SELF, note("今天"), note("yesterday", -1, by="therapist"))
    assert [found.number for found in written] == [1, 2]
    written += diary.write(SELF, note("later", 1, "pain"))
    assert diary.read(SELF) == Diary(store).read(SELF) == written
    first = written[0]
    assert (first.kind, first.data, first.day, first.by) == ("note", {"text": "今天"}, TODAY, None)
    assert first.at.isoformat() == MORNING.isoformat()  # the offset too: what was morning there stays morning
    assert diary.latest(SELF) == 3


def test_entries_are_picked_by_kind_and_day(diary: Diary) -> None:
    diary.write(SELF, note("a", -2), note("b", -1, "pain"), note("c", 0), note("d", 1, "set"))
    assert texts(diary.read(SELF, {"note"})) == ["a", "c"]
    assert texts(diary.read(SELF, ["note", "set"], since=TODAY)) == ["c", "d"]
    assert diary.read(SELF, ()) == ()


def test_what_is_withdrawn_is_left_out_but_stays_written(store: Store, diary: Diary) -> None:
    diary.write(SELF, note("a"), note("b"))
    assert diary.withdraw(SELF, 1, MORNING, "therapist")
    for reading in (diary, Diary(store)):
        assert texts(reading.read(SELF)) == ["b"]
        assert reading.latest(SELF) == 3
    for number in (1, 3, 4, 0, -1):  # withdrawn already, a withdrawal, never written
        assert not diary.withdraw(SELF, number, MORNING)
    assert diary.latest(SELF) == 3
    assert texts(diary.write(SELF, note("c"))) == ["c"]
    assert texts(diary.read(SELF)) == ["b", "c"]


def test_nobody_has_a_diary(diary: Diary) -> None:
    assert diary.read("nobody") == ()
    assert diary.latest("nobody") == 0
    assert not diary.withdraw("nobody", 1, MORNING)
    assert diary.summaries(["nobody"]) == {}
    for refused in (lambda: diary.write("nobody", note("a")), lambda: diary.keep_summary("nobody", 0, {})):
        with pytest.raises(InputError, match="person nobody: there is no such person"):
            refused()


def test_everyone_has_a_diary_of_their_own(store: Store, diary: Diary) -> None:
    other = People(store).add("林").id
    diary.write(SELF, note("mine"))
    diary.write(other, note("theirs"), note("theirs too"))
    assert texts(diary.read(SELF)) == ["mine"]
    assert texts(diary.read(other)) == ["theirs", "theirs too"]
    assert (diary.latest(SELF), diary.latest(other)) == (1, 2)


def test_entries_that_belong_together_are_written_wholly_or_not_at_all(diary: Diary) -> None:
    diary.write(SELF, note("a"))
    without_zone = Draft("note", {}, TODAY, MORNING.replace(tzinfo=None))
    with pytest.raises(ValueError, match="has no time zone"):
        diary.write(SELF, note("b"), without_zone)
    assert texts(diary.read(SELF)) == ["a"]
    assert diary.write(SELF) == ()


def test_another_program_sees_what_was_written_and_goes_on_counting(place: Place, diary: Diary) -> None:
    diary.write(SELF, note("a"))
    with closing(place.open()) as store:
        other = Diary(store)
        assert texts(other.read(SELF)) == ["a"]
        other.write(SELF, note("b"))
        assert texts(diary.read(SELF)) == ["a", "b"]
        diary.withdraw(SELF, 2, MORNING)
        assert texts(other.read(SELF)) == ["a"]


def test_reading_again_opens_only_what_is_newer(store: Store, diary: Diary) -> None:
    diary.write(SELF, *(note(str(number)) for number in range(50)))
    diary.read(SELF)
    asked: list[str] = []
    event.listen(store.engine, "after_cursor_execute", lambda *of: asked.append(of[2]))
    diary.read(SELF)
    assert len([query for query in asked if query.startswith("SELECT")]) == 1
    known = diary.read(SELF)
    assert diary.read(SELF) is known
    diary.write(SELF, note("new"))
    again = diary.read(SELF)
    assert again[0] is known[0]
    assert texts(again)[-1] == "new"


def test_long_diaries_are_kept_of_fewer_people(store: Store, diary: Diary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diary_module, "ENTRIES_KEPT", 5)
    one, other = (People(store).add(name).id for name in ("one", "other"))
    diary.write(one, *(note(str(number)) for number in range(3)))
    diary.write(other, *(note(str(number)) for number in range(7)))
    known = diary.read(one)
    assert diary.read(one) is known
    long = diary.read(other)
    assert diary.read(other) is long
    assert diary.read(one) == known
    assert diary.read(one) is not known


def test_only_so_many_diaries_are_kept_in_memory(store: Store, diary: Diary) -> None:
    people = [People(store).add(str(number)).id for number in range(PEOPLE_KEPT + 1)]
    for person_id in people:
        diary.write(person_id, note(person_id))
    kept = {person_id: diary.read(person_id)[0] for person_id in people}
    assert diary.read(people[-1])[0] is kept[people[-1]]
    assert diary.read(people[0])[0] is not kept[people[0]]
    assert all(texts(diary.read(person_id)) == [person_id] for person_id in people)


def test_a_diary_whose_key_is_destroyed_is_gone_also_from_memory(store: Store, diary: Diary) -> None:
    diary.write(SELF, note("a"))
    diary.read(SELF)
    with store.transaction(WRITING) as connection:
        data_keys.destroy(connection, SELF)
        connection.execute(delete(entry))
    assert diary.read(SELF) == ()
    diary.write(SELF, note("b"))
    assert texts(diary.read(SELF)) == ["b"]
    assert diary.latest(SELF) == 1


@pytest.mark.parametrize("change", [{"day": TODAY + timedelta(days=1)}, {"kind": "clearance"}, {"number": 9}])
def test_an_entry_that_was_moved_in_the_database_does_not_open(store: Store, change: dict[str, object]) -> None:
    Diary(store).write(SELF, note("a"))
    with store.transaction(WRITING) as connection:
        connection.execute(update(entry).values(change))
    with pytest.raises(StoreError, match="does not open with its key, so it was damaged or changed"):
        Diary(store).read(SELF)


def test_a_summary_is_kept_until_there_is_more(store: Store, diary: Diary) -> None:
    other = People(store).add("a").id
    diary.write(SELF, note("a"), note("b"))
    assert diary.summaries([SELF, other]) == {SELF: Summary(0, 2, None), other: Summary(0, 0, None)}
    diary.keep_summary(SELF, 2, {"light": "green"})
    diary.write(SELF, note("c"))
    assert diary.summaries([SELF]) == {SELF: Summary(2, 3, {"light": "green"})}
    diary.keep_summary(SELF, 3, {"light": "red"})
    diary.keep_summary(SELF, 2, {"light": "green"})  # somebody slow
    assert diary.summaries([SELF]) == {SELF: Summary(3, 3, {"light": "red"})}
    assert diary.summaries([]) == {}


@pytest.fixture(scope="module")
def kept_open(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(Store.open(tmp_path_factory.mktemp("any") / "records.sqlite3")) as store:
        yield store


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda parts: st.lists(parts) | st.dictionaries(st.text(), parts),
        max_leaves=5,
    ),
    st.dates(date(1900, 1, 1)),
    st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.timezones()),
)
def test_whatever_is_written_comes_back(kept_open: Store, data: object, day: date, at: datetime) -> None:
    draft = Draft("outcome", {"any": data}, day, at)
    (written,) = Diary(kept_open).write(SELF, draft)
    found = Diary(kept_open).read(SELF)[-1]
    assert found == written
    assert (found.data, found.day, found.at.astimezone(UTC)) == (draft.data, day, at.astimezone(UTC))
