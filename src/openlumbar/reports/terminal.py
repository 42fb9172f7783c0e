"""The analysis as a table in the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Repetition
from openlumbar.cards import Language
from openlumbar.reports.load_words import dose_text, peak_text
from openlumbar.reports.summary import (
    estimate_of,
    fault_name,
    improvements,
    plain_verdict,
    presentable,
    unit_of,
)
from openlumbar.reports.words import Words


def print_table(analysis: Analysis, console: Console, language: Language = "en") -> None:
    """Print the repetitions as a table, then the verdict, what to change first, the disc load, and the remarks."""
    analysis, words = presentable(analysis), Words(language)
    name = analysis.card.name.in_language(language)
    level = words("page.level", id=analysis.level.id, name=analysis.level.name.in_language(language))
    console.print(Text(f"{name} · {level} · {analysis.source.name}", style="bold"))
    if analysis.repetitions:
        console.print(_table(analysis, words))
        console.print()
    _print_verdict(analysis, console, words)
    if analysis.loads:
        told = peak_text(analysis, analysis.loads, words) + words.gap + dose_text(analysis.loads, words)
        console.print(Text(words("terminal.labelled", label=words("load.heading"), text=told)))
    for remark in analysis.remarks:
        console.print(Text(remark))


def _table(analysis: Analysis, words: Words) -> Table:
    measured_as = analysis.card.drive.measured_as
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(words("terminal.number"), justify="right")
    table.add_column(words("repetitions.time"))
    if analysis.card.drive.rest == "middle":
        table.add_column(words("terminal.side"))
    table.add_column(words(f"measure.{measured_as}"), justify="right")
    table.add_column(words("terminal.range"))
    if analysis.level.dose.hold_s > 0:
        table.add_column(words("repetitions.hold"), justify="right")
    table.add_column(words("terminal.result"))
    for number, repetition in enumerate(analysis.repetitions, 1):
        table.add_row(str(number), *_cells(analysis, repetition, words))
    return table


def _cells(analysis: Analysis, repetition: Repetition, words: Words) -> list[Text]:
    name = analysis.card.drive.measured_as
    unit, estimate = unit_of(name), estimate_of(repetition, name)
    cells = [words("repetitions.span", start=f"{repetition.start_s:.1f}", end=f"{repetition.end_s:.1f}")]
    if analysis.card.drive.rest == "middle":
        side = repetition.side
        cells.append(words("page.none") if side is None else words(f"repetitions.to_{side}"))
    cells.append(words.amount(None if estimate is None else estimate.value, unit))
    if estimate is None or estimate.low is None or estimate.high is None:
        cells.append(words("page.none"))
    else:
        low, high = words.figure(estimate.low, unit), words.figure(estimate.high, unit)
        cells.append(words("terminal.from_to", low=low, high=high))
    if analysis.level.dose.hold_s > 0:
        cells.append(words.amount(repetition.hold_s, "s"))
    return [*(Text(cell) for cell in cells), _result(analysis, repetition, words)]


def _result(analysis: Analysis, repetition: Repetition, words: Words) -> Text:
    """Say with a sign and in words whether it counted and what to improve."""
    faults = [fault_name(analysis.card, code, words) for code in repetition.faults]
    counted = words("repetitions.counted" if repetition.counted else "repetitions.not_counted")
    sign = "✓" if repetition.counted else "○"
    return Text(f"{sign} {words.listed([counted, *faults])}")


def _print_verdict(analysis: Analysis, console: Console, words: Words) -> None:
    verdict = plain_verdict(analysis, words)
    console.print(Text(verdict.sentence, style="bold"))
    if verdict.because:
        console.print(Text(verdict.because))
    if verdict.advice:
        console.print(Text(words("terminal.labelled", label=words("verdict.change"), text=verdict.advice)))
    for reason in verdict.also:
        console.print(Text(reason))
    found = improvements(analysis, words)
    if analysis.judged and found and not verdict.advice:
        label = words("improve.heading")
        console.print(Text(words("terminal.labelled", label=label, text=found[0].cue)))
