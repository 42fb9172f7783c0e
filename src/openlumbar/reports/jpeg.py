"""The size of a JPEG picture, read from its header."""

_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of the segments that hold the size (ITU-T T.81, table B.1: SOF0–SOF15 without DHT, JPG, DAC)."""


def jpeg_size_px(jpeg: bytes) -> tuple[int, int]:
    """Return width and height.

    Raises:
        ValueError: when the bytes are not a JPEG picture.
    """
    at = 2
    while jpeg[:2] == b"\xff\xd8" and at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        if jpeg[at + 1] in _FRAME_HEADERS:
            return int.from_bytes(jpeg[at + 7 : at + 9]), int.from_bytes(jpeg[at + 5 : at + 7])
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    raise ValueError("a key frame must be a JPEG picture")
