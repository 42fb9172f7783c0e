import os
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from openlumbar.errors import InputError
from openlumbar.kinematics.signals import SIGNAL_NAMES
from openlumbar.physique import Physique
from openlumbar.records import store as store_module
from openlumbar.records.people import People
from openlumbar.records.store import EventRow, SessionRow, Store
from openlumbar.records.tables import event, session
from openlumbar.records.trouble import StoreError
from records.made import NOON, begin, make_signals

LATER = NOON + timedelta(hours=2)


def bytes_on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def sealed_parts(store: Store, session_id: str) -> list[bytes]:
    """Take the first bytes of everything sealed of a session: what follows may lie in another page."""
    with store.transaction() as connection:
        events = connection.execute(select(event.c.sealed).where(event.c.session_id == session_id)).scalars().all()
        rows = connection.execute(select(session.c.sealed).where(session.c.id == session_id)).scalars().all()
    return [sealed[:24] for sealed in (*events, *rows)]


def test_sessions_that_are_over_are_taken_in_with_what_happened_in_them(store: Store) -> None:
    person = People(store).add("Ana").id
    rows = [
        SessionRow(
            id=name, exercise="bridge", level="L2", source="camera", language="en", plan={"sets": 1}, state="done",
            started_at=NOON, ended_at=LATER, age=61.0, outcome={"judged": True}, person_id=person,
        )
        for name in ("one", "other")
    ]  # fmt: skip
    happened = EventRow(0, 1.0, "cue", {"code": "low_rise"})
    store.append_all([("one", happened), ("other", make_signals())], rows)
    assert [store.session(row.id) for row in rows] == rows
    assert store.events("one") == (happened,)
    assert len(store.signals("other")) == len(make_signals())


def test_sessions_are_taken_in_all_or_none(store: Store) -> None:
    row = replace(begin(store), id="new")
    with pytest.raises(InputError, match="no such session"):
        store.append_all([("nowhere", EventRow(0, 1.0, "cue"))], [row])
    with pytest.raises(InputError, match="no such person"):
        store.append_all([], [row, replace(row, id="another's", person_id="nobody")])
    assert store.session("new") is None


def test_a_session_comes_back_as_it_was_begun(store: Store) -> None:
    physique = Physique(height_cm=174, weight_kg=72.5, sex="male", age=45)
    row = begin(store, language="zh", source="upload", name="片段 1.mp4", physique=physique, plan={"sets": 2})
    assert store.session(row.id) == row
    assert (row.state, row.started_at, row.plan, row.physique) == ("open", NOON, {"sets": 2}, physique)
    assert (row.ended_at, row.outcome, row.kept_file, row.deleted_at) == (None, None, None, None)


def test_ids_are_long_url_safe_and_never_the_same(store: Store) -> None:
    ids = {begin(store).id for _ in range(50)}
    assert len(ids) == 50
    assert all(
        len(id_) >= 22 and set(id_) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
        for id_ in ids
    )


def test_times_are_kept_in_utc_wherever_they_are_told(store: Store) -> None:
    shanghai = datetime.fromisoformat("2026-03-01T20:00:00.123456+08:00")
    row = store.create(exercise="bridge", level="L2", source="camera", language="zh", started_at=shanghai)
    found = store.session(row.id)
    assert found is not None
    assert found.started_at == shanghai
    assert found.started_at.tzinfo is UTC
    for refused in (lambda: store.finish(row.id, {}, datetime(2026, 3, 1)), lambda: store.purge(datetime(2026, 3, 1))):
        with pytest.raises(StatementError, match="no time zone"):
            refused()


def test_a_name_that_is_no_text_is_kept_as_far_as_it_is(store: Store) -> None:
    row = begin(store, name="clip\udc80.mp4")
    assert row.name == "clip?.mp4"
    assert store.session(row.id) == row


def test_an_unknown_session_is_none_and_nothing_can_be_done_with_it(store: Store) -> None:
    assert store.session("nobody") is None
    assert store.events("nobody") == ()
    assert len(store.signals("nobody")) == 0
    assert not store.finish("nobody", {})
    assert not store.delete("nobody")
    assert not store.restore("nobody")
    with pytest.raises(InputError, match="nobody: there is no such session"):
        store.append("nobody", [EventRow(0, 1.0, "cue")])
    with pytest.raises(InputError, match="nobody: there is no such session"):
        store.sessions(before="nobody")


