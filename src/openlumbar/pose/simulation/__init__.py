"""A simulated patient: a 3-D body that exercises before a camera and a tracker, with the truth about it.

It serves the demo, the tests, the docs and the benchmark; it knows nothing of how movements are assessed.
"""

from openlumbar.pose.simulation.camera import Camera
from openlumbar.pose.simulation.cases import negative_scenarios, random_scenario, without_legs
from openlumbar.pose.simulation.demo import DEMO, LIVE_DEMO
from openlumbar.pose.simulation.exercises import BridgeSet, SitUpSet, TwistSet, alternated, repeated
from openlumbar.pose.simulation.negatives import Negative
from openlumbar.pose.simulation.patient import Scenario, Simulation, simulate
from openlumbar.pose.simulation.signals import TrueSignals
from openlumbar.pose.simulation.timing import PlannedRepetition
from openlumbar.pose.simulation.tracker import TrackerNoise
from openlumbar.pose.simulation.truth import TrueRepetition, Truth

__all__ = [
    "DEMO",
    "LIVE_DEMO",
    "BridgeSet",
    "Camera",
    "Negative",
    "PlannedRepetition",
    "Scenario",
    "Simulation",
    "SitUpSet",
    "TrackerNoise",
    "TrueRepetition",
    "TrueSignals",
    "Truth",
    "TwistSet",
    "alternated",
    "negative_scenarios",
    "random_scenario",
    "repeated",
    "simulate",
    "without_legs",
]
