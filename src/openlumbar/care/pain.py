"""What pain says about going on: green, amber or red (0–10; rules and sources in content/safety/pain.toml).

`zone` judges a moment of a set, `day_zone` a whole day up to 24 hours later (content/care/day_zone.toml).
"""

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from openlumbar.cards import Quantity, Text
from openlumbar.care.body_map import Marks, movement
from openlumbar.errors import InputError

NO_PAIN, WORST_PAIN = 0, 10
"""The ends of the scale, points."""

Zone = Literal["green", "amber", "red"]
Place = Literal["back", "leg"]
DayZoneName = Literal["green", "amber", "red", "open"]
"""A day's zone; "open": nothing amber or red has been said, and an answer that green needs is missing."""

DayReason = Literal[
    "further_down", "leg_risen", "back_high", "next_day_risen", "leg_up", "back_middling", "next_day_up",
    "back_risen_centralised", "before_missing", "after_missing", "next_day_missing", "sites_missing",
]  # fmt: skip
PLACES: tuple[Place, ...] = ("back", "leg")


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


class NextDayRule(_Frozen):
    """From this rise 24 hours later on, of the back or of the leg, the zone is this one."""

    zone: Literal["amber", "red"]
    at_least: Quantity


class Centralised(_Frozen):
    """Below which pain of the back a centralising leg makes its red count as amber."""

    eases_back_below: Quantity


class DayRules(_Frozen):
    """The file of what is added for a whole day."""

    clinician_signoff: str
    next_day: tuple[NextDayRule, ...] = Field(min_length=1)
    centralised: Centralised
    calm: Text
    reasons: dict[DayReason, Text]


@dataclass(frozen=True, slots=True)
class DayPain:
    """What a person said of one day: None was not asked or not answered.

    `during` is the worst that was said while exercising; nobody is asked then, so None is no missing answer.
    `next_day` is the pain about 24 hours later. The maps hold where it hurt at those times.
    """

    before: Pain | None = None
    during: Pain | None = None
    after: Pain | None = None
    next_day: Pain | None = None
    sites_before: Marks | None = None
    sites_after: Marks | None = None
    sites_next_day: Marks | None = None


@dataclass(frozen=True, slots=True)
class DayZone:
    """The zone of a day, every reason why it is not green, and whether its red was (also) felt the day after."""

    zone: DayZoneName
    reasons: tuple[DayReason, ...] = ()
    red_the_day_after: bool = False

    def why(self) -> Text:
        """Return the words of the first reason; of a green day, that it was calm."""
        return day_rules().reasons[self.reasons[0]] if self.reasons else day_rules().calm


@cache
def day_rules() -> DayRules:
    """Read and validate the rules of a whole day that ship."""
    text = files("openlumbar.content").joinpath("care", "day_zone.toml").read_text(encoding="utf-8")
    return DayRules.model_validate(tomllib.loads(text))


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


@lru_cache(maxsize=4096)  # the same days are judged again and again: every exercise, every look at the history
def day_zone(day: DayPain) -> DayZone:
    """Name the zone of a whole day (clinical table "Pain rules").

    Red: pain further down a leg, leg pain +2, back pain above 5, anything +2 a day later. Amber: leg pain +1, back
    pain 3 to 5, anything +1 a day later. When the leg centralises, what the back alone makes red counts as amber, up
    to the limit of the content file. Green needs every answer: before, after, the next day, and with leg pain the
    sites as well.
    """
    later = _findings(day, day.next_day, day.sites_next_day, _rules_of_the_next_day())
    found = later.union(
        *(_findings(day, pain, day.sites_after, ()) for pain in (day.before, day.during, day.after)),
        _moved(day.sites_before, day.sites_after),
        _moved(day.sites_before, day.sites_next_day),
    )
    zones = {finding.zone for finding in found}
    missing = _missing(day)
    named = {finding.reason for finding in found} | missing
    name: DayZoneName = "red" if "red" in zones else "amber" if zones else "open" if missing else "green"
    is_later = any(finding.zone == "red" for finding in later | _moved(day.sites_before, day.sites_next_day))
    return DayZone(name, tuple(reason for reason in day_rules().reasons if reason in named), is_later)


@dataclass(frozen=True, slots=True)
class _Finding:
    zone: Literal["amber", "red"]
    reason: DayReason


_REASONS: dict[tuple[str, Place], DayReason] = {
    ("red", "back"): "back_high",
    ("red", "leg"): "leg_risen",
    ("amber", "back"): "back_middling",
    ("amber", "leg"): "leg_up",
}
_REASONS_NEXT_DAY: dict[str, DayReason] = {"red": "next_day_risen", "amber": "next_day_up"}


@cache
def _rules_of_the_next_day() -> tuple[Rule, ...]:
    return tuple(
        Rule(zone=rule.zone, of=place, measure="rise", at_least=rule.at_least)
        for rule in day_rules().next_day
        for place in PLACES
    )


def _findings(day: DayPain, now: Pain | None, sites: Marks | None, added: tuple[Rule, ...]) -> frozenset[_Finding]:
    """Apply the rules to one moment; without a value before there is no rise, and `_missing` says so."""
    if now is None:
        return frozenset()
    before = now if day.before is None else day.before
    eases = _is_centralised(day.sites_before, sites) and now.back < day_rules().centralised.eases_back_below.value
    always = ((rule, _REASONS[rule.zone, rule.of]) for rule in pain_rules().rules)
    later = ((rule, _REASONS_NEXT_DAY[rule.zone]) for rule in added)
    return frozenset(
        _Finding("amber", "back_risen_centralised")
        if eases and rule.of == "back" and rule.zone == "red"
        else _Finding(rule.zone, reason)
        for rule, reason in (*always, *later)
        if rule.holds(before, now)
    )


def _is_centralised(before: Marks | None, now: Marks | None) -> bool:
    return before is not None and now is not None and movement(before, now) == "centralised"


def _moved(before: Marks | None, now: Marks | None) -> frozenset[_Finding]:
    if before is None or now is None or movement(before, now) != "peripheralised":
        return frozenset()
    return frozenset({_Finding("red", "further_down")})


def _missing(day: DayPain) -> frozenset[DayReason]:
    given = [pain for pain in (day.before, day.during, day.after, day.next_day) if pain is not None]
    hurts_leg = any(pain.leg > NO_PAIN for pain in given)
    lacks_sites = None in (day.sites_before, day.sites_after, day.sites_next_day)
    lacks: dict[DayReason, bool] = {
        "before_missing": day.before is None,
        "after_missing": day.after is None,
        "next_day_missing": day.next_day is None,
        "sites_missing": hurts_leg and lacks_sites,
    }
    return frozenset(reason for reason, is_lacking in lacks.items() if is_lacking)
