"""Take outputs that nobody reads out of a TensorFlow Lite model, with the operators that only they need.

Works on the bytes of the file in place: vectors in a flatbuffer carry their own length, so the lists of
outputs and operators are simply made shorter, and everything that stays is bit for bit what it was. Field
numbers are those of the format's public schema, `schema.fbs` of TensorFlow Lite.
"""

import struct
from collections.abc import Iterable, Mapping

from openlumbar._flatbuffer import field, integers, references, referred, text, u32

_MODEL_SUBGRAPHS = 2
_SUBGRAPH_TENSORS, _SUBGRAPH_OUTPUTS, _SUBGRAPH_OPERATORS = 0, 2, 3
_TENSOR_NAME = 3
_OPERATOR_INPUTS, _OPERATOR_OUTPUTS = 1, 2


def prune_outputs(model: bytes, unused: Iterable[str]) -> bytes:
    """Remove the outputs named in `unused` and all that only they need; the other outputs stay bit-identical.

    Raises:
        ValueError: when the model has no output of that name.
    """
    dropped = dict.fromkeys(unused)
    return _with_outputs(model, dropped)


def replace_outputs(model: bytes, stand_ins: Mapping[str, str]) -> bytes:
    """Give each output named in `stand_ins` what another output computes, and drop all that only it needs.

    The number of outputs stays, for a reader that insists on it; the other outputs stay bit-identical.

    Raises:
        ValueError: when the model has no output of that name.
    """
    return _with_outputs(model, stand_ins)


def _with_outputs(model: bytes, changes: Mapping[str, str | None]) -> bytes:
    """Let outputs be read from another one, or from none."""
    data = bytearray(model)
    graph = references(data, _vector(data, u32(data, 0), _MODEL_SUBGRAPHS))[0]
    tensors = references(data, _vector(data, graph, _SUBGRAPH_TENSORS))
    outputs_at = _vector(data, graph, _SUBGRAPH_OUTPUTS)
    by_name = {text(data, _vector(data, tensors[index], _TENSOR_NAME)): index for index in integers(data, outputs_at)}
    wanted = {*changes, *(name for name in changes.values() if name is not None)}
    if missing := wanted - set(by_name):
        raise ValueError(f"the model has no output named {min(missing)!r}, only {sorted(by_name)}")
    sources = [changes.get(name, name) for name in by_name]
    kept = [by_name[source] for source in sources if source is not None]
    _write(data, outputs_at, kept)
    _keep_operators(data, _vector(data, graph, _SUBGRAPH_OPERATORS), set(kept))
    return bytes(data)


def _keep_operators(data: bytearray, operators_at: int, needed: set[int]) -> None:
    """Shorten the list of operators to those that lead to a needed tensor."""
    kept: list[int] = []
    for operator in reversed(references(data, operators_at)):
        if needed & set(integers(data, _vector(data, operator, _OPERATOR_OUTPUTS))):
            needed |= set(integers(data, _vector(data, operator, _OPERATOR_INPUTS)))
            kept.append(operator)
    kept.reverse()
    # a reference counts from the place where it is written
    _write(data, operators_at, [operator - (operators_at + 4 + 4 * i) for i, operator in enumerate(kept)])


def _vector(data: bytearray, table: int, number: int) -> int:
    return referred(data, field(data, table, number))


def _write(data: bytearray, vector: int, values: list[int]) -> None:
    struct.pack_into(f"<{len(values) + 1}i", data, vector, len(values), *values)
