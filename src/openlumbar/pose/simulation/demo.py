"""What `openlumbar demo` shows: a short set of each exercise with a few instructive faults, and one for the coach."""

from collections.abc import Mapping
from dataclasses import replace

from openlumbar.physique import Physique
from openlumbar.pose.simulation.camera import Camera
from openlumbar.pose.simulation.exercises import BridgeSet, SitUpSet, TwistSet
from openlumbar.pose.simulation.patient import Scenario
from openlumbar.pose.simulation.timing import PlannedRepetition as Planned

_PATIENT = Physique(height_cm=168.0, weight_kg=64.0, sex="female", age=46.0)

DEMO: Mapping[str, Scenario] = {
    "bridge": Scenario(
        name="bridge: one hold let go early, one bridge too high and dropped",
        exercise="bridge",
        motion=BridgeSet(
            (
                Planned(peak=10.5, up_s=1.5, hold_s=5.4, down_s=2.2, rest_s=1.5),
                Planned(peak=10.0, up_s=1.4, hold_s=2.0, down_s=2.0, rest_s=1.5),
                Planned(peak=11.0, up_s=1.6, hold_s=5.3, down_s=2.2, rest_s=1.5),
                Planned(peak=20.0, up_s=1.6, hold_s=5.2, down_s=0.4, rest_s=1.0, line_deg=192.0),
            )
        ),
        physique=_PATIENT,
        camera=Camera(view="side", near_side="right", azimuth_deg=8.0, height_m=0.5, frame_size=(1280, 720)),
    ),
    "sit-up": Scenario(
        name="curl-up: one jerked up, one too high, one too small",
        exercise="sit-up",
        motion=SitUpSet(
            (
                Planned(peak=27.0, up_s=1.4, hold_s=1.0, down_s=2.0, rest_s=1.2),
                Planned(peak=29.0, up_s=1.3, hold_s=1.0, down_s=2.1, rest_s=1.2),
                Planned(peak=28.0, up_s=0.28, hold_s=1.0, down_s=2.0, rest_s=1.2),
                Planned(peak=62.0, up_s=1.8, hold_s=0.8, down_s=2.2, rest_s=1.5),
                Planned(peak=17.0, up_s=1.2, hold_s=0.6, down_s=1.6, rest_s=1.2),
                Planned(peak=28.0, up_s=1.4, hold_s=1.0, down_s=2.0, rest_s=1.0),
            ),
            knee_deg=88.0,
        ),
        physique=_PATIENT,
        camera=Camera(view="side", near_side="left", azimuth_deg=-6.0, height_m=0.6, frame_size=(1280, 720)),
    ),
    "cross-twist": Scenario(
        name="cross-twist: one swing too far, one leaning, the arm sinking once",
        exercise="cross-twist",
        motion=TwistSet(
            (
                Planned(peak=24.0, up_s=1.6, hold_s=0.3, down_s=1.6, rest_s=0.3),
                Planned(peak=-25.0, up_s=1.6, hold_s=0.3, down_s=1.6, rest_s=0.3),
                Planned(peak=54.0, up_s=1.7, hold_s=0.3, down_s=1.7, rest_s=0.3),
                Planned(peak=-26.0, up_s=1.6, hold_s=0.3, down_s=1.6, rest_s=0.3, lean_deg=-23.0),
                Planned(peak=25.0, up_s=1.6, hold_s=0.3, down_s=1.6, rest_s=0.3),
                Planned(peak=-24.0, up_s=1.6, hold_s=0.3, down_s=1.6, rest_s=0.6),
                Planned(peak=25.0, up_s=1.6, hold_s=0.3, down_s=1.6, rest_s=0.6, arm_down=True),
                Planned(peak=-25.0, up_s=1.6, hold_s=0.3, down_s=1.6, rest_s=0.5),
            ),
            raised="right",
            hands="at_side",
        ),
        level="L3",
        physique=_PATIENT,
        camera=Camera(view="front", azimuth_deg=5.0, distance_m=3.0, height_m=1.0, frame_size=(720, 1280)),
    ),
}
"""Exercise slug → scenario; `simulate(DEMO[slug], seed=1)` is the demo."""

