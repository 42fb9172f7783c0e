"""How sure a load is while somebody moves: an ensemble along the exercise, computed once, then looked up.

Over the range of an exercise's postures the ends of the 90 % interval follow the load itself closely; so a moment needs
no ensemble of its own.
"""

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from openlumbar.mechanics.exercises import at_start
from openlumbar.mechanics.loads import (
    HIGH,
    LOW,
    PEOPLE_KEPT,
    bodies_of,
    compute_loads,
    standing_compression_n,
    standing_compressions_n,
)
from openlumbar.mechanics.physique import FloatArray, RecordArray
from openlumbar.mechanics.postures import lumbar_of_lean, lumbar_of_lift
from openlumbar.physique import Physique

NEIGHBOURS = 3
"""Of so many knots of similar load the widest interval counts: other postures can load alike and be less sure."""

LIFTED_DEG = 60.0
"""Beyond this trunk angle a sit-up loads less again and is no exercise of ours; its interval is that of the lift."""


@dataclass(frozen=True, eq=False)
class Spread:
    """Loads along an exercise and the ends of their 90 % intervals; each (K,), by ascending load.

    `relative` is the load as a multiple of standing, `low` and `high` its ends, wide enough for the compression too;
    `pressure`, `pressure_low` and `pressure_high` are MPa.
    """

    relative: FloatArray
    low: FloatArray
    high: FloatArray
    pressure: FloatArray
    pressure_low: FloatArray
    pressure_high: FloatArray

    def factors(self, relative: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Return the ends of the intervals of loads, as factors of the load and of the pressure."""
        load = np.interp(relative, self.relative, self.relative)
        pressure = np.interp(relative, self.relative, self.pressure)
        low, high, pressure_low, pressure_high = (
            np.interp(relative, self.relative, end)
            for end in (self.low, self.high, self.pressure_low, self.pressure_high)
        )
        return low / load, high / load, pressure_low / pressure, pressure_high / pressure


@lru_cache(maxsize=PEOPLE_KEPT)
def spread_of(slug: str, physique: Physique) -> Spread:
    """Compute the spread of a person's loads along an exercise."""
    knots = _knots(slug)
    central, drawn = (compute_loads(knots, bodies) for bodies in bodies_of(physique))
    standing, standings = standing_compression_n(physique), standing_compressions_n(physique)
    order = np.argsort(central["compression_n"][:, 0, 0], kind="stable")
    central, drawn = central[order, 0], drawn[order]
    relative, pressure = central["compression_n"][:, 0] / standing, central["pressure_mpa"]
    compression = np.quantile(drawn["compression_n"][:, :, 0], (LOW, HIGH), axis=1) / standing
    ratio = np.quantile(drawn["compression_n"][:, :, 0] / standings, (LOW, HIGH), axis=1)
    pressures = np.quantile(drawn["pressure_mpa"], (LOW, HIGH), axis=1)
    return Spread(
        relative,
        relative - _widest(relative - np.minimum(compression[0], ratio[0])),
        relative + _widest(np.maximum(compression[1], ratio[1]) - relative),
        pressure,
        pressure - _widest(pressure - pressures[0]),
        pressure + _widest(pressures[1] - pressure),
    )


def _widest(distances: FloatArray) -> FloatArray:
    """Return the largest distance of an end from its value among neighbours, never below 0."""
    padded = np.pad(np.maximum(distances, 0.0), NEIGHBOURS // 2, mode="edge")
    return np.asarray(np.lib.stride_tricks.sliding_window_view(padded, NEIGHBOURS).max(axis=1))


def _knots(slug: str) -> RecordArray:
    if slug == "bridge":
        knots = at_start(slug, 20)
        knots["rise_m"] = np.linspace(0.0, 0.25, len(knots))
    elif slug == "sit-up":
        knots = at_start(slug, 36)
        knots["trunk_deg"] = np.linspace(0.0, LIFTED_DEG, len(knots))
        knots["lumbar_deg"] = [lumbar_of_lift(angle) for angle in knots["trunk_deg"]]
    else:
        places = list(product((-5.0, 0.0, 5.0, 15.0, 30.0), (0.0, 15.0, 30.0, 45.0), (0.0, 15.0)))
        knots = at_start(slug, len(places))
        knots["trunk_deg"], knots["twist_deg"], knots["bend_deg"] = np.array(places).T
        knots["lumbar_deg"] = [lumbar_of_lean(angle) for angle in knots["trunk_deg"]]
    return knots
