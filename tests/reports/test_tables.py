import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analyses import make_analysis
from openlumbar.reports.tables import write_repetitions_csv, write_result_json, write_signals_csv

LOAD_COLUMNS = [
    "l4l5_compression_n", "l4l5_idp_mpa", "relative_to_standing", "relative_to_standing_low90",
    "relative_to_standing_high90",
]  # fmt: skip


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_signals_have_a_column_each_and_an_empty_cell_where_invalid(tmp_path: Path) -> None:
    analysis = make_analysis()
    signals = analysis.signals
    signals.values["hip_rise_cm"][5] = math.nan
    write_signals_csv(analysis, tmp_path / "signals.csv")
    rows = read_csv(tmp_path / "signals.csv")
    assert list(rows[0]) == ["time_s", *signals.values, *LOAD_COLUMNS]
    assert len(rows) == len(signals)
    assert rows[5]["hip_rise_cm"] == ""
    read_back = np.array([float(row["hip_rise_cm"] or "nan") for row in rows])
    np.testing.assert_allclose(read_back, signals["hip_rise_cm"], rtol=1e-5)
    np.testing.assert_allclose([float(row["time_s"]) for row in rows], signals.time_s, atol=1e-6)


def test_the_load_stands_beside_the_signals(tmp_path: Path) -> None:
    analysis = make_analysis()
    assert analysis.loads is not None
    write_signals_csv(analysis, tmp_path / "signals.csv")
    rows = read_csv(tmp_path / "signals.csv")
    highest = max(rows, key=lambda row: float(row["relative_to_standing"]))
    told = [float(highest[name]) for name in LOAD_COLUMNS]
    peak = analysis.loads.whole
    expected = [peak.l4l5_compression_n.value, peak.l4l5_idp_mpa.value, *peak.relative_to_standing]
    np.testing.assert_allclose(told, expected, rtol=1e-5)
    write_signals_csv(replace(analysis, loads=None), tmp_path / "signals.csv")
    assert {row[name] for row in read_csv(tmp_path / "signals.csv") for name in LOAD_COLUMNS} == {""}


def test_each_repetition_has_its_load(tmp_path: Path) -> None:
    analysis = make_analysis()
    write_repetitions_csv(analysis, tmp_path / "repetitions.csv")
    rows = read_csv(tmp_path / "repetitions.csv")
    for row, loads in zip(rows, analysis.repetition_loads, strict=True):
        assert loads is not None
        assert list(row)[-3:] == ["standing_minutes", "standing_minutes_low90", "standing_minutes_high90"]
        told = [float(cell) for cell in list(row.values())[-3:]]
        np.testing.assert_allclose(told, loads.standing_minutes, rtol=1e-5)
        assert float(row["relative_to_standing"]) == pytest.approx(loads.relative_to_standing.value, rel=1e-5)
    write_repetitions_csv(replace(analysis, loads=None), tmp_path / "repetitions.csv")
    assert {row["relative_to_standing_low90"] for row in read_csv(tmp_path / "repetitions.csv")} == {""}


def test_repetitions_carry_the_fields_of_the_contract_and_their_intervals(tmp_path: Path) -> None:
    analysis = make_analysis(faults={2: ("short_hold", "fast_lowering")})
    write_repetitions_csv(analysis, tmp_path / "repetitions.csv")
    rows = read_csv(tmp_path / "repetitions.csv")
    assert [row["counted"] for row in rows] == ["true", "true", "false", "true"]
    assert rows[0]["hip_rise_cm"] == "10"
    assert (rows[0]["hip_rise_cm_low90"], rows[0]["hip_rise_cm_high90"]) == ("9", "11")
    assert rows[0]["trunk_yaw_deg"] == rows[0]["side"] == rows[0]["hold_s_low90"] == ""
    assert rows[1]["faults"] == "short_hold;fast_lowering"
    assert set(analysis.to_json()["repetitions"][0]) - {"interval90", "loads"} <= set(rows[0])


def test_no_repetition_leaves_the_header(tmp_path: Path) -> None:
    write_repetitions_csv(replace(make_analysis(), repetitions=(), loads=None), tmp_path / "repetitions.csv")
    assert (tmp_path / "repetitions.csv").read_text().startswith("number,start_s,")
    assert read_csv(tmp_path / "repetitions.csv") == []


def test_the_result_is_the_contracts_object(tmp_path: Path) -> None:
    analysis = make_analysis(name="片段.mp4")
    write_result_json(analysis, tmp_path / "result.json")
    text = (tmp_path / "result.json").read_text(encoding="utf-8")
    assert json.loads(text) == analysis.to_json()
    assert "片段.mp4" in text


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "result.json"
    path.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space"):
        write_result_json(make_analysis(), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]