def test_sessions_are_listed_newest_first_page_by_page(store: Store) -> None:
    rows = [begin(store, minute) for minute in (3, 1, 2, 2, 2, 0)]
    expected = tuple(sorted(rows, key=lambda row: (row.started_at, row.id), reverse=True))
    assert store.sessions() == expected
    pages = [store.sessions(limit=2)]
    while pages[-1]:
        pages.append(store.sessions(limit=2, before=pages[-1][-1].id))
    assert [len(page) for page in pages] == [2, 2, 2, 0]
    assert sum(pages, ()) == expected


def test_events_come_back_in_order_and_a_number_is_stored_once(store: Store) -> None:
    row, other = begin(store), begin(store)
    first, second = EventRow(0, 1.5, "cue", {"code": "快"}), EventRow(1, 2.5, "stop", {"list": [1, None, True]})
    store.append(row.id, [second])
    store.append(row.id, [first, EventRow(1, 9.9, "changed")])
    store.append(other.id, [EventRow(0, 3.0, "cue")])
    assert store.events(row.id) == (first, second)
    assert store.events(other.id) == (EventRow(0, 3.0, "cue", {}),)


def test_numbers_that_json_does_not_have_become_null(store: Store) -> None:
    row = begin(store)
    store.append(row.id, [EventRow(0, 1.0, "cue", {"value": float("nan"), "ends": (float("-inf"), [2.5, {"x": 1}])})])
    assert store.events(row.id)[0].data == {"value": None, "ends": [None, [2.5, {"x": 1}]]}


def test_signals_come_back_joined_in_order_and_a_chunk_is_stored_once(store: Store) -> None:
    row = begin(store)
    store.append(row.id, signals=[make_signals(1.0), make_signals(3.0, moments=0)])
    store.append(row.id, signals=[make_signals(0.0), make_signals(1.0)])
    found, expected = store.signals(row.id), make_signals(0.0, moments=20)
    np.testing.assert_array_equal(found.time_s, expected.time_s)
    for name in SIGNAL_NAMES:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-6)


def test_what_belongs_together_is_stored_wholly_or_not_at_all(store: Store) -> None:
    row = begin(store)
    entries = [(row.id, EventRow(0, 1.0, "cue")), (row.id, make_signals()), ("nobody", EventRow(0, 1.0, "cue"))]
    with pytest.raises(InputError, match=f"{row.id} or nobody: there is no such session"):
        store.append_all(entries)
    assert store.events(row.id) == ()
    assert len(store.signals(row.id)) == 0


def test_a_session_ends_with_its_outcome(store: Store) -> None:
    row = begin(store)
    assert store.finish(row.id, {"judged": True, "reasons": []}, LATER, kept_file="a/clip.mp4")
    done = store.session(row.id)
    assert done is not None
    assert (done.state, done.ended_at, done.kept_file) == ("done", LATER, "a/clip.mp4")
    assert done.outcome == {"judged": True, "reasons": []}
    assert store.finish(row.id, {"failure": "broken"}, state="failed")
    failed = store.session(row.id)
    assert failed is not None
    assert failed.state == "failed"
    assert failed.ended_at is not None
    assert failed.ended_at > LATER - timedelta(days=1)


def test_what_was_recognised_takes_the_place_of_what_was_not_known(store: Store) -> None:
    row = begin(store, exercise="auto", level="")
    store.finish(row.id, {}, recognised=("sit-up", "L1"))
    found = store.session(row.id)
    assert found is not None
    assert (found.exercise, found.level) == ("sit-up", "L1")


def test_a_deletion_hides_a_session_and_can_be_undone(store: Store) -> None:
    row, other = begin(store, 1), begin(store, 0)
    store.append(row.id, [EventRow(0, 1.0, "cue")])
    assert store.delete(row.id, LATER)
    assert store.sessions() == (other,)
    hidden = store.session(row.id)
    assert hidden is not None
    assert hidden.deleted_at == LATER
    assert store.sessions(before=row.id) == (other,)
    assert store.restore(row.id)
    assert store.sessions() == (row, other)
    assert len(store.events(row.id)) == 1


