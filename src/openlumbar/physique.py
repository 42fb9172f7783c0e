"""The person's physique and the segment lengths that follow from it."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from openlumbar.errors import InputError

Sex = Literal["female", "male"]

_RANGES: dict[str, tuple[float, float, str]] = {
    "height_cm": (100.0, 230.0, "cm"),
    "weight_kg": (25.0, 300.0, "kg"),
    "age": (1.0, 120.0, "years"),
}
"""Field → lowest, highest, unit: what a person can have; outside it, a slip of the keys or unit."""


@dataclass(frozen=True)
class Physique:
    """What is known of a person's body; None is unknown and widens intervals.

    Raises:
        InputError: when a value cannot be a person's.
    """

    height_cm: float | None = None
    weight_kg: float | None = None
    sex: Sex | None = None
    age: float | None = None

    def __post_init__(self) -> None:
        """Refuse values that no person has."""
        for field, (low, high, unit) in _RANGES.items():
            value = getattr(self, field)
            if value is not None and not low <= value <= high:
                problem = f"{value:g} is outside {low:g} to {high:g} {unit}"
                raise InputError(field.replace("_", "-"), problem, f"give it in {unit}, or leave it out")
        if self.sex not in (None, "female", "male"):
            raise InputError("sex", f"{self.sex!r} is not known", "say female or male, or leave it out")


@dataclass(frozen=True)
class Stature:
    """Body height in cm with its standard deviation: small when measured, wide when assumed."""

    height_cm: float
    sd_cm: float
    measured: bool


SELF_REPORT_SD_CM = 2.0
"""Spread of a self-reported height, cm (product assumption: people round, and shrink with age)."""


def stature_of(physique: Physique) -> Stature:
    """Return the stated height, or the mean of the person's sex (of adults, when that is unknown)."""
    if physique.height_cm is not None:
        return Stature(physique.height_cm, SELF_REPORT_SD_CM, measured=True)
    row = body_table("stature")[physique.sex or "unknown"]
    return Stature(float(row["mean_cm"]), float(row["sd_cm"]), measured=False)


def segment_lengths_cm(height_cm: float) -> Mapping[str, float]:
    """Scale the standard segment lengths (content/body/segments.csv) to a stature, in cm."""
    rows = body_table("segments")
    return {name: float(row["fraction_of_stature"]) * height_cm for name, row in rows.items()}


@cache
def body_table(name: str) -> Mapping[str, Mapping[str, str]]:
    """Read a table of content/body by its first column."""
    rows = body_rows(name)
    key = next(iter(rows[0]))
    return {row[key]: row for row in rows}


@cache
def body_rows(name: str) -> tuple[Mapping[str, str], ...]:
    """Read the rows of a table of content/body."""
    text = files("openlumbar.content").joinpath("body", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))
