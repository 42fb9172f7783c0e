"""Today's dose of an exercise: which level, how many, how often, when, and why in one sentence.

The amount follows the physique (clinical design, "Exercises"): clamp(floor(share · maximum · factor), fewest, most) at
and above the card's level that carries the rule, and the level's own dose elsewhere. Nothing is prescribed above the
levels that the gate has opened, and a locked level only with a therapist's `Unlock`; of these, none that loads the disc
more than the stage allows.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from math import floor
from typing import NamedTuple

from openlumbar.cards import Card, Level, PhysiqueDose, Text, exercise
from openlumbar.care.dose_rules import DoseRules, dose_rules
from openlumbar.care.dose_state import DoseFacts, ExerciseState, Unlock
from openlumbar.care.load_limits import load_limit, too_heavy_words
from openlumbar.care.wording import fill, joined
from openlumbar.mechanics import has_loads, predicted_relative

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Prescription:
    """What to do of one exercise on one day; `sets_a_day` 0 is a day off.

    `level` is None when nothing of the exercise is open. `rest_between_sets_s` is the least; `times_of_day` spread
    the sets over the day, one time for each.
    """

    exercise: str
    day: date
    level: str | None
    repetitions: int
    hold_s: float
    per_side: bool
    sets_a_day: int
    rest_between_sets_s: float
    times_of_day: tuple[time, ...]
    why: Text
    source: str

    @property
    def is_rest(self) -> bool:
        """Tell whether there is nothing to do."""
        return self.sets_a_day == 0


def prescribe(
    slug: str,
    facts: DoseFacts,
    state: ExerciseState,
    unlocks: Collection[Unlock],
    day: date,
    *,
    open_levels: Collection[str],
    wakes_at: time | None = None,
) -> Prescription:
    """Prescribe an exercise for a day.

    Raises:
        InputError: when the exercise, or the state's level, is not known.
    """
    card = exercise(slug)
    words = dose_rules().why
    wanted = card.level(state.level)
    levels = levels_of(card, facts, unlocks, day, open_levels)
    held = held_by_load(card, wanted, levels, facts)
    if not levels.allowed:
        return _day_off(card, None, day, fill(words.held_closed, load=held) if held else words.closed)
    level = no_higher(card, wanted, levels.allowed[-1])
    raises = state.raises if level is wanted else 0
    if state.rest_until is not None and day < state.rest_until:
        return _day_off(card, level, day, fill(words.rest, until=state.rest_until.isoformat()))
    amount = Amount.of(card, level, facts)
    sets = sets_a_day(level, state)
    return Prescription(
        exercise=slug,
        day=day,
        level=level.id,
        repetitions=amount.raised(raises),
        hold_s=level.dose.hold_s,
        per_side=level.dose.per_side,
        sets_a_day=sets,
        rest_between_sets_s=dose_rules().sets.rest_s.value,
        times_of_day=times_of_day(slug, sets, wakes_at),
        why=_sentence(amount, level, raises, sets, held),
        source=level.dose.source if amount.rule is None else amount.rule.source,
    )


def begin(slug: str, facts: DoseFacts, day: date, *, open_levels: Collection[str]) -> ExerciseState:
    """Return the state in which somebody starts an exercise, or starts it again: gently, with one set a day.

    Raises:
        InputError: when the exercise is not known.
    """
    card = exercise(slug)
    first = card.level(dose_rules().begin_level)
    allowed = allowed_levels(card, facts, (), day, open_levels)
    level = no_higher(card, first, allowed[-1]) if allowed else first
    return ExerciseState(slug, level.id, day)


class Levels(NamedTuple):
    """The levels that may be prescribed, the gentlest first, and the first that only its load on the disc forbids."""

    allowed: tuple[Level, ...]
    too_heavy: Level | None = None


def allowed_levels(
    card: Card, facts: DoseFacts, unlocks: Collection[Unlock], day: date, open_levels: Collection[str]
) -> tuple[Level, ...]:
    """Return the levels that may be prescribed, the gentlest first."""
    return levels_of(card, facts, unlocks, day, open_levels).allowed


def levels_of(
    card: Card, facts: DoseFacts, unlocks: Collection[Unlock], day: date, open_levels: Collection[str]
) -> Levels:
    """Find the levels that may be prescribed.

    None is above the highest that the gate has opened, nor above the card's stage where the days since onset are
    known, nor above the fallback of a person whose maximum is below the rule's smallest number. What is locked
    counts only with an unlock. Of what is left, a level that loads the disc more than the person's stage allows ends
    the row, unless it or one above it was unlocked for them.
    """
    bound = _highest(card, open_levels)
    opened = {unlock.level for unlock in unlocks if unlock.opens(card.slug, day)}
    if (stage := _stage_levels(card, facts.days_since_onset)) is not None:
        bound = min(bound, _highest(card, stage))
    rule = physique_rule(card)
    if rule is not None and facts.curl_up_max is not None and facts.curl_up_max < rule.fewest:
        bound = min(bound, _highest(card, (rule.fallback_level,)))
    levels = tuple(level for level in card.levels[: bound + 1] if not level.locked or level.id in opened)
    vouched = max((number for number, level in enumerate(levels, 1) if level.id in opened), default=0)
    for number, level in enumerate(levels):
        if number >= vouched and is_too_heavy(card.slug, level.id, facts):
            return Levels(levels[:number], level)
    return Levels(levels)


def is_too_heavy(slug: str, level: str, facts: DoseFacts) -> bool:
    """Tell whether a level, done as prescribed, loads the disc more than the person's stage allows.

    Where the days since onset are not known, or no model tells the load, the gate alone decides.
    """
    if facts.days_since_onset is None or not has_loads(slug):
        return False
    return predicted_relative(slug, level, facts.physique) > load_limit(facts.days_since_onset)


def held_by_load(card: Card, wanted: Level, levels: Levels, facts: DoseFacts) -> Text | None:
    """Say that the wanted level is held back by its load on the disc, and what is done instead; None: it is not."""
    heavy = levels.too_heavy
    if heavy is None or card.levels.index(wanted) < card.levels.index(heavy):
        return None
    instead = levels.allowed[-1] if levels.allowed else None
    return too_heavy_words(card.slug, heavy, instead, facts.physique, load_limit(facts.days_since_onset))


def no_higher(card: Card, level: Level, bound: Level) -> Level:
    """Return the gentler of two levels."""
    return min(level, bound, key=card.levels.index)


def sets_a_day(level: Level, state: ExerciseState) -> int:
    """Return the sets of a day: what the state has reached, no more than the level may reach."""
    return min(state.sets_a_day, most_sets(level))


def most_sets(level: Level) -> int:
    """Return the most sets a day of a level: the rule's, or the level's own where it has more."""
    return max(int(dose_rules().sets.most.value), level.dose.sets_a_day)


def times_of_day(slug: str, sets: int, wakes_at: time | None = None) -> tuple[time, ...]:
    """Spread the sets over the day, in whole quarters of an hour.

    An exercise that bends the back waits for the first hour after waking to pass (Snook 1998, remembered).
    """
    rules = dose_rules().times
    waking_min = rules.usual_waking_h.value * 60 if wakes_at is None else wakes_at.hour * 60 + wakes_at.minute
    first = rules.bending_after_waking_min if slug in rules.bending else rules.other_after_waking_min
    span_min = rules.last_after_waking_min.value - first.value
    gap_min = span_min / (sets - 1) if sets > 1 else 0.0
    minutes = (waking_min + first.value + gap_min * number for number in range(sets))
    return tuple(_clock(minute, rules.step_min.value) for minute in minutes)


def physique_rule(card: Card) -> PhysiqueDose | None:
    """Return the rule by which an exercise's amount follows the physique, if it has one."""
    return next((level.physique_dose for level in card.levels if level.physique_dose), None)


