"""How much load on the disc a stage allows: the file, its edges, what it leaves open, and the words."""

import re
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openlumbar.cards import exercise, exercise_slugs
from openlumbar.care import programme
from openlumbar.care.dose_state import DoseFacts, ExerciseState, Unlock
from openlumbar.care.load_limits import LoadRules, load_limit, load_rules, too_heavy_words
from openlumbar.care.programme import allowed_levels, begin, held_by_load, is_too_heavy, levels_of, prescribe
from openlumbar.care.progression import decide
from openlumbar.care.safety_rules import stages
from openlumbar.mechanics import Estimate, predicted_loads, predicted_relative
from openlumbar.physique import Physique

DAY = date(2026, 3, 2)
ALL = ("L0", "L1", "L2", "L3", "L4")
SIT_UP = exercise("sit-up")
FIT = DoseFacts(40, 175, 70, "male", "active", curl_up_max=15, days_since_onset=200)
ORDINARY = [
    Physique(),
    Physique(174, 72, "male", 45),
    Physique(160, 55, "female", 30),
    Physique(165, 85, "female", 70),
    Physique(185, 110, "male", 60),
]
UNLOCK = Unlock("sit-up", "L4", "Li", "therapist", "strong", datetime(2026, 3, 1, 9))

physiques = st.builds(
    Physique, st.none() | st.integers(145, 200), st.none() | st.integers(45, 130),
    st.sampled_from([None, "female", "male"]), st.none() | st.integers(18, 90),
)  # fmt: skip


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Return by level the loads that an exercise is said to have; put in what a test needs."""
    said = {"L0": 0.8, "L1": 1.8, "L2": 2.2, "L3": 2.8, "L4": 5.4}
    monkeypatch.setattr(programme, "predicted_relative", lambda _slug, level, _physique: said[level])
    return said


# ------------------------------------------------------------------------------------------------ the limits


@pytest.mark.parametrize(
    ("days", "limit"),
    [
        (None, 2.0), (-1, 2.0), (float("nan"), 2.0), (0, 2.0), (3, 2.0), (3.01, 2.4), (4, 2.4), (42, 2.4), (43, 3.2),
        (84, 3.2), (85, 4.0), (4000, 4.0),
    ],
)  # fmt: skip
def test_the_limit_of_each_stage(days: float | None, limit: float) -> None:
    assert load_limit(days) == limit


@given(st.integers(-10, 400), st.integers(0, 400))
def test_more_days_never_allow_less_and_what_is_unknown_allows_least(days: int, more: int) -> None:
    assert load_limit(None) <= load_limit(days) <= load_limit(days + more)


def test_the_stages_of_the_limits_are_those_of_the_gate() -> None:
    assert [limit.to_days for limit in load_rules().limits] == [stage.to_days for stage in stages().stages]
    assert load_rules().clinician_signoff == ""
    assert all(limit.relative.basis == "product" and limit.relative.unit for limit in load_rules().limits)


@pytest.mark.parametrize("person", ORDINARY, ids=str)
def test_what_a_stage_opens_lies_below_its_limit_and_the_full_sit_up_above_every_one(person: Physique) -> None:
    for stage, limit in zip(stages().stages, load_rules().limits, strict=True):
        for slug, levels in stage.levels.items():
            assert all(predicted_relative(slug, level, person) <= limit.relative.value for level in levels)
        assert predicted_relative("sit-up", "L4", person) > limit.relative.value


def changed(**changes: Any) -> dict[str, Any]:
    return load_rules().model_dump(by_alias=True) | changes


@pytest.mark.parametrize(
    ("to_days", "relatives"),
    [
        ((3, 42), (2, 3)), ((None, 3), (2, 3)), ((None, None), (2, 3)), ((42, 3, None), (1, 2, 3)),
        ((3, 3, None), (1, 2, 3)), ((3, None), (3, 2)), ((), ()),
    ],
)  # fmt: skip
def test_limits_out_of_order_are_refused(to_days: tuple[int | None, ...], relatives: tuple[float, ...]) -> None:
    basis = {"unit": "x", "basis": "product", "source": "test"}
    limits = [
        {"to_days": days, "relative": {"value": value, **basis}} for days, value in zip(to_days, relatives, strict=True)
    ]
    with pytest.raises(ValueError, match=r"to_days|no less|at least 1"):
        LoadRules.model_validate(changed(limit=limits))


def test_one_limit_and_equal_limits_are_limits() -> None:
    last = load_rules().limits[-1].model_dump()
    assert LoadRules.model_validate(changed(limit=[last]))
    assert LoadRules.model_validate(changed(limit=[last | {"to_days": 3}, last]))
    with pytest.raises(ValueError, match="extra"):
        LoadRules.model_validate(changed(later=1))


# ------------------------------------------------------------------------------------- what is prescribed


def test_a_level_beyond_the_limit_ends_the_row(loads: dict[str, float]) -> None:
    loads["L2"] = 4.1
    levels = levels_of(SIT_UP, FIT, (), DAY, ALL)
    assert [level.id for level in levels.allowed] == ["L0", "L1"]  # L3 lies below the limit, but above L2
    assert levels.too_heavy is SIT_UP.level("L2")
    loads["L2"] = 4.0
    assert levels_of(SIT_UP, FIT, (), DAY, ALL) == (tuple(SIT_UP.levels[:4]), None)


def test_what_the_gate_or_a_lock_forbids_is_not_put_down_to_the_load(loads: dict[str, float]) -> None:
    loads["L2"] = 4.1
    assert levels_of(SIT_UP, FIT, (), DAY, ("L0", "L1")).too_heavy is None
    assert levels_of(SIT_UP, FIT, (), DAY, ()) == ((), None)
    loads["L2"] = 2.2
    assert loads["L4"] > load_limit(FIT.days_since_onset)
    assert levels_of(SIT_UP, FIT, (), DAY, ALL).too_heavy is None


def test_a_therapist_s_word_goes_for_the_level_and_those_below_it(loads: dict[str, float]) -> None:
    loads["L3"] = 4.1
    assert allowed_levels(SIT_UP, FIT, [UNLOCK], DAY, ALL) == SIT_UP.levels
    given = prescribe("sit-up", FIT, ExerciseState("sit-up", "L4", DAY), [UNLOCK], DAY, open_levels=ALL)
    assert given.level == "L4"
    third = replace(UNLOCK, level="L2")
    assert [level.id for level in allowed_levels(SIT_UP, FIT, [third], DAY, ALL)] == ["L0", "L1", "L2"]


def test_unknown_days_and_an_exercise_without_a_model_are_left_to_the_gate(loads: dict[str, float]) -> None:
    loads["L1"] = 9.0
    assert not is_too_heavy("sit-up", "L1", replace(FIT, days_since_onset=None))
    assert not is_too_heavy("plank", "L1", FIT)
    assert is_too_heavy("sit-up", "L1", FIT)
    assert is_too_heavy("sit-up", "L1", replace(FIT, days_since_onset=0))


def test_the_body_that_is_known_is_the_body_that_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(programme, "predicted_relative", lambda *given: asked.append(given) or 1.0)
    is_too_heavy("bridge", "L2", FIT)
    assert asked == [("bridge", "L2", Physique(175, 70, "male", 40))]


def test_a_level_that_waits_is_named_with_load_limit_and_what_is_done_instead(loads: dict[str, float]) -> None:
    loads["L2"] = 4.1
    given = prescribe("sit-up", FIT, ExerciseState("sit-up", "L3", DAY), (), DAY, open_levels=ALL)
    words = held_by_load(SIT_UP, SIT_UP.level("L3"), levels_of(SIT_UP, FIT, (), DAY, ALL), FIT)
    assert given.level == "L1"
    assert words is not None
    assert given.why.en.startswith(f"{words.en}; 5 repetitions, the amount of this level; sets a day: 1")
    assert given.why.zh.startswith(f"{words.zh}；5 次，是这一级的用量；每天 1 组")
    for language in ("en", "zh"):
        said = words.in_language(language)
        assert SIT_UP.level("L2").name.in_language(language) in said
        assert SIT_UP.level("L1").name.in_language(language) in said
        assert re.search(r"(?<![\d.])4(?![\d.])", said)
    assert held_by_load(SIT_UP, SIT_UP.level("L1"), levels_of(SIT_UP, FIT, (), DAY, ALL), FIT) is None
    below = prescribe("sit-up", FIT, ExerciseState("sit-up", "L1", DAY), (), DAY, open_levels=ALL)
    assert below.why.en.startswith("5 repetitions")
    at = prescribe("sit-up", FIT, ExerciseState("sit-up", "L2", DAY), (), DAY, open_levels=ALL)
    assert at.why.en.startswith(words.en)


def test_an_exercise_all_of_which_is_too_heavy_is_a_day_off_that_says_so(loads: dict[str, float]) -> None:
    loads["L0"] = 4.1
    given = prescribe("sit-up", FIT, ExerciseState("sit-up", "L1", DAY), (), DAY, open_levels=ALL)
    assert (given.level, given.is_rest) == (None, True)
    assert given.why.en.endswith("walking a little takes its place.")
    assert given.why.zh.endswith("可以稍微走动。")
    assert begin("sit-up", FIT, DAY, open_levels=ALL).level == "L1"


def test_one_begins_below_the_limit(loads: dict[str, float]) -> None:
    loads["L1"] = 4.1
    assert begin("sit-up", FIT, DAY, open_levels=ALL).level == "L0"


@settings(deadline=None)
@given(physiques, st.integers(0, 200), st.sampled_from(exercise_slugs()), st.sampled_from(ALL), st.booleans())
def test_nothing_is_prescribed_above_the_limit(
    person: Physique, days: int, slug: str, level: str, has_unlock: bool
) -> None:
    card = exercise(slug)
    wanted = level if level in [each.id for each in card.levels] else "L1"
    facts = DoseFacts(person.age, person.height_cm, person.weight_kg, person.sex, days_since_onset=days)
    unlocks = [replace(UNLOCK, exercise=slug)] if has_unlock else []
    state = ExerciseState(slug, wanted, DAY)
    given = prescribe(slug, facts, state, unlocks, DAY, open_levels=ALL)
    if given.level is None:
        return
    in_the_last_stage = card.stages[-1].from_days <= days
    if not (has_unlock and in_the_last_stage):
        assert predicted_relative(slug, given.level, person) <= load_limit(days)


@given(st.lists(st.floats(0.5, 6), min_size=5, max_size=5), st.sampled_from(ALL), st.integers(0, 200))
def test_nothing_is_prescribed_above_the_limit_whatever_the_loads(said: list[float], level: str, days: int) -> None:
    facts = replace(FIT, days_since_onset=days)
    with pytest.MonkeyPatch.context() as patch:
        by_level = dict(zip(ALL, said, strict=True))
        patch.setattr(programme, "predicted_relative", lambda _slug, level, _physique: by_level[level])
        state = ExerciseState("sit-up", level, DAY)
        given = prescribe("sit-up", facts, state, (), DAY, open_levels=ALL)
        step = decide([], state, DAY, facts=facts, open_levels=ALL)
    if given.level is not None:
        assert by_level[given.level] <= load_limit(days)
        assert by_level[step.state.level] <= load_limit(days)


# ------------------------------------------------------------------------------------------------ the words


def test_the_numbers_are_rounded_away_from_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    loads = predicted_loads("sit-up", "L2", Physique())
    told = replace(loads, relative_to_standing=Estimate(2.41, 1.79, 3.01))
    asked: list[object] = []
    monkeypatch.setattr("openlumbar.care.load_limits.predicted_loads", lambda *given: asked.append(given) or told)
    instead = too_heavy_words("sit-up", SIT_UP.level("L2"), SIT_UP.level("L1"), Physique(), 2.4)
    assert asked == [("sit-up", "L2", Physique())]
    name, gentler = SIT_UP.level("L2").name, SIT_UP.level("L1").name
    assert instead.en == (
        f'"{name.en}" would load your disc about 2.5 × standing (likely 1.7 to 3.1), more than the 2.4 × of this '
        f'stage, so you do "{gentler.en}" instead'
    )
    assert instead.zh == (
        f"“{name.zh}”的椎间盘负荷约为站立时的 2.5 倍（大致 1.7～3.1 倍），超过这一阶段的 2.4 倍，先改做“{gentler.zh}”"
    )
    nothing = too_heavy_words("sit-up", SIT_UP.level("L2"), None, Physique(), 2.4)
    assert nothing.en.endswith("so this exercise waits, and walking a little takes its place")
    assert nothing.zh.endswith("这个练习先不做，可以稍微走动")
