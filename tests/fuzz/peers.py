"""WebSocket clients down to the byte, which can also say what no honest client says; loopback only."""

import base64
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
CONTINUED = 0

_ANSWERS_WITHIN_S = 30.0
"""No test waits for it: only a server that no longer answers makes one wait so long."""

_KEY = base64.b64encode(bytes(16)).decode()


def framed(
    opcode: int, payload: bytes = b"", *, is_last: bool = True, masked: bool = True, told_size: int | None = None
) -> bytes:
    """Write a frame; the mask is zero. `opcode` may hold reserved bits, `told_size` may be a lie."""
    size = len(payload) if told_size is None else told_size
    mask_bit = 0x80 if masked else 0
    if size < 126:
        length = bytes([mask_bit | size])
    elif size < 1 << 16:
        length = bytes([mask_bit | 126]) + struct.pack(">H", size)
    else:
        length = bytes([mask_bit | 127]) + struct.pack(">Q", size)
    return bytes([(0x80 if is_last else 0) | opcode]) + length + (bytes(4) if masked else b"") + payload


@dataclass(frozen=True)
class Heard:
    """What came from the server: an opcode with its payload, or the end of the connection (`opcode` is None)."""

    opcode: int | None
    payload: bytes = b""

    @property
    def close_code(self) -> int | None:
        """Return the code of a close; None when it is none, or has no code."""
        return struct.unpack(">H", self.payload[:2])[0] if self.opcode == CLOSE and self.payload else None


class Peer:
    """One connection."""

    def __init__(self, port: int, path: str, headers: Mapping[str, str] | None = None) -> None:
        """Ask for a WebSocket; `opened` tells what comes of it."""
        self._socket = socket.create_connection(("127.0.0.1", port), _ANSWERS_WITHIN_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""
        usual = {
            "Host": f"127.0.0.1:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": _KEY,
            "Sec-WebSocket-Version": "13",
        }
        lines = [f"{name}: {value}" for name, value in {**usual, **(headers or {})}.items() if value]
        self.send("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode("latin-1"))

    @classmethod
    def status_of(cls, port: int, path: str, headers: Mapping[str, str] | None = None) -> int:
        """Ask for a WebSocket and go; return the status of the answer."""
        peer = cls(port, path, headers)
        status = peer.opened()
        peer.leave()
        return status

    def opened(self) -> int:
        """Return the status of the answer; 101 when the WebSocket is open."""
        while b"\r\n\r\n" not in self._rest:
            if not (data := self._socket.recv(1 << 16)):
                return 0
            self._rest += data
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1])

    def send(self, data: bytes) -> None:
        """Send bytes as they are; a server that has closed by then is heard of later."""
        try:
            self._socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return

    def say(self, value: Any) -> None:
        """Send a text message of JSON."""
        self.send(framed(TEXT, json.dumps(value).encode()))

    def hear(self) -> Heard:
        """Wait for the next frame."""
        try:
            head = self._take(2)
            size = head[1]
            if size >= 126:
                size = int.from_bytes(self._take(2 if size == 126 else 8), "big")
            return Heard(head[0] & 0x0F, self._take(size))
        except (EOFError, ConnectionResetError, TimeoutError):
            return Heard(None)

    def hear_answer(self) -> Heard:
        """Wait for a message, a pong, or the end; a server that asks twice whether we are there owes it."""
        if (heard := self.hear()).opcode == PING:
            self.send(framed(PONG, heard.payload))
            heard = self.hear()
        return Heard(None, b"no answer") if heard.opcode == PING else heard

    def leave(self, *, abruptly: bool = False) -> None:
        """Go without a word; abruptly is with a reset."""
        if abruptly:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def _take(self, size: int) -> bytes:
        while len(self._rest) < size:
            if not (data := self._socket.recv(1 << 16)):
                raise EOFError
            self._rest += data
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken
