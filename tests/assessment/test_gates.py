import math

import pytest
from tests.movements import NOBODY, samples_of

from openlumbar.assessment.gates import GateKeeper
from openlumbar.cards import Card, ReasonCode, exercise, exercise_slugs
from openlumbar.kinematics.signals import Sample


@pytest.fixture(params=exercise_slugs())
def card(request: pytest.FixtureRequest) -> Card:
    return exercise(request.param)


def check(card: Card, **signals: float) -> ReasonCode | None:
    return GateKeeper(card).check(samples_of(card, [0.0], **signals)[0])


def test_a_good_sample_passes(card: Card) -> None:
    assert check(card) is None


@pytest.mark.parametrize(
    ("signals", "code"),
    [
        ({"visibility": math.nan}, "no_person"),
        ({"visibility": 0.1}, "low_visibility"),
        ({"plausibility": 0.1}, "implausible_pose"),
        ({"legs_in_frame": 0.0}, "legs_out_of_frame"),
        ({"legs_in_frame": 0.0, "visibility": 0.1}, "legs_out_of_frame"),
    ],
)
def test_a_bad_sample_says_why(card: Card, signals: dict[str, float], code: str) -> None:
    assert check(card, **signals) == code


def test_an_empty_sample_is_nobody(card: Card) -> None:
    assert GateKeeper(card).check(Sample(0.0, NOBODY)) == "no_person"


def test_every_sample_gate_of_a_card_is_asked(card: Card) -> None:
    for gate in card.gates:
        if gate.when == "always":
            low = gate.at_least.value - 0.1 if gate.at_least else None
            high = gate.at_most.value + 0.1 if gate.at_most else None
            for value in (low, high):
                assert value is None or check(card, **{gate.signal: value}) == gate.code


def test_every_gate_of_the_rest_is_asked(card: Card) -> None:
    keeper, good = GateKeeper(card), samples_of(card, [0.0] * 10)
    measures = {gate.signal: 30.0 for gate in card.gates if gate.when == "repetition"}
    measures |= {name: 0.0 for name in measures if name.endswith(".range") and name != "hip_angle_deg.range"}
    measures |= {name: 0.0 for name in measures if name.startswith("ankle_speed")}
    assert keeper.check_repetition(measures, good, good) is None
    for gate in card.gates:
        if gate.when == "rest":
            value = gate.at_least.value - 0.1 if gate.at_least else gate.at_most.value + 0.1  # type: ignore[union-attr]
            unlike = samples_of(card, [0.0] * 10, **{gate.signal: value})
            assert keeper.check_repetition(measures, good, unlike) == gate.code


def test_a_posture_that_was_not_seen_does_not_pass(card: Card) -> None:
    keeper, good = GateKeeper(card), samples_of(card, [0.0] * 10)
    unseen = [Sample(sample.time_s, NOBODY) for sample in good]
    assert keeper.check_repetition({"peak": 30.0}, good, unseen) is not None


def test_a_clear_turn_counts_sitting_and_a_small_one_only_standing() -> None:
    card = exercise("cross-twist")
    keeper = GateKeeper(card)
    for hip_height, peak, passes in ((1.7, 12.0, True), (1.0, 12.0, False), (1.0, 40.0, True)):
        samples = samples_of(card, [0.0] * 10, hip_height_ratio=hip_height)
        assert (keeper.check_repetition({"peak": peak}, samples, samples) is None) == passes
