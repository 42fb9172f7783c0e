"""WebSockets whose binary messages can be answered where they arrive.

On the usual way a message passes a parser that is ready for anything, a queue, the waking of a task and the layers of
the framework, and so does its answer: together they cost more than judging a frame does (benchmarks/live_load.py). A
connection for which an answerer was named takes a short cut with whole binary messages, as long as nothing that came
before is still under way; all else, and what the answerer does not want to answer, goes the usual way.

What arrives for several connections at once is first taken off the network, then answered one after the other: code
that stays in the processor's cache runs a third faster.
"""

from collections.abc import Callable, Sequence

from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.protocol import OPEN

try:
    from websockets.speedups import apply_mask
except ImportError:  # there is no compiled one for this machine
    from websockets.utils import apply_mask

Answerer = Callable[[bytes], Sequence[str | bytes] | None]
"""Takes a binary message; returns what is to be sent, None to have the message come the usual way."""

_EXTENSION = "openlumbar.direct"
_TEXT, _BINARY = 1, 2
_FINAL, _MASKED, _TWO_BYTES, _EIGHT_BYTES = 0x80, 0x80, 126, 127
_HEADER_BYTES, _LENGTH_AT, _MASK_AT = 8, 2, 4
"""A client's message of 126 to 65,535 bytes (RFC 6455, section 5.2): two bytes, two of length, four of mask."""


class DirectWebSocket(WebSocketsSansIOProtocol):
    """Uvicorn's WebSocket, with the short cut."""

    _answerer: Answerer | None = None
    _arrived: bytes = b""

    def handle_connect(self, event: Request) -> None:
        """Let the app find this connection."""
        super().handle_connect(event)
        if self.handshake_initiated and not self.close_sent:
            self.scope["extensions"][_EXTENSION] = self  # type: ignore[assignment]

    def answer_with(self, answerer: Answerer) -> None:
        """Let whole binary messages be answered at once from now on."""
        self._answerer = answerer

    def wake(self) -> None:
        """Wake the app with an empty message."""
        self.queue.put_nowait({"type": "websocket.receive", "text": ""})

    def data_received(self, data: bytes) -> None:
        """Take in what arrived: some messages, or a part of one."""
        if self._answerer is None:
            super().data_received(data)
            return
        if not self._arrived:
            self.loop.call_soon(self._answer)
        self._arrived += data

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what nobody waits for an answer to any more."""
        self._arrived = b""
        super().connection_lost(exc)

    def _answer(self) -> None:
        """Answer what has arrived; a mistake of ours ends this connection and no other."""
        data, self._arrived = self._arrived, b""
        try:
            self._take_in(data)
        except Exception:
            self.transport.abort()
            raise

    def _take_in(self, data: bytes) -> None:
        while self._answerer is not None and (end := self._end_of_message(data)):
            answers = self._answerer(apply_mask(data[_HEADER_BYTES:end], data[_MASK_AT:_HEADER_BYTES]))
            if answers is None:
                break
            self.transport.write(b"".join(map(framed, answers)))
            data = data[end:]
        if data:
            super().data_received(data)

    def _end_of_message(self, data: bytes) -> int:
        """Return where the first message ends; 0 when it must go the usual way."""
        if len(data) < _HEADER_BYTES or data[0] != _FINAL | _BINARY or data[1] != _MASKED | _TWO_BYTES:
            return 0
        end = _HEADER_BYTES + int.from_bytes(data[_LENGTH_AT:_MASK_AT], "big")
        conn = self.conn
        is_between_messages = not conn.reader.buffer and conn.current_size is None and self.queue.empty()
        can_answer = conn.state is OPEN and not self.close_sent and self.writable.is_set()
        return end if end <= len(data) and is_between_messages and can_answer else 0


def direct(socket: WebSocket) -> DirectWebSocket | None:
    """Return the connection below a socket, None where the server has another kind."""
    found = socket.scope.get("extensions", {}).get(_EXTENSION)
    return found if isinstance(found, DirectWebSocket) else None


def framed(message: str | bytes) -> bytes:
    """Return a server's message as it is sent."""
    opcode, payload = (_TEXT, message.encode()) if isinstance(message, str) else (_BINARY, message)
    size = len(payload)
    if size < _TWO_BYTES:
        return bytes((_FINAL | opcode, size)) + payload
    if size < 1 << 16:
        return bytes((_FINAL | opcode, _TWO_BYTES)) + size.to_bytes(2, "big") + payload
    return bytes((_FINAL | opcode, _EIGHT_BYTES)) + size.to_bytes(8, "big") + payload
