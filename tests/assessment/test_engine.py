"""The engine on movements made by hand: what it counts, times, names and refuses."""

from dataclasses import replace
from itertools import groupby

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.movements import FPS, absent, after, judge, judge_set, samples_of, trapezoids

from openlumbar.assessment.engine import REMEMBERED_S, Assessor
from openlumbar.assessment.events import PhaseChanged, Unseen
from openlumbar.cards import CaseRepetition, exercise, exercise_slugs
from openlumbar.kinematics.signals import Sample
from openlumbar.physique import Physique

GOOD = {
    "bridge": CaseRepetition(peak=10.0, hold_s=5.0),
    "sit-up": CaseRepetition(peak=25.0, hold_s=0.5),
    "cross-twist": CaseRepetition(peak=22.0),
}
SLUGS = exercise_slugs()
QUICK = settings(max_examples=25, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))


def good_set(slug: str, count: int = 3) -> list[CaseRepetition]:
    """Repeat what is well done; a two-sided exercise alternates."""
    sign = -1 if slug == "cross-twist" else 1
    return [GOOD[slug].model_copy(update={"peak": GOOD[slug].peak * sign**index}) for index in range(count)]


def good_samples(slug: str, count: int = 3, fps: float = FPS) -> list[Sample]:
    return samples_of(exercise(slug), trapezoids(good_set(slug, count), fps), fps)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("fps", [5.0, 10.0, 24.0, 60.0, 240.0])
def test_the_frame_rate_changes_no_count_and_no_fault(slug: str, fps: float) -> None:
    judged = judge(slug, good_samples(slug, 4, fps))
    assert (judged.counted, judged.faults) == (4, {})
    assert judged.verdict.judged
    peak = GOOD[slug].peak
    assert [repetition.measures["peak"] for repetition in judged.repetitions] == pytest.approx([peak] * 4, rel=0.1)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("way_s", [3.0, 4.0, 6.0])
def test_slow_movements_are_counted(slug: str, way_s: float) -> None:
    slow = [planned.model_copy(update={"out_s": way_s, "back_s": way_s}) for planned in good_set(slug, 4)]
    judged = judge_set(slug, *slow)
    assert judged.counted == 4
    assert all(repetition.measures["peak"] > 0.9 * GOOD[slug].peak for repetition in judged.repetitions)


@pytest.mark.parametrize("slug", SLUGS)
def test_repetitions_come_in_order_and_lie_apart(slug: str) -> None:
    repetitions = judge(slug, good_samples(slug, 6)).repetitions
    moments = [moment for r in repetitions for moment in (r.start_s, r.peak_s, r.end_s)]
    assert moments == sorted(moments)


def test_a_bridge_is_timed_by_the_contracts_definitions() -> None:
    (repetition,) = judge_set("bridge", GOOD["bridge"]).repetitions
    assert repetition.start_s == pytest.approx(3.0 + 0.15, abs=0.05)
    assert repetition.end_s == pytest.approx(3.0 + 1.5 + 5.0 + 1.8, abs=0.05)
    assert repetition.hold_s == pytest.approx(5.0 + 0.15 + 0.2, abs=0.05)
    assert 4.5 <= repetition.peak_s <= 9.5
    assert repetition.hip_rise_cm == pytest.approx(10.0, abs=0.1)
    assert (repetition.trunk_angle_deg, repetition.trunk_yaw_deg, repetition.side) == (None, None, None)
    low, high = repetition.interval90["hip_rise_cm"]
    assert low < 10.0 < high


def test_each_exercise_reports_its_own_measure() -> None:
    (lift,) = judge_set("sit-up", GOOD["sit-up"]).repetitions
    assert lift.trunk_angle_deg == pytest.approx(25.0, abs=0.5)
    assert lift.hip_rise_cm is None
    left, right = judge_set("cross-twist", *good_set("cross-twist", 2)).repetitions
    assert (left.side, right.side) == ("left", "right")
    assert abs(left.trunk_yaw_deg or 0) == pytest.approx(22.0, abs=1.0)


def test_sides_are_counted_one_by_one() -> None:
    swings = [CaseRepetition(peak=peak) for peak in (22, 22, -22, 22, -22)]
    assert judge_set("cross-twist", *swings).sides == ["left", "left", "right", "left", "right"]


def test_swings_in_one_sweep_are_two() -> None:
    swings = [CaseRepetition(peak=22.0 * (-1) ** index, rest_s=0.0) for index in range(8)]
    assert judge_set("cross-twist", *swings).sides == ["left", "right"] * 4