_WEBCAM = Camera(distance_m=2.2, height_m=0.6, frame_size=(640, 480))
_BEFORE_S, _AFTER_S = 7.0, 3.0
"""Time in which the coach sees the person in position and counts down, and time to end."""

LIVE_DEMO: Mapping[str, Scenario] = {
    "bridge": Scenario(
        name="bridge: one past the line, one hold let go early",
        exercise="bridge",
        motion=BridgeSet(
            (
                Planned(peak=10.5, up_s=1.5, hold_s=3.4, down_s=2.2, rest_s=3.0),
                Planned(peak=20.0, up_s=1.8, hold_s=2.6, down_s=2.2, rest_s=7.0, line_deg=193.0),
                Planned(peak=10.5, up_s=1.5, hold_s=3.4, down_s=2.2, rest_s=3.0),
                Planned(peak=10.5, up_s=1.4, hold_s=0.8, down_s=2.0, rest_s=3.0),
                Planned(peak=10.5, up_s=1.5, hold_s=3.4, down_s=2.2, rest_s=0.5),
            )
        ),
        level="L1",
        physique=_PATIENT,
        camera=replace(_WEBCAM, view="side", near_side="right", azimuth_deg=8.0, height_m=0.5),
        lead_in_s=_BEFORE_S,
        lead_out_s=_AFTER_S,
    ),
    "sit-up": Scenario(
        name="curl-up: one jerked up, one too high",
        exercise="sit-up",
        motion=SitUpSet(
            (
                Planned(peak=29.0, up_s=0.28, hold_s=1.0, down_s=2.0, rest_s=3.0),
                Planned(peak=62.0, up_s=1.8, hold_s=0.8, down_s=2.2, rest_s=9.0),
                Planned(peak=28.0, up_s=1.4, hold_s=1.0, down_s=2.0, rest_s=3.0),
                Planned(peak=29.0, up_s=1.4, hold_s=1.0, down_s=2.0, rest_s=0.5),
            ),
            knee_deg=88.0,
        ),
        physique=_PATIENT,
        camera=replace(_WEBCAM, view="side", near_side="left", azimuth_deg=-6.0),
        lead_in_s=_BEFORE_S,
        lead_out_s=_AFTER_S,
    ),
    "cross-twist": Scenario(
        name="cross-twist: one swing too far",
        exercise="cross-twist",
        motion=TwistSet(
            (
                Planned(peak=29.0, up_s=1.8, hold_s=0.4, down_s=1.8, rest_s=1.5),
                Planned(peak=-29.0, up_s=1.8, hold_s=0.4, down_s=1.8, rest_s=1.5),
                Planned(peak=74.0, up_s=2.0, hold_s=0.6, down_s=2.0, rest_s=7.0),
                Planned(peak=-29.0, up_s=1.8, hold_s=0.4, down_s=1.8, rest_s=1.5),
                Planned(peak=29.0, up_s=1.8, hold_s=0.4, down_s=1.8, rest_s=1.5),
                Planned(peak=-29.0, up_s=1.8, hold_s=0.4, down_s=1.8, rest_s=0.5),
            ),
            hands="crossed",
            pelvis_share=0.25,
            gaze_share=1.0,
        ),
        level="L1",
        physique=_PATIENT,
        camera=replace(_WEBCAM, view="front", azimuth_deg=13.0, distance_m=3.0, height_m=1.0),
        lead_in_s=_BEFORE_S,
        lead_out_s=_AFTER_S,
    ),
}
"""Exercise slug → scenario before a webcam, to be seen by the live coach: each does something to stop at, then rests
until the coach goes on. Rendered, a pose model reads them as they are meant."""
