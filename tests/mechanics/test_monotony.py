"""What any load model must hold to, whatever its numbers: more is more, left is right, unknown is wider."""

import itertools
import math
from dataclasses import astuple, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openlumbar.mechanics import POSTURES, Estimate, Posture, SpinalLoads, spinal_loads, standing_loads
from openlumbar.physique import Physique

MAN = Physique(height_cm=175, weight_kg=75, sex="male", age=45)
WOMAN = Physique(height_cm=162, weight_kg=62, sex="female", age=50)
PEOPLE = pytest.mark.parametrize("person", [MAN, WOMAN], ids=["man", "woman"])
LYING = ("supine", "prone", "side")
UPRIGHT = ("standing", "sitting", "sitting-slouched", "walking")
LUMBAR_SHARE = 0.6
DRAWN_SHARE = 0.03
"""How sure the ends of an interval are that is drawn: at a known weight, height and sex matter less than that."""

quickly = settings(max_examples=25, deadline=None, derandomize=True)


def compressions_n(loads: SpinalLoads) -> tuple[float, float]:
    return loads.l4l5_compression_n.value, loads.l5s1_compression_n.value


def is_more(more: SpinalLoads, less: SpinalLoads) -> bool:
    return all(one > other for one, other in zip(compressions_n(more), compressions_n(less), strict=True))


def leaning(trunk_deg: float, **details: float) -> SpinalLoads:
    asked = Posture("standing", trunk_deg=trunk_deg, lumbar_flexion_deg=LUMBAR_SHARE * trunk_deg, **details)
    return spinal_loads(asked, MAN)


def apart(low: float, high: float, least: float) -> st.SearchStrategy[tuple[float, float]]:
    """Draw two numbers of a range, the smaller first, at least so far apart."""
    return st.floats(low, high - least).flatmap(lambda first: st.tuples(st.just(first), st.floats(first + least, high)))


@pytest.mark.parametrize("name", [name for name in POSTURES if name not in LYING])
@PEOPLE
def test_a_heavier_person_carries_more(name: str, person: Physique) -> None:
    loads = [spinal_loads(Posture(name), replace(person, weight_kg=weight_kg)) for weight_kg in (50, 65, 80, 110)]
    assert all(is_more(more, less) for less, more in itertools.pairwise(loads))


@pytest.mark.parametrize("name", LYING)
@PEOPLE
def test_lying_a_heavier_person_carries_no_less(name: str, person: Physique) -> None:
    light, heavy = (spinal_loads(Posture(name), replace(person, weight_kg=weight_kg)) for weight_kg in (55, 95))
    assert all(more >= less for less, more in zip(compressions_n(light), compressions_n(heavy), strict=True))


@given(apart(0.0, 60.0, 1.0))
@quickly
def test_leaning_further_forward_loads_more(trunk_deg: tuple[float, float]) -> None:
    less, more = map(leaning, trunk_deg)
    assert is_more(more, less)
    assert more.l4l5_idp_mpa.value > less.l4l5_idp_mpa.value


@given(apart(15.0, 70.0, 1.0), st.floats(2.0, 25.0), st.floats(0.0, 40.0))
@quickly
def test_a_weight_farther_away_loads_more(reach_cm: tuple[float, float], hand_load_kg: float, trunk_deg: float) -> None:
    less, more = (leaning(trunk_deg, hand_load_kg=hand_load_kg, reach_cm=reach) for reach in reach_cm)
    assert is_more(more, less)


@given(apart(0.0, 30.0, 0.5), st.floats(15.0, 60.0), st.floats(0.0, 40.0))
@quickly
def test_a_heavier_weight_loads_more(hand_load_kg: tuple[float, float], reach_cm: float, trunk_deg: float) -> None:
    less, more = (leaning(trunk_deg, hand_load_kg=load, reach_cm=reach_cm) for load in hand_load_kg)
    assert is_more(more, less)


@given(apart(0.0, 45.0, 2.0), st.floats(0.0, 40.0))
@quickly
def test_turning_further_loads_no_less(twist_deg: tuple[float, float], trunk_deg: float) -> None:
    less, more = (leaning(trunk_deg, twist_deg=twist) for twist in twist_deg)
    assert more.l4l5_compression_n.value >= 0.98 * less.l4l5_compression_n.value


@given(st.floats(-40.0, 40.0), st.floats(-25.0, 25.0), st.floats(0.0, 50.0), st.floats(0.0, 20.0))
@quickly
def test_left_and_right_load_alike(twist: float, bend: float, trunk_deg: float, hand_load_kg: float) -> None:
    left = leaning(trunk_deg, twist_deg=twist, side_bend_deg=bend, hand_load_kg=hand_load_kg)
    right = leaning(trunk_deg, twist_deg=-twist, side_bend_deg=-bend, hand_load_kg=hand_load_kg)
    for one, other in zip(astuple(left), astuple(right), strict=True):
        assert one[0] == pytest.approx(other[0], rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("name", POSTURES)
@pytest.mark.parametrize("person", [MAN, WOMAN, Physique()], ids=["man", "woman", "unknown"])
def test_the_interval_holds_the_value(name: str, person: Physique) -> None:
    for estimate in astuple(spinal_loads(Posture(name), person)):
        value, low, high = estimate
        assert low <= value <= high
        assert math.isfinite(low)
        assert math.isfinite(high)


@given(st.floats(0.0, 60.0), st.floats(-30.0, 30.0), st.floats(-20.0, 20.0), st.floats(0.0, 20.0))
@quickly
def test_the_interval_holds_the_value_in_any_posture(trunk: float, twist: float, bend: float, hand_load: float) -> None:
    for value, low, high in astuple(leaning(trunk, twist_deg=twist, side_bend_deg=bend, hand_load_kg=hand_load)):
        assert low <= value <= high


@pytest.mark.parametrize("name", UPRIGHT)
def test_an_unknown_weight_widens(name: str) -> None:
    known, unknown = (spinal_loads(Posture(name), person) for person in (MAN, replace(MAN, weight_kg=None)))
    assert width(unknown.l4l5_compression_n) > width(known.l4l5_compression_n)


@pytest.mark.parametrize("person", [replace(MAN, height_cm=None), replace(MAN, sex=None)], ids=["height", "sex"])
@pytest.mark.parametrize("name", UPRIGHT)
def test_an_unknown_height_or_sex_never_narrows(person: Physique, name: str) -> None:
    known, unknown = (spinal_loads(Posture(name), who).l4l5_compression_n for who in (MAN, person))
    assert width(unknown) > (1 - DRAWN_SHARE) * width(known)


def test_knowing_nothing_is_widest() -> None:
    nothing = width(standing_loads(Physique()).l4l5_compression_n)
    for field in ("height_cm", "weight_kg", "sex"):
        known = Physique(**{field: getattr(MAN, field)})
        assert width(standing_loads(known).l4l5_compression_n) < nothing


def test_standing_is_once_itself() -> None:
    assert standing_loads(MAN) == spinal_loads(Posture("standing"), MAN)
    assert standing_loads(MAN).relative_to_standing.value == pytest.approx(1.0)


def width(estimate: Estimate) -> float:
    """Return the width of an interval, so that people of different size can be compared."""
    return math.log(estimate.high / estimate.low)
