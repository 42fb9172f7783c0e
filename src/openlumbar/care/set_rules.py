"""What counts as a set, until when a day is asked about, and the pace of the clock (content/care/sets.toml)."""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from openlumbar.cards import Quantity


class ClockPace(BaseModel):
    """How fast the clock leads through a set; a hold lasts as long as the dose says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ready_s: Quantity
    out_s: Quantity
    back_s: Quantity
    rest_s: Quantity


class SetRules(BaseModel):
    """The file of sets: how a set that was broken off counts, and until when a day is asked about."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clinician_signoff: str
    broken_off: Quantity
    ask_about: Quantity
    clock: ClockPace


@cache
def set_rules() -> SetRules:
    """Read and validate the rules that ship."""
    text = files("openlumbar.content").joinpath("care", "sets.toml").read_text(encoding="utf-8")
    return SetRules.model_validate(tomllib.loads(text))
