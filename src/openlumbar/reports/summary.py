"""What an analysis comes to, in a person's words: the verdict, the numbers that matter, what to improve."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace

from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Repetition
from openlumbar.cards import Card, Level, Quantity
from openlumbar.messages import reason_message, reason_remedy, reason_text
from openlumbar.reports.words import Words


@dataclass(frozen=True, slots=True)
class PlainVerdict:
    """The verdict in one sentence.

    `because` is what stood in the way, `advice` the one thing to change, `also` what else there was.
    """

    sentence: str
    because: str | None = None
    advice: str | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BigNumber:
    """One number that matters, what it is, and what to hold it against."""

    value: str
    label: str
    notes: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Improvement:
    """One thing to do differently; `why` says more, `seen` where it was seen."""

    cue: str
    why: str | None = None
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """The size of a movement without its direction, with its 90 % interval where one is known."""

    value: float
    low: float | None = None
    high: float | None = None


def presentable(analysis: Analysis) -> Analysis:
    """Leave the repetitions out when the recording was refused: what is not judged is not shown as a result."""
    return analysis if analysis.judged else replace(analysis, repetitions=(), loads=None)


def unit_of(name: str) -> str:
    """Return the unit at the end of a name, such as "cm" of "hip_rise_cm"."""
    return name.rsplit("_", 1)[-1]


def limit_of(card: Card, level: Level, code: str) -> Quantity | None:
    """Return the limit of "counted" or of a fault as the level has it, else as the card has it."""
    limits = {rule.code: rule.above or rule.below for rule in card.faults}
    return level.limits.get(code, card.drive.counted if code == "counted" else limits.get(code))


def estimate_of(repetition: Repetition, name: str) -> Estimate | None:
    """Return one of a repetition's estimates with its interval, as far as they are known."""
    value: float | None = getattr(repetition, name)
    return None if value is None else Estimate(value, *repetition.interval90.get(name, ()))


def estimate_text(estimate: Estimate | None, name: str, words: Words) -> str:
    """Write an estimate with its unit and interval."""
    if estimate is None:
        return words("page.none")
    value = words.amount(estimate.value, unit_of(name))
    if estimate.low is None or estimate.high is None:
        return value
    low, high = (words.figure(bound, unit_of(name)) for bound in (estimate.low, estimate.high))
    return words("repetitions.value", value=value, low=low, high=high)


def plain_verdict(analysis: Analysis, words: Words) -> PlainVerdict:
    """Say in one sentence what was done, or what could not be judged and the one thing to change."""
    card, codes, language = analysis.card, analysis.verdict.reasons, words.language
    reasons = tuple(reason_text(code, card.view, language) for code in codes)
    counted, total = analysis.counts["repetitions"] or 0, len(analysis.repetitions)
    if codes and (not analysis.judged or total == 0):
        sentence = words("verdict.zero" if codes[0] == "no_repetitions" else "verdict.refused")
        because = None if codes[0] == "no_repetitions" else reason_message(codes[0], language)
        return PlainVerdict(sentence, because, reason_remedy(codes[0], card.view, language), reasons[1:])
    if total == 0:
        return PlainVerdict(words("verdict.zero"), advice=words("verdict.begin"))
    if counted == 0:
        sentence = words.counted("verdict.none", total, total=total)
        return PlainVerdict(
            sentence, advice=_reach(analysis, words) + words.gap + words("improve.comfort"), also=reasons
        )
    if counted == total:
        sentence = words.counted("verdict.all", total, total=total)
    else:
        sentence = words("verdict.some", counted=counted, total=total)
    if analysis.card.drive.rest == "middle":
        sides = {side: analysis.counts[side] for side in ("left", "right")}
        sentence = words("verdict.sides", sentence=sentence, **sides)
    return PlainVerdict(sentence, also=reasons)


def big_numbers(analysis: Analysis, words: Words) -> tuple[BigNumber, ...]:
    """Pick the numbers that matter: counts, hold against the prescribed one, largest and median size."""
    if not analysis.repetitions:
        return ()
    counted = [repetition for repetition in analysis.repetitions if repetition.counted]
    shown = counted or list(analysis.repetitions)
    measured_as = analysis.card.drive.measured_as
    return (
        *_count_numbers(analysis, words),
        *_hold_number(analysis, shown, words),
        *_size_numbers(measured_as, shown, words),
    )


