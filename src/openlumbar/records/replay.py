"""Repetitions as they are stored in events of kind `repetition`, and back again."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from openlumbar.assessment.events import Repetition
from openlumbar.errors import InputError
from openlumbar.records.store import EventRow

REPETITION, MEMORY = "repetition", "memory"
"""Kinds of the events that hold a repetition, and what the live coach needs to go on after a restart."""

_ADAPTER = TypeAdapter(Repetition)
_NAMES = tuple(field.name for field in fields(Repetition))


def repetition_data(repetition: Repetition) -> dict[str, Any]:
    """Return a repetition as plain JSON, nothing rounded; a measure that is not known (NaN) becomes null."""
    data = {name: getattr(repetition, name) for name in _NAMES}
    data["faults"] = list(repetition.faults)
    data["interval90"] = {name: list(ends) for name, ends in repetition.interval90.items()}
    data["measures"] = {name: value if math.isfinite(value) else None for name, value in repetition.measures.items()}
    return data


def repetition_of(data: Mapping[str, Any]) -> Repetition:
    """Rebuild a repetition from `repetition_data` or from the result JSON; other fields are passed over.

    Raises:
        InputError: when a field is missing or wrong.
    """
    known = {name: data[name] for name in _NAMES if name in data}
    try:
        stored = TypeAdapter(dict[str, float | None]).validate_python(known.pop("measures", {}))
        measures = {name: math.nan if value is None else value for name, value in stored.items()}
        return _ADAPTER.validate_python({**known, "measures": measures})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or "measures"
        problem = f"its field {place!r} is wrong ({first['msg']})"
        raise InputError("a stored repetition", problem, "restore the records from a backup") from None


def repetitions_of(events: Iterable[EventRow]) -> tuple[Repetition, ...]:
    """Pick the repetitions out of a session's events, in their order.

    Raises:
        InputError: when one is damaged.
    """
    return tuple(repetition_of(event.data) for event in events if event.kind == REPETITION)
