"""Sessions of the made clinic: sets that the coach led, as the record keeps them, with all that happened in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

import numpy as np

from openlumbar.assessment.events import Repetition
from openlumbar.cards import exercise
from openlumbar.kinematics.signals import Signals
from openlumbar.physique import Physique
from openlumbar.records.replay import MEMORY, REPETITION, repetition_data
from openlumbar.records.store import EventRow

_REPETITION_S, _SET_UP_S = 6.0, 12.0
_SIGNALS_EVERY_S = 0.1


@dataclass(frozen=True)
class LedSession:
    """One session as it is to be kept."""

    exercise: str
    level: str
    started_at: datetime
    ended_at: datetime
    plan: dict[str, Any]
    physique: Physique
    events: tuple[EventRow, ...]
    signals: Signals | None
    outcome: dict[str, Any]


def led_session(
    slug: str, level: str, repetitions: int, started_at: datetime, body: Physique, chance: Random, *, signals: bool
) -> LedSession:
    """Make a session of one set, with its repetitions and, if asked for, its signals."""
    done = [_repetition(slug, number, chance) for number in range(max(repetitions, 1))]
    counted = sum(each.counted for each in done)
    pain = {"back": chance.randint(0, 3), "leg": 0, "zone": "green"}
    ends_s = done[-1].end_s + 5.0
    return LedSession(
        exercise=slug,
        level=level,
        started_at=started_at,
        ended_at=started_at + timedelta(seconds=ends_s),
        plan={"sets": 1, "pain_before": {"back": 1, "leg": 0}},
        physique=body,
        events=tuple(_numbered(_happened(done, ends_s, pain))),
        signals=_signals(slug, done, ends_s) if signals else None,
        outcome={
            "judged": True,
            "reasons": [],
            "counts": {"repetitions": counted},
            "stage": "done",
            "set": 1,
            "stops": 0,
            "pain": pain,
        },
    )


def _repetition(slug: str, number: int, chance: Random) -> Repetition:
    start_s = _SET_UP_S + _REPETITION_S * number
    name: str = exercise(slug).drive.measured_as
    size = round(chance.uniform(*{"hip_rise_cm": (6.0, 14.0)}.get(name, (15.0, 45.0))), 2)
    counted = chance.random() < 0.95
    return Repetition(
        start_s=start_s,
        peak_s=start_s + 2.0,
        end_s=start_s + 5.0,
        counted=counted,
        side=("left", "right")[number % 2] if name == "trunk_yaw_deg" else None,
        hold_s=4.5 if name == "hip_rise_cm" else None,
        faults=() if chance.random() < 0.8 else (exercise(slug).faults[0].code,),
        interval90={name: (0.9 * size, 1.1 * size)},
        hip_rise_cm=size if name == "hip_rise_cm" else None,
        trunk_angle_deg=size if name == "trunk_angle_deg" else None,
        trunk_yaw_deg=size if name == "trunk_yaw_deg" else None,
    )


def _happened(done: Sequence[Repetition], ends_s: float, pain: dict[str, Any]) -> Iterator[tuple[float, str, Any]]:
    """Yield what the coach tells, and beside each what a restarted server would need to know."""
    yield 0.0, "gate", {"outcome": "pass", "answers": ["none_of_these"], "pain": {"back": 1, "leg": 0}}
    score: dict[str, Any] = {"stage": "frame", "reason": None, "set": 1, "count": 0, "counted": 0, "stops": 0}
    told: list[tuple[float, str, dict[str, Any]]] = [(4.0, "stage", {"stage": "frame", "reason": None})]
    told += [(10.0, "stage", {"stage": "exercise", "reason": None})]
    told += [(one.end_s, REPETITION, {"number": number, **repetition_data(one)}) for number, one in enumerate(done, 1)]
    told += [(ends_s - 1, "pain", pain), (ends_s, "stage", {"stage": "done", "reason": None})]
    for time_s, kind, data in sorted(told, key=lambda each: each[0]):
        yield time_s, kind, data
        score |= {"stage": data.get("stage", score["stage"]), "count": data.get("number", score["count"])}
        yield time_s, MEMORY, {"score": dict(score), "page": "page", "offset_s": 0.0, "until_s": time_s}


def _numbered(happened: Iterator[tuple[float, str, Any]]) -> Iterator[EventRow]:
    for number, (time_s, kind, data) in enumerate(happened):
        yield EventRow(number, time_s, kind, data)


def _signals(slug: str, done: Sequence[Repetition], ends_s: float) -> Signals:
    """Make signals that rise and fall with the repetitions."""
    card = exercise(slug)
    time_s = np.arange(0.0, ends_s, _SIGNALS_EVERY_S)
    value = np.zeros_like(time_s)
    for one in done:
        size = float(getattr(one, card.drive.measured_as) or 0.0)
        value += np.interp(time_s, [one.start_s, one.peak_s, one.end_s - 1, one.end_s], [0.0, size, size, 0.0])
    values = {name: np.full_like(time_s, signal.rest) for name, signal in card.case_signals.items()}
    return Signals(time_s, values | dict.fromkeys({card.drive.signal, card.drive.measured_as}, value))
