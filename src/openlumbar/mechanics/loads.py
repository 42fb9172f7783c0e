"""STUB: loads of a posture."""

import math

from openlumbar.mechanics.estimates import Estimate, SpinalLoads
from openlumbar.mechanics.postures import Posture
from openlumbar.physique import Physique

_USUAL = {"supine": 0.15, "prone": 0.15, "side": 0.2, "standing": 1.0, "sitting": 1.05, "sitting-slouched": 0.6,
          "walking": 1.4, "sit-up": 5.5, "curl-up": 3.0, "bridge": 1.7}


def spinal_loads(posture: Posture, physique: Physique) -> SpinalLoads:
    """Return what the discs carry in a posture."""
    relative = _USUAL[posture.name] + 3.0 * abs(math.sin(math.radians(posture.trunk_deg or 0.0)))
    return loads_of(relative, physique)


def standing_loads(physique: Physique) -> SpinalLoads:
    """Return what the discs carry in quiet standing."""
    return loads_of(1.0, physique)


def loads_of(relative: float, physique: Physique) -> SpinalLoads:
    standing_n = 8.5 * (physique.weight_kg or 70.0)

    def around(value: float) -> Estimate:
        return Estimate(value, value * 0.75, value * 1.3)

    compression_n = relative * standing_n
    return SpinalLoads(around(compression_n), around(0.06 + compression_n * 0.44 / 600), around(0.2 * compression_n),
                       around(1.05 * compression_n), around(relative))