def caution(facts: DoseFacts) -> tuple[Text, ...]:
    """Say why the dose is to be gentler: what is known to ask for it, else what is not known; nothing: it need not."""
    limits, words = dose_rules().caution, dose_rules().because
    bmi = facts.bmi
    because: list[Text] = []
    if facts.age_years is not None and facts.age_years >= limits.age.value:
        because.append(fill(words.age, age=f"{facts.age_years:g}", limit=f"{limits.age.value:g}"))
    if bmi is not None and bmi >= limits.bmi.value:
        # Rounded down, so that a value short of the limit never reads as the limit.
        because.append(fill(words.bmi, bmi=f"{floor(bmi * 10) / 10:g}", limit=f"{limits.bmi.value:g}"))
    if facts.activity == "inactive":
        because.append(words.inactive)
    if not because and None in (facts.age_years, bmi, facts.activity):
        because.append(words.unknown)
    return tuple(because)


@dataclass(frozen=True, slots=True)
class Amount:
    """The repetitions of a set, how far raises may take them, and the clause that says why."""

    base: int
    ceiling: int
    why: Text
    rule: PhysiqueDose | None = None

    def raised(self, raises: int) -> int:
        """Return the repetitions after so many raises, each a tenth of the base and one at least."""
        rules = dose_rules().raises
        step = max(1, floor(_exact(rules.share.value) * self.base))
        return min(self.ceiling, self.base + step * min(raises, int(rules.most.value)))

    @classmethod
    def of(cls, card: Card, level: Level, facts: DoseFacts) -> "Amount":
        """Find the amount of a level for a person: by the physique rule from its level on, else the level's own."""
        rule = physique_rule(card)
        if rule is None or card.levels.index(level) < [other.physique_dose for other in card.levels].index(rule):
            return _fixed(level, facts, rule)
        # Above the rule's own level the card names an amount: the physique may only make it smaller.
        most = rule.most if level.physique_dose else min(rule.most, level.dose.repetitions)
        return _by_physique(rule, most, facts)


