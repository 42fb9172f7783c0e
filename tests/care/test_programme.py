"""The dose of a day: the formula written out again, every card and level, who may do more, and the sentence."""

import re
from dataclasses import replace
from datetime import date, datetime, time
from itertools import pairwise
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlumbar.cards import Card, Text, exercise, exercise_slugs
from openlumbar.care.dose_rules import TimeRules, dose_rules
from openlumbar.care.dose_state import DoseFacts, ExerciseState, Unlock
from openlumbar.care.gate_words import gate_words
from openlumbar.care.programme import (
    Prescription,
    allowed_levels,
    begin,
    caution,
    prescribe,
    times_of_day,
)
from openlumbar.errors import InputError

DAY = date(2026, 3, 2)
ALL = ("L0", "L1", "L2", "L3", "L4")
FIT = DoseFacts(age_years=40, height_cm=175, weight_kg=70, activity="active", curl_up_max=12, days_since_onset=200)
LOCKED = [(card.slug, level.id) for card in map(exercise, exercise_slugs()) for level in card.levels if level.locked]
FREE = [(card.slug, level.id) for card in map(exercise, exercise_slugs()) for level in card.levels if not level.locked]

facts_of_people = st.builds(
    DoseFacts,
    age_years=st.none() | st.integers(18, 95),
    height_cm=st.none() | st.integers(140, 200),
    weight_kg=st.none() | st.integers(40, 150),
    activity=st.sampled_from([None, "active", "inactive"]),
    curl_up_max=st.none() | st.integers(0, 30),
    days_since_onset=st.none() | st.integers(0, 400),
)


def state(slug: str, level: str, sets: int = 1, raises: int = 0, rest_until: date | None = None) -> ExerciseState:
    return ExerciseState(slug, level, DAY, sets_a_day=sets, raises=raises, rest_until=rest_until)


def unlock(slug: str, level: str, day: date = DAY) -> Unlock:
    return Unlock(slug, level, "Li", "therapist", "level 3 without pain", datetime(day.year, day.month, day.day, 9))


def dose(
    slug: str, level: str, facts: DoseFacts = FIT, sets: int = 1, raises: int = 0, open_levels: tuple[str, ...] = ALL
) -> Prescription:
    return prescribe(slug, facts, state(slug, level, sets, raises), (), DAY, open_levels=open_levels)


# ------------------------------------------------------------------------------------------------ the formula


@pytest.mark.parametrize("maximum", range(3, 31))
@pytest.mark.parametrize("is_cautious", [False, True])
def test_the_formula_of_the_design(maximum: int, is_cautious: bool) -> None:
    facts = replace(FIT, curl_up_max=maximum, activity="inactive" if is_cautious else "active")
    count = maximum * 35 // 100 if is_cautious else maximum // 2
    assert dose("sit-up", "L2", facts).repetitions == max(3, min(count, 10))


@pytest.mark.parametrize(
    ("facts", "is_cautious"),
    [
        (FIT, False),
        (replace(FIT, age_years=64.9), False),
        (replace(FIT, age_years=65), True),
        (replace(FIT, height_cm=200, weight_kg=119.9), False),
        (replace(FIT, height_cm=200, weight_kg=120), True),
        (replace(FIT, activity="inactive"), True),
        (replace(FIT, age_years=None), True),
        (replace(FIT, height_cm=None), True),
        (replace(FIT, weight_kg=None), True),
        (replace(FIT, activity=None), True),
        (replace(FIT, sex="female"), False),
    ],
)
def test_who_starts_more_gently(facts: DoseFacts, is_cautious: bool) -> None:
    assert bool(caution(facts)) == is_cautious
    assert dose("sit-up", "L2", facts).repetitions == (4 if is_cautious else 6)
    assert dose("bridge", "L2", facts).repetitions == (7 if is_cautious else 10)


