"""What an exercise loads before anybody has moved: the top of its movement, as a level prescribes it."""

from functools import lru_cache

from openlumbar.errors import InputError
from openlumbar.mechanics import _statics
from openlumbar.mechanics.estimates import SpinalLoads
from openlumbar.mechanics.loads import (
    PEOPLE_KEPT,
    compute_loads,
    likely_body,
    loads_of_records,
    standing_compression_n,
)
from openlumbar.mechanics.physique import RecordArray
from openlumbar.mechanics.postures import blank, lumbar_of_lift
from openlumbar.physique import Physique, body_rows

SUPPORTS = {"sit-up": _statics.SIT_UP, "cross-twist": _statics.FREE, "bridge": _statics.BRIDGE}
"""How each exercise carries the trunk."""


def has_loads(slug: str) -> bool:
    """Tell whether the model knows how an exercise carries the trunk."""
    return slug in SUPPORTS


@lru_cache(maxsize=PEOPLE_KEPT)
def predicted_loads(slug: str, level: str, physique: Physique) -> SpinalLoads:
    """Return the loads at the top of an exercise's movement (content/body/exercise_tops.csv).

    Raises:
        InputError: when nothing is known of such an exercise and level.
    """
    return loads_of_records(_top_of(slug, level), physique)[0]


@lru_cache(maxsize=10 * PEOPLE_KEPT)
def predicted_relative(slug: str, level: str, physique: Physique) -> float:
    """Return the likely load at the top as a multiple of quiet standing, without its interval; otherwise the same."""
    top_n = compute_loads(_top_of(slug, level), likely_body(physique))["compression_n"][0, 0, 0]
    return float(top_n) / standing_compression_n(physique)


def _top_of(slug: str, level: str) -> RecordArray:
    for row in body_rows("exercise_tops"):
        if (row["exercise"], row["level"]) == (slug, level):
            top = at_start(slug, 1)
            top["trunk_deg"], top["twist_deg"] = float(row["trunk_deg"]), float(row["twist_deg"])
            top["rise_m"] = float(row["rise_cm"]) / 100
            if slug == "sit-up":
                top["lumbar_deg"] = lumbar_of_lift(float(row["trunk_deg"]))
            return top
    remedy = "add its top to content/body/exercise_tops.csv"
    raise InputError(f"{slug} {level}", "has no posture to compute a load from", remedy)


def at_start(slug: str, count: int) -> RecordArray:
    """Return (count,) records of an exercise's posture, before its movement."""
    records = blank(count)
    records["support"], records["unsure"] = SUPPORTS[slug], 1.0
    return records
