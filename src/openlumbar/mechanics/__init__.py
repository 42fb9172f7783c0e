"""Physique, posture and external load to loads on the lumbar discs, always with an interval."""

from openlumbar.mechanics.estimates import Estimate, SpinalLoads
from openlumbar.mechanics.exercises import has_loads, predicted_loads, predicted_relative
from openlumbar.mechanics.loads import spinal_loads, standing_loads
from openlumbar.mechanics.movement import FrameLoads, LoadMeter, LoadSeries, movement_loads
from openlumbar.mechanics.postures import POSTURES, Posture

__all__ = [
    "POSTURES",
    "Estimate",
    "FrameLoads",
    "LoadMeter",
    "LoadSeries",
    "Posture",
    "SpinalLoads",
    "has_loads",
    "movement_loads",
    "predicted_loads",
    "predicted_relative",
    "spinal_loads",
    "standing_loads",
]
