"""The questions of group A, asked before every set: anything but a clear "none of these" is not a pass."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from openlumbar.cards import Basis, Text

NONE = "none_of_these"
"""The answer that says that no question applies."""

Action = Literal["emergency", "clinician"]
Problem = Literal["missing", "contradictory", "unknown"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Question(_Frozen):
    """One sign that rules a set out, and who has to look at it."""

    id: str = Field(pattern=r"^a[1-9](_[a-z]+)?$")
    text: Text
    action: Action
    basis: Basis
    source: str = Field(min_length=1)


class EmergencyNumber(_Frozen):
    """A number to call, where it holds, and the regions (ISO 3166) for which it comes first."""

    call: str = Field(pattern=r"^[0-9]{3}$")
    where: Text
    regions: tuple[str, ...]
    basis: Basis
    source: str = Field(min_length=1)


class Ask(_Frozen):
    """The words above the list and of its last line."""

    title: Text
    none: Text


class Advice(_Frozen):
    """What a person reads who cannot go on: what to do now, why, and what to tell."""

    title: Text
    now: Text
    why: Text
    say: Text


class GroupA(_Frozen):
    """The file of group A."""

    clinician_signoff: str
    ask: Ask
    emergency: Advice
    clinician: Advice
    numbers: tuple[EmergencyNumber, ...] = Field(alias="number", min_length=1)
    questions: tuple[Question, ...] = Field(alias="question", min_length=1)

    def advice(self, action: Action) -> Advice:
        """Return what a person reads for whom this action is due."""
        return self.emergency if action == "emergency" else self.clinician

    def numbers_for(self, region: str | None) -> tuple[EmergencyNumber, ...]:
        """Return the numbers to call, those of the region first."""
        return tuple(sorted(self.numbers, key=lambda number: region not in number.regions))


@dataclass(frozen=True, slots=True)
class Decision:
    """What the answers come to.

    `outcome` "pass" alone lets a set begin. `yes` holds the questions that apply; `problem` says why the answers
    are no answer ("incomplete").
    """

    outcome: Literal["pass", "emergency", "clinician", "incomplete"]
    yes: tuple[Question, ...] = ()
    problem: Problem | None = None

    @property
    def passed(self) -> bool:
        """Tell whether a set may begin."""
        return self.outcome == "pass"


@cache
def group_a() -> GroupA:
    """Read and validate the questions that ship."""
    text = files("openlumbar.content").joinpath("safety", "group_a.toml").read_text(encoding="utf-8")
    return GroupA.model_validate(tomllib.loads(text))


def screen(answers: Collection[str]) -> Decision:
    """Decide on the answers that were given: ids of questions that apply, or `NONE`.

    Only `NONE` alone passes. Nothing at all, `NONE` beside a question, and an answer that is not known do not.
    """
    given = set(answers)
    yes = tuple(question for question in group_a().questions if question.id in given)
    if not given:
        return Decision("incomplete", problem="missing")
    if given - {NONE} - {question.id for question in yes}:
        return Decision("incomplete", yes, "unknown")
    if NONE in given:
        return Decision("incomplete", yes, "contradictory") if yes else Decision("pass")
    is_emergency = any(question.action == "emergency" for question in yes)
    return Decision("emergency" if is_emergency else "clinician", yes)
