"""What holds for everybody: nothing unanswered passes, nothing blocked is reached, more trouble never loosens."""

from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from openlumbar.cards import exercise
from openlumbar.care.gate import Clearance, GateDecision, GateFacts, GroupAAnswers, Lock, Unlock, decide
from openlumbar.care.gate_words import OUTCOMES
from openlumbar.care.pain import Pain
from openlumbar.care.profile import Profile
from openlumbar.care.safety import NONE, group_a, screen
from openlumbar.care.safety_rules import ACUTE, MASSAGE_DEFAULT, group_b, matrix, stages

from .gate_people import ACTIVITIES, CONDITIONS, EXERCISES, LEVELS, NOW, TODAY, ask

QUESTIONS = [question.id for question in group_a().questions]
REASONS = [*CONDITIONS, *QUESTIONS, MASSAGE_DEFAULT, *(row.id for row in group_b().rows), "locked", "morning", "onset"]

WHO = st.sampled_from(["therapist", "clinician", "person"])
NAMES = st.sampled_from(["", "Dr Wang"])
MOMENTS = st.builds(lambda hours: NOW - timedelta(hours=hours), st.integers(-2, 400))
DAYS = st.builds(lambda days: TODAY - timedelta(days=days), st.integers(-10, 300))
MAYBE = st.sampled_from([None, False, True])


def sets_of(items: list[str]) -> st.SearchStrategy[frozenset[str]]:
    """Draw mostly small sets, so that a person with one trouble is as likely as one with many."""
    return st.frozensets(st.sampled_from(items), max_size=3)


PROFILES = st.builds(
    Profile,
    born=st.none() | st.dates(date(1950, 1, 1), date(2015, 1, 1)),
    age_years=st.none() | st.integers(10, 80),
    onset=st.none() | DAYS,
    diagnosed=MAYBE,
    conditions=st.none() | sets_of(CONDITIONS),
    cancer_signs=MAYBE,
    stable_weakness=MAYBE,
    wakes_at=st.none() | st.times(),
)
SOUND = st.builds(
    Profile,
    born=st.just(date(1985, 1, 1)),
    onset=DAYS.filter(lambda day: day <= TODAY),
    diagnosed=st.just(True),
    conditions=sets_of(CONDITIONS),
    cancer_signs=st.just(False),
    stable_weakness=st.just(False),
    wakes_at=st.just(time(6)),
)
"""People who have answered everything."""

ANSWERS = st.builds(
    GroupAAnswers,
    st.just(frozenset({NONE})) | sets_of([NONE, *QUESTIONS, "a99"]),
    st.builds(lambda minutes: NOW - timedelta(minutes=minutes), st.integers(-5, 45)),
)
CLEARANCES = st.builds(
    Clearance,
    activity=st.sampled_from(ACTIVITIES),
    reasons=st.frozensets(st.sampled_from(REASONS)) | st.just(frozenset(REASONS)),
    by=NAMES,
    role=WHO,
    at=MOMENTS,
    expires_on=DAYS,
    doctor=NAMES,
    examined_on=st.none() | DAYS,
)
LOCKS = st.builds(
    Lock,
    reason=st.sampled_from(QUESTIONS),
    since=MOMENTS,
    lifted_at=st.none() | MOMENTS,
    lifted_by=NAMES,
    lifted_role=st.none() | WHO,
    lifted_because=NAMES,
    doctor=NAMES,
    examined_on=st.none() | DAYS,
)
UNLOCKS = st.builds(
    Unlock,
    exercise=st.sampled_from(EXERCISES),
    level=st.sampled_from(["L2", "L3", "L4"]),
    by=NAMES,
    role=WHO,
    reason=NAMES,
    at=MOMENTS,
)


def everyone(profiles: st.SearchStrategy[Profile]) -> st.SearchStrategy[GateFacts]:
    return st.builds(
        GateFacts,
        profile=profiles,
        group_a=st.none() | ANSWERS,
        pain_rest=st.none() | st.builds(Pain, st.integers(0, 10), st.integers(0, 10)),
        red_days_in_7=st.integers(0, 3),
        weeks_without_gain=st.none() | st.integers(0, 8),
        clearances=st.lists(CLEARANCES, max_size=4).map(tuple),
        locks=st.lists(LOCKS, max_size=1).map(tuple),
        unlocks=st.lists(UNLOCKS, max_size=2).map(tuple),
        woke_at=st.none() | MOMENTS,
        alone=st.booleans(),
    )


