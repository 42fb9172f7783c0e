"""How rows of sessions, events and signals are sealed, and opened again.

Each is bound to its place: the table, the person, the session, and the number or first moment within it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openlumbar.records.json_text import from_json, to_json
from openlumbar.records.vault import Cipher

HIDDEN = ("plan", "name", "height_cm", "weight_kg", "sex", "age", "outcome", "kept_file")
"""What is known of a session that is sealed; the rest of it stays readable, so that sessions can be listed."""


@dataclass(frozen=True, slots=True)
class SessionKey:
    """Whose session it is, and what seals it."""

    person_id: str
    cipher: Cipher


def sealed_session(values: Mapping[str, Any], cipher: Cipher) -> dict[str, Any]:
    """Seal a session's fields for its row."""
    plain = {name: value for name, value in values.items() if name not in HIDDEN}
    hidden = to_json({name: values[name] for name in HIDDEN})
    return plain | {"sealed": cipher.seal(hidden, "session", values["person_id"], values["id"])}


def opened_session(row: Mapping[str, Any], cipher: Cipher) -> dict[str, Any]:
    """Open a session's row.

    Raises:
        SealBrokenError: when it does not open with its key.
    """
    plain = {name: value for name, value in row.items() if name != "sealed"}
    hidden: dict[str, Any] = from_json(cipher.open(row["sealed"], "session", row["person_id"], row["id"]))
    return plain | hidden


def sealed_event(
    number: int, time_s: float, kind: str, data: Mapping[str, Any], session_id: str, key: SessionKey
) -> dict[str, Any]:
    """Seal an event for its row."""
    sealed = key.cipher.seal(to_json(data), "event", key.person_id, session_id, number)
    return {"session_id": session_id, "number": number, "time_s": time_s, "kind": kind, "sealed": sealed}


def opened_event(number: int, sealed: bytes, session_id: str, key: SessionKey) -> Mapping[str, Any]:
    """Open an event's data.

    Raises:
        SealBrokenError: when it does not open with its key.
    """
    data: Mapping[str, Any] = from_json(key.cipher.open(sealed, "event", key.person_id, session_id, number))
    return data


def sealed_chunk(start_ms: int, payload: bytes, session_id: str, key: SessionKey) -> dict[str, Any]:
    """Seal a chunk of signals for its row."""
    sealed = key.cipher.seal(payload, "signal", key.person_id, session_id, start_ms)
    return {"session_id": session_id, "start_ms": start_ms, "sealed": sealed}


def opened_chunk(start_ms: int, sealed: bytes, session_id: str, key: SessionKey) -> bytes:
    """Open a chunk of signals.

    Raises:
        SealBrokenError: when it does not open with its key.
    """
    return key.cipher.open(sealed, "signal", key.person_id, session_id, start_ms)
