"""The constants and sentences of the dose (content/care/programme.toml)."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from openlumbar.cards import Quantity, Text


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SetRules(_Frozen):
    """How the sets of a day grow, and the least rest between two of them."""

    first: Quantity
    most: Quantity
    step_days: Quantity
    rest_s: Quantity


class CautionRules(_Frozen):
    """From when on a dose is gentler, and by how much."""

    factor: Quantity
    age: Quantity
    bmi: Quantity
    fewest: Quantity


class RaiseRules(_Frozen):
    """How much a raise adds, and how many there may be at a level."""

    share: Quantity
    most: Quantity


class TimeRules(_Frozen):
    """When in the day sets are suggested, after waking."""

    usual_waking_h: Quantity
    bending: tuple[str, ...]
    bending_after_waking_min: Quantity
    no_bending_min: Quantity
    other_after_waking_min: Quantity
    last_after_waking_min: Quantity
    step_min: Quantity

    @model_validator(mode="after")
    def _no_bending_early(self) -> Self:
        if self.bending_after_waking_min.value - self.step_min.value < self.no_bending_min.value:
            raise ValueError("'bending_after_waking_min' is within the time that has no bending")
        return self


class WhyWords(_Frozen):
    """The sentence below a dose, and its parts."""

    sentence: Text
    sets: Text
    sets_most: Text
    formula: Text
    formula_cautious: Text
    maximum_unknown: Text
    fallback: Text
    level: Text
    level_cautious: Text
    raised: Text
    rest: Text
    held: Text
    held_closed: Text
    closed: Text


class BecauseWords(_Frozen):
    """Why a dose is gentler."""

    age: Text
    bmi: Text
    inactive: Text
    unknown: Text


class DoseRules(_Frozen):
    """The file of the programme."""

    clinician_signoff: str
    begin_level: str
    sets: SetRules
    caution: CautionRules
    raises: RaiseRules = Field(alias="raise")
    times: TimeRules
    why: WhyWords
    because: BecauseWords


@cache
def dose_rules() -> DoseRules:
    """Read and validate the rules that ship."""
    text = files("openlumbar.content").joinpath("care", "programme.toml").read_text(encoding="utf-8")
    return DoseRules.model_validate(tomllib.loads(text))
