"""Messages that no page of ours sends: mutations of good ones and pure invention, from one seed."""

import json
import math
import random
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from fuzz.peers import BINARY, CLOSE, CONTINUED, PING, PONG, TEXT, framed
from openlumbar.pose.wire import FRAME_BYTES, HEADER_BYTES, MOST_FRAMES

REFUSED = frozenset({1007})
BROKEN_FRAMING = frozenset({1002})
TOO_BIG = frozenset({1009})
LET_GO = frozenset({1000, 1001, 1002, 1005, 1007, 1008, 1011, 3000, 4999})

NAN, INFINITE = math.nan, math.inf
_FIRST_AT, _WIDTH_AT, _HEIGHT_AT = 4, 8, 10
_NO_TIMES = (NAN, INFINITE, -INFINITE, -2.0, -1e308, 1e308, 1e12, 21_600.5)
_HUGE = (3.4e38, -3.4e38, 1e30, -1e30, 1e20, 1e-40, -0.0)
_NOT_PAIN = (
    "-1",
    "11",
    "1e308",
    "-1e308",
    "NaN",
    "Infinity",
    "true",
    '"5"',
    "null",
    "[]",
    "{}",
    "1.5",
    "1" + "0" * 400,
)
_NOT_OBJECTS = ("null", "true", "0", "-1e308", "NaN", "[]", '"do"', "[[]]", '["do","start"]', '""', "1" + "0" * 5000)
_NOT_COMMANDS = (
    "[]",
    "{}",
    "null",
    "1",
    "true",
    '["start"]',
    '{"do":"start"}',
    '"START"',
    '"\\ud800"',
    '"start\\u0000"',
)
_NOT_JSON = (
    "",
    " ",
    "{",
    "}",
    "{'do':'start'}",
    '{"do":}',
    '{"do":"start"',
    "start",
    "\ufeff{}",
    "\x00",
    "<script>",
    "{}{}",
)


@dataclass(frozen=True)
class Attack:
    """Bytes to send after the hello, and what may come of it.

    Attributes:
        wire: what is sent.
        codes: the close codes one of which must come; None where an answer may come as well.
        brings_pong: it ends with a ping, and only a pong comes of it.
        is_last: the connection is left after it.
        ends_session: the session is over after it.
        name: which kind it is of.
    """

    wire: bytes
    codes: frozenset[int] | None = REFUSED
    brings_pong: bool = False
    is_last: bool = False
    ends_session: bool = False
    name: str = ""


Make = Callable[[random.Random, bytes], Attack]


def attack(chance: random.Random, good: bytes) -> Attack:
    """Invent one; `good` is a message of two frames or more that would be taken at this moment."""
    name = chance.choice(_NAMES)
    return replace(KINDS[name](chance, good), name=name)


def _frames(payload: bytes, codes: frozenset[int] | None = REFUSED) -> Attack:
    return Attack(framed(BINARY, payload), codes)


def _text(text: str, codes: frozenset[int] | None = REFUSED) -> Attack:
    return Attack(framed(TEXT, text.encode("utf-8", "surrogatepass")), codes)


def _put(good: bytes, offset: int, layout: str, *values: float) -> bytes:
    message = bytearray(good)
    struct.pack_into(layout, message, offset, *values)
    return bytes(message)


