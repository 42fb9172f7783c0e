"""Pages of the live coach: one that behaves, and one that does not."""

import math
import random
import struct
from collections import Counter

from fuzz.malformed import Attack
from fuzz.peers import BINARY, CLOSE, PONG, TEXT, Heard, Peer, framed
from fuzz.server import AttackedServer
from openlumbar.pose.wire import FRAME_BYTES, HEADER, HEADER_BYTES, KIND_FRAMES, LIGHT_UNKNOWN

FRAME_S = 1 / 30
MOST_AT_ONCE = 6
"""Frames in a message of those who mean it ill."""

_X = struct.Struct("<df")
"""The beginning of a frame: its time, and x of its first landmark."""


class Movement:
    """The simulated patient's frames, cut into messages.

    Attributes:
        seen: frames from which on somebody is seen for a while.
    """

    def __init__(self, packed: bytes) -> None:
        *_, self._width, self._height, _ = HEADER.unpack_from(packed)
        self._frames = memoryview(packed)[HEADER_BYTES:]
        is_seen = [not math.isnan(x) for *_, x in (_X.unpack_from(self._frames, at) for at in self._places())]
        self.seen = [
            start for start in range(len(is_seen) - MOST_AT_ONCE) if all(is_seen[start : start + MOST_AT_ONCE])
        ]

    def __len__(self) -> int:
        return len(self._places())

    def _places(self) -> range:
        return range(0, len(self._frames), FRAME_BYTES)

    def message(self, start: int, count: int, first: int, begins_s: float | None = None) -> bytes:
        """Cut `count` frames from `start` on, numbered from `first`; times are the frames' own unless told."""
        header = HEADER.pack(KIND_FRAMES, count, LIGHT_UNKNOWN, 0, first, self._width, self._height, 0)
        message = bytearray(header + self._frames[start * FRAME_BYTES : (start + count) * FRAME_BYTES])
        if begins_s is not None:
            for index in range(count):
                struct.pack_into("<d", message, HEADER_BYTES + index * FRAME_BYTES, begins_s + index * FRAME_S)
        return bytes(message)


class GoodPage:
    """Plays a movement through a session, a message at a time, and keeps all that it hears."""

    def __init__(self, server: AttackedServer, movement: Movement, batch: int = 3) -> None:
        self._movement, self._batch, self._next = movement, batch, 0
        self.session_id = server.begin()
        self._peer = Peer(server.port, f"/live/{self.session_id}")
        assert self._peer.opened() == 101
        self._peer.say({"hello": 2, "page": "good", "oldest": 0, "next": 0})
        self.heard = [self._peer.hear_answer()]

    def play(self, share: float = 1.0) -> None:
        """Go on up to a share of the movement; each message is sent after the answer to the one before."""
        while self._next < round(share * len(self._movement)):
            count = min(self._batch, len(self._movement) - self._next)
            self._peer.send(framed(BINARY, self._movement.message(self._next, count, self._next)))
            self._next += count
            while True:
                self.heard.append(self._peer.hear_answer())
                assert self.heard[-1].opcode not in (None, CLOSE), self.heard[-1]
                if self.heard[-1].opcode == BINARY:
                    break

    def finish(self) -> None:
        """End the session and take in the rest."""
        self._peer.say({"do": "finish"})
        while self.heard[-1].opcode not in (None, CLOSE):
            self.heard.append(self._peer.hear_answer())
        self._peer.leave()


class BadPage:
    """Attacks a session of its own; goes on with the connection for as long as the server lets it.

    Attributes:
        outcomes: how often what came of which kind of attack.
        surprises: what came and should not have.
    """

    def __init__(self, server: AttackedServer, movement: Movement, chance: random.Random) -> None:
        self._server, self._movement, self._chance = server, movement, chance
        self._session_id = ""
        self._peer: Peer | None = None
        self._page, self._is_spoiled = 0, True
        self._next, self._clock_s = 0, 0.0
        self.outcomes: Counter[tuple[str, int | str]] = Counter()
        self.surprises: list[str] = []

    def connect(self) -> None:
        """Ask for a connection, if there is none."""
        if self._peer is None:
            if not self._session_id:
                self._session_id = self._server.begin()
            self._peer, self._is_greeted = Peer(self._server.port, f"/live/{self._session_id}"), False

    def greet(self) -> None:
        """Say hello as a page should; after frames that were odd, as a page that was opened anew."""
        assert self._peer is not None
        if self._is_greeted:
            return
        assert self._peer.opened() == 101
        if self._is_spoiled:
            self._page, self._is_spoiled, self._next, self._clock_s = self._page + 1, False, 0, 0.0
        self._peer.say({"hello": 2, "page": f"page{self._page}", "oldest": self._next, "next": self._next})
        heard = self._peer.hear_answer()
        assert heard.opcode == 1, heard
        self._is_greeted = True

    def good_message(self) -> bytes:
        """Make a message that the server would take just now."""
        start, count = self._chance.choice(self._movement.seen), self._chance.randint(2, MOST_AT_ONCE)
        return self._movement.message(start, count, self._next, self._clock_s)

    def start(self, attack: Attack) -> None:
        """Send an attack."""
        assert self._peer is not None
        self._peer.send(attack.wire)

    def see(self, attack: Attack) -> None:
        """Wait for what comes of the attack, and note what should not."""
        assert self._peer is not None
        heard = self._peer.hear_answer()
        while (attack.codes or attack.brings_pong) and heard.opcode in (TEXT, BINARY):  # still of the attack before
            heard = self._peer.hear_answer()
        outcome = heard.close_code if heard.opcode == CLOSE else heard.opcode
        self.outcomes[attack.name, "gone" if outcome is None else outcome] += 1
        if not _may_come_of(attack, heard):
            self.surprises.append(f"{attack.name}: {heard} after {attack.wire[:120]!r}")
        self._is_spoiled |= attack.codes is None
        is_taken = attack.codes is None and not attack.brings_pong  # what comes next would be known or of the past
        if heard.opcode in (None, CLOSE) or attack.is_last or is_taken:
            self._drop(is_over=attack.ends_session)

    def leave(self) -> None:
        """Go, if there is a connection."""
        if self._peer is not None:
            self._drop(is_over=False)

    def _drop(self, *, is_over: bool) -> None:
        assert self._peer is not None
        self._peer.leave(abruptly=self._chance.random() < 0.5)
        self._peer = None
        if is_over:
            self._session_id, self._is_spoiled = "", True


def _may_come_of(attack: Attack, heard: Heard) -> bool:
    if heard.opcode is None:
        return False
    if attack.brings_pong:
        return heard.opcode == PONG
    if attack.codes is None:
        return heard.opcode != CLOSE or heard.close_code == 1007
    return heard.close_code in attack.codes or (
        heard.opcode == CLOSE and heard.close_code is None and 1000 in attack.codes
    )
