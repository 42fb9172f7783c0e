"""The load of `live_load`: many people in front of their cameras, played by one process over raw sockets.

Every session sends its messages at an even pace, and the sessions take turns evenly, so that messages never come in
bursts. Nothing waits for an answer before it sends on. Only this machine is spoken to, for a bounded time.

Reads a `Load` as JSON from standard input and prints what it measured as JSON.
"""

import base64
import gc
import json
import math
import os
import select
import socket
import struct
import sys
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks._live_server import cpu_s, memory_kb, pin
from openlumbar.coaching.rules import STAGES
from openlumbar.pose.wire import FRAME_BYTES, HEADER, HEADER_BYTES, KIND_FRAMES, LIGHT_UNKNOWN

FRAMES_A_SECOND = 30
JOINED_WITHIN_S = 3.0
"""The sessions begin one after another within this time: people do not move in step."""

WARM_UP_LIMIT_S, DRAINED_WITHIN_S = 25.0, 3.0

_NO_MASK = bytes(4)
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 0x81, 0x82, 0x88, 0x89, 0x8A
_FIRST, _TIME = struct.Struct("<I"), struct.Struct("<d")
_FIRST_AT = 4
_ANSWER_BYTES = 48
_EXERCISE = STAGES.index("exercise")


@dataclass(frozen=True)
class Load:
    """What to play.

    Attributes:
        port, pid: the server, on this machine.
        paths: of the sessions' WebSockets; as many sessions are played.
        tracks: files of packed frames, played by the sessions in turn, over and over.
        frames_a_message: how many frames are sent at once.
        seconds: how long is measured, once all sessions have reached the exercise.
        core: on which to run; None is any.
    """

    port: int
    pid: int
    paths: Sequence[str]
    tracks: Sequence[str]
    frames_a_message: int
    seconds: float
    core: int | None


@dataclass(frozen=True)
class Found:
    """What was measured; times of an answer are those from the sending of its frames to its arrival here.

    Attributes:
        frames: judged while it was measured.
        cpu_us: the server's processor time a frame.
        busy: the server's processor time a second.
        p50_ms, p99_ms, longest_ms: times of answers.
        late_p99_ms: how late this process itself sent.
        reached: how many sessions had reached the exercise when it began.
        unanswered: messages whose answer was not waited for any longer; they count with the time until then.
        stages: how many sessions were in which stage in the end.
        memory_kb: what the server held in the end.
    """

    frames: int
    cpu_us: float
    busy: float
    p50_ms: float
    p99_ms: float
    longest_ms: float
    late_p99_ms: float
    reached: int
    unanswered: int
    stages: dict[str, int]
    memory_kb: int


class Track:
    """Ready-made messages of a movement that is played over and over; only numbers and times are put in."""

    def __init__(self, packed: bytes, count: int) -> None:
        """Cut a packed track into messages of so many frames."""
        *_, width, height, _ = HEADER.unpack_from(packed)
        header = HEADER.pack(KIND_FRAMES, count, LIGHT_UNKNOWN, 0, 0, width, height, 0)
        size = count * FRAME_BYTES
        pieces = [packed[at : at + size] for at in range(HEADER_BYTES, len(packed) - size + 1, size)]
        self._messages = [bytearray(framed(_BINARY, header + piece)) for piece in pieces]
        self._header_at = len(self._messages[0]) - len(header) - size
        self._count = count

    def message(self, number: int) -> bytearray:
        """Return a session's message of this number, to be sent at once."""
        message = self._messages[number % len(self._messages)]
        first = number * self._count
        _FIRST.pack_into(message, self._header_at + _FIRST_AT, first)
        for index in range(self._count):
            at = self._header_at + HEADER_BYTES + index * FRAME_BYTES
            _TIME.pack_into(message, at, (first + index) / FRAMES_A_SECOND)
        return message


class Client:
    """One session's connection."""

    def __init__(self, port: int, path: str, track: Track, waits: int) -> None:
        """Connect and say hello; the session begins after it was its turn `waits` times."""
        self.track, self.next = track, -waits
        self.sent_s: deque[float] = deque()
        self.stage = -1
        self._rest = b""
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._shake_hands(path)
        hello = {"hello": 2, "page": "bench", "oldest": 0, "next": 0}
        self.socket.sendall(framed(_TEXT, json.dumps(hello).encode()))
        if not self.socket.recv(1 << 16):
            raise ConnectionError(f"{path}: was not welcomed")
        self.socket.setblocking(False)

    def _shake_hands(self, path: str) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = (
            *(f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade"),
            *(f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""),
        )
        self.socket.sendall("\r\n".join(lines).encode())
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):  # the server speaks only after the hello
            answer += self.socket.recv(1)
        if b" 101 " not in answer.partition(b"\r\n")[0]:
            raise ConnectionError(f"{path}: {answer[:80]!r}")

    def take_turn(self) -> bool:
        """Send the next message; False when the session has not begun yet."""
        number = self.next
        self.next = number + 1
        if number < 0:
            return False
        message = self.track.message(number)
        self.sent_s.append(time.perf_counter())
        if self.socket.send(message) != len(message):
            raise ConnectionError("the server no longer takes frames in: it is overloaded")
        return True

    def answers(self) -> int:
        """Read what has arrived; return how many messages of frames it answers."""
        data = self.socket.recv(1 << 16)
        if len(data) == _ANSWER_BYTES + 2 and data[0] == _BINARY and not self._rest:  # nearly always
            self.stage = data[3]
            return 1
        if not data:
            raise ConnectionError("the server closed a connection")
        count, self._rest = 0, self._rest + data
        while (message := self._take_message()) is not None:
            kind, payload = message
            if kind == _BINARY:
                self.stage = payload[1]
                count += 1
            elif kind == _PING:
                self.socket.send(framed(_PONG, payload))
            elif kind == _CLOSE:
                raise ConnectionError(f"the server closed a connection: {payload!r}")
        return count

    def _take_message(self) -> tuple[int, bytes] | None:
        data = self._rest
        if len(data) < 2:
            return None
        size, begins = data[1], 2
        if size >= 126:
            begins = 4 if size == 126 else 10
            size = int.from_bytes(data[2:begins], "big")
        if len(data) < begins + size:
            return None
        self._rest = data[begins + size :]
        return data[0], data[begins : begins + size]


