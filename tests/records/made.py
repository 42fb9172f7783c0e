"""Things to record, made by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from openlumbar.assessment.events import Repetition
from openlumbar.kinematics.signals import SIGNAL_NAMES, Signals
from openlumbar.records.replay import repetition_data
from openlumbar.records.store import EventRow, SessionRow, Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def begin(store: Store, minute: int = 0, **values: Any) -> SessionRow:
    """Begin a session of the bridge some minutes after noon."""
    given = {"exercise": "bridge", "level": "L2", "source": "camera", "language": "en"} | values
    return store.create(started_at=NOON + timedelta(minutes=minute), **given)


def make_repetition(start_s: float = 1.0, **values: Any) -> Repetition:
    """Make a repetition of the bridge."""
    given: dict[str, Any] = {"peak_s": start_s + 1, "end_s": start_s + 2, "counted": True, "hip_rise_cm": 10.4}
    return Repetition(start_s=start_s, **given | {"interval90": {"hip_rise_cm": (9.1, 11.8)}} | values)


def repetition_event(number: int, repetition: Repetition | None = None) -> EventRow:
    """Make the event that stores a repetition."""
    repetition = repetition or make_repetition(float(number))
    return EventRow(number, repetition.end_s, "repetition", repetition_data(repetition))


def make_signals(start_s: float = 0.0, moments: int = 10) -> Signals:
    """Make signals ten times a second: each a ramp of its own, the raised hand never known."""
    time_s = start_s + np.arange(moments) / 10
    values = {name: np.float32(index + time_s).astype(np.float64) for index, name in enumerate(SIGNAL_NAMES)}
    return Signals(time_s, values | {"raised_hand": np.full(moments, np.nan)})
