"""Pictures of the simulated patient, for a pose model that wants to see a person."""

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np

from openlumbar.pose.simulation.patient import Scenario, Take, enact
from openlumbar.pose.simulation.render_figure import figure_of, moments_of
from openlumbar.pose.simulation.render_paint import RgbArray, paint
from openlumbar.pose.simulation.render_room import room_of, shadow_of

_CHUNK_FRAMES = 32
"""Frames whose body is shaped at once: enough to spread the cost of the calls, and 12 MB of corners."""
_MAT_M = {"side": (2.0, 0.8), "front": (1.1, 1.5)}
"""Size of the mat along and across the room for a person lying and standing."""


def render_frames(
    scenario: Scenario, seed: int, size: tuple[int, int] = (640, 480), fps: float | None = None
) -> Iterator[tuple[float, RgbArray]]:
    """Film a scenario: what `simulate` with the same seed, frame size and frame rate tells the truth about.

    Args:
        scenario: who does what; the camera's frame size gives way to `size`.
        seed: of the movement.
        size: width and height of the pictures, pixels.
        fps: pictures a second, evenly spaced; None for the scenario's own, even or not.

    Yields:
        Time in seconds and the picture (height, width, 3) RGB.
    """
    take = enact(_filmed(scenario, size, fps), seed)
    room = _room(take)
    for start in range(0, len(take.time_s), _CHUNK_FRAMES):
        times_s = take.time_s[start : start + _CHUNK_FRAMES]
        figure = figure_of(take.body, moments_of(take, times_s))
        whole = figure.whole
        for moment, time_s in enumerate(times_s.tolist()):
            light = shadow_of(take.lens, figure.large, moment)
            ground = np.asarray(cv2.multiply(room, cv2.merge([light] * 3), scale=1.0 / 255.0), np.uint8)
            yield time_s, paint(ground, take.lens, whole, moment)


def _filmed(scenario: Scenario, size: tuple[int, int], fps: float | None) -> Scenario:
    scenario = replace(scenario, camera=replace(scenario.camera, frame_size=size))
    return scenario if fps is None else replace(scenario, fps=fps, variable_fps=False)


def _room(take: Take) -> RgbArray:
    middle_m = np.median(take.posture.pelvis_m, axis=0) * np.array([1.0, 1.0, 0.0])
    return room_of(take.lens, middle_m, _MAT_M[take.scenario.camera.view])
