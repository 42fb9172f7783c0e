"""What the disc carried, in a person's words: always with the interval, relative to quiet standing first."""

from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.loads import Loads, Ranged, SessionLoads
from openlumbar.reports.words import Words

_SECONDS_BELOW_MIN = 2.0
"""Shorter times of standing are told in seconds, min (product: "0.3 min" says little)."""


def relative_text(loads: Loads, words: Words) -> str:
    """Write the peak as a multiple of quiet standing."""
    return ranged_text(loads.relative_to_standing, "standing", words)


def ranged_text(ranged: Ranged, unit: str, words: Words) -> str:
    """Write a value with its unit and interval."""
    low, high = words.figure(ranged.low, unit), words.figure(ranged.high, unit)
    return words("repetitions.value", value=words.amount(ranged.value, unit), low=low, high=high)


def peak_text(analysis: Analysis, loads: SessionLoads, words: Words) -> str:
    """Say how high the load was, and in which repetition, or when."""
    load, peak_s = relative_text(loads.whole, words), loads.whole.peak_s
    for number, repetition in enumerate(analysis.repetitions, 1):
        if repetition.start_s <= peak_s <= repetition.end_s:
            return words("load.peak_in", load=load, number=number)
    return words("load.peak_at", load=load, time=words.amount(peak_s, "s"))


def dose_text(loads: SessionLoads, words: Words) -> str:
    """Say how long quiet standing would have to last to come to the same load × time."""
    told = loads.whole.standing_minutes
    if told.value >= _SECONDS_BELOW_MIN:
        time, low, high = words.amount(told.value, "min"), words.figure(told.low, "min"), words.figure(told.high, "min")
    else:
        time = words.exact(round(60 * told.value), "s")
        low, high = (f"{60 * end:.0f}" for end in (told.low, told.high))
    return words("load.dose", time=time, low=low, high=high)
