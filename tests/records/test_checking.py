import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from openlumbar.records.audit import Audit
from openlumbar.records.checking import check
from openlumbar.records.database import WRITING
from openlumbar.records.store import Store
from openlumbar.records.tables import account, data_key, entry, event, person, session, signal, summary
from records.lives import Life, live, make_accounts
from records.made import begin


@pytest.fixture
def life(store: Store) -> Life:
    begin(store)
    life = live(store)
    make_accounts(store).begin_totp(life.account.id)
    return life


def change(store: Store, statement: Any) -> None:
    with store.transaction(WRITING) as connection:
        connection.execute(statement)


def test_whole_records_are_found_whole(store: Store, life: Life) -> None:
    told: list[tuple[int, int | None]] = []
    report = check(store, lambda done, total: told.append((done, total)))
    assert report.broken == ()
    assert report.audit == Audit(store).head()
    with store.transaction() as connection:
        counts = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar() or 0
            for table in (session, event, signal, entry, summary)
        }
    assert report.rows == sum(counts.values()) + 2  # and a person's name, and a secret
    assert min(counts.values()) > 0
    assert told[-1] == (report.rows, report.rows)
    assert life.person_id


@pytest.mark.parametrize(
    ("table", "named"),
    [
        (person, "the name of person {person}"),
        (session, "session {session}"),
        (event, "event 1 of session {session}"),
        (signal, "a stretch of signals of session {session}"),
        (entry, "entry 2 in the diary of person {person}"),
        (summary, "the summary of person {person}"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_what_does_not_open_is_named(table: Any, named: str, store: Store, life: Life) -> None:
    which = table.c.sealed.is_not(None)
    if table in (person, session):
        which &= table.c.id == (life.person_id if table is person else life.session_id)
    elif "number" in table.c:
        which &= table.c.number == (1 if table is event else 2)
    with store.transaction() as connection:
        sealed = bytearray(connection.execute(select(table.c.sealed).where(which)).scalar() or b"")
    sealed[-1] ^= 1
    change(store, update(table).where(which).values(sealed=bytes(sealed)))
    (told,) = check(store).broken
    assert told.startswith(named.format(person=life.person_id, session=life.session_id) + " does not open with its key")


def test_a_row_put_in_anothers_place_is_found(store: Store, life: Life) -> None:
    change(store, update(entry).where(entry.c.number == 2).values(number=9))
    change(store, update(session).where(session.c.id == life.session_id).values(person_id="self"))
    told = check(store).broken
    assert [line.partition(" does not")[0] for line in told] == [
        f"session {life.session_id}",
        f"event 1 of session {life.session_id}",
        f"event 2 of session {life.session_id}",
        f"a stretch of signals of session {life.session_id}",
        f"entry 9 in the diary of person {life.person_id}",
    ]


def test_a_secret_that_was_changed_is_found(store: Store, life: Life) -> None:
    change(store, update(account).values(totp_sealed=b"no seal at all, and nothing in it"))
    assert check(store).broken == (
        f"the secret for codes of account {life.account.id} does not open with its key, so it was damaged or changed",
    )


def test_without_its_key_nothing_of_a_person_opens(store: Store, life: Life) -> None:
    change(store, delete(data_key).where(data_key.c.id == life.person_id))
    broken = check(store).broken
    assert len(broken) == 10
    assert all("does not open" in line for line in broken)


def test_an_audit_that_was_changed_is_named(file_store: Store, path: Path) -> None:
    live(file_store)
    other = sqlite3.connect(path)
    other.execute("DROP TRIGGER audit_no_update")
    other.execute("UPDATE audit SET actor = 'somebody else'")
    other.commit()
    other.close()
    assert check(file_store).broken == ("entry 1 of the audit was changed, or one before it is missing",)


def test_a_row_without_what_it_belongs_to_is_named(file_store: Store, path: Path) -> None:
    life = live(file_store)
    other = sqlite3.connect(path)
    other.execute("PRAGMA foreign_keys = OFF")
    other.execute("DELETE FROM account")
    other.execute("INSERT INTO therapist_patient VALUES ('a-0', ?, '2026-03-01 00:00:00')", (life.person_id,))
    other.commit()
    other.close()
    assert check(file_store).broken == ("a row of therapist_patient belongs to a row of account that is not there",)
