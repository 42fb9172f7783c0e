"""How much load on the disc a stage allows, as a multiple of the person's own quiet standing, and why a level waits.

The limits stand in content/care/load_limits.toml.
"""

import tomllib
from functools import cache
from importlib.resources import files
from math import ceil, floor
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from openlumbar.cards import Level, Quantity, Text
from openlumbar.care.wording import fill
from openlumbar.mechanics import predicted_loads
from openlumbar.physique import Physique


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LoadLimit(_Frozen):
    """The limit of one stage; it holds up to and including the `to_days`-th day after the onset, None: from then on."""

    to_days: int | None = None
    relative: Quantity


class LoadStops(_Frozen):
    """What stops beyond the limit mean for the dose."""

    days_back: Quantity


class LoadWords(_Frozen):
    """Why a level is not prescribed: with a gentler one instead, or without any."""

    instead: Text
    nothing: Text


class LoadRules(_Frozen):
    """The file of load limits."""

    clinician_signoff: str
    limits: tuple[LoadLimit, ...] = Field(alias="limit", min_length=1)
    stops: LoadStops
    why: LoadWords

    @model_validator(mode="after")
    def _later_allows_more(self) -> Self:
        *ends, last = [limit.to_days for limit in self.limits]
        days = [end for end in ends if end is not None]
        if last is not None or len(days) < len(ends) or days != sorted(set(days)):
            raise ValueError("'to_days' grows from limit to limit, and only the last has none")
        relatives = [limit.relative.value for limit in self.limits]
        if relatives != sorted(relatives):
            raise ValueError("a later stage allows no less than an earlier one")
        return self


@cache
def load_rules() -> LoadRules:
    """Read and validate the limits."""
    text = files("openlumbar.content").joinpath("care", "load_limits.toml").read_text(encoding="utf-8")
    return LoadRules.model_validate(tomllib.loads(text))


def load_limit(days_since_onset: float | None) -> float:
    """Return the most load of a stage, as a multiple of quiet standing; not known or in the future: the strictest."""
    limits = load_rules().limits
    if days_since_onset is None or not days_since_onset >= 0:
        return limits[0].relative.value
    found = (limit for limit in limits if limit.to_days is None or days_since_onset <= limit.to_days)
    return next(found).relative.value


def too_heavy_words(slug: str, level: Level, instead: Level | None, physique: Physique, limit: float) -> Text:
    """Say what a level would load, with the 90 % interval, what the limit is, and what is done instead.

    The load and the ends are rounded away from the limit and outwards, so that no load above it reads as the limit.
    """
    load = predicted_loads(slug, level.id, physique).relative_to_standing
    numbers = {
        "level": level.name,
        "load": _tenths(ceil(load.value * 10)),
        "low": _tenths(floor(load.low * 10)),
        "high": _tenths(ceil(load.high * 10)),
        "limit": f"{limit:g}",
    }
    words = load_rules().why
    return fill(words.nothing, **numbers) if instead is None else fill(words.instead, **numbers, instead=instead.name)


def _tenths(number: int) -> str:
    return f"{number / 10:.1f}"
