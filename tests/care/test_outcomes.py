"""Outcome measures: each file's own cases, every answer there can be, and the change that matters."""

import re
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openlumbar.care.measure_cards import Measure, MeasureCase, load_measure, measure, measures
from openlumbar.care.outcomes import Change, Refusal, Score, change, due, matters_band, score, score_measure
from openlumbar.errors import InputError

STEADY = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
"""The same examples on every machine, however slow it is."""
IDS = [
    "distal-site", "finger-floor", "global-change", "joa-total", "nprs-back", "nprs-leg", "odi-total",
    "patient-specific", "rmdq", "slr-left", "slr-right",
]  # fmt: skip
COMPARED = [card for card in measures() if not card.is_a_change]
CASES = [pytest.param(card, case, id=f"{card.id}: {case.name}") for card in measures() for case in card.cases]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def text_of(name: str) -> str:
    return files("openlumbar.content").joinpath("outcomes", name).read_text(encoding="utf-8")


def plain(card: Measure, value: float) -> Score:
    return Score(card.id, value, tuple(item.id for item in card.scored_items))


def values_of(card: Measure) -> st.SearchStrategy[float]:
    """Draw a value that the measure can have."""
    span = card.range
    if span.step is None:
        return st.floats(span.lowest, span.highest)
    count = round((span.highest - span.lowest) / span.step)
    return st.integers(0, count).map(lambda steps: round(span.lowest + steps * (span.step or 0), 6))


@st.composite
def a_measure_and_values(draw: st.DrawFn) -> tuple[Measure, float, float, float]:
    card = draw(st.sampled_from(COMPARED))
    values = values_of(card)
    return card, draw(values), draw(values), draw(values)


def test_these_measures_ship() -> None:
    assert [card.id for card in measures()] == IDS
    assert {card.clinician_signoff for card in measures()} == {""}


@pytest.mark.parametrize(("card", "case"), CASES)
def test_each_case_of_a_file_comes_out(card: Measure, case: MeasureCase) -> None:
    after = score(card.id, case.after)
    result: Score | Refusal | Change = after
    if case.before is not None:
        before = score(card.id, case.before)
        assert isinstance(before, Score)
        assert isinstance(after, Score)
        result = change(card.id, before, after)
    if case.expect_refusal is not None:
        assert isinstance(result, Refusal)
        assert result.problem == case.expect_refusal
        return
    assert isinstance(after, Score)
    assert after.value == pytest.approx(case.expect_score)
    if case.expect_finding is not None:
        assert (after.finding is not None) == case.expect_finding
    if isinstance(result, Change):
        assert result.kind == case.expect_kind
        if case.expect_grade is not None:
            assert result.grade is not None
            assert result.grade.en == case.expect_grade
    else:
        assert case.expect_kind is None


@pytest.mark.parametrize("card", measures(), ids=IDS)
def test_every_file_has_a_case_of_each_kind_and_one_without_an_answer(card: Measure) -> None:
    kinds = {case.expect_kind for case in card.cases} - {None}
    refusals = {case.expect_refusal for case in card.cases}
    assert "missing" in refusals
    if not card.is_a_change:
        assert {"better", "worse", "no_clear_change"} <= kinds
        assert ("recovered" in kinds) == (card.recovered is not None)


@pytest.mark.parametrize("card", measures(), ids=IDS)
def test_every_text_is_in_both_languages(card: Measure) -> None:
    texts = [card.title, card.description, card.licence.note, *(item.ask for item in card.items)]
    texts += [end for item in card.items if item.ends for end in (item.ends.lowest, item.ends.highest)]
    texts += [answer.text for item in card.items for answer in item.answers]
    assert all(CHINESE.search(text.zh) for text in texts)
    assert not any(CHINESE.search(text.en) for text in texts)


def test_what_is_not_ours_is_kept_as_a_total_and_says_where_the_form_is() -> None:
    foreign = {card.id for card in measures() if not card.licence.items_ship}
    assert foreign == {"rmdq", "odi-total", "joa-total"}
    assert all((card.scoring == "total_only") == (card.id in foreign) for card in measures())


