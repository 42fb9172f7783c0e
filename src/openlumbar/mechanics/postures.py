"""STUB: postures by name."""

from dataclasses import dataclass

POSTURES = (
    "supine",
    "prone",
    "side",
    "standing",
    "sitting",
    "sitting-slouched",
    "walking",
    "sit-up",
    "curl-up",
    "bridge",
)


@dataclass(frozen=True, slots=True)
class Posture:
    """A posture; angles in degrees, forward and to the person's left positive; None: as usual for the posture."""

    name: str
    trunk_deg: float | None = None
    lumbar_flexion_deg: float | None = None
    twist_deg: float | None = None
    side_bend_deg: float | None = None
    hand_load_kg: float = 0.0
    reach_cm: float | None = None


def posture(name: str, **details: float | None) -> Posture:
    """Return a posture by name."""
    return Posture(name, **details)  # type: ignore[arg-type]
