"""How sure a load is while somebody moves: an ensemble along the exercise, computed once, then looked up.

Over the range of an exercise's postures the ends of the 90 % interval, as factors of the value, follow the load
itself closely; so a moment needs no ensemble of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np

from openlumbar.mechanics.exercises import lifted
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
    """Ends of the 90 % interval as factors of the value, by the load relative to standing; each (K,), ascending."""

    relative: FloatArray
    low: FloatArray
    high: FloatArray
    pressure_low: FloatArray
    pressure_high: FloatArray


@lru_cache(maxsize=PEOPLE_KEPT)
def spread_of(slug: str, physique: Physique) -> Spread:
    """Compute the spread of a person's loads along an exercise."""
    knots = _knots(slug)
    central, drawn = (compute_loads(knots, bodies) for bodies in bodies_of(physique))
    standing, standings = standing_compression_n(physique), standing_compressions_n(physique)
    value, pressure = central["compression_n"][:, 0, 0], central["pressure_mpa"][:, 0]
    absolute = np.quantile(drawn["compression_n"][:, :, 0], (LOW, HIGH), axis=1) / value
    relative = np.quantile(drawn["compression_n"][:, :, 0] / standings, (LOW, HIGH), axis=1) / (value / standing)
    pressures = np.quantile(drawn["pressure_mpa"], (LOW, HIGH), axis=1) / pressure
    order = np.argsort(value, kind="stable")
    ends = (
        np.minimum(absolute[0], relative[0]),
        np.maximum(absolute[1], relative[1]),
        pressures[0],
        pressures[1],
    )
    low, pressure_low = (_widest(end[order], np.min) for end in (ends[0], ends[2]))
    high, pressure_high = (_widest(end[order], np.max) for end in (ends[1], ends[3]))
    return Spread(
        value[order] / standing,
        np.minimum(low, 1.0),
        np.maximum(high, 1.0),
        np.minimum(pressure_low, 1.0),
        np.maximum(pressure_high, 1.0),
    )


def _widest(factors: FloatArray, most: Callable[..., FloatArray]) -> FloatArray:
    padded = np.pad(factors, NEIGHBOURS // 2, mode="edge")
    return most(np.lib.stride_tricks.sliding_window_view(padded, NEIGHBOURS), axis=1)


def _knots(slug: str) -> RecordArray:
    if slug == "bridge":
        knots = lifted(slug, 20)
        knots["rise_m"] = np.linspace(0.0, 0.25, len(knots))
    elif slug == "sit-up":
        knots = lifted(slug, 36)
        knots["trunk_deg"] = np.linspace(0.0, LIFTED_DEG, len(knots))
        knots["lumbar_deg"] = [lumbar_of_lift(angle) for angle in knots["trunk_deg"]]
    else:
        places = list(product((-5.0, 0.0, 5.0, 15.0, 30.0), (0.0, 15.0, 30.0, 45.0), (0.0, 15.0)))
        knots = lifted(slug, len(places))
        knots["trunk_deg"], knots["twist_deg"], knots["bend_deg"] = np.array(places).T
        knots["lumbar_deg"] = [lumbar_of_lean(angle) for angle in knots["trunk_deg"]]
    return knots
