"""The coach's thresholds and words, from content files."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

from openlumbar.cards import Language, Quantity, Text, View
from openlumbar.messages import load_reasons

Advice = Literal[
    "ok", "no_person", "out_of_frame", "too_near", "too_far", "wrong_view", "wrong_posture", "too_dark", "unclear"
]
ADVICE: tuple[Advice, ...] = (
    *("ok", "no_person", "out_of_frame", "too_near", "too_far"),
    *("wrong_view", "wrong_posture", "too_dark", "unclear"),
)
"""In the order of the live protocol."""

Stage = Literal["frame", "ready", "exercise", "paused", "rest", "stopped", "done"]
STAGES: tuple[Stage, ...] = ("frame", "ready", "exercise", "paused", "rest", "stopped", "done")
"""In the order of the live protocol."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _value_of(quantity: object) -> float:
    return Quantity.model_validate(quantity).value


Number = Annotated[float, BeforeValidator(_value_of)]
"""A quantity of the content file, of which the value is kept; its unit, basis and source stand in the file."""


class Rules(_Frozen):
    """Every threshold of `content/coaching/rules.toml` by its name, in the unit stated there."""

    in_position_s: Number
    out_of_position_s: Number
    count_down_s: Number
    anticipation_s: Number
    left_after_s: Number
    other_movement_after_s: Number
    gesture_s: Number
    gesture_height: Number
    stop_sustained_s: Number
    warn_sustained_s: Number
    load_sustained_s: Number
    load_room: Number
    stop_rest_s: Number
    stops_that_end: Number
    cue_pause_s: Number
    cue_again_s: Number
    cue_most: Number
    advice_after_s: Number
    advice_again_s: Number
    rest_between_sets_s: Number
    dark_below: Number
    edge_share: Number
    largest_share: Number
    smallest_share: Number
    upright_ratio: Number


class _Postures(_Frozen):
    lying: Text
    standing: Text


class _Phrases(_Frozen):
    advice: dict[Advice, Text | _Postures]
    say: dict[str, Text]


@cache
def load_rules() -> Rules:
    """Read and validate the coach's thresholds."""
    return Rules.model_validate(_read("coaching", "rules.toml"))


@cache
def _load_phrases() -> _Phrases:
    return _Phrases.model_validate(_read("messages", "coach.toml"))


def _read(folder: str, name: str) -> dict[str, object]:
    return tomllib.loads(files("openlumbar.content").joinpath(folder, name).read_text(encoding="utf-8"))


def phrase(name: str, language: Language, **parts: object) -> str:
    """Say something, such as "begin"; `parts` fill the gaps."""
    return _load_phrases().say[name].in_language(language).format(**parts)


def advice_text(code: Advice, view: View, posture: Literal["lying", "standing"], language: Language) -> str:
    """Say the one thing to change before the set can start."""
    found = _load_phrases().advice[code]
    text = getattr(found, posture) if isinstance(found, _Postures) else found
    sentence: str = text.in_language(language)
    return sentence.format(place=load_reasons().place[view].in_language(language))