@pytest.mark.parametrize("card", measures(), ids=IDS)
def test_each_item_refuses_what_is_no_answer(card: Measure) -> None:
    good = {item.id: item.lowest for item in card.items}
    assert isinstance(score(card.id, good), Score)
    for item in card.items:
        for value, problem in [
            (item.lowest - item.step, "out_of_range"),
            (item.highest + item.step, "out_of_range"),
            (10**400, "out_of_range"),
            (float("inf"), "out_of_range"),
            (float("nan"), "not_a_number"),
            (True, "not_a_number"),
            ("3", "not_a_number"),
            (item.lowest + item.step / 3, "off_step"),
        ]:
            refusal = score(card.id, {**good, item.id: value})
            assert isinstance(refusal, Refusal)
            assert (refusal.problem, refusal.items) == (problem, (item.id,))
    refusal = score(card.id, {**good, "stranger": 0})
    assert isinstance(refusal, Refusal)
    assert (refusal.problem, refusal.items) == ("unknown", ("stranger",))


@pytest.mark.parametrize("card", measures(), ids=IDS)
def test_a_missing_answer_is_named_and_never_a_nought(card: Measure) -> None:
    for item in card.scored_items:
        answers: dict[str, object] = {other.id: other.highest for other in card.items}
        for empty in ({}, {item.id: None}):
            left = {name: value for name, value in answers.items() if name != item.id} | empty
            result = score(card.id, left)
            if len(card.scored_items) - 1 >= card.needed:
                assert isinstance(result, Score)
                assert result.value == pytest.approx(card.range.highest)
                assert item.id not in result.answered
            else:
                assert isinstance(result, Refusal)
                assert (result.problem, result.items) == ("missing", (item.id,))


@STEADY
@given(st.data())
def test_a_score_lies_within_the_range_of_its_measure(data: st.DataObject) -> None:
    card = data.draw(st.sampled_from(measures()))
    answers = {
        item.id: item.lowest + data.draw(st.integers(0, round((item.highest - item.lowest) / item.step))) * item.step
        for item in card.items
    }
    result = score(card.id, answers)
    assert isinstance(result, Score)
    assert card.range.lowest <= result.value <= card.range.highest


@STEADY
@given(
    st.dictionaries(st.sampled_from(["pain", "total", "x"]), st.none() | st.text("3. x") | st.floats() | st.integers())
)
def test_any_answers_at_all_give_a_score_in_range_or_a_reason(answers: dict[str, object]) -> None:
    for card in measures():
        result = score(card.id, answers)
        if isinstance(result, Score):
            assert card.range.lowest <= result.value <= card.range.highest
        else:
            assert result.text.en
            assert "{" not in result.text.en + result.text.zh


ORDER = {"worse": 0, "no_clear_change": 1, "better": 2, "recovered": 3}


@STEADY
@given(a_measure_and_values())
def test_a_better_value_never_reads_worse(drawn: tuple[Measure, float, float, float]) -> None:
    card, before, one, other = drawn
    changes = [change(card.id, plain(card, before), plain(card, after)) for after in (one, other)]
    first, second = changes
    assert isinstance(first, Change)
    assert isinstance(second, Change)
    if card.gain(one, other) >= 0:
        assert ORDER[second.kind] >= ORDER[first.kind]


@STEADY
@given(a_measure_and_values())
def test_a_change_agrees_with_the_band_of_the_chart_and_says_its_numbers(
    drawn: tuple[Measure, float, float, float],
) -> None:
    card, before, after, _ = drawn
    band = matters_band(card.id, before)
    result = change(card.id, plain(card, before), plain(card, after))
    assert isinstance(result, Change)
    assert result.amount == pytest.approx(after - before)
    if result.kind == "worse":
        assert band.worse_at is not None
        assert card.gain(before, after) < 0
        assert abs(after - before) >= abs(band.worse_at - before) - 1e-6
    if result.kind == "better":
        assert band.better_at is not None
        assert card.gain(before, after) > 0
        assert abs(after - before) >= (result.matters_from or 0) - 1e-6
    for value in (band.better_at, band.worse_at):
        assert value is None or card.range.lowest <= value <= card.range.highest
    assert "{" not in result.text.en + result.text.zh
    assert card.title.en in result.text.en
    assert card.title.zh in result.text.zh


