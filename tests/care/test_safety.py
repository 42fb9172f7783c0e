"""Group A: every set of answers there can be, the clinical table, and the words."""

import re
from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlumbar.care.safety import NONE, group_a, screen

IDS = [question.id for question in group_a().questions]
CLINICIAN_ONLY = {"a7_risk"}

EVERY_SELECTION = list(chain.from_iterable(combinations([NONE, *IDS], size) for size in range(len(IDS) + 2)))


def test_the_list_is_the_clinical_table() -> None:
    assert IDS == ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a7_risk", "a8", "a9"]
    remembered = {question.id for question in group_a().questions if question.basis == "remembered"}
    assert remembered == {"a6", "a9"}
    assert {q.id for q in group_a().questions if q.action == "clinician"} == CLINICIAN_ONLY


def test_of_all_selections_only_none_of_these_alone_passes() -> None:
    assert len(EVERY_SELECTION) == 2 ** (len(IDS) + 1)
    assert [selected for selected in EVERY_SELECTION if screen(selected).passed] == [(NONE,)]


def test_every_selection_has_the_outcome_it_should() -> None:
    for selected in EVERY_SELECTION:
        decision, yes = screen(selected), set(selected) - {NONE}
        if NONE in selected:
            expected = ("incomplete", "contradictory") if yes else ("pass", None)
        elif not yes:
            expected = ("incomplete", "missing")
        else:
            expected = ("emergency" if yes - CLINICIAN_ONLY else "clinician", None)
        assert (decision.outcome, decision.problem) == expected
        assert {question.id for question in decision.yes} == yes


@given(st.sets(st.text()), st.sets(st.sampled_from([NONE, *IDS])))
def test_an_answer_that_is_not_known_never_passes(odd: set[str], known: set[str]) -> None:
    answers = odd | known
    decision = screen(answers)
    assert decision.passed == (answers == {NONE})
    if answers - {NONE, *IDS}:
        assert (decision.outcome, decision.problem) == ("incomplete", "unknown")


def test_the_region_s_own_number_comes_first() -> None:
    assert [group_a().numbers_for(region)[0].call for region in ("CN", "US", "GB", "DE", None)] == [
        "120", "911", "999", "112", "112",
    ]  # fmt: skip
    assert all(len(group_a().numbers_for(region)) == 4 for region in ("CN", None))


@pytest.mark.parametrize("action", ["emergency", "clinician"])
def test_who_cannot_go_on_is_told_what_to_do(action: str) -> None:
    advice = group_a().advice(action)  # type: ignore[arg-type]
    assert re.search(r"\b(call|speak)\b", f"{advice.title.en} {advice.now.en}", re.IGNORECASE)
    for text in (advice.title, advice.now, advice.why, advice.say):
        assert re.search(r"[\u4e00-\u9fff]", text.zh)


def test_each_action_has_its_own_advice() -> None:
    assert group_a().advice("emergency") == group_a().emergency
    assert group_a().advice("clinician") == group_a().clinician
    assert group_a().emergency != group_a().clinician
