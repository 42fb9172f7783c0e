"""The last word on a recording: what the assessment says, what the tracker noticed, which exercise it was."""

from collections.abc import Sequence
from dataclasses import dataclass

from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Verdict
from openlumbar.cards import ReasonCode
from openlumbar.pose.backends import Remark

LOOK_FRAMES = 100
"""A tracker looks about this often for other people (see `pose/backends/blazepose.py`), so what a look noticed
stands for this many frames."""

UNSURE_AT_MOST = 0.3
"""When for more than this share of the frames it is unclear who exercises, nothing is judged (product: the
count could be someone else's)."""

IMPLAUSIBLE_AT_LEAST = 0.5
"""Share of the frames without a usable person that the plausibility guard must have refused for the reason to
be the pose and not the absence of a person (product)."""

_TELLING: tuple[ReasonCode, ...] = (
    "no_person",
    "several_people",
    "too_short",
    "implausible_pose",
    "low_visibility",
    "legs_out_of_frame",
    "wrong_view",
    "no_repetitions",
    "other_exercise",
)
"""Reasons from the most to the least telling when no exercise could be judged. First what holds for every
exercise; then what only an exercise says whose posture was met; last that it was none of them."""


@dataclass(frozen=True)
class Sightings:
    """What the tracker saw: all frames, those with a person, over how long, and what it noticed."""

    frames: int
    frames_with_person: int
    duration_s: float
    noticed: tuple[Remark, ...] = ()


def weigh(verdict: Verdict, sightings: Sightings) -> Verdict:
    """Combine the assessment's verdict with what the tracker noticed.

    A judged recording keeps a remark as a reason to be careful; above the limits it is no longer judged.
    """
    noticed = {remark.code: remark for remark in sightings.noticed}
    reasons = list(verdict.reasons)
    judged = verdict.judged
    if (remark := noticed.get("implausible_pose")) and _guard_refused(remark, sightings):
        if "no_person" in reasons:
            reasons[reasons.index("no_person")] = "implausible_pose"
        elif judged and remark.frames > UNSURE_AT_MOST * sightings.frames:
            reasons.append("implausible_pose")
    if (remark := noticed.get("several_people")) and sightings.duration_s > 0:
        unsure = _unsure_share(remark, sightings) > UNSURE_AT_MOST
        judged = judged and not unsure
        reasons.insert(0 if unsure else len(reasons), "several_people")
    return Verdict(judged, tuple(dict.fromkeys(reasons)))


def _guard_refused(remark: Remark, sightings: Sightings) -> bool:
    without_person = sightings.frames - sightings.frames_with_person
    return remark.frames >= IMPLAUSIBLE_AT_LEAST * max(1, without_person)


def _unsure_share(remark: Remark, sightings: Sightings) -> float:
    """Estimate the share of the time in which it was unclear who exercises.

    Where the person is lost a tracker looks at every frame, so no more than from the first look to the last.
    """
    look_s = LOOK_FRAMES * sightings.duration_s / sightings.frames
    unsure_s = min(remark.frames * look_s, remark.last_s - remark.first_s + look_s)
    return unsure_s / sightings.duration_s


def recognise(analyses: Sequence[Analysis]) -> Analysis:
    """Choose among analyses of one recording as different exercises.

    The judged one with the most counted repetitions, then the most time in repetitions. When none is judged,
    the one with the most telling reason; then the first in the order of the slugs.
    """
    judged = [analysis for analysis in analyses if analysis.judged]
    if judged:
        return max(judged, key=lambda analysis: (analysis.counts["repetitions"] or 0, _covered_s(analysis)))
    return min(analyses, key=lambda analysis: _TELLING.index(analysis.verdict.reasons[0]))


def _covered_s(analysis: Analysis) -> float:
    return sum(repetition.end_s - repetition.start_s for repetition in analysis.repetitions)
