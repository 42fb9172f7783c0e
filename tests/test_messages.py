"""The reasons: one for each code, in both languages, with the camera's place of the view."""

import re
from typing import get_args

import pytest

from openlumbar.cards import Language, ReasonCode, View
from openlumbar.messages import load_reasons, reason_message, reason_remedy, reason_text

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
