from typing import Any

import pytest

from openlumbar.care.consent import STORAGE, ConsentCard, consent_card

CARD = consent_card()
NEXT = CARD.model_copy(update={"version": CARD.version + 1})
YES, NO = CARD.answer(given=True), CARD.answer(given=False)


def test_it_says_what_where_who_and_what_one_can_do() -> None:
    assert CARD.what == STORAGE
    assert [point.about.en for point in CARD.point] == [
        "What is stored", "Where", "Who can see it", "What you can do",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("card", "entries", "state"),
    [
        (CARD, [], "missing"),
        (CARD, [YES], "given"),
        (CARD, [NO], "withdrawn"),
        (CARD, [YES, NO], "withdrawn"),
        (CARD, [YES, NO, YES], "given"),
        (NEXT, [YES], "outdated"),
        (NEXT, [YES, NO], "withdrawn"),
        (NEXT, [YES, NEXT.answer(given=True)], "given"),
        (CARD, [NEXT.answer(given=True)], "outdated"),
        (CARD, [{"what": "research", "version": 1, "given": True}], "missing"),
        (CARD, [YES, {"what": "research", "version": 1, "given": False}], "given"),
    ],
)
def test_the_last_word_on_this_version_counts(card: ConsentCard, entries: list[dict[str, Any]], state: str) -> None:
    assert card.state(entries) == state


@pytest.mark.parametrize("given", [None, "true", 1, "yes", [True]])
def test_what_is_not_plainly_a_yes_is_none(given: object) -> None:
    assert CARD.state([YES, {**YES, "given": given}]) == "withdrawn"
    assert CARD.state([{"what": STORAGE, "version": CARD.version}]) == "withdrawn"


def test_an_answer_says_to_what_and_to_which_version() -> None:
    assert CARD.answer(given=True) == {"what": "storage", "version": CARD.version, "given": True}
    assert CARD.answer(given=False) == {"what": "storage", "version": CARD.version, "given": False}
