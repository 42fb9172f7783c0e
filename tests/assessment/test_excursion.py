import math
from collections.abc import Iterable, Sequence

import numpy as np
import pytest
from tests.movements import FPS, trapezoids

from openlumbar.assessment.excursion import REST_SAMPLES, USUAL_OF, Excursion, ExcursionFinder
from openlumbar.cards import CaseRepetition

NOTICED = 2.5


def planned(*peaks: float, **times: float) -> list[float]:
    return trapezoids([CaseRepetition(peak=peak, **times) for peak in peaks])


def found(
    values: Iterable[float], finder: ExcursionFinder | None = None, *, two_sided: bool = False
) -> list[Excursion]:
    finder = finder or ExcursionFinder(NOTICED, two_sided=two_sided)
    done = [finder.step(index / FPS, value) for index, value in enumerate(values)]
    return [excursion for excursion in [*done, finder.finish()] if excursion is not None]


def heights(values: Sequence[float], *, two_sided: bool = False) -> list[float]:
    return [excursion.side * excursion.height for excursion in found(values, two_sided=two_sided)]


def test_each_movement_out_and_back_is_one() -> None:
    done = found(planned(10.0, 8.0, 12.0))
    assert [excursion.height for excursion in done] == pytest.approx([10, 8, 12], abs=0.1)
    for excursion in done:
        assert excursion.left_s < excursion.peak_s < excursion.ended_s
        assert excursion.rest == pytest.approx(0.0, abs=0.1)
    assert done[0].resting_since_s == -math.inf
    assert done[1].resting_since_s == done[0].ended_s
    assert done[1].rested_s == pytest.approx(3.0, abs=0.7)


def test_the_level_of_the_rest_does_not_matter() -> None:
    drive = planned(10.0, 8.0)
    assert heights([value - 37.0 for value in drive]) == pytest.approx(heights(drive))


def test_what_is_small_for_the_exercise_is_not_noticed() -> None:
    assert len(heights(planned(NOTICED * 0.9))) == 0
    assert len(heights(planned(NOTICED * 1.2))) == 1


def test_what_is_small_for_the_person_is_not_noticed_after_three() -> None:
    assert len(heights(planned(20.0, 5.0, 20.0, 20.0, 20.0))) == 5
    assert len(heights(planned(20.0, 20.0, 20.0, 5.0, 20.0))) == 4


def test_the_usual_follows_a_tiring_person() -> None:
    tiring = [20.0, 20.0, 20.0, *np.linspace(18.0, 4.0, 12)]
    assert heights(planned(*tiring)) == pytest.approx(tiring, abs=0.2)


@pytest.mark.parametrize("out_s", [1.0, 3.0, 4.0, 6.0])
@pytest.mark.parametrize("peak", [6.0, 10.0, 40.0])
def test_slow_lifts_are_found_in_full(out_s: float, peak: float) -> None:
    done = heights(planned(peak, peak, peak, out_s=out_s, back_s=out_s))
    assert done == pytest.approx([peak] * 3, rel=0.08)


def test_a_tremor_on_the_plateau_makes_no_second_one() -> None:
    drive = np.array(planned(10.0, 10.0, 10.0, hold_s=6.0))
    shaking = drive + 0.2 * drive * np.sin(np.arange(len(drive)) / FPS * 2 * np.pi * 3)
    assert len(heights(list(shaking))) == 3


@pytest.mark.parametrize(("dip_to", "count"), [(6.0, 1), (1.0, 2)])
def test_a_double_bump_is_one_and_a_return_makes_two(dip_to: float, count: int) -> None:
    times = np.cumsum([0.0, 3.0, 1.5, 1.0, 0.7, 0.7, 1.0, 2.0, 3.0])
    drive = np.interp(np.arange(0, times[-1], 1 / FPS), times, [0, 0, 10, 10, dip_to, 10, 10, 0, 0])
    assert len(heights(list(drive))) == count


def test_noise_at_rest_and_on_top_changes_no_count() -> None:
    drive = np.array(planned(*[10.0] * 8, hold_s=2.0))
    noise = np.random.default_rng(2).normal(0.0, 0.4, len(drive))
    assert len(heights(list(drive + noise))) == 8


def test_both_sides_of_the_middle() -> None:
    assert heights(planned(20.0, -22.0, 18.0, rest_s=0.0), two_sided=True) == pytest.approx([20, -22, 18], abs=0.5)


def test_a_movement_that_is_coming_back_at_the_end_is_completed() -> None:
    drive = planned(10.0, rest_s=0.0)
    assert len(heights(drive[:-10])) == 1
    assert len(heights(drive[: -round(1.9 * FPS)])) == 0


def test_a_new_posture_is_no_endless_movement() -> None:
    lifted = [0.0] * 60 + [30.0] * round(70 * FPS)
    assert heights(lifted) == []
    assert heights([*lifted, *(30.0 + value for value in planned(10.0))]) == pytest.approx([10.0], abs=0.5)


def test_after_another_movement_the_signal_must_be_steady_first() -> None:
    finder = ExcursionFinder(NOTICED, two_sided=False)
    finder.restart(wait_until_steady=True)
    falling = list(np.linspace(40.0, 0.0, 60))
    done = found([*falling, *planned(10.0)], finder)
    assert [excursion.height for excursion in done] == pytest.approx([10.0], abs=0.1)


def test_what_is_usual_survives_a_restart() -> None:
    finder = ExcursionFinder(NOTICED, two_sided=False)
    found(planned(20.0, 20.0, 20.0), finder)
    finder.restart(wait_until_steady=False)
    assert finder.threshold == pytest.approx(0.3 * 20.0, abs=0.1)


def test_nothing_it_keeps_grows() -> None:
    finder = ExcursionFinder(NOTICED, two_sided=True)
    drive = planned(*[20.0, -20.0] * 30, rest_s=0.5)
    found(drive, finder)
    assert len(finder._heights) == USUAL_OF
    assert len(finder._resting._sorted) <= REST_SAMPLES
    assert len(finder._resting._order) <= REST_SAMPLES
