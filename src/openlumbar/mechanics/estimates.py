"""A computed load and how sure it is."""

from dataclasses import dataclass
from typing import NamedTuple


class Estimate(NamedTuple):
    """A value and its 90 % interval, in the unit that the name of the field tells."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SpinalLoads:
    """What the lumbar discs carry in one posture.

    Attributes:
        l4l5_compression_n: force along the axis of the disc L4–L5, N.
        l4l5_idp_mpa: pressure inside that disc, MPa.
        l4l5_shear_n: force across the disc, forward positive, N; low confidence.
        l5s1_compression_n: force along the axis of the disc L5–S1, N.
        relative_to_standing: compression of L4–L5 as a multiple of the same person's in quiet standing.
    """

    l4l5_compression_n: Estimate
    l4l5_idp_mpa: Estimate
    l4l5_shear_n: Estimate
    l5s1_compression_n: Estimate
    relative_to_standing: Estimate
