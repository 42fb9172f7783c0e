import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyses import make_analysis
from openlumbar.assessment.events import Repetition
from openlumbar.errors import InputError
from openlumbar.records.replay import repetition_data, repetition_of, repetitions_of
from openlumbar.records.store import EventRow, Store
from records.made import begin, make_repetition, repetition_event

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text(st.characters(codec="utf-8"), max_size=12)
REPETITIONS = st.builds(
    Repetition,
    start_s=NUMBERS,
    peak_s=NUMBERS,
    end_s=NUMBERS,
    counted=st.booleans(),
    side=st.sampled_from([None, "left", "right"]),
    hold_s=st.none() | NUMBERS,
    hip_rise_cm=st.none() | NUMBERS,
    trunk_angle_deg=st.none() | NUMBERS,
    trunk_yaw_deg=st.none() | NUMBERS,
    raised_hand=st.sampled_from([None, "left", "right", "both", "none"]),
    faults=st.lists(NAMES).map(tuple),
    interval90=st.dictionaries(NAMES, st.tuples(NUMBERS, NUMBERS)),
    measures=st.dictionaries(NAMES, NUMBERS | st.just(math.nan)),
)


@settings(deadline=None, derandomize=True)
@given(REPETITIONS)
def test_a_repetition_survives_json_to_the_last_digit(repetition: Repetition) -> None:
    stored = json.dumps(repetition_data(repetition), allow_nan=False)
    found = repetition_of(json.loads(stored))
    assert repr(found) == repr(repetition)  # as text, for NaN is not equal to itself


def test_the_names_are_those_of_the_result() -> None:
    (told, *_) = make_analysis().to_json()["repetitions"]
    told.pop("loads", None)  # computed anew from the signals, never stored
    assert list(repetition_data(make_repetition())) == [*_in_order(told), "measures"]


def _in_order(told: dict[str, Any]) -> list[str]:
    order = list(Repetition.__dataclass_fields__)
    return sorted(told, key=order.index)


def test_a_repetition_of_the_result_can_be_read_too() -> None:
    analysis = make_analysis(faults={1: ("short_hold",)})
    result = analysis.to_json()["repetitions"]
    kept = [{name: value for name, value in told.items() if name != "loads"} for told in result]
    assert [repetition_data(repetition_of(told)) for told in result] == [told | {"measures": {}} for told in kept]


def test_fields_that_it_does_not_have_are_passed_over() -> None:
    data = {"number": 3, "say": "Three", "value": 10.4, **repetition_data(make_repetition())}
    assert repetition_of(data) == make_repetition()


def test_repetitions_are_picked_out_of_the_events(store: Store) -> None:
    row = begin(store)
    store.append(row.id, [EventRow(0, 0.5, "stage", {"stage": "ready"}), repetition_event(1), repetition_event(2)])
    assert repetitions_of(store.events(row.id)) == (make_repetition(1.0), make_repetition(2.0))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start_s": None}, "start_s"),
        ({"side": "up"}, "side"),
        ({"interval90": {"hip_rise_cm": [1.0]}}, r"interval90.hip_rise_cm.1"),
        ({"measures": {"peak": "high"}}, "peak"),
        ({"measures": 4}, "measures"),
    ],
)
def test_a_damaged_repetition_names_the_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError, match=f"a stored repetition: its field '{field}"):
        repetition_of(repetition_data(make_repetition()) | change)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(InputError, match="its field 'end_s' is wrong"):
        repetition_of({"start_s": 1.0, "peak_s": 2.0, "counted": True})
