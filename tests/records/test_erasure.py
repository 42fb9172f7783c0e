import hashlib
from pathlib import Path

import pytest
from sqlalchemy import select

from openlumbar.errors import InputError
from openlumbar.records.audit import Audit
from openlumbar.records.diary import Diary
from openlumbar.records.erasure import Erased, erase
from openlumbar.records.feeds import person_of_feed
from openlumbar.records.people import SELF, People
from openlumbar.records.store import Store
from openlumbar.records.tables import METADATA, data_key, entry, event, session, signal
from openlumbar.records.trouble import StoreError
from openlumbar.records.vault import Vault
from records.lives import PASSWORD, live, make_accounts
from records.made import begin, repetition_event
from records.postgresql import Server


def everything(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.transaction() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in METADATA.tables.items()
            if name != "audit"
        }


def traces(store: Store, person_id: str, session_id: str) -> list[bytes]:
    """Collect bytes that stand in the file for one person alone: keys, and what is sealed with them."""
    columns = (
        select(data_key.c.wrapped).where(data_key.c.id == person_id),
        select(entry.c.sealed).where(entry.c.person_id == person_id),
        select(session.c.sealed).where(session.c.person_id == person_id),
        select(event.c.sealed).where(event.c.session_id == session_id),
        select(signal.c.sealed).where(signal.c.session_id == session_id),
    )
    with store.transaction() as connection:
        return [sealed for column in columns for sealed in connection.execute(column).scalars()]


def files_of(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in sorted(path.parent.iterdir()) if file.suffix != ".key")


def test_nothing_of_the_person_is_left_and_everything_of_others(store: Store) -> None:
    other = live(store, "Bo Marsh")
    ty = make_accounts(store).add("Ty", PASSWORD, "therapist")
    before = everything(store)
    ana = live(store)
    make_accounts(store).link(ty.id, ana.person_id)
    assert erase(store, ana.person_id, by="a-1") == Erased(1, 4, 1, 0, is_scrubbed=True)
    after = everything(store)
    tombstone = [row for row in after["person"] if row[0] == ana.person_id]
    assert [row[3] for row in tombstone] == [None]
    after["person"] = [row for row in after["person"] if row not in tombstone]
    assert after == before
    assert People(store).get(ana.person_id) is None
    assert Diary(store).read(ana.person_id) == ()
    assert store.sessions(person_id=ana.person_id) == ()
    assert make_accounts(store).find("ana quill") is None
    assert person_of_feed(store, ana.feed) is None
    assert len(Diary(store).read(other.person_id)) == 2


def test_no_byte_is_left_in_the_file(file_store: Store, path: Path) -> None:
    store = file_store
    keeper = Store.open(path)  # another process that has it open
    live(store, "Bo Marsh")
    ana = live(store)
    for minute in range(40):
        row = begin(store, minute, person_id=ana.person_id, name="secret clip")
        store.append(row.id, [repetition_event(number) for number in range(30)])
    known = [
        *traces(store, ana.person_id, ana.session_id),
        b"ana quill",
        ana.session_id.encode(),
        row.id.encode(),
        ana.account.id.encode() + b"ana",  # as in the row of the account; the audit keeps the id alone
        hashlib.sha256(ana.feed.encode()).hexdigest().encode(),
    ]
    found = files_of(path)
    assert [trace for trace in known if trace not in found] == []
    for plain in (b"sciatica", b"Ana Quill", b"secret clip", b"left_knee"):
        assert plain not in found  # sealed from the beginning
    assert erase(store, ana.person_id).is_scrubbed
    left = files_of(path)
    assert [trace for trace in known if trace in left] == []
    keeper.close()


def test_the_key_of_who_was_erased_is_not_left_in_the_servers_tables(server: Server, tmp_path: Path) -> None:
    name = server.create()
    store = Store.open(server.url(name), Vault.in_file(tmp_path / "records.key"))
    ana, bo = live(store), live(store, "Bo Marsh")
    gone, kept = (traces(store, life.person_id, life.session_id)[0] for life in (ana, bo))
    server.run("CHECKPOINT")
    before = tables_of(server)
    assert gone in before
    assert erase(store, ana.person_id).is_scrubbed
    store.close()
    server.run("CHECKPOINT")
    after = tables_of(server)
    assert gone not in after
    assert kept in after
    assert b"ana quill" not in after
    server.drop(name)


def tables_of(server: Server) -> bytes:
    return b"".join(
        file.read_bytes() for file in sorted((server.folder / "data" / "base").rglob("*")) if file.is_file()
    )


def test_the_audit_keeps_that_it_was_done_and_stays_whole(store: Store) -> None:
    ana = live(store)
    erase(store, ana.person_id, by="a-1")
    (newest,) = Audit(store).entries(limit=1)
    assert (newest.action, newest.actor, newest.subject) == ("erased", "a-1", ana.person_id)
    assert Audit(store).verify() is None


def test_recordings_that_were_kept_go_too(store: Store, tmp_path: Path) -> None:
    ana, bo = live(store), live(store, "Bo Marsh")
    kept = tmp_path / "recordings"
    for life in (ana, bo):
        (kept / life.session_id).mkdir(parents=True)
        (kept / life.session_id / "clip.mp4").write_bytes(b"moving pictures")
    assert erase(store, ana.person_id, kept_dir=kept).recordings == 1
    assert [place.name for place in kept.iterdir()] == [bo.session_id]


def test_whoever_uses_the_program_alone_begins_anew(store: Store) -> None:
    begin(store)
    People(store).rename(SELF, "me")
    assert erase(store, SELF).sessions == 1
    found = People(store).get(SELF)
    assert found is not None
    assert found.name == ""
    assert store.sessions() == ()
    row = begin(store)
    assert store.sessions() == (row,)


def test_erasing_twice_or_nobody_is_refused(store: Store) -> None:
    ana = live(store)
    erase(store, ana.person_id)
    for person_id in (ana.person_id, "nobody"):
        with pytest.raises(InputError, match="there is no such person"):
            erase(store, person_id)


def test_what_is_still_being_recorded_is_not_stored_any_more(store: Store) -> None:
    ana = live(store)
    row = begin(store, person_id=ana.person_id)
    erase(store, ana.person_id)
    with pytest.raises(InputError, match="there is no such session"):
        store.append(row.id, [repetition_event(1)])
    assert not store.finish(row.id, {})


def test_where_there_is_no_room_to_write_the_file_anew_it_is_told(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise StoreError("records", "full")

    ana = live(store)
    monkeypatch.setattr(Store, "scrub", full)
    assert not erase(store, ana.person_id).is_scrubbed
    assert People(store).get(ana.person_id) is None