@pytest.mark.parametrize("card", COMPARED, ids=lambda card: card.id)
def test_no_difference_is_never_better_or_worse(card: Measure) -> None:
    for value in (card.range.lowest, card.range.highest, (card.range.lowest + card.range.highest) / 2):
        result = change(card.id, plain(card, value), plain(card, value))
        assert isinstance(result, Change)
        assert result.kind in ("no_clear_change", "recovered")


@pytest.mark.parametrize(
    ("measure_id", "before", "better_at", "worse_at"),
    [
        ("nprs-back", 8, 6, 10),
        ("nprs-back", 5, 3, 7),
        ("nprs-back", 3, 2, 5),
        ("nprs-leg", 1, 0, 3),
        ("nprs-back", 0, None, 2),
        ("nprs-back", 9, 7, None),
        ("rmdq", 14, 8, 20),
        ("rmdq", 5, None, 11),
        ("patient-specific", 4.4, 6.4, 2.4),
        ("distal-site", 5, 4, 6),
        ("slr-left", 45, 55, 35),
        ("finger-floor", 20, 15.5, 24.5),
        ("odi-total", 42, 29, 55),
        ("joa-total", 9, 14, 6),
        ("joa-total", 28, 29, 25),
        ("joa-total", 29, None, 26),
        ("global-change", 1, None, None),
    ],
)
def test_the_band_is_the_clinical_table(
    measure_id: str, before: float, better_at: float | None, worse_at: float | None
) -> None:
    band = matters_band(measure_id, before)
    assert band.better_at == pytest.approx(better_at) if better_at is not None else band.better_at is None
    assert band.worse_at == pytest.approx(worse_at) if worse_at is not None else band.worse_at is None


@pytest.mark.parametrize("after", [15, 11])
def test_a_change_says_from_where_on_it_matters(after: int) -> None:
    result = change("rmdq", Score("rmdq", 20, ("total",)), Score("rmdq", after, ("total",)))
    limit = matters_band("rmdq", 20).better_at
    assert isinstance(result, Change)
    assert limit is not None
    assert result.matters_from == 20 - limit > 0


def test_no_room_to_get_better_is_said_so() -> None:
    result = change("rmdq", Score("rmdq", 5, ("total",)), Score("rmdq", 3, ("total",)))
    assert isinstance(result, Change)
    assert (result.kind, result.matters_from) == ("no_clear_change", None)
    assert "hardly any room" in result.text.en


def test_a_choice_is_shown_by_its_name_and_a_number_with_its_unit() -> None:
    result = change("distal-site", Score("distal-site", 5, ("site",)), Score("distal-site", 3, ("site",)))
    assert isinstance(result, Change)
    assert "calf or shin before, thigh now." in result.text.en
    assert "之前 小腿，现在 大腿。" in result.text.zh
    result = change(
        "finger-floor", Score("finger-floor", 24.5, ("distance",)), Score("finger-floor", 20, ("distance",))
    )
    assert isinstance(result, Change)
    assert "24.5 before, 20 now (cm)." in result.text.en


def test_a_loss_has_no_grade() -> None:
    result = change("joa-total", Score("joa-total", 20, ("total",)), Score("joa-total", 19, ("total",)))
    assert isinstance(result, Change)
    assert result.grade is None


def test_scores_of_two_measures_are_refused() -> None:
    with pytest.raises(InputError, match="cannot be compared with nprs-leg"):
        change("nprs-back", Score("nprs-back", 1, ("pain",)), Score("nprs-leg", 1, ("pain",)))


