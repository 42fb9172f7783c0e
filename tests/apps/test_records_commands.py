"""The commands about records, on real files."""

import io
import json
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST

from apps.commands import Run, one_line
from openlumbar.apps.web.settings import Settings
from openlumbar.apps.web.uploads import KEPT
from openlumbar.records.audit import Audit
from openlumbar.records.backup import Passphrase
from openlumbar.records.diary import Diary
from openlumbar.records.people import People
from openlumbar.records.store import Store
from records.lives import Life, live

WORDS = "seven grey boats drift"

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def call(run: Run, data: Path) -> Call:
    """Call a command about records, on those of the test's own."""
    return lambda *words: run("records", *words, "--data-dir", data)


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    store = Store.open(data / "openlumbar.sqlite3")
    yield store
    store.close()


@pytest.fixture
def life(store: Store, data: Path) -> Life:
    life = live(store)
    recording = data / KEPT / life.session_id / "clip.mp4"
    recording.parent.mkdir(parents=True)
    recording.write_bytes(b"moving pictures")
    return life


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name a file with a passphrase, which costs as little as can be."""
    monkeypatch.setattr("openlumbar.records.backup.Passphrase", partial(Passphrase, costs=CHEAPEST))
    file = tmp_path / "passphrase.txt"
    file.write_text(f"{WORDS}\n")
    return file


def test_recordings_are_looked_for_where_they_are_put(data: Path) -> None:
    assert Settings(data).recordings_dir == data / KEPT


def test_a_backup_says_what_it_holds_and_what_it_does_not(call: Call, life: Life, data: Path, tmp_path: Path) -> None:
    file = tmp_path / "monday.zip"
    status, out, err = call("backup", file)
    assert (status, err) == (0, "")
    first, key, recordings = out.splitlines()
    assert first.startswith(f"{file} holds everything of 20")
    assert f"without which nobody can read it: keep a copy of the key file {data / 'openlumbar.key'} elsewhere." in key
    assert recordings == "It does not hold the recordings that were kept; --with-recordings puts them in."
    with zipfile.ZipFile(file) as archive:
        assert not any(name.startswith(("recordings", "key")) for name in archive.namelist())
    status, out, err = call("backup", file)
    assert (status, out) == (2, "")
    assert "monday.zip: is there already; name another file" in one_line(err)
    assert life.person_id


def test_a_backup_with_key_is_restored_on_another_machine(
    run: Run, call: Call, life: Life, words: Path, tmp_path: Path
) -> None:
    file, there = tmp_path / "monday.zip", tmp_path / "there"
    status, out, _ = call("backup", file, "--with-key", "--with-recordings", "--passphrase-file", words)
    assert status == 0
    assert out.count("\n") == 1
    status, out, err = run("records", "restore", file, "--data-dir", there)
    assert (status, out) == (2, "")
    assert "use --with-key and its passphrase" in one_line(err)
    assert not there.exists()
    given = ("--with-key", "--passphrase-file", words, "--data-dir", there)
    status, out, err = run("records", "restore", file, *given)
    assert (status, err) == (0, "")
    assert f"1 recordings of {file} are restored." in out
    restored = Store.open(there / "openlumbar.sqlite3")
    assert [entry.data["back"] for entry in Diary(restored).read(life.person_id, {"pain"})] == [6]
    restored.close()
    assert (there / KEPT / life.session_id / "clip.mp4").read_bytes() == b"moving pictures"
    status, out, err = run("records", "restore", file, *given)
    assert status == 2
    assert "holds records already" in one_line(err)
    assert run("records", "restore", file, *given, "--replace")[0] == 0


@pytest.mark.parametrize("content", ["hunter2\n", "passwordpassword\n"])
def test_a_passphrase_has_to_be_a_good_one(content: str, call: Call, life: Life, words: Path, tmp_path: Path) -> None:
    words.write_text(content)
    status, out, err = call("backup", tmp_path / "monday.zip", "--with-key", "--passphrase-file", words)
    assert (status, out) == (2, "")
    assert one_line(err).startswith("passphrase: is ")
    assert content.strip() not in err
    assert not (tmp_path / "monday.zip").exists()
    assert life.person_id


def test_what_is_no_backup_is_told_in_one_line(call: Call, data: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no backup")
    status, out, err = call("restore", tmp_path / "notes.txt")
    assert (status, out) == (2, "")
    assert "notes.txt: is no backup, or its end is missing; name another file" in one_line(err)
    assert not data.exists()


def test_records_are_verified(call: Call, life: Life, store: Store, data: Path) -> None:
    end = Audit(store).head()
    status, out, err = call("verify")
    assert (status, err) == (0, "")
    assert "All is well: " in out
    assert out.endswith(f"The audit is whole: {end.entries} entries, the last with the hash {end.hash.hex()}.\n")
    store.close()
    other = sqlite3.connect(data / "openlumbar.sqlite3")
    other.execute("UPDATE entry SET day = '2020-01-01' WHERE number < 3")
    other.commit()
    other.close()
    status, out, err = call("verify")
    assert status == 2
    assert [line.partition(" does not")[0] for line in out.splitlines()] == [
        f"entry {number} in the diary of person {life.person_id}" for number in (1, 2)
    ]
    assert "openlumbar.sqlite3: is damaged in the places told; restore a backup" in one_line(err)


@pytest.mark.parametrize("by_name", [True, False])
def test_a_person_is_exported(by_name: bool, call: Call, life: Life, tmp_path: Path) -> None:
    out_file = tmp_path / "ana.zip"
    whom = "Ana Quill" if by_name else life.person_id
    status, out, err = call("export", whom, "--out", out_file)
    assert (status, err) == (0, "")
    assert f"{out_file} holds everything of {whom}. It is not encrypted" in out
    assert out_file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(out_file) as archive:
        assert json.loads(archive.read("person.json"))["person"]["id"] == life.person_id
        assert archive.read(f"recordings/{life.session_id}/clip.mp4") == b"moving pictures"
    status, _, err = call("export", whom, "--out", out_file)
    assert status == 2
    assert "is there already" in one_line(err)


def test_an_export_is_named_after_the_day_and_of_nobody_nothing_is_written(
    call: Call, life: Life, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = call("export", "nobody")
    assert (status, out) == (2, "")
    assert "nobody: there is no such person" in one_line(err)
    assert not list(tmp_path.glob("*.zip"))
    assert call("export", life.person_id)[0] == 0
    assert len(list(tmp_path.glob("openlumbar-export-20??-??-??.zip"))) == 1


def test_erasing_is_asked_once_or_said(
    call: Call, life: Life, store: Store, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, out, err = call("erase", "ana quill")
    assert (status, out) == (2, "")
    assert "cannot be undone, and there is nobody to ask; add --yes to mean it" in one_line(err)
    for said, ends in (("n\n", 130), ("y\n", 0)):
        asked = io.StringIO(said)
        monkeypatch.setattr(asked, "isatty", lambda: True)
        monkeypatch.setattr(sys, "stdin", asked)
        assert People(store).get(life.person_id) is not None
        status, out, err = call("erase", "ana quill")
        assert status == ends
        assert "Erase everything of ana quill for good?" in err
    assert "ana quill is erased: 4 entries, 1 sessions, 1 recordings, 1 accounts." in out
    assert People(store).get(life.person_id) is None
    assert list((data / KEPT).iterdir()) == []


def test_a_script_erases_without_being_asked(call: Call, life: Life) -> None:
    status, _, err = call("erase", life.person_id, "--yes")
    assert (status, err) == (0, "")


@pytest.mark.parametrize("more", [(), ("--everything",)])
def test_the_key_is_changed(more: tuple[str, ...], call: Call, life: Life, store: Store, data: Path) -> None:
    before = (data / "openlumbar.key").read_text()
    store.close()
    status, out, err = call("rotate-key", *more)
    assert (status, err) == (0, "")
    assert "openlumbar.key is new (number 2): keep a copy of it elsewhere, and back up anew." in out
    assert (data / "openlumbar.key").read_text() != before
    again = Store.open(data / "openlumbar.sqlite3")
    assert len(Diary(again).read(life.person_id)) == 2
    (entry,) = Audit(again).entries(limit=1)
    assert (entry.action, entry.details) == ("key_rotated", {"version": 2})
    again.close()
    assert call("verify")[0] == 0


@pytest.mark.parametrize(
    "words", [("backup", "x.zip"), ("verify",), ("export", "self"), ("erase", "self"), ("rotate-key",)]
)
def test_where_there_are_no_records_none_are_made(words: tuple[str, ...], call: Call, data: Path) -> None:
    status, out, err = call(*words)
    assert (status, out) == (2, "")
    assert "there are no records; name their folder with --data-dir" in one_line(err)
    assert not data.exists()
