"""Analyses and the record: what of an analysis is kept, and the analysis of a session that is in the record.

A session that the coach led and a recording that was given come back as the same kind of analysis.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, get_args

import numpy as np

from openlumbar.assessment.analysis import Analysis, Source
from openlumbar.assessment.events import Verdict
from openlumbar.assessment.loads import SessionLoads
from openlumbar.cards import Card, Level, ReasonCode, exercise, exercise_slugs
from openlumbar.coaching.plan import prescribed
from openlumbar.kinematics.signals import Signals
from openlumbar.pipeline.loads import with_loads
from openlumbar.records.export import LoadsOf
from openlumbar.records.replay import repetition_data, repetitions_of
from openlumbar.records.store import EventRow, SessionRow, Store

KEPT_EVERY_S = 0.1
"""Signals are kept ten times a second: enough for a picture of the movement."""

_REASONS = frozenset(get_args(ReasonCode))


def thinned(signals: Signals, every_s: float = KEPT_EVERY_S) -> Signals:
    """Keep the first sample of each stretch of `every_s` seconds."""
    if not len(signals):
        return signals
    stretch = np.floor((signals.time_s - signals.time_s[0]) / every_s + 1e-6)
    kept = np.flatnonzero(np.diff(stretch, prepend=-1.0))
    return Signals(signals.time_s[kept], {name: value[kept] for name, value in signals.values.items()})


def events_of(analysis: Analysis) -> list[EventRow]:
    """Return the events that the record keeps of a recording: its repetitions."""
    return [
        EventRow(number, repetition.end_s, "repetition", {"number": number + 1, **repetition_data(repetition)})
        for number, repetition in enumerate(analysis.repetitions)
    ]


def outcome_of(analysis: Analysis) -> dict[str, Any]:
    """Return what the record keeps as a recording's outcome."""
    source = analysis.source
    return {
        "judged": analysis.judged,
        "reasons": list(analysis.verdict.reasons),
        "counts": dict(analysis.counts),
        "recording": {
            "sha256": source.sha256,
            "frames": source.frames,
            "fps": source.fps,
            "duration_s": source.duration_s,
        },
        "remarks": list(analysis.remarks),
    }


def analysis_of(store: Store, session_id: str) -> Analysis | None:
    """Return the analysis of a session, as far as it is in the record; None when there is nothing to show.

    What the coach led is judged when it has a repetition; a recording as its analysis said. The loads are computed
    again, from the signals that were kept.
    """
    row = store.session(session_id)
    if row is None or row.deleted_at is not None or (row.source == "upload" and not _is_analyzed(row)):
        return None
    card = exercise(row.exercise) if row.exercise in exercise_slugs() else None
    if card is None or row.level not in {level.id for level in card.levels}:
        return None  # of an exercise that no longer ships
    events, signals = store.events(session_id), store.signals(session_id)
    if row.source == "upload":
        found = _recorded(row, card, events, signals)
    else:
        level = prescribed(card.level(row.level), row.plan.get("repetitions"), row.plan.get("hold_s"))
        found = _led(level, card, events, signals)
    return with_loads(found, row.physique)


def loads_in(store: Store) -> LoadsOf:
    """Return what tells an export the loads of a session of this store."""

    def loads_of(row: SessionRow) -> SessionLoads | None:
        found = analysis_of(store, row.id)
        return found.loads if found else None

    return loads_of


def _is_analyzed(row: SessionRow) -> bool:
    return row.state == "done" and "recording" in (row.outcome or {})


def _recorded(row: SessionRow, card: Card, events: Sequence[EventRow], signals: Signals) -> Analysis:
    outcome: Mapping[str, Any] = row.outcome or {}
    file = outcome["recording"]
    reasons = tuple(code for code in outcome["reasons"] if code in _REASONS)
    return Analysis(
        card=card,
        level=card.level(row.level),
        source=Source(row.name or "", file["sha256"], file["frames"], file["fps"], file["duration_s"]),
        verdict=Verdict(outcome["judged"], reasons),
        repetitions=repetitions_of(events),
        signals=signals,
        remarks=tuple(outcome["remarks"]),
    )


def _led(level: Level, card: Card, events: Sequence[EventRow], signals: Signals) -> Analysis:
    repetitions = repetitions_of(events)
    spans = _exercised(events, signals)
    return Analysis(
        card=card,
        level=level,
        source=Source("", "", 0, 0.0, sum(stop - start for start, stop in spans)),
        verdict=Verdict(judged=True) if repetitions else Verdict(judged=False, reasons=("no_repetitions",)),
        repetitions=repetitions,
        signals=_within(signals, spans),
    )


def _exercised(events: Sequence[EventRow], signals: Signals) -> list[tuple[float, float]]:
    """Find from when to when the coach counted; without any word of it, all the time that was recorded."""
    if not len(signals):
        return []
    last_s = float(signals.time_s[-1])
    stages = [(event.time_s, str(event.data.get("stage"))) for event in events if event.kind == "stage"]
    spans = [
        (start_s, stop_s) for (start_s, stage), (stop_s, _) in pairwise([*stages, (last_s, "")]) if stage == "exercise"
    ]
    return spans or [(float(signals.time_s[0]), last_s)]


def _within(signals: Signals, spans: Sequence[tuple[float, float]]) -> Signals:
    """Keep the samples that lie within the spans."""
    kept = np.zeros(len(signals), dtype=np.bool_)
    for start_s, stop_s in spans:
        kept |= (signals.time_s >= start_s) & (signals.time_s <= stop_s)
    return Signals(signals.time_s[kept], {name: value[kept] for name, value in signals.values.items()})
