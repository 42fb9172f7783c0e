import errno
import os
import re
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlumbar.errors import InputError
from openlumbar.physique import Physique
from openlumbar.records.diary import Diary, Draft
from openlumbar.records.master_keys import MasterKeys
from openlumbar.records.people import SELF
from openlumbar.records.store import EventRow, Store
from openlumbar.records.vault import Cipher, SealBrokenError, Vault, Wrapped
from records.made import NOON, begin, make_signals

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
PLACES = st.lists(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.integers(), min_size=1
)

needs_modes = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")


@given(st.binary(), PLACES)
def test_what_is_sealed_opens_at_its_place(plain: bytes, place: list[str | int]) -> None:
    cipher = Cipher(KEY)
    sealed = cipher.seal(plain, *place)
    assert cipher.open(sealed, *place) == plain
    assert cipher.seal(plain, *place) != sealed  # nobody sees that two things are the same


@given(st.binary(min_size=1), st.data())
def test_nothing_opens_that_was_changed_or_moved(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(Cipher(KEY).seal(plain, "event", "self", 1))
    for key, place in ((OTHER_KEY, ("event", "self", 1)), (KEY, ("event", "self", 2)), (KEY, ("event", "other", 1))):
        with pytest.raises(SealBrokenError, match="does not open with its key"):
            Cipher(key).open(bytes(sealed), *place)
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(sealed), bytes(sealed[:-1]), bytes(sealed[:5]), b""):
        with pytest.raises(SealBrokenError):
            Cipher(KEY).open(damaged, "event", "self", 1)


def test_nothing_about_health_is_readable_in_the_database(path: Path) -> None:
    with closing(Store.open(path)) as store:
        body = Physique(height_cm=171.25, sex="female")
        row = begin(store, name="clip-of-lin.mp4", physique=body, plan={"goal": "secret-plan"})
        store.append(row.id, [EventRow(0, 1.0, "cue", {"text": "secret-event"})], [make_signals()])
        store.finish(row.id, {"reasons": ["secret-outcome"]}, kept_file="secret-file")
        Diary(store).write(SELF, Draft("note", {"text": "secret-entry"}, NOON.date(), NOON))
        Diary(store).keep_summary(SELF, 1, {"light": "secret-light"})
        found = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert re.findall(b"secret-[a-z]+|clip-of-lin|female|171.25|hip_rise_cm", found) == []


@needs_modes
def test_the_key_is_made_with_the_records_and_for_the_owner_alone(path: Path) -> None:
    with closing(Store.open(path)) as store:
        assert store.vault.has_made_key
    key = path.with_suffix(".key")
    assert key.stat().st_mode & 0o777 == 0o600
    text = key.read_text()
    assert text.startswith("# The key of OpenLumbar's records.")
    with closing(Store.open(path)) as store:
        assert not store.vault.has_made_key
    assert key.read_text() == text
    assert {file.name for file in path.parent.iterdir()} == {path.name, key.name}


@needs_modes
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644, 0o666])
def test_a_key_that_others_can_read_is_refused_with_the_remedy(path: Path, mode: int) -> None:
    Store.open(path).close()
    key = path.with_suffix(".key")
    key.chmod(mode)
    problem = f"can be read or written by others than its owner (its mode is {mode:04o}); run `chmod 600 {key}`"
    with pytest.raises(InputError, match=re.escape(f"the key file {key}: {problem}")):
        Store.open(path)
    key.chmod(0o400)
    Store.open(path).close()


def test_records_without_their_key_are_told_in_one_line_and_get_no_new_one(path: Path, tmp_path: Path) -> None:
    with closing(Store.open(path)) as store:
        row = begin(store)
    key = path.with_suffix(".key")
    away = key.rename(tmp_path / "copy.key")
    before = path.read_bytes()
    with pytest.raises(InputError) as refused:
        Store.open(path)
    assert str(refused.value) == (
        f"the key file {key}: is missing, and without this key nothing sealed in the records can be read by anyone; "
        "put the key back there from your copy of it, or name its place with --key-file"
    )
    assert not key.exists()
    assert path.read_bytes() == before
    away.rename(key)
    with closing(Store.open(path)) as store:
        assert store.sessions() == (row,)


def test_the_key_of_other_records_is_refused(path: Path, tmp_path: Path) -> None:
    Store.open(path).close()
    other = tmp_path / "other.sqlite3"
    Store.open(other).close()
    key = path.with_suffix(".key")
    key.unlink()
    other.with_suffix(".key").rename(key)
    with pytest.raises(InputError, match=r"is not the key of these records, so nothing sealed in them can be read"):
        Store.open(path)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "there is no key in it"),
        ("# only words\n", "there is no key in it"),
        ("1 " + "A" * 43, "line 1 is no key"),
        ("1 " + "A" * 40, "the key in line 1 is not 32 bytes long"),
        ("one " + "A" * 43 + "=", "line 1 is no key"),
        ("键", "it is no text"),
    ],
)
def test_a_damaged_key_file_is_named_with_what_is_wrong(path: Path, text: str, reason: str) -> None:
    Store.open(path).close()
    path.with_suffix(".key").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(f"is damaged or is no key file ({reason}); put your copy")):
        Store.open(path)


def test_a_place_where_no_key_can_be_made_leaves_no_records_behind(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file, not a folder")
    path = tmp_path / "records.sqlite3"
    with pytest.raises(InputError, match=r"the key file .*/file/a.key: cannot be (read|made)"):
        Store.open(path, Vault.in_file(tmp_path / "file" / "a.key"))
    Store.open(path).close()


def test_a_key_file_that_does_not_fit_on_the_disk_leaves_nothing_behind(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_no_room(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path.parent.mkdir()
    monkeypatch.setattr("openlumbar.records.key_file.os.fsync", find_no_room)
    with pytest.raises(InputError, match=r"cannot be made \(no space left on device\)"):
        Store.open(path)
    monkeypatch.undo()
    assert {file.name for file in path.parent.iterdir()} <= {path.name, f"{path.name}-wal", f"{path.name}-shm"}
    Store.open(path).close()


@given(st.dictionaries(st.integers(1, 10**6), st.binary(min_size=32, max_size=32), min_size=1))
def test_keys_are_read_as_they_were_written(keys: dict[int, bytes]) -> None:
    found = MasterKeys.parse(MasterKeys(keys).text())
    assert found.by_version == keys
    assert (found.version, found.newest) == (max(keys), keys[max(keys)])


def test_a_data_key_opens_for_its_owner_alone(path: Path) -> None:
    vault = Vault.beside(path)
    vault.make_ready(may_make=True)
    wrapped = vault.new_data_key("a")
    assert len(vault.unwrap("a", wrapped)) == 32
    for owner, other in (("b", wrapped), ("a", Wrapped(2, wrapped.sealed)), ("a", Wrapped(1, wrapped.sealed[:-1]))):
        with pytest.raises(InputError, match="is not the key of these records"):
            vault.unwrap(owner, other)
