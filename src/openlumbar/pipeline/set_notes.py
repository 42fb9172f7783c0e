"""What the diary keeps of a session that the coach led: its sets, and the pain that was told during them."""

from collections.abc import Sequence

from openlumbar.cards import exercise, exercise_slugs
from openlumbar.care.day_record import form_score
from openlumbar.care.pain import Pain
from openlumbar.coaching.plan import prescribed
from openlumbar.pipeline.care import CareDesk, SetDone
from openlumbar.records.replay import REPETITION, repetition_of
from openlumbar.records.store import EventRow, SessionRow, Store


def note_session(store: Store, desk: CareDesk, row: SessionRow) -> None:
    """Write a session that has ended into its person's diary; nobody exercised in a simulated one."""
    if row.source != "camera" or row.exercise not in exercise_slugs():
        return
    events = store.events(row.id)
    alone = bool(row.plan.get("alone"))
    desk.note_session(row.person_id, row.id, sets_led(row, events), pains_told(events), alone=alone)


def sets_led(row: SessionRow, events: Sequence[EventRow]) -> tuple[SetDone, ...]:
    """Return the sets of a session that was led; a set in which nothing counted is none."""
    level = prescribed(exercise(row.exercise).level(row.level), row.plan.get("repetitions"), row.plan.get("hold_s"))
    repetitions = [repetition_of(event.data) for event in events if event.kind == REPETITION]
    score = form_score(repetitions)
    counts = _counts(events, per_side=level.dose.per_side)
    return tuple(
        SetDone(row.exercise, level.id, count, level.dose.repetitions, "coach", score, row.id)
        for count in counts
        if count
    )


def pains_told(events: Sequence[EventRow]) -> tuple[Pain, ...]:
    """Return the pain that was told to the coach."""
    return tuple(Pain(event.data["back"], event.data["leg"]) for event in events if event.kind == "pain")


def _counts(events: Sequence[EventRow], *, per_side: bool) -> list[int]:
    """Count each set's repetitions, of the lesser side where both are asked for; a rest ends a set."""
    sets: list[list[str | None]] = [[]]
    for event in events:
        if event.kind == "stage" and event.data.get("stage") == "rest":
            sets.append([])
        elif event.kind == REPETITION and event.data.get("counted"):
            sets[-1].append(event.data.get("side"))
    return [min(done.count("left"), done.count("right")) if per_side else len(done) for done in sets]
