import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mechanics.people import WILKE

from openlumbar.mechanics._sharing import share_moment
from openlumbar.mechanics.loads import bodies_of
from openlumbar.mechanics.physique import MUSCLES

BODY = bodies_of(WILKE)[0][0]
PLACES = np.stack([BODY["ahead_m"][0], BODY["left_m"], np.zeros(MUSCLES)], axis=1)
ARMS = np.cross(PLACES, BODY["pull"])
AREAS = BODY["area_cm2"][0].copy()
STRENGTH = 60.0 * AREAS
FLOOR = 0.02 * STRENGTH


def shared(wanted: tuple[float, float, float]) -> tuple[np.ndarray, float]:
    forces = np.empty(MUSCLES)
    missing = share_moment(wanted, ARMS, FLOOR, STRENGTH - FLOOR, AREAS, forces)
    return forces, missing


moments = st.tuples(st.floats(-25, 25), st.floats(-200, 60), st.floats(-15, 15))


@given(moments)
@settings(max_examples=60, deadline=None)
def test_the_muscles_bring_up_the_moment_within_what_each_can_hold(wanted):
    forces, missing = shared(wanted)

    assert missing == pytest.approx(0.0, abs=1e-5)
    assert forces @ ARMS == pytest.approx(np.array(wanted), abs=1e-5)
    assert np.all(forces >= FLOOR - 1e-9)
    assert np.all(forces <= STRENGTH + 1e-9)


@given(moments)
@settings(max_examples=60, deadline=None)
def test_no_other_forces_do_it_with_less(wanted):
    """The optimum's certificate (Karush–Kuhn–Tucker): one λ explains every force, limits included."""
    forces, _ = shared(wanted)
    free = (forces > FLOOR + 1e-6) & (forces < STRENGTH - 1e-6)
    multipliers = np.linalg.lstsq(ARMS[free], ((forces - FLOOR) / AREAS)[free], rcond=None)[0]

    explained = FLOOR + np.clip(AREAS * (ARMS @ multipliers), 0, STRENGTH - FLOOR)

    assert explained == pytest.approx(forces, abs=1e-3)


def test_what_no_muscle_can_hold_is_told_as_missing():
    forces, missing = shared((0.0, -2000.0, 0.0))

    assert missing > 500
    assert np.all(forces <= STRENGTH + 1e-9)
