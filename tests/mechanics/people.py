"""People and recordings for the tests of the load model."""

from collections.abc import Mapping

import numpy as np

from openlumbar.kinematics.signals import SIGNAL_NAMES, FloatArray, Signals
from openlumbar.physique import Physique

WILKE = Physique(168, 70, "male", 45)
"""The man whose disc was measured (Wilke et al. 1999)."""

PEOPLE = (WILKE, Physique(158, 55, "female", 30), Physique(185, 110, "male", 70), Physique())


def signals_of(time_s: FloatArray, **given: FloatArray) -> Signals:
    """Make signals of a person who stands upright facing the camera, all else 0."""
    values: Mapping[str, FloatArray] = {name: np.zeros(len(time_s)) for name in SIGNAL_NAMES}
    return Signals(time_s, {**values, "trunk_angle_deg": np.full(len(time_s), 90.0), **given})
