"""STUB: what an exercise at a level is expected to load, before anybody has moved."""

from openlumbar.mechanics.estimates import SpinalLoads
from openlumbar.mechanics.loads import loads_of
from openlumbar.physique import Physique

_PEAKS = {"sit-up": (1.2, 2.4, 2.8, 3.4, 5.6), "cross-twist": (1.3, 1.35, 1.4, 1.5, 1.6), "bridge": (0.8, 1.4, 1.7, 1.75, 1.9)}


def predicted_loads(slug: str, level: str, physique: Physique) -> SpinalLoads:
    """Return the loads at the top of an exercise's movement as the level prescribes it."""
    return loads_of(_PEAKS[slug][int(level[1])], physique)
