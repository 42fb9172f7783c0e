"""The page of exercises is what its cards say, in both languages."""

from pathlib import Path
from typing import get_args

import pytest

from openlumbar.cards import Language, exercise, exercise_slugs
from openlumbar.content import __path__ as content_path
from openlumbar.errors import InputError
from openlumbar.reports.cards_page import (
    PAGES,
    condition_codes,
    exercises_page,
    references,
    source_rows,
    write_pages,
)

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGES: tuple[Language, ...] = get_args(Language)


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> Language:
    chosen: Language = request.param
    return chosen


@pytest.fixture(scope="module")
def page(language: Language) -> str:
    return exercises_page(language)


def test_the_documentation_is_what_the_cards_say(language: Language, page: str) -> None:
    written = (DOCS / PAGES[language]).read_text(encoding="utf-8")
    assert written == page, "run: python -m openlumbar.reports.cards_page"


def test_every_card_is_told_in_full(language: Language, page: str) -> None:
    for card in map(exercise, exercise_slugs()):
        advice = (*card.setup, *card.steps, *card.cues, *card.errors, *card.notes, *card.contraindications)
        said = [item.text for item in advice]
        said += [fault.text for fault in card.faults] + [level.instruction for level in card.levels]
        said += [card.name, card.summary, card.adaptation, *(stage.name for stage in card.stages)]
        assert [text.en for text in said if text.in_language(language) not in page] == []


def test_remembered_numbers_are_marked_as_remembered(page: str, language: Language) -> None:
    mark = {"en": "*(remembered, to be confirmed: ", "zh": "*（凭记忆，待核实："}[language]
    remembered = [
        item
        for card in map(exercise, exercise_slugs())
        for item in (*card.setup, *card.steps, *card.cues, *card.errors, *card.notes)
        if item.basis == "remembered"
    ]
    assert len(remembered) >= 5
    lines = page.splitlines()
    for item in remembered:
        line = next(line for line in lines if item.text.in_language(language) in line)
        assert mark in line


def test_tables_are_whole(page: str) -> None:
    width = 0
    for line in page.splitlines():
        cells = line.count("|") if line.startswith("|") else 0
        assert cells == 0 or width in (0, cells), line
        width = cells


def test_every_source_row_has_its_place() -> None:
    assert [row.id for row in source_rows()] == [*(f"S{number}" for number in range(1, 11)), "–"]
    for row in source_rows():
        assert not row.lives or (Path(content_path[0]) / row.lives).exists()
    for card in map(exercise, exercise_slugs()):
        assert [row.lives for row in source_rows() if row.id == card.source] == [f"exercises/{card.slug}.toml"]


def test_every_condition_of_a_card_has_a_name() -> None:
    named = {item.condition for card in map(exercise, exercise_slugs()) for item in card.contraindications}
    assert named <= set(condition_codes())


def test_every_named_evidence_is_a_listed_work() -> None:
    named = {work for card in map(exercise, exercise_slugs()) for work in card.evidence}
    assert named == {work.id for work in references()}


def test_pages_are_written_where_asked(tmp_path: Path) -> None:
    written = write_pages(tmp_path)
    assert [path.name for path in written] == ["exercises.md", "exercises.zh.md"]
    assert written[0].read_text(encoding="utf-8") == exercises_page("en")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a folder"):
        write_pages(tmp_path / "none")
