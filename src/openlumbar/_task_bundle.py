"""Assemble the file that the pose task of the browser's runtime wants, out of a person detector and a landmark model.

It is a zip of two TensorFlow Lite models, stored as they are. Each must say how pixels become its input, which
the models' own package leaves out. Field numbers are those of the formats' public schemas, `schema.fbs` and
`metadata_schema.fbs` of TensorFlow Lite.
"""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openlumbar._flatbuffer import fields, references, referred, u32

_DETECTOR_RANGE = (127.5, 127.5)  # mean, deviation: 0–255 becomes −1–1
_LANDMARKS_RANGE = (0.0, 255.0)  # 0–255 becomes 0–1

_MODEL_VERSION, _MODEL_BUFFERS, _MODEL_METADATA = 0, 4, 6
_BUFFER_DATA = 0
_ENTRY_NAME, _ENTRY_BUFFER = 0, 1
_METADATA_GRAPHS, _GRAPH_INPUTS, _INPUT_STEPS, _STEP_KIND, _STEP_OPTIONS = 3, 2, 4, 0, 1
_NORMALIZATION = 1  # the kind of step; its options are mean and deviation
_FORMAT_VERSION = 3
_ALIGNED_BYTES = 16  # what a model's weights are aligned to
_EARLIEST_DATE = (1980, 1, 1, 0, 0, 0)  # of a zip: the same input gives the same bytes on any day
_READABLE = 0o644 << 16
_UNIX = 3


def assemble(detector: bytes, landmarks: bytes) -> bytes:
    """Make the task file of a detector and a landmark model; the same models give the same bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
        for name, model, pixels in (
            ("pose_detector.tflite", detector, _DETECTOR_RANGE),
            ("pose_landmarks_detector.tflite", landmarks, _LANDMARKS_RANGE),
        ):
            entry = zipfile.ZipInfo(name, _EARLIEST_DATE)
            entry.create_system, entry.external_attr = _UNIX, _READABLE
            bundle.writestr(entry, describe_input(model, *pixels))
    return file.getvalue()


def describe_input(model: bytes, mean: float, deviation: float) -> bytes:
    """Put metadata before a model: its input is a pixel less `mean`, divided by `deviation`.

    A flatbuffer's references count forward from where they stand, so a new root table can go before the whole
    file and lead into it; nothing in the file itself changes.
    """
    things = {
        number: referred(model, at) for number, at in fields(model, u32(model, 0)).items() if number != _MODEL_VERSION
    }
    buffers = references(model, things[_MODEL_BUFFERS])
    entries = references(model, things[_MODEL_METADATA]) if _MODEL_METADATA in things else []
    buffer = _table({_BUFFER_DATA: _bytes(_metadata(mean, deviation))})
    entry = _table({_ENTRY_NAME: _bytes(b"TFLITE_METADATA"), _ENTRY_BUFFER: len(buffers)})
    root = _table(
        {number: _Old(at) for number, at in things.items()}
        | {
            _MODEL_VERSION: _FORMAT_VERSION,
            _MODEL_BUFFERS: _vector([*map(_Old, buffers), buffer]),
            _MODEL_METADATA: _vector([*map(_Old, entries), entry]),
        }
    )
    return _file(b"TFL3", root, model)


def _metadata(mean: float, deviation: float) -> bytes:
    options = _table({0: _vector([_as_cell(mean)]), 1: _vector([_as_cell(deviation)])})
    step = _table({_STEP_KIND: _NORMALIZATION, _STEP_OPTIONS: options})
    graph = _table({_GRAPH_INPUTS: _vector([_table({_INPUT_STEPS: _vector([step])})])})
    return _file(b"M001", _table({_METADATA_GRAPHS: _vector([graph])}))


@dataclass(frozen=True)
class _Old:
    """A thing that lies at this place of the old file."""

    at: int


@dataclass(frozen=True)
class _Piece:
    """A thing and all it refers to, in bytes that mean the same wherever they lie.

    Attributes:
        content: the bytes, whole cells of four.
        start: where in them the thing itself begins.
        outward: for each reference into the old file its place in the content and where it leads.
    """

    content: bytes
    start: int
    outward: tuple[tuple[int, int], ...] = ()


_Cell = int | _Old | _Piece


def _table(by_number: Mapping[int, _Cell]) -> _Piece:
    """Lay out a table: the list of its fields' places, then a cell for each field."""
    places = [0] * (max(by_number) + 1)
    for index, number in enumerate(by_number):
        places[number] = 4 + 4 * index
    layout = struct.pack(f"<{2 + len(places)}H", 4 + 2 * len(places), 4 + 4 * len(by_number), *places)
    layout += bytes(-len(layout) % 4)
    return _cells(layout + struct.pack("<i", len(layout)), list(by_number.values()), start=len(layout))


def _vector(cells: Sequence[_Cell]) -> _Piece:
    return _cells(struct.pack("<I", len(cells)), cells, start=0)


def _bytes(content: bytes) -> _Piece:
    """Lay out a text or a block of bytes; the zeros after it end a text."""
    return _Piece(struct.pack("<I", len(content)) + content + bytes(4 - len(content) % 4), 0)


def _cells(head: bytes, cells: Sequence[_Cell], start: int) -> _Piece:
    """Lay out cells after a head, and after them what they refer to."""
    content = bytearray(head) + bytes(4 * len(cells))
    outward: list[tuple[int, int]] = []
    for at, cell in zip(range(len(head), len(content), 4), cells, strict=True):
        if isinstance(cell, int):
            struct.pack_into("<I", content, at, cell)
        elif isinstance(cell, _Old):
            outward.append((at, cell.at))
        else:
            struct.pack_into("<I", content, at, len(content) + cell.start - at)
            outward += [(len(content) + place, leads_to) for place, leads_to in cell.outward]
            content += cell.content
    return _Piece(bytes(content), start, tuple(outward))


def _file(kind: bytes, root: _Piece, old: bytes = b"") -> bytes:
    """Write a flatbuffer file of that kind, with the old file after it."""
    head = struct.pack("<I4s", 8 + root.start, kind)
    content = bytearray(head + root.content)
    content += bytes(-len(content) % _ALIGNED_BYTES)
    for place, leads_to in root.outward:
        struct.pack_into("<I", content, len(head) + place, len(content) + leads_to - (len(head) + place))
    return bytes(content) + old


def _as_cell(value: float) -> int:
    return int(struct.unpack("<I", struct.pack("<f", value))[0])
