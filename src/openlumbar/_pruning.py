"""Drop outputs of a TensorFlow Lite model that nobody reads, with the operators that only they need.

Works on the bytes of the file in place: vectors in a flatbuffer carry their own length, so the lists of
outputs and operators are simply made shorter, and everything that stays is bit for bit what it was. Field
numbers are those of the format's public schema, `schema.fbs` of TensorFlow Lite.
"""

import struct
from collections.abc import Iterable

_MODEL_SUBGRAPHS = 2
_SUBGRAPH_TENSORS, _SUBGRAPH_OUTPUTS, _SUBGRAPH_OPERATORS = 0, 2, 3
_TENSOR_NAME = 3
_OPERATOR_INPUTS, _OPERATOR_OUTPUTS = 1, 2


def prune_outputs(model: bytes, unused: Iterable[str]) -> bytes:
    """Remove the outputs named in `unused` and all that only they need; the other outputs stay bit-identical.

    Raises:
        ValueError: when the model has no output of that name.
    """
    data = bytearray(model)
    graph = _references(data, _field(data, _u32(data, 0), _MODEL_SUBGRAPHS))[0]
    tensors = _references(data, _field(data, graph, _SUBGRAPH_TENSORS))
    outputs_at = _vector(data, _field(data, graph, _SUBGRAPH_OUTPUTS))
    outputs = _integers(data, outputs_at)
    names = {index: _text(data, _field(data, tensors[index], _TENSOR_NAME)) for index in outputs}
    dropped = set(unused)
    if missing := dropped - set(names.values()):
        raise ValueError(f"the model has no output named {sorted(missing)[0]!r}, only {sorted(names.values())}")
    kept = [index for index in outputs if names[index] not in dropped]
    _write(data, outputs_at, kept)
    _keep_operators(data, _vector(data, _field(data, graph, _SUBGRAPH_OPERATORS)), set(kept))
    return bytes(data)


def _keep_operators(data: bytearray, operators_at: int, needed: set[int]) -> None:
    """Shorten the list of operators to those that lead to a needed tensor."""
    kept: list[int] = []
    for operator in reversed(_references_at(data, operators_at)):
        if needed & set(_integers(data, _vector(data, _field(data, operator, _OPERATOR_OUTPUTS)))):
            needed |= set(_integers(data, _vector(data, _field(data, operator, _OPERATOR_INPUTS))))
            kept.append(operator)
    kept.reverse()
    # a reference counts from the place where it is written
    _write(data, operators_at, [operator - (operators_at + 4 + 4 * i) for i, operator in enumerate(kept)])


def _u32(data: bytearray, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


def _field(data: bytearray, table: int, number: int) -> int:
    """Find where a table keeps a field; every field read here is present in a valid model."""
    layout = table - struct.unpack_from("<i", data, table)[0]
    return int(table + struct.unpack_from("<H", data, layout + 4 + 2 * number)[0])


def _vector(data: bytearray, field: int) -> int:
    return field + _u32(data, field)


def _integers(data: bytearray, vector: int) -> tuple[int, ...]:
    return struct.unpack_from(f"<{_u32(data, vector)}i", data, vector + 4)


def _references_at(data: bytearray, vector: int) -> list[int]:
    return [at + _u32(data, at) for at in range(vector + 4, vector + 4 + 4 * _u32(data, vector), 4)]


def _references(data: bytearray, field: int) -> list[int]:
    return _references_at(data, _vector(data, field))


def _text(data: bytearray, field: int) -> str:
    start = _vector(data, field)
    return data[start + 4 : start + 4 + _u32(data, start)].decode()


def _write(data: bytearray, vector: int, values: list[int]) -> None:
    struct.pack_into(f"<{len(values) + 1}i", data, vector, len(values), *values)
