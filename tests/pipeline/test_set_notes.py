"""What the diary keeps of a session that the coach led."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from diary_people import FIT, Watch
from openlumbar.assessment.events import Repetition
from openlumbar.kinematics.signals import SIGNAL_NAMES, Signals
from openlumbar.pipeline.care import CareDesk
from openlumbar.pipeline.set_notes import note_session
from openlumbar.records.diary import Diary
from openlumbar.records.people import SELF
from openlumbar.records.replay import repetition_data
from openlumbar.records.store import EventRow, SessionRow, Store

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
DONE = Repetition(start_s=0, peak_s=1, end_s=2, side=None, hold_s=3, hip_rise_cm=8, counted=True, faults=())


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "records.sqlite3")
    yield store
    store.close()


@pytest.fixture
def desk(store: Store) -> CareDesk:
    desk = CareDesk(Diary(store), Watch(NOW))
    desk.keep_profile(SELF, FIT)
    return desk


def led(store: Store, *happened: tuple[str, dict[str, Any]], exercise: str = "bridge", **plan: Any) -> SessionRow:
    given = {"sets": 1, "repetitions": 4, "hold_s": 3, "alone": True} | plan
    row = store.create(exercise=exercise, level="L1", source="camera", language="en", plan=given)
    store.append(row.id, [EventRow(number, float(number), kind, data) for number, (kind, data) in enumerate(happened)])
    return row


def seen(side: str | None = None, *, counted: bool = True, faults: tuple[str, ...] = ()) -> tuple[str, dict[str, Any]]:
    return "repetition", repetition_data(replace(DONE, side=side, counted=counted, faults=faults))  # type: ignore[arg-type]


def sets(desk: CareDesk) -> list[dict[str, Any]]:
    return [dict(entry.data) for entry in desk.chart(SELF, alone=True).entries if entry.kind == "set"]


def test_a_set_is_noted_with_its_form_and_what_was_prescribed(store: Store, desk: CareDesk) -> None:
    row = led(store, seen(), seen(), seen(faults=("short_hold",)), seen(counted=False))
    note_session(store, desk, row)
    (noted,) = sets(desk)
    assert noted == {
        "exercise": "bridge", "level": "L1", "repetitions": 3, "prescribed": 4, "form_score": 0.625, "session": row.id,
        "by": "coach", "finished": False, "load": None,
    }  # fmt: skip
    note_session(store, desk, row)
    assert len(sets(desk)) == 1


def test_a_rest_ends_a_set_and_an_empty_one_is_none(store: Store, desk: CareDesk) -> None:
    rest = ("stage", {"stage": "rest", "reason": None})
    note_session(store, desk, led(store, *[seen()] * 4, rest, seen(), rest, sets=3))
    assert [noted["repetitions"] for noted in sets(desk)] == [4, 1]
    assert [noted["finished"] for noted in sets(desk)] == [True, False]


def test_of_two_sides_the_lesser_counts(store: Store, desk: CareDesk) -> None:
    note_session(store, desk, led(store, seen("left"), seen("left"), seen("right"), exercise="cross-twist"))
    assert [noted["repetitions"] for noted in sets(desk)] == [1]


def test_pain_that_was_told_during_the_set_counts(store: Store, desk: CareDesk) -> None:
    note_session(store, desk, led(store, seen(), ("pain", {"back": 7, "leg": 0, "zone": "red"})))
    pains = [entry.data for entry in desk.chart(SELF, alone=True).entries if entry.kind == "pain"]
    assert [(pain["when"], pain["back"]) for pain in pains] == [("during", 7)]
    assert desk.chart(SELF, alone=True).exercise("sit-up").dose.is_rest


def test_nobody_exercised_in_a_simulated_session_or_one_of_an_unknown_exercise(store: Store, desk: CareDesk) -> None:
    row = led(store, seen())
    for other in (replace(row, source="simulated"), replace(row, source="upload"), replace(row, exercise="juggling")):
        note_session(store, desk, other)
    note_session(store, desk, led(store))
    assert sets(desk) == []


def test_a_set_keeps_its_load_and_its_stops(store: Store, desk: CareDesk) -> None:
    rest = ("stage", {"stage": "rest", "reason": None})
    stop = ("stop", {"code": "load_over_limit"})
    kind, data = seen()
    heavy = (kind, data | {"load": 2.1, "load_interval90": [1.7, 2.6]})
    note_session(store, desk, led(store, heavy, stop, rest, stop, rest, seen(), rest, sets=4))
    assert [(noted["repetitions"], noted["load"]) for noted in sets(desk)] == [
        (1, {"peak": 2.1, "low": 1.7, "high": 2.6, "standing_minutes": None, "stops": 1}),
        (0, {"peak": None, "low": None, "high": None, "standing_minutes": None, "stops": 1}),
        (1, None),
    ]
    (today,) = desk.chart(SELF, alone=True).history
    assert (today.work["bridge"].load_stops, today.work["bridge"].repetitions) == (2, 2)


def test_a_set_keeps_what_the_recorded_signals_tell(store: Store, desk: CareDesk) -> None:
    row = led(store, ("stage", {"stage": "exercise", "reason": None}), seen())
    time_s = np.arange(600) / 10
    still = {name: np.zeros(len(time_s)) for name in SIGNAL_NAMES}
    store.append(row.id, signals=[Signals(time_s, still)])
    note_session(store, desk, row)
    (noted,) = sets(desk)
    load = noted["load"]
    assert load["low"] < load["peak"] < load["high"]
    assert load["standing_minutes"] == pytest.approx(load["peak"] * 59.9 / 60, abs=0.02)
