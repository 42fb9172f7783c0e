"""What pain says about going on: green, amber or red (0–10; rules and sources in content/safety/pain.toml)."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from openlumbar.cards import Quantity, Text
from openlumbar.errors import InputError

NO_PAIN, WORST_PAIN = 0, 10
"""The ends of the scale, points."""

Zone = Literal["green", "amber", "red"]
Place = Literal["back", "leg"]


@dataclass(frozen=True, slots=True)
class Pain:
    """Pain of the back and of the leg, 0 to 10.

    Raises:
        InputError: when a value is not on the scale.
    """

    back: int
    leg: int

    def __post_init__(self) -> None:
        """Refuse what is not on the scale."""
        for place, value in (("back", self.back), ("leg", self.leg)):
            if type(value) is not int or not NO_PAIN <= value <= WORST_PAIN:
                raise InputError(f"{place} pain", f"{value!r} is not on the scale", "give a whole number from 0 to 10")

    def of(self, place: Place) -> int:
        """Return one of the two."""
        return self.back if place == "back" else self.leg


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Frozen):
    """From `at_least` on (the value now, or its rise since before the set) the zone is this one."""

    zone: Literal["amber", "red"]
    of: Place
    measure: Literal["now", "rise"]
    at_least: Quantity

    def holds(self, before: Pain, now: Pain) -> bool:
        """Tell whether the rule applies."""
        value = now.of(self.of) - (before.of(self.of) if self.measure == "rise" else 0)
        return value >= self.at_least.value


class BeforeRule(_Frozen):
    """From `at_least` on, at rest, no set begins."""

    of: Place
    at_least: Quantity


class ZoneWords(_Frozen):
    """A zone's name, and what to do in it."""

    name: Text
    advice: Text


class PainRules(_Frozen):
    """The file of pain rules."""

    clinician_signoff: str
    rules: tuple[Rule, ...] = Field(alias="rule", min_length=1)
    before: tuple[BeforeRule, ...] = Field(min_length=1)
    words: dict[Zone, ZoneWords]


@cache
def pain_rules() -> PainRules:
    """Read and validate the rules that ship."""
    text = files("openlumbar.content").joinpath("safety", "pain.toml").read_text(encoding="utf-8")
    return PainRules.model_validate(tomllib.loads(text))


def zone(before: Pain, now: Pain) -> Zone:
    """Name the zone of the pain now, given the pain before the set; the strictest rule decides."""
    found = {rule.zone for rule in pain_rules().rules if rule.holds(before, now)}
    return "red" if "red" in found else "amber" if "amber" in found else "green"


def may_start(pain: Pain) -> bool:
    """Tell whether pain at rest allows a set to begin."""
    return all(pain.of(rule.of) < rule.at_least.value for rule in pain_rules().before)
