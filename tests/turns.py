"""Which tests may run at the same time, where several processes share the tests: all, but those marked `alone`."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOM, _DOOR = Path(__file__), Path(__file__).with_name("conftest.py")
"""Two files that are only there to be locked: the door is held while one waits for the room, so that a test that needs
it alone is not overtaken for ever by others who share it."""


@contextmanager
def turn(alone: bool) -> Iterator[None]:
    """Wait until nothing else runs, or nothing that needs to be alone."""
    with _ROOM.open() as room:
        with _DOOR.open() as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
