import pytest

from openlumbar.assessment.verdict import VerdictKeeper
from openlumbar.cards import ReasonCode


def keeper(
    *spans: tuple[float, ReasonCode | None], accepted: int = 0, refused: tuple[ReasonCode, ...] = ()
) -> VerdictKeeper:
    """See spans of seconds, each for one reason or none, and some movements."""
    verdict, index = VerdictKeeper(), 0
    for duration_s, code in spans:
        for _ in range(round(duration_s * 10)):
            verdict.see(index / 10, code)
            index += 1
    for _ in range(accepted):
        verdict.see_movement(None)
    for code in refused:
        verdict.see_movement(code)
    return verdict


def test_a_movement_makes_it_judged() -> None:
    assert keeper((10, None), accepted=1).verdict().judged
    assert keeper((10, None), accepted=1).verdict().reasons == ()


@pytest.mark.parametrize(
    ("spans", "movements", "reasons"),
    [
        ([], {}, ("no_person",)),
        ([(0.1, None)], {}, ("too_short",)),
        ([(20, "no_person")], {}, ("no_person",)),
        ([(19, "no_person"), (1, None)], {"accepted": 1}, ("no_person",)),
        ([(1.5, None)], {"accepted": 1}, ("too_short",)),
        ([(6, "wrong_view"), (4, None)], {"accepted": 3}, ("wrong_view",)),
        ([(6, "no_person"), (4, None)], {"accepted": 3}, ("no_person",)),
        ([(10, None)], {}, ("no_repetitions",)),
        ([(10, None)], {"refused": ("other_exercise", "wrong_view", "other_exercise")}, ("other_exercise",)),
        ([(3, "legs_out_of_frame"), (3, "low_visibility"), (2, None)], {}, ("low_visibility",)),
    ],
)
def test_why_not(spans: list, movements: dict, reasons: tuple[str, ...]) -> None:  # type: ignore[type-arg]
    verdict = keeper(*spans, **movements).verdict()
    assert not verdict.judged
    assert verdict.reasons == reasons


def test_less_than_half_the_time_blind_is_judged() -> None:
    assert keeper((4, "low_visibility"), (6, None), accepted=2).verdict().judged


def test_time_does_not_start_at_zero_everywhere() -> None:
    verdict = VerdictKeeper()
    for index in range(50):
        verdict.see(1e6 + index / 10, None)
    verdict.see_movement(None)
    assert verdict.verdict().judged
