"""What the diary keeps of a session that the coach led: its sets with their load, and the pain told in them."""

from collections.abc import Iterable, Sequence

from openlumbar.cards import exercise, exercise_slugs
from openlumbar.care.day_record import form_score
from openlumbar.care.pain import Pain
from openlumbar.coaching.plan import prescribed
from openlumbar.mechanics import LoadSeries
from openlumbar.pipeline.care import CareDesk, SetDone
from openlumbar.pipeline.set_loads import session_series, set_load
from openlumbar.records.replay import REPETITION, repetition_of
from openlumbar.records.store import EventRow, SessionRow, Store


def note_session(store: Store, desk: CareDesk, row: SessionRow) -> None:
    """Write a session that has ended into its person's diary; nobody exercised in a simulated one."""
    if row.source != "camera" or row.exercise not in exercise_slugs():
        return
    events = store.events(row.id)
    alone = bool(row.plan.get("alone"))
    series = session_series(store.signals(row.id), row.exercise, row.physique)
    desk.note_session(row.person_id, row.id, sets_led(row, events, series), pains_told(events), alone=alone)


def sets_led(row: SessionRow, events: Sequence[EventRow], series: LoadSeries | None = None) -> tuple[SetDone, ...]:
    """Return the sets of a session that was led; one in which nothing counted is none, unless stopped for the load."""
    level = prescribed(exercise(row.exercise).level(row.level), row.plan.get("repetitions"), row.plan.get("hold_s"))
    repetitions = [repetition_of(event.data) for event in events if event.kind == REPETITION]
    score = form_score(repetitions)
    found = [(_count(done, per_side=level.dose.per_side), set_load(done, series)) for done in _sets(events)]
    return tuple(
        SetDone(row.exercise, level.id, count, level.dose.repetitions, "coach", score, row.id, load)
        for count, load in found
        if count or (load is not None and load.stops)
    )


def pains_told(events: Sequence[EventRow]) -> tuple[Pain, ...]:
    """Return the pain that was told to the coach."""
    return tuple(Pain(event.data["back"], event.data["leg"]) for event in events if event.kind == "pain")


def _sets(events: Iterable[EventRow]) -> list[list[EventRow]]:
    """Part the events by sets; a rest ends a set, and belongs to it."""
    sets: list[list[EventRow]] = [[]]
    for event in events:
        sets[-1].append(event)
        if event.kind == "stage" and event.data.get("stage") == "rest":
            sets.append([])
    return sets


def _count(events: Iterable[EventRow], *, per_side: bool) -> int:
    """Count a set's repetitions, of the lesser side where both are asked for."""
    done = [event.data.get("side") for event in events if event.kind == REPETITION and event.data.get("counted")]
    return min(done.count("left"), done.count("right")) if per_side else len(done)
