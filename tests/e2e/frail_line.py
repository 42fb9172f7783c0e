"""A line between browser and app on which the live coach's connections break, each after so many bytes."""

import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, Self

_LIVE = b"GET /live/"
_PIECE_BYTES = 4096
_RESET = b"\1\0\0\0\0\0\0\0"  # struct linger: closing resets the connection and drops what is on its way


@dataclass(frozen=True)
class Break:
    """How a connection ends once it has carried so much: cut off, or silent with both ends still open."""

    after_bytes: int
    how: Literal["cut", "silence"] = "cut"


@dataclass(eq=False)
class _Call:
    """A connection from the browser, the one to the app that belongs to it, and what came of it."""

    browser: socket.socket
    app: socket.socket
    ending: Break | None = None
    carried: int = 0

    @property
    def is_broken(self) -> bool:
        return self.ending is not None and self.carried >= self.ending.after_bytes

    def let_through(self, piece: bytes) -> bytes:
        """Return how much of a piece still gets through."""
        left = len(piece) if self.ending is None else self.ending.after_bytes - self.carried
        self.carried += len(piece)
        return piece[: max(left, 0)]

    def hang_up(self) -> None:
        for end in (self.browser, self.app):
            with suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                end.shutdown(socket.SHUT_RDWR)


class FrailLine:
    """Carries connections to the app and back; those of the live coach end as told, one after the other.

    Attributes:
        address: where a browser finds the app at the other end.
    """

    def __init__(self, address: str, breaks: Iterable[Break]) -> None:
        self._app = ("127.0.0.1", int(address.rpartition(":")[2]))
        self._breaks = iter(breaks)
        self._calls: list[_Call] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._answer, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._door.close()
        for call in self._calls:
            call.hang_up()

    @property
    def broken(self) -> int:
        """Return how many connections have ended as told."""
        return sum(call.is_broken for call in self._calls)

    def _answer(self) -> None:
        with suppress(OSError):  # the door is closed
            while True:
                browser, _ = self._door.accept()
                threading.Thread(target=self._connect, args=(browser,), daemon=True).start()

    def _connect(self, browser: socket.socket) -> None:
        with suppress(OSError), browser, socket.create_connection(self._app) as app:
            call = _Call(browser, app)
            self._calls.append(call)
            back = threading.Thread(target=self._carry_back, args=(call,), daemon=True)
            back.start()
            self._carry_on(call)
            back.join()

    def _carry_on(self, call: _Call) -> None:
        with suppress(OSError):
            while piece := call.browser.recv(_PIECE_BYTES):
                if piece.startswith(_LIVE):
                    call.ending = next(self._breaks, None)
                call.app.sendall(call.let_through(piece))
                if call.is_broken and call.ending and call.ending.how == "cut":
                    break
        call.hang_up()

    def _carry_back(self, call: _Call) -> None:
        with suppress(OSError):
            while piece := call.app.recv(_PIECE_BYTES):
                if not call.is_broken:
                    call.browser.sendall(piece)
        call.hang_up()
