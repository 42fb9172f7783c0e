"""Groups A and B: every row of their files fires, and whatever is missing is asked for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from openlumbar.care.gate import GateFacts, GroupAAnswers, decide
from openlumbar.care.gate_words import Missing, gate_words
from openlumbar.care.profile import Profile
from openlumbar.care.safety import NONE, Question, group_a
from openlumbar.care.safety_rules import RowB, group_b
from openlumbar.errors import InputError

from .gate_people import ACTIVITIES, NOW, PERSON, TODAY, ask, clear, facts, lock, person, reasons, said

QUESTIONS = group_a().questions
ROWS = [row for row in group_b().rows if row.action == "clinician"]
HOLD_MIN = gate_words().answers.hold.value

FIRES: dict[str, Callable[[], GateFacts]] = {
    "b1": lambda: person(cancer_signs=True),
    "b2_under_18": lambda: person(born=date(2008, 3, 21)),
    "b2_over_55": lambda: person(born=date(1970, 9, 1)),
    "b3_undiagnosed": lambda: person(diagnosed=False),
    "b3_weakness": lambda: person(stable_weakness=True),
    "b5_no_gain": lambda: facts(weeks_without_gain=6),
    "b5_red_days": lambda: facts(red_days_in_7=2),
}
"""Someone whom one row of group B stops, by the row."""

LACKS: dict[Missing, GateFacts] = {
    "group_a": facts(group_a=None),
    "group_a_old": facts(group_a=said(minutes_ago=HOLD_MIN + 1)),
    "group_a_unclear": facts(group_a=said(NONE, "a1")),
    "age": person(born=None),
    "onset": person(onset=None),
    "diagnosed": person(diagnosed=None),
    "cancer_signs": person(cancer_signs=None),
    "stable_weakness": person(stable_weakness=None),
    "conditions": person(conditions=None),
    "pain_rest": facts(pain_rest=None),
}


@pytest.mark.parametrize("slug", ACTIVITIES)
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_every_question_of_group_a_fires(question: Question, slug: str) -> None:
    decision = ask(slug, facts(group_a=said(question.id)))
    assert decision.outcome == question.action
    (reason,) = (each for each in decision.reasons if each.id == question.id)
    assert (reason.outcome, reason.text) == (question.action, question.text)
    assert reason.entry == f"safety/group_a.toml: {question.id}"
    assert decision.lock_due == ((question.id,) if question.action == "emergency" else ())
    assert not decision.passed
    assert decision.words == gate_words().outcome[question.action]


@pytest.mark.parametrize("slug", ACTIVITIES)
def test_nothing_lifts_a_danger_sign(slug: str) -> None:
    told = facts(group_a=said("a1"), clearances=(clear(slug, "a1"),))
    assert ask(slug, told).outcome == "emergency"


@pytest.mark.parametrize("slug", ACTIVITIES)
def test_a_risk_of_infection_alone_passes_with_a_clearance_for_it(slug: str) -> None:
    others = facts().clearances
    held = facts(group_a=said("a7_risk"))
    assert ask(slug, held).outcome == "clinician"
    valid = clear(slug, "a7_risk")
    cleared = ask(slug, replace(held, clearances=(*others, valid)))
    assert cleared.outcome == "go"
    assert next(reason for reason in cleared.reasons if reason.id == "a7_risk").clearance is valid
    with_fever = replace(held, group_a=said("a7", "a7_risk"), clearances=(*others, valid))
    assert ask(slug, with_fever).outcome == "emergency"


def test_every_danger_sign_is_to_be_locked_that_no_lock_holds_yet() -> None:
    told = facts(group_a=said("a1", "a3", "a7_risk"), locks=(lock("a3"),))
    assert ask("bridge", told).lock_due == ("a1",)
    lifted = lock(
        "a3", lifted_at=NOW - timedelta(days=1), lifted_by="Dr Wang", lifted_role="clinician", lifted_because="clear"
    )
    assert ask("bridge", replace(told, locks=(lifted,))).lock_due == ("a1", "a3")


@pytest.mark.parametrize(
    ("minutes_ago", "missing"),
    [(0, ()), (HOLD_MIN, ()), (HOLD_MIN + 0.01, ("group_a_old",)), (-0.01, ("group_a_unclear",))],
)
def test_the_answers_hold_for_one_session(minutes_ago: float, missing: tuple[str, ...]) -> None:
    decision = ask("bridge", facts(group_a=said(minutes_ago=minutes_ago)))
    assert decision.missing == missing
    assert decision.outcome == ("incomplete" if missing else "go")


def test_a_danger_sign_counts_however_old_its_answer_is() -> None:
    decision = ask("bridge", facts(group_a=said("a2", minutes_ago=60 * 24 * 9)))
    assert (decision.outcome, decision.missing) == ("emergency", ("group_a_old",))


def test_the_hour_that_comes_twice_does_not_make_old_answers_new() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 10, 25, 2, 10, tzinfo=berlin, fold=0)
    after = datetime(2026, 10, 25, 2, 20, tzinfo=berlin, fold=1)
    told = replace(facts(), group_a=GroupAAnswers(frozenset({NONE}), before))
    assert decide("bridge", None, told, after).missing == ("group_a_old",)


@pytest.mark.parametrize("answers", [(NONE, "a1"), (NONE, "a7_risk"), (NONE, *(each.id for each in QUESTIONS))])
def test_answers_that_contradict_are_asked_again(answers: tuple[str, ...]) -> None:
    decision = ask("bridge", facts(group_a=said(*answers)))
    assert (decision.outcome, reasons(decision)) == ("incomplete", {"group_a_unclear": "incomplete"})
    assert decision.lock_due == ()


def test_an_answer_that_is_not_known_does_not_hide_a_danger_sign() -> None:
    assert ask("bridge", facts(group_a=said("a1", "a99"))).outcome == "emergency"
    assert ask("bridge", facts(group_a=said("a99"))).missing == ("group_a_unclear",)
    assert ask("bridge", facts(group_a=said(NONE, "a99"))).outcome == "incomplete"


def test_an_empty_list_of_answers_is_none() -> None:
    told = facts(group_a=GroupAAnswers(frozenset(), NOW))
    assert ask("bridge", told).missing == ("group_a",)


# ------------------------------------------------------------------------------------------------------------- group B


def test_there_is_a_case_for_every_row_of_group_b() -> None:
    assert list(FIRES) == [row.id for row in ROWS]
    assert [row.id for row in group_b().rows if row.action == "matrix"] == ["b4"]


@pytest.mark.parametrize("slug", ACTIVITIES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_row_of_group_b_fires_until_it_is_cleared(row: RowB, slug: str) -> None:
    told = FIRES[row.id]()
    decision = ask(slug, told)
    assert (decision.outcome, reasons(decision)[row.id]) == ("clinician", "clinician")
    reason = next(each for each in decision.reasons if each.id == row.id)
    assert (reason.text, reason.entry) == (row.text, f"safety/group_b.toml: {row.id}")
    assert ask(slug, replace(told, clearances=(*told.clearances, clear(slug, row.id)))).outcome == "go"
    other = ACTIVITIES[ACTIVITIES.index(slug) - 1]
    assert ask(slug, replace(told, clearances=(*told.clearances, clear(other, row.id)))).outcome == "clinician"


@pytest.mark.parametrize("row", [row for row in ROWS if row.clearance_days], ids=lambda row: row.id)
def test_some_clearances_hold_only_for_so_long(row: RowB) -> None:
    assert row.clearance_days
    for age_days, outcome in ((row.clearance_days, "go"), (row.clearance_days + 1, "clinician")):
        given = clear("bridge", row.id, at=NOW - timedelta(days=age_days), expires_on=TODAY + timedelta(days=400))
        assert ask("bridge", replace(FIRES[row.id](), clearances=(given,))).outcome == outcome
    ended = clear("bridge", row.id, at=NOW - timedelta(days=2), expires_on=TODAY - timedelta(days=1))
    assert ask("bridge", replace(FIRES[row.id](), clearances=(ended,))).outcome == "clinician"


def test_the_others_hold_until_the_day_that_they_name() -> None:
    given = clear("bridge", "b1", at=NOW - timedelta(days=400), expires_on=TODAY)
    assert ask("bridge", replace(FIRES["b1"](), clearances=(given,))).passed


@pytest.mark.parametrize(
    ("born", "onset", "held_by"),
    [
        (date(2008, 3, 20), date(2025, 3, 20), None),  # 18 today
        (date(2008, 3, 21), date(2025, 3, 20), "b2_under_18"),
        (date(1970, 3, 21), date(2025, 3, 20), None),  # 54 when it began, 56 tomorrow
        (date(1970, 3, 20), date(2025, 3, 20), "b2_over_55"),
    ],
)
def test_age_is_counted_by_birthdays(born: date, onset: date, held_by: str | None) -> None:
    assert set(reasons(ask("bridge", person(born=born, onset=onset)))) == ({held_by} if held_by else set())


@pytest.mark.parametrize(
    ("age_years", "days_ago", "held_by"),
    [
        (17.5, 200, "b2_under_18"),
        (18, 200, None),
        (54, 100, None),
        (55, 100, "b2_over_55"),
        (55, 366, None),
        (70, 366 * 20, None),
    ],
)
def test_an_age_without_a_birthday_is_taken_at_its_strictest(
    age_years: float, days_ago: int, held_by: str | None
) -> None:
    told = person(born=None, age_years=age_years, onset=TODAY - timedelta(days=days_ago))
    assert set(reasons(ask("bridge", told))) == ({held_by} if held_by else set())


@pytest.mark.parametrize(
    ("weeks", "red_days", "found"), [(5, 1, set()), (0, 0, set()), (7, 3, {"b5_no_gain", "b5_red_days"})]
)
def test_the_diary_counts_from_its_limits_on(weeks: int, red_days: int, found: set[str]) -> None:
    assert set(reasons(ask("bridge", facts(weeks_without_gain=weeks, red_days_in_7=red_days)))) == found


# ----------------------------------------------------------------------------------------------------- what is missing


@pytest.mark.parametrize("slug", ACTIVITIES)
@pytest.mark.parametrize("what", LACKS)
def test_what_is_missing_is_named_and_stops(what: Missing, slug: str) -> None:
    decision = ask(slug, LACKS[what])
    assert (decision.outcome, decision.missing) == ("incomplete", (what,))
    assert not decision.passed
    assert decision.open_levels == ()
    (reason,) = (each for each in decision.reasons if each.id == what)
    assert reason.text == gate_words().missing[what]
    assert reason.entry == f"safety/gate.toml: missing.{what}"


def test_who_has_answered_nothing_is_asked_everything() -> None:
    nothing = GateFacts(profile=Profile(), group_a=None, pain_rest=None, red_days_in_7=0, weeks_without_gain=None)
    decision = ask("sit-up", nothing)
    assert decision.outcome == "incomplete"
    everything = set(gate_words().missing) - {"group_a_old", "group_a_unclear"}
    assert set(decision.missing) == everything
    assert len(decision.missing) == len(everything)
    assert set(ask("bridge", nothing).missing) == everything - {"woke_at"}


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"onset": TODAY + timedelta(days=1)}, "onset"),
        ({"born": TODAY + timedelta(days=1)}, "age"),
        ({"born": PERSON.onset and PERSON.onset + timedelta(days=1)}, "age"),
    ],
)
def test_days_that_cannot_be_are_asked_again(changes: dict[str, date], missing: str) -> None:
    decision = ask("bridge", person(**changes))
    assert missing in decision.missing
    assert not decision.passed


def test_without_an_onset_nobody_is_asked_for_an_age_that_is_known() -> None:
    assert ask("bridge", person(onset=None)).missing == ("onset",)


def test_the_day_is_the_person_s_own() -> None:
    tomorrow = datetime(2026, 3, 21, 0, 30, tzinfo=timezone(timedelta(hours=8)))
    told = person(onset=date(2026, 3, 21))
    told = replace(told, group_a=GroupAAnswers(frozenset({NONE}), tomorrow))
    assert "onset" not in decide("bridge", None, told, tomorrow).missing
    assert "onset" in decide("bridge", None, told, tomorrow.astimezone(UTC)).missing


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (lambda: decide("bridge", None, facts(), NOW.replace(tzinfo=None)), "now: "),
        (lambda: facts(woke_at=NOW.replace(tzinfo=None)), "woke_at: "),
        (lambda: GroupAAnswers(frozenset(), NOW.replace(tzinfo=None)), "group_a: "),
        (lambda: facts(red_days_in_7=-1), "red_days_in_7: -1"),
        (lambda: facts(weeks_without_gain=-1), "weeks_without_gain: -1"),
        (lambda: ask("swimming", facts()), "activity swimming: .*sit-up, cross-twist, bridge"),
        (lambda: ask("bridge", facts(), "L9"), "level L9: "),
        (lambda: ask("ointment", facts(), "L1"), "level L1: ointment has no levels"),
        (lambda: ask("relax", facts(), "L1"), "level L1: relax has no levels"),
    ],
)
def test_what_makes_no_sense_is_refused(bad: Callable[[], object], told: str) -> None:
    with pytest.raises(InputError, match=f"^{told}"):
        bad()
