"""JSON as it is stored: without spaces, and without numbers that JSON does not have."""

import json
import math
from collections.abc import Mapping
from typing import Any


def to_text(value: object) -> str:
    """Write JSON; a number that is not known (NaN) or not finite becomes null, for JSON has no such numbers."""
    try:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    except ValueError:
        return json.dumps(_finite(value), allow_nan=False, separators=(",", ":"))


def to_json(value: object) -> bytes:
    """Write JSON as bytes, likewise."""
    return to_text(value).encode()


def from_json(text: bytes) -> Any:
    """Read JSON."""
    return json.loads(text.decode())  # it is always UTF-8: there is nothing to be found out


def _finite(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