@pytest.mark.parametrize("card", measures(), ids=IDS)
def test_a_measure_is_due_when_its_days_are_over(card: Measure) -> None:
    today, well = date(2026, 3, 1), {"acute": False}
    assert due(card.id, None, today, well)
    assert due(card.id, today - timedelta(days=card.when.every_days), today, well)
    assert not due(card.id, today - timedelta(days=card.when.every_days - 1), today, well)
    assert not due(card.id, today, today, well)


def test_bending_to_the_floor_waits_while_acute_or_not_known() -> None:
    today = date(2026, 3, 1)
    assert [due("finger-floor", None, today, states) for states in ({"acute": True}, {"acute": None}, {}, None)] == [
        False
    ] * 4
    assert due("nprs-back", None, today, {"acute": True})


def test_an_unknown_measure_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="choose one of distal-site, finger-floor"):
        measure("starт")


def test_ticks_are_summed_when_each_is_answered() -> None:
    """No file that ships is a sum of items; the kind is there for a measure whose items may ship."""
    text = text_of("distal-site.toml").replace('"single"', '"sum"')
    head, _, rest = text.partition("[better]")
    item = '[[item]]\nid = "more"\nform = "number"\nask.en = "x"\nask.zh = "数"\nlowest = 0\nhighest = 7\nstep = 1\n\n'
    card = load_measure("distal-site.toml", f"{head}{item}[better]{rest}")
    result = score_measure(card, {"site": 3, "more": 4})
    assert isinstance(result, Score)
    assert result.value == 7
    refusal = score_measure(card, {"site": 3})
    assert isinstance(refusal, Refusal)
    assert (refusal.problem, refusal.items) == ("missing", ("more",))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('id = "rmdq"', 'id = "other"', "holds the measure 'other'"),
        ("lowest = 0\nhighest = 24", "lowest = 24\nhighest = 0", "'lowest' is below 'highest'"),
        ('form = "number"', 'form = "scale"', "has words at its ends"),
        ('form = "number"', 'form = "choice"', "names each of its answers"),
        ("items_ship = false", "items_ship = true", "'where' says where"),
        ("every_days = 14", 'every_days = 14\nnot_when = ["acute"]', "'why_not' goes with"),
        ('scoring = "total_only"', 'scoring = "total_only"\nfewest_answers = 1', "only a mean"),
        ('scoring = "total_only"', 'scoring = "mean"\nfewest_answers = 2', "more than there are items"),
        ('scoring = "total_only"', 'scoring = "total_only"\nis_a_change = true', "both 'better' and 'worse'"),
        ("absolute = { value = 5.5", "recovery_percent = { value = 5.5", "recovery rate is of"),
        ("clinician_signoff", "clinicien_signoff", "Field required"),
        ("unit.en", "unit.en = = ", "is not valid TOML"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(old: str, new: str, problem: str) -> None:
    text = text_of("rmdq.toml")
    assert old in text
    with pytest.raises(InputError, match=problem):
        load_measure("rmdq.toml", text.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('id = "below_knee"', 'id = "angle"', "same id"),
        ("scored = false", "scored = true", "has one scored item"),
        ('item = "below_knee"', 'item = "above_knee"', "unknown item 'above_knee'"),
        ("absolute = { value = 10", "percent = { value = 10", "'percent' is of a value"),
    ],
)
def test_a_file_whose_parts_do_not_meet_is_refused(old: str, new: str, problem: str) -> None:
    text = text_of("slr.toml")
    assert old in text
    with pytest.raises(InputError, match=problem):
        load_measure("slr.toml", text.replace(old, new, 1))


def test_the_lowest_grade_begins_at_nought() -> None:
    with pytest.raises(InputError, match="lowest grade begins"):
        load_measure("joa-total.toml", text_of("joa-total.toml").replace("from_percent = 0\n", "from_percent = 5\n"))
