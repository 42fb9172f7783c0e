"""The sets for the live coach: what they hold, that they are read so, drawn as well as simulated."""

from dataclasses import replace

import numpy as np
import pytest

from openlumbar.assessment.events import Repetition, RepetitionDone
from openlumbar.pipeline.recording import Moment, track_of
from openlumbar.pipeline.session import Session, tasks_for
from openlumbar.pose.backends import load
from openlumbar.pose.simulation import LIVE_DEMO, Scenario, simulate
from openlumbar.pose.simulation.render import render_frames
from openlumbar.pose.track import PoseTrack

FAULTS = {
    "bridge": [(), ("over_arched",), (), ("short_hold",), ()],
    "sit-up": [("too_fast",), ("too_high",), (), ()],
    "cross-twist": [(), (), ("over_rotation",), (), (), ()],
}
STOPS = {"bridge": 1, "sit-up": 1, "cross-twist": 2}
"""Exercise → the repetition at which the coach stops the person."""


def judged(scenario: Scenario, track: PoseTrack) -> list[Repetition]:
    session = Session(tasks_for(str(scenario.exercise), scenario.level), scenario.physique)
    happened = [*session.push(track).values(), *session.finish().values()]
    return [event.repetition for events in happened for event in events if isinstance(event, RepetitionDone)]


@pytest.mark.parametrize("slug", LIVE_DEMO)
def test_only_what_is_meant_is_wrong(slug: str) -> None:
    truth = simulate(LIVE_DEMO[slug], seed=1).truth
    assert [repetition.faults for repetition in truth.repetitions] == FAULTS[slug]
    assert all(repetition.counted for repetition in truth.repetitions)


@pytest.mark.parametrize("slug", LIVE_DEMO)
def test_there_is_time_to_get_ready_and_to_rest_after_the_stop(slug: str) -> None:
    scenario, truth = LIVE_DEMO[slug], simulate(LIVE_DEMO[slug], seed=1).truth
    assert scenario.duration_s <= 75.0
    assert truth.repetitions[0].start_s >= 7.0
    assert truth.signals.time_s[-1] - truth.repetitions[-1].end_s >= 3.0
    rests_s = np.array([b.start_s - a.end_s for a, b in zip(truth.repetitions, truth.repetitions[1:], strict=False)])
    assert rests_s.min() >= 1.5
    assert rests_s[STOPS[slug]] >= 6.0


@pytest.mark.parametrize("slug", LIVE_DEMO)
def test_the_simulated_tracker_is_judged_as_meant(slug: str) -> None:
    repetitions = judged(LIVE_DEMO[slug], simulate(LIVE_DEMO[slug], seed=1).track)
    assert [repetition.faults for repetition in repetitions] == FAULTS[slug]
    assert all(repetition.counted for repetition in repetitions)


@pytest.mark.parametrize("model", ["full", "lite"])
def test_the_swing_too_far_is_seen_in_the_drawn_pictures(model: str) -> None:
    """What trackers under-read most: a turn of the trunk."""
    scenario = LIVE_DEMO["cross-twist"]
    swings = replace(scenario.motion, repetitions=scenario.motion.repetitions[1:3])  # type: ignore[type-var]
    scenario, backend = replace(scenario, motion=swings, lead_in_s=2.0, lead_out_s=0.0), load("blazepose", model=model)
    moments = [
        Moment(time_s, None, backend.track_frame(time_s, rgb)) for time_s, rgb in render_frames(scenario, 1, fps=10.0)
    ]
    repetitions = judged(scenario, track_of(moments, (640, 480)))
    assert [(r.side, r.counted, r.faults) for r in repetitions] == [
        ("right", True, ()),
        ("left", True, ("over_rotation",)),
    ]
