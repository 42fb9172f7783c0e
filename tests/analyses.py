"""Analyses made by hand: what the assessment would say of a trapezoid movement, without running it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np

from openlumbar.assessment.analysis import Analysis, Source
from openlumbar.assessment.events import Repetition, Verdict
from openlumbar.cards import Card, exercise
from openlumbar.kinematics.signals import Signals
from openlumbar.mechanics import LoadSeries
from openlumbar.pipeline.loads import session_loads
from openlumbar.reports.page import KeyFrame

CYCLE_S = 9.0
OUT_S, HOLD_S, BACK_S = 1.5, 4.0, 2.0
RATE_HZ = 30.0


def trapezoid(peaks: Sequence[float], card: Card, rest: float = 4.0) -> Signals:
    """Make the signals of a card: out, hold, back and rest once for each peak, in its unit above `rest`."""
    time_s = np.arange(0.0, CYCLE_S * len(peaks) + 2.0, 1 / RATE_HZ)
    excursion = np.zeros_like(time_s)
    for index, peak in enumerate(peaks):
        corners = 1.0 + CYCLE_S * index + np.cumsum([0.0, OUT_S, HOLD_S, BACK_S])
        excursion += np.interp(time_s, corners, [0.0, peak, peak, 0.0])
    values = {name: np.full_like(time_s, signal.rest) for name, signal in card.case_signals.items()}
    moving = {card.drive.signal, card.drive.measured_as}
    return Signals(time_s, values | dict.fromkeys(moving, rest + excursion))


def repetition(index: int, peak: float, name: str, counted_from: float) -> Repetition:
    """Make the repetition that belongs to one trapezoid."""
    start_s = 1.0 + CYCLE_S * index
    side = ("left" if peak > 0 else "right") if name == "trunk_yaw_deg" else None
    size = abs(peak)  # a repetition tells its size and its side, not a sign
    return Repetition(
        start_s=start_s,
        peak_s=start_s + OUT_S + HOLD_S / 2,
        end_s=start_s + OUT_S + HOLD_S + BACK_S,
        counted=size >= counted_from,
        side=side,
        hold_s=HOLD_S if name == "hip_rise_cm" else None,
        interval90={name: (0.9 * size, 1.1 * size)},
        **{name: size},
    )


def make_analysis(
    peaks: Sequence[float] = (10.0, 9.0, 4.0, 11.0),
    slug: str = "bridge",
    faults: Mapping[int, tuple[str, ...]] | None = None,
    verdict: Verdict | None = None,
    remarks: tuple[str, ...] = (),
    name: str = "clip.mp4",
) -> Analysis:
    """Make an analysis: peaks in the exercise's unit, faults by repetition number from 1."""
    card = exercise(slug)
    measured_as, counted_from = card.drive.measured_as, card.drive.counted.value
    done = [repetition(index, peak, measured_as, counted_from) for index, peak in enumerate(peaks)]
    for number, codes in (faults or {}).items():
        done[number - 1] = replace(done[number - 1], faults=codes)
    signals = trapezoid(peaks, card)
    source = Source(name, "0123456789abcdef" * 4, len(signals), RATE_HZ, float(signals.time_s[-1]))
    verdict = verdict or Verdict(True)
    loads = session_loads(load_series(signals, measured_as), done) if verdict.judged else None
    return Analysis(card, card.level(), source, verdict, tuple(done), signals, remarks, loads)


def load_series(signals: Signals, name: str) -> LoadSeries:
    """Make loads that follow a signal: 600 N and 0.5 MPa in quiet standing, and a tenth of that for each unit."""
    relative = 0.5 + 0.1 * np.abs(signals[name])
    low, high = np.full_like(relative, 0.8), np.full_like(relative, 1.3)
    return LoadSeries(signals.time_s, 600 * relative, 0.5 * relative, relative, low, high, low, high)


def make_key_frames() -> list[KeyFrame]:
    """Make two small pictures with a line in them."""
    frames = []
    for number in (1, 2):
        image = np.full((180, 320, 3), 200, dtype=np.uint8)
        cv2.line(image, (40, 150), (280, 60 + 20 * number), (90, 60, 10), 6)
        written, jpeg = cv2.imencode(".jpg", image)
        assert written
        frames.append(KeyFrame(4.5 + CYCLE_S * (number - 1), number, jpeg.tobytes()))
    return frames
