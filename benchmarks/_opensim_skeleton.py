"""The skeleton of the OpenSim model behind the grid, as a body of ours, so that gravity moments can be compared.

Its README tells the mass above L4/L5 and the head's. Where its centres of mass lie is not told: the four numbers below
were found by least squares from the gravity moments of the 74 published poses, which no muscle touches, and hold for
the grid alone. Nothing of the product uses them.
"""

from openlumbar.mechanics.physique import RecordArray, central_body
from openlumbar.physique import Physique

STATURE_CM = 175.0
"""Of the skeleton, which is not scaled; not told either: an adult man's."""

ABOVE_SHARE, HEAD_SHARE = 0.489, 0.051
"""Shares of body mass above L4/L5 and of the head (the grid's README)."""

AHEAD_M, TALL_SHARE, ARMS_SHARE, BEHIND_M = 0.0047, 0.579, 0.0923, 0.0089
"""Centres ahead of the spine; heights above T12 as a share of ours; both arms' share of mass; L5/S1 behind L4/L5."""

TONE = 0.01
"""The grid's muscles hold at least 1 % of their strength."""

ABSENT = ("antagonist", "abdominal_rest_kpa", "abdominal_growth", "passive_moment", "twist_stiffness", "bend_stiffness")
"""What the grid leaves out: co-contraction, pressure of the belly, passive tissue (its README, Limits)."""

_PLACES = ("middle_trunk_m", "upper_trunk_m", "head_m", "shoulder_m")


def skeleton(mass_kg: float) -> RecordArray:
    """Return the grid's body of a mass, (1,) records."""
    body = central_body(Physique(STATURE_CM, mass_kg, "male"))
    trunk_kg = (ABOVE_SHARE - HEAD_SHARE - ARMS_SHARE) * mass_kg
    upper = body["upper_trunk_kg"] / (body["upper_trunk_kg"] + body["middle_trunk_kg"])
    body["centre_ahead"], body["l5s1_behind"] = AHEAD_M, BEHIND_M
    body["head_kg"] = HEAD_SHARE * mass_kg
    body["upper_trunk_kg"], body["middle_trunk_kg"] = trunk_kg * upper, trunk_kg * (1 - upper)
    body["upper_arm_kg"] = body["forearm_and_hand_kg"] = ARMS_SHARE * mass_kg / 4
    body["tone"] = TONE
    for name in ABSENT:
        body[name] = 0.0
    for place in _PLACES:
        body[place] = body["t12_m"] + TALL_SHARE * (body[place] - body["t12_m"])
    return body
