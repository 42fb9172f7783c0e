"""What the assessment says: repetitions, and the reasons why something cannot be judged."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from openlumbar.cards import ReasonCode

Side = Literal["left", "right"]
Phase = Literal["unseen", "rest", "out", "top", "back"]
RaisedHand = Literal["left", "right", "both", "none"]


@dataclass(frozen=True, slots=True)
class Repetition:
    """One movement out and back, as the contract's result JSON has it.

    `interval90` gives the 90 % interval of each estimate by the field's name. `measures` holds what the fault
    rules looked at (durations in s, signal takes in their own unit).
    """

    start_s: float
    peak_s: float
    end_s: float
    counted: bool
    side: Side | None = None
    hold_s: float | None = None
    hip_rise_cm: float | None = None
    trunk_angle_deg: float | None = None
    trunk_yaw_deg: float | None = None
    raised_hand: RaisedHand | None = None
    faults: tuple[str, ...] = ()
    interval90: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    measures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RepetitionDone:
    """A repetition ended at `time_s`."""

    time_s: float
    repetition: Repetition


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """The movement entered a phase (for live guidance: tones, the hold ring)."""

    time_s: float
    phase: Phase
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Unseen:
    """From `time_s` on the exercise cannot be judged, for the reason of `code`."""

    time_s: float
    code: ReasonCode


Event = RepetitionDone | PhaseChanged | Unseen


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the whole recording could be judged, and the reasons (most important first)."""

    judged: bool
    reasons: tuple[ReasonCode, ...] = ()
