"""Why a recording cannot be judged, in words: what was seen, and the one thing to change."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from openlumbar.cards import Language, ReasonCode, Text, View


class Reason(BaseModel):
    """What was seen and its remedy; "{place}" in the remedy stands for where the camera belongs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    message: Text
    remedy: Text


class Reasons(BaseModel):
    """The file of reasons: the camera's place for each view, and a reason for each code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    place: dict[View | Literal["any"], Text]
    reason: dict[ReasonCode, Reason]


@cache
def load_reasons() -> Reasons:
    """Read and validate the reasons that ship."""
    text = files("openlumbar.content").joinpath("messages", "reasons.toml").read_text(encoding="utf-8")
    return Reasons.model_validate(tomllib.loads(text))


def reason_message(code: ReasonCode, language: Language = "en") -> str:
    """Say what was seen."""
    return load_reasons().reason[code].message.in_language(language)


def reason_remedy(code: ReasonCode, view: View | None = None, language: Language = "en") -> str:
    """Say the one thing to change; without a view (exercise not known) the advice covers both."""
    reasons = load_reasons()
    place = reasons.place[view or "any"].in_language(language)
    return reasons.reason[code].remedy.in_language(language).format(place=place)


def reason_text(code: ReasonCode, view: View | None = None, language: Language = "en") -> str:
    """Say what was seen and the one thing to change, in one paragraph."""
    space = " " if language == "en" else ""
    return f"{reason_message(code, language)}{space}{reason_remedy(code, view, language)}"