def test_every_reason_to_be_gentle_is_named_and_the_unknown_only_without_another() -> None:
    words = dose_rules().because
    everything = DoseFacts(70, 160, 90, activity="inactive")
    said = caution(everything)
    assert [text.en for text in said] == [
        "you are 70 and the rule is gentler from 65",
        "your body-mass index is 35.1 and the rule is gentler from 30",
        words.inactive.en,
    ]
    assert caution(DoseFacts()) == (words.unknown,)
    assert caution(DoseFacts(age_years=70)) == said[:1]


@pytest.mark.parametrize("maximum", [0, 1, 2])
@pytest.mark.parametrize("level", ["L0", "L1", "L2", "L3", "L4"])
def test_fewer_than_three_curl_ups_is_bracing(maximum: int, level: str) -> None:
    given = dose("sit-up", level, replace(FIT, curl_up_max=maximum))
    assert (given.level, given.repetitions, given.hold_s) == ("L0", 10, 5)
    assert str(maximum) in given.why.en
    assert "Bracing" in given.why.en
    assert "收腹" in given.why.zh
    assert dose("bridge", "L2", replace(FIT, curl_up_max=maximum)).level == "L2"


@pytest.mark.parametrize("level", ["L2", "L3"])
def test_an_unknown_maximum_gives_the_smallest_dose_and_says_so(level: str) -> None:
    facts = replace(FIT, curl_up_max=None)
    given = dose("sit-up", level, facts)
    assert given.repetitions == 3
    assert given.why.en.startswith("3 repetitions, the smallest amount")
    assert "it is not known how many" in given.why.en
    assert dose("sit-up", level, facts, raises=5).repetitions == 3


