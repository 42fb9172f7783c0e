import pytest

from openlumbar.assessment.intervals import interval90
from openlumbar.physique import Physique

NAMES = ("hip_rise_cm", "trunk_angle_deg", "trunk_yaw_deg")


def width(name: str, value: float, physique: Physique) -> float:
    low, high = interval90(name, value, physique)
    return high - low


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [-30.0, 0.0, 12.0])
def test_the_interval_is_about_the_estimate(name: str, value: float) -> None:
    low, high = interval90(name, value, Physique(170))
    assert low < value < high
    assert (low + high) / 2 == pytest.approx(value)


@pytest.mark.parametrize("name", NAMES)
def test_a_larger_estimate_is_less_sure(name: str) -> None:
    assert width(name, 60.0, Physique(170)) > width(name, 10.0, Physique(170))


def test_a_height_that_is_not_known_makes_lengths_less_sure_and_angles_not() -> None:
    by_knowledge = [Physique(170), Physique(sex="female"), Physique()]
    widths = [width("hip_rise_cm", 20.0, physique) for physique in by_knowledge]
    assert widths == sorted(widths)
    assert widths[0] < widths[1] < widths[2]
    assert len({width("trunk_angle_deg", 20.0, physique) for physique in by_knowledge}) == 1
