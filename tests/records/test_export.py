import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from analyses import make_analysis
from openlumbar import __version__
from openlumbar.errors import InputError
from openlumbar.kinematics.signals import SIGNAL_NAMES
from openlumbar.physique import Physique
from openlumbar.records.export import COLUMNS, export_csv, export_json
from openlumbar.records.replay import repetitions_of
from openlumbar.records.store import EventRow, Store
from openlumbar.records.tables import METADATA
from records.made import NOON, begin, make_repetition, make_signals, repetition_event


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_json_holds_everything_and_can_be_read_back(store: Store) -> None:
    physique = Physique(height_cm=174, weight_kg=72, sex="male", age=45)
    row = begin(store, 1, language="zh", name="片段.mp4", physique=physique, plan={"sets": 2})
    events = [EventRow(0, 0.5, "stage", {"stage": "ready"}), repetition_event(1)]
    store.append(row.id, [*events, EventRow(2, 3.0, "memory", {"page": "only for the coach"})], [make_signals()])
    store.finish(row.id, {"judged": True, "reasons": []}, NOON)
    other = begin(store, 0)
    text = json.dumps(export_json(store, with_signals=True), allow_nan=False)
    found = json.loads(text)
    assert (found["openlumbar"], found["format"]) == (__version__, 1)
    first, second = found["sessions"]
    assert (first["id"], second["id"]) == (row.id, other.id)
    assert first["started_at"] == "2026-03-01T12:01:00+00:00"
    assert first["ended_at"] == "2026-03-01T12:00:00+00:00"
    assert second["ended_at"] is None
    assert {name: first[name] for name in ("height_cm", "sex", "age", "plan", "name", "state")} == {
        "height_cm": 174, "sex": "male", "age": 45, "plan": {"sets": 2}, "name": "片段.mp4", "state": "done",
    }  # fmt: skip
    assert first["outcome"] == {"judged": True, "reasons": []}
    assert [event["kind"] for event in first["events"]] == ["stage", "repetition"]
    assert repetitions_of(EventRow(**event) for event in first["events"]) == (make_repetition(1.0),)
    assert list(first["signals"]) == ["time_s", *SIGNAL_NAMES]
    assert first["signals"]["hip_rise_cm"] == make_signals()["hip_rise_cm"].tolist()
    assert first["signals"]["raised_hand"] == [None] * 10
    assert "signals" not in export_json(store)["sessions"][0]


def test_loads_are_told_by_what_the_export_is_given(store: Store) -> None:
    loads = make_analysis(peaks=(10.0, 4.0)).loads
    assert loads is not None
    row = begin(store, 0)
    store.append(row.id, [repetition_event(0), repetition_event(1, make_repetition(5.0))])
    (told,) = export_json(store, loads_of=lambda _: loads)["sessions"]
    assert told["loads"] == loads.to_json()
    assert "loads" not in export_json(store)["sessions"][0]
    rows = read_csv(export_csv(store, loads_of=lambda _: loads))
    for cells, done in zip(rows, loads.repetitions, strict=True):
        assert done is not None
        ends = [float(cells[f"relative_to_standing{end}"]) for end in ("", "_low90", "_high90")]
        assert ends == pytest.approx(done.relative_to_standing, rel=1e-5)