ADAPTED = [row.id for row in matrix().conditions if "~" in row.cells.values()]
LONG_AGO = st.builds(lambda days: TODAY - timedelta(days=days), st.integers(43, 300))

WELL = st.builds(
    replace,
    everyone(SOUND),
    profile=st.builds(
        replace,
        SOUND,
        onset=LONG_AGO,
        conditions=st.just(frozenset()) | st.frozensets(st.sampled_from(ADAPTED), max_size=1),
    ),
    group_a=st.just(GroupAAnswers(frozenset({NONE}), NOW)),
    pain_rest=st.builds(Pain, st.integers(0, 5), st.integers(0, 6)),
    red_days_in_7=st.integers(0, 1),
    weeks_without_gain=st.none() | st.integers(0, 5),
    locks=st.just(()),
    woke_at=st.just(None),
)
"""People whom little holds back, so that the gate often opens."""

PEOPLE = everyone(PROFILES) | everyone(SOUND) | WELL | WELL

SLUGS = st.sampled_from(ACTIVITIES)
TRIED = st.one_of(
    st.tuples(SLUGS, st.none()),
    st.tuples(st.sampled_from(EXERCISES), st.just("L1")),
    *(st.tuples(st.just(slug), st.sampled_from(LEVELS[slug])) for slug in EXERCISES),
)


def strictness(decision: GateDecision) -> int:
    return OUTCOMES.index(decision.outcome)


def no_looser(tried: tuple[str, str | None], told: GateFacts, worse: GateFacts) -> None:
    slug, level = tried
    before, after = ask(slug, told, level), ask(slug, worse, level)
    assert strictness(after) >= strictness(before), (before.outcome, after.outcome)
    assert set(after.open_levels) <= set(before.open_levels)


@given(TRIED, PEOPLE)
def test_no_answers_and_no_clearances_reach_what_is_blocked(tried: tuple[str, str | None], told: GateFacts) -> None:
    slug, _ = tried
    letter, named = matrix().activity(slug).letter, told.profile.conditions or frozenset()
    pain, onset = told.pain_rest, told.profile.onset
    severe = pain is not None and max(pain.back, pain.leg) >= 7
    recent = onset is not None and 0 <= (TODAY - onset).days <= 3
    holding = {*named, *([ACUTE] if severe or recent else [])}
    if any(row.cells[letter] == "X" for row in matrix().conditions if row.id in holding):
        assert ask(slug, told, tried[1]).outcome in ("blocked", "emergency")


@given(TRIED, PEOPLE)
def test_what_passes_has_been_answered_in_full(tried: tuple[str, str | None], told: GateFacts) -> None:
    slug, level = tried
    decision = ask(slug, told, level)
    assert decision.passed == (decision.outcome in ("go", "adapt"))
    if not decision.passed:
        assert decision.open_levels == ()
        return
    profile = told.profile
    assert told.group_a is not None
    assert timedelta() <= NOW - told.group_a.at <= timedelta(minutes=30)
    answered = screen(told.group_a.answers)
    assert answered.passed or answered.outcome == "clinician"
    assert None not in (profile.cancer_signs, profile.stable_weakness, profile.diagnosed, profile.conditions)
    assert told.pain_rest is not None
    assert profile.onset is not None
    assert profile.onset <= TODAY
    assert profile.born is not None or profile.age_years is not None
    if slug == "sit-up":
        assert told.woke_at is not None or profile.wakes_at is not None
    if slug in EXERCISES:
        stage = stages().on(TODAY, profile.onset)
        assert decision.open_levels
        assert set(decision.open_levels) <= {*stage.levels[slug], *stage.unlock}
        assert level is None or level in decision.open_levels


@given(TRIED, PEOPLE)
def test_the_strictest_reason_decides(tried: tuple[str, str | None], told: GateFacts) -> None:
    decision = ask(tried[0], told, tried[1])
    found = [reason.outcome for reason in decision.reasons]
    assert decision.outcome == max(["go", *found], key=OUTCOMES.index)
    assert len({reason.id for reason in decision.reasons}) == len(decision.reasons)
    assert all((reason.outcome == "go") <= (reason.clearance is not None) for reason in decision.reasons)
    assert set(decision.lock_due) <= {reason.id for reason in decision.reasons if reason.outcome == "emergency"}


