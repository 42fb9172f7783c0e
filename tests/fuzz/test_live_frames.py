"""Ten thousand malformed messages: each is answered as the live protocol says, and nobody else notices."""

import random
from collections import Counter

import pytest

from fuzz.malformed import KINDS, attack, first_words
from fuzz.pages import BadPage, GoodPage, Movement
from fuzz.peers import CLOSE, TEXT, Peer, framed
from fuzz.server import AttackedServer

SEED = 20_261_125
MALFORMED = 10_000
BAD_PAGES = 8
MOST_GROWTH_KB = 64 * 1024
"""Eight rooms with their engines and what waits to be written are far below it; a leak of 7 kB a message is not."""


@pytest.fixture(scope="module")
def movement(server: AttackedServer) -> Movement:
    return Movement(server.frames_of("bridge"))


def test_malformed_messages_disturb_nobody(server: AttackedServer, movement: Movement) -> None:
    undisturbed = GoodPage(server, movement)
    undisturbed.play()
    undisturbed.finish()
    good, chance = GoodPage(server, movement), random.Random(SEED)  # noqa: S311 - nothing secret
    bad = [BadPage(server, movement, chance) for _ in range(BAD_PAGES)]
    rounds, before_kb = MALFORMED // BAD_PAGES, server.memory_kb
    for number in range(rounds):
        good.play((number + 1) / rounds)
        for page in bad:
            page.connect()
        for page in bad:
            page.greet()
        attacks = [attack(chance, page.good_message()) for page in bad]
        for page, one in zip(bad, attacks, strict=True):
            page.start(one)
        for page, one in zip(bad, attacks, strict=True):
            page.see(one)
    good.finish()
    for page in bad:
        page.leave()
    assert [surprise for page in bad for surprise in page.surprises] == []
    assert good.heard == undisturbed.heard
    assert server.complaints == []
    assert server.lives
    after_kb = server.memory_kb
    assert before_kb is None or after_kb is None or after_kb - before_kb < MOST_GROWTH_KB
    outcomes = sum((page.outcomes for page in bad), Counter())
    assert outcomes.total() == MALFORMED
    assert {name for name, _ in outcomes} == set(KINDS)


def test_whatever_a_page_says_before_its_hello_is_refused(server: AttackedServer) -> None:
    chance, session_id = random.Random(SEED), server.begin()  # noqa: S311 - nothing secret
    heard = Counter(_heard_after(server, session_id, first_words(chance)) for _ in range(300))
    assert heard == {1007: 300}
    assert _heard_after(server, session_id, framed(CLOSE)) is None
    assert server.complaints == []


def test_only_a_session_that_is_there_has_a_socket(server: AttackedServer) -> None:
    hello = framed(TEXT, b'{"hello":2,"page":"page","oldest":0,"next":0}')
    over = server.begin()
    assert _heard_after(server, over, hello + framed(TEXT, b'{"do":"finish"}')) == 4009
    assert _heard_after(server, over, hello) == 4009
    for wrong in (
        "x",
        "0" * 2000,
        "%00",
        "%ff",
        "..",
        "%2e%2e",
        "'--",
        "%F0%9F%98%80",
        "a%0d%0ab",
        "%27%20or%201=1",
        over[:-1],
    ):
        assert _heard_after(server, wrong, hello) == 4004, wrong
    for elsewhere in ("/live/", "/live/a/b", "/live/%2f", "/", "/sessions", "//live/x", "/live"):
        assert Peer.status_of(server.port, elsewhere) in (403, 404), elsewhere
    assert server.complaints == []


def test_pages_that_go_at_any_moment_are_let_go(server: AttackedServer) -> None:
    session_id, hello = server.begin(), framed(TEXT, b'{"hello":2,"page":"page","oldest":0,"next":0}')
    for number in range(200):
        peer = Peer(server.port, f"/live/{session_id if number % 3 else 'nobody'}")
        if number % 2:
            peer.opened()
            peer.send((hello + framed(TEXT, b"[]"))[: 20 + number])
        peer.leave(abruptly=number % 5 < 3)
    assert _heard_after(server, session_id, hello + framed(TEXT, b"[]")) == 1007
    assert server.complaints == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "http://127.0.0.1"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "\xff\xfe"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "[::1"},
    ],
)
def test_no_other_site_gets_a_socket(server: AttackedServer, headers: dict[str, str]) -> None:
    assert Peer.status_of(server.port, f"/live/{server.begin()}", headers) in (400, 403)
    assert server.complaints == []


def _heard_after(server: AttackedServer, session_id: str, wire: bytes) -> int | None:
    """Send bytes over a new connection; return the code that it is closed with."""
    peer = Peer(server.port, f"/live/{session_id}")
    assert peer.opened() == 101, session_id
    peer.send(wire)
    while (heard := peer.hear_answer()).opcode not in (None, CLOSE):
        pass
    peer.leave()
    return heard.close_code
