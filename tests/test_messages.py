"""The reasons: one for each code, in both languages, with the camera's place of the view."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

from openlumbar.apps.web import receiving
from openlumbar.cards import Language, ReasonCode, View
from openlumbar.errors import InputError
from openlumbar.messages import load_reasons, reason_message, reason_remedy, reason_text, refusal_text
from openlumbar.pose import container, video

CODES: tuple[ReasonCode, ...] = get_args(ReasonCode)
LANGUAGES: tuple[Language, ...] = get_args(Language)
VIEWS: tuple[View | None, ...] = (*get_args(View), None)


def test_every_code_has_its_reason() -> None:
    assert set(load_reasons().reason) == set(CODES)
    assert set(load_reasons().place) == {"side", "front", "any"}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("view", VIEWS)
def test_a_reason_says_what_was_seen_and_one_remedy(code: ReasonCode, language: Language, view: View | None) -> None:
    message, remedy = reason_message(code, language), reason_remedy(code, view, language)
    full_stop = "." if language == "en" else "。"
    assert message.count(full_stop) == remedy.count(full_stop) == 1
    assert message.endswith(full_stop)
    assert remedy.endswith(full_stop)
    assert not re.search(r"[{}]", remedy)
    assert bool(re.search(r"[\u4e00-\u9fff]", remedy)) == (language == "zh")
    assert reason_text(code, view, language) == message + (" " if language == "en" else "") + remedy


def test_the_camera_goes_where_the_view_asks() -> None:
    assert "at your side, at hip height, 2 to 3 metres away" in reason_remedy("wrong_view", "side")
    assert "in front of you, at hip height, 2 to 3 metres away" in reason_remedy("wrong_view", "front")
    assert "侧面" in reason_remedy("wrong_view", "side", "zh")
    assert "正前方" in reason_remedy("wrong_view", "front", "zh")


def test_without_a_view_both_places_are_named() -> None:
    remedy = reason_remedy("no_person")
    assert "at your side" in remedy
    assert "in front of you" in remedy


@pytest.mark.parametrize("code", CODES)
def test_nobody_is_blamed(code: ReasonCode) -> None:
    assert not re.search(r"\b(wrong|fail|error|must|bad|mistake)", reason_text(code, "side"), re.IGNORECASE)
    assert not re.search("错误|失败|必须|不对", reason_text(code, "side", "zh"))


def told_by(source: Path) -> Iterator[str]:
    """List the problems and remedies that a module tells of, with a 7 for every number."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id in ("_REMEDY", "_COPY_AGAIN", "problem"):
                yield text_of(node.value)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("InputError", "NoFormError"):
            parts = node.args[1:] if len(node.args) > 1 else node.args
            yield from (text_of(part) for part in parts if isinstance(part, ast.Constant | ast.JoinedStr))


def text_of(node: ast.expr) -> str:
    pieces = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(str(piece.value) if isinstance(piece, ast.Constant) else "7" for piece in pieces)


@pytest.mark.parametrize("module", [container, video, receiving], ids=lambda module: module.__name__)
def test_every_refusal_of_a_recording_has_words_in_chinese(module: ModuleType) -> None:
    told = list(told_by(Path(str(module.__file__))))
    assert len(told) > 3
    for part in told:
        text, language = refusal_text("film.mp4", part, "check the path", "zh")
        assert language == "zh", part
        assert text.startswith("film.mp4：")
        assert text.endswith("；请检查路径。")


def test_numbers_of_a_refusal_are_told_in_both_languages() -> None:
    parts = ("the recording", "is larger than 4 GB", "cut it, or convert it to a smaller one")
    assert refusal_text(*parts)[0] == str(InputError(*parts)) + "."
    assert refusal_text(*parts, "zh") == ("这段录像：超过了 4 GB；请剪短，或转换成小一些的。", "zh")


def test_what_has_no_words_is_told_in_english() -> None:
    assert refusal_text("a.npz", "has the unknown key 'x'", "keep only time_s", "zh")[1] == "en"
