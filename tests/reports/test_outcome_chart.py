"""The picture of an outcome measure: what is drawn where, said in words too, in both languages and at both sizes."""

import re
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openlumbar.cards import Language
from openlumbar.care.measure_cards import Measure, measure, measures
from openlumbar.care.outcomes import matters_band
from openlumbar.reports.outcome_chart import COMPACT, WIDE, draw_outcome

STEADY = settings(deadline=None, derandomize=True, max_examples=40)
DAY = date(2026, 3, 2)


def draw(card: Measure, values: list[float], language: Language = "en") -> tuple[ElementTree.Element, ...]:
    band = None if card.is_a_change else matters_band(card.id, values[0])
    days = [(DAY + timedelta(days=7 * place), value) for place, value in enumerate(values)]
    return tuple(ElementTree.fromstring(svg) for svg in draw_outcome(card, days, band, language))  # noqa: S314 - ours


def words_of(picture: ElementTree.Element) -> list[str]:
    return ["".join(text.itertext()) for text in picture.iter() if text.tag == "text"]


@pytest.mark.parametrize("card", measures(), ids=lambda card: card.id)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_measure_is_drawn_within_its_picture(card: Measure, language: Language) -> None:
    middle = card.range.lowest + (card.range.highest - card.range.lowest) // 2
    for picture, size in zip(draw(card, [middle, card.range.lowest, middle], language), (WIDE, COMPACT), strict=True):
        _, _, width, height = map(float, picture.attrib["viewBox"].split())
        assert width == size.width
        for mark in picture.iter():
            for name, most in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                assert 0 <= float(mark.attrib.get(name, 0)) <= most, (mark.tag, mark.attrib)
        title = picture.find("title")
        assert title is not None
        assert card.title.in_language(language) in (title.text or "")
        if language == "zh":
            assert not re.search(r"[A-Za-z]{4,}", " ".join(words_of(picture)))


def test_the_band_lies_between_the_values_that_count() -> None:
    picture, _ = draw(measure("nprs-back"), [6, 5])
    band = next(mark for mark in picture.iter() if mark.attrib.get("class") == "band")
    lines = {
        mark.attrib["class"]: float(re.findall(r"M\S+ (\S+)H", mark.attrib["d"])[0])
        for mark in picture.iter()
        if mark.attrib.get("class", "").startswith("limit") and "H" in mark.attrib["d"]
    }
    assert lines["limit worse"] < lines["limit better"], "less pain is further down"
    top, height = float(band.attrib["y"]), float(band.attrib["height"])
    assert (top, top + height) == pytest.approx((lines["limit worse"], lines["limit better"]))
    assert "counts as better: 4 or less" in words_of(picture)
    assert "counts as worse: 8 or more" in words_of(picture)


def test_where_nothing_more_counts_the_band_reaches_to_the_end_and_says_so() -> None:
    picture, _ = draw(measure("joa-total"), [29, 28])
    assert "no room left to count as better" in words_of(picture)
    band = next(mark for mark in picture.iter() if mark.attrib.get("class") == "band")
    assert float(band.attrib["y"]) == 20


def test_a_change_has_a_line_at_no_change_and_no_band() -> None:
    picture, _ = draw(measure("global-change"), [-2, 3])
    assert not [mark for mark in picture.iter() if mark.attrib.get("class") == "band"]
    assert "no change" in words_of(picture)
    assert {"3", "\N{MINUS SIGN}2"} <= set(words_of(picture))


def test_a_reader_hears_what_the_picture_shows() -> None:
    told = {language: draw(measure("rmdq"), [14, 8], language)[0].find("desc") for language in ("en", "zh")}
    assert told["en"] is not None
    assert told["zh"] is not None
    assert told["en"].text == (
        "2 values from March 2, 2026 to March 9, 2026. The first is 14, the last 8. Counts as better: 8 or less. "
        "Counts as worse: 20 or more. Between: the usual ups and downs."
    )
    assert told["zh"].text is not None
    assert told["zh"].text.count("。") == 4


@STEADY
@given(st.lists(st.integers(0, 100), min_size=1, max_size=30))
def test_every_value_is_a_point_and_values_never_overlap(values: list[int]) -> None:
    for picture in draw(measure("odi-total"), [float(value) for value in values]):
        points = [mark for mark in picture.iter() if mark.tag == "circle"]
        assert len(points) == len(values)
        places = [float(mark.attrib["x"]) for mark in picture.iter() if mark.attrib.get("class") == "value"]
        assert all(after - before >= 34 for before, after in pairwise(places))
        assert places[-1] == float(points[-1].attrib["cx"]), "the last value is always written"