def test_a_new_bout_starts_when_the_other_hand_goes_up() -> None:
    card = exercise("cross-twist")
    swings = trapezoids([CaseRepetition(peak=20), CaseRepetition(peak=-20)])
    hand = {"raised_wrist_above_head_cm": 20.0, "upper_wrist_above_head_cm": 20.0}
    right_up = samples_of(card, swings, raised_hand=-1.0, **hand)
    left_up = samples_of(card, swings, raised_hand=1.0, **hand)
    judged = judge(card, after(right_up, left_up), "L3")
    assert [repetition.raised_hand for repetition in judged.repetitions] == ["right", "right", "left", "left"]
    assert [repetition.faults for repetition in judged.repetitions] == [(), (), ("wrong_side_first",), ()]


@pytest.mark.parametrize(("raised_hand", "told"), [(2.0, "both"), (0.0, "none")])
def test_both_hands_or_none_have_no_wrong_side(raised_hand: float, told: str) -> None:
    judged = judge_set("cross-twist", *good_set("cross-twist", 4), raised_hand=raised_hand)
    assert {repetition.raised_hand for repetition in judged.repetitions} == {told}
    assert judged.faults == {}


def test_a_wind_up_is_no_swing() -> None:
    wind_up = CaseRepetition(peak=-9.0, out_s=0.3, back_s=0.2, rest_s=0.0)
    swing = CaseRepetition(peak=30.0, out_s=0.6)
    judged = judge_set("cross-twist", swing, wind_up, swing, wind_up, swing)
    assert judged.sides == ["left"] * 3
    assert len(judged.repetitions) == 3


@pytest.mark.parametrize(
    ("slug", "level", "peak", "counted"),
    [
        ("bridge", "L1", 4.0, 1),
        ("bridge", "L2", 4.0, 0),
        ("sit-up", "L1", 12.0, 1),
        ("sit-up", "L2", 12.0, 0),
    ],
)
def test_a_level_has_its_own_limits(slug: str, level: str, peak: float, counted: int) -> None:
    judged = judge_set(slug, CaseRepetition(peak=peak, hold_s=3.0), level=level)
    assert judged.counted == counted
    assert len(judged.repetitions) == 1


def test_a_level_has_its_own_faults() -> None:
    lift = CaseRepetition(peak=75.0)
    assert judge_set("sit-up", lift, level="L2").faults == {"too_high": 1}
    assert judge_set("sit-up", lift, level="L4").faults == {}
    held = CaseRepetition(peak=10.0, hold_s=3.0)
    assert judge_set("bridge", held, level="L1").faults == {}
    assert judge_set("bridge", held, level="L2").faults == {"short_hold": 1}


@pytest.mark.parametrize("slug", SLUGS)
def test_noise_changes_no_count(slug: str) -> None:
    drive = np.array(trapezoids(good_set(slug, 8)))
    noise = np.random.default_rng(4).normal(0.0, 0.03 * GOOD[slug].peak, len(drive))
    assert judge(slug, samples_of(exercise(slug), list(drive + noise))).counted == 8


@pytest.mark.parametrize("slug", SLUGS)
def test_a_shifted_rest_changes_no_count(slug: str) -> None:
    drive = np.array(trapezoids(good_set(slug, 8)))
    drift = np.linspace(0.0, 0.3 * GOOD[slug].peak, len(drive))
    card = exercise(slug)
    samples = samples_of(card, trapezoids(good_set(slug, 8)))
    drifted = [
        Sample(sample.time_s, {**sample.values, card.drive.signal: value})
        for sample, value in zip(samples, (drive + drift).tolist(), strict=True)
    ]
    assert judge(card, drifted).counted == 8


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("cut_s", [0.5, 1.0])
def test_a_repetition_cut_off_while_coming_back_counts(slug: str, cut_s: float) -> None:
    planned = GOOD[slug].model_copy(update={"rest_s": 0.0, "back_s": 3.0})
    samples = samples_of(exercise(slug), trapezoids([planned]))
    assert judge(slug, samples[: -round(cut_s * FPS)]).counted == 1


@pytest.mark.parametrize("slug", SLUGS)
def test_a_repetition_cut_off_on_the_way_out_or_on_top_does_not(slug: str) -> None:
    planned = GOOD[slug].model_copy(update={"rest_s": 0.0, "hold_s": 2.0})
    samples = samples_of(exercise(slug), trapezoids([planned]))
    for left_out_s in (4.5, 3.0):
        assert judge(slug, samples[: -round(left_out_s * FPS)]).counted == 0


