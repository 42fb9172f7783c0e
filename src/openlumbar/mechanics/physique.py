"""A person's body as the load model sees it: masses, places, muscles, discs, and what is unsure about each.

All constants stand in content/body (trunk_segments, spine_places, trunk_muscles, spinal_loads), with unit, source and
spread. Lengths and lever arms scale with stature, muscle areas with its square, masses with body mass; the disc grows
with mass^(1/3) times stature.
"""

import math
from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from openlumbar.physique import Physique, Sex, body_table, stature_of

FloatArray = npt.NDArray[np.float64]

SIDES = 2
REFERENCE_MASS_KG, REFERENCE_DISC_STATURE_M = 70.0, 1.68
"""The man whose disc was measured (Wilke 1999): the disc's area is scaled from his."""

USUAL_AGE, USUAL_AGE_SD = 45.0, 12.0
"""Where the age is not known, years (product): most people with a lumbar disc herniation are 30 to 60."""

USUAL_BMI, USUAL_BMI_SD = 25.0, 4.0
"""Body-mass index where the weight is not known, kg/m² (product assumption, adults)."""

MASS_SD_SHARE = 0.02
"""Spread of a stated weight (product assumption: clothes, scales, the time of the day)."""


_CONSTANTS = tuple(body_table("spinal_loads"))
_SEGMENTS = tuple(body_table("trunk_segments"))
_PLACES = tuple(body_table("spine_places"))
MUSCLES = SIDES * len(body_table("trunk_muscles"))
PSOAS = tuple(body_table("trunk_muscles")).index("ps")

BODY = np.dtype(
    [
        ("stature_m", np.float64),
        *((f"{name}_kg", np.float64) for name in _SEGMENTS),
        *((f"{name}_m", np.float64) for name in _PLACES),
        *((name, np.float64) for name in _CONSTANTS),
        ("area_cm2", np.float64, (2, MUSCLES)),
        ("ahead_m", np.float64, (2, MUSCLES)),
        ("left_m", np.float64, (MUSCLES,)),
        ("pull", np.float64, (MUSCLES, 3)),
        ("is_extensor", np.float64, (MUSCLES,)),
        ("disc_m2", np.float64),
        ("thigh_m", np.float64),
        ("shank_m", np.float64),
    ],
    align=True,
)
"""One body as a record; muscles are (2, M) for the discs L4–L5 and L5–S1, the left side first."""

RecordArray: TypeAlias = npt.NDArray[np.void]

Record: TypeAlias = Any
"""One record, as compiled functions see it: one attribute a field."""


def central_body(physique: Physique) -> RecordArray:
    """Return the likeliest body of a person, (1,) records of `BODY`; what is not known is taken as usual."""
    stature_m = stature_of(physique).height_cm / 100
    mass_kg = physique.weight_kg or USUAL_BMI * stature_m**2
    femaleness = {"female": 1.0, "male": 0.0, None: 0.5}[physique.sex]
    constants = {name: np.array([float(row["value"])]) for name, row in body_table("spinal_loads").items()}
    person = [np.array([value]) for value in (mass_kg, stature_m, femaleness, physique.age or USUAL_AGE)]
    return _bodies(constants, *person, segments_z=np.zeros((len(_SEGMENTS), 1)))


def possible_bodies(physique: Physique, count: int, seed: int = 5) -> RecordArray:
    """Draw bodies that a person may have, (count,) records of `BODY`: every constant within its spread."""
    random = np.random.default_rng(seed)
    constants = {name: _drawn(row, _normal(random, count)) for name, row in body_table("spinal_loads").items()}
    stature = stature_of(physique)
    stature_m = (stature.height_cm + stature.sd_cm * _normal(random, count)) / 100
    if physique.weight_kg is None:
        mass_kg = np.clip(USUAL_BMI + USUAL_BMI_SD * _normal(random, count), 17, 45) * stature_m**2
    else:
        mass_kg = physique.weight_kg * (1 + MASS_SD_SHARE * _normal(random, count))
    known: Mapping[Sex | None, float] = {"female": 1.0, "male": 0.0}
    coin = random.permutation(np.arange(count) % 2)
    femaleness = np.full(count, known[physique.sex]) if physique.sex else coin.astype(np.float64)
    segments_z = np.array([_normal(random, count) for _ in _SEGMENTS])
    age = np.full(count, physique.age) if physique.age else USUAL_AGE + USUAL_AGE_SD * _normal(random, count)
    return _bodies(constants, mass_kg, stature_m, femaleness, age, segments_z=segments_z)


