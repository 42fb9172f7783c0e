from dataclasses import replace

import pytest

from analyses import make_analysis
from openlumbar.assessment.events import Verdict
from openlumbar.cards import ReasonCode
from openlumbar.pipeline.judgement import Sightings, recognise, weigh
from openlumbar.pose.backends import Remark

JUDGED = Verdict(judged=True)


def saw(code: str, frames: int, first_s: float, last_s: float, with_person: int = 900) -> Sightings:
    return Sightings(900, with_person, 30.0, (Remark(code, frames, first_s, last_s),))


def test_without_a_remark_the_verdict_stands() -> None:
    assert weigh(JUDGED, Sightings(900, 900, 30.0)) == JUDGED


@pytest.mark.parametrize(
    ("frames", "first_s", "last_s", "judged"),
    [
        (9, 0.0, 26.7, False),  # at every look
        (4, 0.0, 10.0, False),
        (1, 3.3, 3.3, True),  # somebody walked by
        (2, 0.0, 26.7, True),  # somebody walked by twice
        (40, 5.0, 6.3, True),  # the person was lost for a moment, so every frame was a look
    ],
)
def test_several_people_count_by_the_time_they_were_there(
    frames: int, first_s: float, last_s: float, judged: bool
) -> None:
    verdict = weigh(JUDGED, saw("several_people", frames, first_s, last_s))
    assert verdict == Verdict(judged, ("several_people",))


def test_several_people_come_first_when_they_decide_and_last_when_not() -> None:
    refused = Verdict(judged=False, reasons=("no_repetitions",))
    decided = weigh(refused, saw("several_people", 9, 0.0, 27.0))
    beside = weigh(refused, saw("several_people", 1, 0.0, 0.0))
    assert decided.reasons == ("several_people", "no_repetitions")
    assert beside.reasons == ("no_repetitions", "several_people")


def test_nobody_to_be_found_because_the_pose_was_refused_is_called_so() -> None:
    nobody = Verdict(judged=False, reasons=("no_person",))
    assert weigh(nobody, saw("implausible_pose", 700, 0, 30, with_person=100)).reasons == ("implausible_pose",)
    assert weigh(nobody, saw("implausible_pose", 100, 0, 30, with_person=100)).reasons == ("no_person",)


def test_a_judged_recording_keeps_many_implausible_frames_as_a_reason_to_be_careful() -> None:
    assert weigh(JUDGED, saw("implausible_pose", 400, 0, 30, with_person=500)) == Verdict(True, ("implausible_pose",))
    assert weigh(JUDGED, saw("implausible_pose", 20, 0, 30, with_person=880)) == JUDGED


def test_an_empty_recording_is_weighed_too() -> None:
    nobody = Verdict(judged=False, reasons=("no_person",))
    assert weigh(nobody, Sightings(1, 0, 0.0, (Remark("several_people", 1, 0.0, 0.0),))) == nobody


def test_the_exercise_with_the_most_counted_repetitions_is_recognised() -> None:
    few, many = make_analysis((10.0,)), make_analysis((30.0, 30.0), slug="sit-up")
    assert recognise([few, many]) is many
    assert recognise([many, few]) is many


def test_of_equal_counts_the_one_that_covers_more_time_is_recognised() -> None:
    shorter, longer = make_analysis((30.0,), slug="sit-up"), make_analysis((10.0,))
    longer = replace(longer, repetitions=(replace(longer.repetitions[0], end_s=60.0),))
    assert recognise([shorter, longer]) is longer


def test_a_judged_exercise_goes_before_a_refused_one_with_more_repetitions() -> None:
    refused = make_analysis((10.0, 10.0), verdict=Verdict(judged=False, reasons=("wrong_view",)))
    judged = make_analysis((30.0,), slug="sit-up")
    assert recognise([refused, judged]) is judged


@pytest.mark.parametrize(
    ("reasons", "chosen"),
    [
        (("other_exercise", "other_exercise", "wrong_view"), 2),
        (("other_exercise", "no_repetitions", "other_exercise"), 1),
        (("legs_out_of_frame", "other_exercise", "wrong_view"), 0),
        (("no_person", "no_person", "no_person"), 0),
    ],
)
def test_when_none_is_judged_the_most_telling_reason_is_given(reasons: tuple[ReasonCode, ...], chosen: int) -> None:
    slugs = ("bridge", "cross-twist", "sit-up")
    refused = [
        make_analysis((), slug=slug, verdict=Verdict(judged=False, reasons=(reason,)))
        for slug, reason in zip(slugs, reasons, strict=True)
    ]
    assert recognise(refused) is refused[chosen]