@pytest.mark.parametrize("slug", SLUGS)
def test_a_recording_that_starts_on_top_counts_what_follows(slug: str) -> None:
    planned = good_set(slug, 4)
    samples = samples_of(exercise(slug), trapezoids(planned, lead_in_s=0.0))
    starts_on_top = samples[round(2.0 * FPS) :]
    assert 3 <= judge(slug, starts_on_top).counted <= 4


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize(("blind_s", "counted"), [(0.5, 1), (5.0, 0)])
def test_a_movement_survives_a_short_blind_moment_only(slug: str, blind_s: float, counted: int) -> None:
    planned = GOOD[slug].model_copy(update={"hold_s": 6.0})
    samples = samples_of(exercise(slug), trapezoids([planned]))
    start = round(6.0 * FPS)
    frames = round(blind_s * FPS)
    holes = absent(blind_s)
    for index in range(start, start + frames):
        samples[index] = replace_values(samples[index], holes[0])
    assert judge(slug, samples).counted == counted


def replace_values(sample: Sample, by: Sample) -> Sample:
    return Sample(sample.time_s, by.values)


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("away_s", [2.0, 30.0, 100.0])
def test_somebody_who_leaves_and_comes_back_goes_on_counting(slug: str, away_s: float) -> None:
    first = good_samples(slug, 2)
    samples = after(after(first, absent(away_s)), good_samples(slug, 2))
    judged = judge(slug, samples)
    assert judged.counted == 4
    unseen = [event for event in judged.events if isinstance(event, Unseen)]
    assert [event.code for event in unseen] == ["no_person"]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_hole_in_time_ends_nothing_badly(slug: str) -> None:
    samples = after(good_samples(slug, 2), good_samples(slug, 2), pause_s=500.0)
    assert judge(slug, samples).counted == 4


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_sample_is_refused_and_does_not_fail(slug: str, count: int) -> None:
    judged = judge(slug, good_samples(slug)[:count])
    assert judged.repetitions == ()
    assert judged.reason in ("no_person", "too_short")


@pytest.mark.parametrize("slug", SLUGS)
def test_each_signal_may_be_missing_for_a_while_or_throughout(slug: str) -> None:
    card = exercise(slug)
    samples = good_samples(slug)
    for name in samples[0].values:
        for missing in (slice(150, 300), slice(None)):
            holed = list(samples)
            for index in range(*missing.indices(len(samples))):
                holed[index] = Sample(samples[index].time_s, {**samples[index].values, name: float("nan")})
            judged = judge(card, holed)
            assert judged.counted <= 3
            assert judged.verdict.judged or judged.reason


@QUICK
@given(seed=st.integers(0, 10_000), slug=st.sampled_from(SLUGS))
def test_samples_one_by_one_or_in_any_pieces_give_the_same(seed: int, slug: str) -> None:
    """Live, what has been said never changes later: the events of a recording begin with those of its beginning."""
    rng = np.random.default_rng(seed)
    card = exercise(slug)
    drive = np.array(trapezoids(good_set(slug, 3))) * rng.uniform(0.5, 1.2)
    samples = samples_of(card, list(drive + rng.normal(0.0, 0.5, len(drive))))
    for index in rng.integers(0, len(samples), 20):
        samples[index] = Sample(samples[index].time_s, absent(1.0)[0].values)
    whole = judge(card, samples).events
    cut = int(rng.integers(1, len(samples)))
    assessor = Assessor(card, card.level(), Physique())
    live = [event for sample in samples[:cut] for event in assessor.step(sample)]
    assert repr(live) == repr(list(whole[: len(live)]))  # repr: what is not known, NaN, equals nothing
    live += [event for sample in samples[cut:] for event in assessor.step(sample)]
    assert repr([*live, *assessor.finish()]) == repr(list(whole))


@pytest.mark.parametrize("slug", SLUGS)
def test_what_is_remembered_does_not_grow(slug: str) -> None:
    card = exercise(slug)
    assessor = Assessor(card, card.level(), Physique())
    still = samples_of(card, [0.0])[0].values
    sizes = []
    for index in range(600 * 10):
        assessor.step(Sample(index / 10, still))
        if index % 1000 == 999:
            sizes.append(len(assessor._values))
    assert len(set(sizes)) == 1
    assert sizes[0] <= REMEMBERED_S * 10


def test_what_is_remembered_is_bounded_when_nobody_comes_back_down() -> None:
    card = exercise("bridge")
    assessor = Assessor(card, card.level(), Physique())
    rng = np.random.default_rng(1)
    for index in range(4000):
        values = samples_of(card, [10.0 if index > 50 else 0.0])[0].values
        assessor.step(Sample(index / 10, {**values, "hip_rise_cm": values["hip_rise_cm"] + rng.normal(0, 0.1)}))
        assert len(assessor._values) <= REMEMBERED_S * 10 + 1


