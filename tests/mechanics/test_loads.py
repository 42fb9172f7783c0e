import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mechanics.people import PEOPLE, WILKE

from openlumbar.errors import InputError
from openlumbar.mechanics import POSTURES, Posture, predicted_loads, spinal_loads, standing_loads
from openlumbar.mechanics._statics import GRAVITY
from openlumbar.mechanics.loads import bodies_of, compute_loads
from openlumbar.mechanics.postures import records_of
from openlumbar.physique import Physique, body_rows, body_table


def gravity_moments(told: Posture) -> np.ndarray:
    """Return (2, 3) moments about L4–L5 and L5–S1 (ahead, left, up), N·m."""
    return compute_loads(records_of(told), bodies_of(WILKE)[0])["gravity_moment_nm"][0, 0]


def test_standing_is_what_the_model_is_calibrated_on():
    assert standing_loads(WILKE).l4l5_idp_mpa.value == pytest.approx(0.50, abs=0.005)


@pytest.mark.parametrize("person", PEOPLE, ids=str)
@pytest.mark.parametrize("name", POSTURES)
def test_an_interval_holds_its_value_and_nothing_is_pulled_apart(name, person):
    loads = spinal_loads(Posture(name), person)

    for estimate in (
        loads.l4l5_compression_n,
        loads.l4l5_idp_mpa,
        loads.l4l5_shear_n,
        loads.l5s1_compression_n,
        loads.relative_to_standing,
    ):
        assert estimate.low <= estimate.value <= estimate.high
        assert math.isfinite(estimate.low + estimate.high)
    assert loads.l4l5_compression_n.low > 0


def test_standing_is_the_measure_of_all_others():
    assert standing_loads(WILKE).relative_to_standing == (1.0, 1.0, 1.0)


def test_upright_the_weight_above_acts_a_little_ahead_of_the_disc():
    body = bodies_of(WILKE)[0][0]
    above_kg = body["middle_trunk_kg"] + body["upper_trunk_kg"] + body["head_kg"]
    above_kg += 2 * (body["upper_arm_kg"] + body["forearm_and_hand_kg"])

    l4l5, l5s1 = gravity_moments(Posture("standing"))

    assert l4l5 == pytest.approx([0.0, GRAVITY * above_kg * body["centre_ahead"], 0.0])
    assert l5s1[1] == pytest.approx(GRAVITY * above_kg * (body["centre_ahead"] + body["l5s1_behind"]))


def test_a_load_ahead_adds_its_weight_times_its_reach():
    empty, loaded = (gravity_moments(Posture("standing", reach_cm=40, hand_load_kg=kg))[1, 1] for kg in (0, 10))

    assert loaded - empty == pytest.approx(10 * GRAVITY * (0.40 + bodies_of(WILKE)[0][0]["l5s1_behind"]))


def test_bending_from_the_hips_alone_turns_a_rigid_trunk():
    body = bodies_of(WILKE)[0][0]
    lean = math.radians(30)
    parts = [(body[f"{part}_kg"], body[f"{part}_m"]) for part in ("middle_trunk", "upper_trunk", "head")]
    parts.append((2 * (body["upper_arm_kg"] + body["forearm_and_hand_kg"]), body["shoulder_m"]))
    expected = sum(
        kg * GRAVITY * (math.sin(lean) * (at - body["l4l5_m"]) + math.cos(lean) * body["centre_ahead"])
        for kg, at in parts
    )

    l4l5 = gravity_moments(Posture("standing", trunk_deg=30, lumbar_flexion_deg=0))[0]

    assert l4l5 == pytest.approx([0.0, expected, 0.0], rel=1e-6)


@given(
    trunk=st.floats(0, 60),
    twist=st.floats(0, 30),
    bend=st.floats(0, 20),
    load=st.floats(0, 15),
)
@settings(max_examples=40, deadline=None)
def test_left_and_right_are_mirror_images(trunk, twist, bend, load):
    left, right = (
        spinal_loads(
            Posture("standing", trunk_deg=trunk, twist_deg=side * twist, side_bend_deg=side * bend, hand_load_kg=load),
            WILKE,
        )
        for side in (1, -1)
    )

    assert left.l4l5_compression_n.value == pytest.approx(right.l4l5_compression_n.value, rel=1e-4)
    assert left.l5s1_compression_n.value == pytest.approx(right.l5s1_compression_n.value, rel=1e-4)


def test_what_is_not_known_of_a_person_widens_the_interval():
    known, unknown = (spinal_loads(Posture("bridge"), person).l4l5_compression_n for person in (WILKE, Physique()))

    assert unknown.high / unknown.low > 1.2 * known.high / known.low


def test_walking_and_the_bridge_load_more_than_standing_and_lying_least():
    loads = {name: spinal_loads(Posture(name), WILKE).relative_to_standing.value for name in POSTURES}

    assert max(loads["supine"], loads["prone"], loads["side"]) < loads["sitting-slouched"] < 1
    assert 1 < loads["walking"] < loads["bridge"] < loads["curl-up"] < loads["sit-up"]


def test_a_sit_up_grows_heavier_up_to_where_the_back_leaves_the_floor():
    lifts = range(0, 46, 5)
    loads = [spinal_loads(Posture("sit-up", trunk_deg=lift), WILKE).l4l5_compression_n.value for lift in lifts]

    assert loads == sorted(loads)


@pytest.mark.parametrize(
    ("told", "thing"),
    [
        ({"name": "kneeling"}, "posture kneeling"),
        ({"name": "standing", "trunk_deg": 140}, "trunk-deg"),
        ({"name": "standing", "trunk_deg": math.nan}, "trunk-deg"),
        ({"name": "standing", "hand_load_kg": -1}, "hand-load-kg"),
        ({"name": "supine", "hand_load_kg": 5}, "hand-load-kg"),
        ({"name": "bridge", "trunk_deg": 20}, "trunk-deg"),
        ({"name": "sit-up", "trunk_deg": -10}, "trunk-deg"),
        ({"name": "curl-up", "trunk_deg": 95}, "trunk-deg"),
        ({"name": "curl-up", "twist_deg": 10}, "twist-deg"),
    ],
)
def test_what_the_model_does_not_hold_for_is_refused_by_name(told, thing):
    with pytest.raises(InputError, match=thing):
        Posture(**told)


def test_every_level_of_every_exercise_has_a_top():
    from openlumbar.cards import exercise, exercise_slugs

    for slug in exercise_slugs():
        for level in exercise(slug).levels:
            assert predicted_loads(slug, level.id, WILKE).relative_to_standing.value > 0
    with pytest.raises(InputError, match="exercise_tops"):
        predicted_loads("bridge", "L9", WILKE)


@pytest.mark.parametrize(
    "name", ["spinal_loads", "trunk_muscles", "trunk_segments", "spine_places", "postures", "exercise_tops"]
)
def test_every_number_says_what_it_rests_on(name):
    for row in body_rows(name):
        assert row["source"]
        assert row["basis"] in ("read", "remembered", "product")


def test_spreads_are_known_kinds():
    assert {row["spread"] for row in body_table("spinal_loads").values()} <= {"none", "normal", "share", "lognormal"}
