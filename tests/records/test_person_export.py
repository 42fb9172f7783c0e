import csv
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from openlumbar import __version__
from openlumbar.errors import InputError
from openlumbar.records.audit import Audit
from openlumbar.records.export import COLUMNS, SESSION_COLUMNS
from openlumbar.records.people import SELF
from openlumbar.records.person_export import FORMAT, export_person
from openlumbar.records.person_tables import ENTRY_COLUMNS, diary_csv
from openlumbar.records.store import Store
from records.lives import PASSWORD, Life, live, make_accounts
from records.made import begin, make_signals

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def life(store: Store) -> Life:
    return live(store)


def exported(store: Store, person_id: str, **options: Any) -> zipfile.ZipFile:
    file = io.BytesIO()
    export_person(store, person_id, file, at=NOW, **options)
    return zipfile.ZipFile(file)


def told(archive: zipfile.ZipFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(archive.read("person.json"))
    return found


def table(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    content = archive.read(name)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_everything_is_in_one_archive(store: Store, life: Life, tmp_path: Path) -> None:
    recording = tmp_path / life.session_id / "clip.mp4"
    recording.parent.mkdir()
    recording.write_bytes(b"moving pictures")
    archive = exported(store, life.person_id, kept_dir=tmp_path)
    assert archive.namelist() == [
        "README.txt",
        "person.json",
        "diary/pain.csv",
        "diary/note.csv",
        "diary/withdrawn.csv",
        "sessions.csv",
        "repetitions.csv",
        f"signals/{life.session_id}.csv",
        f"recordings/{life.session_id}/clip.mp4",
    ]
    assert archive.testzip() is None
    assert archive.read(f"recordings/{life.session_id}/clip.mp4") == b"moving pictures"


def test_the_json_tells_who_what_and_who_looked(store: Store, life: Life) -> None:
    accounts = make_accounts(store)
    therapist = accounts.add("Ty", PASSWORD, "therapist")
    accounts.link(therapist.id, life.person_id, by=None)
    Audit(store).write(therapist.id, "read_person", life.person_id, {"page": "timeline"}, NOW)
    Audit(store).write(therapist.id, "read_person", SELF, {"page": "timeline"}, NOW)
    found = told(exported(store, life.person_id))
    assert (found["openlumbar"], found["format"], found["made_at"]) == (__version__, FORMAT, NOW.isoformat())
    assert (found["person"]["id"], found["person"]["name"]) == (life.person_id, "Ana Quill")
    assert (found["account"]["name"], found["account"]["role"]) == ("ana quill", "patient")
    assert found["therapists"] == [{"account": therapist.id, "name": "ty"}]
    assert [(entry["action"], entry["actor"]) for entry in found["audit"]] == [
        ("account_added", None), ("linked", None), ("read_person", therapist.id),
    ]  # fmt: skip
    assert "argon2" not in json.dumps(found)


def test_the_diary_is_there_with_what_was_withdrawn(store: Store, life: Life) -> None:
    archive = exported(store, life.person_id)
    diary = told(archive)["diary"]
    assert [(entry["number"], entry["kind"], entry["withdrawn"]) for entry in diary] == [
        (1, "pain", False), (2, "note", False), (3, "pain", True), (4, "withdrawn", False),
    ]  # fmt: skip
    assert (diary[0]["day"], diary[0]["at"]) == ("2026-03-01", "2026-03-01T08:30:00+08:00")
    assert diary[0]["data"]["sites"] == ["left_knee"]
    rows = table(archive, "diary/pain.csv")
    assert tuple(rows[0]) == (*ENTRY_COLUMNS, "when", "back", "leg", "sites", "session")
    assert [(row["back"], row["sites"], row["withdrawn"]) for row in rows] == [
        ("6", '["left_knee"]', "false"), ("9", "", "true"),
    ]  # fmt: skip
    (note,) = table(archive, "diary/note.csv")
    assert (note["by"], note["text"]) == ("a-1", "'=of Ana Quill: sciatica")


def test_sessions_are_there_those_that_can_be_brought_back_too(store: Store, life: Life) -> None:
    later = begin(store, 5, person_id=life.person_id)
    store.delete(later.id)
    archive = exported(store, life.person_id)
    assert [session["id"] for session in told(archive)["sessions"]] == [later.id, life.session_id]
    assert [event["kind"] for event in told(archive)["sessions"][1]["events"]] == ["repetition", "repetition"]
    rows = table(archive, "sessions.csv")
    assert tuple(rows[0]) == SESSION_COLUMNS
    assert [(row["session"], row["height_cm"]) for row in rows] == [(later.id, ""), (life.session_id, "174")]
    repetitions = table(archive, "repetitions.csv")
    assert tuple(repetitions[0]) == COLUMNS
    assert [row["number"] for row in repetitions] == ["", "1", "2"]
    signals = table(archive, f"signals/{life.session_id}.csv")
    assert [row["time_s"] for row in signals] == [f"{time_s:.3f}" for time_s in make_signals().time_s]
    assert "raised_hand" not in signals[0]
    assert float(signals[3]["hip_rise_cm"]) == pytest.approx(make_signals()["hip_rise_cm"][3], rel=1e-5)


def test_nothing_of_anybody_else_is_in_it(store: Store, life: Life) -> None:
    other = live(store, "Bo Marsh")
    archive = exported(store, life.person_id)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    for theirs in (other.person_id, other.session_id, other.account.id, "Bo Marsh"):
        assert theirs.encode() not in everything
        assert not any(theirs in name for name in archive.namelist())


def test_both_languages_are_in_the_readme_and_every_part_is_named(store: Store, life: Life) -> None:
    readme = exported(store, life.person_id).read("README.txt").decode()
    assert "made on 2026-03-02" in readme
    assert "生成于 2026-03-02" in readme
    for part in ("person.json", "diary/", "sessions.csv", "repetitions.csv", "signals/", "recordings/"):
        assert readme.count(part) == 2


def test_an_empty_record_can_be_exported(store: Store) -> None:
    archive = exported(store, SELF)
    found = told(archive)
    assert (found["account"], found["therapists"], found["diary"], found["sessions"]) == (None, [], [], [])
    assert table(archive, "repetitions.csv") == []


def test_it_is_in_the_audit_who_exported_whom(store: Store, life: Life) -> None:
    exported(store, life.person_id, by="a-1")
    (entry,) = Audit(store).entries(limit=1)
    assert (entry.action, entry.actor, entry.subject, entry.at) == ("exported", "a-1", life.person_id, NOW)


def test_of_nobody_there_is_nothing_to_export(store: Store) -> None:
    with pytest.raises(InputError, match="there is no such person"):
        exported(store, "nobody")
    assert Audit(store).entries() == ()


def test_no_file_from_elsewhere_gets_in(store: Store, life: Life, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("not for you")
    kept = tmp_path / "recordings"
    kept.mkdir()
    (kept / "clip.mp4").write_bytes(b"mine")
    for name in ("../secret.txt", str(tmp_path / "secret.txt"), "missing.mp4", "clip.mp4"):
        row = begin(store, person_id=life.person_id)
        store.finish(row.id, {}, kept_file=name)
    names = exported(store, life.person_id, kept_dir=kept).namelist()
    assert [name for name in names if name.startswith("recordings")] == ["recordings/clip.mp4"]


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""), (True, "true"), (False, "false"), (3, "3"), (-3, "-3"), (0.25, "0.25"), ("+1", "'+1"),
        ("@x", "'@x"), (["a"], '["a"]'), ({"zh": "痛"}, '{"zh":"痛"}'), ("a,b\n", "a,b\n"),
    ],
)  # fmt: skip
def test_values_are_cells(value: object, cell: str) -> None:
    entry = {"number": 1, "day": "2026-03-01", "at": "", "by": None, "withdrawn": False, "data": {"=x": value}}
    (row,) = csv.DictReader(io.StringIO(diary_csv([entry]).decode("utf-8-sig"), newline=""))
    assert row["'=x"] == cell