def test_the_table_has_a_row_for_each_repetition(store: Store) -> None:
    row = begin(store, 1, physique=Physique(height_cm=174, sex="male", age=45.5))
    turned = make_repetition(5.0, side="left", trunk_yaw_deg=-3.14159265, raised_hand="both", counted=False)
    late = make_repetition(9.0, faults=("short_hold", "low_rise"), hold_s=float("nan"))
    store.append(row.id, [repetition_event(0), repetition_event(1, turned), repetition_event(2, late)])
    store.finish(row.id, {"judged": True, "reasons": []}, NOON)
    content = export_csv(store)
    assert content.startswith(b"\xef\xbb\xbfsession,exercise,level,")
    rows = read_csv(content)
    assert tuple(rows[0]) == COLUMNS
    assert [row["number"] for row in rows] == ["1", "2", "3"]
    assert {row["session"] for row in rows} == {row.id}
    told = {name: rows[1][name] for name in ("started_at_utc", "height_cm", "weight_kg", "sex", "age_years", "judged")}
    assert told == {
        "started_at_utc": "2026-03-01 12:01:00", "height_cm": "174", "weight_kg": "", "sex": "male",
        "age_years": "45.5", "judged": "true",
    }  # fmt: skip
    repetition = {name: rows[1][name] for name in ("start_s", "side", "trunk_yaw_deg", "raised_hand", "counted")}
    assert repetition == {
        "start_s": "5.000", "side": "left", "trunk_yaw_deg": "-3.14159", "raised_hand": "both", "counted": "false",
    }  # fmt: skip
    assert (rows[0]["hip_rise_cm_low90"], rows[0]["hip_rise_cm_high90"], rows[0]["hold_s_low90"]) == ("9.1", "11.8", "")
    assert (rows[2]["faults"], rows[2]["hold_s"]) == ("short_hold;low_rise", "")


def test_a_session_without_repetitions_has_one_row(store: Store) -> None:
    row = begin(store, name="片段.mp4", source="upload")
    store.finish(row.id, {"judged": False, "reasons": ["no_person", "too_short"]})
    (told,) = read_csv(export_csv(store))
    assert (told["name"], told["judged"], told["reasons"]) == ("片段.mp4", "false", "no_person;too_short")
    assert {told[name] for name in COLUMNS[COLUMNS.index("number") :]} == {""}


def test_no_session_leaves_the_header(store: Store) -> None:
    assert export_csv(store).decode("utf-8-sig") == ",".join(COLUMNS) + "\r\n"
    assert export_json(store)["sessions"] == []


@pytest.mark.parametrize(
    "name",
    ["=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠x", "\t=1", "\r=1", "\n=1", " =1", "\u3000=1", "\tx"],
)
def test_no_name_becomes_a_formula(store: Store, name: str) -> None:
    begin(store, name=name)
    (told,) = read_csv(export_csv(store))
    assert told["name"] == f"'{name}"


def test_a_harmless_name_is_left_as_it_is_however_odd(store: Store) -> None:
    begin(store, name='a, "b"\nc; =d')
    (told,) = read_csv(export_csv(store))
    assert told["name"] == 'a, "b"\nc; =d'


@pytest.mark.parametrize("export", [export_json, export_csv])
def test_only_the_sessions_asked_for_are_exported(store: Store, export: Any) -> None:
    rows = [begin(store, minute) for minute in (0, 2, 1)]
    store.delete(rows[2].id)
    exported = export(store, [rows[0].id, rows[1].id, rows[0].id])
    if isinstance(exported, bytes):
        ids = [row["session"] for row in read_csv(exported)]
    else:
        ids = [told["id"] for told in exported["sessions"]]
    assert ids == [rows[1].id, rows[0].id]
    for id_ in (rows[2].id, "nobody"):
        with pytest.raises(InputError, match=f"{id_}: there is no such session"):
            export(store, [id_])


def test_the_columns_are_documented() -> None:
    for name in COLUMNS:
        stem = name.removesuffix("_low90").removesuffix("_high90")
        assert f"`{stem}`" in (export_csv.__doc__ or "")


def test_the_page_shows_the_columns_and_its_example_runs(
    file_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (Path(__file__).parents[2] / "docs" / "records.md").read_text(encoding="utf-8")
    columns = page.split("The columns of the CSV")[1].split("From `number`")[0]
    assert tuple(re.findall(r"`(\w+)`", columns)) == COLUMNS
    monkeypatch.chdir(tmp_path)
    given: dict[str, Any] = {}
    for example in re.findall(r"```python\n(.*?)```", page, re.DOTALL):
        exec(compile(example, "docs/records.md", "exec"), given)  # noqa: S102 - it is our own page
    assert given["everything"]["sessions"] == []
    assert (tmp_path / "repetitions.csv").read_bytes() == export_csv(file_store)


def test_the_page_names_every_table() -> None:
    page = (Path(__file__).parents[2] / "docs" / "records.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE) == list(METADATA.tables)