def _by_physique(rule: PhysiqueDose, most: int, facts: DoseFacts) -> Amount:
    words, because = dose_rules().why, caution(facts)
    if facts.curl_up_max is None:
        return Amount(rule.fewest, rule.fewest, fill(words.maximum_unknown, repetitions=rule.fewest), rule)
    factor = _exact(rule.cautious_factor) if because else Fraction(1)
    count = floor(_exact(rule.share) * facts.curl_up_max * factor)
    base = max(rule.fewest, min(count, most))
    numbers = {
        "maximum": facts.curl_up_max,
        "share": floor(_exact(rule.share) * 100),
        "fewest": rule.fewest,
        "most": most,
    }
    if not because:
        return Amount(base, most, fill(words.formula, repetitions=base, **numbers), rule)
    cautious = {"factor": f"{rule.cautious_factor:g}", "because": joined(because)}
    return Amount(base, most, fill(words.formula_cautious, repetitions=base, **numbers, **cautious), rule)


def _fixed(level: Level, facts: DoseFacts, rule: PhysiqueDose | None) -> Amount:
    """Return the level's own amount, or the cautious share of it."""
    rules, because, dose = dose_rules(), caution(facts), level.dose.repetitions
    fewest = min(int(rules.caution.fewest.value), dose)
    base = max(fewest, floor(_exact(rules.caution.factor.value) * dose)) if because else dose
    ceiling = base + max(1, floor(_exact(rules.raises.share.value) * base)) * int(rules.raises.most.value)
    if rule is not None and facts.curl_up_max is not None and facts.curl_up_max < rule.fewest:
        numbers = {"maximum": facts.curl_up_max, "fewest": rule.fewest, "level": level.name}
        return Amount(base, ceiling, fill(rules.why.fallback, repetitions=base, **numbers))
    if not because:
        return Amount(base, ceiling, fill(rules.why.level, repetitions=base))
    cautious = {"factor": f"{rules.caution.factor.value:g}", "because": joined(because), "dose": dose, "fewest": fewest}
    return Amount(base, ceiling, fill(rules.why.level_cautious, repetitions=base, **cautious))


def _sentence(amount: Amount, level: Level, raises: int, sets: int, held: Text | None) -> Text:
    words = dose_rules().why
    added = amount.raised(raises) - amount.base
    clause = fill(words.raised, amount=amount.why, added=added) if added else amount.why
    most = most_sets(level)
    sets_clause = fill(words.sets if sets < most else words.sets_most, sets_a_day=sets, most_sets=most)
    if held is not None:
        clause = fill(words.held, load=held, amount=clause)
    return fill(words.sentence, amount=clause, sets=sets_clause)


def _day_off(card: Card, level: Level | None, day: date, why: Text) -> Prescription:
    rules: DoseRules = dose_rules()
    hold_s, per_side = (0.0, False) if level is None else (level.dose.hold_s, level.dose.per_side)
    level_id = None if level is None else level.id
    rest_s = rules.sets.rest_s.value
    return Prescription(card.slug, day, level_id, 0, hold_s, per_side, 0, rest_s, (), why, rules.sets.rest_s.source)


def _stage_levels(card: Card, days_since_onset: float | None) -> tuple[str, ...] | None:
    """Return the levels of the card's stage after onset; None: not known, so that the gate alone decides.

    A locked level is in no stage: with an unlock it belongs to the last one (clinical design: chronic stage only).
    """
    if days_since_onset is None:
        return None
    # Onset in the future would be a slip of the keys: the first, strictest stage.
    reached = [stage for stage in card.stages if stage.from_days <= max(days_since_onset, 0)]
    if not reached:
        return None
    is_last = reached[-1] is card.stages[-1]
    return reached[-1].levels + (tuple(level.id for level in card.levels if level.locked) if is_last else ())


def _highest(card: Card, level_ids: Collection[str]) -> int:
    """Return the place of the highest of the levels, -1 when there is none."""
    return max((number for number, level in enumerate(card.levels) if level.id in level_ids), default=-1)


def _exact(value: float) -> Fraction:
    """Return the number as it is written, so that 0.7 · 10 is 7 and no rounding takes a repetition away."""
    return Fraction(str(value))


def _clock(minute: float, step_min: float) -> time:
    whole = round(minute / step_min) * int(step_min) % MINUTES_A_DAY
    return time(whole // 60, whole % 60)
