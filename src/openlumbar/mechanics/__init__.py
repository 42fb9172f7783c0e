"""Physique, posture and external load to loads on the lumbar discs, always with an interval."""

from openlumbar.mechanics.estimates import Estimate, SpinalLoads
from openlumbar.mechanics.exercises import predicted_loads
from openlumbar.mechanics.loads import spinal_loads, standing_loads
from openlumbar.mechanics.movement import FrameLoads, LoadMeter, LoadSeries, movement_loads
from openlumbar.mechanics.postures import POSTURES, Posture, posture

__all__ = [
    "POSTURES",
    "Estimate",
    "FrameLoads",
    "LoadMeter",
    "LoadSeries",
    "Posture",
    "SpinalLoads",
    "movement_loads",
    "posture",
    "predicted_loads",
    "spinal_loads",
    "standing_loads",
]
