"""Outcome measures: forms, scores and the change that matters (one file each in content/outcomes/).

A missing answer is never a nought: what cannot be scored is a `Refusal`, a value with its words.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal, TypeGuard

from pydantic import BaseModel, ConfigDict, Field

from openlumbar.cards import Language, Text
from openlumbar.care.measure_cards import Item, Measure, measure
from openlumbar.errors import InputError

Problem = Literal[
    "missing", "unknown", "not_a_number", "out_of_range", "off_step", "not_comparable", "is_a_change",
]  # fmt: skip
Kind = Literal["better", "worse", "no_clear_change", "recovered"]
_Wording = Literal["better", "worse", "no_clear_change", "no_room", "recovered"]

_TOLERANCE = 1e-9
"""What two sums of decimal fractions may differ by and still be the same, in any unit."""


@dataclass(frozen=True, slots=True)
class Score:
    """The value of a measure in its unit, the items that it rests on, and what else the answers show."""

    measure_id: str
    value: float
    answered: tuple[str, ...]
    finding: Text | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no score or no comparison, and the items concerned."""

    problem: Problem
    items: tuple[str, ...]
    text: Text


@dataclass(frozen=True, slots=True)
class Band:
    """From which values on a change counts, given the first value; None: not within the measure's range."""

    better_at: float | None
    worse_at: float | None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a value. `amount` is after minus before; `matters_from` the least amount that counts.

    `matters_from` is None where the scale leaves no room for a change that counts in that direction.
    """

    kind: Kind
    amount: float
    matters_from: float | None
    text: Text
    grade: Text | None = None


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    refusal: dict[Problem, Text]
    unit: Text
    change: dict[_Wording, Text] = Field(min_length=5)


@cache
def _words() -> _Words:
    text = files("openlumbar.content").joinpath("messages", "outcomes.toml").read_text(encoding="utf-8")
    return _Words.model_validate(tomllib.loads(text))


def score(measure_id: str, answers: Mapping[str, object]) -> Score | Refusal:
    """Score the answers, item id → number (None: not answered).

    Raises:
        InputError: when there is no such measure.
    """
    return score_measure(measure(measure_id), answers)


def score_measure(card: Measure, answers: Mapping[str, object]) -> Score | Refusal:
    """Score the answers to a measure that is given as a card."""
    values = _numbers(card, {name: value for name, value in answers.items() if value is not None})
    if isinstance(values, Refusal):
        return values
    counted = [item.id for item in card.scored_items if item.id in values]
    if len(counted) < card.needed:
        lacking = tuple(item.id for item in card.scored_items if item.id not in values)
        return _refusal("missing", lacking, card)
    total = math.fsum(values[name] for name in counted)
    value = total / len(counted) if card.scoring == "mean" else total
    return Score(card.id, value, tuple(counted), _finding(card, value, values))


def matters_band(measure_id: str, before: float) -> Band:
    """Return from which values on a change from `before` counts: the band of a chart.

    A value counts as better when any of the measure's amounts is reached: absolute, in percent of the first
    value, or in percent of what was missing to the best value. Sources stand in the measure's file.

    Raises:
        InputError: when there is no such measure.
    """
    card = measure(measure_id)
    return Band(_better_at(card, before), _worse_at(card, before))


def change(measure_id: str, before: Score, after: Score) -> Change | Refusal:
    """Say what became of a measure between two scores.

    "recovered" goes by the later value alone, where the measure knows such a value; "better" and "worse" need
    an amount that matters; everything else is "no_clear_change".

    Raises:
        InputError: when there is no such measure, or a score is of another one.
    """
    card = measure(measure_id)
    if card.is_a_change:
        return _refusal("is_a_change", (), card)
    if strange := {before.measure_id, after.measure_id} - {card.id}:
        raise InputError(f"measure {measure_id}", f"cannot be compared with {min(strange)}", "give two of its scores")
    if set(before.answered) != set(after.answered):
        return _refusal("not_comparable", tuple(sorted({*before.answered} ^ {*after.answered})), card)
    band = matters_band(measure_id, before.value)
    kind = _kind(card, band, after.value)
    downhill = card.gain(before.value, after.value) < 0 or kind == "worse"
    limit = band.worse_at if downhill else band.better_at
    matters_from = None if limit is None else abs(limit - before.value)
    text = _change_text(card, kind, (before.value, after.value, matters_from))
    return Change(kind, after.value - before.value, matters_from, text, _grade(card, before.value, after.value))


def due(measure_id: str, last_day: date | None, today: date, states: Mapping[str, bool | None] | None = None) -> bool:
    """Tell whether to ask for a measure today; never asked before means yes.

    `states` says what holds of the person now ("acute"). A state in which the measure must not be taken keeps
    it from being due unless it is known not to hold.

    Raises:
        InputError: when there is no such measure.
    """
    when = measure(measure_id).when
    if any((states or {}).get(state) is not False for state in when.not_when):
        return False
    return last_day is None or (today - last_day).days >= when.every_days


def value_text(card: Measure, value: float, language: Language) -> str:
    """Write a value as the measure has it: by the name of its answer, else as a number to one digit."""
    answers = {answer.value: answer.text for item in card.scored_items for answer in item.answers}
    return answers[value].in_language(language) if value in answers else _number_text(value)


def _numbers(card: Measure, given: Mapping[str, object]) -> dict[str, float] | Refusal:
    known = {item.id: item for item in card.items}
    if strangers := sorted(set(given) - set(known)):
        return _refusal("unknown", tuple(strangers), card)
    values = {}
    for name, value in given.items():
        if not _is_number(value):
            return _refusal("not_a_number", (name,), card)
        if problem := _off_the_scale(known[name], value):
            return _refusal(problem, (name,), card)
        values[name] = float(value)
    return values


def _is_number(value: object) -> TypeGuard[int | float]:
    """Tell a number from what only looks like one: true, "3" and what is not a number."""
    return type(value) is int or (type(value) is float and not math.isnan(value))


def _off_the_scale(item: Item, value: float) -> Literal["out_of_range", "off_step"] | None:
    if not item.lowest <= value <= item.highest:
        return "out_of_range"
    steps = (value - item.lowest) / item.step
    return "off_step" if abs(steps - round(steps)) > _TOLERANCE * max(1.0, steps) else None


def _refusal(problem: Problem, items: tuple[str, ...], card: Measure) -> Refusal:
    item = next((item for item in card.items if item.id in items), card.items[0])
    numbers = {name: _number_text(getattr(item, name)) for name in ("lowest", "highest", "step")}
    template = _words().refusal[problem]
    return Refusal(problem, items, Text(en=template.en.format(**numbers), zh=template.zh.format(**numbers)))


def _finding(card: Measure, value: float, values: Mapping[str, float]) -> Text | None:
    sign = card.finding
    if sign is None or values.get(sign.item) != sign.equals or not sign.lowest <= value <= sign.highest:
        return None
    return sign.text


def _better_at(card: Measure, before: float) -> float | None:
    amounts = []
    if card.better and (absolute := card.better.absolute):
        amounts.append(absolute.value)
    if card.better and (percent := card.better.percent):
        amounts.append(percent.value / 100 * (before - card.range.lowest))
    if card.better and (recovery := card.better.recovery_percent):
        amounts.append(recovery.value / 100 * (card.range.highest - before))
    amounts = [amount for amount in amounts if amount > _TOLERANCE]
    if not amounts:
        return None
    return _on_the_scale(card, before, min(amounts), up=card.better_is == "higher")


def _worse_at(card: Measure, before: float) -> float | None:
    if card.worse is None:
        return None
    return _on_the_scale(card, before, card.worse.absolute.value, up=card.better_is == "lower")


def _on_the_scale(card: Measure, before: float, amount: float, *, up: bool) -> float | None:
    """Return the first value the scale has at that distance or beyond; None when it ends before."""
    lowest, step = card.range.lowest, card.range.step
    value = before + amount if up else before - amount
    if step is not None:
        steps = (value - lowest) / step
        whole = math.ceil(steps - _TOLERANCE) if up else math.floor(steps + _TOLERANCE)
        value = round(lowest + whole * step, 9)
    return value if lowest <= value <= card.range.highest else None


def _kind(card: Measure, band: Band, after: float) -> Kind:
    if band.worse_at is not None and card.gain(band.worse_at, after) <= _TOLERANCE:
        return "worse"
    if card.recovered is not None and card.gain(card.recovered.value, after) >= -_TOLERANCE:
        return "recovered"
    if band.better_at is not None and card.gain(band.better_at, after) >= -_TOLERANCE:
        return "better"
    return "no_clear_change"


def _grade(card: Measure, before: float, after: float) -> Text | None:
    """Name the share recovered of what was missing; None for a loss, or when nothing was missing."""
    missing = card.range.highest - before
    if not card.grades or missing <= 0 or after < before:
        return None
    percent = 100 * (after - before) / missing + _TOLERANCE
    return max((grade for grade in card.grades if grade.from_percent <= percent), key=lambda g: g.from_percent).name


def _change_text(card: Measure, kind: Kind, values: tuple[float, float, float | None]) -> Text:
    before, after, matters_from = values
    wording: _Wording = "no_room" if kind == "no_clear_change" and matters_from is None else kind
    shown: dict[Language, str] = {}
    for language in ("en", "zh"):
        parts = {name: value_text(card, value, language) for name, value in (("before", before), ("after", after))}
        named = any(item.form == "choice" for item in card.scored_items)
        unit = "" if named else _words().unit.in_language(language).format(unit=card.unit.in_language(language))
        template = _words().change[wording].in_language(language)
        shown[language] = template.format(
            **parts, unit=unit, title=card.title.in_language(language), matters=_number_text(matters_from or 0)
        )
    return Text(en=shown["en"], zh=shown["zh"])


def _number_text(value: float) -> str:
    return f"{round(value, 1):g}"