@given(TRIED, PEOPLE, st.sampled_from(CONDITIONS))
def test_a_condition_more_never_loosens(tried: tuple[str, str | None], told: GateFacts, more: str) -> None:
    if (named := told.profile.conditions) is not None:
        no_looser(tried, told, replace(told, profile=replace(told.profile, conditions=named | {more})))


@given(TRIED, PEOPLE, st.sampled_from(QUESTIONS))
def test_a_yes_more_never_loosens(tried: tuple[str, str | None], told: GateFacts, more: str) -> None:
    given_answers = told.group_a
    if given_answers is None or not given_answers.answers:
        return
    worse = [replace(given_answers, answers=given_answers.answers | {more})]
    if given_answers.answers == {NONE}:
        worse.append(replace(given_answers, answers=frozenset({more})))
    for answers in worse:
        no_looser(tried, told, replace(told, group_a=answers))


TROUBLES: list[dict[str, Any]] = [{"cancer_signs": True}, {"stable_weakness": True}, {"diagnosed": False}]


@given(TRIED, PEOPLE, st.sampled_from(TROUBLES))
def test_a_sign_of_group_b_more_never_loosens(
    tried: tuple[str, str | None], told: GateFacts, trouble: dict[str, Any]
) -> None:
    (field,) = trouble
    if getattr(told.profile, field) is not None:
        no_looser(tried, told, replace(told, profile=replace(told.profile, **trouble)))


@given(TRIED, PEOPLE, st.integers(0, 10), st.integers(0, 10), st.integers(0, 3), LOCKS)
def test_more_pain_more_red_days_and_a_lock_never_loosen(
    tried: tuple[str, str | None], told: GateFacts, back: int, leg: int, red_days: int, lock: Lock
) -> None:
    no_looser(tried, told, replace(told, red_days_in_7=told.red_days_in_7 + red_days))
    no_looser(tried, told, replace(told, locks=(*told.locks, lock)))
    if told.pain_rest is not None:
        pain = Pain(max(back, told.pain_rest.back), max(leg, told.pain_rest.leg))
        no_looser(tried, told, replace(told, pain_rest=pain))


@given(TRIED, PEOPLE, st.data())
def test_a_clearance_or_an_unlock_less_never_loosens(
    tried: tuple[str, str | None], told: GateFacts, data: st.DataObject
) -> None:
    kept = data.draw(st.lists(st.sampled_from(told.clearances or [None]), unique_by=id))
    fewer = tuple(clearance for clearance in told.clearances if clearance in kept)
    no_looser(tried, told, replace(told, clearances=fewer))
    no_looser(tried, told, replace(told, unlocks=()))
    no_looser(tried, replace(told, alone=True), replace(told, alone=False))


FORGET: list[str] = ["born", "onset", "diagnosed", "conditions", "cancer_signs", "stable_weakness"]


@given(TRIED, WELL, st.sampled_from([*FORGET, "group_a", "pain_rest"]))
def test_an_answer_less_never_passes(tried: tuple[str, str | None], told: GateFacts, forgotten: str) -> None:
    if forgotten in FORGET:
        lacking = replace(told, profile=replace(told.profile, **{forgotten: None}))
    else:
        lacking = replace(told, **{forgotten: None})
    assert not ask(tried[0], lacking, tried[1]).passed


@given(TRIED, PEOPLE)
def test_the_same_facts_always_decide_the_same(tried: tuple[str, str | None], told: GateFacts) -> None:
    slug, level = tried
    assert decide(slug, level, told, NOW) == decide(slug, level, told, NOW)
    shuffled = replace(told, clearances=told.clearances[::-1], unlocks=told.unlocks[::-1])
    assert ask(slug, shuffled, level).outcome == ask(slug, told, level).outcome


@given(st.sampled_from(EXERCISES), PEOPLE)
def test_a_level_passes_exactly_when_it_is_open(slug: str, told: GateFacts) -> None:
    open_now = ask(slug, told).open_levels
    assert list(open_now) == [level.id for level in exercise(slug).levels if ask(slug, told, level.id).passed]