@pytest.mark.parametrize("slug", SLUGS)
def test_phases_follow_the_movement(slug: str) -> None:
    events = judge(slug, good_samples(slug, 2)).events
    phases = [event.phase for event in events if isinstance(event, PhaseChanged)]
    away = ["out" if phase == "top" else phase for phase in phases]  # a held top may be left and reached again
    assert [phase for phase, _ in groupby(away)] == ["out", "back", "rest"] * 2
    assert ("top" in phases) == (GOOD[slug].hold_s > 0)


def test_unseen_is_said_once_for_each_reason() -> None:
    card = exercise("bridge")
    still = trapezoids([], lead_in_s=2.0)
    samples = after(samples_of(card, still), samples_of(card, still, legs_in_frame=0.0))
    samples = after(samples, samples_of(card, still))
    events = judge(card, samples).events
    assert [type(event) for event in events] == [Unseen, PhaseChanged]
    assert events[0] == replace(events[0], code="legs_out_of_frame")


@pytest.mark.parametrize(
    ("signals", "reason"),
    [
        ({"visibility": float("nan")}, "no_person"),
        ({"visibility": 0.2}, "low_visibility"),
        ({"plausibility": 0.1}, "implausible_pose"),
        ({"legs_in_frame": 0.0}, "legs_out_of_frame"),
    ],
)
@pytest.mark.parametrize("slug", SLUGS)
def test_refusals(slug: str, signals: dict[str, float], reason: str) -> None:
    judged = judge(slug, samples_of(exercise(slug), trapezoids(good_set(slug)), **signals))
    assert (judged.counted, judged.reason) == (0, reason)


@pytest.mark.parametrize("slug", SLUGS)
def test_too_short_and_nothing_done(slug: str) -> None:
    card = exercise(slug)
    assert judge(card, samples_of(card, [0.0] * 45)).reason == "too_short"
    assert judge(card, samples_of(card, [0.0] * 300)).reason == "no_repetitions"


@pytest.mark.parametrize(("slug", "view_deg"), [("bridge", 10.0), ("sit-up", 20.0), ("cross-twist", 85.0)])
def test_the_wrong_view(slug: str, view_deg: float) -> None:
    judged = judge_set(slug, *good_set(slug), view_angle_deg=view_deg)
    assert (judged.counted, judged.reason) == (0, "wrong_view")


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("away_s", [30.0, 80.0])
def test_somebody_who_leaves_while_coming_back_ends_nothing_badly(slug: str, away_s: float) -> None:
    planned = GOOD[slug].model_copy(update={"rest_s": 0.0})
    samples = samples_of(exercise(slug), trapezoids([planned]))[:-5]
    assert judge(slug, after(samples, absent(away_s))).counted <= 1


@pytest.mark.parametrize("slug", ["bridge", "sit-up"])
@pytest.mark.parametrize("fps", [5.0, 7.0, 9.0, 10.0, 12.0])
def test_a_slow_camera_finds_rest_after_another_movement(slug: str, fps: float) -> None:
    card = exercise(slug)
    upright = {"shoulder_height_ratio": 2.0, "hip_height_ratio": 1.7}
    before = samples_of(card, [0.0] * round(5 * fps), fps, **upright)
    samples = after(before, samples_of(card, trapezoids(good_set(slug, 3), fps), fps), 1 / fps)
    assert judge(card, samples).counted == 3


@pytest.mark.parametrize("slug", SLUGS)
def test_slow_lifts_are_counted_at_240_frames_a_second(slug: str) -> None:
    slow = [planned.model_copy(update={"out_s": 5.0, "back_s": 5.0}) for planned in good_set(slug, 3)]
    assert judge(slug, samples_of(exercise(slug), trapezoids(slow, 240.0), 240.0)).counted == 3


@pytest.mark.parametrize(("slug", "dip"), [("sit-up", -12.0), ("bridge", -4.0), ("bridge", -8.0)])
def test_a_dip_below_the_rest_loses_nothing(slug: str, dip: float) -> None:
    """The hips are lifted once to lie better, or the head once to look: the trunk or the hips fall below rest."""
    card, planned = exercise(slug), GOOD[slug].model_copy(update={"peak": 18.0 if slug == "sit-up" else 10.0})
    moments = np.arange(0.0, 8.0, 1 / FPS)
    dipped = np.interp(moments, [0, 3, 4, 5, 6, 8], [0, 0, dip, dip, 0, 0]).tolist()
    judged = judge(card, samples_of(card, [*dipped, *trapezoids([planned] * 4, lead_in_s=0.0)]))
    assert judged.counted == 4
    assert max(repetition.measures["peak"] for repetition in judged.repetitions) < 1.1 * planned.peak
