"""Read a flatbuffer, the format of TensorFlow Lite models, where it lies in a file's bytes.

A place is a byte's index in the file. References count forward from where they are written; a table begins with
the way back to its layout, the list of its fields' places.
"""

import struct


def u32(data: bytes | bytearray, at: int) -> int:
    """Read a number, or how far a reference leads."""
    return int(struct.unpack_from("<I", data, at)[0])


def fields(data: bytes | bytearray, table: int) -> dict[int, int]:
    """Find where a table keeps the fields that it has, by their number."""
    layout = table - struct.unpack_from("<i", data, table)[0]
    count = (struct.unpack_from("<H", data, layout)[0] - 4) // 2
    steps = struct.unpack_from(f"<{count}H", data, layout + 4)
    return {number: table + step for number, step in enumerate(steps) if step}


def field(data: bytes | bytearray, table: int, number: int) -> int:
    """Find where a table keeps a field that every valid file has."""
    return fields(data, table)[number]


def referred(data: bytes | bytearray, at: int) -> int:
    """Follow the reference at a place."""
    return at + u32(data, at)


def integers(data: bytes | bytearray, vector: int) -> tuple[int, ...]:
    """Read a vector of integers."""
    return struct.unpack_from(f"<{u32(data, vector)}i", data, vector + 4)


def references(data: bytes | bytearray, vector: int) -> list[int]:
    """Find where the elements of a vector of references lie."""
    return [referred(data, at) for at in range(vector + 4, vector + 4 + 4 * u32(data, vector), 4)]


def text(data: bytes | bytearray, start: int) -> str:
    """Read a text."""
    return bytes(data[start + 4 : start + 4 + u32(data, start)]).decode()
