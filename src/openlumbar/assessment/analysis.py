"""The finished analysis of one recording: plain values, ready for a person, a program and a file."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openlumbar import __version__
from openlumbar.assessment.events import Repetition, Verdict
from openlumbar.assessment.loads import Loads, SessionLoads
from openlumbar.cards import Card, Language, Level
from openlumbar.kinematics.signals import Signals
from openlumbar.messages import reason_text


@dataclass(frozen=True, slots=True)
class Source:
    """Where the recording came from; `fps` is the mean rate of the frames."""

    name: str
    sha256: str
    frames: int
    fps: float
    duration_s: float


@dataclass(frozen=True, slots=True)
class FaultSummary:
    """One kind of fault over the whole recording."""

    code: str
    count: int
    first_s: float


@dataclass(frozen=True, eq=False)
class Analysis:
    """Everything found out about one recording of one exercise.

    `remarks` are things worth saying that change no judgement, such as a file that is cut off. `loads` are what the
    disc carried; None when the recording was not judged, or when no moment of it tells the load.
    """

    card: Card
    level: Level
    source: Source
    verdict: Verdict
    repetitions: tuple[Repetition, ...]
    signals: Signals
    remarks: tuple[str, ...] = ()
    loads: SessionLoads | None = None

    @property
    def judged(self) -> bool:
        """Tell whether the recording could be judged."""
        return self.verdict.judged

    @property
    def counts(self) -> Mapping[str, int | None]:
        """Count the repetitions that count, per side for an exercise that has sides."""
        sides = Counter(repetition.side for repetition in self.repetitions if repetition.counted)
        two_sided = self.card.drive.rest == "middle"
        return {
            "repetitions": sides.total(),
            "left": sides["left"] if two_sided else None,
            "right": sides["right"] if two_sided else None,
        }

    @property
    def faults(self) -> tuple[FaultSummary, ...]:
        """Sum up the faults by code, in the card's order of importance."""
        found: dict[str, FaultSummary] = {}
        for rule in sorted(self.card.faults, key=lambda rule: rule.priority):
            times = [repetition.peak_s for repetition in self.repetitions if rule.code in repetition.faults]
            if times:
                found[rule.code] = FaultSummary(rule.code, len(times), min(times))
        return tuple(found.values())

    @property
    def repetition_loads(self) -> tuple[Loads | None, ...]:
        """Return the loads of each repetition, None where they are not known."""
        return self.loads.repetitions if self.loads else (None,) * len(self.repetitions)

    def to_json(self, language: Language = "en") -> dict[str, Any]:
        """Return the result object of the contract, messages in one language."""
        texts = {rule.code: rule.text.in_language(language) for rule in self.card.faults}
        return {
            "openlumbar": __version__,
            "exercise": self.card.slug,
            "level": self.level.id,
            "source": {
                "name": self.source.name,
                "sha256": self.source.sha256,
                "frames": self.source.frames,
                "fps": round(self.source.fps, 3),
                "duration_s": round(self.source.duration_s, 3),
            },
            "judged": self.judged,
            "reasons": [
                {"code": code, "message": reason_text(code, self.card.view, language)} for code in self.verdict.reasons
            ],
            "counts": dict(self.counts),
            "repetitions": [
                _repetition_json(repetition) | _loads_json(loads)
                for repetition, loads in zip(self.repetitions, self.repetition_loads, strict=True)
            ],
            "faults": [
                {
                    "code": fault.code,
                    "count": fault.count,
                    "first_s": round(fault.first_s, 3),
                    "message": texts[fault.code],
                }
                for fault in self.faults
            ],
            "remarks": list(self.remarks),
            **_loads_json(self.loads.whole if self.loads else None),
        }


def _loads_json(loads: Loads | None) -> dict[str, Any]:
    return {"loads": loads.to_json()} if loads else {}


def _repetition_json(repetition: Repetition) -> dict[str, Any]:
    def rounded(value: float | None, digits: int = 1) -> float | None:
        return None if value is None else round(value, digits)

    return {
        "start_s": round(repetition.start_s, 3),
        "peak_s": round(repetition.peak_s, 3),
        "end_s": round(repetition.end_s, 3),
        "side": repetition.side,
        "hold_s": rounded(repetition.hold_s, 2),
        "hip_rise_cm": rounded(repetition.hip_rise_cm),
        "trunk_angle_deg": rounded(repetition.trunk_angle_deg),
        "trunk_yaw_deg": rounded(repetition.trunk_yaw_deg),
        "raised_hand": repetition.raised_hand,
        "counted": repetition.counted,
        "faults": list(repetition.faults),
        "interval90": {name: [round(low, 1), round(high, 1)] for name, (low, high) in repetition.interval90.items()},
    }
