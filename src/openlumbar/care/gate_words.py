"""What the gate says and its own limits (content/safety/gate.toml)."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from openlumbar.cards import Basis, Quantity, Text

Outcome = Literal["go", "adapt", "incomplete", "clinician", "blocked", "emergency"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
"""All outcomes, the strictest last: of several reasons the strictest decides."""

Missing = Literal[
    "group_a", "group_a_old", "group_a_unclear", "age", "onset", "diagnosed", "cancer_signs", "stable_weakness",
    "conditions", "pain_rest", "woke_at",
]  # fmt: skip


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Sourced(_Frozen):
    basis: Basis
    source: str = Field(min_length=1)


class AnswerRules(_Frozen):
    """How long the answers of group A hold."""

    hold: Quantity


class LockRules(_Sourced):
    """Who lifts a lock, and what a person reads while it holds."""

    lifted_by: tuple[str, ...]
    lifted_alone_by: str
    title: Text
    now: Text
    lift: Text
    lift_alone: Text
    confirm: Text


class ClearanceRules(_Sourced):
    """Who gives a clearance, how long it usually holds, what it has to say, and what is told while it holds."""

    usual: Quantity
    given_by: tuple[str, ...]
    given_alone_by: str
    ask: Text
    alone: Text
    holds: Text


class UnlockRules(_Sourced):
    """Who opens a locked level."""

    given_by: tuple[str, ...]


class OutcomeWords(_Frozen):
    """An outcome's title, what to do now, and who can change it."""

    title: Text
    now: Text
    lift: Text


class Notice(_Sourced):
    """A reason in words."""

    text: Text


class GateWords(_Frozen):
    """The file of the gate."""

    clinician_signoff: str
    answers: AnswerRules
    lock: LockRules
    clearance: ClearanceRules
    unlock: UnlockRules
    outcome: dict[Outcome, OutcomeWords]
    level_not_open: Notice
    red_at_rest: Notice
    missing: dict[Missing, Text]

    @field_validator("outcome", "missing")
    @classmethod
    def _all_there(cls, words: dict[str, object], info: object) -> dict[str, object]:
        wanted = get_args(Outcome if getattr(info, "field_name", "") == "outcome" else Missing)
        if absent := [name for name in wanted if name not in words]:
            raise ValueError(f"{absent[0]} has no words")
        return words


@cache
def gate_words() -> GateWords:
    """Read and validate the words that ship."""
    text = files("openlumbar.content").joinpath("safety", "gate.toml").read_text(encoding="utf-8")
    return GateWords.model_validate(tomllib.loads(text))