def improvements(analysis: Analysis, words: Words) -> tuple[Improvement, ...]:
    """List what to do differently, the most important first."""
    rules = {rule.code: rule for rule in analysis.card.faults}
    found = []
    for fault in analysis.faults:
        rule = rules[fault.code]
        seen = words.counted(
            "improve.in_repetitions",
            fault.count,
            total=len(analysis.repetitions),
            time=words.amount(fault.first_s, "s"),
        )
        why = rule.text.in_language(words.language)
        found.append(Improvement(rule.cue.in_language(words.language), why, seen))
    if any(not repetition.counted for repetition in analysis.repetitions):
        found.append(Improvement(_reach(analysis, words), words("improve.comfort")))
    return tuple(found)


def fault_name(card: Card, code: str, words: Words) -> str:
    """Name a fault by what to do about it, short enough for a label."""
    for rule in card.faults:
        if rule.code == code:
            return rule.cue.in_language(words.language).rstrip(".。")
    return code


def dose_text(level: Level, words: Words) -> str:
    """Say a level's dose in a sentence or two."""
    dose = level.dose
    each = "dose.repetitions_side" if dose.per_side else "dose.repetitions"
    repetitions = words(each, count=dose.repetitions)
    text = words.counted("dose.plain", dose.sets_a_day, sets=dose.sets_a_day, repetitions=repetitions)
    if dose.hold_s > 0:
        text += words.gap + words("dose.held", hold=words.exact(dose.hold_s, "s"))
    return text


def set_text(level: Level, words: Words) -> str:
    """Say what one set of a level is."""
    dose = level.dose
    text = words("dose.repetitions_side" if dose.per_side else "dose.repetitions", count=dose.repetitions)
    return words("dose.set_held", repetitions=text, hold=words.exact(dose.hold_s, "s")) if dose.hold_s > 0 else text


def _reach(analysis: Analysis, words: Words) -> str:
    limit = limit_of(analysis.card, analysis.level, "counted") or analysis.card.drive.counted
    unit = unit_of(analysis.card.drive.measured_as)
    return words("improve.reach", limit=words.exact(limit.value, unit))


def _count_numbers(analysis: Analysis, words: Words) -> tuple[BigNumber, ...]:
    counts, prescribed = analysis.counts, analysis.level.dose.repetitions
    total = words("numbers.of_seen", total=len(analysis.repetitions))
    if analysis.card.drive.rest != "middle":
        notes = (total, words("numbers.prescribed", count=prescribed))
        return (BigNumber(str(counts["repetitions"]), words("numbers.counted"), notes),)
    asked = words("numbers.prescribed", count=prescribed)
    return (
        BigNumber(str(counts["repetitions"]), words("numbers.counted"), (total,)),
        BigNumber(str(counts["left"]), words("numbers.left"), (asked,)),
        BigNumber(str(counts["right"]), words("numbers.right"), (asked,)),
    )


def _hold_number(analysis: Analysis, repetitions: Sequence[Repetition], words: Words) -> tuple[BigNumber, ...]:
    holds_s = [repetition.hold_s for repetition in repetitions if repetition.hold_s is not None]
    if not holds_s or analysis.level.dose.hold_s == 0:
        return ()
    note = words("numbers.hold_prescribed", hold=words.exact(analysis.level.dose.hold_s, "s"))
    value = words.figure(statistics.median(holds_s), "s")
    return (BigNumber(value, words("numbers.hold"), (note,), words.unit("s")),)


def _size_numbers(name: str, repetitions: Sequence[Repetition], words: Words) -> tuple[BigNumber, ...]:
    found = [estimate_of(repetition, name) for repetition in repetitions]
    estimates = [estimate for estimate in found if estimate is not None]
    if not estimates:
        return ()
    largest = max(estimates, key=lambda estimate: estimate.value)
    numbers = [("numbers.best", largest)]
    if len(estimates) > 1:
        numbers.append(("numbers.median", _median(estimates)))
    measure = words(f"measure.{name}")
    return tuple(
        BigNumber(
            words.figure(estimate.value, unit_of(name)),
            words(label, measure=measure),
            _interval_note(estimate, unit_of(name), words),
            words.unit(unit_of(name)),
        )
        for label, estimate in numbers
    )


def _median(estimates: Sequence[Estimate]) -> Estimate:
    """Take the median of values and bounds alike: most of the error is shared by all repetitions."""
    lows = [estimate.low for estimate in estimates if estimate.low is not None]
    highs = [estimate.high for estimate in estimates if estimate.high is not None]
    known = len(lows) == len(highs) == len(estimates)
    value = statistics.median(estimate.value for estimate in estimates)
    return Estimate(value, statistics.median(lows), statistics.median(highs)) if known else Estimate(value)


def _interval_note(estimate: Estimate, unit: str, words: Words) -> tuple[str, ...]:
    if estimate.low is None or estimate.high is None:
        return ()
    low, high = words.figure(estimate.low, unit), words.amount(estimate.high, unit)
    return (words("numbers.interval", low=low, high=high),)
