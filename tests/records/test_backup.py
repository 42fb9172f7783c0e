import hashlib
import json
import shutil
import sqlite3
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from argon2.profiles import CHEAPEST
from sqlalchemy import select, text, update

from openlumbar.errors import InputError
from openlumbar.records.audit import Audit
from openlumbar.records.backup import Passphrase, backup
from openlumbar.records.database import WRITING
from openlumbar.records.diary import Diary
from openlumbar.records.key_file import KeyFile
from openlumbar.records.people import SELF, People
from openlumbar.records.restoring import restore
from openlumbar.records.store import Store
from openlumbar.records.tables import METADATA, audit
from openlumbar.records.trouble import StoreError
from openlumbar.records.vault import Vault
from records.lives import PASSWORD, Life, live, make_accounts
from records.made import begin, make_signals, repetition_event

WORDS = "seven grey boats drift"
CHEAP = Passphrase(WORDS, CHEAPEST)


@pytest.fixture
def store(file_store: Store) -> Store:
    """Back up a file here; the other kind of database has tests of its own."""
    return file_store


@pytest.fixture(autouse=True)
def life(store: Store) -> Life:
    begin(store)
    return live(store)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backups.zip"


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Name a place where there is nothing yet."""
    return tmp_path / "elsewhere" / "records.sqlite3"


def vault(path: Path) -> Vault:
    return Vault.beside(path)


def carry_key(store_path: Path, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(store_path.with_suffix(".key"), path.with_suffix(".key"))


def put_back(file: Path, path: Path, **options: Any) -> Store:
    restore(file, path, vault(path), **options)
    return Store.open(path)


def rows(store: Store, *without: str) -> dict[str, list[tuple[object, ...]]]:
    with store.transaction() as connection:
        return {
            name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for name, table in METADATA.tables.items()
            if name not in without
        }


def rewritten(file: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Write an archive anew, each member changed, or left out where the change gives None."""
    with zipfile.ZipFile(file) as old:
        members = {name: change(name, old.read(name)) for name in old.namelist()}
    with zipfile.ZipFile(file, "w") as new:
        for name, content in members.items():
            if content is not None:
                new.writestr(name, content)


def test_a_backup_put_back_elsewhere_holds_the_same(
    store: Store, life: Life, path: Path, file: Path, other: Path
) -> None:
    accounts = make_accounts(store)
    secret = accounts.begin_totp(life.account.id)
    before = rows(store, "audit")
    manifest = backup(store, file)
    carry_key(path, other)
    restored = put_back(file, other)
    assert rows(restored, "audit", "data_key") == {name: found for name, found in before.items() if name != "data_key"}
    assert manifest.rows == sum(map(len, before.values())) + 1  # and one of the audit
    assert restored.signals(life.session_id)["hip_rise_cm"].tolist() == make_signals()["hip_rise_cm"].tolist()
    assert [entry.data["back"] for entry in Diary(restored).read(life.person_id, {"pain"})] == [6]
    assert People(restored).all() == People(store).all()
    assert secret.secret not in file.read_bytes().decode("latin-1")
    restored.close()


def test_what_happened_goes_on_in_the_audit(store: Store, path: Path, file: Path, other: Path) -> None:
    backup(store, file, by="a-1")
    (made,) = Audit(store).entries(limit=1)
    assert (made.action, made.actor, made.details) == ("backed_up", "a-1", {"with_key": False})
    carry_key(path, other)
    restored = put_back(file, other, by="a-2")
    entries = Audit(restored).entries()
    assert [(entry.action, entry.actor) for entry in entries] == [("restored", "a-2"), ("account_added", None)]
    assert entries[0].details == {"entries": 1}
    assert Audit(restored).verify() is None
    restored.close()


