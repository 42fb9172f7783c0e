"""What a person answers in the form of a measure: kept as typed, so that nothing is lost when something is missing."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Self

from starlette.datastructures import FormData

from openlumbar.apps.web.forms import day_in, text_in
from openlumbar.cards import Text
from openlumbar.care.measure_cards import Item, Measure
from openlumbar.care.outcomes import Refusal, Score, score_measure

LONGEST_WORDS = 200
"""Characters of an activity: a line on a phone, and more than a name needs."""

_NUMBER = re.compile(r"[+-]?\d{1,6}([.,]\d{1,6})?", re.ASCII)

Problem = Text | Literal["rate", "name", "words_long", "letters", "day"]
"""The refusal in its own words, or what the page has words for."""


@dataclass(frozen=True)
class OutcomeForm:
    """The fields as they were sent, by item; `named` are the person's own words."""

    typed: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    day: str = ""

    @classmethod
    def read(cls, form: FormData, card: Measure) -> Self:
        """Take the fields of a measure out of a form."""
        return cls(
            typed={item.id: text_in(form, f"answer-{item.id}").replace("\N{MINUS SIGN}", "-") for item in card.items},
            named={item.id: text_in(form, f"words-{item.id}") for item in card.items if item.own_words},
            day=text_in(form, "day"),
        )


@dataclass(frozen=True)
class Checked:
    """What the fields come to, and what is the matter with those that cannot be used, by item and by "day"."""

    score: Score | None
    answers: Mapping[str, float]
    own_words: Mapping[str, str]
    day: date
    problems: Mapping[str, Problem] = field(default_factory=dict)


def items_of(card: Measure, fixed: Mapping[str, str]) -> tuple[Item, ...]:
    """List the items to be asked: of those in a person's own words only the ones that were named, once they were."""
    return tuple(item for item in card.items if not (item.own_words and fixed) or item.id in fixed)


def asks_day(card: Measure) -> bool:
    """Tell whether a measure may be of another day: somebody else took it, or the form was filled in elsewhere."""
    return card.scoring == "total_only" or card.filled_in_by == "therapist"


def check(form: OutcomeForm, card: Measure, fixed: Mapping[str, str], today: date) -> Checked:
    """Check every field; `fixed` are the words for what was rated before, by item."""
    items = items_of(card, fixed)
    values = {item.id: _value(form.typed.get(item.id, "")) for item in items}
    problems: dict[str, Problem] = {}
    for name, value in values.items():
        alone = score_measure(card, {name: value})
        if value is not None and isinstance(alone, Refusal) and alone.problem != "missing":
            problems[name] = alone.text
    words = dict(fixed) or {name: said for name, said in form.named.items() if said}
    problems |= {name: problem for name, problem in _wrong_words(items, values, words) if name not in problems}
    day = day_in(form.day) if form.day else today
    if day is None or day > today:
        problems["day"] = "day"
    answers = {name: value for name, value in values.items() if isinstance(value, float)}
    scored = score_measure(card, answers)
    if isinstance(scored, Refusal):
        lacking = [item.id for item in items if item.scored and values[item.id] is None]
        needed = lacking[: card.needed - len([item for item in items if item.scored]) + len(lacking)]
        problems |= {name: scored.text for name in needed if name not in problems}
    kept = {name: said for name, said in words.items() if name in answers}
    done = scored if isinstance(scored, Score) and not problems else None
    return Checked(done, answers, kept, day or today, problems)


def _value(typed: str) -> float | str | None:
    """Read a number as people write it; what is none stays as it is, and an empty field is no answer."""
    if not typed:
        return None
    return float(typed.replace(",", ".")) if _NUMBER.fullmatch(typed) else typed


def _wrong_words(
    items: tuple[Item, ...], values: Mapping[str, float | str | None], words: Mapping[str, str]
) -> list[tuple[str, Problem]]:
    found: list[tuple[str, Problem]] = []
    for item in items:
        if not item.own_words:
            continue
        said, is_rated = words.get(item.id, ""), values[item.id] is not None
        if len(said) > LONGEST_WORDS:
            found.append((item.id, "words_long"))
        elif any("\ud800" <= letter <= "\udfff" or ord(letter) < 32 for letter in said):
            found.append((item.id, "letters"))
        elif bool(said) != is_rated:
            found.append((item.id, "rate" if said else "name"))
    return found
