from dataclasses import replace

import numpy as np
import pytest

from openlumbar.pose.simulation import (
    DEMO,
    BridgeSet,
    Camera,
    PlannedRepetition,
    Scenario,
    Simulation,
    SitUpSet,
    TwistSet,
    alternated,
    negative_scenarios,
    random_scenario,
    repeated,
    simulate,
)
from openlumbar.pose.simulation.exercises import Motion

STEADY = PlannedRepetition(10.0, up_s=1.5, hold_s=5.0, down_s=2.0, rest_s=1.5)
SWING = PlannedRepetition(25.0, up_s=1.5, hold_s=0.2, down_s=1.5, rest_s=0.0)


def judged(exercise: str, motion: Motion, level: str = "L2") -> Simulation:
    camera = Camera("front", frame_size=(720, 1280)) if exercise == "cross-twist" else Camera()
    return simulate(Scenario("test", exercise, motion, level, camera=camera, noise=None), seed=4)


def faults(simulation: Simulation) -> list[tuple[str, ...]]:
    return [repetition.faults for repetition in simulation.truth.repetitions]


def test_a_bridge_is_measured_as_planned() -> None:
    truth = judged("bridge", BridgeSet(repeated(STEADY, 3), tremor_cm=0.0)).truth
    assert truth.count() == 3
    for repetition, start_s in zip(truth.repetitions, (2.0, 12.0, 22.0), strict=True):
        assert repetition.hip_rise_cm == pytest.approx(10.0, abs=0.2)
        assert start_s < repetition.start_s < start_s + 0.6
        assert start_s + 1.2 < repetition.peak_s < start_s + 6.8
        assert start_s + 7.8 < repetition.end_s < start_s + 8.5
        assert 5.0 < repetition.hold_s < 6.3
        assert repetition.faults == ()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"peak": 6.0}, {"low_rise"}),
        ({"hold_s": 2.0}, {"short_hold"}),
        ({"line_deg": 191.0}, {"over_arched"}),
        ({"down_s": 0.4}, {"fast_lowering"}),
        ({"line_deg": 182.0}, set()),
    ],
)
def test_bridge_faults(change: dict[str, float], expected: set[str]) -> None:
    motion = BridgeSet((STEADY, replace(STEADY, **change)), knee_deg=100.0)  # type: ignore[arg-type]
    first, second = faults(judged("bridge", motion))
    assert first == ()
    assert set(second) == expected


@pytest.mark.parametrize(
    ("change", "knee_deg", "level", "expected"),
    [
        ({}, 90.0, "L2", set()),
        ({"up_s": 0.3}, 90.0, "L2", {"too_fast"}),
        ({"peak": 60.0}, 90.0, "L2", {"too_high"}),
        ({"peak": 60.0}, 90.0, "L4", set()),
        ({"peak": 45.0}, 90.0, "L4", {"incomplete"}),
        ({"peak": 17.0}, 90.0, "L2", {"incomplete"}),
        ({}, 160.0, "L2", {"knees_straight"}),
    ],
)
def test_sit_up_faults(change: dict[str, float], knee_deg: float, level: str, expected: set[str]) -> None:
    planned = replace(PlannedRepetition(28.0), **change)  # type: ignore[arg-type]
    simulation = judged("sit-up", SitUpSet((planned,), knee_deg), level)
    assert set(faults(simulation)[0]) == expected
    assert simulation.truth.repetitions[0].trunk_angle_deg == pytest.approx(planned.peak, abs=2.5)


def test_swings_alternate_and_the_first_goes_away_from_the_raised_hand() -> None:
    truth = judged("cross-twist", TwistSet(alternated(SWING, 6), raised="right"), "L3").truth
    assert [repetition.side for repetition in truth.repetitions] == ["left", "right"] * 3
    assert (truth.count("left"), truth.count("right")) == (3, 3)
    assert all(repetition.faults == () for repetition in truth.repetitions)
    wrong = judged("cross-twist", TwistSet(alternated(SWING, 4, "right"), raised="right"), "L3")
    assert faults(wrong) == [("wrong_side_first",), (), (), ()]


@pytest.mark.parametrize(
    ("change", "stance", "expected"),
    [
        ({"peak": 54.0}, 1.0, {"over_rotation"}),
        ({"lean_deg": 22.0}, 1.0, {"leaning"}),
        ({"up_s": 0.3, "down_s": 0.3}, 1.0, {"ballistic"}),
        ({"arm_down": True}, 1.0, {"arm_down"}),
        ({}, 0.5, {"narrow_stance"}),
    ],
)
def test_twist_faults(change: dict[str, float], stance: float, expected: set[str]) -> None:
    swing = replace(SWING, rest_s=1.0, **change)  # type: ignore[arg-type]
    simulation = judged("cross-twist", TwistSet(alternated(swing, 2), stance, raised="right"), "L3")
    assert [set(codes) for codes in faults(simulation)] == [expected] * 2


def test_an_attempt_too_small_is_listed_and_not_counted() -> None:
    truth = judged("bridge", BridgeSet((STEADY, replace(STEADY, peak=3.0), STEADY))).truth
    assert [repetition.counted for repetition in truth.repetitions] == [True, False, True]
    assert truth.count() == 2


def test_negatives_hold_nothing_to_count() -> None:
    scenarios = negative_scenarios(duration_s=5.0)
    assert len({scenario.name for scenario in scenarios}) == len(scenarios) >= 10
    assert all(simulate(scenario, 1).truth.repetitions == () for scenario in scenarios)


@pytest.mark.parametrize("exercise", DEMO)
def test_the_demo_is_short_and_instructive(exercise: str) -> None:
    simulation = simulate(DEMO[exercise], seed=1)
    assert 25.0 < simulation.track.time_s[-1] < 45.0
    assert len({code for codes in faults(simulation) for code in codes}) >= 2


@pytest.mark.parametrize("exercise", DEMO)
def test_random_patients_do_well_when_asked_to(exercise: str) -> None:
    for seed in range(3):
        scenario = random_scenario(exercise, np.random.default_rng(seed), with_faults=False)
        simulation = simulate(scenario, seed)
        assert simulation.truth.count() >= 3
        assert not any(repetition.faults for repetition in simulation.truth.counted)
        faulty = simulate(random_scenario(exercise, np.random.default_rng(seed), with_faults=True), seed)
        assert any(repetition.faults for repetition in faulty.truth.counted)
