"""Ten thousand malformed messages: each is answered as the live protocol says, and nobody else notices."""

import random
from collections import Counter

import pytest

from fuzz.malformed import KINDS, attack
from fuzz.pages import BadPage, GoodPage, Movement
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
    undisturbed.play(undisturbed.left)
    undisturbed.finish()
    good, chance = GoodPage(server, movement), random.Random(SEED)  # noqa: S311 - nothing secret
    bad = [BadPage(server, movement, chance) for _ in range(BAD_PAGES)]
    rounds, before_kb = MALFORMED // BAD_PAGES, server.memory_kb
    for number in range(rounds):
        good.play(-(-good.left // (rounds - number)))
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
