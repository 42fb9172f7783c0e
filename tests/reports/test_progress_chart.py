"""Pictures of how it has gone: whole SVG, every value where it belongs, nothing drawn for what is not known."""

from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openlumbar.reports.progress_chart import LEFT, RIGHT, WIDTH, Axis, Band, bar_chart, line_chart, step_chart

DAY = date(2026, 3, 2)
values = st.lists(st.none() | st.integers(0, 10), min_size=1, max_size=120)


def axis(count: int, high: float = 10) -> Axis:
    days = [DAY + timedelta(days=number) for number in range(count)]
    return Axis(days, 0, high, [(0, "0"), (high, f"{high:g}")], [(0, "first"), (count - 1, "<last>")])


def drawn(svg: str, tag: str, kind: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(svg)  # noqa: S314 - made just now
    return [found for found in root.iter(tag) if kind in found.get("class", "").split()]


@given(values, values)
def test_each_known_value_has_a_mark_in_the_picture(back: list[int | None], leg: list[int | None]) -> None:
    count = max(len(back), len(leg))
    svg = line_chart("pain & more", axis(count), [("back", back), ("leg", leg)])
    rounds, squares = drawn(svg, "circle", "back"), drawn(svg, "rect", "leg")
    assert len(rounds) == sum(value is not None for value in back)
    assert len(squares) == sum(value is not None for value in leg)
    assert all(LEFT <= float(mark.get("cx", "")) <= WIDTH - RIGHT for mark in rounds)
    heights = [float(mark.get("cy", "")) for mark in rounds]
    known = [value for value in back if value is not None]
    assert [height == min(heights) for height in heights] == [value == max(known) for value in known]


@pytest.mark.parametrize(("zone", "count"), [("green", 1), ("amber", 1), ("red", 1), ("open", 0), (None, 0)])
def test_a_zone_is_a_shape_below_the_axis(zone: str | None, count: int) -> None:
    svg = line_chart("pain", axis(1), [("back", [1])], [Band(3, 6, "amber")], [zone])
    assert svg.count("zone-mark") == count
    assert len(drawn(svg, "rect", "amber")) == 1


def test_what_was_done_stands_within_what_was_asked() -> None:
    svg = bar_chart("sets", axis(3, 3), [3, 3, 0], [3, 1, 0])
    asked, done = drawn(svg, "rect", "asked"), drawn(svg, "rect", "done")
    assert (len(asked), len(done)) == (2, 2)
    assert float(done[1].get("height", "")) < float(asked[1].get("height", ""))


def test_a_level_stays_until_it_changes() -> None:
    (line,) = drawn(step_chart("level", axis(10, 4), [(0, 1), (5, 2)]), "polyline", "level")
    points = [tuple(map(float, point.split(","))) for point in line.get("points", "").split()]
    assert len(points) == 4
    assert points[0][1] == points[1][1] > points[2][1] == points[3][1]
    assert points[1][0] == points[2][0]
    assert drawn(step_chart("level", axis(10, 4), []), "polyline", "level")[0].get("points") == ""


def test_words_are_no_markup() -> None:
    svg = line_chart('a "b" <c>', axis(2), [("back", [None, None])])
    assert ElementTree.fromstring(svg).get("aria-label") == 'a "b" <c>'  # noqa: S314 - made just now