def _normal(random: np.random.Generator, count: int) -> FloatArray:
    """Draw standard normal numbers, one from each of `count` equally likely ranges: few draws then spread well.

    Latin hypercube sampling: McKay, Beckman & Conover 1979, Technometrics 21:239.
    """
    return np.asarray(ndtri((random.permutation(count) + random.random(count)) / count), np.float64)


def _drawn(row: Mapping[str, str], z: FloatArray) -> FloatArray:
    value, sd = float(row["value"]), float(row["sd"])
    if row["spread"] == "lognormal":
        return value * np.exp(sd * z)
    drawn = value + sd * (value if row["spread"] == "share" else 1.0) * z
    return np.maximum(drawn, 0.02 * value) if value > 0 else drawn


def _bodies(
    constants: Mapping[str, FloatArray],
    mass_kg: FloatArray,
    stature_m: FloatArray,
    femaleness: FloatArray,
    age: FloatArray,
    *,
    segments_z: FloatArray,
) -> RecordArray:
    bodies = np.zeros(len(mass_kg), BODY)
    for name, values in constants.items():
        bodies[name] = values
    bodies["stature_m"] = stature_m
    for (name, row), z in zip(body_table("trunk_segments").items(), segments_z, strict=True):
        female, male = float(row["female_mass"]), float(row["male_mass"])
        bodies[f"{name}_kg"] = mass_kg * (male + femaleness * (female - male) + float(row["sd_mass"]) * z)
    for name, row in body_table("spine_places").items():
        bodies[f"{name}_m"] = float(row["height"]) * stature_m
    lengths = {name: float(row["fraction_of_stature"]) for name, row in body_table("segments").items()}
    bodies["thigh_m"] = lengths["thigh"] * stature_m
    bodies["shank_m"] = (lengths["shank"] + lengths["ankle_height"]) * stature_m
    _fill_muscles(bodies, femaleness)
    size = (mass_kg / REFERENCE_MASS_KG) ** (1 / 3) * stature_m / REFERENCE_DISC_STATURE_M
    bodies["disc_m2"] = (
        bodies["disc_area_cm2"]
        * 1e-4
        * size
        * bodies["disc_area_person"]
        * (1 + femaleness * (bodies["female_disc"] - 1))
    )
    bodies["full_flexion"] *= 1 - bodies["full_flexion_loss"] * np.maximum(age - 40, 0.0)
    return bodies


def _fill_muscles(bodies: RecordArray, femaleness: FloatArray) -> None:
    scale = bodies["stature_m"] / bodies["reference_stature"]
    lever = 0.01 * scale * (1 + femaleness * (bodies["female_lever"] - 1))
    area = scale**2 * (1 + femaleness * (bodies["female_strength"] - 1))
    rows = list(body_table("trunk_muscles").values())
    for side, sign in enumerate((1.0, -1.0)):
        for place, row in enumerate(rows):
            muscle = side * len(rows) + place
            is_extensor = float(row["is_extensor"])
            reach = lever * (bodies["extensor_lever"] if is_extensor else 1.0)
            bodies["ahead_m"][:, 0, muscle] = float(row["ahead_cm"]) * reach
            bodies["ahead_m"][:, 1, muscle] = float(row["l5s1_ahead_cm"]) * reach
            bodies["left_m"][:, muscle] = sign * float(row["aside_cm"]) * lever
            bodies["area_cm2"][:, 0, muscle] = float(row["area_cm2"]) * area
            bodies["area_cm2"][:, 1, muscle] = float(row["l5s1_area_cm2"]) * area
            pull = np.array([float(row["pull_ahead"]), sign * float(row["pull_out"]), float(row["pull_up"])])
            bodies["pull"][:, muscle] = pull / math.sqrt(float(pull @ pull))
            bodies["is_extensor"][:, muscle] = is_extensor