def _frame_at(chance: random.Random, good: bytes) -> int:
    """Choose a frame of a message; return where it begins."""
    return HEADER_BYTES + chance.randrange((len(good) - HEADER_BYTES) // FRAME_BYTES) * FRAME_BYTES


def _noise(chance: random.Random, good: bytes) -> Attack:
    del good
    return _frames(b"\x02" + chance.randbytes(chance.randrange(2500)))


def _empty(chance: random.Random, good: bytes) -> Attack:
    return _frames(good[: chance.randrange(HEADER_BYTES)])


def _cut(chance: random.Random, good: bytes) -> Attack:
    return _frames(good[: chance.randrange(len(good))])


def _overlong(chance: random.Random, good: bytes) -> Attack:
    return _frames(good + chance.randbytes(chance.randint(1, 3000)))


def _wrong_kind(chance: random.Random, good: bytes) -> Attack:
    return _frames(_put(good, 0, "<B", chance.choice((0, *range(2, 256)))))


def _wrong_count(chance: random.Random, good: bytes) -> Attack:
    true = good[1]
    return _frames(_put(good, 1, "<B", chance.choice([n for n in range(256) if n != true])))


def _wrong_size(chance: random.Random, good: bytes) -> Attack:
    at, pixels = chance.choice((_WIDTH_AT, _HEIGHT_AT)), chance.choice((0, 1, 15, 16_385, 65_535))
    return _frames(_put(good, at, "<H", pixels))


def _no_time(chance: random.Random, good: bytes) -> Attack:
    message = good
    for _ in range(chance.randint(1, 2)):
        message = _put(message, _frame_at(chance, good), "<d", chance.choice(_NO_TIMES))
    return _frames(message)


def _time_goes_back(chance: random.Random, good: bytes) -> Attack:
    begins_s = struct.unpack_from("<d", good, HEADER_BYTES)[0]
    earlier_s = begins_s - chance.choice((0.0, 1e-9, 1.0, 1e6))
    return _frames(_put(good, HEADER_BYTES + FRAME_BYTES, "<d", earlier_s))


def _hole(chance: random.Random, good: bytes) -> Attack:
    at = _frame_at(chance, good) + 8 + 16 * chance.randrange(33) + 4 * chance.randrange(2)
    return _frames(_put(good, at, "<f", chance.choice((NAN, INFINITE, -INFINITE))))


def _huge_positions(chance: random.Random, good: bytes) -> Attack:
    message = good
    for _ in range(chance.randint(1, 40)):
        at = _frame_at(chance, good) + 8 + 16 * chance.randrange(33) + 4 * chance.randrange(2)
        message = _put(message, at, "<f", chance.choice(_HUGE))
    return _frames(message, None)


def _flipped_bits(chance: random.Random, good: bytes) -> Attack:
    message = bytearray(good)
    for _ in range(chance.choice((1, 3, 30))):
        message[chance.randrange(len(message))] ^= 1 << chance.randrange(8)
    return _frames(bytes(message), None)


def _number_at_the_end(chance: random.Random, good: bytes) -> Attack:
    """The first frame's number is such that no number is left for the frame after the last one."""
    return _frames(_put(good, _FIRST_AT, "<I", 2**32 - chance.randint(1, good[1])))


def _far_number(chance: random.Random, good: bytes) -> Attack:
    return _frames(_put(good, _FIRST_AT, "<I", 2**32 - chance.randint(good[1] + 1, 2**20)), None)


def _too_many(chance: random.Random, good: bytes) -> Attack:
    count = chance.randint(MOST_FRAMES + 1, MOST_FRAMES + 10)
    frame = good[HEADER_BYTES : HEADER_BYTES + FRAME_BYTES]
    return _frames(_put(good[:HEADER_BYTES], 1, "<B", count) + frame * count)


def _too_big(chance: random.Random, good: bytes) -> Attack:
    size = chance.randint((1 << 16) + 1, (1 << 16) + 4000)
    kind = chance.choice((TEXT, BINARY))
    return Attack(framed(kind, (good * (size // len(good) + 1))[:size]), TOO_BIG)


def _not_json(chance: random.Random, good: bytes) -> Attack:
    del good
    invented = "".join(chance.choices('{}[]":,0123456789.eE+-truefalsn \\u\t', k=chance.randrange(60)))
    return _text(chance.choice((*_NOT_JSON, "#" + invented)))


def _nested(chance: random.Random, good: bytes) -> Attack:
    del good
    opening = chance.choice(("[", '{"do":', '{"a":[', '[{"do":'))
    return _text(opening * chance.randint(500, 60_000 // len(opening)))


def _not_an_object(chance: random.Random, good: bytes) -> Attack:
    del good
    return _text(chance.choice(_NOT_OBJECTS))


def _no_command(chance: random.Random, good: bytes) -> Attack:
    del good
    word = json.dumps(
        "".join(chance.choices("startpauseresumefinish \u4f60\U0001f600'\"<&\n", k=chance.randrange(1, 30)))
    )
    return _text(f'{{"do":{chance.choice((*_NOT_COMMANDS, word))},"x":{chance.random()}}}')


def _huge_text(chance: random.Random, good: bytes) -> Attack:
    del good
    text = chance.choice(("a", "\u4e2d", "\\u0000", "9", "\u202e")) * chance.randint(5000, 10_000)
    return _text(chance.choice((f'{{"do":"{text}"}}', text, f'{{"{text}":1}}')))


def _no_pain(chance: random.Random, good: bytes) -> Attack:
    del good
    back, leg = chance.choice(_NOT_PAIN), chance.choice((*_NOT_PAIN, "3"))
    said = chance.choice((f'"back":{back},"leg":{leg}', f'"back":{back}', f'"leg":3,"back":{back}', '"back":3', ""))
    return _text('{"do":"pain"' + ("," if said else "") + said + "}")


def _hello_again(chance: random.Random, good: bytes) -> Attack:
    del good
    return _text(json.dumps({"hello": 2, "page": "again", "oldest": chance.choice((0, 2**32 - 1, -1))}))


def _odd_command(chance: random.Random, good: bytes) -> Attack:
    """A command that is one, at any moment and with more in it than belongs there."""
    del good
    do = chance.choice(("start", "pause", "resume", "stop", "skip_rest", "pain", "finish"))
    said = {"do": do, "back": chance.randint(0, 10), "leg": chance.randint(0, 10), "do ": [1], "": None, "x": "y" * 99}
    return replace(_text(json.dumps(said), None), ends_session=do == "finish")


def _not_utf8(chance: random.Random, good: bytes) -> Attack:
    del good
    wrong = chance.choice((b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b'{"do":"\xe4"}'))
    return Attack(framed(TEXT, wrong), REFUSED)


def _pings(chance: random.Random, good: bytes) -> Attack:
    del good
    return Attack(framed(PING, chance.randbytes(chance.randrange(126))), None, brings_pong=True)


def _pongs(chance: random.Random, good: bytes) -> Attack:
    del good
    many = b"".join(framed(PONG, chance.randbytes(chance.randrange(126))) for _ in range(chance.randint(1, 20)))
    return Attack(many + framed(PING), None, brings_pong=True)


def _broken_control(chance: random.Random, good: bytes) -> Attack:
    del good
    kind = chance.choice((PING, PONG, CLOSE))
    wires = (
        framed(kind, chance.randbytes(chance.randint(126, 300))),
        framed(kind, b"x", is_last=False),
        framed(CLOSE, b"\x03"),
        framed(CLOSE, struct.pack(">H", chance.choice((0, 999, 1004, 1005, 1006, 1015, 2999, 5000, 65_535)))),
    )
    return Attack(chance.choice(wires), BROKEN_FRAMING)


def _close_with_noise(chance: random.Random, good: bytes) -> Attack:
    del good
    code = chance.choice((1000, 1001, 1002, 1007, 1011, 3000, 4999))
    reason = chance.choice((b"", b"\xff\xfe", b"x" * 123))
    return Attack(framed(CLOSE, struct.pack(">H", code) + reason), LET_GO)


def _broken_framing(chance: random.Random, good: bytes) -> Attack:
    started = framed(BINARY, good[:20], is_last=False)
    wires = (
        framed(chance.choice((3, 4, 5, 6, 7, 11, 12, 13, 14, 15)), good[:9]),
        framed(chance.choice((0x10, 0x20, 0x40, 0x70)) | BINARY, good),
        framed(BINARY, good, masked=False),
        framed(CONTINUED, good),
        started + framed(BINARY, good),
        started + framed(TEXT, b"{}"),
    )
    return Attack(chance.choice(wires), BROKEN_FRAMING)


def _lying_length(chance: random.Random, good: bytes) -> Attack:
    size = chance.choice((2**17, 2**31, 2**32, 2**40, 2**62))
    return Attack(framed(BINARY, good, told_size=size), TOO_BIG)


def _in_pieces(chance: random.Random, good: bytes) -> Attack:
    """A good message in many frames, one after the other, with pongs and nothing between them."""
    cuts = sorted(chance.randrange(len(good)) for _ in range(chance.randint(1, 40)))
    pieces = [good[start:end] for start, end in zip([0, *cuts], [*cuts, len(good)], strict=True)]
    wire = b""
    for index, piece in enumerate(pieces):
        wire += framed(CONTINUED if index else BINARY, piece, is_last=index == len(pieces) - 1)
        wire += framed(PONG, b"?") * chance.randrange(2)
    return Attack(wire, None)


def _endless_pieces(chance: random.Random, good: bytes) -> Attack:
    """Pieces that together are larger than any message may be."""
    kind = chance.choice((TEXT, BINARY))
    wire = framed(kind, good, is_last=False) + framed(CONTINUED, good * 4, is_last=False) * (
        70_000 // len(good) // 4 + 1
    )
    return Attack(wire, TOO_BIG)


def _only_begun(chance: random.Random, good: bytes) -> Attack:
    begun = framed(chance.choice((TEXT, BINARY)), good[:50], is_last=False)
    return Attack(begun + framed(PING), None, brings_pong=True, is_last=True)


KINDS: Mapping[str, Make] = {
    make.__name__.strip("_").replace("_", " "): make
    for make in (
        *(_noise, _empty, _cut, _overlong, _wrong_kind, _wrong_count, _wrong_size, _no_time, _time_goes_back, _hole),
        *(_huge_positions, _flipped_bits, _number_at_the_end, _far_number, _too_many, _too_big),
        *(_not_json, _nested, _not_an_object, _no_command, _huge_text, _no_pain, _hello_again, _odd_command, _not_utf8),
        *(_pings, _pongs, _broken_control, _close_with_noise, _broken_framing, _lying_length, _in_pieces),
        *(_endless_pieces, _only_begun),
    )
}
_NAMES = tuple(KINDS)


def first_words(chance: random.Random) -> bytes:
    """Invent what a page says instead of its hello; all of it is refused."""
    no_page = chance.choice(('"' + "a" * 33 + '"', '"a b"', '"<b>"', "1", "null", "[]", "{}", '"\\u0000"', '"\u4e2d"'))
    no_number = chance.choice(("-1", "4294967296", "1e3", "true", "null", '"0"', "[]", "1" + "0" * 400))
    no_version = chance.choice(("0", "1", "null", "[]", '"1"'))
    texts = (
        f'{{"hello":2,"page":{no_page},"oldest":0}}',
        f'{{"hello":2,"page":"page","oldest":{no_number}}}',
        f'{{"hello":{no_version},"page":"page","oldest":0}}',
        '{"hello":2,"page":"page"}',
        '{"do":"start"}',
        *_NOT_JSON,
        *_NOT_OBJECTS,
        "[" * 30_000,
    )
    noise = framed(BINARY, chance.randbytes(chance.randrange(2000)))
    return chance.choice((noise, framed(TEXT, chance.choice(texts).encode())))
