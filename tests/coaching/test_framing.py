"""The framing on simulated people: in the picture, in position, and if not, why."""

from dataclasses import replace

import numpy as np
import pytest

from openlumbar.cards import exercise
from openlumbar.coaching.framing import Framing, Picture
from openlumbar.coaching.rules import ADVICE, Advice, advice_text, load_rules
from openlumbar.kinematics.signals import Sample
from openlumbar.kinematics.stream import compute_signals
from openlumbar.pose.simulation import Camera, simulate
from openlumbar.pose.simulation.demo import LIVE_DEMO

FRAME = 60


def looked_at(slug: str, seen_as: str | None = None, **camera: object) -> tuple[Framing, Picture, Sample]:
    """Film the live demo's person from another place; take a frame of the time before the set."""
    scenario = replace(LIVE_DEMO[slug], noise=None)
    if camera:
        scenario = replace(scenario, camera=replace(scenario.camera, **camera))  # type: ignore[arg-type]
    track = simulate(scenario, 1).track
    sample = list(compute_signals(track[: FRAME + 5], scenario.physique).samples())[FRAME]
    width, height = track.frame_size.tolist()
    return Framing(exercise(seen_as or slug), load_rules()), Picture(track.image[FRAME], width, height, 120), sample


def advice(slug: str, seen_as: str | None = None, **camera: object) -> Advice:
    framing, picture, sample = looked_at(slug, seen_as, **camera)
    return framing.advice(picture, sample)


@pytest.mark.parametrize("slug", LIVE_DEMO)
def test_a_person_in_position_is_fine(slug: str) -> None:
    assert advice(slug) == "ok"


@pytest.mark.parametrize(
    ("slug", "camera", "expected"),
    [
        ("bridge", {"distance_m": 14.0}, "too_far"),
        ("bridge", {"azimuth_deg": 70.0, "distance_m": 4.0}, "wrong_view"),
        ("cross-twist", {"azimuth_deg": 75.0}, "wrong_view"),
    ],
)
def test_where_the_camera_stands_is_told(slug: str, camera: dict[str, object], expected: Advice) -> None:
    assert advice(slug, **camera) == expected


@pytest.mark.parametrize(("slug", "seen_as"), [("cross-twist", "bridge"), ("bridge", "cross-twist")])
def test_another_posture_is_told(slug: str, seen_as: str) -> None:
    assert advice(slug, seen_as) == "wrong_posture"


@pytest.mark.parametrize("shift", [(0.6, 0.0), (-0.6, 0.0), (0.0, 0.6), (0.0, -0.9)])
def test_who_is_cut_off_is_told(shift: tuple[float, float]) -> None:
    framing, picture, sample = looked_at("bridge")
    moved = picture.image + np.multiply(shift, (picture.width, picture.height)).astype(np.float32)
    assert framing.advice(replace(picture, image=moved), sample) == "out_of_frame"


def test_too_near_is_told_before_what_is_cut_off() -> None:
    framing, picture, sample = looked_at("bridge")
    grown = (picture.image - picture.image.mean(axis=0)) * 2.4 + (picture.width / 2, picture.height / 2)
    assert framing.advice(replace(picture, image=grown.astype(np.float32)), sample) == "too_near"


def test_light_and_absence_are_told_first() -> None:
    framing, picture, sample = looked_at("bridge")
    assert framing.advice(replace(picture, light=10), sample) == "too_dark"
    assert framing.advice(replace(picture, light=255), sample) == "ok"  # not measured
    assert framing.advice(replace(picture, image=np.full((33, 2), np.nan, np.float32)), sample) == "no_person"
    assert framing.advice(picture, None) == "no_person"
    unsure = Sample(sample.time_s, {**sample.values, "visibility": 0.3})
    assert framing.advice(picture, unsure) == "unclear"


@pytest.mark.parametrize("code", ADVICE)
def test_every_advice_has_words_in_both_languages(code: Advice) -> None:
    camera = Camera()
    for language in ("en", "zh"):
        for posture in ("lying", "standing"):
            text = advice_text(code, camera.view, posture, language)  # type: ignore[arg-type]
            assert text
            assert "{" not in text
