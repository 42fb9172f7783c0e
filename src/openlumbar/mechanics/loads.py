"""What the lumbar discs of a person carry in a posture, with 90 % intervals from an ensemble of possible bodies."""

from functools import lru_cache

import numpy as np

from openlumbar.mechanics._discs import LOADS, fill_loads
from openlumbar.mechanics.estimates import Estimate, SpinalLoads
from openlumbar.mechanics.physique import FloatArray, RecordArray, central_body, possible_bodies
from openlumbar.mechanics.postures import Posture, records_of
from openlumbar.physique import Physique

DRAWS = 300
"""Bodies in an ensemble: the ends of a 90 % interval are then sure to about 3 % of the value."""

LOW, HIGH = 0.05, 0.95

ENSEMBLES_KEPT, PEOPLE_KEPT = 16, 1000
"""An ensemble takes a megabyte; what follows from it some kilobytes."""


def spinal_loads(posture: Posture, physique: Physique) -> SpinalLoads:
    """Return what the discs carry in a posture; parts of the physique that are not known widen the intervals."""
    return loads_of_records(records_of(posture), physique)[0]


def standing_loads(physique: Physique) -> SpinalLoads:
    """Return what the discs carry in quiet standing: what all other loads are compared with."""
    return spinal_loads(Posture("standing"), physique)


def loads_of_records(records: RecordArray, physique: Physique) -> list[SpinalLoads]:
    """Return the loads of (T,) records of postures, each with its intervals."""
    central, drawn = (compute_loads(records, bodies) for bodies in bodies_of(physique))
    standing, standings = standing_compression_n(physique), standing_compressions_n(physique)
    return [
        SpinalLoads(
            l4l5_compression_n=_estimate(one["compression_n"][0, 0], many["compression_n"][:, 0]),
            l4l5_idp_mpa=_estimate(one["pressure_mpa"][0], many["pressure_mpa"]),
            l4l5_shear_n=_estimate(one["shear_n"][0, 0], many["shear_n"][:, 0]),
            l5s1_compression_n=_estimate(one["compression_n"][0, 1], many["compression_n"][:, 1]),
            relative_to_standing=_estimate(
                one["compression_n"][0, 0] / standing, many["compression_n"][:, 0] / standings
            ),
        )
        for one, many in zip(central, drawn, strict=True)
    ]


def compute_loads(records: RecordArray, bodies: RecordArray) -> RecordArray:
    """Return (T, N) records of `LOADS` for (T,) postures and (N,) bodies."""
    loads = np.zeros((len(records), len(bodies)), LOADS)
    fill_loads(records, bodies, loads)
    return loads


@lru_cache(maxsize=PEOPLE_KEPT)
def likely_body(physique: Physique) -> RecordArray:
    """Return a person's likeliest body, (1,)."""
    return central_body(physique)


@lru_cache(maxsize=ENSEMBLES_KEPT)
def bodies_of(physique: Physique) -> tuple[RecordArray, RecordArray]:
    """Return a person's likeliest body, (1,), and the possible ones, (DRAWS,)."""
    return likely_body(physique), possible_bodies(physique, DRAWS)


@lru_cache(maxsize=PEOPLE_KEPT)
def standing_compression_n(physique: Physique) -> float:
    """Return the likely compression of L4–L5 in quiet standing."""
    return float(compute_loads(records_of(Posture("standing")), likely_body(physique))["compression_n"][0, 0, 0])


@lru_cache(maxsize=PEOPLE_KEPT)
def standing_compressions_n(physique: Physique) -> FloatArray:
    """Return the same of each of the possible bodies, (DRAWS,)."""
    drawn = compute_loads(records_of(Posture("standing")), bodies_of(physique)[1])
    return np.asarray(drawn["compression_n"][0, :, 0])


def _estimate(value: float, drawn: FloatArray) -> Estimate:
    low, high = np.quantile(drawn, (LOW, HIGH))
    return Estimate(float(value), float(min(low, value)), float(max(high, value)))
