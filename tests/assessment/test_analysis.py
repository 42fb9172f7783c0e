import json

import pytest
from tests.analyses import make_analysis

from openlumbar.assessment.events import Verdict

KEYS = [
    "openlumbar", "exercise", "level", "source", "judged", "reasons", "counts", "repetitions", "faults", "remarks",
    "loads",
]  # fmt: skip
REPETITION_KEYS = {
    "start_s", "peak_s", "end_s", "side", "hold_s", "hip_rise_cm", "trunk_angle_deg", "trunk_yaw_deg",
    "raised_hand", "counted", "faults", "interval90", "loads",
}  # fmt: skip


def test_the_result_has_the_contracts_shape_and_is_json() -> None:
    result = make_analysis(faults={1: ("short_hold",)}).to_json()
    assert list(result) == KEYS
    assert result["exercise"] == "bridge"
    assert set(result["source"]) == {"name", "sha256", "frames", "fps", "duration_s"}
    assert all(set(repetition) == REPETITION_KEYS for repetition in result["repetitions"])
    assert json.loads(json.dumps(result, allow_nan=False)) == result


def test_attempts_are_listed_and_not_counted() -> None:
    result = make_analysis(peaks=(10.0, 4.0, 9.0)).to_json()
    assert result["counts"] == {"repetitions": 2, "left": None, "right": None}
    assert [repetition["counted"] for repetition in result["repetitions"]] == [True, False, True]


def test_sides_are_counted_apart() -> None:
    analysis = make_analysis(peaks=(22.0, -21.0, 24.0, -5.0), slug="cross-twist")
    assert analysis.counts == {"repetitions": 3, "left": 2, "right": 1}


def test_faults_are_summed_up_in_the_cards_order() -> None:
    marked = {2: ("low_rise", "over_arched"), 3: ("low_rise",), 4: ("short_hold",)}
    analysis = make_analysis(faults=marked)
    order = [rule.code for rule in sorted(analysis.card.faults, key=lambda rule: rule.priority)]
    codes = [fault.code for fault in analysis.faults]
    assert codes == [code for code in order if code in {"low_rise", "over_arched", "short_hold"}]
    counts = {fault.code: (fault.count, fault.first_s) for fault in analysis.faults}
    assert counts["low_rise"] == (2, analysis.repetitions[1].peak_s)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_messages_are_in_the_language_asked_for(language: str) -> None:
    refused = make_analysis(verdict=Verdict(False, ("wrong_view", "too_short")), faults={1: ("low_rise",)})
    result = refused.to_json(language)  # type: ignore[arg-type]
    assert result["judged"] is False
    assert [reason["code"] for reason in result["reasons"]] == ["wrong_view", "too_short"]
    told = [entry["message"] for entry in (*result["reasons"], *result["faults"])]
    assert all(told)
    assert all(any("一" <= letter <= "鿿" for letter in text) == (language == "zh") for text in told)