def test_nothing_plain_is_in_it_and_it_is_for_its_owner_alone(store: Store, file: Path) -> None:
    backup(store, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert archive.namelist()[-1] == "manifest.json"
        everything = b"".join(archive.read(name) for name in archive.namelist())
    for plain in (b"sciatica", b"Ana Quill", b"left_knee", store.vault.master_keys.newest):
        assert plain not in everything
    assert "key.json" not in everything.decode()


def test_it_can_be_made_while_others_write(store: Store, life: Life, path: Path, file: Path, other: Path) -> None:
    def write(done: int, _total: int | None) -> None:
        if done == 1:
            store.append(life.session_id, [repetition_event(9)])

    before = rows(store)
    manifest = backup(store, file, on_progress=write)
    assert manifest.rows == sum(map(len, before.values()))
    assert len(store.events(life.session_id)) == 3
    carry_key(path, other)
    restored = put_back(file, other)
    assert len(restored.events(life.session_id)) == 2
    restored.close()


def test_without_its_key_a_backup_is_of_no_use(store: Store, file: Path, other: Path) -> None:
    backup(store, file)
    with pytest.raises(InputError, match=r"is missing, and backups.zip cannot be read without its key; put your copy"):
        put_back(file, other)
    assert not other.parent.exists()
    Store.open(other).close()  # which makes a key of its own
    content = other.read_bytes()
    with pytest.raises(InputError, match="is not the key of these records"):
        put_back(file, other)
    assert other.read_bytes() == content


def test_the_key_can_go_along_under_a_passphrase(store: Store, life: Life, file: Path, other: Path) -> None:
    manifest = backup(store, file, passphrase=CHEAP)
    assert manifest.has_key
    assert store.vault.master_keys.newest not in file.read_bytes()
    with pytest.raises(InputError, match=r"passphrase: does not open the key in backups.zip"):
        put_back(file, other, passphrase=f"{WORDS}ed")
    with pytest.raises(InputError, match="use --with-key and its passphrase"):
        put_back(file, other)
    assert not other.exists()
    restored = put_back(file, other, passphrase=WORDS)
    assert [entry.data["back"] for entry in Diary(restored).read(life.person_id, {"pain"})] == [6]
    assert restored.vault.master_keys.newest != store.vault.master_keys.newest  # it got a key of its own
    assert make_accounts(restored).check("ana quill", PASSWORD, None, life.account.created_at).outcome == "ok"
    restored.close()


def test_a_passphrase_for_a_backup_without_key_is_told(store: Store, file: Path, other: Path) -> None:
    backup(store, file)
    with pytest.raises(InputError, match="holds no key; leave the passphrase out"):
        put_back(file, other, passphrase=WORDS)


def test_what_is_there_is_not_written_over_unless_it_is_said(store: Store, life: Life, path: Path, file: Path) -> None:
    backup(store, file)
    row = begin(store, 7)
    store.close()
    with pytest.raises(InputError, match=r"records.sqlite3: holds records already; back them up, then add --replace"):
        put_back(file, path)
    again = Store.open(path)
    assert again.session(row.id) == row
    again.close()
    restored = put_back(file, path, replace=True)
    assert restored.session(row.id) is None
    assert restored.session(life.session_id) is not None
    restored.close()
    assert sorted(place.name for place in path.parent.iterdir()) == ["records.key", "records.sqlite3"]


def test_a_place_that_was_only_begun_counts_as_empty(store: Store, life: Life, file: Path, other: Path) -> None:
    backup(store, file, passphrase=CHEAP)
    Store.open(other).close()
    restored = put_back(file, other, passphrase=WORDS)
    assert restored.session(life.session_id) is not None
    restored.close()


def test_records_in_use_are_not_replaced(store: Store, life: Life, path: Path, file: Path) -> None:
    backup(store, file)
    with pytest.raises(StoreError, match="in use by another program"):
        put_back(file, path, replace=True)
    assert store.session(life.session_id) is not None
    begin(store)
    assert [place.name for place in path.parent.iterdir() if place.name.startswith(".")] == []


def test_damaged_records_are_replaced_with_whatever_lay_beside_them(
    store: Store, life: Life, path: Path, file: Path
) -> None:
    backup(store, file)
    store.close()
    path.write_bytes(b"rubbish" * 1000)
    path.with_name(f"{path.name}-wal").write_bytes(b"of another file")
    restored = put_back(file, path, replace=True)
    assert restored.session(life.session_id) is not None
    restored.close()


@pytest.mark.parametrize("at", [1, 5, 11])
def test_a_restore_that_breaks_off_leaves_what_was_there(
    at: int, store: Store, path: Path, file: Path, other: Path
) -> None:
    def break_off(done: int, _total: int | None) -> None:
        if done >= at:
            raise KeyboardInterrupt

    backup(store, file)
    row = begin(store, 7)
    store.close()
    content = path.read_bytes()
    with pytest.raises(KeyboardInterrupt):
        put_back(file, path, replace=True, on_progress=break_off)
    assert path.read_bytes() == content
    again = Store.open(path)
    assert again.session(row.id) == row
    again.close()
    carry_key(path, other)
    with pytest.raises(KeyboardInterrupt):
        put_back(file, other, on_progress=break_off)
    assert [place.name for place in other.parent.iterdir()] == ["records.key"]


def test_a_backup_that_breaks_off_leaves_nothing(store: Store, file: Path) -> None:
    def break_off(_done: int, _total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup(store, file, on_progress=break_off)
    assert [place.name for place in file.parent.iterdir() if place.is_file()] == []
    assert Audit(store).entries(limit=1)[0].action == "account_added"


def test_a_file_that_is_there_is_left_alone_and_no_place_is_told(store: Store, file: Path) -> None:
    file.write_text("precious")
    with pytest.raises(InputError, match="is there already; name another file"):
        backup(store, file)
    assert file.read_text() == "precious"
    with pytest.raises(InputError, match=r"cannot be written \(no such file or directory\)"):
        backup(store, file.parent / "no" / "folder.zip")


def test_a_key_that_does_not_open_the_records_makes_no_backup(store: Store, path: Path, file: Path) -> None:
    path.with_suffix(".key").unlink()
    elsewhere = Vault(KeyFile(path.with_name("another.key")))
    elsewhere.make_ready(may_make=True)
    wrong = Store(store.engine, store.name, elsewhere)
    with pytest.raises(InputError, match="is not the key of these records"):
        backup(wrong, file)
    assert not file.exists()


@pytest.mark.parametrize("content", [b"", b"rubbish", b"PK\5\6" + bytes(18)], ids=["empty", "rubbish", "empty archive"])
def test_what_is_no_backup_is_told(content: bytes, file: Path, other: Path) -> None:
    file.write_bytes(content)
    with pytest.raises(InputError, match="is no backup"):
        put_back(file, other)
    with pytest.raises(InputError, match="there is no such file"):
        put_back(file.with_name("missing.zip"), other)
    with pytest.raises(InputError, match="is no backup"):
        put_back(file.parent, other)
    assert not other.parent.exists()


def test_a_part_of_a_backup_is_none(store: Store, path: Path, file: Path, other: Path) -> None:
    backup(store, file)
    carry_key(path, other)
    whole = file.read_bytes()
    for length in range(0, len(whole), max(1, len(whole) // 40)):
        file.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"is no backup|is damaged"):
            put_back(file, other)
    assert not other.exists()


def test_a_changed_byte_is_found_before_anything_is_touched(store: Store, path: Path, file: Path, other: Path) -> None:
    backup(store, file)
    carry_key(path, other)
    whole = file.read_bytes()
    with zipfile.ZipFile(file) as archive:
        members = [(info.header_offset, info.compress_size) for info in archive.infolist() if info.file_size]
    for header, length in members:
        name, extra = struct.unpack_from("<HH", whole, header + 26)  # lengths of what stands before the content
        start = header + 30 + name + extra
        for place in (start, start + length // 3, start + length // 2):  # the last byte holds only the end
            changed = bytearray(whole)
            changed[place] ^= 0x55
            file.write_bytes(changed)
            with pytest.raises(InputError, match=r"backups.zip: is (damaged|no backup)"):
                put_back(file, other)
    assert not other.exists()


@pytest.mark.parametrize("name", [f"tables/{table}.jsonl" for table in ("entry", "account", "audit", "data_key")])
def test_a_row_taken_out_or_a_missing_table_is_found(
    name: str, store: Store, path: Path, file: Path, other: Path
) -> None:
    backup(store, file)
    carry_key(path, other)
    kept = file.read_bytes()
    rewritten(file, lambda member, content: content.partition(b"\n")[2] if member == name else content)
    with pytest.raises(InputError, match="is damaged"):
        put_back(file, other)
    file.write_bytes(kept)
    rewritten(file, lambda member, content: None if member == name else content)
    with pytest.raises(InputError, match="is damaged"):
        put_back(file, other)
    assert not other.exists()


def test_an_archive_of_something_else_or_of_a_newer_program_is_told(
    store: Store, path: Path, file: Path, other: Path
) -> None:
    def with_manifest(**values: object) -> Callable[[str, bytes], bytes]:
        def change(name: str, content: bytes) -> bytes:
            return json.dumps({**json.loads(content), **values}).encode() if name == "manifest.json" else content

        return change

    backup(store, file)
    carry_key(path, other)
    kept = file.read_bytes()
    for change, told in (
        (with_manifest(format=2), "was made by a newer OpenLumbar; use the newest one"),
        (with_manifest(version="9999"), "is of version 9999, newer than this program knows"),
        (with_manifest(rows=1), "its manifest cannot be read"),
        (with_manifest(tables=[]), "it holds no data keys"),
        (lambda name, content: None if "manifest" in name else content, "is no backup of OpenLumbar"),
    ):
        file.write_bytes(kept)
        rewritten(file, change)
        with pytest.raises(InputError, match=told):
            put_back(file, other)
    assert not other.exists()


def test_an_audit_that_was_changed_stops_it_unless_it_is_said(
    store: Store, life: Life, path: Path, file: Path, other: Path
) -> None:
    with store.transaction(WRITING) as connection:
        on_table = " ON audit" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER audit_no_update{on_table}"))
        connection.execute(update(audit).values(actor="somebody else"))
    backup(store, file)
    carry_key(path, other)
    with pytest.raises(InputError, match="entry 1 of its audit was changed; find out who did that; --despite-audit"):
        put_back(file, other)
    assert not other.exists()
    restored = put_back(file, other, despite_audit=True)
    assert restored.session(life.session_id) is not None
    assert Audit(restored).verify() == 1
    restored.close()


def test_an_audit_that_lost_its_end_stops_it_too(store: Store, life: Life, path: Path, file: Path, other: Path) -> None:
    """Its rows and their hash are made to fit, which only the manifest's word on the end of the chain tells."""
    Audit(store).write("a-1", "read_person", life.person_id)
    backup(store, file)
    carry_key(path, other)
    with zipfile.ZipFile(file) as archive:
        lines = archive.read("tables/audit.jsonl").splitlines(keepends=True)
    shorter = b"".join(lines[:-1])

    def change(name: str, content: bytes) -> bytes:
        if name == "tables/audit.jsonl":
            return shorter
        if name != "manifest.json":
            return content
        told = json.loads(content)
        for part in told["tables"]:
            if part["name"] == "audit":
                part.update(rows=len(lines) - 1, sha256=hashlib.sha256(shorter).hexdigest())
        return json.dumps(told).encode()

    rewritten(file, change)
    with pytest.raises(InputError, match="its audit does not end where it did"):
        put_back(file, other)


def test_recordings_go_along_when_they_are_wanted(
    store: Store, life: Life, path: Path, file: Path, other: Path, tmp_path: Path
) -> None:
    kept, new = tmp_path / "recordings", tmp_path / "elsewhere" / "recordings"
    (kept / life.session_id).mkdir(parents=True)
    (kept / life.session_id / "clip.mp4").write_bytes(b"moving pictures")
    assert backup(store, file.with_name("without.zip")).recordings == 0
    assert backup(store, file, kept_dir=kept).recordings == 1
    carry_key(path, other)
    assert restore(file, other, vault(other), kept_dir=new).recordings == 1
    assert (new / life.session_id / "clip.mp4").read_bytes() == b"moving pictures"
    assert [place.name for place in new.rglob("*") if place.is_file()] == ["clip.mp4"]


def test_a_recording_does_not_get_out_of_its_folder(
    store: Store, path: Path, file: Path, other: Path, tmp_path: Path
) -> None:
    backup(store, file)
    carry_key(path, other)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("recordings/../../escaped.txt", b"x")
    with pytest.raises(InputError, match="a recording has a place elsewhere"):
        restore(file, other, vault(other), kept_dir=tmp_path / "a" / "recordings")
    assert not list(tmp_path.rglob("escaped.txt"))


def test_the_bytes_of_what_was_replaced_are_gone(store: Store, path: Path, file: Path) -> None:
    backup(store, file)
    row = begin(store, 7)
    store.close()
    assert row.id.encode() in path.read_bytes()
    put_back(file, path, replace=True).close()
    assert row.id.encode() not in path.read_bytes()
    assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_an_empty_record_can_be_backed_up_and_put_back(tmp_path: Path, file: Path, other: Path) -> None:
    empty = Store.open(tmp_path / "empty" / "records.sqlite3")
    backup(empty, file)
    empty.close()
    carry_key(tmp_path / "empty" / "records.sqlite3", other)
    restored = put_back(file, other)
    assert [person.id for person in People(restored).all()] == [SELF]
    begin(restored)
    restored.close()
