import re
from importlib.resources import files
from typing import get_args

import pytest

from openlumbar.cards import Basis, ReasonCode
from openlumbar.reports.words import LANGUAGES, Words, word_keys

REPORTS = files("openlumbar.reports")
TEMPLATES = [
    REPORTS.joinpath("templates", name) for name in ("sections.html", "timeline.svg", "load.svg", "figure_parts.svg")
]


def spoken() -> str:
    """Return the text of everything that takes its words from the report's wordbook."""
    modules = [item.read_text(encoding="utf-8") for item in REPORTS.iterdir() if item.name.endswith(".py")]
    users = [text for text in modules if "reports.words import" in text or "_wordbook" in text]
    return "".join([*users, *(template.read_text(encoding="utf-8") for template in TEMPLATES)])


def test_every_key_that_is_asked_for_exists_and_every_key_is_asked_for() -> None:
    """A key may be completed at run time ("unit.{unit}"), so beginnings are compared."""
    sections = "|".join({key.split(".")[0] for key in word_keys()})
    asked = set(re.findall(rf'"((?:{sections})\.[a-z_0-9]*)', spoken())) - {"timeline.svg", "load.svg"}
    unknown = {begin for begin in asked if not any(key.startswith(begin) for key in word_keys())}
    unused = {key for key in word_keys() if not any(key.startswith(begin) for begin in asked)}
    assert unknown == set()
    assert unused == set()


def test_every_reason_and_basis_has_a_name() -> None:
    wanted = {f"unjudged.{code}" for code in get_args(ReasonCode)} | {f"dose.{b}" for b in get_args(Basis)}
    assert wanted <= word_keys()


def test_a_missing_key_or_value_is_a_mistake_in_the_program() -> None:
    with pytest.raises(KeyError):
        Words("en")("verdict.unheard_of")
    with pytest.raises(KeyError):
        Words("en")("verdict.some", counted=1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_blames_or_promises_a_cure(language: str) -> None:
    text = files("openlumbar.content").joinpath("messages", "report.toml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if f".{language} = " in line]
    assert len(lines) == len(word_keys())
    banned = {"en": r"\b(wrong|bad|fail|mistake|cure|heal)", "zh": "错误|失败|不对|治愈|疗效"}[language]
    assert [line for line in lines if re.search(banned, line.split(" = ")[1], re.IGNORECASE)] == []


def test_numbers_are_written_as_precisely_as_they_are_known() -> None:
    words = Words("en")
    assert words.amount(10.44, "cm") == "10.4 cm"
    assert words.amount(-0.2, "deg") == "0°"
    assert words.amount(-12.4, "deg") == "−12°"
    assert words.exact(5.0, "s") == "5 s"
    assert words.amount(None, "s") == "–"
    assert Words("zh").amount(5.0, "cm") == "5.0 厘米"
