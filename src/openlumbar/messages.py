"""Why a recording cannot be judged or read, in words: what was seen, and the one thing to change."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from openlumbar.cards import Language, ReasonCode, Text, View

_NUMBER = re.compile(r"\\\{(\w+)\\\}")
"""A place for a number, in an escaped pattern."""


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


class Refusals(BaseModel):
    """The file of refusals: the parts of an `InputError` in both languages, "{…}" standing for a number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: tuple[Text, ...]


def refusal_text(thing: str, problem: str, remedy: str, language: Language = "en") -> tuple[str, Language]:
    """Say what an `InputError` says, and in which language: in English where a part has no words in another."""
    said_problem, said_remedy = _said(problem, language), _said(remedy, language)
    if language == "en" or said_problem is None or said_remedy is None:
        return f"{thing}: {problem}; {remedy}.", "en"
    return f"{_said(thing, language) or thing}：{said_problem}；{said_remedy}。", language


def _said(text: str, language: Language) -> str | None:
    """Return a part of a refusal in a language, None when there are no words for it."""
    for pattern, words in _refusals():
        if found := pattern.fullmatch(text):
            return words.in_language(language).format(**found.groupdict())
    return None


@cache
def _refusals() -> tuple[tuple[re.Pattern[str], Text], ...]:
    text = files("openlumbar.content").joinpath("messages", "refusals.toml").read_text(encoding="utf-8")
    said = Refusals.model_validate(tomllib.loads(text)).said
    return tuple((re.compile(_NUMBER.sub(r"(?P<\1>.+)", re.escape(words.en))), words) for words in said)
