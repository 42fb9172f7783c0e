import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from openlumbar.records.audit import BEGINNING, Audit
from openlumbar.records.database import WRITING
from openlumbar.records.store import Store
from openlumbar.records.tables import audit
from openlumbar.records.trouble import StoreError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


_TRIGGERS_OFF = {
    "sqlite": (("DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"), ()),
    "postgresql": (("ALTER TABLE audit DISABLE TRIGGER USER",), ("ALTER TABLE audit ENABLE TRIGGER USER",)),
}


def write_some(store: Store, count: int = 5) -> Audit:
    chain = Audit(store)
    for number in range(count):
        chain.write("a-1", "read_person", f"p-{number % 2}", {"page": "timeline"}, NOON + timedelta(minutes=number))
    return chain


def tamper(store: Store, *statements: Any) -> None:
    """Change what the database itself refuses to change, as somebody would who may do anything with it."""
    with store.transaction(WRITING) as connection:
        before, after = _TRIGGERS_OFF[connection.dialect.name]
        for statement in (*map(text, before), *statements, *map(text, after)):
            connection.execute(statement)


def test_entries_are_told_newest_first_and_form_a_chain(store: Store) -> None:
    chain = write_some(store)
    entries = chain.entries()
    assert [entry.number for entry in entries] == [5, 4, 3, 2, 1]
    assert entries[-1].previous_hash == BEGINNING
    assert [entry.hash for entry in entries[1:]] == [entry.previous_hash for entry in entries[:-1]]
    assert chain.verify() is None
    assert (chain.head().entries, chain.head().hash) == (5, entries[0].hash)
    assert [entry.number for entry in chain.entries(subject="p-0", limit=2)] == [5, 3]
    assert [entry.number for entry in chain.entries(before=3)] == [2, 1]


def test_the_hash_is_that_of_the_documented_text(store: Store) -> None:
    tokyo = timezone(timedelta(hours=9))
    entry = Audit(store).write("a", "cleared", "p", {"entry": 7}, NOON.astimezone(tokyo))
    told = (
        '{"action":"cleared","actor":"a","at":"2026-03-01T12:00:00.000000+00:00","details":{"entry":7},'
        '"number":1,"subject":"p"}'
    )
    assert entry.hash == hashlib.sha256(bytes(32) + told.encode()).digest()


def test_an_empty_chain_is_whole(store: Store) -> None:
    assert Audit(store).verify() is None
    assert (Audit(store).head().entries, Audit(store).head().hash) == (0, BEGINNING)


@pytest.mark.parametrize("statement", [update(audit).values(actor="b"), delete(audit)], ids=["change", "delete"])
def test_the_database_refuses_to_change_it(store: Store, statement: Any) -> None:
    chain = write_some(store)
    with pytest.raises((StoreError, DBAPIError)), store.transaction(WRITING) as connection:
        connection.execute(statement)
    assert len(chain.entries()) == 5
    assert chain.verify() is None


@pytest.mark.parametrize("number", [1, 3, 5])
@pytest.mark.parametrize(
    "change",
    [
        {"actor": "b"},
        {"actor": None},
        {"subject": "p-9"},
        {"action": "cleared"},
        {"details": {"page": "notes"}},
        {"at": NOON - timedelta(days=1)},
        {"hash": bytes(32)},
        {"previous_hash": b"\1" * 32},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_entry_is_found(store: Store, number: int, change: dict[str, Any]) -> None:
    chain = write_some(store)
    tamper(store, update(audit).where(audit.c.number == number).values(change))
    assert chain.verify() == number


@pytest.mark.parametrize(("number", "found"), [(1, 2), (3, 4), (4, 5)])
def test_a_missing_entry_is_found_by_the_one_after_it(store: Store, number: int, found: int) -> None:
    chain = write_some(store)
    tamper(store, delete(audit).where(audit.c.number == number))
    assert chain.verify() == found


def test_entries_that_were_renumbered_are_found(store: Store) -> None:
    chain = write_some(store)
    gone = delete(audit).where(audit.c.number == 3)
    tamper(store, gone, *(update(audit).where(audit.c.number == n).values(number=n - 1) for n in (4, 5)))
    assert chain.verify() == 3


def test_an_entry_that_was_hashed_anew_is_found_by_the_one_after_it(store: Store) -> None:
    chain = write_some(store)
    forged = replace(chain.entries()[2], actor="b")
    values = {"actor": "b", "hash": forged.computed_hash()}
    tamper(store, update(audit).where(audit.c.number == forged.number).values(values))
    assert chain.verify() == forged.number + 1


def test_numbers_that_leave_room_are_found_though_every_hash_fits(store: Store) -> None:
    chain = write_some(store)
    forged = replace(chain.entries()[0], number=9)
    values = {"number": 9, "hash": forged.computed_hash()}
    tamper(store, update(audit).where(audit.c.number == 5).values(values))
    assert chain.verify() == 9


def test_a_chain_that_lost_its_end_has_another_head(store: Store) -> None:
    chain = write_some(store)
    noted = chain.head()
    tamper(store, delete(audit).where(audit.c.number == 5))
    assert chain.verify() is None  # nothing within tells it
    assert chain.head() != noted


def test_a_long_chain_is_read_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openlumbar.records.audit._AT_ONCE", 2)
    chain = write_some(store)
    assert chain.verify() is None
    tamper(store, update(audit).where(audit.c.number == 4).values(actor="b"))
    assert chain.verify() == 4


def test_many_may_write_at_once(store: Store) -> None:
    def write(number: int) -> None:
        Audit(store).write(f"a-{number}", "logged_in", f"a-{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    chain = Audit(store)
    assert sorted(entry.number for entry in chain.entries()) == list(range(1, 41))
    assert {entry.actor for entry in chain.entries()} == {f"a-{number}" for number in range(40)}
    assert chain.verify() is None


@pytest.mark.parametrize(
    ("action", "details"),
    [
        ("logged_in", {"page": "x"}),
        ("cleared", {"reason": "leg pain"}),
        ("cleared", {"entry": "sore back since Monday"}),
        ("cleared", {"entry": 7.5}),
        ("cleared", {"entry": None}),
        ("cleared", {"entry": "腰痛"}),
        ("read_person", {"page": "x" * 65}),
        ("dismissed", {"entry": 1}),
    ],
)
def test_nothing_that_could_tell_of_health_gets_in(store: Store, action: Any, details: Any) -> None:
    with pytest.raises(ValueError, match="of the audit"):
        Audit(store).write("a", action, "p", details)
    assert Audit(store).entries() == ()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    actor=st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20),
    entry=st.integers(-(2**31), 2**31),
    at=st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)),
)
def test_what_was_written_is_read_back_whole(store: Store, actor: str | None, entry: int, at: datetime) -> None:
    chain = Audit(store)
    written = chain.write(actor, "note_written", "p", {"entry": entry}, at)
    assert chain.entries(limit=1) == (written,)
    assert chain.verify() is None


def test_a_moment_without_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="time zone"):
        Audit(store).write("a", "logged_in", "a", at=datetime(2026, 3, 1))
    assert Audit(store).entries() == ()
