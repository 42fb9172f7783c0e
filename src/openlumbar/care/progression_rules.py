"""The constants and sentences of progression (content/care/progression.toml)."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from openlumbar.cards import Quantity, Text

Reason = Literal[
    "level_up", "level_up_by_clock", "raise", "set_up", "level_down", "level_down_past", "lowest", "lowest_past",
    "rest", "rest_plain", "closed", "bounded",
    "missed_set", "missed_level", "missed_begin", "missed_same", "amber", "open", "analgesic_today",
    "analgesic_unknown", "analgesic_before", "counting", "form_unknown", "form_low", "done_low",
    "load_bounded", "load_closed", "load_stopped", "load_stopped_today", "load_level", "load_lowest", "top",
]  # fmt: skip
"""Why a step is what it is; the sentence of each stands in the content file."""

FlagId = Literal["red_days", "further_down", "no_gain"]
MeasureId = Literal["nprs_back", "nprs_leg", "rmdq"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NextStep(_Frozen):
    """What the next level, or a raise, needs."""

    greens: Quantity
    form: Quantity
    done: Quantity


class SetStep(_Frozen):
    """What one more set a day needs, beside the days since the last one."""

    calm: Quantity


class Red(_Frozen):
    """How long a red day rests."""

    rest_days: Quantity


class Missed(_Frozen):
    """From so many missed days on, what goes back."""

    from_days: Quantity
    back: Literal["set", "level", "begin"]


class Form(_Frozen):
    """What a fault takes from a repetition."""

    per_fault: Quantity


class Clinician(_Frozen):
    """When a clinician should look."""

    red_days: Quantity
    within_days: Quantity
    no_gain_days: Quantity


class Measure(_Frozen):
    """Which fall of an outcome, from its first value, is a gain."""

    id: MeasureId
    highest: float
    points: Quantity
    share: Quantity | None = None
    recovered: Quantity


class ProgressionRules(_Frozen):
    """The file of progression."""

    clinician_signoff: str
    next_step: NextStep
    set_step: SetStep
    red: Red
    missed: tuple[Missed, ...] = Field(min_length=1)
    form: Form
    clinician: Clinician
    measures: tuple[Measure, ...] = Field(alias="measure", min_length=1)
    why: dict[Reason, Text]
    flags: dict[FlagId, Text]

    def measure(self, measure_id: MeasureId) -> Measure:
        """Return the rules of one outcome."""
        return next(measure for measure in self.measures if measure.id == measure_id)


@cache
def progression_rules() -> ProgressionRules:
    """Read and validate the rules that ship."""
    text = files("openlumbar.content").joinpath("care", "progression.toml").read_text(encoding="utf-8")
    return ProgressionRules.model_validate(tomllib.loads(text))
