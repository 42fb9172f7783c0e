"""What an exercise loads before anybody has moved: the top of its movement, as a level prescribes it."""

from functools import lru_cache

from openlumbar.errors import InputError
from openlumbar.mechanics import _statics
from openlumbar.mechanics.estimates import SpinalLoads
from openlumbar.mechanics.loads import PEOPLE_KEPT, loads_of_records
from openlumbar.mechanics.physique import RecordArray
from openlumbar.mechanics.postures import blank, lumbar_of_lift
from openlumbar.mechanics.tables import table_rows
from openlumbar.physique import Physique

SUPPORTS = {"sit-up": _statics.SIT_UP, "cross-twist": _statics.FREE, "bridge": _statics.BRIDGE}
"""How each exercise carries the trunk."""


@lru_cache(maxsize=PEOPLE_KEPT)
def predicted_loads(slug: str, level: str, physique: Physique) -> SpinalLoads:
    """Return the loads at the top of an exercise's movement (content/body/exercise_tops.csv).

    Raises:
        InputError: when nothing is known of such an exercise and level.
    """
    for row in table_rows("exercise_tops"):
        if (row["exercise"], row["level"]) == (slug, level):
            top = lifted(slug, 1)
            top["trunk_deg"], top["twist_deg"] = float(row["trunk_deg"]), float(row["twist_deg"])
            top["rise_m"] = float(row["rise_cm"]) / 100
            if slug == "sit-up":
                top["lumbar_deg"] = lumbar_of_lift(float(row["trunk_deg"]))
            return loads_of_records(top, physique)[0]
    remedy = "add its top to content/body/exercise_tops.csv"
    raise InputError(f"{slug} {level}", "has no posture to compute a load from", remedy)


def lifted(slug: str, count: int) -> RecordArray:
    """Return (count,) records of an exercise's posture, before its movement."""
    records = blank(count)
    records["support"], records["unsure"] = SUPPORTS[slug], 1.0
    return records
