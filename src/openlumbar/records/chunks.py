"""Signals as bytes, chunk by chunk; every chunk tells its own columns, so that each can be read alone.

A chunk: the length of its header as u32, a JSON header `{"columns": [names]}`, T times as float64 in seconds,
then one row of T float32 for each column; all little-endian. A column that is not valid anywhere is left out.
"""

import json
import struct
from functools import lru_cache

import numpy as np

from openlumbar.errors import InputError
from openlumbar.kinematics.signals import SIGNAL_NAMES, Signals

_LENGTH = struct.Struct("<I")
_TIME_BYTES, _VALUE_BYTES = 8, 4


def pack_signals(signals: Signals) -> bytes:
    """Pack a run of signals; values keep float32's seven digits, times all of theirs."""
    names = [name for name in SIGNAL_NAMES if name in signals.values]
    matrix = np.array([signals[name] for name in names]).reshape(len(names), len(signals))
    is_valid = np.isfinite(matrix).any(axis=1)
    header = _header(tuple(name for name, valid in zip(names, is_valid.tolist(), strict=True) if valid))
    values = (signals.time_s.astype("<f8"), matrix[is_valid].astype("<f4"))
    return b"".join([_LENGTH.pack(len(header)), header, *(value.tobytes() for value in values)])


def unpack_signals(payload: bytes) -> Signals:
    """Read a chunk; a signal that it does not have is NaN throughout.

    Raises:
        InputError: when the bytes are no chunk.
    """
    try:
        (length,) = _LENGTH.unpack_from(payload)
        body = payload[_LENGTH.size + length :]
        columns = json.loads(payload[_LENGTH.size : _LENGTH.size + length])["columns"]
        moments, rest = divmod(len(body), _TIME_BYTES + _VALUE_BYTES * len(columns))
        if rest:
            raise ValueError("the columns differ in length")
        time_s = np.frombuffer(body, "<f8", moments).astype(np.float64)
        matrix = np.frombuffer(body, "<f4", offset=_TIME_BYTES * moments).reshape(len(columns), moments)
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise InputError("stored signals", f"are damaged ({error})", "restore the records from a backup") from None
    found = dict(zip(columns, matrix.astype(np.float64), strict=True))
    return Signals(time_s, {name: found.get(name, np.full(moments, np.nan)) for name in SIGNAL_NAMES})


@lru_cache(maxsize=256)
def _header(columns: tuple[str, ...]) -> bytes:
    return json.dumps({"columns": columns}, separators=(",", ":")).encode()
