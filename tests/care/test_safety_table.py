"""The tables for a clinician hold all of the content."""

import pytest

from openlumbar.cards import Language
from openlumbar.care.safety import group_a
from openlumbar.care.safety_rules import group_b, matrix, stages
from openlumbar.care.safety_table import adaptation_rows, as_rows, limit_rows, question_rows, stage_rows

LANGUAGES: tuple[Language, ...] = ("en", "zh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_matrix_has_every_cell(language: Language) -> None:
    header, *rows = as_rows(language)
    assert header == ("", *(activity.name.in_language(language) for activity in matrix().activities))
    assert [row[0] for row in rows] == [condition.name.in_language(language) for condition in matrix().conditions]
    for row, condition in zip(rows, matrix().conditions, strict=True):
        assert [cell[0] for cell in row[1:]] == [condition.cells[each.letter] for each in matrix().activities]


def test_a_cell_says_its_sign_its_word_and_what_stands_beside_it() -> None:
    cells = {row[0]: row[1:] for row in as_rows("en")}
    assert cells["pregnancy"][:4] == (
        "X blocked", "K needs a clearance", "K needs a clearance", "K needs a clearance, lying on the side",
    )  # fmt: skip
    assert cells["slipped vertebra or pars defect"][0] == "~ adapted, L0/L1"
    assert cells["blood thinners or a bleeding disorder"][0] == "~ adapted"
    zh = {row[0]: row[1:] for row in as_rows("zh")}
    assert zh["怀孕"][3] == "K 须医生许可，侧卧"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_adaptation_is_listed(language: Language) -> None:
    adapted = [
        (condition.name.in_language(language), adaptation.text.in_language(language))
        for condition in matrix().conditions
        for adaptation in condition.adapt.values()
    ]
    assert sorted((row[0], row[2]) for row in adaptation_rows(language)) == sorted(adapted)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_is_listed(language: Language) -> None:
    rows = question_rows(language)
    assert [row[0] for row in rows] == [
        *(question.id for question in group_a().questions),
        *(row.id for row in group_b().rows),
    ]
    by_id = {row[0]: row[1:] for row in rows}
    first = group_a().questions[0]
    assert by_id["a1"] == (first.text.in_language(language), "emergency", first.basis, first.source)
    under_18 = group_b().row("b2_under_18")
    assert by_id["b2_under_18"] == (under_18.text.in_language(language), "clinician", "product", under_18.source)
    weakness = group_b().row("b3_weakness")
    assert weakness.question
    assert by_id["b3_weakness"][0] == weakness.question.in_language(language)


def test_every_stage_is_listed() -> None:
    header, *rows = stage_rows("en")
    assert header[1:] == tuple(each.name.en for each in matrix().activities if each.kind != "ointment")
    assert [row[0] for row in rows] == [stage.name.en for stage in stages().stages]
    assert rows[1][1:] == ("L0, L1", "–", "L1, L2", "K", "K", "K", "K")


def test_every_stage_has_its_load_limit() -> None:
    for language, first in (("en", "First 72 hours"), ("zh", "发病 72 小时内")):
        rows = limit_rows(language)  # type: ignore[arg-type]
        assert [row[1] for row in rows] == ["2 ×", "2.4 ×", "3.2 ×", "4 ×"]
        assert rows[0][0] == first
        assert all(row[2] == "product" and row[3] for row in rows)