def test_above_the_rule_s_level_the_physique_only_makes_the_dose_smaller() -> None:
    for maximum in range(3, 31):
        facts = replace(FIT, curl_up_max=maximum)
        assert dose("sit-up", "L3", facts).repetitions == max(3, min(maximum // 2, 10))
    assert dose("sit-up", "L1", replace(FIT, curl_up_max=3)).repetitions == 5


@given(facts_of_people, st.sampled_from(FREE), st.integers(0, 8))
def test_more_strength_never_means_a_smaller_dose(facts: DoseFacts, what: tuple[str, str], raises: int) -> None:
    slug, level = what
    levels = [other.id for other in exercise(slug).levels]
    known = [replace(facts, curl_up_max=maximum) for maximum in range(31)]
    given = [prescribe(slug, one, state(slug, level, 2, raises), (), DAY, open_levels=ALL) for one in known]
    places = [-1 if one.level is None else levels.index(one.level) for one in given]
    assert places == sorted(places)
    if facts.curl_up_max is None:
        unknown = prescribe(slug, facts, state(slug, level, 2, raises), (), DAY, open_levels=ALL)
        assert unknown.repetitions <= min(
            one.repetitions for one, at in zip(given, places, strict=True) if at == places[-1]
        )
    for at in set(places):
        at_level = [one.repetitions for one, place in zip(given, places, strict=True) if place == at]
        assert at_level == sorted(at_level)


@given(facts_of_people, st.sampled_from(FREE))
def test_what_is_not_known_never_makes_a_dose_larger(facts: DoseFacts, what: tuple[str, str]) -> None:
    full = dose(*what, facts)
    for field in ("age_years", "height_cm", "weight_kg", "activity"):
        less = dose(*what, replace(facts, **{field: None}))  # type: ignore[arg-type]
        hides_the_reason = caution(facts) and not caution(replace(facts, **{field: None}))  # type: ignore[arg-type]
        assert not hides_the_reason
        assert less.repetitions <= full.repetitions


# ------------------------------------------------------------------------------------- levels, locks, stages


@pytest.mark.parametrize(("slug", "level"), FREE)
def test_a_free_level_has_the_card_s_dose(slug: str, level: str) -> None:
    card_level = exercise(slug).level(level)
    given = dose(slug, level, replace(FIT, curl_up_max=30))
    expected = 10 if card_level.physique_dose else card_level.dose.repetitions
    assert (given.exercise, given.day, given.level) == (slug, DAY, level)
    assert (given.repetitions, given.hold_s, given.per_side) == (
        expected,
        card_level.dose.hold_s,
        card_level.dose.per_side,
    )
    assert given.sets_a_day == 1
    assert given.rest_between_sets_s == 120
    is_by_physique = slug == "sit-up" and level in ("L2", "L3")
    assert given.source == ("OpenLumbar physique rule" if is_by_physique else card_level.dose.source)


@pytest.mark.parametrize(("slug", "level"), LOCKED)
def test_a_locked_level_needs_a_therapist_s_unlock(slug: str, level: str) -> None:
    here = state(slug, level, sets=9)
    facts = replace(FIT, curl_up_max=30)
    wrong = [unlock(slug, "L3"), unlock("other", level), unlock(slug, level, date(2026, 3, 3))]
    assert prescribe(slug, facts, here, wrong, DAY, open_levels=ALL).level == "L3"
    given = prescribe(slug, facts, here, [*wrong, unlock(slug, level)], DAY, open_levels=ALL)
    own = exercise(slug).level(level).dose
    assert (given.level, given.repetitions) == (level, own.repetitions)
    assert given.sets_a_day == max(3, own.sets_a_day)
    # Nor without the gate, nor before the chronic stage.
    assert prescribe(slug, facts, here, [unlock(slug, level)], DAY, open_levels=ALL[:4]).level == "L3"
    early = replace(facts, days_since_onset=83)
    assert prescribe(slug, early, here, [unlock(slug, level)], DAY, open_levels=ALL).level == "L2"


@pytest.mark.parametrize(
    ("role", "by", "reason"),
    [("patient", "Li", "x"), ("", "Li", "x"), ("therapist", " ", "x"), ("therapist", "Li", " ")],
)
def test_an_unlock_without_therapist_name_or_reason_cannot_be(role: str, by: str, reason: str) -> None:
    with pytest.raises(InputError, match="unlock"):
        Unlock("sit-up", "L4", by, role, reason, datetime(2026, 3, 2))


@pytest.mark.parametrize("role", gate_words().unlock.given_by)
def test_whoever_opens_a_level_for_the_gate_opens_it_for_the_dose(role: str) -> None:
    assert Unlock("sit-up", "L4", "Li", role, "strong", datetime(2026, 3, 2)).opens("sit-up", DAY)


@pytest.mark.parametrize("card", [exercise(slug) for slug in exercise_slugs()], ids=lambda card: card.slug)
def test_each_stage_of_each_card_bounds_the_level(card: Card) -> None:
    for stage in card.stages:
        for day in {stage.from_days, stage.from_days + 0.5, (stage.to_days or 999) - 0.01}:
            allowed = allowed_levels(card, replace(FIT, days_since_onset=day), (), DAY, ALL)
            assert [level.id for level in allowed][-1:] == list(stage.levels[-1:])
    assert allowed_levels(card, replace(FIT, days_since_onset=-1), (), DAY, ALL) == ()


@given(facts_of_people, st.sampled_from(FREE + LOCKED), st.sets(st.sampled_from(ALL)), st.booleans())
def test_nothing_is_prescribed_above_what_is_open(
    facts: DoseFacts, what: tuple[str, str], open_levels: set[str], has_unlock: bool
) -> None:
    slug, level = what
    unlocks = [unlock(slug, "L4")] if has_unlock else []
    given = prescribe(slug, facts, state(slug, level, 3, 2), unlocks, DAY, open_levels=open_levels)
    if given.level is None:
        assert given.is_rest
        return
    assert given.level <= level
    assert given.level <= max(open_levels)
    assert has_unlock or not exercise(slug).level(given.level).locked
    assert given.repetitions >= 3
    assert 1 <= given.sets_a_day <= 4
    assert len(given.times_of_day) == given.sets_a_day


def test_nothing_open_is_a_day_off_that_says_so() -> None:
    given = dose("sit-up", "L2", open_levels=())
    assert (given.level, given.repetitions, given.sets_a_day, given.times_of_day) == (None, 0, 0, ())
    assert (given.hold_s, given.per_side) == (0, False)
    assert given.why == dose_rules().why.closed
    assert given.is_rest
    assert not dose("sit-up", "L2").is_rest


def test_a_rest_lasts_until_its_day() -> None:
    def on(day: date) -> Prescription:
        here = state("cross-twist", "L2", rest_until=date(2026, 3, 4))
        return prescribe("cross-twist", FIT, here, (), day, open_levels=ALL)

    assert on(date(2026, 3, 3)).is_rest
    assert (on(date(2026, 3, 3)).level, on(date(2026, 3, 3)).per_side) == ("L2", True)
    assert "2026-03-04" in on(date(2026, 3, 3)).why.en
    assert on(date(2026, 3, 4)).sets_a_day == 1


def test_an_exercise_or_level_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="is not known"):
        dose("plank", "L1")
    with pytest.raises(InputError, match="no such level"):
        dose("sit-up", "L9")


def test_one_begins_gently_with_what_is_open() -> None:
    assert begin("sit-up", FIT, DAY, open_levels=ALL) == ExerciseState("sit-up", "L1", DAY)
    assert begin("sit-up", FIT, DAY, open_levels=["L0"]).level == "L0"
    assert begin("sit-up", replace(FIT, curl_up_max=2), DAY, open_levels=ALL).level == "L0"
    assert begin("cross-twist", FIT, DAY, open_levels=[]).level == "L1"


# ------------------------------------------------------------------------------------- sets, raises, times


@pytest.mark.parametrize(("slug", "level"), FREE)
def test_a_raise_is_a_tenth_and_one_at_least_and_ends(slug: str, level: str) -> None:
    base = dose(slug, level).repetitions
    given = [dose(slug, level, raises=raises).repetitions for raises in range(9)]
    step = max(1, base // 10)
    bound = 10 if slug == "sit-up" and level in ("L2", "L3") else base + 5 * step
    assert given == [min(base + step * min(raises, 5), bound) for raises in range(9)]


def test_the_raises_of_a_higher_level_do_not_go_along_to_a_lower_one() -> None:
    bounded = dose("bridge", "L3", raises=3, open_levels=("L0", "L1", "L2"))
    assert (bounded.level, bounded.repetitions) == ("L2", 10)
    assert dose("bridge", "L3", raises=3).repetitions == 13


@pytest.mark.parametrize(("sets", "expected"), [(1, 1), (2, 2), (3, 3), (4, 3)])
def test_sets_a_day_go_up_to_three(sets: int, expected: int) -> None:
    given = dose("cross-twist", "L1", sets=sets)
    assert given.sets_a_day == expected
    assert ("which is the most" in given.why.en) == (expected == 3)


def test_times_are_spread_over_the_day_after_waking() -> None:
    assert times_of_day("sit-up", 1) == (time(9),)
    assert times_of_day("sit-up", 2) == (time(9), time(19))
    assert times_of_day("sit-up", 3) == (time(9), time(14), time(19))
    assert times_of_day("bridge", 3) == (time(7, 45), time(13, 30), time(19))
    assert times_of_day("bridge", 1, time(6, 20)) == (time(7),)
    assert times_of_day("sit-up", 2, time(16)) == (time(18), time(4))
    assert times_of_day("sit-up", 0) == ()
    late = prescribe("bridge", FIT, state("bridge", "L1"), (), DAY, open_levels=ALL, wakes_at=time(10))
    assert late.times_of_day == (time(10, 45),)


@given(st.sampled_from(exercise_slugs()), st.integers(1, 4), st.times())
def test_bending_waits_for_the_first_hour_and_sets_keep_apart(slug: str, sets: int, wakes_at: time) -> None:
    waking = wakes_at.hour * 60 + wakes_at.minute
    minutes = [(at.hour * 60 + at.minute - waking) % 1440 for at in times_of_day(slug, sets, wakes_at)]
    assert minutes == sorted(minutes)
    assert minutes[-1] <= 730
    assert all(at.minute % 15 == 0 for at in times_of_day(slug, sets, wakes_at))
    assert minutes[0] >= (60 if slug == "sit-up" else 30)
    assert all(later - earlier >= 120 for earlier, later in pairwise(minutes))


def test_a_file_that_lets_somebody_bend_early_is_refused() -> None:
    times = dose_rules().times.model_dump()
    times["bending_after_waking_min"]["value"] = 74
    with pytest.raises(ValueError, match="no bending"):
        TimeRules.model_validate(times)
    times["bending_after_waking_min"]["value"] = 75
    assert TimeRules.model_validate(times)


# ------------------------------------------------------------------------------------------- words and facts


@given(facts_of_people, st.sampled_from(FREE + LOCKED), st.integers(1, 4), st.integers(0, 6))
def test_the_sentence_has_the_numbers_in_it(facts: DoseFacts, what: tuple[str, str], sets: int, raises: int) -> None:
    slug, level = what
    given = prescribe(slug, facts, state(slug, level, sets, raises), [unlock(slug, "L4")], DAY, open_levels=ALL)
    assert "{" not in given.why.en + given.why.zh
    assert given.why.en.count(".") - len(re.findall(r"\d\.\d", given.why.en)) == 1  # one sentence
    if given.is_rest:
        return
    for words in (given.why.en, given.why.zh):
        numbers = [int(number) for number in re.findall(r"(?<![\d.])\d+(?![\d.]*\d)", words)]
        assert given.sets_a_day in numbers
        added = re.search(r"and (\d+) more|再加 (\d+) 次", words)
        extra = int(added.group(1) or added.group(2)) if added else 0
        assert given.repetitions - extra in numbers


def test_the_sentences_of_the_formula() -> None:
    assert dose("sit-up", "L2").why == Text(
        en="6 repetitions: 50 % of the 12 slow ones you can do without pain, never under 3 or over 10; "
        "sets a day: 1 (up to 3, one more each good week).",
        zh="6 次：取您能无痛、缓慢完成的 12 次的 50%，最少 3 次，最多 10 次；"
        "每天 1 组（顺利的话每周加一组，最多 3 组）。",
    )
    gentle = dose("sit-up", "L2", replace(FIT, age_years=70, activity="inactive"), sets=3, raises=1).why
    assert gentle.en == (
        "4 repetitions: 50 % of the 12 slow ones you can do without pain, times 0.7 (you are 70 and the rule is "
        "gentler from 65 and you have been little active so far), never under 3 or over 10, and 1 more because it has "
        "gone well; sets a day: 3, which is the most."
    )
    assert dose("bridge", "L2", DoseFacts()).why.en.startswith("7 repetitions: 0.7 of this level's 10 (age, height,")


@pytest.mark.parametrize(
    "wrong", [{"age_years": -1}, {"height_cm": 0}, {"weight_kg": 0.5}, {"curl_up_max": -1}, {"age_years": float("nan")}]
)
def test_facts_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(InputError, match="is below"):
        DoseFacts(**wrong)  # type: ignore[arg-type]
    DoseFacts(0, 1, 1, curl_up_max=0)


@pytest.mark.parametrize("wrong", [{"sets_a_day": 0}, {"raises": -1}, {"missed_steps": -1}])
def test_a_state_that_is_no_dose_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(InputError, match="at least one set"):
        ExerciseState("sit-up", "L1", DAY, **wrong)  # type: ignore[arg-type]


def test_the_rules_of_the_file_are_those_of_the_cards() -> None:
    rules = dose_rules()
    assert rules.clinician_signoff == ""
    for card in map(exercise, exercise_slugs()):
        for rule in (level.physique_dose for level in card.levels if level.physique_dose):
            limits = rules.caution
            assert (limits.factor.value, limits.age.value) == (rule.cautious_factor, rule.cautious_age)
            assert (limits.bmi.value, limits.fewest.value) == (rule.cautious_bmi, rule.fewest)
    assert (rules.sets.first.value, rules.sets.most.value, rules.sets.step_days.value) == (1, 3, 7)
    assert ExerciseState("sit-up", "L1", DAY).sets_a_day == rules.sets.first.value
    assert floor(rules.times.no_bending_min.value) == 60
    assert set(rules.times.bending) <= set(exercise_slugs())