def test_only_what_was_deleted_long_enough_ago_is_purged(store: Store) -> None:
    old, new, kept = begin(store, 0), begin(store, 1), begin(store, 2)
    for row, file in ((old, "old/clip.mp4"), (new, "new/clip.mp4"), (kept, "kept/clip.mp4")):
        store.append(row.id, [EventRow(0, 1.0, "cue")], [make_signals()])
        store.finish(row.id, {}, kept_file=file)
    store.delete(old.id, NOON)
    store.delete(new.id, LATER)
    assert store.purge(NOON) == ("old/clip.mp4",)
    assert store.session(old.id) is None
    assert store.events(old.id) == ()
    assert len(store.signals(old.id)) == 0
    assert store.session(new.id) is not None
    assert [row.id for row in store.sessions()] == [kept.id]
    assert store.purge(NOON) == ()


def test_no_byte_of_what_was_purged_is_left(file_store: Store, path: Path) -> None:
    store = file_store
    rows = [begin(store, name=f"name-of-{number:03}") for number in range(60)]
    for start in range(0, 240, 8):  # interleaved, so that rows of one session lie in pages of others
        entries = [
            (row.id, EventRow(number, 1.0, "cue", {"text": f"said-by-{index:03}", "pad": "x" * (37 * number % 900)}))
            for number in range(start, start + 8)
            for index, row in enumerate(rows)
            if (number + index) % 5 == 0
        ]
        store.append_all(entries)
    for start in (0, 20, 40):
        for row in rows[start : start + 20]:
            store.delete(row.id, NOON)
        before, sealed = bytes_on_disk(path), {row.id: sealed_parts(store, row.id) for row in rows[start:]}
        assert all(part in before for parts in sealed.values() for part in parts)
        store.purge(NOON)
        after = bytes_on_disk(path)
        for index, row in enumerate(rows[start:], start):
            is_there = index >= start + 20
            assert [part in after for part in sealed[row.id]] == [is_there] * len(sealed[row.id])
            assert (row.id.encode() in after) == is_there
        assert b"said-by" not in before + after
        assert b"name-of" not in before + after


def test_a_purge_without_room_for_it_is_finished_by_the_next(
    file_store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = file_store

    def find_no_room(*_: object, **__: object) -> None:
        raise StoreError(path.name, "full")

    row = begin(store)
    store.append(row.id, [EventRow(number, 1.0, "cue", {"text": "secret" * 200}) for number in range(20)])
    sealed = sealed_parts(store, row.id)
    store.delete(row.id, NOON)
    monkeypatch.setattr(store_module, "scrub", find_no_room)
    store.purge(NOON)
    assert store.session(row.id) is None
    assert any(part in bytes_on_disk(path) for part in sealed)
    monkeypatch.undo()
    store.purge(NOON)
    assert not any(part in bytes_on_disk(path) for part in sealed)


def test_another_program_that_holds_the_file_is_waited_for_and_then_named(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openlumbar.records.sqlite_file.BUSY_S", 0.01)
    store = Store.open(path)
    row = begin(store)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match=r"records.sqlite3: is in use by another program") as refused:
        store.append(row.id, [EventRow(0, 1.0, "cue")])
    assert refused.value.code == "locked"
    assert store.sessions() == (row,)  # reading goes on
    other.execute("ROLLBACK")
    store.append(row.id, [EventRow(0, 1.0, "cue")])
    assert len(store.events(row.id)) == 1
    other.close()
    store.close()


def test_a_file_that_was_damaged_is_named_as_such(path: Path) -> None:
    store = Store.open(path)
    row = begin(store)
    store.append(row.id, [EventRow(number, 1.0, "cue", {"text": "x" * 900}) for number in range(200)])
    store.close()
    with path.open("r+b") as file:
        file.seek(-20 * 4096, os.SEEK_END)  # the newest pages, those of the events
        file.write(b"\xff" * 20 * 4096)
    store = Store.open(path)
    with pytest.raises(StoreError, match=r"records.sqlite3: is not a file of records, or is damaged") as refused:
        store.events(row.id)
    assert refused.value.code == "damaged"
    store.close()


def test_no_id_begins_with_a_sign(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter(["-minus", "_line", "good"])
    monkeypatch.setattr("secrets.token_urlsafe", lambda _bytes: next(drawn))
    assert begin(store, 1).id == "good"
