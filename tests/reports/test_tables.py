import csv
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from analyses import make_analysis
from openlumbar.reports.tables import write_repetitions_csv, write_result_json, write_signals_csv


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_signals_have_a_column_each_and_an_empty_cell_where_invalid(tmp_path: Path) -> None:
    signals = make_analysis().signals
    signals.values["hip_rise_cm"][5] = math.nan
    write_signals_csv(signals, tmp_path / "signals.csv")
    rows = read_csv(tmp_path / "signals.csv")
    assert list(rows[0]) == ["time_s", *signals.values]
    assert len(rows) == len(signals)
    assert rows[5]["hip_rise_cm"] == ""
    read_back = np.array([float(row["hip_rise_cm"] or "nan") for row in rows])
    np.testing.assert_allclose(read_back, signals["hip_rise_cm"], rtol=1e-5)
    np.testing.assert_allclose([float(row["time_s"]) for row in rows], signals.time_s, atol=1e-6)


def test_repetitions_carry_the_fields_of_the_contract_and_their_intervals(tmp_path: Path) -> None:
    analysis = make_analysis(faults={2: ("short_hold", "fast_lowering")})
    write_repetitions_csv(analysis, tmp_path / "repetitions.csv")
    rows = read_csv(tmp_path / "repetitions.csv")
    assert [row["counted"] for row in rows] == ["true", "true", "false", "true"]
    assert rows[0]["hip_rise_cm"] == "10"
    assert (rows[0]["hip_rise_cm_low90"], rows[0]["hip_rise_cm_high90"]) == ("9", "11")
    assert rows[0]["trunk_yaw_deg"] == rows[0]["side"] == rows[0]["hold_s_low90"] == ""
    assert rows[1]["faults"] == "short_hold;fast_lowering"
    assert set(analysis.to_json()["repetitions"][0]) - {"interval90"} <= set(rows[0])


def test_no_repetition_leaves_the_header(tmp_path: Path) -> None:
    write_repetitions_csv(replace(make_analysis(), repetitions=()), tmp_path / "repetitions.csv")
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
