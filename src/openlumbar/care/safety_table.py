"""The safety rules as tables that a clinician reads: rows of words, the first of them the header."""

from openlumbar.cards import Language
from openlumbar.care.load_limits import load_rules
from openlumbar.care.safety import group_a
from openlumbar.care.safety_rules import Condition, Stage, group_b, matrix, stages

Rows = tuple[tuple[str, ...], ...]


def as_rows(language: Language) -> Rows:
    """Return the matrix: a row for each condition, a column for each activity; a cell is its sign and its words."""
    header = ("", *(activity.name.in_language(language) for activity in matrix().activities))
    return (header, *(_condition_row(condition, language) for condition in matrix().conditions))


def _condition_row(condition: Condition, language: Language) -> tuple[str, ...]:
    letters = (activity.letter for activity in matrix().activities)
    return condition.name.in_language(language), *(_cell(condition, letter, language) for letter in letters)


def _cell(condition: Condition, letter: str, language: Language) -> str:
    sign = condition.cells[letter]
    words = [f"{sign} {matrix().mark(sign).name.in_language(language)}"]
    if letter in condition.qualifiers:
        words.append(matrix().qualifier(condition.qualifiers[letter]).name.in_language(language))
    if letter in condition.adapt and (levels := condition.adapt[letter].levels) is not None:
        words.append("/".join(levels))
    return (", " if language == "en" else "，").join(words)


def adaptation_rows(language: Language) -> Rows:
    """Return every adaptation: condition, activity, what is done differently."""
    return tuple(
        (condition.name.in_language(language), activity.name.in_language(language), text.in_language(language))
        for condition in matrix().conditions
        for activity in matrix().activities
        if activity.letter in condition.adapt
        for text in (condition.adapt[activity.letter].text,)
    )


def question_rows(language: Language) -> Rows:
    """Return groups A and B: id, what is asked or found, who has to look at it, basis, source."""
    group_b_rows = tuple(
        (row.id, (row.question or row.text).in_language(language), row.action, row.basis, row.source)
        for row in group_b().rows
    )
    group_a_rows = tuple(
        (each.id, each.text.in_language(language), each.action, each.basis, each.source) for each in group_a().questions
    )
    return group_a_rows + group_b_rows


def stage_rows(language: Language) -> Rows:
    """Return the stages: the header, then for each stage the open levels and the signs of the massages."""
    activities = [activity for activity in matrix().activities if activity.kind != "ointment"]
    header = ("", *(activity.name.in_language(language) for activity in activities))
    return (header, *((stage.name.in_language(language), *_stage_cells(stage)) for stage in stages().stages))


def limit_rows(language: Language) -> Rows:
    """Return the load limits: the stage, the limit as a multiple of quiet standing, basis, source."""
    limits = (limit.relative for limit in load_rules().limits)
    return tuple(
        (stage.name.in_language(language), f"{limit.value:g} ×", limit.basis, limit.source)
        for stage, limit in zip(stages().stages, limits, strict=True)
    )


def _stage_cells(stage: Stage) -> tuple[str, ...]:
    cells = {**{slug: ", ".join(levels) or "–" for slug, levels in stage.levels.items()}, **stage.massage}
    return tuple(cells[activity.slug] for activity in matrix().activities if activity.slug in cells)