class Measurement:
    """Plays the sessions' turns, warms up, measures, and waits for the last answers."""

    def __init__(self, load: Load) -> None:
        """Connect all sessions."""
        self._load = load
        count = load.frames_a_message
        tracks = [Track(Path(file).read_bytes(), count) for file in load.tracks]
        turns = int(JOINED_WITHIN_S * FRAMES_A_SECOND / count)
        self.clients = [
            Client(load.port, path, tracks[index % len(tracks)], index * 7919 % turns)
            for index, path in enumerate(load.paths)
        ]
        self._gap_s = count / FRAMES_A_SECOND / len(self.clients)
        self._epoll = select.epoll()
        self._by_socket = {client.socket.fileno(): client for client in self.clients}
        for number in self._by_socket:
            self._epoll.register(number, select.EPOLLIN)
        self._turn, self._due_s = 0, time.perf_counter()
        self._reached: set[int] = set()
        self._sent = self._answered = 0
        self._took_s: list[float] = []
        self._late_s: list[float] = []
        self._since_s = math.inf

    def run(self) -> Found:
        """Measure, and say what was found."""
        load, started_s = self._load, time.perf_counter()
        while len(self._reached) < len(self.clients) and time.perf_counter() - started_s < WARM_UP_LIMIT_S:
            self._play(0.1)
        reached = len(self._reached)
        self._late_s.clear()
        answered, used_s, self._since_s = self._answered, cpu_s(load.pid), time.perf_counter()
        self._play(load.seconds)
        frames = (self._answered - answered) * load.frames_a_message
        used_s, wall_s = cpu_s(load.pid) - used_s, time.perf_counter() - self._since_s
        unanswered = self._drain()
        stages = Counter[str](STAGES[client.stage] for client in self.clients)
        took_ms, late_ms = (sorted(1000 * each for each in times) for times in (self._took_s, self._late_s))
        return Found(
            frames=frames,
            cpu_us=1e6 * used_s / frames,
            busy=used_s / wall_s,
            p50_ms=share_of(took_ms, 0.5),
            p99_ms=share_of(took_ms, 0.99),
            longest_ms=took_ms[-1],
            late_p99_ms=share_of(late_ms, 0.99),
            reached=reached,
            unanswered=unanswered,
            stages=dict(stages),
            memory_kb=memory_kb(load.pid),
        )

    def _play(self, seconds: float) -> None:
        until_s = time.perf_counter() + seconds
        while (now_s := time.perf_counter()) < until_s:
            while self._due_s <= now_s:
                self._late_s.append(now_s - self._due_s)
                self._sent += self.clients[self._turn].take_turn()
                self._turn = (self._turn + 1) % len(self.clients)
                self._due_s += self._gap_s
            self._listen(self._due_s - time.perf_counter())

    def _drain(self) -> int:
        """Wait for the last answers; return how many did not come in time."""
        until_s = time.perf_counter() + DRAINED_WITHIN_S
        while self._answered < self._sent and time.perf_counter() < until_s:
            self._listen(0.01)
        late = [sent_s for client in self.clients for sent_s in client.sent_s]
        self._took_s += [until_s - sent_s for sent_s in late if sent_s >= self._since_s]
        return len(late)

    def _listen(self, wait_s: float) -> None:
        """Take in what arrives within a time, which `select` knows more finely than `epoll`."""
        if not select.select([self._epoll], [], [], max(0.0, wait_s))[0]:
            return
        for number, _ in self._epoll.poll(0):
            client = self._by_socket[number]
            for _ in range(client.answers()):
                sent_s = client.sent_s.popleft()
                self._answered += 1
                if sent_s >= self._since_s:
                    self._took_s.append(time.perf_counter() - sent_s)
            if client.stage == _EXERCISE:
                self._reached.add(number)


def framed(kind: int, payload: bytes) -> bytes:
    """Return a client's message; its mask is zero, so that the payload stands in it as it is."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else bytes([0x80 | 126]) + size.to_bytes(2, "big")
    return bytes([kind]) + length + _NO_MASK + payload


def share_of(ascending: Sequence[float], share: float) -> float:
    """Return the value that this share of sorted values does not exceed."""
    return ascending[max(0, math.ceil(share * len(ascending)) - 1)]


def main() -> None:
    """Play the load that is asked for and print what was found."""
    load = Load(**json.load(sys.stdin))
    pin(0, load.core)
    gc.disable()  # a pause of this process would be taken for one of the server
    print(json.dumps(asdict(Measurement(load).run())))


if __name__ == "__main__":
    main()
