"""What the pages tell of a session beside its article: a line in the history, and how it felt."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openlumbar.cards import Language, exercise, exercise_slugs
from openlumbar.care.pain import Pain, Zone
from openlumbar.records.replay import MEMORY, REPETITION
from openlumbar.records.store import SessionRow, Store


@dataclass(frozen=True)
class Entry:
    """A session in a line; `name` is the exercise's in the reader's language, None when it is not known."""

    row: SessionRow
    name: str | None
    counted: int

    @property
    def is_done(self) -> bool:
        """Tell whether it came to its end."""
        return self.row.state == "done"

    @property
    def is_open(self) -> bool:
        """Tell whether it can be gone on with."""
        return self.row.state == "open"

    @property
    def is_failed(self) -> bool:
        """Tell whether there is no result."""
        return self.row.state == "failed"


@dataclass(frozen=True)
class SetFacts:
    """What was planned and how it felt; None is what was not told."""

    before: Pain | None
    after: Pain | None
    zone: Zone | None
    set: int
    sets: int
    stops: int


def entry_of(store: Store, row: SessionRow, language: Language) -> Entry:
    """Tell a session in a line."""
    name = exercise(row.exercise).name.in_language(language) if row.exercise in exercise_slugs() else None
    return Entry(row, name, _counted(store, row))


def set_facts(store: Store, row: SessionRow) -> SetFacts:
    """Tell what was planned and how it felt, also of a session that has not ended."""
    state: Mapping[str, Any] = row.outcome or _last_memory(store, row)
    told = state.get("pain") or ({"back": state.get("back"), "leg": state.get("leg"), "zone": state.get("zone")})
    return SetFacts(
        before=_pain(row.plan.get("pain_before")),
        after=_pain(told),
        zone=told.get("zone"),
        set=int(state.get("set", 1)),
        sets=int(row.plan.get("sets", 1)),
        stops=int(state.get("stops", 0)),
    )


def _counted(store: Store, row: SessionRow) -> int:
    """Return how many repetitions counted: as the outcome says, else by the events."""
    counts = (row.outcome or {}).get("counts")
    if counts:
        return int(counts["repetitions"])
    return sum(event.kind == REPETITION and bool(event.data.get("counted")) for event in store.events(row.id))


def _last_memory(store: Store, row: SessionRow) -> Mapping[str, Any]:
    kept = [event.data.get("score", {}) for event in store.events(row.id) if event.kind == MEMORY]
    return kept[-1] if kept else {}


def _pain(told: Mapping[str, Any] | None) -> Pain | None:
    if not told or told.get("back") is None or told.get("leg") is None:
        return None
    return Pain(told["back"], told["leg"])
