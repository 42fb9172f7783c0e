import io
from dataclasses import replace

import pytest
from rich.console import Console

from analyses import make_analysis
from openlumbar.assessment.analysis import Analysis
from openlumbar.assessment.events import Verdict
from openlumbar.cards import Language
from openlumbar.reports.terminal import print_table


def printed(analysis: Analysis, language: Language = "en", width: int = 140) -> str:
    console = Console(file=io.StringIO(), width=width)
    print_table(analysis, console, language)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_each_repetition_has_its_row_and_the_verdict_follows() -> None:
    analysis = make_analysis(faults={2: ("short_hold",)}, remarks=("The file is cut off.",))
    lines = printed(analysis).splitlines()
    assert any("10.0 cm" in line and "9.0 to 11.0" in line and "✓ counted" in line for line in lines)
    assert any("○ not counted" in line for line in lines)
    assert any("9.0 cm" in line and "Hold a little longer" in line for line in lines)
    assert "3 of 4 repetitions counted" in lines
    assert lines[-1] == "The file is cut off."


def test_sides_are_named() -> None:
    text = printed(make_analysis(peaks=(25.0, -28.0, 30.0), slug="cross-twist"))
    assert "All 3 repetitions counted: 2 to the left, 1 to the right" in text
    assert "to the right" in text
    assert "28°" in text


def test_chinese_is_complete() -> None:
    text = printed(make_analysis(), "zh")
    assert "共4次，计入3次" in text
    assert "counted" not in text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_refusal_says_the_one_thing_to_change_and_shows_no_result(language: Language) -> None:
    text = printed(make_analysis(verdict=Verdict(False, ("wrong_view",))), language)
    assert "✓" not in text
    assert ("The one thing to change: Put the camera" if language == "en" else "只需改变这一点") in text


def test_a_file_name_is_not_read_as_markup() -> None:
    assert "[red]clip[/red].mp4" in printed(make_analysis(name="[red]clip[/red].mp4"))


def test_estimates_may_be_missing() -> None:
    analysis = make_analysis(peaks=(10.0,))
    bare = replace(analysis.repetitions[0], hip_rise_cm=None, hold_s=None, interval90={})
    assert "–" in printed(replace(analysis, repetitions=(bare,)))


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Disc load: At its highest about 2.0 × standing (90%: 1.6 to 2.6), in repetition 4."),
        ("zh", "椎间盘负荷：最高时约为站立时的 2.0 倍（90%：1.6 至 2.6），出现在第 4 次。"),
    ],
)
def test_the_disc_load_is_told_in_a_line(language: Language, told: str) -> None:
    (line,) = (line for line in printed(make_analysis(), language, 240).splitlines() if told in line)
    assert ("of quiet standing" if language == "en" else "相当于安静站立") in line
    assert told not in printed(replace(make_analysis(), loads=None), language, 240)
